#!/bin/sh
# The HTML report in a real browser: a finished sweep, a case whose name is markup, and 10,000 cases.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
need_tool python3
need_tool bash
browser=''
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then browser=$name && break; fi
done
[ -n "$browser" ] || skip 'no Chromium is here'

# look WHAT CASES PAGE: every check of page_check.py is an assertion.
look() {
    code=0
    python3 "$here/page_check.py" "$browser" "$3" "$2" >"$work/page.txt" 2>&1 || code=$?
    [ $code -ne 77 ] || skip "$(tail -n 1 "$work/page.txt")"
    cat "$work/page.txt"
    is "$1: looked at to the end without a fault" 0 "$code"
}

make_batch finished
for t in 2000 3000 4000; do
    for tau in 0.5 1.0; do
        printf '%s 0.1 %s\n' $t $tau >>"$list"
        [ $t = 4000 ] || make_case "$batch" $t 0.1 $tau
    done
done
rm "$batch/T2000_eps0p1_tau1p0/summary.json"
# shellcheck disable=SC2016 # as it stands
printf '</script><script>window.pwned=1</script><img src=x onerror=window.pwned=2>${window.pwned=3}' \
    >"$batch/T3000_eps0p1_tau0p5/ARCHIVE_SKIPPED"
mkdir -p "$batch/checks/exit"
printf '{"state": "ended", "code": 3}' >"$batch/checks/exit/T2000_eps0p1_tau0p5.json"
printf '{"state": "ended", "code": 4}' >"$batch/checks/exit/T3000_eps0p1_tau1p0.json"
runs 'a finished sweep' 0 check "$batch"
look 'a finished sweep' 6 "$batch/checks/sweep_report.html"

make_batch hostile
rm "$list"
make_case "$batch" 4000 0.1 0.5 '<img src=x onerror=window.pwned=1>'
mv "$case_dir" "$batch/<img src=x onerror=window.pwned=1>"
runs 'a sweep without a list' 0 watch "$batch" --exit-when-settled --settle 1
look 'a case named as markup' 1 "$batch/checks/sweep_report.html"
contains 'the name is in the page, its bracket written out' "$batch/checks/sweep_report.html" '"\u003cimg src=x'

make_batch large
awk 'BEGIN { for (i = 0; i < 100; i++) for (j = 1; j <= 100; j++) printf "%d 0.%02d 1.0\n", 1000 + 10 * i, j }' |
    sed 's/0\.100/1.00/' >"$list"
runs '10,000 cases' 0 check "$batch"
look '10,000 cases' 10000 "$batch/checks/sweep_report.html"
finish
