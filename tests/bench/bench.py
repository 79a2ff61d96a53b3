#!/usr/bin/env python3
"""bench.py [NAMES]: the measurements of this directory; ./dev bench builds what they need and runs them.

Each goal for speed and memory that can be measured is a row: the goal, the figure, PASS or MISS. Times are ratios
against a baseline in the same run wherever there is one: program and baseline in turn, the median over the pairs, so
that what the machine does meanwhile hits both. All is in the page cache, but for `cold`. A time that stands alone, from
a busy machine, is worth little: say so when you quote it. Exit 0 whatever the figures are: the counts that must not get
worse are a test (count_check.sh).

  SWEEPWATCH   the program          BENCH_TOOLS  directory of the tools (cmake --build BUILD --target bench-tools)
  CASES        finished cases of the tree (10000), half of them archived; about 100 kB each on the disk
  PAIRS        runs of each (5)     BENCH_TMP    where trees are made ($TMPDIR or /tmp)
  MODEL        cases of the model alone (1000000)        FRAME       rows of the screen (50000)
  QUIT_CASES   running cases of a watch that is quit (8000)
  OPS          operations of the storm (200000)          PACE_SECONDS  of the steady pace and of endless load (15)
  IDLE         seconds of looking at a sweep at rest (60), after IDLE_REST (60)
  KEY_CASES    cases of the screen whose keys are timed (50000)
"""
import os, sys

sys.dont_write_bytecode = True  # the sources' directory stays as it is
import check, cold, goals, idle, lab, lag, plots, screen, watchers

BENCHES = {m.__name__: m.bench for m in (goals, idle, watchers, lag, check, cold, screen, plots)}
USUAL = ("goals", "idle", "watchers", "lag")


def main():
    names = sys.argv[1:] or USUAL
    unknown = [n for n in names if n not in BENCHES]
    if unknown:
        lab.stop_bench("there is no %s; there are:\n%s" % (
            ", ".join(unknown), "\n".join("  %-10s %s" % (n, b.__doc__) for n, b in BENCHES.items())))
    lab_ = lab.Lab()
    try:
        lab.note("%d cases, half of them archived; %d pairs, %d processors, load %.1f" %
                 (lab.CASES, lab.PAIRS, os.cpu_count(), os.getloadavg()[0]))
        for name in names:
            BENCHES[name](lab_)
    finally:
        lab_.close()


main()
