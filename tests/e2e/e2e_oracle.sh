#!/bin/sh
# Random sweeps, judged by a second reading of the rules and by sweepwatch check: the reports must be the same.
# SWEEPWATCH_ORACLE_TREES=5000 for the long run, SWEEPWATCH_ORACLE_FIRST=N to begin with tree N.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command -v python3 >/dev/null 2>&1 || {
    echo 'skipped: python3 is not here'
    exit 77
}
exec python3 "$here/oracle_check.py" "${SWEEPWATCH_ORACLE_TREES:-200}" "${SWEEPWATCH_ORACLE_FIRST:-1}"
