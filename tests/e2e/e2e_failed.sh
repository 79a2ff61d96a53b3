#!/bin/sh
# sweepwatch failed: what check writes into the two lists, on stdout, and nothing written.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

make_batch batch
archive=$work/archive
mkdir -p "$archive"
archive_config="\"enabled\": true, \"dir\": \"$archive\""
printf '1000  0.1\t1.0\n2000 0.1 1.0\n3000 0.1 1.0\n4000 0.1 1.0\n' >>"$list"
make_case "$batch" 1000 0.1 1.0
rm "$case_dir/summary.json" # ended without it
make_case "$batch" 2000 0.1 1.0
archive_case "$case_dir" "$archive"
make_case "$batch" 3000 0.1 1.0
printf 'PAR1 and no more' >"$case_dir/series/run.parquet"
archive_case "$case_dir" "$archive"
make_case "$batch" 4000 0.1 1.0 # never archived
find "$batch" | sort >"$work/before"

runs 'the list' 0 failed "$batch" --archive-dir "$archive"
printf '1000  0.1\t1.0\n3000 0.1 1.0\n' >"$work/expected"
same 'is the lines as they stood' "$work/expected" "$work/out"
contains 'and says what it does not show' "$work/err" 'and 1 case is only to be archived again: --format paths'
cp "$work/out" "$work/list"
runs 'the paths' 0 failed "$batch" --archive-dir "$archive" --format paths
printf '%s\n' "$batch/T4000_eps0p1_tau1p0" >"$work/expected"
same 'are the directories to archive again' "$work/expected" "$work/out"
contains 'and say what they do not show' "$work/err" 'and 2 cases are to be run again: --format list'
cp "$work/out" "$work/paths"
runs 'JSON' 0 failed "$batch" --archive-dir "$archive" --format json
cp "$work/out" "$work/json"
case_has 'has the case to run again' "$work/json" T1000_eps0p1_tau1p0 '"status": "missing"'
case_has 'with what is wrong' "$work/json" T3000_eps0p1_tau1p0 '"truncated"'
case_has 'and the one to archive again' "$work/json" T4000_eps0p1_tau1p0 '"status": "archive_failed"'
lacks 'and no other' "$work/json" '"T2000_eps0p1_tau1p0"'
find "$batch" | sort >"$work/after"
same 'nothing was written' "$work/before" "$work/after"

runs 'check' 0 check "$batch" --archive-dir "$archive"
same 'puts the same into rerun_sweep_list.txt' "$batch/checks/rerun_sweep_list.txt" "$work/list"
same 'and into archive_retry.txt' "$batch/checks/archive_retry.txt" "$work/paths"

runs 'while it runs' 0 failed "$batch" --archive-dir "$archive" --running
is 'what is absent may still come' '' "$(grep 1000 "$work/out")"
runs 'the list is a sweep list again' 0 lint "$work/list"
runs 'an unknown format' 2 failed "$batch" --format xml
contains 'is told what there is' "$work/err" 'write list, paths or json'
runs 'an archive that is not there' 5 failed "$batch" --archive-dir "$work/none" --format paths
contains 'what it would have proven is to be archived again' "$work/out" T2000_eps0p1_tau1p0

make_batch good
archive_config='"enabled": false'
printf '1000 0.1 1.0\n' >>"$list"
make_case "$batch" 1000 0.1 1.0
runs 'a good sweep' 0 failed "$batch"
is 'prints nothing' '' "$(cat "$work/out")"
contains 'and says so' "$work/err" 'nothing is to be run again or archived again'
finish
