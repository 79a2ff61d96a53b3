# Helpers of the tests that run the Windows program from a shell; read with ". lib.sh", never run. POSIX sh.
# shellcheck shell=sh disable=SC2034 # variables are for the tests
#
# As tests/e2e/lib.sh, whose helpers write the sweeps. SWEEPWATCH_EXE: the program; EMULATOR: the command that runs
# Windows programs, empty on Windows itself.

: "${SWEEPWATCH_EXE:?the program to test}" "${EMULATOR=}"
windows_run() { # shellcheck disable=SC2086 # words of a command
    $EMULATOR "$@"
}

# The e2e helpers run one program by its name.
wrapper=$(mktemp "${TMPDIR:-/tmp}/sweepwatch-windows.XXXXXX") || exit 1
printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$EMULATOR" "$SWEEPWATCH_EXE" >"$wrapper"
chmod +x "$wrapper"
SWEEPWATCH=$wrapper

# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/../e2e/lib.sh"
trap 'clean_up; rm -f "$wrapper"' EXIT

# A path as Windows has it.
windows_path() {
    if [ -n "$EMULATOR" ]; then printf 'Z:%s' "$1" | tr / '\134'; else cygpath -w "$1"; fi
}

# cmd_run SCRIPT ARGUMENT...: a command script by cmd, its arguments in quotation marks; at most three of them. They go by
# the environment, where no character means anything. Exit code in $status, output in $work/out and $work/err.
printf '@echo off\r\n"%%SCRIPT%%" "%%ONE%%" "%%TWO%%" "%%THREE%%"\r\n' >"$work/run.cmd"
cmd_run() {
    status=0
    (
        cd "$work" || exit
        SCRIPT=$1 ONE=${2:-} TWO=${3:-} THREE=${4:-}
        export SCRIPT ONE TWO THREE
        windows_run cmd /c run.cmd
    ) >"$work/out" 2>"$work/err" </dev/null || status=$?
}
