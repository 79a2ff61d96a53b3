#!/bin/sh
# A sweep of another kind, described by a profile: every command judges by it; a profile that cannot be used is told with
# its file, line and remedy.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
radius=$here/../../assets/profiles/radius.json

# ---- a sweep of the second shape ------------------------------------------------------------------------------------

# A Parquet file with a real footer (of the fuzz corpus): 4 rows, `time` from 1 to 2.
make_timed_parquet() {
    footer=$here/../fuzz/corpus/parquet_footer/simple
    { printf 'PAR1' && head -c 64 /dev/zero && cat "$footer" && printf '\201\000\000\000PAR1'; } >"$1"
}

# make_radius_case BATCH RADIUS METRES: a case that ended well. Sets $title and $case_dir.
make_radius_case() {
    title=r_$2RM
    case_dir=$1/$title
    mkdir -p "$case_dir/series" "$case_dir/checks"
    make_timed_parquet "$case_dir/series/run.parquet"
    make_parquet "$case_dir/checks/mass_budget.parquet"
    printf '{ "sublimation_provenance": { "runtime_radius_m": %s }, "time_grid": { "t_end_s": 4.0 } }\n' "$3" \
        >"$case_dir/run_config.json"
    printf '{ "M_loss": NaN, "case_status": "ok" }\n' >"$case_dir/summary.json"
}

b=$work/20260101-0000__abc1234__seed0
mkdir -p "$b/checks"
printf '# R\n1.400\n1.600\n1.800\n2.000\n2.200\n2.400\n' >"$b/checks/expected_sweep_list.txt"
make_radius_case "$b" 1.400 4745300.0
make_radius_case "$b" 1.600 5423200.0 && rm "$case_dir/checks/mass_budget.parquet"
make_radius_case "$b" 1.800 6101100.0 && printf 'PAR1colu' >"$case_dir/series/run.parquet"
make_radius_case "$b" 2.000 4745300.0
make_radius_case "$b" 2.200 7456900.000000001
make_radius_case "$b" 2.300 7795850.0

runs 'check' 0 check "$b" --profile "$radius" --json "$work/json"
csv_is 'each case has its verdict' "$b/checks/sweep_completeness.csv" <<CSV
r_1.400RM,$b/r_1.400RM,true,false,,complete
r_1.600RM,$b/r_1.600RM,true,false,checks/mass_budget.parquet,missing
r_1.800RM,$b/r_1.800RM,true,false,,invalid
r_2.000RM,$b/r_2.000RM,true,false,,invalid
r_2.200RM,$b/r_2.200RM,true,false,,complete
r_2.400RM,$b/r_2.400RM,false,false,summary.json;run_config.json;checks/mass_budget.parquet;series/run.parquet,missing
CSV
case_has 'the mismatch is in the JSON' "$work/json" r_2.000RM '"expected": "2.000"'
contains 'what matches no line is named' "$work/out" 'r_2.300RM'
contains 'the report names the profile' "$work/json" '"profile": "radius"'
runs 'strict' 1 check "$b" --profile "$radius" --strict
runs 'a pass with the built-in profile' 2 check "$b"
contains 'knows another kind of list' "$work/err" '3 to 5 expected'

runs 'failed' 0 failed "$b" --profile "$radius"
is 'names the lines to run again' '1.600 1.800 2.000 2.400' "$(grep -v '^#' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
runs 'show' 0 show 2.000 "$b" --profile "$radius"
contains 'the title is found by its value' "$work/out" 'r_2.000RM: invalid'
contains 'the mismatch is told in the unit of the list' "$work/out" \
    'sublimation_provenance.runtime_radius_m is 4745300.0 (= 1.4), the list says 2.000'
runs 'show of one that is cut off' 0 show r_1.8 "$b" --profile "$radius"
contains 'says so' "$work/out" 'series/run.parquet'
runs 'show of one that is whole' 0 show 1.400 "$b" --profile "$radius"
contains 'the outcome is read' "$work/out" 'outcome  ok'

runs 'one screen' 0 watch "$b" --profile "$radius" --once --filter 'R>=2.0'
contains 'has the titles' "$work/out" 'r_2.000RM'
lacks 'the filter knows the column' "$work/out" 'r_1.400RM'
for command in "watch $b --once" "watch $b"; do
    # shellcheck disable=SC2086 # words
    runs "a filter of the other sweep, $command" 2 $command --profile "$radius" --filter 'T>=2.0'
    contains 'is refused with the columns there are' "$work/err" "'T' is no parameter; write R, state"
