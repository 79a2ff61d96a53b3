#!/bin/sh
# sweepwatch check on real files: one defect a case, the verdict of each, and the exit codes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

# ---- one defect each, no archive ------------------------------------------------------------------------------------

make_batch 20260101-0000__abc1234__seed0
b=$batch
for temperature in 1000 1100 1200 1300 1400 1500 1600 1700 1800 1900 2000; do
    printf '%s 0.1 0.5\n' "$temperature" >>"$list"
done
make_case "$b" 1000 0.1 0.5 # whole
make_case "$b" 1100 0.1 0.5
rm "$case_dir/checks/mass_budget.csv"
make_case "$b" 1200 0.1 0.5
printf 'PAR1columns.columns' >"$case_dir/series/run.parquet" # no footer
rm "$case_dir/series/psd_hist.parquet"
make_case "$b" 1300 0.1 0.5
printf '{\n  "M_loss": 0.0,\n  "T_M_u' >"$case_dir/summary.json"
# 1400: no directory
make_case "$b" 1500 0.1 0.5
make_pre_run "$case_dir/run_config.json" "$case_dir" 1500 0.1 0.5
make_case "$b" 1600 0.1 0.5
make_final "$case_dir/run_config.json" "$case_dir" 4000 0.1 0.5
make_case "$b" 1700 0.1 0.5
rm "$case_dir"/series/*
make_parquet "$case_dir/series/run_chunk_000000000_000000031.parquet"
make_case "$b" 1800 0.1 0.5 _mu0p5 # the other title writer's name
mkdir -p "$b/T1900_eps0p1_tau0p5/series" "$b/T1900_eps0p1_tau0p5/checks" # an empty directory proves nothing
begin_case "$b" 2000 0.1 0.5                                             # died in the middle
make_budget "$case_dir/checks/mass_budget.csv"
make_parquet "$case_dir/series/run_chunk_000000000_000000031.parquet"

snapshot() { (cd "$1" && ls -lnR T* && find T* -type f -exec cksum {} +); }
snapshot "$b" >"$work/before"
runs 'defects without --strict' 0 check "$b"
csv_is 'each defect has its verdict' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,false,checks/mass_budget.csv,missing
T1200_eps0p1_tau0p5,$b/T1200_eps0p1_tau0p5,true,false,,invalid
T1300_eps0p1_tau0p5,$b/T1300_eps0p1_tau0p5,true,false,,invalid
T1400_eps0p1_tau0p5,$b/T1400_eps0p1_tau0p5,false,false,$all_files,missing
T1500_eps0p1_tau0p5,$b/T1500_eps0p1_tau0p5,true,false,,invalid
T1600_eps0p1_tau0p5,$b/T1600_eps0p1_tau0p5,true,false,,invalid
T1700_eps0p1_tau0p5,$b/T1700_eps0p1_tau0p5,true,false,,complete
T1800_eps0p1_tau0p5,$b/T1800_eps0p1_tau0p5,true,false,,complete
T1900_eps0p1_tau0p5,$b/T1900_eps0p1_tau0p5,true,false,$all_files,missing
T2000_eps0p1_tau0p5,$b/T2000_eps0p1_tau0p5,true,false,summary.json,missing
CSV
json=$b/checks/sweep_completeness.json
case_has 'no footer is truncated' "$json" T1200_eps0p1_tau0p5 '"truncated"'
case_has 'half a JSON is truncated' "$json" T1300_eps0p1_tau0p5 '"truncated"'
case_has 'a pre_run configuration is interrupted' "$json" T1500_eps0p1_tau0p5 '"interrupted"'
case_has 'a foreign temperature contradicts the list' "$json" T1600_eps0p1_tau0p5 '"config_mismatch"'
case_has 'the value found is named' "$json" T1600_eps0p1_tau0p5 4000
case_has 'chunks alone are unmerged' "$json" T1700_eps0p1_tau0p5 '"unmerged"'
case_lacks 'a merged series is not' "$json" T1000_eps0p1_tau0p5 '"unmerged"'
json_number() { sed -n 's/^[[:space:]]*"'"$2"'":[[:space:]]*\([0-9]*\).*/\1/p' "$1" | head -n 1; }
is 'expected_cases' 11 "$(json_number "$json" expected_cases)"
is 'found_cases' 10 "$(json_number "$json" found_cases)"
is 'missing_cases' 4 "$(json_number "$json" missing_cases)"
is 'missing_files_total' 10 "$(json_number "$json" missing_files_total)"
is 'archive_failures' 0 "$(json_number "$json" archive_failures)"
is 'nothing but reports was written' \
    'archive_retry.txt expected_sweep_list.txt rerun_sweep_list.txt sweep_completeness.csv sweep_completeness.json sweep_report.html' \
    "$(cd "$b/checks" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
