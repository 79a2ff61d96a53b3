#!/bin/sh
# Every trouble that a sweep is known to have, each on a real tree of its own: `show` says it in the expected sentence.
# Then all of them in one tree: the JSON says of each what it is.
# shellcheck source=tests/e2e/lib.sh disable=SC1003,SC2016,SC2154 # paths of Windows; variables of the trees
. "$(dirname -- "$0")/lib.sh"

# shellcheck source=tests/e2e/trees.sh
. "$here/trees.sh"

# ---- a finished result is written anew while we watch; the end is asked for at the end -------------------------------

make_batch rewritten/20260101-0000__abc1234__seed0
b=$batch rewritten=$batch
whole 4000
line 5000 # keeps the sweep open
"$SWEEPWATCH" watch "$rewritten" --poll --time-limit 1000 >"$work/watch.out" 2>&1 </dev/null &
watcher=$!
children="$children $watcher"
summary=$case_dir/summary.json

# ---- each alone -----------------------------------------------------------------------------------------------------

made=0
new_tree() {
    made=$((made + 1))
    make_batch "tree$made/20260101-0000__abc1234__seed0"
    b=$batch a=$work/tree$made-archive
    mkdir "$a"
}

# told WHAT ARCHIVE? TREE STATUS SENTENCE...: each sentence stands on a line of its own of what `show` says.
told() {
    what=$1 with=$2 tree=$3 expected=$4
    shift 4
    new_tree
    archive_config='"enabled": false'
    [ "$with" = none ] || archive_config='"enabled": true'
    "tree_$tree" 4000
    if [ "$with" = archive ]; then run show 4000 "$b" --archive-dir "$a"; else run show 4000 "$b" --archive-dir ''; fi
    is "$what: $expected" "$(name_of 4000): $expected" "$(head -n 1 "$work/out")"
    for sentence; do
        if grep -qxF -- "  $sentence" "$work/out"; then pass "$what"; else
            fail "$what" "expected: $sentence" "found:" "$(cat "$work/out" "$work/err")"
        fi
    done
}

t=$(name_of 4000)
told 'nothing is wrong' none whole complete 'all 4 required files whole'
told 'split over several batches' none split missing \
    "it is in another batch: $work/tree2/20260101-0001__abc1234__seed9/$t, with 4 of 4 required files whole" \
    'next: look into the other batch before running the case again'
told 'one title, two cases' none same_title invalid \
    'lines 2 and 3 of the list have this title, one directory cannot hold both'
told 'it never began' none no_directory missing 'no directory in the batch'
told 'empty directories' none empty missing 'nothing but empty directories'
told 'series absent' none no_series missing 'series/run.parquet is absent'
told 'not merged' none unmerged complete '2 chunks are not merged into series/run.parquet'
told 'no footer' none no_footer invalid \
    'series/run.parquet in the batch is truncated (15 bytes): ends without a Parquet footer'
told 'summary absent' none no_summary missing 'summary.json is absent' \
    'series/run.parquet is whole but summary.json was never written: the run was aborted before its end'
told 'half a summary' none half_summary invalid
told 'config absent' none no_config missing 'run_config.json is absent'
told 'config still pre_run' none pre_run invalid 'run_config.json still says pre_run: the run was interrupted'
told 'overrides mixed up' none mixed_up invalid \
    "config.radiation.TM_K is 5555, the list says 4000; directory $t" \
    'next: check the overrides the run was started with, then run the case again'
told 'overrides mixed up, seen at once' none mixed_up_early missing \
    "config.supply.mixing.epsilon_mix is 0.75, the list says 0.5; directory $t" \
    "config.optical_depth.tau0_target is 2.0, the list says 1.0; directory $t"
told "another batch's directory in the configuration" none wrong_directory invalid \
    "outdir names directory E:\\out\\other_batch\\$t, this is 20260101-0000__abc1234__seed0/$t"
told 'output only in the archive' archive only_archived complete \
    'all 4 required files whole; archive verified against its manifest'
told 'trimmed after archiving' archive trimmed complete \
    'all 4 required files whole; archive verified against its manifest'
told 'ARCHIVE_DONE absent' archive not_done archive_failed \
    'ARCHIVE_DONE is absent in the archive; 4 of 4 required files whole there'
told 'never archived' archive never_archived archive_failed 'no copy in the archive' \
    'next: repeat the archive step of this case'
told 'archiving skipped' archive skipped archive_failed 'ARCHIVE_SKIPPED says "archive dir is not writable: E:\archive"'
told 'archiving broke' archive broke archive_failed \
    'INCOMPLETE says "copy failed: [Errno 28] No space left on device"'
told 'manifest and archive differ in size' archive manifest_differs archive_failed \
    "archive_manifest.json and the archive's directory differ: series/psd_hist.parquet is 44 bytes, the manifest says 43"
told 'manifest and archive differ in files' archive manifest_lacks archive_failed \
    "archive_manifest.json and the archive's directory differ: series/psd_hist.parquet is missing"