done
runs 'without the profile' 2 watch "$b" --filter 'R>=2.0'
contains 'R is no parameter' "$work/err" "'R' is no parameter; write T, EPS, TAU"

runs 'lint' 0 lint "$b/checks/expected_sweep_list.txt" --profile "$radius"
contains 'counts the cases' "$work/out" '6 cases, 0 errors, 0 warnings'
runs 'lint without it' 2 lint "$b/checks/expected_sweep_list.txt"
printf '1.4 0.5\n' >"$work/two"
runs 'lint of too many columns' 2 lint "$work/two" --profile "$radius"
runs 'doctor' 0 doctor "$b" --profile "$radius" --archive-dir ''
contains 'reads the list by it' "$work/out" '6 cases'
run doctor "$b" --archive-dir ''
lacks 'and not without it' "$work/out" '6 cases'

runs 'required files on top of a profile' 0 check "$b" --profile "$radius" --require summary.json plots/x.png
contains 'are those alone' "$b/checks/sweep_completeness.csv" "r_1.800RM,$b/r_1.800RM,true,false,plots/x.png,missing"

# ---- live, with an archive, which is scanned by a process of its own; recorded and seen again --------------------------

cp "$radius" "$work/profile.json"
mkdir "$work/archive"
cp -rp "$b/r_1.400RM" "$b/r_2.200RM" "$work/archive/"
printf 'more' >>"$work/archive/r_2.200RM/summary.json" # not the same file
start watch "$b" --profile "$work/profile.json" --archive-dir "$work/archive" --settle 1 --archive-grace 1 \
    --stall-after 2 --time-limit 50 --record "$work/record"
wait_for 30 'the archive is looked at' grep -q '^place archive r_1.400RM present' "$work/record"
# The one who has started goes on with what it has, whatever becomes of the file.
printf '{ "name": "broken"\n' >"$work/profile.json"
reap 60 'watch ends by itself'
is 'the sweep is settled' 0 "$status"
# No marker and no manifest in this profile: a copy is proven by its files alone.
contains 'a copy that is the same' "$b/checks/sweep_completeness.csv" "r_1.400RM,$b/r_1.400RM,true,true,,complete"
contains 'one that differs' "$b/checks/sweep_completeness.csv" "r_2.200RM,$b/r_2.200RM,true,true,,archive_failed"
contains 'rows and the progress column are read' "$work/record" 'progress batch r_1.400RM'
is 'and are those of the file' 'rows=4 value=4000000000000000' \
    "$(grep '^progress batch r_1.400RM' "$work/record" | head -n 1 | tr ' ' '\n' | grep -E '^(rows|value)=' | tr '\n' ' ' | sed 's/ $//')"
rm "$work/profile.json"
runs 'show of a copy that is the same' 0 show 1.400 "$b" --profile "$radius" --archive-dir "$work/archive"
contains 'says where it is whole' "$work/out" 'all 4 required files whole, here and in the archive'
runs 'show of one that differs' 0 show 2.200 "$b" --profile "$radius" --archive-dir "$work/archive"
contains 'says that it is not finished' "$work/out" 'the copy in the archive is not finished: 3 of 4 required files whole there'
contains 'and why' "$work/out" 'summary.json'
runs 'replay needs no file' 0 replay "$work/record" --speed max --csv "$work/again.csv" --filter 'R>1'
same 'and comes to the same end' "$b/checks/sweep_completeness.csv" "$work/again.csv"
runs 'a filter of another sweep' 2 replay "$work/record" --speed max --filter 'EPS>1'
sed '2s/ profile=[^ ]*/ profile={}/' "$work/record" >"$work/broken"
runs 'a record with a broken profile' 2 replay "$work/broken" --speed max
contains 'is told' "$work/err" "profile:1: \"name\" is absent"

# The smallest profile of the documentation can be used as it stands there.
# shellcheck disable=SC2016 # a fence, no command
sed -n '/```json/,/```/p' "$here/../../docs/PROFILES.md" | sed '/```/d' >"$work/smallest.json"
printf '1.4\n' >"$work/one"
runs "the documentation's example" 0 lint "$work/one" --profile "$work/smallest.json"

# ---- profiles that cannot be used -------------------------------------------------------------------------------------

