#!/bin/sh
# bench_check.sh: how long `sweepwatch check` takes on a finished sweep, against two baselines on the same tree:
#   minimal_check     the same reading in C with everything written into the code, as many threads as processors
#   obvious_check.py  what one writes in an afternoon, one file after another
# The programs run in turn, so that what the machine does meanwhile hits all alike. The tree is warm in the page cache:
# this measures the program, not the drive. A run whose verdicts are not all "complete" ends the measurement.
#
#   SWEEPWATCH   the program (build/release/sweepwatch)
#   BENCH_TOOLS  directory of make_tree, minimal_check, rusage_run; without it they are compiled here with ${CC:-cc}
#   CASES        cases of the tree (2000)       ROUNDS  runs of each program (7, at least 5)
#   IDLE         seconds of looking at the settled sweep for the processor time of an idle `watch` (20; 0: not at all)
#   BENCH_TMP    where the tree is made ($TMPDIR or /tmp; about 130 kB a case)
set -eu
LC_ALL=C
export LC_ALL

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(CDPATH='' cd -- "$here/../.." && pwd)
sweepwatch=${SWEEPWATCH:-$top/build/release/sweepwatch}
cases=${CASES:-2000}
rounds=${ROUNDS:-7}
idle=${IDLE:-20}
[ "$rounds" -ge 5 ] || rounds=5

[ -x "$sweepwatch" ] || {
    echo "bench_check: $sweepwatch is not there; build it or set SWEEPWATCH" >&2
    exit 2
}
work=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/sweepwatch-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

tools=${BENCH_TOOLS:-}
if [ -z "$tools" ]; then
    tools=$work/tools
    mkdir "$tools"
    cc="${CC:-cc} -std=c11 -O2 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -I$top/src"
    $cc -o "$tools/make_tree" "$here/make_tree.c" "$top/src/app/demo_content.c"
    $cc -o "$tools/minimal_check" "$here/minimal_check.c" -lpthread -lm
    $cc -o "$tools/rusage_run" "$here/rusage_run.c"
fi

# tree NAME CASES: makes it; afterwards $batch and $archive name it.
tree() {
    archive=$work/$1/archive
    batch=$("$tools/make_tree" "$work/$1" "$2" --archive | head -n 1)
    [ -n "$batch" ] || exit 1
}

# all_complete CSV CASES WHO
all_complete() {
    n=$(tr -d '\r' <"$1" | grep -c ',complete$' || true)
    rm -f "$1"
    [ "$n" -eq "$2" ] && return 0
    echo "bench_check: $3 found $n of $2 cases complete; the measurement is void" >&2
    exit 1
}

run_sweepwatch() { # FILE CASES
    "$tools/rusage_run" "$1" "$sweepwatch" check "$batch" --archive-dir "$archive" \
        --csv "$work/out.csv" --json "$work/out.json"
    all_complete "$work/out.csv" "$2" sweepwatch
}

run_minimal() {
    "$tools/rusage_run" "$1" "$tools/minimal_check" "$batch" "$archive" "$work/out.csv"
    all_complete "$work/out.csv" "$2" minimal_check
}

run_obvious() {
    "$tools/rusage_run" "$1" python3 "$here/obvious_check.py" "$batch" "$archive" --csv "$work/out.csv"
    all_complete "$work/out.csv" "$2" obvious_check.py
}

# median FILE COLUMN
median() {
    awk -v c="$2" '{ print $c }' "$1" | sort -n | awk '{ v[NR] = $1 } END {
        print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

echo "making $cases cases ..." >&2
small=$((cases / 10))
[ "$small" -ge 1 ] || small=1
tree small "$small"
small_batch=$batch small_archive=$archive
tree big "$cases"

programs='sweepwatch minimal'
if command -v python3 >/dev/null 2>&1; then programs="$programs obvious"; fi
for program in $programs; do "run_$program" "$work/times.warm" "$cases"; done # not counted: fills the page cache
round=0
while [ "$round" -lt "$rounds" ]; do
    for program in $programs; do "run_$program" "$work/times.$program" "$cases"; done
    round=$((round + 1))
done
big_kb=$(median "$work/times.sweepwatch" 4)
big_batch=$batch big_archive=$archive
batch=$small_batch archive=$small_archive
for round in 1 2 3; do run_sweepwatch "$work/times.small" "$small"; done
small_kb=$(median "$work/times.small" 4)

echo "$cases complete cases with archive, $rounds rounds, warm cache, $(getconf _NPROCESSORS_ONLN) processors; medians"
printf '%-20s %10s %10s %10s %12s %20s\n' program 'wall s' 'user s' 'system s' 'peak kB' 'sweepwatch takes'
own=$(median "$work/times.sweepwatch" 1)
for program in $programs; do
    case $program in
    sweepwatch) name='sweepwatch check' ratio='' ;;
    minimal) name='minimal_check (C)' ;;
    obvious) name='obvious_check.py' ;;
    esac
    wall=$(median "$work/times.$program" 1)
    [ "$program" = sweepwatch ] || ratio=$(awk -v a="$own" -v b="$wall" 'BEGIN { printf "%.2f times this", a / b }')
    printf '%-20s %10.4f %10.4f %10.4f %12d %20s\n' "$name" "$wall" "$(median "$work/times.$program" 2)" \
        "$(median "$work/times.$program" 3)" "$(median "$work/times.$program" 4)" "$ratio"
done
[ "$cases" -le "$small" ] || awk -v a="$big_kb" -v b="$small_kb" -v n="$((cases - small))" -v s="$small" 'BEGIN {
    printf "memory a case: %.0f bytes (peak %d kB with %d cases)\n", (a - b) * 1024 / n, b, s }'

# An idle watch, on a terminal that Python makes: the difference of a long and a short look leaves out the start.
watch_for() { # FILE SECONDS; 4: ended by the time limit
    code=0
    TERM=xterm-256color LINES=40 COLUMNS=120 "$tools/rusage_run" "$1" python3 -c '
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
        "$sweepwatch" watch "$batch" --archive-dir "$archive" --time-limit "${2}s" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 4 ] || {
        echo "bench_check: watch ended with $code" >&2
        exit 1
    }
}

if [ "$idle" -gt 0 ] && [ "$programs" != "${programs#*obvious}" ]; then
    batch=$big_batch archive=$big_archive
    watch_for "$work/times.short" 15
    watch_for "$work/times.long" "$((15 + idle))"
    cat "$work/times.short" "$work/times.long" | awk -v cases="$cases" '{ wall[NR] = $1; cpu[NR] = $2 + $3 } END {
        printf "idle watch of %d settled cases: %.2f %% of one processor over %.0f s\n", cases,
            100 * (cpu[2] - cpu[1]) / (wall[2] - wall[1]), wall[2] - wall[1] }'
fi
