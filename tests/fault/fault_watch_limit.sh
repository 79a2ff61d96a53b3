#!/bin/sh
# There are fewer watches than directories: the rest is polled, the screen says so, and everything converges.
# FAULT_CASES=N, FAULT_WATCHES=N.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

cases=${FAULT_CASES:-2000}
watches=${FAULT_WATCHES:-500}
# A user namespace has a limit of its own, and its root may lower it.
if [ -z "${FAULT_INSIDE:-}" ]; then
    rm -rf "$work"
    # shellcheck disable=SC2016 # for the inner shell
    unshare -Ur sh -c 'echo "$0" >/proc/sys/user/max_inotify_watches' "$watches" 2>/dev/null ||
        skip 'a user namespace with a lower limit of watches is not permitted here'
    # shellcheck disable=SC2016
    FAULT_INSIDE=yes exec unshare -Ur sh -c 'echo "$1" >/proc/sys/user/max_inotify_watches && exec sh "$0"' "$0" "$watches"
fi

"$MAKE_TREE" "$work/tree" "$cases" --rows 1 >/dev/null || exit 1
batch=$(dirname "$(dirname "$(find "$work/tree" -name expected_sweep_list.txt)")")
printf '9999 0.1 0.5\n' >>"$batch/checks/expected_sweep_list.txt" # never begins: the sweep stays open

watch_in_terminal "'$batch'" --archive-dir "''" --settle 1d
wait_for 120 'all is read' term_shows "$cases complete"
wait_for 30 'the screen says that some is polled, and why' term_shows 'cases polled: limit of watches reached'
show_screen

# What changes in cases anywhere is found, watched or not.
titles=$(find "$batch" -mindepth 1 -maxdepth 1 -name 'T*' | sort | awk -v n="$cases" 'NR % int(n / 20) == 1')
broken=0
for path in $titles; do
    rm "$path/summary.json"
    broken=$((broken + 1))
done
begun=$(now_ms)
wait_for "${FAULT_SECONDS:-240}" "$broken changed cases are found" term_shows "$((cases - broken)) complete"
printf 'found after %s ms\n' $(($(now_ms) - begun))
term_key q
wait_for 30 'q leaves' test -s "$work/code"
run check "$batch" --archive-dir '' --running --csv "$work/check.csv" --json "$work/check.json"
same 'the watch knows what check finds' "$work/check.csv" "$batch/checks/sweep_completeness.csv"
finish
