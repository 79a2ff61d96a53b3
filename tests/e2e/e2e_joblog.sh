#!/bin/sh
# --joblog: the exit codes of GNU parallel's job log become verdicts, once and as the log grows.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

log=$work/joblog
now=$(date +%s)
# job EXITVAL SIGNAL COMMAND
job() { printf '1\t:\t%s.125\t     0.250\t0\t0\t%s\t%s\t%s\n' "$now" "$1" "$2" "$3"; }
head_line() { printf 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n'; }

make_batch one
printf '4000 0.5 1.0\n4000 0.5 2.0\n4000 0.5 3.0\n4000 0.5 4.0\n' >>"$list"
for tau in 1.0 2.0 3.0 4.0; do make_case "$batch" 4000 0.5 $tau; done
{
    head_line
    job 0 0 "python run.py --out $batch/T4000_eps0p5_tau1p0"
    job 3 0 './run.sh 4000 0.5 2.0'
    job 0 9 "cd /x && ./go 'T4000_eps0p5_tau3p0'"
    job 1 0 './run.sh 4000 0.5'
    job 1 0 'diff T4000_eps0p5_tau1p0 T4000_eps0p5_tau2p0'
    printf '5\t:\t%s.1\t0.1\t0\t0\t1\t0\t./run.sh 4000 0.5 4.0' "$now"
} >"$log"
run check "$batch" --joblog "$log"
contains 'a code by the values' "$work/out" 'failed         T4000_eps0p5_tau2p0: exit code 3 (recorded by joblog)'
contains 'a signal by the title' "$work/out" 'failed         T4000_eps0p5_tau3p0: ended by signal 9 (KILL) (recorded by joblog)'
contains 'the others are as their files say, and a line that is not ended waits' "$work/out" '2/4 complete'
contains 'lines of no case, or of several, are named once' "$work/err" '2 lines of the job log name no case of the list, or more than one'
run show T4000_eps0p5_tau2p0 "$batch" --joblog "$log"
contains 'show reads it too' "$work/out" 'code 3, recorded by joblog'
runs 'without its log no failure is taken for success' 3 check "$batch" --joblog "$work/nothing"
contains 'and that is said' "$work/err" "the job log $work/nothing is not there; check --joblog"
runs 'nor when it is no file' 3 failed "$batch" --joblog "$work"
contains 'which is said, too' "$work/err" "the job log $work cannot be read"
job 0 0 './run.sh 4000 0.5 2.0' >"$log"
run check "$batch" --joblog "$log"
contains 'without its head as well' "$work/out" '4/4 complete'
{ job 3 0 './run.sh 4000 0.5 2.0' && job 0 0 './run.sh 4000 0.5 2.0'; } >"$log"
run check "$batch" --joblog "$log"
contains 'a later line of the same command wins' "$work/out" '4/4 complete'

# As it grows.
make_batch live
printf '4000 0.5 1.0\n4000 0.5 2.0\n' >>"$list"
begin_case "$batch" 4000 0.5 1.0
begin_case "$batch" 4000 0.5 2.0
rm -f "$log"
start watch "$batch" --joblog "$log"
wait_for 60 'both run' grep -q '2 running' "$work/out"
contains 'the log is waited for, which is said' "$work/err" "the job log $log is not there yet"
now=$(($(date +%s) + 1))
head_line >"$log"
printf '1\t:\t%s.1\t0.1\t0\t0\t5\t0\t./run.sh 4000' "$now" >>"$log"
sleep 2 # two looks at the half line: it must not be taken for a whole one
lacks 'half a line is nothing' "$work/out" failed
printf ' 0.5 1.0\n' >>"$log"
wait_for 30 'the line is seen when it is ended' grep -q 'T4000_eps0p5_tau1p0 running -> failed: exit code 5 (recorded by joblog)' "$work/out"
lacks 'the other case is not touched' "$work/out" 'T4000_eps0p5_tau2p0 running -> failed'
{ head_line && job 6 0 './run.sh 4000 0.5 2.0'; } >"$log"
wait_for 30 'a log written anew is read anew' grep -q 'T4000_eps0p5_tau2p0 running -> failed: exit code 6' "$work/out"
kill -INT "$pid"
reap 20 'watch ends'

if command -v parallel >/dev/null 2>&1 && parallel --version 2>/dev/null | grep -q GNU; then
    make_batch real
    printf '4000 0.5 1.0\n4000 0.5 2.0\n' >>"$list"
    make_case "$batch" 4000 0.5 1.0
    make_case "$batch" 4000 0.5 2.0
    grep -v '#' "$list" | parallel --will-cite --colsep ' ' --joblog "$work/real.log" 'test {3} = 1.0 # {1} {2} {3}' 2>/dev/null
    run check "$batch" --joblog "$work/real.log"
    contains 'a log of GNU parallel itself' "$work/out" 'failed         T4000_eps0p5_tau2p0: exit code 1 (recorded by joblog)'
    contains 'and the good case of it' "$work/out" '1/2 complete'
fi
finish
