#!/bin/sh
# Files are made in the case directories as fast as the machine can: afterwards the watch knows what check finds, and
# the screen was never held up. FAULT_FILES=N, FAULT_CASES=N.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

files=${FAULT_FILES:-40000}
cases=${FAULT_CASES:-200}
need_helper storm
need_helper key_probe
make_batch 20260101-0000__abc1234__seed0
temperature=1000
while [ "$temperature" -lt $((1000 + cases)) ]; do
    printf '%s 0.1 0.5\n' "$temperature" >>"$list"
    begin_case "$batch" "$temperature" 0.1 0.5
    temperature=$((temperature + 1))
done

rm -f "$work/go" "$work/stop"
"$FAULT_TOOLS/key_probe" "$work/go" "$work/stop" -- "$SWEEPWATCH" watch "$batch" --archive-dir '' >"$work/keys" &
probe=$!
sleep 2
: >"$work/go"
begun=$(now_ms)
"$FAULT_TOOLS/storm" "$batch" "$files" || exit 1
printf '%s files in %s ms\n' "$files" $(($(now_ms) - begun))
for n in 0 7 42 199; do make_case "$batch" $((1000 + n % cases)) 0.1 0.5; done

run check "$batch" --archive-dir '' --running --csv "$work/check.csv" --json "$work/check.json"
sleep "${FAULT_SECONDS:-8}" # the screen is watched for a while longer
: >"$work/stop"
wait "$probe"
cat "$work/keys"
same 'the watch knows what check finds' "$work/check.csv" "$batch/checks/sweep_completeness.csv"
facts() { grep -E '"(case_id|status|flags|path|state|where|local|missing_files)"|chunks? (are|is)' "$1"; }
facts "$work/check.json" >"$work/facts.check"
facts "$batch/checks/sweep_completeness.json" >"$work/facts.watch"
same 'of every file: content, size, time, number of chunks' "$work/facts.check" "$work/facts.watch"
at_most 'the longest a key had to wait, ms' "${FAULT_LIMIT_MS:-1000}" "$(figure max "$work/keys")"
finish
