#!/bin/sh
# The archive is unmounted under the watch and mounted again: nothing becomes missing, and all is verified again.
# FAULT_CASES=N: that many archived cases.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

own_mounts
cases=${FAULT_CASES:-1000}

"$MAKE_TREE" "$work/tree" "$cases" --archive --rows 1 >/dev/null || exit 1
batch=$(dirname "$(dirname "$(find "$work/tree" -name expected_sweep_list.txt)")")
archive=$work/mnt
mkdir "$archive"
drive=$work/tree/archive
attach() { mount --bind "$drive" "$archive" || skip 'bind mounts are not permitted here'; }
attach
mounts=$archive
printf '9999 0.1 0.5\n' >>"$batch/checks/expected_sweep_list.txt" # never begins: the sweep stays open
csv=$batch/checks/sweep_completeness.csv
json=$batch/checks/sweep_completeness.json

count() { tr -d '\r' <"$csv" | grep -c ",$1\$"; }
# Cases with that flag, and the line that counts them.
unverified() { tr ',' '\n' <"$json" | grep -c '"unverified"'; }
report() { # a new one
    rm -f "$csv" "$json"
    term_key w
    wait_for 20 "$1: a report" test -s "$json"
}

watch_in_terminal "'$batch'" --archive-dir "'$archive'" --settle 1d
wait_for 60 'all archived cases are complete' term_shows "$cases complete"
wait_for 20 'the archive is watched' term_shows 'archive live'
report before
is 'complete before' "$cases" "$(count complete)"

umount -l "$archive"
wait_for 20 'the unmounted archive is stale' term_shows 'archive stale since'
show_screen
report unmounted
is 'missing while it is away: only what never began' 0 "$(count missing)"
is 'still complete while it is away' "$cases" "$(count complete)"
if [ "$(unverified)" -ge "$cases" ]; then pass 'and said to be unverified'; else fail 'and said to be unverified' "$(unverified)"; fi

attach
wait_for 30 'mounted again it is live by itself' term_shows 'archive live'
report again
is 'complete again' "$cases" "$(count complete)"
is 'and none unverified' 0 "$(unverified)"

# What changes after the return is seen: the watches are of the new mount.
rm "$drive/$(find "$drive" -mindepth 1 -maxdepth 1 -name 'T*' | head -n 1 | sed 's|.*/||')/ARCHIVE_DONE"
wait_for 30 'a marker removed then is seen' term_shows "$((cases - 1)) complete"
term_key q
wait_for 10 'q leaves' test -s "$work/code"
finish
