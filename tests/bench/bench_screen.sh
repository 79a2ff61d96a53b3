#!/bin/sh
# bench_screen.sh: what the dashboard costs: bytes a second to the terminal and processor time, of a sweep that rests and
# of one where everything happens at once; and how long each key takes with very many cases.
#
#   SWEEPWATCH    the program (build/release/sweepwatch)
#   BENCH_TOOLS   directory of make_tree and screen_probe; without it they are compiled here with ${CC:-cc}
#   CASES         cases of the sweep that rests (10000)      KEY_CASES  of the one whose keys are timed (50000)
#   IDLE          seconds of looking at each (30)
#   BENCH_TMP     where the trees are made ($TMPDIR or /tmp; about 25 kB a case)
set -eu
LC_ALL=C.UTF-8
export LC_ALL

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(CDPATH='' cd -- "$here/../.." && pwd)
sweepwatch=${SWEEPWATCH:-$top/build/release/sweepwatch}
cases=${CASES:-10000}
key_cases=${KEY_CASES:-50000}
idle=${IDLE:-30}

[ -x "$sweepwatch" ] || {
    echo "bench_screen: $sweepwatch is not there; build it or set SWEEPWATCH" >&2
    exit 2
}
[ -r /proc/self/stat ] || {
    echo "bench_screen: this measures on Linux only" >&2
    exit 2
}
work=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/sweepwatch-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

tools=${BENCH_TOOLS:-}
if [ -z "$tools" ]; then
    tools=$work/tools
    mkdir "$tools"
    cc="${CC:-cc} -std=c11 -O2 -D_GNU_SOURCE -I$top/src"
    $cc -o "$tools/make_tree" "$here/make_tree.c" "$top/src/app/demo_content.c"
    $cc -o "$tools/screen_probe" "$here/screen_probe.c" -lutil
fi

# probe WHAT READY REST IDLE KEYS COMMAND...
probe() {
    what=$1 ready=$2 rest=$3 seconds=$4 keys=$5
    shift 5
    "$tools/screen_probe" "$ready" "$rest" "$seconds" "$keys" -- "$sweepwatch" "$@" | sed "s/^/$what: /"
}

echo "terminal of 120x40, $(getconf _NPROCESSORS_ONLN) processors"
mkdir "$work/rest" "$work/keys"
batch=$("$tools/make_tree" "$work/rest" "$cases" --light)
# What was found so is looked at again less and less often: it rests after a minute.
probe "$cases cases at rest" complete 60 "$idle" '' watch "$batch"
probe 'demo storm' sweepwatch 0 8 '' demo --scenario storm --cases 2000
batch=$("$tools/make_tree" "$work/keys" "$key_cases" --light)
probe "$key_cases cases" complete 20 0 'jk,Gg,s,S,t,12345,?~,^~,/9~,f9~,p' watch "$batch"
