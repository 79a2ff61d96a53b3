#!/bin/sh
# Paths on a Windows command line, as cmd hands it over: slashes, trailing backslashes, the quotation mark they swallow.
# shellcheck source=tests/windows/lib.sh
. "$(dirname -- "$0")/lib.sh"

make_batch 'my sweeps'
b=$batch
printf '4000 0.5 1.0\n' >>"$list"
cp "$list" "$work/list of cases.txt"
archive_config='"enabled": true'
make_case "$b" 4000 0.5 1.0
mkdir "$work/empty archive" # it proves nothing
B=$(windows_path "$b") L=$(windows_path "$work/list of cases.txt") A=$(windows_path "$work/empty archive")
S=$(windows_path "$b" | tr '\134' /) P=$(windows_path "$SWEEPWATCH_EXE")
export B L A S P
csv=$b/checks/sweep_completeness.csv

# line WHAT EXPECTED_STATUS LINE: a command line after the program's name, as it stands in a command script.
line() {
    rm -f "$csv"
    printf '@"%%P%%" %s\r\n' "$3" >"$work/line.cmd"
    status=0
    (cd "$work" && windows_run cmd /c line.cmd) >"$work/out" 2>"$work/err" </dev/null || status=$?
    is "$1: exit $2" "$2" "$status"
}
row() { csv_is "$1" "$csv" <<CSV
T4000_eps0p5_tau1p0,$2\\T4000_eps0p5_tau1p0,true,$3,,$4
CSV
}

line 'as it should be' 0 'check --batch-dir "%B%" --sweep-list "%L%" --strict'
row 'its directory' "$B" false complete
line 'a backslash at the end' 0 'check --batch-dir "%B%\" --strict'
row 'its directory without it' "$B" false complete
line 'and words in quotation marks after it' 1 'check --batch-dir "%B%\" --sweep-list "%L%" --archive-dir "%A%\" --strict'
row 'all of them are taken' "$B" false archive_failed
line 'with an equals sign' 0 'check "--batch-dir=%B%\" --strict'
line 'as the only word' 0 'check "%B%\"'
line 'other slashes' 0 'check --batch-dir "%S%/" --strict'
line 'no such directory is still none' 3 'check --batch-dir "%B%x\" --strict'

# What exec runs gets its own words as they were.
printf '@echo [%%1] [%%~2]\r\n' >"$work/say.cmd"
line 'exec' 0 'exec --batch-dir "%B%\" --case T4000_eps0p5_tau1p0 -- say.cmd one "two three"'
contains 'its words' "$work/out" '[one] [two three]'
exists 'its record' "$b/checks/exit/T4000_eps0p5_tau1p0.json"

# The root of a drive is not the directory one is in there.
if [ -n "$EMULATOR" ]; then
    line 'the root of a drive' 3 'check --batch-dir "Z:\" --strict'
    contains 'stays one' "$work/err" "$(printf 'Z:\134')"
fi

finish
