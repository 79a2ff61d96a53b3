#!/bin/sh
# watch --on-event: a command for each event that a person may have to act on; never a flood, never in the way, and
# whatever a case is called is data.
# shellcheck source=tests/e2e/lib.sh disable=SC2016 # commands are for the program's shell
. "$(dirname -- "$0")/lib.sh"

log=$work/log
export LOG="$log"
# One line a command, with what its environment says; the event from its input into a file of its own.
note='printf "%s|%s|%s|%s|%s\n" "$SWEEPWATCH_EVENT" "$SWEEPWATCH_CASE" "$SWEEPWATCH_FROM" "$SWEEPWATCH_TO" "$SWEEPWATCH_TEXT" >>"$LOG"; cat >>"$LOG.json"'
lines() { wc -l <"$log" | tr -d ' '; }

# ---- which events, and what they say --------------------------------------------------------------------------------

make_batch batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n1300 0.1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
make_case "$batch" 1100 0.1 0.5
make_pre_run "$case_dir/run_config.json" "$case_dir" 5555 0.1 0.5 # says another temperature
begin_case "$batch" 1200 0.1 0.5
export SWEEPWATCH_REMEDY=inherited SWEEPWATCH_CASE=inherited
sleep 600 &
parent=$!
children="$children $parent"
start watch "$batch" --settle 600 --pid "$parent" --stall-after 1 --on-event "$note; echo noise; echo noise >&2"
wait_for 60 'a case that falls silent' grep -q '^status|T1200_eps0p1_tau0p5|running|stalled|' "$log"
make_case "$batch" 1200 0.1 0.5
wait_for 30 'and is well after all' grep -qE "^status[|]T1200_eps0p1_tau0p5[|]stalled[|](running|complete)[|]" "$log"
kill -KILL "$parent"
wait "$parent" 2>/dev/null
reap 60 'it ends'
unset SWEEPWATCH_REMEDY SWEEPWATCH_CASE
is 'well' 0 "$status"
wait_for 5 'a case that never came' grep -q '^status|T1300_eps0p1_tau0p5|pending|missing|' "$log"
contains 'the end of the sweep, with the counts' "$log" 'settled||||the sweep is over: 1 invalid, 1 missing, 2 complete'
lacks 'what was well at the first look is no news' "$log" T1000
lacks 'nor is that a case runs' "$log" '|running|complete|'
contains 'one sentence for a mail' "$log" '|T1300_eps0p1_tau0p5: missing (was pending): no directory in the batch'
contains 'the event is on the input' "$log.json" '"case_id": "T1300_eps0p1_tau0p5"'
is 'once each' "$(lines)" "$(wc -l <"$log.json" | tr -d ' ')"
lacks 'nothing of this process stands for what an event has not' "$log" inherited
lacks 'its output is not ours' "$work/out" noise
lacks 'nor are its messages' "$work/err" noise

# ---- never a flood ---------------------------------------------------------------------------------------------------

make_batch many
rm -f "$log" "$log.json"
awk 'BEGIN { for (i = 0; i < 200; i++) print 1000 + i, "0.1 0.5" }' >>"$list"
make_case "$batch" 1000 0.1 0.5
# shellcheck disable=SC2119
runs 'a sweep of which nearly nothing came' 0 watch "$batch" --settle 1 \
    --on-event 'printf "begin\n" >>"$LOG.running"; sleep 0.1; printf "end\n" >>"$LOG.running"; '"$note"
is 'ten commands for single cases' 10 "$(grep -c '^status|' "$log")"
contains 'one for all the others' "$log" 'digest||||189 more changes: 189 missing'
contains 'and the end' "$log" 'settled||||the sweep is over: 199 missing, 1 complete'
is 'no more' 12 "$(lines)"
contains 'the digest is an event too' "$log.json" '"event": "digest"'
is 'never more than two at once' 2 \
    "$(awk '/begin/ { if (++n > most) most = n } /end/ { n-- } END { print most }' "$log.running")"

make_batch eleven
rm -f "$log"
awk 'BEGIN { for (i = 0; i < 12; i++) print 1000 + i, "0.1 0.5" }' >>"$list"
make_case "$batch" 1000 0.1 0.5
runs 'one more than ten' 0 watch "$batch" --settle 1 --on-event "$note"
is 'is told as itself' 11 "$(grep -c '^status|' "$log")"

# ---- never in the way ------------------------------------------------------------------------------------------------

make_batch slow
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
begun=$(date +%s)
runs 'a command that hangs' 0 watch "$batch" --settle 1 --on-event 'echo $$ >>"$LOG.pids"; sleep 1000; echo'
took=$(($(date +%s) - begun))
if [ $took -lt 25 ]; then pass 'does not keep the program'; else fail 'does not keep the program' "$took s"; fi
contains 'is said' "$work/err" '3 commands of --on-event did not end in time, or never began'
exists 'the report is there' "$batch/checks/sweep_completeness.csv"
while read -r pid; do
    wait_for 5 'and is ended with what it has started' sh -c '! kill -0 -- "-$0"' "$pid"
done <"$LOG.pids"
runs 'a command that fails' 0 watch "$batch" --settle 1 --on-event 'exit 3'
is 'is said once' 1 "$(grep -c 'the command of --on-event ended with exit code 3' "$work/err")"
runs 'a command that is not there' 0 watch "$batch" --settle 1 --on-event /no/such/command
contains 'as well' "$work/err" 'the command of --on-event ended with exit code 127'
runs 'a command that reads nothing' 0 watch "$batch" --settle 1 --on-event 'exec <&-; echo x >>"$LOG.x"'
is 'is run all the same' 3 "$(wc -l <"$LOG.x" | tr -d ' ')"

# ---- names that want to be commands ----------------------------------------------------------------------------------

hostile=$work/hostile
mkdir -p "$hostile/checks"
printf 'sweep_total=1\n' >"$hostile/sweep_settings.txt"
rm -f "$log" "$log.json"
n=0
for name in '$(touch pwned)' '`touch pwned`' '; touch pwned;' "'; touch pwned; '" '"; touch pwned; "' '& touch pwned &' '-rf' 'a
touch pwned' '%PATH%'; do
    n=$((n + 1))
    make_case "$hostile" 1000 0.1 0.5
    printf 'PAR1 and no more' >"$case_dir/series/run.parquet"
    mv "$case_dir" "$hostile/$name" || skip 'this file system takes no such names'
done
cd "$work" || exit 1
runs 'hostile names' 0 watch "$hostile" --settle 1 --on-event "$note"
is 'are told as they are' "$n" "$(grep -c '^status|' "$log")"
contains 'to the letter' "$log" 'status|$(touch pwned)|'
is 'and are no commands' '' "$(find "$work" -name pwned)"
finish
