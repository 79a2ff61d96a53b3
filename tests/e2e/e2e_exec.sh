#!/bin/sh
# sweepwatch exec: the command's own streams, signals and code; a record that says how it ended; verdicts that follow.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

# field RECORD KEY: its value as it stands.
field() { sed -n "s/^  \"$2\": \(.*[^,]\),*\$/\1/p" "$1" 2>/dev/null; }
in_record() { is "$1" "$4" "$(field "$2" "$3")"; }

make_batch one
records=$batch/checks/exit
b=$batch

# ---- codes --------------------------------------------------------------------------------------------------------------

runs 'a command that returns 3' 3 exec --batch-dir "$b" --case T1 -- sh -c 'exit 3'
in_record 'its record has the code' "$records/T1.json" code 3
in_record 'and no signal' "$records/T1.json" signal 0
in_record 'and says that it ended' "$records/T1.json" state '"ended"'
in_record 'of the first attempt' "$records/T1.json" attempt 1
is 'which has none before it' '' "$(field "$records/T1.json" previous_code)"

# shellcheck disable=SC2016 # for the command
runs 'a command that is killed' 137 exec --batch-dir "$b" --case T1 sh -c 'kill -KILL $$'
in_record 'its record has the signal' "$records/T1.json" signal 9
in_record 'and 128 more as the code' "$records/T1.json" code 137
in_record 'it is the second attempt' "$records/T1.json" attempt 2
in_record 'the first is remembered' "$records/T1.json" previous_code 3

runs 'a command that is not there' 127 exec --batch-dir "$b" --case T2 -- "$work/nothing"
in_record 'is recorded as shells return it' "$records/T2.json" code 127
printf 'text\n' >"$work/text" && chmod 644 "$work/text"
runs 'a file that is no program' 126 exec --batch-dir "$b" --case T2 -- "$work/text"
in_record 'is recorded as shells return it' "$records/T2.json" code 126
runs 'a command that ends well' 0 exec --batch-dir "$b" --case T2 -- true
in_record 'is recorded too' "$records/T2.json" code 0
in_record 'and counted' "$records/T2.json" attempt 3
# shellcheck disable=SC2016
runs 'a broken pipe kills it as it would without us' 141 exec --batch-dir "$b" --case T2 -- sh -c 'kill -PIPE $$'

# ---- streams and arguments ------------------------------------------------------------------------------------------------

status=0
printf 'from stdin\n' | "$SWEEPWATCH" exec --batch-dir "$b" --case T3 -- sh -c 'cat; echo to stderr >&2' \
    >"$work/out" 2>"$work/err" || status=$?
is 'stdin reaches it and stdout comes back' 'from stdin' "$(cat "$work/out")"
is 'so does stderr, and nothing of ours' 'to stderr' "$(cat "$work/err")"
# shellcheck disable=SC2016
run exec --batch-dir "$b" --case T3 -- sh -c 'printf "[%s]" "$@"' sh 'a b' '' '--json' '*' "it's"
is 'arguments arrive as they are' "[a b][][--json][*][it's]" "$(cat "$work/out")"
(cd "$b" && BATCH_DIR='' "$SWEEPWATCH" exec --case T4 -- pwd) >"$work/out" 2>&1
is 'the working directory is kept' "$b" "$(cat "$work/out")"
exists 'without --batch-dir the batch is where it stands' "$records/T4.json"
BATCH_DIR=$b "$SWEEPWATCH" exec --case T5 -- true
exists 'or where BATCH_DIR says' "$records/T5.json"

# ---- what a person may get wrong --------------------------------------------------------------------------------------------

for title in '' . .. ../T1 a/b 'a\b' 'a:b' 'NUL' 'con.txt' 'a ' "$(printf '%0300d' 1)" "$(printf 'a\033b')"; do
    rm -f "$work/ran"
    runs "the title '$(printf '%.20s' "$title" | tr -d '\033')' is refused" 2 exec --batch-dir "$b" --case "$title" -- touch "$work/ran"
    absent 'and nothing is run' "$work/ran"
done
runs 'no case' 2 exec --batch-dir "$b" -- true
runs 'no command' 2 exec --batch-dir "$b" --case T1

