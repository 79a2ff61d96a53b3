#!/bin/sh
# watch --events: every change of status, as whole lines of JSON, whatever happens to the file or the program.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
need_tool python3

# Whole lines of JSON, numbered without a gap in each session; and what the last event of each case says is the report.
cat >"$work/judge.py" <<'PY'
import csv, json, sys
events, report = sys.argv[1], sys.argv[2]
text = open(events, "rb").read().decode("utf-8")
assert text.endswith("\n"), "ends in the middle of a line"
status, seq = {}, 0
for line in text.splitlines():
    e = json.loads(line)
    assert e["seq"] == seq + 1 or e["seq"] == 1, (seq, e)
    seq = e["seq"]
    if e["event"] == "status":
        assert seq == 1 or e["first"] or status.get(e["case_id"], "pending") == e["from"], e
        status[e["case_id"]] = e["to"]
    if e["event"] == "settled":
        counts = {s: n for s, n in e["counts"].items() if n}
        assert sum(counts.values()) >= len(status), (counts, status)
for row in csv.DictReader(open(report, newline="", encoding="utf-8")):
    assert status.get(row["case_id"], "pending") == row["status"], row
print(len(status), "cases")
PY
judged() { # WHAT EVENTS REPORT CASES
    is "$1" "$4 cases" "$(python3 "$work/judge.py" "$2" "$3" 2>&1 | tail -n 1)"
}
event_is() { # WHAT EVENTS FIXED-TEXT...
    what=$1 file=$2
    shift 2
    cp "$file" "$work/lines"
    for text in "$@"; do
        grep -F -- "$text" "$work/lines" >"$work/lines.new"
        mv "$work/lines.new" "$work/lines"
    done
    if [ -s "$work/lines" ]; then pass "$what"; else fail "$what" "no event with all of: $*" "$(cat "$file")"; fi
}

# ---- a sweep from the middle to the end -----------------------------------------------------------------------------

make_batch batch
events=$work/events.jsonl
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
begin_case "$batch" 1100 0.1 0.5
start watch "$batch" --settle 1 --events "$events"
wait_for 60 'the first look is told' grep -q '"case_id": "T1100_eps0p1_tau0p5".*"to": "running"' "$events"
event_is 'what was there before is told as such' "$events" T1000_eps0p1_tau0p5 '"to": "complete"' '"first": true'
make_case "$batch" 1100 0.1 0.5
wait_for 20 'a change is told' grep -q '"case_id": "T1100_eps0p1_tau0p5".*"to": "complete"' "$events"
event_is 'as one' "$events" T1100_eps0p1_tau0p5 '"from": "running", "to": "complete", "first": false'
reap 60 'it ends'
is 'well' 0 "$status"
event_is 'a case that never came' "$events" T1200_eps0p1_tau0p5 '"to": "missing"' 'no directory in the batch' '"remedy": "run the case again"'
event_is 'the end of the sweep' "$events" '"event": "settled"' '"complete": 2' '"missing": 1'
event_is 'the root' "$events" '"event": "root", ' '"from": "waiting", "to": "'
judged 'the events are whole and end where the report does' "$events" "$batch/checks/sweep_completeness.csv" 3
printf '{"half": "of a cra' >>"$events"
cp "$events" "$work/before"
runs 'another session' 0 watch "$batch" --settle 1 --events "$events"
head -c "$(wc -c <"$work/before")" "$events" >"$work/head"
same 'is appended' "$work/before" "$work/head"
is 'after a line end of its own' '' "$(tail -c "+$(($(wc -c <"$work/before") + 1))" "$events" | head -n 1)"
tail -c "+$(($(wc -c <"$work/before") + 2))" "$events" >"$work/second"
judged 'and is whole itself' "$work/second" "$batch/checks/sweep_completeness.csv" 3

# ---- standard output ------------------------------------------------------------------------------------------------

