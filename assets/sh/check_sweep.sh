#!/bin/sh
# check_sweep.sh BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]]
# Once after all cases have ended, by the parent alone: the completeness report under BATCH_DIR/checks, and SWEEP_LIST
# kept there as expected_sweep_list.txt.
# CHECK_SWEEP=0 switches it off; CHECK_SWEEP_STRICT=1 gives exit code 1 unless every case is complete.
# SWEEPWATCH names the program; without it the one in PATH.
# Exit codes: those of `sweepwatch check`; 3 also when the program is not there.
set -u
[ "${CHECK_SWEEP:-1}" != 0 ] || exit 0
program=${SWEEPWATCH:-sweepwatch}
command -v "$program" >/dev/null 2>&1 || {
    echo "check_sweep: $program is not there; set SWEEPWATCH to the path of sweepwatch" >&2
    exit 3
}
if [ $# -lt 1 ] || [ -z "$1" ]; then
    echo 'usage: check_sweep.sh BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]]' >&2
    exit 2
fi
batch=$1 list=${2:-} archive=${3:-}
set -- check --batch-dir "$batch"
[ -z "$list" ] || set -- "$@" --sweep-list "$list"
[ -z "$archive" ] || set -- "$@" --archive-dir "$archive"
[ "${CHECK_SWEEP_STRICT:-0}" != 1 ] || set -- "$@" --strict
exec "$program" "$@"
