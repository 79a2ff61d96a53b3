#!/bin/sh
# assets/windows/check_sweep.cmd, run by cmd: every combination of its switches has its exit code.
# shellcheck source=tests/windows/lib.sh
. "$(dirname -- "$0")/lib.sh"

home="$work/プログラム (x) !a! & b"
mkdir "$home" "$home/bin" "$home/empty"
cp "$here/../../assets/windows/check_sweep.cmd" "$home/bin/"
cp "$here/../../assets/windows/check_sweep.cmd" "$home/empty/"
cp "$SWEEPWATCH_EXE" "$home/bin/sweepwatch.exe"
unset SWEEPWATCH # the one beside the script

windows_or_none() { [ -z "$1" ] || windows_path "$1"; }

sweep_run() {
    place=bin
    [ "$1" = there ] || place=empty
    cmd_run "$(windows_path "$home/$place/check_sweep.cmd")" "$(windows_or_none "$2")" "$(windows_or_none "${3:-}")" \
        "$(windows_or_none "${4:-}")"
}

# shellcheck source=tests/e2e/check_sweep_matrix.sh
. "$here/../e2e/check_sweep_matrix.sh"

# Where the program is, when it is not beside the script.
sweep complete elsewhere
SWEEPWATCH=$(windows_path "$home/bin/sweepwatch.exe")
export SWEEPWATCH
sweep_run absent "$b" "$outside"
is 'the program that SWEEPWATCH names' 0 "$status"
SWEEPWATCH=$(windows_path "$home/no.exe")
sweep_run there "$b" "$outside"
is 'and no other' 3 "$status"
contains 'it is named' "$work/err" 'no.exe" is not there; set SWEEPWATCH to the path of sweepwatch.exe'
unset SWEEPWATCH
if [ -n "$EMULATOR" ]; then
    WINEPATH=$(windows_path "$home/bin") # goes into PATH
    export WINEPATH
    sweep_run absent "$b" "$outside"
    is 'the program in PATH' 0 "$status"
fi

finish
