"""check with nothing in the page cache."""
import os

import lab
from lab import median_of_pairs, note, row

DROP = "/proc/sys/vm/drop_caches"
READERS = "16"


def cold(run):
    """Seconds of a run that finds nothing in the caches."""
    os.sync()
    with open(DROP, "w") as f:
        f.write("3")
    return run().wall


def bench(lab_):
    """check with cold caches, which are dropped for the whole machine: as root, and not in company"""
    if not lab.LINUX or not os.access(DROP, os.W_OK):
        note("cold: the page cache can be dropped on Linux and by root only")
        return
    tree = lab_.tree(lab.CASES)
    r = median_of_pairs(lambda: cold(lambda: tree.check("--no-cache")), lambda: cold(lambda: tree.minimal(READERS)))
    row("check, caches cold: at most 1.2 x minimal C with 16 readers", "%.2f x" % r, r <= 1.2)
