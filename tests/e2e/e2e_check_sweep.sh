#!/bin/sh
# assets/sh/check_sweep.sh: every combination of its switches has its exit code.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

tested=$SWEEPWATCH
sweep_run() {
    SWEEPWATCH=$tested
    [ "$1" = there ] || SWEEPWATCH=$work/no/sweepwatch
    shift
    export SWEEPWATCH
    status=0
    sh "$here/../../assets/sh/check_sweep.sh" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

# shellcheck source=tests/e2e/check_sweep_matrix.sh
. "$here/check_sweep_matrix.sh"

# Without SWEEPWATCH it is the one in PATH.
sweep complete path
mkdir "$work/bin"
ln -s "$tested" "$work/bin/sweepwatch"
status=0
(unset SWEEPWATCH && PATH=$work/bin:$PATH sh "$here/../../assets/sh/check_sweep.sh" "$b" "$outside") >"$work/out" 2>&1 ||
    status=$?
is 'the program in PATH' 0 "$status"

finish
