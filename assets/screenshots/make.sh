#!/bin/sh
# Pictures of the main screens, from the demo's sweep: needs python3 and rsvg-convert.
#
#   assets/screenshots/make.sh [SWEEPWATCH]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=${1:-$here/../../build/release/sweepwatch}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C.UTF-8
export LC_ALL

# The sweep in its middle: its writer is stopped by the time limit.
TMPDIR=$work "$program" demo --time-limit 42s >"$work/lines" 2>&1 || :
batch=$(echo "$work"/sweepwatch-demo-*/demo/*)
archive=$(echo "$work"/sweepwatch-demo-*/archive)
mv "$batch" "$work/batch"
mv "$archive" "$work/archive"

# picture NAME SIZE dark|light OPTIONS: one screen
picture() {
    name=$1 size=$2 paper=$3
    shift 3
    (cd "$work" && "$program" batch --archive-dir archive --once --color always --size "$size" "$@" 2>/dev/null) |
        python3 "$here/render.py" "${size%x*}" "$paper" >"$work/$name.svg"
    rsvg-convert -o "$here/$name.png" "$work/$name.svg"
    echo "$here/$name.png"
}

picture table 110x26 dark
picture grid 90x22 dark --view grid
picture timeline 110x26 dark --view timeline
picture problems 110x26 light --view problems
picture japanese 100x24 dark --lang ja