# ---- the record cannot be written --------------------------------------------------------------------------------------------

runs 'no batch: the command runs and its code is returned' 5 exec --batch-dir "$work/none" --case T1 -- sh -c 'exit 5'
contains 'and it is said' "$work/err" "cannot be recorded in $work/none/checks/exit/T1.json"
absent 'no batch is made up' "$work/none"
mkdir "$work/blocked"
printf 'x' >"$work/blocked/checks"
runs 'checks is a file' 5 exec --batch-dir "$work/blocked" --case T1 -- sh -c 'exit 5'
is 'it is said once' 1 "$(grep -c 'cannot be recorded' "$work/err")"
mkdir -p "$work/blocked2/checks/exit/T1.json"
runs 'a directory stands in the place of the record' 5 exec --batch-dir "$work/blocked2" --case T1 -- sh -c 'exit 5'
contains 'and it is said' "$work/err" 'cannot be recorded'
mkdir "$work/bare"
runs 'a batch without checks gets it' 0 exec --batch-dir "$work/bare" --case T1 -- true
exists 'with the record in it' "$work/bare/checks/exit/T1.json"

# ---- signals and grandchildren -----------------------------------------------------------------------------------------------

# shellcheck disable=SC2016
start exec --batch-dir "$b" --case T6 -- sh -c 'trap "echo term >>$1; exit 7" TERM; : >$0; while :; do sleep 0.05; done' \
    "$work/ready" "$work/heard"
wait_for 20 'it runs' test -e "$work/ready"
wait_for 20 'while it runs the record says so' grep -q '"state": "running"' "$records/T6.json"
is 'with its own pid, not that of exec' '' "$(field "$records/T6.json" pid | grep -x "$pid")"
kill -TERM "$pid"
reap 20 'a signal sent to exec ends the command'
is 'by the command itself, which returns its own code' 7 "$status"
is 'it heard it once' term "$(cat "$work/heard")"
in_record 'and that is recorded' "$records/T6.json" code 7

rm -f "$work/ended" # what is waited for below is not of that run
{
    # shellcheck disable=SC2016
    "$SWEEPWATCH" exec --batch-dir "$b" --case T7 -- sh -c 'sleep 300 & echo $! >$0; exit 4' "$work/grandchild" 2>&1
    echo $? >"$work/done"
} | cat >/dev/null &
wait_for 20 'a grandchild that holds the pipe holds nobody up' test -s "$work/done"
is 'the code is the command'"'"'s' 4 "$(cat "$work/done")"
wait_for 5 'the grandchild lives on' kill -0 "$(cat "$work/grandchild")"
kill "$(cat "$work/grandchild")"
in_record 'and the record is right' "$records/T7.json" code 4

# A process is used and measured: 60 MB are filled by the shell's own string doubling.
# shellcheck disable=SC2016
run exec --batch-dir "$b" --case T8 -- sh -c 'x=0123456789abcdef; i=0; while [ $i -lt 20 ]; do x=$x$x; i=$((i+1)); done'
peak=$(field "$records/T8.json" peak_memory_bytes)
if [ "${peak:-0}" -gt 16000000 ]; then pass 'the peak of memory is recorded'; else fail 'the peak of memory is recorded' "$peak"; fi

i=0
while [ $i -lt 60 ]; do
    "$SWEEPWATCH" exec --batch-dir "$b" --case "P$i" -- sh -c "exit $i" &
    i=$((i + 1))
done 2>"$work/err"
wait
i=0 wrong=''
while [ $i -lt 60 ]; do
    [ "$(field "$records/P$i.json" code)" = $i ] || wrong="$wrong $i"
    i=$((i + 1))
done
is 'sixty at once: every record is right' '' "$wrong"
is 'and nothing is left over' '' "$(find "$records" -name '.*' -type f)"

if command -v tmux >/dev/null 2>&1; then
    tmux_used=yes
    # shellcheck disable=SC2016
    cat >"$work/loop.sh" <<'LOOP'
