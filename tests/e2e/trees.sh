# Every trouble that a sweep is known to have, as a tree; read with ". ", after lib.sh, never run.
# shellcheck shell=sh disable=SC2016,SC2034,SC2154,SC2317,SC2329,SC1003 # trees are called by name; paths of Windows

eps=0.5 tau=1.0

# ---- the trees: each makes one case of temperature $1 in batch $b with archive $a, and its line of the list -----------

# Plain pieces.
line() { printf '%s %s %s\n' "$1" "$eps" "$tau" >>"$b/checks/expected_sweep_list.txt"; }
whole() { line "$1" && make_case "$b" "$1" "$eps" "$tau"; }
archived() { whole "$1" && archive_case "$case_dir" "$a"; }
name_of() { title_of "$1" "$eps" "$tau"; }

tree_whole() { whole "$1"; }
tree_split() { # the child took another batch's name
    line "$1"
    make_case "$b/../20260101-0001__abc1234__seed9" "$1" "$eps" "$tau"
}
tree_same_title() { whole "$1" && printf '%s 0p5 1.0\n' "$1" >>"$b/checks/expected_sweep_list.txt"; }
tree_no_directory() { line "$1"; }
tree_empty() { line "$1" && mkdir -p "$b/$(name_of "$1")/series" "$b/$(name_of "$1")/checks"; }
tree_no_series() { whole "$1" && rm "$case_dir"/series/*; }
tree_unmerged() {
    tree_no_series "$1"
    make_parquet "$case_dir/series/run_chunk_000000000_000000031.parquet"
    make_parquet "$case_dir/series/run_chunk_000000032_000000063.parquet"
}
tree_no_footer() { whole "$1" && printf 'PAR1columns.col' >"$case_dir/series/run.parquet"; }
tree_no_summary() { whole "$1" && rm "$case_dir/summary.json"; }
tree_half_summary() { whole "$1" && printf '{\n  "M_loss": 0.0,\n  "T_M_u' >"$case_dir/summary.json"; }
tree_no_config() { whole "$1" && rm "$case_dir/run_config.json"; }
tree_pre_run() { whole "$1" && make_pre_run "$case_dir/run_config.json" "$case_dir" "$1" "$eps" "$tau"; }
tree_mixed_up() { whole "$1" && make_final "$case_dir/run_config.json" "$case_dir" 5555 "$eps" "$tau"; }
tree_mixed_up_early() {
    line "$1"
    begin_case "$b" "$1" "$eps" "$tau"
    make_pre_run "$case_dir/run_config.json" "$case_dir" "$1" 0.75 2.0
}
tree_wrong_directory() {
    whole "$1"
    make_final "$case_dir/run_config.json" 'E:\\out\\other_batch\\'"${case_dir##*/}" "$1" "$eps" "$tau"
}
tree_only_archived() { archived "$1" && rm -r "$case_dir"; }
tree_trimmed() { archived "$1" && rm -r "$case_dir/series"; }
tree_not_done() { archived "$1" && rm "$copy/ARCHIVE_DONE"; }
tree_never_archived() { whole "$1"; }
tree_skipped() { whole "$1" && printf 'archive dir is not writable: E:\\archive\r\n' >"$case_dir/ARCHIVE_SKIPPED"; }
tree_broke() {
    archived "$1"
    rm "$copy/ARCHIVE_DONE" "$copy/series/run.parquet"
    printf 'copy failed: [Errno 28] No space left on device' >"$case_dir/INCOMPLETE"
}
tree_manifest_differs() { archived "$1" && printf x >>"$copy/series/psd_hist.parquet"; }
tree_manifest_lacks() { archived "$1" && rm "$copy/series/psd_hist.parquet"; }
tree_copied_too_early() { archived "$1" && printf '2.9,3.6e-06,3.6e-06,0.0,0.0,0.3,0.5\n' >>"$case_dir/checks/mass_budget.csv"; }
tree_left_over() { archived "$1" && make_parquet "$copy/series/old.parquet"; }
tree_other_batch() {
    make_case "$work/older" "$1" "$eps" "$tau"
    printf '\n' >>"$case_dir/summary.json"
    archive_case "$case_dir" "$a"
    whole "$1"
}
tree_failed() {
    line "$1"
    begin_case "$b" "$1" "$eps" "$tau"
    "$SWEEPWATCH" exec --batch-dir "$b" --case "$title" -- sh -c 'exit 3' || :
}
tree_violation() {
    whole "$1"
    printf '{ "M_loss": NaN, "mass_budget_violation": { "error_percent": 0.9 } }\n' >"$case_dir/summary.json"
}
tree_not_a_file() { whole "$1" && rm "$case_dir/summary.json" && mkdir "$case_dir/summary.json"; }
tree_other_name() { line "$1" && make_case "$b" "$1" "$eps" "$tau" _mu0p8; }
tree_two_candidates() { tree_other_name "$1" && make_case "$b" "$1" "$eps" "$tau" _mu1p0; }

# ---- all of them in one tree ----------------------------------------------------------------------------------------

# Sets $b and $a; $work/expected has title, tree, status and flags of each.
all_trees() {
    make_batch all/20260101-0000__abc1234__seed0
    b=$batch a=$work/all-archive
    mkdir "$a"
    temperature=1000
    : >"$work/expected"
    archive_config='"enabled": true'
    while read -r tree status flags; do
        "tree_$tree" "$temperature" >/dev/null 2>&1
        printf '%s %s %s %s\n' "$(name_of $temperature)" "$tree" "$status" "$flags" >>"$work/expected"
        temperature=$((temperature + 10))
    done <<'TREES'
only_archived complete -
trimmed complete -
split missing elsewhere
no_directory missing -
empty missing -
no_series missing -
unmerged archive_failed unmerged
no_footer invalid truncated
no_summary missing interrupted
no_config missing -
pre_run invalid interrupted
mixed_up invalid config_mismatch
mixed_up_early missing config_mismatch,interrupted
wrong_directory invalid config_mismatch
same_title invalid duplicate_title
not_done archive_failed -
never_archived archive_failed -
skipped archive_failed -
broke archive_failed -
manifest_differs archive_failed -
copied_too_early archive_failed -
left_over complete -
other_batch archive_failed stale_archive
failed failed interrupted
violation archive_failed budget_violation
not_a_file missing interrupted
other_name archive_failed -
two_candidates missing -
TREES
}
