#!/bin/sh
# sweepwatch watch of several batches: one table, each batch's own report, the worst exit code. Two of them stand on two
# "hosts" (a directory each, behind a shell); one connection is killed in the middle and made again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"

# host NAME BATCH: a script that reaches BATCH unless $work/NAME.off is there; its scanner's pid stands in $work/NAME.pid.
host() {
    cat >"$work/$1.sh" <<SH
[ ! -e "$work/$1.off" ] || { echo "$1: no route to host" >&2; exit 255; }
echo \$\$ >"$work/$1.pid"
exec "$SWEEPWATCH" scan "$2"
SH
}
said() { wait_for 30 "it is said: $1" grep -q "$1" "$work/err"; }
seen() { wait_for 30 "$1 is seen: $2" grep -q "$1: $2" "$work/out"; }
same_as_check() { # WHAT REPORT BATCH
    run check "$3" --csv "$work/check.csv" --json "$work/check.json"
    same "$1: the same report as check, byte for byte" "$work/check.csv" "$2"
}
report_of() { # BATCH: of one elsewhere
    for found in "$work"/state/sweepwatch/*/sweep_completeness.csv; do
        if grep -qF "$1/" "$found"; then printf '%s' "$found"; fi
    done
}

# ---- two hosts, equal names and titles -------------------------------------------------------------------------------

make_batch east/20260101-0000__abc1234__seed0
east=$batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n' >>"$list"
make_batch west/20260101-0000__abc1234__seed0
west=$batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n' >>"$list"
make_case "$east" 1000 0.1 0.5
begin_case "$east" 1100 0.1 0.5
begin_case "$west" 1000 0.1 0.5
begin_case "$west" 1100 0.1 0.5
host east "$east"
host west "$west"
start watch --remote "sh '$work/east.sh'" --remote "sh '$work/west.sh'" --settle 1 --strict
seen "$east" 'T1100_eps0p1_tau0p5 pending -> running'
seen "$west" 'T1000_eps0p1_tau0p5 pending -> running'
touch "$work/west.off"
kill -KILL "$(cat "$work/west.pid")"
said "$west: the batch cannot be read now: .*no route to host"
lacks 'the other one is not touched by that' "$work/err" "$east: the batch cannot"
make_case "$east" 1100 0.1 0.5
seen "$east" 'T1100_eps0p1_tau0p5 running -> complete'
make_case "$west" 1000 0.1 0.5
lacks 'one case is not taken for the other' "$work/out" "$west: T1000_eps0p1_tau0p5 running -> "
rm "$work/west.off"
said "$west: the batch can be read again"
seen "$west" 'T1000_eps0p1_tau0p5 running -> complete'
kill -0 "$pid" 2>/dev/null
is 'it is not over while one of them is not' 0 $?
# The sweep over there ends without its last two cases.
rm -r "$west/T1100_eps0p1_tau0p5"
reap 90 'it ends by itself once all have settled'
is 'the exit code is the worst' 1 "$status"
east_report=$(report_of "$east") west_report=$(report_of "$west")
contains 'where its report is instead is said' "$work/err" "report written: $west_report"
same_as_check 'the one' "$east_report" "$east"
same_as_check 'the other, which was away' "$west_report" "$west"
absent 'nothing is written over there' "$west/checks/sweep_completeness.csv"

# ---- batches of this machine beside one elsewhere --------------------------------------------------------------------

make_batch 20260102-0000__abc1234__seed0
here=$batch
printf '1000 0.1 0.5\n' >>"$list"
make_case "$here" 1000 0.1 0.5
make_batch 20260102-0000__abc1234__seed1
also=$batch
printf '1000 0.1 0.5\n' >>"$list"
make_case "$also" 1000 0.1 0.5
runs 'two here and one elsewhere' 0 watch "$here" "$also" --remote "sh '$work/east.sh'" --settle 1 --time-limit 60
contains 'a summary names its batch' "$work/out" "$also: 1/1 complete"
same_as_check 'the first' "$here/checks/sweep_completeness.csv" "$here"
same_as_check 'the second' "$also/checks/sweep_completeness.csv" "$also"
kept=$(cat "$also/checks/sweep_completeness.json")
printf '1100 0.1 0.5\n' >>"$list"
runs 'each is judged by itself' 1 watch "$here" "$also" --settle 1 --strict --time-limit 60
csv_is 'what is missing is missing there' "$also/checks/sweep_completeness.csv" <<CSV
T1000_eps0p1_tau0p5,$also/T1000_eps0p1_tau0p5,true,false,,complete
T1100_eps0p1_tau0p5,$also/T1100_eps0p1_tau0p5,false,false,$all_files,missing
CSV
is 'the report before it is kept' "$kept" "$(cat "$also/checks/sweep_completeness.json.1")"
same_as_check 'and not in the other' "$here/checks/sweep_completeness.csv" "$here"

runs 'one screen of both' 0 watch "$here" "$also" --once --size 80x24
contains 'says how many there are' "$work/out" '2 batches'
contains 'and whose case it is' "$work/out" '2 …4__seed1 T1000_eps0p1_tau0p5'

# ---- what cannot be of several ---------------------------------------------------------------------------------------

runs 'one file for two reports' 2 watch "$here" "$also" --csv "$work/x.csv"
contains 'is refused with the remedy' "$work/err" 'each has its own under its checks/'
runs 'one list for two batches' 2 watch "$here" "$also" --sweep-list "$list"
runs 'one process for two batches' 2 watch "$here" "$also" --pid $$
runs 'one record of two batches' 2 watch "$here" "$also" --record "$work/record"
runs 'the same batch twice' 2 watch "$here" "$work/./20260102-0000__abc1234__seed0/"
contains 'is said' "$work/err" 'are one batch; name it once'
runs 'a batch that is no directory' 3 watch "$here" "$list"

# ---- on a terminal ---------------------------------------------------------------------------------------------------

if command -v tmux >/dev/null 2>&1; then
    rm -f "$work/ended" # of what was started before
    term_open 80 24
    term_type "exec '$SWEEPWATCH' watch '$here' '$also' --remote \"sh '$work/west.sh'\" --settle 1h"
    wait_for 20 'the dashboard shows all' term_shows '3 batches'
    wait_for 20 'each with its cases' term_shows '3/6'
    touch "$work/west.off"
    kill -KILL "$(cat "$work/west.pid")"
    wait_for 20 'the one that is away has a line' term_shows 'batch stale since'
    rm "$work/west.off"
    wait_for 30 'until it is back' term_lacks 'stale since'
    term_key F
    wait_for 10 'the person is asked' term_shows 'y: yes'
    term_key y
    wait_for 60 'all are over then' term_shows 'SETTLED: 3 of 6'
    term_key q
    term_close
fi
finish