snapshot "$b" >"$work/after"
same 'the cases are as they were' "$work/before" "$work/after"

# ---- only some cases -------------------------------------------------------------------------------------------------

cp "$b/checks/sweep_completeness.csv" "$work/whole.csv"
runs 'a filter does not change what --strict means' 1 check "$b" --strict --filter 'complete T<1100'
cat >"$work/expected" <<TXT
3/11 complete, 4 invalid, 4 missing
1 of 11 match the filter: 1 complete
TXT
head -n 2 "$work/out" >"$work/head"
same 'how many match, and of which status' "$work/expected" "$work/head"
is 'they are listed, complete or not' 'complete T1000_eps0p1_tau0p5' "$(sed -n '3s/^\([a-z]*\) *\([^:]*\).*/\1 \2/p' "$work/out")"
is 'and no other' 3 "$(wc -l <"$work/out" | tr -d ' ')"
same 'the CSV file is of all cases' "$work/whole.csv" "$b/checks/sweep_completeness.csv"
runs 'a filter, with the CSV on stdout' 0 check "$b" --filter 'missing T>=1400' --csv -
csv_is 'what goes to stdout is of those that match' "$work/out" <<CSV
T1400_eps0p1_tau0p5,$b/T1400_eps0p1_tau0p5,false,false,$all_files,missing
T1900_eps0p1_tau0p5,$b/T1900_eps0p1_tau0p5,true,false,$all_files,missing
T2000_eps0p1_tau0p5,$b/T2000_eps0p1_tau0p5,true,false,summary.json,missing
CSV
runs 'a filter, with the JSON on stdout' 0 check "$b" --filter T=1400 --json -
is 'the totals go with the cases' '1 1 T=1400' "$(json_number "$work/out" expected_cases) $(json_number "$work/out" missing_cases) $(
    sed -n 's/.*"filter": "\(.*\)",/\1/p' "$work/out")"
runs 'a filter that names no parameter' 2 check "$b" --filter 'X=1'
contains 'says which word' "$work/err" "'X'"

runs '--strict with defects' 1 check "$b" --strict
runs 'a snapshot in the middle' 0 check "$b" --running --csv "$work/running.csv" --json "$work/running.json"
is 'while running, what is not there is not yet missing' pending \
    "$(sed -n 's/^T1400_.*,\([a-z_]*\).*$/\1/p' "$work/running.csv")"
is 'and half a case is running' running "$(sed -n 's/^T2000_.*,\([a-z_]*\).*$/\1/p' "$work/running.csv")"
is 'but a whole one is complete' complete "$(sed -n 's/^T1000_.*,\([a-z_]*\).*$/\1/p' "$work/running.csv")"

# ---- the archive ----------------------------------------------------------------------------------------------------

archive_config='"enabled": true, "merge_target": "local", "keep_local": "all"'
make_batch 20260102-0000__abc1234__seed0
b=$batch
archive=$work/archive
mkdir "$archive"
for temperature in 1000 1100 1200 1300 1400 1500 1600 1700; do printf '%s 0.1 0.5\n' "$temperature" >>"$list"; done
make_case "$b" 1000 0.1 0.5 # archived well
archive_case "$case_dir" "$archive"
make_case "$b" 1100 0.1 0.5
printf 'archive dir is not writable: E:' >"$case_dir/ARCHIVE_SKIPPED"
make_case "$b" 1200 0.1 0.5
archive_case "$case_dir" "$archive"
rm "$copy/ARCHIVE_DONE" "$copy/archive_manifest.json" "$copy/series/run.parquet"
printf 'copy failed: [Errno 5] Input/output error' >"$case_dir/INCOMPLETE"
make_case "$b" 1300 0.1 0.5
archive_case "$case_dir" "$archive"
printf 'x' >>"$copy/series/psd_hist.parquet" # not what the manifest says
make_batch older
make_case "$batch" 1400 0.1 0.5
find "$case_dir" -type f -exec touch -t 202001010000 {} +
archive_case "$case_dir" "$archive" # of another batch
make_case "$b" 1400 0.1 0.5
make_case "$b" 1500 0.1 0.5 # keep_local=metadata: the local series are gone
archive_case "$case_dir" "$archive"
rm -r "$case_dir/series"
make_case "$b" 1600 0.1 0.5 # keep_local=none: only the archive is left
archive_case "$case_dir" "$archive"
rm -r "$case_dir"
make_case "$b" 1700 0.1 0.5 # never archived