told 'copied before it was finished' archive copied_too_early archive_failed \
    'checks/mass_budget.csv has 165 bytes in the archive and 201 bytes here: it was copied before it was finished, or written anew since'
told 'left over in the archive' archive left_over complete \
    'the archive also holds what archive_manifest.json does not list: series/old.parquet'
told "another batch's copy" archive other_batch archive_failed \
    "next: move the other batch's copy out of the archive, then repeat the archive step of this case"
told 'a failure that nobody saw' none failed failed 'exit code 3 (recorded by exec)'
told 'the budget was violated' none violation complete 'summary.json records mass_budget_violation'
told 'a directory for a file' none not_a_file missing 'summary.json in the batch is not a regular file: is a directory'
told 'a title with further parts' none other_name complete "found in the batch as ${t}_mu0p8"
told 'two directories for one case' none two_candidates missing \
    "several directories in the batch could be this case: ${t}_mu0p8, ${t}_mu1p0" \
    "next: keep only the directory that is this case's, then check again"

# ---- what needs more than a tree ------------------------------------------------------------------------------------

# A title twice, numbers twice, letter case: before the sweep.
printf '1 0.5 1.0\n1 0.5 1.0\n1.0 0.5 1.0\n1e3 0.5 1.0\n1E3 0.5 1.0\n' >"$work/list.txt"
runs 'a list with twins' 0 lint "$work/list.txt"
cat "$work/out" "$work/err" >"$work/lint"
contains 'the same line twice' "$work/lint" 'lines 1 and 2 are the same case; it counts once, remove one of them'
contains 'numbers under two titles' "$work/lint" 'lines 1 and 3 have the same numbers under two titles'
contains 'letter case' "$work/lint" 'lines 4 and 5 have titles that differ only in letter case'

# Paths that Windows cannot hold.
long=$(printf '%0180d' 0)
make_batch "long$long"
b=$batch
tree_whole 4000
run show 4000 "$b"
contains 'a path that is too long' "$work/out" 'characters, Windows allows 259'
contains 'is a risk' "$work/out" 'flags: risky_title'

# The archive drive is not there: exit 5, and what only it could prove is unverified.
new_tree
archive_config='"enabled": true'
tree_whole 4000
rmdir "$a"
runs 'the drive is gone' 5 show 4000 "$b" --archive-dir "$a"
contains 'the archive cannot be read' "$work/out" '  the archive cannot be read'
contains 'unverified' "$work/out" 'flags: unverified'
contains 'what to do' "$work/out" 'next: check the archive drive, then check again'

# The archive's place is learned; another machine's is named and left out.
new_tree
archive_config='"enabled": true, "dir": "'$a'"'
tree_archived_here() { whole "$1" && archive_case "$case_dir" "$a"; }
tree_archived_here 4000
runs 'an archive that the configuration names' 0 show 4000 "$b"
contains 'is told' "$work/err" "archive directory learned from the configurations: $a"
contains 'is looked into' "$work/out" 'archive verified against its manifest'
new_tree
archive_config='"enabled": true, "dir": "E:\\archive"'
tree_whole 4000
runs "another machine's archive" 0 show 4000 "$b"
contains 'is named and left out' "$work/err" 'name the archive E:\archive, which is no path of this machine'
contains 'and asks nothing' "$work/out" ': complete'

# An archive with a directory a batch.
new_tree
archive_config='"enabled": true'
whole 4000
archive_case "$case_dir" "$a/20260101-0000__abc1234__seed0"
run show 4000 "$b" --archive-dir "$a"
contains 'ARCHIVE/BATCH/TITLE is found' "$work/out" 'archive verified against its manifest'
contains 'and shown' "$work/out" "archive  $a/20260101-0000__abc1234__seed0/$t"
runs 'also while it is watched' 0 watch "$b" --archive-dir "$a" --settle 1 --time-limit 100 --strict
contains 'and believed' "$b/checks/sweep_completeness.csv" ',true,true,,complete'
whole 5000
archive_case "$case_dir" "$a/20260101-0000__abc1234__seed0"
mv "$b" "$b.kept"
runs 'under the name that the batch had' 0 check "$b.kept" --archive-dir "$a" --strict
runs 'where watching finds it, too' 0 watch "$b.kept" --archive-dir "$a" --settle 1 --time-limit 100 --strict

# The whole batch was renamed: no contradiction, said once.
new_tree
archive_config='"enabled": false'
whole 4000
whole 5000
mv "$b" "$b.kept"
runs 'a renamed batch' 0 check "$b.kept" --strict
contains 'is told' "$work/out" 'every configuration names the batch 20260101-0000__abc1234__seed0'

