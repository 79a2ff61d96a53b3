#!/bin/sh
# What was judged is not read again by a second check, and never makes a verdict wrong.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

make_batch 20260101-0000__abc1234__seed0
b=$batch
archive=$work/archive
archive_config='"enabled": true, "merge_target": "local", "keep_local": "all"'
for temperature in 1000 1100 1200; do
    printf '%s 0.1 0.5\n' "$temperature" >>"$list"
    make_case "$b" "$temperature" 0.1 0.5
    archive_case "$case_dir" "$archive"
done
rm "$archive/T1200_eps0p1_tau0p5/summary.json" # one that is not as it should be
first=$archive/T1000_eps0p1_tau0p5

kept() { find "$XDG_CACHE_HOME/sweepwatch" -type f 2>/dev/null | wc -l | tr -d ' '; }
# shellcheck disable=SC2317 # called by wait_for
older_than_a_tick() { [ "$(date +%s)" -ge "$old" ]; }
let_it_get_old() {
    old=$(($(date +%s) + 4))
    wait_for 20 "$1" older_than_a_tick
}
# check_is WHAT: what a check tells now is what one tells that keeps nothing.
check_is() {
    runs "$1" 0 check "$b" --archive-dir "$archive" --csv "$work/kept.csv" --json "$work/kept.json"
    runs "$1, without the cache" 0 check "$b" --archive-dir "$archive" --csv "$work/read.csv" --json "$work/read.json" \
        --no-cache
    same "$1: the same verdicts" "$work/read.csv" "$work/kept.csv"
    for which in kept read; do
        grep -v '"written_at"' "$work/$which.json" >"$work/$which.now"
    done
    same "$1: the same report" "$work/read.now" "$work/kept.now"
}
status_of() { sed -n "s/^$1.*,\\([a-z_]*\\).*\$/\\1/p" "$work/kept.csv"; }

check_is 'a sweep just written'
is 'of which nothing is kept' 0 "$(kept)"
let_it_get_old 'it gets older than a tick of the file system'
runs 'nothing is written' 0 check "$b" --archive-dir "$archive" --no-cache
is 'with --no-cache' 0 "$(kept)"
check_is 'a sweep at rest'
is 'of which one file is kept' 1 "$(kept)"
cache=$(find "$XDG_CACHE_HOME/sweepwatch" -type f)
cp "$cache" "$work/kept.file"
check_is 'again'
same 'what is kept is as it was' "$work/kept.file" "$cache"
is 'whole cases are' complete "$(status_of T1000)"
is 'the other one is not' archive_failed "$(status_of T1200)"

# Rewritten with the same size and time.
size=$(($(wc -c <"$first/summary.json")))
touch -r "$first/summary.json" "$work/time"
printf '{%*s' $((size - 1)) '' >"$first/summary.json"
touch -r "$work/time" "$first/summary.json"
is 'the size is as before' "$size" "$(($(wc -c <"$first/summary.json")))"
check_is 'a result broken under the same size and time'
is 'is seen' archive_failed "$(status_of T1000)"
cp "$b/T1000_eps0p1_tau0p5/summary.json" "$first/summary.json"
touch -r "$work/time" "$first/summary.json"
check_is 'and mended'
is 'is whole again' complete "$(status_of T1000)"

# What is kept is broken.
let_it_get_old 'it gets old again'
check_is 'at rest again'
cp "$cache" "$work/kept.file"
for size in 0 1 47 48 200; do
    head -c "$size" "$work/kept.file" >"$cache"
    check_is "$size bytes of what was kept"
done
tr 'a-f' 'b-g' <"$work/kept.file" >"$cache"
check_is 'other bytes'
rm "$cache" && mkdir "$cache"
check_is 'a directory in its place'
rmdir "$cache"
chmod a-w "$XDG_CACHE_HOME/sweepwatch"
check_is 'a place that cannot be written to'
chmod u+w "$XDG_CACHE_HOME/sweepwatch"
check_is 'and can be again'

# Two at once.
for n in 1 2 3 4; do
    "$SWEEPWATCH" check "$b" --archive-dir "$archive" --csv "$work/$n.csv" --json "$work/$n.json" >/dev/null 2>&1 &
    children="$children $!"
done
for pid in $children; do wait "$pid"; done
for n in 1 2 3 4; do same "of four at once, number $n" "$work/read.csv" "$work/$n.csv"; done
check_is 'after four at once'
is 'nothing half-written is left' 1 "$(kept)"

# Not more than so many batches.
i=0
while [ "$i" -lt 20 ]; do
    : >"$XDG_CACHE_HOME/sweepwatch/judged-000000000000000$i"
    touch -d '2020-01-01' "$XDG_CACHE_HOME/sweepwatch/judged-000000000000000$i" 2>/dev/null ||
        touch -t 202001010000 "$XDG_CACHE_HOME/sweepwatch/judged-000000000000000$i"
    i=$((i + 1))
done
touch "$first/new.txt"
rm "$cache"
check_is 'with the caches of many batches'
is 'the oldest go' 16 "$(kept)"
exists 'not this one' "$cache"

# Without a home there is no cache, and no harm.
(
    unset XDG_CACHE_HOME HOME
    "$SWEEPWATCH" check "$b" --archive-dir "$archive" --csv "$work/homeless.csv" --json "$work/homeless.json" >/dev/null
) || fail 'without HOME' "exit $?"
same 'without HOME: the same verdicts' "$work/read.csv" "$work/homeless.csv"

finish
