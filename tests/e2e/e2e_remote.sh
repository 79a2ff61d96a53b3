#!/bin/sh
# sweepwatch watch --remote: a batch of another machine, which is a directory behind a shell here. The connection breaks
# in the middle; nothing is lost, nothing turns absent, and the verdicts are those of check over there.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"

# host NAME BATCH [ARGS...]: the command that reaches BATCH on a machine that is off while $work/NAME.off is there, and
# whose scanner's pid stands in $work/NAME.pid. In $command.
host() {
    name=$1 far=$2
    shift 2
    cat >"$work/$name.sh" <<SH
echo "Welcome to $name!"
[ ! -e "$work/$name.off" ] || { echo "$name: no route to host" >&2; exit 255; }
echo \$\$ >"$work/$name.pid"
exec "$SWEEPWATCH" scan "$far" $*
SH
    command="sh '$work/$name.sh'"
}
break_connection() { # NAME
    touch "$work/$1.off"
    kill -KILL "$(cat "$work/$1.pid")"
}
said() { wait_for 30 "it is said: $1" grep -q "$1" "$work/err"; }
seen() { wait_for 30 "$1 is seen $2" grep -q "$1.*$2" "$work/out"; }
same_as_check() { # WHAT REPORT ARGS...
    what=$1 report=$2
    shift 2
    run check "$@" --csv "$work/check.csv" --json "$work/check.json"
    same "$what: the same report as check there, byte for byte" "$work/check.csv" "$report"
}

# ---- a batch with an archive; the connection breaks ------------------------------------------------------------------

archive=$work/far/archive
mkdir -p "$archive"
archive_config="\"enabled\": true, \"dir\": \"$archive\", \"merge_target\": \"local\", \"keep_local\": \"metadata\""
make_batch far/20260101-0000__abc1234__seed0
b=$batch
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n' >>"$list"
make_case "$b" 1000 0.1 0.5
archive_case "$case_dir" "$archive"
begin_case "$b" 1100 0.1 0.5
host alpha "$b"
csv=$work/far.csv
start watch --remote "$command" --settle 1 --csv "$csv"
said 'connected to .*:.*20260101-0000__abc1234__seed0'
said 'archive directory learned'
seen T1100_eps0p1_tau0p5 running
wait_for 30 'the archive over there is read' grep -q '1/3 complete.*archive' "$work/out"
begin_case "$b" 1200 0.1 0.5
seen T1200_eps0p1_tau0p5 running
break_connection alpha
said 'the batch cannot be read now: .*no route to host'
said 'the archive cannot be read now: .*no route to host'
# What happens meanwhile is found afterwards.
make_case "$b" 1100 0.1 0.5
archive_case "$case_dir" "$archive"
rm "$work/alpha.off"
said 'the batch can be read again'
seen T1100_eps0p1_tau0p5 complete
said 'the archive can be read again'
make_case "$b" 1200 0.1 0.5
archive_case "$case_dir" "$archive"
reap 90 'it ends by itself once everything has settled'
is 'and everything is complete' 0 "$status"
lacks 'nothing has turned absent meanwhile' "$work/out" missing
same_as_check 'a batch elsewhere' "$csv" "$b"
absent 'nothing is written where nobody said so' "$b/checks/sweep_completeness.csv"
is 'the rest of its report stands under the state directory' 1 \
    "$(find "$work/state" -name sweep_completeness.json | wc -l | tr -d ' ')"

# ---- an archive that is gone when the connection comes back ----------------------------------------------------------

make_batch far/20260102-0000__abc1234__seed0
b=$batch
printf '1000 0.1 0.5\n1300 0.1 0.5\n' >>"$list"
make_case "$b" 1000 0.1 0.5
archive_case "$case_dir" "$archive"
rm -r "$case_dir/series"
begin_case "$b" 1300 0.1 0.5
host beta "$b" --archive-dir "$archive"
start watch --remote "$command"
wait_for 30 'the case is whole in the archive' grep -q '1/2 complete' "$work/out"
break_connection beta
said 'archive cannot be read now'
mv "$archive" "$archive.unplugged"
mkdir "$archive"
rm "$work/beta.off"
said 'the batch can be read again'
make_case "$b" 1300 0.1 0.5
seen T1300_eps0p1_tau0p5 archiving
kill -TERM "$pid"
reap 30 'it ends when it is told to'
is 'interrupted' 130 "$status"
lacks 'an empty mount point is no empty archive' "$work/out" 'T1000_eps0p1_tau0p5 complete ->'
contains 'where the report stands is said' "$work/err" "report: $work/state"
archive_config='"enabled": false'

# ---- the other side cannot be understood -----------------------------------------------------------------------------

refused() { # COMMAND WORDS ARGS...
    far=$1 words=$2
    shift 2
    runs "$words" 4 watch --remote "$far" --time-limit 3 "$@"
    contains "it is said: $words" "$work/err" "$words"
}
refused 'echo sweepwatch-facts 99; sleep 5' 'its sweepwatch is newer than this one'
refused 'echo sweepwatch-facts 0; sleep 5' 'its sweepwatch is older than this one'
refused 'echo "Authorized use only"' 'exit code 0: Authorized use only'
refused 'no-such-program-here' 'exit code 127'
refused "'$SWEEPWATCH' scan '$b'" 'looks for other files than this one' --require summary.json extra.json
refused 'echo sweepwatch-facts 1; echo hello there; sleep 5' 'cannot be understood'
runs 'the same --require on both sides is well' 4 watch --time-limit 3 --require extra.json \
    --remote "'$SWEEPWATCH' scan '$b' --require extra.json"
contains 'connected' "$work/err" 'connected to'

runs 'an archive of this machine' 2 watch --remote "$command" --archive-dir "$archive"
contains 'belongs into the command' "$work/err" 'write it after scan in --remote'
runs 'a process of this machine' 2 watch --remote "$command" --pid $$
finish