trap 'echo int >>"$0.heard"' INT
: >"$0.ready"
while [ ! -e "$0.stop" ]; do sleep 0.05; done
exit 6
LOOP
    tmux -L "$tmux_socket" -f /dev/null new-session -d -x 80 -y 24 \
        "'$SWEEPWATCH' exec --batch-dir '$b' --case T9 -- sh '$work/loop.sh'; echo \$? >'$work/code'"
    wait_for 20 'on a terminal it runs' test -e "$work/loop.sh.ready"
    tmux -L "$tmux_socket" send-keys C-c
    wait_for 20 'Ctrl+C reaches it' test -s "$work/loop.sh.heard"
    : >"$work/loop.sh.stop"
    wait_for 20 'and exec waits for it' test -s "$work/code"
    is 'with its code' 6 "$(cat "$work/code")"
    is 'it heard Ctrl+C once' int "$(cat "$work/loop.sh.heard")"
fi

# ---- verdicts -----------------------------------------------------------------------------------------------------------------

make_batch verdicts
printf '4000 0.5 1.0\n4000 0.5 2.0\n4000 0.5 3.0\n' >>"$list"
make_case "$batch" 4000 0.5 1.0
make_case "$batch" 4000 0.5 2.0
begin_case "$batch" 4000 0.5 3.0
runs 'a complete case' 0 exec --batch-dir "$batch" --case T4000_eps0p5_tau1p0 -- true
runs 'a case that fails after its results' 3 exec --batch-dir "$batch" --case T4000_eps0p5_tau2p0 -- sh -c 'exit 3'
runs 'a case without results that says it is well' 0 exec --batch-dir "$batch" --case T4000_eps0p5_tau3p0 -- true
run check "$batch"
contains 'check: 0 changes nothing' "$work/out" '1/3 complete'
contains 'check: 3 is failed' "$work/out" 'failed         T4000_eps0p5_tau2p0: exit code 3 (recorded by exec)'
contains 'check: 0 with files absent stays missing, and it is said' "$work/out" \
    'missing        T4000_eps0p5_tau3p0: exit code 0 (recorded by exec), and yet not everything required is there'
run show T4000_eps0p5_tau2p0 "$batch"
contains 'show: how it ran' "$work/out" 'exit     code 3, recorded by exec, process '
run show T4000_eps0p5_tau2p0 "$batch" --json
contains 'show --json: how it ran' "$work/out" '"code": 3, "signal": 0, "recorded_by": "exec"'
touch -d '+1 hour' "$batch/T4000_eps0p5_tau2p0/summary.json" 2>/dev/null ||
    touch -t 203001010000 "$batch/T4000_eps0p5_tau2p0/summary.json"
run check "$batch"
contains 'results that are newer than the record are of another attempt' "$work/out" '2/3 complete'
run show T4000_eps0p5_tau2p0 "$batch"
contains 'and that is said' "$work/out" 'is of an attempt before the newest results; it does not count'

printf '{"state": "ended", "code": 1' >"$batch/checks/exit/T4000_eps0p5_tau1p0.json"
mkdir "$batch/checks/exit/T.json"
mkfifo "$batch/checks/exit/T4000_eps0p5_tau3p0.json.json" 2>/dev/null
run check "$batch"
contains 'records that are none say nothing' "$work/out" '2/3 complete'

# Live.
make_batch live
printf '4000 0.5 1.0\n4000 0.5 2.0\n' >>"$list"
begin_case "$batch" 4000 0.5 1.0
begin_case "$batch" 4000 0.5 2.0
start watch "$batch"
wait_for 60 'both run' grep -q '2 running' "$work/out"
"$SWEEPWATCH" exec --batch-dir "$batch" --case T4000_eps0p5_tau1p0 -- sh -c 'exit 9' || :
wait_for 30 'a recorded code is seen at once' grep -q 'T4000_eps0p5_tau1p0 running -> failed: exit code 9' "$work/out"
# shellcheck disable=SC2016
"$SWEEPWATCH" exec --batch-dir "$batch" --case T4000_eps0p5_tau1p0 -- sh -c 'until [ -e "$0" ]; do sleep 0.05; done' "$work/go" &
wait_for 30 'a new attempt takes the verdict back' grep -q 'T4000_eps0p5_tau1p0 failed -> ' "$work/out"
: >"$work/go"
kill -INT "$pid"
reap 20 'watch ends'
finish
