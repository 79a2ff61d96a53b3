#!/bin/sh
# One tree, the native program and the Windows one: the same CSV but for slashes. The tree of all troubles, then random ones.
# NATIVE: the native program, of the same sources.
# shellcheck source=tests/windows/lib.sh disable=SC2154 # variables of the trees
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/e2e/trees.sh
. "$here/../e2e/trees.sh"

[ -n "$EMULATOR" ] || skip 'there is one system only'
NATIVE=${NATIVE:-$here/../../build/release/sweepwatch}
[ -x "$NATIVE" ] || skip "the native program is not built: $NATIVE"
is 'both programs are of one version' "$("$NATIVE" --version)" "$("$SWEEPWATCH" --version | tr -d '\r')"

windows=$SWEEPWATCH SWEEPWATCH=$NATIVE
all_trees
reports='sweep_completeness.csv rerun_sweep_list.txt archive_retry.txt verdicts'

# took DIRECTORY: the reports, moved there, with slashes and without the drive.
take() {
    mkdir "$1"
    sed -n '/^ *"case_id":/p; /^ *"status":/p; /^ *"flags":/p' "$b/checks/sweep_completeness.json" |
        tr -d '\r' >"$b/checks/verdicts"
    for name in $reports; do
        tr '\134' / <"$b/checks/$name" | sed 's|Z:/|/|g' >"$1/$name"
        rm "$b/checks/$name"
    done
}

runs 'the native program' 1 check "$b" --archive-dir "$a" --strict
take "$work/native"
SWEEPWATCH=$windows
runs 'the Windows program' 1 check "$(windows_path "$b")" --archive-dir "$(windows_path "$a")" --strict
contains 'its paths are those of Windows' "$b/checks/sweep_completeness.csv" \
    "$(windows_path "$b/T1000_eps0p5_tau1p0")"
take "$work/windows"
for name in $reports; do same "$name" "$work/native/$name" "$work/windows/$name"; done

if command -v python3 >/dev/null 2>&1; then
    export NATIVE SWEEPWATCH
    if python3 "$here/same_report.py" "${SWEEPWATCH_SAME_TREES:-20}" >"$work/same"; then pass 'random trees'; else
        fail 'random trees' "$(head -n 40 "$work/same")"
    fi
else
    printf 'skipped: random trees: python3 is not here\n'
fi

finish
