#!/bin/sh
# A drive that is to be taken out: `u` lets go of the archive, `U` of the batch. Nothing is watched or looked at there, it can
# be unmounted at the first try, nothing becomes missing, and the same key takes it up again.
# shellcheck source=tests/fault/lib.sh
. "$(dirname -- "$0")/lib.sh"

own_mounts
cases=${FAULT_CASES:-20}

"$MAKE_TREE" "$work/tree" "$cases" --archive --rows 1 >/dev/null || exit 1
tag=$(dirname "$(dirname "$(dirname "$(find "$work/tree" -name expected_sweep_list.txt)")")")
name=$(basename "$(dirname "$(dirname "$(find "$work/tree" -name expected_sweep_list.txt)")")")
printf '9999 0.1 0.5\n' >>"$tag/$name/checks/expected_sweep_list.txt" # never begins: the sweep stays open
mkdir "$work/archive" "$work/batches"
attach() { mount --bind "$1" "$2" || skip 'bind mounts are not permitted here'; }
attach "$work/tree/archive" "$work/archive"
attach "$tag" "$work/batches"
mounts="$work/archive $work/batches"
batch=$work/batches/$name
csv=$batch/checks/sweep_completeness.csv

# Directories that this program and its scanners watch; other tests have theirs.
watched() {
    found=0
    for pid in $(pgrep -f "^$SWEEPWATCH .*$work/"); do
        n=$(cat /proc/"$pid"/fdinfo/* 2>/dev/null | grep -c "^inotify .*wd:")
        found=$((found + n))
    done
    echo $found
}
# shellcheck disable=SC2317 # called by wait_for
none_watched() { [ "$(watched)" -eq 0 ]; }

watch_in_terminal "'$batch'" --archive-dir "'$work/archive'" --settle 1d
wait_for 60 'all archived cases are complete' term_shows "$cases complete"
wait_for 20 'the archive is watched' term_shows 'archive live'
both=$(watched)
if [ "$both" -gt 0 ]; then pass 'both roots are watched'; else fail 'both roots are watched' "$both"; fi

term_key u
wait_for 10 'the archive is released, and the screen says how to take it up again' term_shows 'archive released since'
wait_for 1 'the key is named' term_shows 'u takes it up again'
left=$(watched)
if [ "$left" -lt "$both" ]; then pass 'it is watched no more'; else fail 'it is watched no more' "$left of $both"; fi
if umount "$work/archive"; then pass 'it can be unmounted'; else fail 'it can be unmounted'; fi
: >"$work/archive/another drive" # looking at it would make the archive stale
term_key r
wait_for 10 'a rescan leaves it alone' term_shows 'looking at everything again'
sleep 3
wait_for 1 'it is still released' term_shows 'archive released since'
wait_for 1 'nothing becomes missing' term_shows "$cases complete"
rm "$work/archive/another drive"
attach "$work/tree/archive" "$work/archive"
term_key u
wait_for 20 'the same key takes it up again' term_shows 'archive live'

term_key U
wait_for 10 'the batch is released' term_shows 'batch released since'
term_key u
wait_for 10 'and the archive' term_shows 'archive released since'
wait_for 10 'nothing is watched any more' none_watched
rm -f "$csv"
if umount "$work/batches"; then pass 'it can be unmounted, too'; else fail 'it can be unmounted, too'; fi
term_key w
wait_for 10 'no report is written meanwhile' term_shows 'no report: the batch is released'
absent 'not even into the empty mount point' "$batch"
attach "$tag" "$work/batches"
term_key U
term_key u
wait_for 20 'both are live again' term_shows 'batch live'
wait_for 20 'the archive, too' term_shows 'archive live'
term_key w
wait_for 20 'and reports are written' test -s "$csv"
is 'all complete' "$cases" "$(tr -d '\r' <"$csv" | grep -c ',complete$')"
term_key q
wait_for 10 'q leaves' test -s "$work/code"
finish
