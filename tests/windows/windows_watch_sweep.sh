#!/bin/sh
# assets/windows/watch_sweep.cmd, and the lines of run_temp_supply_sweep.txt in a runner.
# shellcheck source=tests/windows/lib.sh
. "$(dirname -- "$0")/lib.sh"

assets=$here/../../assets/windows
home="$work/プログラム (x) !a! & b"
mkdir "$home" "$work/alone"
cp "$assets/check_sweep.cmd" "$assets/watch_sweep.cmd" "$home/"
cp "$assets/watch_sweep.cmd" "$work/alone/"
cp "$SWEEPWATCH_EXE" "$home/sweepwatch.exe"
unset SWEEPWATCH # the one beside the scripts

for file in "$assets"/*.cmd "$assets"/*.txt; do
    is "${file##*/} is ASCII" '' "$(LC_ALL=C tr -d '\011\012\015\040-\176' <"$file")"
    is "${file##*/} has CRLF" "$(grep -c '' "$file")" "$(grep -c "$(printf '\r')\$" "$file")"
done

# ---- exit codes ---------------------------------------------------------------------------------------------------

cmd_run "$(windows_path "$work/alone/watch_sweep.cmd")" "$(windows_path "$work")"
is 'no program' 3 "$status"
contains 'what to do' "$work/err" 'set SWEEPWATCH to the path of sweepwatch.exe'
WATCH_SWEEP=0
export WATCH_SWEEP
cmd_run "$(windows_path "$work/alone/watch_sweep.cmd")" "$(windows_path "$work")"
is 'switched off' 0 "$status"
unset WATCH_SWEEP
cmd_run "$(windows_path "$home/watch_sweep.cmd")" ''
is 'no batch: usage' 2 "$status"

# ---- a runner -----------------------------------------------------------------------------------------------------

# The lines as they are printed, with a sweep between them that goes on until it is told to end.
{
    printf '@echo off\r\n'
    sed -n 's/^    call \(.*watch_sweep.*\)/call \1/p' "$assets/run_temp_supply_sweep.txt"
    printf 'echo opened, %%errorlevel%%\r\n:wait_all\r\nping -n 2 127.0.0.1 >nul\r\nif not exist "%%ENDS%%" goto wait_all\r\n'
    sed -n '/check_sweep.cmd" /,$s/^    //p' "$assets/run_temp_supply_sweep.txt"
    printf 'echo checked\r\nexit /b 0\r\n'
} >"$work/runner.cmd"
is 'three lines' 3 "$(grep -cE 'watch_sweep|check_sweep|errorlevel 1' "$work/runner.cmd")"

# runner STRICT BATCH: in the background; its exit code later in $work/code, its output in $work/runner.out.
runner() {
    (
        cd "$work" || exit
        SWEEPWATCH_HOME=$(windows_path "$home") CHECK_SWEEP_STRICT=$1 BATCH_DIR=$(windows_path "$2")
        SWEEP_LIST_FILE=$(windows_path "$outside") ENDS=$(windows_path "$work/ends") ARCHIVE_DIR=
        export SWEEPWATCH_HOME CHECK_SWEEP_STRICT BATCH_DIR SWEEP_LIST_FILE ENDS ARCHIVE_DIR
        code=0
        windows_run cmd /c runner.cmd >"$work/runner.out" 2>&1 </dev/null || code=$?
        echo "$code" >"$work/code"
    ) &
}

# The dashboard is given the directory of batches and finds the newest; its report says that the sweep has settled, with
# the end of the runner as the only reason there is. Then check_sweep.cmd's report is in its place.
make_batch '温度 掃引 (x) !a!/20260101-0000__abc1234__seed0'
older=$batch
make_batch '温度 掃引 (x) !a!/20260102-0000__abc1234__seed0'
newer=$batch
outside="$work/list of cases.txt"
printf '4000 0.5 1.0\n' | tee "$outside" >"$newer/checks/expected_sweep_list.txt"
cp "$outside" "$older/checks/expected_sweep_list.txt"
begin_case "$newer" 4000 0.5 1.0
CHECK_SWEEP=0 # the dashboard's own report is looked at
export CHECK_SWEEP
runner 0 "$work/温度 掃引 (x) !a!"
wait_for 60 'the runner goes on at once' grep -q 'opened, 0' "$work/runner.out"
json=$newer/checks/sweep_completeness.json
sleep 3
absent 'while the runner runs the sweep is not over' "$json"
: >"$work/ends"
wait_for 60 'when it has ended the dashboard writes the report' grep -q '"settled": true' "$json"
case_has 'in which the unfinished case is missing' "$json" "$title" '"missing"'
wait_for 30 'the runner ends' test -s "$work/code"
is 'with 0' 0 "$(cat "$work/code")"
absent 'the older batch is left alone' "$older/checks/sweep_completeness.json"

# The report's exit code is the runner's: with a dashboard that is switched off, so that there is one report only.
CHECK_SWEEP=1 WATCH_SWEEP=0
export CHECK_SWEEP WATCH_SWEEP
for strict in 0 1; do
    rm -f "$json" "$work/code"
    runner $strict "$newer"
    wait_for 60 "strict $strict: the runner ends" test -s "$work/code"
    exists "strict $strict: there is a report" "$json"
    # wine's `call` makes a 1 of every code but 0.
    is "strict $strict: its exit code" $strict "$(cat "$work/code")"
done
lacks 'the runner stops there' "$work/runner.out" checked

finish
