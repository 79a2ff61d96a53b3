#!/bin/sh
# The archive hangs inside a system call: the screen, the batch and the exit must not.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

need_helper key_probe
need_helper hung_root
archive=$work/archive
mkdir "$work/drive" "$archive"
slow_mount "$work/drive" "$archive"
archive_config='"enabled": true, "merge_target": "local", "keep_local": "all"'
make_batch 20260101-0000__abc1234__seed0
for temperature in 1000 1100 1200 1300 1400 1500; do printf '%s 0.1 0.5\n' "$temperature" >>"$list"; done
for temperature in 1000 1100 1200; do
    make_case "$batch" "$temperature" 0.1 0.5
    archive_case "$case_dir" "$work/drive"
done
csv=$batch/checks/sweep_completeness.csv

complete_cases() { term_shows "$1 complete"; }

# ---- it hangs while it is watched, and comes back -------------------------------------------------------------------

watch_in_terminal "'$batch'" --archive-dir "'$archive'"
wait_for 20 'what is archived is complete' complete_cases 3
wait_for 10 'a FUSE file system is polled, and said to be' term_shows 'fuse.slow delivers no events'
: >"$control/hang"
wait_for 20 'a slow archive is said to be slow' term_shows 'slow: '
wait_for 40 'the header tells of an archive that hangs' term_shows 'archive not answering since'
wait_for 10 'and names the operation and how long' sh -c "tmux -L '$tmux_socket' capture-pane -p -t t | grep -Eq \
    '(open|stat|list|read|statfs) of [^ ]+ for [0-9]+ s'"
show_screen
begin_case "$batch" 1300 0.1 0.5
wait_for 10 'cases of the batch keep being updated' sh -c "tmux -L '$tmux_socket' capture-pane -p -t t |
    grep T1300_eps0p1_tau0p5 | grep -q running"
if complete_cases 3; then pass 'archived cases are still complete'; else fail 'archived cases are still complete' "$(term_capture)"; fi
rm "$control/hang"
wait_for 20 'when it answers again the header is well by itself' term_lacks 'not answering'
make_case "$batch" 1400 0.1 0.5
archive_case "$case_dir" "$work/drive"
wait_for 30 'and what is archived then is seen' complete_cases 4

# ---- leaving while it hangs -----------------------------------------------------------------------------------------

: >"$control/hang"
wait_for 20 'it hangs again' term_shows 'slow: '
rm -f "$csv"
begun=$(now_ms)
term_key q
wait_for 10 'q leaves' test -s "$work/code"
at_most 'milliseconds to leave' 1500 $(($(now_ms) - begun))
is 'exit code' 4 "$(cat "$work/code")"
contains 'the report is written' "$csv" T1400_eps0p1_tau0p5
rm "$control/hang"
term_close

# ---- how fast it answers keys meanwhile -----------------------------------------------------------------------------

rm -f "$work/go" "$work/stop"
"$FAULT_TOOLS/key_probe" "$work/go" "$work/stop" -- "$SWEEPWATCH" watch "$batch" --archive-dir "$archive" >"$work/keys" &
probe=$!
sleep 2 # any state will do: keys must be answered in all of them
: >"$control/hang"
: >"$work/go"
sleep "${FAULT_SECONDS:-6}"
: >"$work/stop"
wait "$probe"
rm "$control/hang"
cat "$work/keys"
at_most 'a key is answered in, ms (99 of 100)' 300 "$(figure p99 "$work/keys")"
at_most 'and q leaves in, ms' 1500 "$(figure left "$work/keys")"
is 'with exit code' 4 "$(figure code "$work/keys")"

# ---- the same through the rules of killing and starting again -------------------------------------------------------

if "$FAULT_TOOLS/hung_root" "$archive" "$control" >"$work/hung" 2>&1; then pass 'scanners that hang are replaced'; else
    fail 'scanners that hang are replaced'
fi
sed 's/^/        /' "$work/hung"
rm -f "$control/hang"

# ---- the batch itself hangs -----------------------------------------------------------------------------------------

mkdir "$work/far"
mv "$batch" "$work/drive/batch"
slow_mount "$work/drive" "$work/far"
rm -f "$work/go" "$work/stop"
"$FAULT_TOOLS/key_probe" "$work/go" "$work/stop" -- sh -c "exec '$SWEEPWATCH' watch '$work/far/batch' 2>'$work/err'" \
    >"$work/keys" &
probe=$!
sleep 3
: >"$control/hang"
: >"$work/go"
sleep 2
: >"$work/stop"
wait "$probe"
rm "$control/hang"
cat "$work/keys" "$work/err"
at_most 'with a batch that hangs a key is answered in, ms' 300 "$(figure p99 "$work/keys")"
at_most 'q leaves in a bounded time, ms' 7000 "$(figure left "$work/keys")"
is 'exit code: the report could not be written' 5 "$(figure code "$work/keys")"
contains 'and that is said' "$work/err" 'could not be written'
finish
