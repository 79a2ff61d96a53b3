#!/bin/sh
# watch --metrics: numbers that Prometheus and node_exporter read, of a sweep and of what is wrong with it. Judged by
# promtool where it is, and by a strict reader of our own.
# shellcheck source=tests/e2e/lib.sh disable=SC2013 # names without blanks
. "$(dirname -- "$0")/lib.sh"
need_tool python3
command -v promtool >/dev/null 2>&1 || echo 'promtool is not here: only our own reader judges'

refused() { # by whom: nothing, when the file is good
    python3 "$here/metrics_check.py" "$1" >"$work/judged" 2>&1 || printf 'reader '
    if command -v promtool >/dev/null 2>&1; then promtool check metrics <"$1" >>"$work/judged" 2>&1 || printf 'promtool '; fi
}
valid() { # WHAT FILE
    found=$(refused "$2")
    is "$1" '' "$found"
    [ -z "$found" ] || tail -n 5 "$work/judged"
}
value() { python3 "$here/metrics_check.py" "$@" 2>&1 | tail -n 1; } # FILE METRIC LABEL=VALUE...
value_is() {                                                        # WHAT EXPECTED FILE METRIC LABEL=VALUE...
    what=$1 expected=$2
    shift 2
    is "$what" "$expected" "$(value "$@")"
}

make_batch batch
archive=$work/archive
mkdir "$archive"
archive_config="\"enabled\": true, \"dir\": \"$archive\""
prom=$work/collector/sweep.prom
mkdir "$work/collector"
printf '1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n1300 0.1 0.5\n' >>"$list"
make_case "$batch" 1000 0.1 0.5
archive_case "$case_dir" "$archive"
begin_case "$batch" 1100 0.1 0.5
make_case "$batch" 1200 0.1 0.5
printf 'PAR1 and no more' >"$case_dir/series/run.parquet"
start watch "$batch" --settle 4 --archive-grace 1 --metrics "$prom"
wait_for 60 'numbers come' test -s "$prom"
valid 'they are valid while it runs' "$prom"
value_is 'somebody watches' 1 "$prom" sweepwatch_watching
value_is 'it is not over' 0 "$prom" sweepwatch_settled
value_is 'a case is expected' 1 "$prom" sweepwatch_cases status=pending
make_case "$batch" 1100 0.1 0.5 # and is never archived
reap 60 'it ends'
valid 'and at the end' "$prom"
value_is 'nobody watches any more' 0 "$prom" sweepwatch_watching
value_is 'it is over' 1 "$prom" sweepwatch_settled
for status_word in complete missing invalid archive_failed running; do
    value_is "as many $status_word as in the report" "$(grep -c ",$status_word.\$" "$batch/checks/sweep_completeness.csv")" \
        "$prom" sweepwatch_cases "status=$status_word"
done
value_is 'a case with a problem is named' 1 "$prom" sweepwatch_problem case=T1200_eps0p1_tau0p5 status=invalid
value_is 'one without is not' '' "$prom" sweepwatch_problem case=T1000_eps0p1_tau0p5
value_is 'a flag is counted' 1 "$prom" sweepwatch_flagged_cases flag=truncated
value_is 'the batch is read' 1 "$prom" sweepwatch_root_up root=batch
value_is 'the archive too' 1 "$prom" sweepwatch_root_up root=archive
size=0
for path in run_config.json summary.json run_card.md checks/mass_budget.csv series/run.parquet archive_manifest.json ARCHIVE_DONE; do
    [ ! -e "$archive/T1000_eps0p1_tau0p5/$path" ] || size=$((size + $(wc -c <"$archive/T1000_eps0p1_tau0p5/$path")))
done
card=$(wc -c <"$archive/T1000_eps0p1_tau0p5/run_card.md")
case $(python3 -c 'print(int(float("'"$(value "$prom" sweepwatch_root_result_bytes root=archive)"'")))') in
"$size" | "$((size - card))") pass 'the bytes are those of the files' ;;
*) fail 'the bytes are those of the files' "$size: $(value "$prom" sweepwatch_root_result_bytes root=archive)" ;;
esac
is 'nothing else stands there' sweep.prom "$(ls -A "$work/collector")"

# ---- the judges can fail --------------------------------------------------------------------------------------------

mutant() { # WHAT SED-SCRIPT [JUDGES]
    sed "$2" "$prom" >"$work/mutant.prom"
    found=$(refused "$work/mutant.prom")
    for judge in ${3:-reader promtool}; do
        [ "$judge" = reader ] || command -v promtool >/dev/null 2>&1 || continue
        case " $found" in
        *" $judge "*) pass "$judge refuses $1" ;;
        *) fail "$judge refuses $1" ;;
        esac
    done
}
mutant 'a quote too many' 's/batch="/batch=""/'
mutant 'a metric without help' '/^# HELP sweepwatch_cases /d'
mutant 'words for a number' 's/^\(sweepwatch_settled.*\) 1$/\1 yes/'
mutant 'a series twice' 's/^sweepwatch_settled.*$/&\
&/' reader

# ---- a drive that cannot take them, a batch that is not there ----------------------------------------------------------

runs 'a directory that is not there' 5 watch "$batch" --settle 1 --metrics "$work/none/sweep.prom"
contains 'is said at once' "$work/err" 'they are tried again every 15 s'
contains 'and at the end' "$work/err" "the metrics could not be written to $work/none/sweep.prom: no such file"
runs 'standard output' 2 watch "$batch" --metrics -
contains 'cannot be replaced' "$work/err" 'name one'
runs 'a batch that never comes' 4 watch "$work/never" --time-limit 1 --metrics "$work/never.prom"
valid 'has valid numbers' "$work/never.prom"
value_is 'that say so' 0 "$work/never.prom" sweepwatch_root_up root=batch

# ---- names that want to break out -----------------------------------------------------------------------------------

hostile=$work/'hostile "}\n'
mkdir -p "$hostile/checks"
printf 'sweep_total=1\n' >"$hostile/sweep_settings.txt"
for name in '"} 1' 'back\slash' 'a
b' "$(printf 'a\tb')" "$(printf '\377\376')"; do
    make_case "$hostile" 1000 0.1 0.5
    printf 'PAR1 and no more' >"$case_dir/series/run.parquet"
    mv "$case_dir" "$hostile/$name" || skip 'this file system takes no such names'
done
runs 'hostile names' 0 watch "$hostile" --settle 1 --metrics "$work/hostile.prom"
valid 'are valid labels' "$work/hostile.prom"
value_is 'as they are' 1 "$work/hostile.prom" sweepwatch_problem 'case="} 1'
value_is 'backslashes too' 1 "$work/hostile.prom" sweepwatch_problem 'case=back\slash'
is 'one series each' 5 "$(grep -c '^sweepwatch_problem' "$work/hostile.prom")"

# ---- the alerts we recommend ----------------------------------------------------------------------------------------

if command -v promtool >/dev/null 2>&1; then
    sed -n '/^groups:/,/^```$/p' "$here/../../docs/RECIPES.md" | sed '$d' >"$work/rules.yml"
    promtool check rules "$work/rules.yml" >"$work/rules" 2>&1
    contains 'the rules of RECIPES.md are valid' "$work/rules" '3 rules found'
fi
for metric in $(grep -o 'sweepwatch_[a-z_]*' "$here/../../docs/RECIPES.md" | sort -u); do
    contains "they know $metric" "$prom" "# TYPE $metric gauge"
done
for metric in $(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$prom"); do
    contains "FORMATS.md knows $metric" "$here/../../docs/FORMATS.md" "\`$metric\`"
done
finish
