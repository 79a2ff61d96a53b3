#!/bin/sh
# Every call on the archive takes 2 ms: watch reads it with as many readers as check does. One that hangs in its first
# pass is told, and the exit does not wait for it.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

cases=150
"$MAKE_TREE" "$work/tree" "$cases" --archive --age 86400 >"$work/made"
batch=$(sed -n 1p "$work/made")
archive=$work/archive
mkdir "$archive"
slow_mount "$work/tree/archive" "$archive"
echo 2 >"$control/delay"

begun=$(now_ms)
"$SWEEPWATCH" check "$batch" --archive-dir "$archive" --no-cache >"$work/out"
check=$(($(now_ms) - begun))

# One reader needs 13 times as long.
begun=$(now_ms)
watch_in_terminal "'$batch'" --archive-dir "'$archive'" --events "'$work/events'"
all_complete() { [ "$(grep -c '"archiving".*"complete"' "$work/events")" -ge "$cases" ]; }
wait_for 60 'every case is complete' all_complete
at_most 'milliseconds until the table is complete' $((3 * check + 2000)) $(($(now_ms) - begun))
term_key q
wait_for 10 'q leaves' test -s "$work/code"
term_close

# ---- it hangs in the first pass -------------------------------------------------------------------------------------

echo 20 >"$control/delay"
rm -f "$work/events"
watch_in_terminal "'$batch'" --archive-dir "'$archive'" --events "'$work/events'"
wait_for 20 'the pass is under way' grep -q '"archiving".*"complete"' "$work/events"
: >"$control/hang"
wait_for 40 'the header tells of an archive that hangs' term_shows 'archive not answering since'
wait_for 10 'and names the operation and how long' sh -c "tmux -L '$tmux_socket' capture-pane -p -t t | grep -Eq \
    '(open|stat|list|read|statfs|close) of [^ ]+ for [0-9]+ s'"
show_screen
if all_complete; then fail 'it hangs within the pass' 'all were read'; else pass 'it hangs within the pass'; fi
begun=$(now_ms)
term_key q
wait_for 10 'q leaves' test -s "$work/code"
at_most 'milliseconds to leave' 1500 $(($(now_ms) - begun))
rm "$control/hang" "$control/delay"
term_close
finish
