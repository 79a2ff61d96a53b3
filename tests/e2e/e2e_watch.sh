#!/bin/sh
# sweepwatch watch without a terminal: it is there before the batch, follows a sweep to its end, and says what check says.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

escape=$(printf '\033')

# A case's files in the order and the pieces in which the real runner writes them.
first_half() { # BATCH T EPS TAU
    begin_case "$@"
    make_budget "$case_dir/checks/mass_budget.csv"
    printf 'PAR1colu' >"$case_dir/series/run_chunk_000000000_000000031.parquet"
}
second_half() { # BATCH T EPS TAU
    title=$(title_of "$2" "$3" "$4")
    case_dir=$1/$title
    make_parquet "$case_dir/series/run_chunk_000000000_000000031.parquet"
    make_parquet "$case_dir/series/run.parquet"
    rm "$case_dir/series/run_chunk_000000000_000000031.parquet"
    make_final "$case_dir/run_config.json" "$case_dir" "$2" "$3" "$4"
    printf '{\n  "M_loss": 0.0,\n' >"$case_dir/summary.json"
    make_summary "$case_dir/summary.json"
}

# What is there at the first look is only counted; what changes afterwards is named.
first_look() { wait_for 90 "${1:-the first look}" grep -q "${2:-pending}" "$work/out"; }
seen() { wait_for 20 "$1 is seen $2" grep -q "$1.*$2" "$work/out"; }
run_case() { # BATCH T EPS TAU
    first_half "$@"
    seen "$title" running
    second_half "$@"
}

same_as_check() { # WHAT BATCH
    runs "$1: check says" 0 check "$2" --csv "$work/check.csv" --json "$work/check.json"
    same "$1: the same report as check, byte for byte" "$work/check.csv" "$2/checks/sweep_completeness.csv"
}

# ---- everything goes well -------------------------------------------------------------------------------------------

b=$work/sweeps/tag/20260101-0000__abc1234__seed0
start watch "$b" --settle 1
mkdir -p "$b/checks"
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 1.0 0.5\n' >"$work/list" && cp "$work/list" "$b/checks/expected_sweep_list.txt"
# One case runs from the beginning to the end: the sweep is never quiet in the middle.
first_half "$b" 1200 1.0 0.5
first_half "$b" 1000 0.1 0.5
first_look 'the batch is found when it appears' running
second_half "$b" 1000 0.1 0.5
seen T1000_eps0p1_tau0p5 complete
run_case "$b" 1100 0.1 0.5
seen T1100_eps0p1_tau0p5 complete
second_half "$b" 1200 1.0 0.5
reap 60 'it ends by itself once everything has settled'
is 'and everything is complete' 0 "$status"
csv_is 'three complete cases' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,false,,complete
T1200_eps1p0_tau0p5,$b/T1200_eps1p0_tau0p5,true,false,,complete
CSV
same_as_check 'a good sweep' "$b"
contains 'the report says that it is final' "$b/checks/sweep_completeness.json" '"settled": true'
lacks 'no escape bytes on stdout' "$work/out" "$escape"
lacks 'nor on stderr' "$work/err" "$escape"

# ---- the parent dies with the sweep unfinished ----------------------------------------------------------------------

make_batch 20260102-0000__abc1234__seed0
b=$batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n' >>"$list"
sleep 600 &
parent=$!
children="$children $parent"
start watch "$b" --settle 1 --pid "$parent" --strict
first_look
begin_case "$b" 1100 0.1 0.5
run_case "$b" 1000 0.1 0.5
seen T1100_eps0p1_tau0p5 running
kill -KILL "$parent"
wait "$parent" 2>/dev/null
reap 60 'it ends by itself when the parent is gone'
is 'and --strict says that something is wrong' 1 "$status"
csv_is 'what has not finished is missing, not running' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,false,summary.json;checks/mass_budget.csv;series/run.parquet,missing
T1200_eps0p1_tau0p5,$b/T1200_eps0p1_tau0p5,false,false,$all_files,missing
CSV
same_as_check 'a sweep that died' "$b"

