#!/bin/sh
# doctor: what it finds on this machine and in these settings, its exit code, and that it leaves nothing behind.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

unset PARALLEL_JOBS NUMBA_NUM_THREADS OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS JOB_MEM_GB SKIP_PIP HOOKS_STRICT \
    BATCH_ROOT SWEEP_TAG ARCHIVE_DIR BATCH_DIR MARSDISK_CELL_PARALLEL MARSDISK_CELL_JOBS 2>/dev/null || :

# graded WHAT GRADE CHECK WORDS: the line of a check.
graded() {
    line=$(grep "^$2  $3 " "$work/out")
    case $line in *"$4"*) pass "$1" ;; *) fail "$1" "expected: $2 $3 ... $4" "$(grep " $3 " "$work/out")" ;; esac
}

make_batch one
printf '4000 0.5 1.0\n4000 0.5 2.0\n' >>"$list"
printf 'parallel_jobs=1\nNUMBA_NUM_THREADS=1\nomp_num_threads=1\njob_mem_gb=0.01\nskip_pip=1\nhooks_strict=1\n' >"$batch/sweep_settings.txt"
mkdir "$work/archive"
runs 'a good setting' 0 doctor "$batch" --archive-dir "$work/archive"
graded 'threads are counted' PASS threads 'cases at once: 1 (from the settings), threads of each: 1; together 1 on '
graded 'memory is counted' PASS memory '1 cases of 0.01 GB (from the settings)'
graded 'switches' PASS skip_pip 'SKIP_PIP is 1'
graded 'the list' PASS sweep_list '2 cases'
graded 'the archive is measured' PASS archive 'written, flushed and removed'
graded 'what a case needs is not guessed' WARN batch_space 'unknown until a case is finished'
is 'nothing is left in the archive' '' "$(ls -A "$work/archive")"
lacks 'nothing fails' "$work/out" FAIL

make_case "$batch" 4000 0.5 1.0
PARALLEL_JOBS=100000 SKIP_PIP=0 runs 'a bad environment' 1 doctor "$batch"
graded 'wins over the settings' FAIL threads 'cases at once: 100000 (from the environment)'
graded 'memory' FAIL memory 'cases of 0.01 GB'
graded 'pip in every child' FAIL skip_pip 'may install packages'
graded 'a finished case tells the size' PASS batch_space '2 cases like T4000_eps0p5_tau1p0'
contains 'remedies stand beside' "$work/out" '-> install once, then set SKIP_PIP=1'

printf 'x y z\n' >"$work/bad.txt"
runs 'a list that cannot be used' 1 doctor "$batch" --sweep-list "$work/bad.txt"
graded 'is a failure' FAIL sweep_list 'line 1'
runs 'a list that is not there' 1 doctor "$batch" --sweep-list "$work/none.txt"
graded 'is one too' FAIL sweep_list 'cannot be read'
mv "$list" "$work/kept" && printf '\377\377\n' >"$list"
runs 'a kept list that is no text' 1 doctor "$batch"
graded 'is one, too' FAIL sweep_list 'expected_sweep_list.txt cannot be read'
runs 'a list given counts before it' 0 doctor "$batch" --sweep-list "$work/kept"
mv "$work/kept" "$list"
runs 'an archive that is not there' 1 doctor "$batch" --archive-dir "$work/none"
graded 'is named' FAIL archive 'is not there'
: >"$work/file"
runs 'an archive that is a file' 1 doctor "$batch" --archive-dir "$work/file"
SWEEP_TAG='a:b' runs 'a tag that no directory can have on Windows' 1 doctor "$batch"
graded 'is named' FAIL names 'SWEEP_TAG'
runs 'a batch that is not there yet is none' 0 doctor "$work/later"
graded 'and said' PASS batch_dir 'is not there yet'
absent 'nor made' "$work/later"

if command -v python3 >/dev/null 2>&1; then
    run doctor "$batch" --archive-dir "$work/none" --json
    is '--json: exit 1 as well' 1 "$status"
    python3 - "$work/out" >"$work/python" 2>&1 <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["ok"] is False
checks = {c["check"]: c for c in report["checks"]}
assert checks["archive"]["grade"] == "FAIL" and checks["archive"]["remedy"]
assert checks["threads"]["grade"] == "PASS" and checks["threads"]["remedy"] is None
assert len(checks) == len(report["checks"]) == 16
print("good")
PY
    is '--json: what the text says' good "$(cat "$work/python")"
fi
finish