runs 'an archive' 0 check "$b" --archive-dir "$archive"
csv_is 'each archive has its verdict' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,true,,complete
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,false,,archive_failed
T1200_eps0p1_tau0p5,$b/T1200_eps0p1_tau0p5,true,true,,archive_failed
T1300_eps0p1_tau0p5,$b/T1300_eps0p1_tau0p5,true,true,,archive_failed
T1400_eps0p1_tau0p5,$b/T1400_eps0p1_tau0p5,true,true,,archive_failed
T1500_eps0p1_tau0p5,$b/T1500_eps0p1_tau0p5,true,true,,complete
T1600_eps0p1_tau0p5,$b/T1600_eps0p1_tau0p5,false,true,,complete
T1700_eps0p1_tau0p5,$b/T1700_eps0p1_tau0p5,true,false,,archive_failed
CSV
json=$b/checks/sweep_completeness.json
is 'archive_failures' 5 "$(json_number "$json" archive_failures)"
case_has "the skipped marker's text is the reason" "$json" T1100_eps0p1_tau0p5 'archive dir is not writable: E:'
case_has "the incomplete marker's text is the reason" "$json" T1200_eps0p1_tau0p5 'Input/output error'
case_has 'the file that differs is named' "$json" T1300_eps0p1_tau0p5 psd_hist.parquet
case_has "another batch's copy is not ours" "$json" T1400_eps0p1_tau0p5 '"stale_archive"'
runs '--strict with archive trouble' 1 check "$b" --archive-dir "$archive" --strict

runs 'an empty --archive-dir is none' 0 check "$b" --archive-dir "" --csv "$work/none.csv" --json "$work/none.json"
is 'and then a whole local case is complete' complete "$(sed -n 's/^T1700_.*,\([a-z_]*\).*$/\1/p' "$work/none.csv")"
is 'and a trimmed one is not' missing "$(sed -n 's/^T1500_.*,\([a-z_]*\).*$/\1/p' "$work/none.csv")"

runs 'an archive that is not there' 5 check "$b" --archive-dir "$work/unplugged"
csv_is 'what only the archive could prove is archive_failed' "$b/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$b/T1000_eps0p1_tau0p5,true,unknown,,archive_failed
T1100_eps0p1_tau0p5,$b/T1100_eps0p1_tau0p5,true,unknown,,archive_failed
T1200_eps0p1_tau0p5,$b/T1200_eps0p1_tau0p5,true,unknown,,archive_failed
T1300_eps0p1_tau0p5,$b/T1300_eps0p1_tau0p5,true,unknown,,archive_failed
T1400_eps0p1_tau0p5,$b/T1400_eps0p1_tau0p5,true,unknown,,archive_failed
T1500_eps0p1_tau0p5,$b/T1500_eps0p1_tau0p5,true,unknown,,archive_failed
T1600_eps0p1_tau0p5,$b/T1600_eps0p1_tau0p5,false,unknown,,archive_failed
T1700_eps0p1_tau0p5,$b/T1700_eps0p1_tau0p5,true,unknown,,archive_failed
CSV
case_has 'and unverified' "$json" T1000_eps0p1_tau0p5 '"unverified"'

# ---- the source document's own command line -------------------------------------------------------------------------

archive_config='"enabled": false'
make_batch plain
b=$batch
printf '4000 0.1 1.0\n' >>"$list"
make_case "$b" 4000 0.1 1.0
runs 'everything complete, --strict' 0 check --batch-dir "$b" --sweep-list "$b\\checks\\expected_sweep_list.txt" \
    --archive-dir "" --require summary.json run_config.json 'checks\mass_budget.csv' 'series\run.parquet' \
    --csv "$b\\checks\\own.csv" --json "$b/checks/own.json" --strict