p=$work/bad.json
refused() { # WHAT LINE WORDS: of what stands in $p
    runs "$1" 2 lint "$work/two" --profile "$p"
    contains 'is told with its place' "$work/err" "sweepwatch: $p:$2: $3"
}
broken() { sed "$1" "$radius" >"$p"; } # a sed command that spoils the good one
broken '5s/columns/colums/'
refused 'an unknown key' 5 '"colums" is no key here; known are'
refused 'what is needed is absent' 1 '"columns" is absent; it is needed'
broken '4s/"radius"/7/'
refused 'a wrong type' 4 '"name" must be a text in quotes'
broken 's/2.950287653046172e-07/-1/'
refused 'a number out of its range' 17 'values[0]: "scale" must be a number above 0'
broken '4s/radius/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/'
refused 'a text too long' 4 '"name" is longer than 64 bytes'
broken '4s/.*/&\n  "name": "again",/'
refused 'a key that comes twice' 5 '"name" stands here twice, first in line 4; remove one'
broken '4s/.*/"not_cases": [[[[[[[[[["x"]]]]]]]]]],\n&/'
refused 'too deep' 4 'nested deeper than 8 levels'
broken '6s/,$//; 7s/,$//'
refused 'no JSON' 8 "this is no JSON from '{ \"path\": \"run_confi"
printf '\223\372\226{ \377\n' >"$p"
runs 'no text' 2 lint "$work/two" --profile "$p"
contains 'is told' "$work/err" 'save it as UTF-8'
{ cat "$radius" && head -c 70000 /dev/zero | tr '\0' ' '; } >"$p"
runs 'too large' 2 lint "$work/two" --profile "$p"
contains 'is told' "$work/err" 'is larger than 64 KiB'
runs 'a directory' 2 lint "$work/two" --profile "$work"
runs 'no file' 3 lint "$work/two" --profile "$work/none.json"
contains 'is told' "$work/err" 'is not there; check --profile'
broken '4s/radius/a\x1b[31mb/'
run lint "$work/two" --profile "$p"
lacks 'its text cannot hurt the terminal' "$work/err" "$(printf '\033')"
broken '5s/columns/colums/'
for command in "check $b" "watch $b" "watch $b --once" "show 1.400 $b" "failed $b" "doctor $b" "scan --batch-dir $b"; do
    # shellcheck disable=SC2086 # words
    runs "$command with it" 2 $command --profile "$p"
    contains 'is told the same' "$work/err" "$p:5: \"colums\" is no key here"
done

# ---- the shape's real sweep, where it is ------------------------------------------------------------------------------

real=${SWEEPWATCH_REAL_SWEEP:-$here/../../../shared/real-sweep}
if [ -d "$real/r_1.400RM" ]; then
    real_batch=$work/real
    mkdir -p "$real_batch/checks" # a copy: reports are written beside it
    cp -r "$real"/r_*RM "$real_batch/"
    chmod -R u+w "$real_batch"
    printf '1.400\n1.600\n1.800\n2.000\n2.200\n' >"$real_batch/checks/expected_sweep_list.txt"
    runs 'the real sweep is complete' 0 check "$real_batch" --profile "$radius" --strict
    contains 'each case of it' "$work/out" '5/5 complete'
    mv "$real_batch/r_1.400RM" "$real_batch/keep" && mv "$real_batch/r_1.600RM" "$real_batch/r_1.400RM" &&
        mv "$real_batch/keep" "$real_batch/r_1.600RM"
    runs 'two directories of it swapped' 1 check "$real_batch" --profile "$radius" --strict
    contains 'are found out' "$work/out" 'runtime_radius_m is 4745300.0 (= 1.4), the list says 1.600'
    runs 'watched' 0 watch "$real_batch" --profile "$radius" --settle 1 --time-limit 50 --record "$work/real.record"
    # 418e187e00000000: 63115200.0, the two years that its configuration names. A case may be told more than once.
    is 'rows and the progress column of each are read' 5 \
        "$(sed -n 's/^progress batch \(r_.*RM\) at=.* rows=1000 .*value=418e187e00000000.*/\1/p' "$work/real.record" |
            sort -u | grep -c .)"
    # One streamed and merged case of the built-in sweep: its chunks have as many rows as the merged file.
    streamed=$work/streamed
    mkdir -p "$streamed/checks" "$streamed/T4000_eps1p0_tau1p0"
    printf '4000 1.0 1.0\n' >"$streamed/checks/expected_sweep_list.txt"
    cp -r "$real/eval_run/." "$streamed/T4000_eps1p0_tau1p0/"
    chmod -R u+w "$streamed"
    run watch "$streamed" --settle 1 --time-limit 50 --record "$work/streamed.record"
    contains 'the merge is proven' "$work/streamed.record" ' rows=32 chunk-rows=32 chunks=1 all'
    run show 4000 "$streamed"
    lacks 'and not refuted' "$work/out" 'unmerged'
else
    printf 'skipped: the real sweep is not here (SWEEPWATCH_REAL_SWEEP)\n'
fi
finish
