#!/bin/sh
# What was recorded is seen again: the same report, the same lines; broken records are refused with file and line.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

export TMPDIR="$work"
runs 'a recorded demo' 0 demo --speed 10 --settle 2 --exit-when-settled --record "$work/record" \
    --csv "$work/csv" --json "$work/json"
grep -F -e '->' "$work/out" >"$work/live"
runs 'it is not written over' 2 demo --scenario clean --record "$work/record"
contains 'and says so' "$work/err" 'is there already'

runs 'replayed at once' 0 replay "$work/record" --speed max --csv "$work/csv2" --json "$work/json2"
same 'the CSV is the same to the byte' "$work/csv" "$work/csv2"
same 'and so is the JSON' "$work/json" "$work/json2"
grep -F -e '->' "$work/out" >"$work/replayed"
is 'every transition is told again' "$(wc -l <"$work/live")" "$(wc -l <"$work/replayed")"
runs 'from half way on' 0 replay "$work/record" --speed 20 --start-at 3s --csv "$work/csv3"
same 'it comes to the same end' "$work/csv" "$work/csv3"

# ---- what is not whole -----------------------------------------------------------------------------------------------

head -c "$(($(wc -c <"$work/record") / 2))" "$work/record" >"$work/half"
runs 'a record that was cut off' 0 replay "$work/half" --speed max --json "$work/json4"
contains 'is replayed as far as it goes' "$work/json4" '"settled": false'
sed '40s/.*/nonsense batch at=1/' "$work/record" >"$work/broken"
runs 'a broken line' 2 replay "$work/broken" --speed max
contains 'is named' "$work/err" 'broken:40:'
printf 'case_id,expected_dir\n' >"$work/other"
runs 'another file' 2 replay "$work/other"
contains 'is no record' "$work/err" 'is no record'
runs 'nothing there' 3 replay "$work/none"
finish