csv_is 'backslashes are separators' "$b/checks/own.csv" <<CSV
T4000_eps0p1_tau1p0,$b/T4000_eps0p1_tau1p0,true,false,,complete
CSV
runs 'a file that nobody writes' 1 check "$b" --require summary.json 'extra\of.csv' 'series\run.parquet' --strict
csv_is 'is the one that is missing' "$b/checks/sweep_completeness.csv" <<CSV
T4000_eps0p1_tau1p0,$b/T4000_eps0p1_tau1p0,true,false,extra/of.csv,missing
CSV
runs 'two batches for one' 2 check "$b" --batch-dir "$work"
contains 'it is said which' "$work/err" "--batch-dir $work comes after another batch directory"
(cd "$b" && "$SWEEPWATCH" check . --csv "$work/dot.csv" --json "$work/dot.json") >"$work/out" 2>"$work/err" </dev/null
csv_is 'expected_dir is the directory as given' "$work/dot.csv" <<CSV
T4000_eps0p1_tau1p0,./T4000_eps0p1_tau1p0,true,false,,complete
CSV

# ---- lists ----------------------------------------------------------------------------------------------------------

make_batch twice
printf '1000 0.1 0.5\n1000 0.1 0.5\n1100 0.1 0.5\n1100 0p1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
make_case "$batch" 1100 0.1 0.5
runs 'repeated lines' 0 check "$batch"
csv_is 'the same line twice is one case, two lines with one title are invalid' "$batch/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$batch/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$batch/T1100_eps0p1_tau0p5,true,false,,invalid
CSV
case_has 'duplicate_title' "$batch/checks/sweep_completeness.json" T1100_eps0p1_tau0p5 '"duplicate_title"'
contains 'the repeated line is named' "$work/err" expected_sweep_list.txt:3

cp "$batch/checks/sweep_completeness.csv" "$work/without.csv"
runs 'for Excel' 0 check "$batch" --csv-bom
{ printf '\357\273\277' && cat "$work/without.csv"; } >"$work/with.csv"
same 'a byte order mark, and the rest as it was' "$work/with.csv" "$batch/checks/sweep_completeness.csv"

make_batch bad_list
printf '1000 0.1 0.5\nT=1100 eps=0.1\n' >>"$list"
runs 'a list that cannot be used' 2 check "$batch"
contains 'names the file and the line' "$work/err" expected_sweep_list.txt:3
absent 'no report' "$batch/checks/sweep_completeness.csv"

# Whatever other list the settings name: it may be another sweep's.
make_batch no_text
printf '1000 0.1 0.5\n\377\377\n' >>"$list"
printf '2000 0.1 0.5\n' >"$work/other.txt"
printf 'sweep_list_file=%s\n' "$work/other.txt" >"$batch/sweep_settings.txt"
runs 'a kept list that is no text' 2 check "$batch"
contains 'names it' "$work/err" 'expected_sweep_list.txt cannot be read: it is neither UTF-8 nor code page 932 text'
absent 'and no other is taken' "$batch/checks/sweep_completeness.csv"
runs 'one given counts' 0 check "$batch" --sweep-list "$work/other.txt"
contains 'and is judged' "$work/out" '0/1 complete'
rm -r "$list" && mkdir "$list"
runs 'a kept list that is a directory' 2 check "$batch"
contains 'names it, too' "$work/err" 'expected_sweep_list.txt cannot be read'
rmdir "$list"
runs 'only where none is kept the settings count' 0 check "$batch"

runs 'a list that is not there' 3 check "$b" --sweep-list "$work/none.txt"
contains 'names it' "$work/err" none.txt
runs 'a batch that is not there' 3 check "$work/nowhere"
contains 'names it' "$work/err" nowhere
absent 'and is not made' "$work/nowhere"
runs 'an unknown option' 2 check "$b" --bogus
contains 'names it' "$work/err" --bogus
runs 'two batches' 2 check "$b" "$b"
mkdir "$work/file_in_the_way" && : >"$work/file_in_the_way/f"
runs 'a report that cannot be written' 5 check "$b" --csv "$work/file_in_the_way/f/x.csv"
is 'data goes to stdout, messages do not' '' "$(run check "$work/nowhere" && cat "$work/out")"

finish
