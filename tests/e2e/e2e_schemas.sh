#!/bin/sh
# What we write is as docs/schemas says, judged by a real validator; and what is not so is refused.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

python=''
for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then python=$candidate; fi
    [ -z "$python" ] || break
done
[ -n "$python" ] || skip 'no jsonschema for python3 here (Debian: python3-jsonschema)'
schemas=$here/../../docs/schemas

judge() { "$python" -W ignore "$here/schema_check.py" "$@" >"$work/judged" 2>&1; }
valid() { # WHAT SCHEMA FILE...
    what=$1
    shift
    if judge "$schemas/$1" "$2"; then pass "$what"; else fail "$what" "$(head -n 5 "$work/judged")"; fi
}
refused() { # WHAT SCHEMA FILE KEY VALUE: the file with that value is not valid
    "$python" "$here/schema_check.py" --mutate "$4" "$5" "$3" >"$work/mutant.json" || fail "$1: no mutant"
    if judge "$schemas/$2" "$work/mutant.json"; then
        fail "refused: $1"
    elif grep -q '^Traceback' "$work/judged"; then
        fail "refused: $1" "$(tail -n 3 "$work/judged")"
    else
        pass "refused: $1"
    fi
}

# ---- the trees -------------------------------------------------------------------------------------------------------

archive=$work/archive
mkdir "$archive"

make_batch empty
printf '1000 0.1 0.5\n' >>"$list"
empty=$batch

make_batch good
good=$batch
archive_config="\"enabled\": true, \"dir\": \"$archive\""
for t in 1000 1100; do
    printf '%s 0.1 0.5\n' "$t" >>"$list"
    make_case "$batch" $t 0.1 0.5
    archive_case "$case_dir" "$archive"
done

# One of each trouble that leaves something else in the report.
make_batch 20260102-0000__abc1234__seed0
bad=$batch
for t in 2000 2100 2200 2300 2400 2500 2600 2700 2800 2900; do printf '%s 0.1 0.5\n' $t >>"$list"; done
printf '2900 0p1 0.5\n' >>"$list"
make_case "$batch" 2000 0.1 0.5 # never archived
make_case "$batch" 2100 0.1 0.5
printf 'PAR1 and no more' >"$case_dir/series/run.parquet"
make_case "$batch" 2200 0.1 0.5
rm "$case_dir/series/run.parquet"
make_parquet "$case_dir/series/run_chunk_000000000_000000031.parquet"
make_case "$batch" 2300 0.1 0.5
make_pre_run "$case_dir/run_config.json" "$case_dir" 5555 0.1 0.5
printf 'a line\n<b>&amp;\n' >"$case_dir/run.log"
begin_case "$batch" 2400 0.1 0.5
"$SWEEPWATCH" exec --batch-dir "$batch" --case "$title" -- sh -c 'exit 3' >/dev/null 2>&1
"$SWEEPWATCH" exec --batch-dir "$batch" --case "$title" -- sh -c 'exit 4' >/dev/null 2>&1
make_case "$batch" 2500 0.1 0.5
archive_case "$case_dir" "$archive"
printf x >>"$copy/series/psd_hist.parquet"
make_case "$batch" 2600 0.1 0.5
printf 'copy failed' >"$case_dir/INCOMPLETE"
make_case "$work/20260101-0000__abc1234__seed9" 2700 0.1 0.5 # in another batch
make_case "$batch" 2800 0.1 0.5
rm "$case_dir/summary.json"
mkdir "$case_dir/summary.json"
mkdir "$batch/T2800_eps0p1_tau0p6"

# ---- the report ------------------------------------------------------------------------------------------------------

report=report.schema.json
for tree in "$empty" "$good" "$bad"; do
    runs "check ${tree##*/}" 0 check "$tree" --archive-dir "$archive"
    valid 'its report is valid' $report "$tree/checks/sweep_completeness.json"
done
for word in failed invalid missing archive_failed; do
    contains "there is a case that is $word" "$bad/checks/sweep_completeness.json" "\"status\": \"$word\""
