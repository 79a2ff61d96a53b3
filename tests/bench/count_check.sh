#!/bin/sh
# What one case costs `check`, in system calls and in instructions: counts, which are the same on a busy machine as on a
# quiet one. The difference of two sizes leaves out what every run costs. Fails when a case has become dearer than the
# bounds below, which stand a little above what was measured; lower them when something has become cheaper.
#
#   SWEEPWATCH  the program      MAKE_TREE  make_tree of this directory      CONFIG  how both were built
# Exit 77: skipped, with the reason. Instructions are counted of a release build only; valgrind may be absent.
# shellcheck disable=SC2317,SC2329 # some functions are called by a_case
set -eu
LC_ALL=C
export LC_ALL
: "${SWEEPWATCH:?the program to test}" "${MAKE_TREE:?the tool that makes the tree}"
few=50 many=250

# Measured: 74 and 17 system calls; 680,000 and 155,000 instructions (gcc 12, -O3, x86-64).
read_calls=76 kept_calls=18
read_instructions=750000 kept_instructions=175000

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

command -v strace >/dev/null 2>&1 || skip 'strace is not here'
[ -z "${SANITIZED:-}" ] || skip 'a sanitizer makes calls of its own'
work=$(mktemp -d "${TMPDIR:-/tmp}/sweepwatch-count-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
strace -o "$work/trace" true 2>/dev/null || skip 'processes may not be traced here'

for n in $few $many; do
    "$MAKE_TREE" "$work/$n" "$n" --archive | head -n 1 >"$work/batch$n"
done
sleep 3 # older than a tick of the file system, or nothing is kept

# check CASES OPTIONS...: the run that is measured, after the words of $before.
before=''
check() {
    n=$1
    shift
    # shellcheck disable=SC2086 # words
    $before "$SWEEPWATCH" check "$(cat "$work/batch$n")" --archive-dir "$work/$n/archive" --csv "$work/csv" --json "$work/json" \
        --html "$work/html" --readers 1 "$@" >/dev/null
    [ "$(grep -c ',complete.\{0,1\}$' "$work/csv")" -eq "$n" ] || {
        echo "count_check: not all of $n cases are complete" >&2
        exit 1
    }
}

# System calls on files; how often threads wait and memory is asked for is chance.
calls() {
    before="strace -f -qq -c -o $work/trace -e trace=%file,%desc"
    check "$@"
    awk '$NF == "total" { print $4 }' "$work/trace"
}

instructions() {
    before="valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file=$work/log"
    check "$@"
    sed -n 's/.*refs: *//p' "$work/log" | tr -d ', '
}

# a_case COUNT OPTIONS...
a_case() {
    count=$1
    shift
    small=$($count $few "$@")
    large=$($count $many "$@")
    echo $(((large - small) / (many - few)))
}

failures=0
# at_most WHAT BOUND FOUND
at_most() {
    if [ "$3" -le "$2" ] && [ "$3" -gt 0 ]; then
        printf 'ok      %s a case: %s (at most %s)\n' "$1" "$3" "$2"
    else
        printf 'not ok  %s a case: %s (at most %s)\n' "$1" "$3" "$2"
        failures=$((failures + 1))
    fi
}

# The bound for nothing changed must not let pass what reading everything costs, or it would tell nothing.
tells() {
    if [ "$3" -gt "$2" ]; then
        printf 'ok      %s: the bound of %s sees when all is read\n' "$1" "$2"
    else
        printf 'not ok  %s: the bound of %s does not see when all is read (%s)\n' "$1" "$2" "$3"
        failures=$((failures + 1))
    fi
}

read=$(a_case calls --no-cache)
before='' && check $few && check $many
kept=$(a_case calls)
at_most 'system calls, all read,' $read_calls "$read"
at_most 'system calls, nothing changed,' $kept_calls "$kept"
tells 'system calls' $kept_calls "$read"

if [ "${CONFIG:-}" != Release ]; then
    echo 'skipped: instructions, this is no release build'
elif ! command -v valgrind >/dev/null 2>&1; then
    echo 'skipped: instructions, valgrind is not here'
else
    read=$(a_case instructions --no-cache)
    kept=$(a_case instructions)
    at_most 'instructions, all read,' $read_instructions "$read"
    at_most 'instructions, nothing changed,' $kept_instructions "$kept"
    tells 'instructions' $kept_instructions "$read"
fi
exit "$failures"