# Directories that match no line, and a case that nobody knows.
new_tree
whole 4000
make_case "$b" 4100 "$eps" "$tau"
runs 'a directory of no line' 0 check "$b"
contains 'is named with the nearest title' "$work/out" "T4100_eps0p5_tau1p0 (nearest: $t)"
runs 'a case that nobody knows' 3 show "4000 0.5 2.0" "$b"
contains 'the nearest is named' "$work/err" "did you mean $t?"
runs 'one of several' 0 show t40 "$b"
whole 4001
runs 'a beginning that is two cases' 3 show T400 "$b"
contains 'both are named' "$work/err" "could be several cases: $t, T4001_eps0p5_tau1p0"

# The end of the log, cleaned.
mkdir "$b/$t/logs"
printf 'step 1\n\033[31mstep 2\033[0m\n  10%%\r  90%%\nTraceback (most recent call last):\n' >"$b/$t/logs/run.log"
mkfifo "$b/$t/pipe.log"
runs 'a case with a log' 0 show 4000 "$b"
contains 'its name' "$work/out" 'log      logs/run.log'
contains 'its colours are gone' "$work/out" '    | step 2'
contains 'a progress bar is its last state' "$work/out" '    |   90%'
contains 'its last line' "$work/out" '    | Traceback (most recent call last):'
runs 'the same for programs' 0 show 4000 "$b" --json
contains 'with the log' "$work/out" '"Traceback (most recent call last):"'

# The process that runs the sweep is gone: what has not finished is missing, not running.
new_tree
line 4000
begin_case "$b" 4000 "$eps" "$tau"
tree_split 5000
sh -c 'exit 0' &
gone=$!
wait "$gone"
runs 'the parent is gone' 0 watch "$b" --pid "$gone" --settle 1 --time-limit 100
contains 'the case is missing' "$b/checks/sweep_completeness.csv" ',missing'
case_has 'and the one that is elsewhere is found at the end of watching, too' "$b/checks/sweep_completeness.json" \
    "$(name_of 5000)" '"it is in another batch: '

# Somebody holds a file (locks of other processes can be seen here only where the system tells).
if command -v flock >/dev/null 2>&1; then
    new_tree
    whole 4000
    flock -x "$case_dir/summary.json" sh -c 'echo $$ >"$0" && exec sleep 300' "$work/holder" &
    children="$children $!"
    wait_for 10 'a file is held' test -s "$work/holder"
    children="$children $(cat "$work/holder")"
    run show 4000 "$b"
    if grep -q 'locked' "$work/out"; then
        contains 'the holder is named' "$work/out" "summary.json in the batch is locked by"
    else
        printf 'skipped: locks cannot be seen here\n'
    fi
fi

# Who still has a case's files open, where the system tells: the run is alive, whatever it does not write.
if [ -r /proc/self/fdinfo/0 ]; then
    new_tree
    line 4000
    begin_case "$b" 4000 "$eps" "$tau"
    make_budget "$case_dir/checks/mass_budget.csv"
    sh -c 'exec 3>>"$1"; echo $$ >"$0"; exec sleep 300' "$work/writer" "$case_dir/checks/mass_budget.csv" &
    wait_for 10 'a file is open' test -s "$work/writer"
    children="$children $(cat "$work/writer")"
    run show 4000 "$b" --running
    contains 'the process that has a file open is named' "$work/out" "open in sleep ($(cat "$work/writer"))"
    run show 4000 "$b" --running --json
    contains 'for programs, too' "$work/out" "\"open_in\": [\"sleep ($(cat "$work/writer"))\""
    run show 4000 "$b"
    lacks 'but not of a case that is over' "$work/out" 'open in'
fi

# ---- all of them in one tree ----------------------------------------------------------------------------------------

all_trees
runs 'all troubles in one tree' 1 check "$b" --archive-dir "$a" --strict
json=$b/checks/sweep_completeness.json
sed -n 's/^ *"case_id": "\([^"]*\)".*/\1/p; s/^ *"status": "\([a-z_]*\)".*/\1/p; s/^ *"flags": \[\(.*\)\].*/[\1]/p' "$json" |
    tr -d '" ' | awk '/^T/ { title = $0; next } /^\[/ { f = substr($0, 2, length($0) - 2); print title, status, (f == "" ? "-" : f); next } { status = $0 }' \
    >"$work/found"
awk '{ print $1, $3, $4 }' "$work/expected" >"$work/wanted"
same 'the JSON has the status and the flags of each' "$work/wanted" "$work/found"
is 'every case is counted once' "$(wc -l <"$work/wanted" | tr -d ' ')" \
    "$(sed -n 's/^ *"expected_cases": \([0-9]*\).*/\1/p' "$json")"

# ---- the one that was watched ---------------------------------------------------------------------------------------

# A version counts as finished once it was seen again, unchanged, after its settling time.
for round in 1 2 3; do
    sleep 5
    make_summary "$summary" "another case's, round $round"
done
sleep 3
kill -INT "$watcher"
wait "$watcher"
is 'watching ends when it is interrupted' 130 "$?"
json=$rewritten/checks/sweep_completeness.json
case_has 'a finished result that was written anew' "$json" "$t" 'summary.json in the batch was finished and then written anew'
case_has 'is flagged' "$json" "$t" '"overwritten"'

finish
