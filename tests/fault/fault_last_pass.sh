#!/bin/sh
# The archive becomes so slow that the last pass before the report cannot end: the report comes all the same, and says
# which cases were not looked at again.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

archive=$work/archive
mkdir "$work/drive" "$archive"
slow_mount "$work/drive" "$archive"
archive_config='"enabled": true, "merge_target": "local", "keep_local": "all"'
make_batch 20260101-0000__abc1234__seed0
for temperature in 1000 1100 1200 1300 1400 1500; do printf '%s 0.1 0.5\n' "$temperature" >>"$list"; done
for temperature in 1000 1100 1200 1300 1400; do
    make_case "$batch" "$temperature" 0.1 0.5
    archive_case "$case_dir" "$work/drive"
done

sleep 600 &
parent=$!
children="$children $parent"
start watch "$batch" --archive-dir "$archive" --pid "$parent" --record "$work/record"
wait_for 60 'every case in the archive is seen' grep -q '^scan-end archive ' "$work/record"
echo 2500 >"$control/delay"
begun=$(date +%s)
kill "$parent"
reap 120 'it ends'
at_most 'seconds until it ends' 100 $(($(date +%s) - begun))
is 'exit code: a directory could not be read to its end' 5 "$status"
json=$batch/checks/sweep_completeness.json
contains 'the report is settled' "$json" '"settled": true'
contains 'cases are unverified' "$json" '"unverified"'
contains 'and the reasons say so' "$json" 'not looked at again before the report in the archive'
contains 'what was known stands' "$batch/checks/sweep_completeness.csv" 'true,true,,complete'
contains 'the screen says so too' "$work/out" 'unverified'
finish