# ---- an archive that is copied while it is watched ------------------------------------------------------------------

archive_config='"enabled": true, "merge_target": "local", "keep_local": "metadata"'
archive=$work/archive
mkdir "$archive"
make_batch 20260103-0000__abc1234__seed0
b=$batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n' >>"$list"
start watch "$b" --archive-dir "$archive" --settle 1
first_look
first_half "$b" 1100 0.1 0.5
run_case "$b" 1000 0.1 0.5
archive_case "$b/T1000_eps0p1_tau0p5" "$archive"
seen T1000_eps0p1_tau0p5 complete
rm -r "$b/T1000_eps0p1_tau0p5/series"
second_half "$b" 1100 0.1 0.5
archive_case "$b/T1100_eps0p1_tau0p5" "$archive"
reap 90 'it ends by itself once everything is archived'
is 'and everything is complete' 0 "$status"
csv_is 'two archived cases, one of them trimmed' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,true,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,true,,complete
CSV
archive_config='"enabled": false'

# ---- SIGTERM in the middle ------------------------------------------------------------------------------------------

make_batch 20260104-0000__abc1234__seed0
b=$batch
page=$b/checks/sweep_report.html
printf '1000 0.1 0.5\n1100 0.1 0.5\n' >>"$list"
start watch "$b" --html-every 1s
first_look
run_case "$b" 1000 0.1 0.5
seen T1000_eps0p1_tau0p5 complete
begin_case "$b" 1100 0.1 0.5
seen T1100_eps0p1_tau0p5 running
wait_for 20 'the page is written while the sweep runs' grep -q '"running": 1,' "$page"
contains 'says that it is not final' "$page" '"settled": false'
contains 'and is loaded again by itself' "$page" '"refresh_seconds": 1,'
absent 'nothing else is written yet' "$b/checks/sweep_completeness.csv"
kill -TERM "$pid"
reap 20 'SIGTERM ends it'
is 'interrupted' 130 "$status"
json=$b/checks/sweep_completeness.json
contains 'the report says that it is not final' "$json" '"settled": false'
is 'the report is whole' '}' "$(tail -c 3 "$json" | tr -d '\r\n ')"
csv_is 'and says how far things were' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,false,summary.json;checks/mass_budget.csv;series/run.parquet,running
CSV
is 'no temporary files are left' '' "$(find "$b" -name '*.tmp*' -o -name '.*.part' -o -name '*~')"
lacks 'no escape bytes on stdout' "$work/out" "$escape"

# ---- what is there already ------------------------------------------------------------------------------------------

make_batch tag/20260105-0000__abc1234__seed0
b=$batch
printf '1000 0.1 0.5\n' >>"$list"
make_case "$b" 1000 0.1 0.5
start watch "$work/tag" --settle 1
reap 60 'a finished sweep is settled at once'
is 'and complete' 0 "$status"
contains 'the newest batch was taken, and said so' "$work/err" 20260105-0000__abc1234__seed0
exists 'its report is in the batch' "$b/checks/sweep_completeness.csv"

# ---- a kept list that is no text ------------------------------------------------------------------------------------

make_batch tag/20260106-0000__abc1234__seed0
printf '1000 0.1 0.5\n\377\377\n' >>"$list"
start watch "$batch"
wait_for 20 'why it is not used is said' grep -q 'expected_sweep_list.txt cannot be read: it is neither UTF-8' "$work/err"
printf '1000 0.1 0.5\n' >"$list"
first_look 'and once it is mended it counts' '1 pending'
is 'said once' 1 "$(grep -c 'cannot be read' "$work/err")"
kill -TERM "$pid"
reap 20 'SIGTERM ends it, too'

mkdir "$work/no sweep"
runs 'a directory where no sweep is' 4 watch "$work/no sweep" --time-limit 1
is 'nothing is left in it' '' "$(ls -A "$work/no sweep")"
runs 'a report that was asked for is written' 4 watch "$work/no sweep" --time-limit 1 --csv "$work/none.csv"
exists 'where it was asked for' "$work/none.csv"

finish