done
contains 'and one that is complete' "$good/checks/sweep_completeness.json" '"status": "complete"'
runs 'a snapshot' 0 check "$bad" --running --json "$work/running.json" --csv "$work/running.csv"
valid 'its report is valid' $report "$work/running.json"
runs 'without the archive' 5 check "$bad" --archive-dir "$work/away" --json "$work/away.json" --csv "$work/away.csv"
valid 'its report is valid' $report "$work/away.json"
runs 'some cases only' 0 check "$bad" --filter 'T>=2500' --json "$work/some.json" --csv "$work/some.csv"
valid 'its report is valid' $report "$work/some.json"
for t in 2000 2300 2400 2700; do
    run show $t "$bad" --archive-dir "$archive" --json
    cp "$work/out" "$work/show.json"
    valid "what show says of $t is valid" "$report#/\$defs/case" "$work/show.json"
done
for tree in "$empty" "$good" "$bad"; do
    runs "failed ${tree##*/}" 0 failed "$tree" --archive-dir "$archive" --format json
    cp "$work/out" "$work/failed.json"
    valid 'what it says is valid' "$report#/\$defs/failed" "$work/failed.json"
done

begin_case "$empty" 1000 0.1 0.5
run watch "$empty" --stall-after 1 --time-limit 4 --json "$work/stalled.json" --csv "$work/stalled.csv"
contains 'a case is stalled' "$work/stalled.json" '"stall": {'
valid 'its report is valid' $report "$work/stalled.json"
rm -r "$case_dir"

whole=$bad/checks/sweep_completeness.json
refused 'a report without counts' $report "$whole" counts -
refused 'a key that nobody knows' $report "$whole" surprise 1
refused 'a status that there is not' $report "$whole" cases.0.status '"done"'
refused 'a flag that there is not' $report "$whole" cases.0.flags '["odd"]'
refused 'a number for words' $report "$whole" cases.0.reasons.0 5
refused 'a case without artifacts' $report "$whole" cases.0.artifacts -
refused 'a negative size' $report "$whole" cases.0.artifacts.0.local.size -1
refused 'a truth value for "unknown"' $report "$whole" cases.0.found_local true
refused 'fewer than no cases' $report "$whole" expected_cases -1
refused 'a later schema' $report "$whole" schema_version 2
refused 'a case of show without its title' "$report#/\$defs/case" "$work/show.json" case_id -

# ---- events ----------------------------------------------------------------------------------------------------------

events=events.schema.json
watched() { # BATCH TIME-LIMIT: only the good one is over by itself
    run watch "$1" --archive-dir "$archive" --settle 1 --archive-grace 1 --time-limit "$2" --events "$work/events.jsonl" \
        --on-event "cat >>'$work/hook.jsonl'"
}
watched "$empty" 2
watched "$good" 60
watched "$bad" 6
for word in status root settled; do contains "there are events of $word" "$work/events.jsonl" "\"event\": \"$word\""; done
valid 'events are valid' $events "$work/events.jsonl"
make_batch many
awk 'BEGIN { for (i = 0; i < 20; i++) print 1000 + i, "0.1 0.5" }' >>"$list"
make_case "$batch" 1000 0.1 0.5
run watch "$batch" --settle 1 --archive-dir '' --on-event "cat >>'$work/hook.jsonl'"
contains 'there is a digest' "$work/hook.jsonl" '"event": "digest"'
valid 'and so is what a command is told' $events "$work/hook.jsonl"

grep '"event": "status"' "$work/events.jsonl" | head -n 1 >"$work/event.json"
refused 'an event without its number' $events "$work/event.json" seq -
refused 'a status that there is not' $events "$work/event.json" to '"done"'
refused 'a key of another kind of event' $events "$work/event.json" root '"batch"'
refused 'an event that there is not' $events "$work/event.json" event '"progress"'
refused 'a time of another zone' $events "$work/event.json" at '"2026-03-01T12:00:00.000+09:00"'

# ---- profiles --------------------------------------------------------------------------------------------------------

if [ -e "$schemas/profile.schema.json" ]; then
    for profile in "$here"/../../assets/profiles/*.json; do
        valid "the profile ${profile##*/} is valid" profile.schema.json "$profile"
    done
fi
finish
