#!/bin/sh
# Killed at any of its system calls, the report leaves the old files or the new ones, each whole.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
need_tool strace
need_tool python3
export ASAN_OPTIONS=detect_leaks=0 # the leak checker cannot trace what strace already does, and waits for it

make_batch killed
for t in 2000 3000; do
    printf '%s 0.1 0.5\n' $t >>"$list"
    make_case "$batch" $t 0.1 0.5
done
checks=$batch/checks
calls='openat,write,pwrite64,fsync,close,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir'
strace -f -qq -o "$work/trace" -e trace="$calls" true 2>/dev/null || skip 'strace may not trace here'

runs 'the old report' 0 check "$batch"
mkdir "$work/old" && cp -p "$checks"/* "$work/old"
rm "$batch/T3000_eps0p1_tau0p5/summary.json" # the new report says something else
runs 'the new report' 0 check "$batch"
mkdir "$work/new" && cp -p "$checks"/* "$work/new"

# Is each file one of the two, to the last byte? When it was written is the one thing that may differ.
cat >"$work/whole.py" <<'PY'
import json, pathlib, re, sys
checks, old, new = map(pathlib.Path, sys.argv[1:])
wrong = []
def text(path):
    return re.sub(rb'"written_at": "[^"]*"', b"", path.read_bytes())
for name in ("sweep_completeness.csv", "sweep_completeness.json", "sweep_report.html", "rerun_sweep_list.txt",
             "archive_retry.txt", "expected_sweep_list.txt"):
    if text(checks / name) not in (text(old / name), text(new / name)):
        wrong.append(name)
json.loads((checks / "sweep_completeness.json").read_text())
for kept in checks.glob("*.1"):
    if text(kept) not in (text(old / kept.stem), text(new / kept.stem)):
        wrong.append(kept.name)
print(" ".join(wrong))
PY

# strace counts each kind of call by itself.
killed=0 wrong='' changed=0 endless=''
for call in openat write pwrite64 fsync close link linkat rename renameat renameat2 unlink unlinkat mkdir; do
    n=0 code=none
    while [ "$code" != 0 ]; do
        n=$((n + 1))
        rm -rf "$checks" && mkdir "$checks" && cp -p "$work/old"/* "$checks"
        code=0
        strace -f -qq -o "$work/trace" -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
            "$SWEEPWATCH" check "$batch" >/dev/null 2>&1 </dev/null || code=$?
        [ "$code" = 0 ] || killed=$((killed + 1))
        found=$(python3 "$work/whole.py" "$checks" "$work/old" "$work/new" 2>&1)
        [ -z "$found" ] || wrong="$wrong $call $n: $found;"
        cmp -s "$checks/sweep_completeness.csv" "$work/old/sweep_completeness.csv" || changed=$((changed + 1))
        if [ $n -ge 300 ]; then endless="$endless $call" && break; fi
    done
done
is 'each kind of call comes to an end' '' "$endless"
is 'no file was ever anything but the old or the new one' '' "$wrong"
printf '        killed %d times; the new CSV stood %d times\n' "$killed" "$changed"
if [ "$killed" -gt 40 ] && [ "$changed" -gt 10 ]; then pass 'there was something to be killed at'; else
    fail 'there was something to be killed at' "killed $killed times, changed $changed times"
fi
finish
