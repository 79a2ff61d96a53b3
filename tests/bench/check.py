"""check beside its baselines, with everything that each takes."""
import statistics

import lab
from lab import note

COLUMNS = ("wall", "user", "system", "kb")


def bench(lab_):
    """what check and its baselines take, in seconds and kB, and what a case costs in memory"""
    tree, small = lab_.tree(lab.CASES), lab_.tree(max(lab.CASES // 10, 100))
    programs = {"sweepwatch check --no-cache": lambda: tree.check("--no-cache"),
                "sweepwatch check, again": tree.check,
                "minimal_check (C)": tree.minimal,
                "minimal_presence (C)": tree.presence,
                "obvious_check.py": tree.obvious}
    found = {name: [] for name in programs}
    for turn in range(lab.PAIRS + 1):
        for name, run in programs.items():
            used = run()
            if turn > 0:  # the first fills the page cache
                found[name].append(used)
    middle = {name: {c: statistics.median(getattr(u, c) for u in runs) for c in COLUMNS} for name, runs in found.items()}
    note("%-28s %10s %10s %10s %12s %10s" % ("%d cases" % tree.cases, "wall s", "user s", "system s", "peak kB", "x"))
    own = middle["sweepwatch check --no-cache"]
    for name, m in middle.items():
        note("%-28s %10.3f %10.3f %10.3f %12d %10.2f" % (name, m["wall"], m["user"], m["system"], m["kb"],
                                                        own["wall"] / m["wall"]))
    small_kb = statistics.median(small.check("--no-cache").kb for _ in range(3))
    note("memory: %.0f bytes a case (%d kB with %d cases)" %
         ((own["kb"] - small_kb) * 1024 / (tree.cases - small.cases), small_kb, small.cases))
