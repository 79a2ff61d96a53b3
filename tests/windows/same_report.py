#!/usr/bin/env python3
"""Random sweeps of tests/e2e/oracle_check.py, checked by the native program and by the Windows one: the same CSV, lists
and exit code, but for slashes and the drive.

  same_report.py TREES [FIRST]    NATIVE, SWEEPWATCH: the programs. Prints what differs; exit code 1 when something does.
"""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
sys.dont_write_bytecode = True
from oracle_check import World  # noqa: E402 # pylint: disable=wrong-import-position

REPORTS = ["sweep_completeness.csv", "rerun_sweep_list.txt", "archive_retry.txt"]


def windows_path(path):
    return "Z:" + path.replace("/", "\\")


def check(program, batch, args):
    """Exit code, stderr and the reports."""
    checks = os.path.join(batch, "checks")
    for name in REPORTS:
        if os.path.exists(os.path.join(checks, name)):
            os.remove(os.path.join(checks, name))
    done = subprocess.run([program] + args, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    out = {"exit code": done.returncode}
    for name in REPORTS:
        try:
            with open(os.path.join(checks, name), "rb") as f:
                out[name] = f.read().replace(b"\\", b"/").replace(b"Z:/", b"/")
        except OSError:
            out[name] = None
    return out, done.stderr.decode("utf-8", "replace")


def main():
    wanted = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    native, windows = os.environ["NATIVE"], os.environ["SWEEPWATCH"]
    compared, differ = 0, 0
    while compared < wanted:
        top = tempfile.mkdtemp(prefix="sweepwatch-same.")
        try:
            world = World(seed, top)
            seed += 1
            args = world.arguments()
            # Names that Windows cannot have, and an archive that is learned: its path is one system's only.
            if '"' in world.batch or world.mode.startswith("learned") or world.mode == "emptied":
                continue
            compared += 1
            ours, _ = check(native, world.batch, args)
            theirs, said = check(windows, world.batch, [windows_path(a) if a.startswith(top) else a for a in args])
        finally:
            shutil.rmtree(top, ignore_errors=True)
        for what, value in ours.items():
            if theirs[what] != value:
                differ += 1
                print("seed %d (%s), %s:\n  native  %r\n  Windows %r\n%s"
                      % (world.seed, world.mode, what, value, theirs[what], said))
    print("%d trees compared" % compared)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