runs 'to standard output' 0 watch "$batch" --settle 1 --events -
judged 'which has nothing else' "$work/out" "$batch/checks/sweep_completeness.csv" 3
contains 'messages are on the other one' "$work/err" 'report written'
runs 'with a report there too' 2 watch "$batch" --events - --csv -
contains 'is refused' "$work/err" 'name a file for one'

# ---- an archive that nobody has looked at yet -----------------------------------------------------------------------

make_batch early
archive_config="\"enabled\": true, \"dir\": \"$work/archive\""
printf '1000 0.1 0.5\n1100 0.1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
archive_case "$case_dir" "$work/archive"
make_case "$batch" 1100 0.1 0.5
for archive in learned given; do
    set --
    [ "$archive" = learned ] || set -- --archive-dir "$work/archive"
    runs "a sweep with an archive that is $archive" 0 watch "$batch" "$@" --settle 1 --events "$work/$archive.jsonl"
    lacks 'a case is not called complete before' "$work/$archive.jsonl" '"from": "complete"'
    is 'nor one that is not archived' '' "$(grep T1100 "$work/$archive.jsonl" | grep -F '"to": "complete"')"
    event_is 'one that is archived is, after' "$work/$archive.jsonl" T1000 '"to": "complete"' 'verified'
    lacks 'not yet looked at is not unreadable' "$work/$archive.jsonl" 'the archive cannot be read'
done
archive_config='"enabled": false'

# ---- killed ---------------------------------------------------------------------------------------------------------

start watch "$batch" --events "$work/killed.jsonl" --settle 600
wait_for 60 'events come' grep -q '"to": "complete"' "$work/killed.jsonl"
kill -KILL "$pid"
wait_for 10 'killed' test -e "$work/ended"
is 'whole lines are left' '' "$(python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$work/killed.jsonl" 2>&1)"

# ---- a drive that cannot take them ----------------------------------------------------------------------------------

runs 'a directory that is not there' 5 watch "$batch" --settle 1 --events "$work/none/events.jsonl"
contains 'is said at once' "$work/err" 'they are kept and tried again'
contains 'and at the end, with how many' "$work/err" "events could not be written to $work/none/events.jsonl: no such file"
exists 'the report is there all the same' "$batch/checks/sweep_completeness.csv"
start watch "$batch" --settle 600 --events "$work/later/events.jsonl"
wait_for 60 'what cannot be written' grep -q 'tried again' "$work/err"
mkdir "$work/later"
wait_for 20 'is written when it can be' grep -q 'written to .*later/events.jsonl again' "$work/err"
kill -INT "$pid"
reap 10 'it ends when told to'
event_is 'from the first one on' "$work/later/events.jsonl" '"seq": 1,'
if [ -c /dev/full ]; then
    runs 'a full drive' 5 watch "$batch" --settle 1 --events /dev/full
    contains 'is said' "$work/err" 'no space left on device'
fi

# ---- names that want to break out -----------------------------------------------------------------------------------

hostile=$work/hostile
mkdir -p "$hostile/checks"
printf 'sweep_total=1\n' >"$hostile/sweep_settings.txt"
for name in '"},{"event":"status' 'a
b' "$(printf '\033]0;title\007')" "$(printf '\377\376')"; do
    make_case "$hostile" 1000 0.1 0.5
    mv "$case_dir" "$hostile/$name" || skip 'this file system takes no such names'
done
runs 'hostile names' 0 watch "$hostile" --settle 1 --events "$work/hostile.jsonl"
is 'are text in whole lines' 4 "$(python3 -c 'import json, sys
events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print(len({e["case_id"] for e in events if e["event"] == "status"}))' "$work/hostile.jsonl" 2>&1)"
is 'without control characters' '' "$(LC_ALL=C tr -d '\n' <"$work/hostile.jsonl" | LC_ALL=C grep -c '[[:cntrl:]]' | grep -v 0)"
finish
