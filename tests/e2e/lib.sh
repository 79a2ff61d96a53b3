# Helpers of the end-to-end tests; read with ". lib.sh", never run. POSIX sh.
# shellcheck shell=sh disable=SC2034 # variables are for the tests
#
# A test sets up a sweep in $work, runs the program ($SWEEPWATCH) on it and compares. Each `ok`/`not ok` line is one
# assertion; the script ends with `finish`. Exit 77: skipped, with the reason printed.
# Nothing here waits for a time: wait_for waits for a condition, with a deadline.

set -u
: "${SWEEPWATCH:?the program to test}"
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR SWEEPWATCH_LOG 2>/dev/null || :

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sweepwatch-e2e.XXXXXX") || exit 1
export XDG_CACHE_HOME="$work/cache"
failures=0
asserted=0
children=''
tmux_socket=sweepwatch-e2e-$$

# shellcheck disable=SC2317,SC2329 # called by the trap
clean_up() {
    for pid in $children; do kill -KILL "$pid" 2>/dev/null; done
    if [ -n "${tmux_used:-}" ]; then tmux -L "$tmux_socket" kill-server 2>/dev/null; fi
    chmod -R u+rwx "$work" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

need_tool() { command -v "$1" >/dev/null 2>&1 || skip "$1 is not here"; }

pass() {
    asserted=$((asserted + 1))
    printf 'ok      %s\n' "$1"
}

fail() {
    asserted=$((asserted + 1))
    failures=$((failures + 1))
    printf 'not ok  %s\n' "$1"
    shift
    [ $# -eq 0 ] || printf '        %s\n' "$@"
}

# is WHAT EXPECTED FOUND
is() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected: $2" "found:    $3"; fi
}

# contains WHAT FILE TEXT: TEXT stands somewhere in FILE, literally.
contains() {
    if grep -qF -- "$3" "$2" 2>/dev/null; then pass "$1"; else
        fail "$1" "expected somewhere: $3" "found:"
        sed 's/^/          /' "$2" 2>/dev/null | head -n 30
    fi
}

lacks() {
    if grep -qF -- "$3" "$2" 2>/dev/null; then fail "$1" "not expected: $3" "$(grep -nF -- "$3" "$2" | head -n 3)"; else pass "$1"; fi
}

# same WHAT EXPECTED_FILE FOUND_FILE, byte for byte.
same() {
    if cmp -s "$2" "$3"; then pass "$1"; else
        fail "$1"
        diff "$2" "$3" 2>&1 | cat -v | head -n 40 | sed 's/^/          /'
    fi
}

exists() { if [ -e "$2" ]; then pass "$1"; else fail "$1" "absent: $2"; fi; }
absent() { if [ -e "$2" ]; then fail "$1" "there: $2"; else pass "$1"; fi; }

finish() {
    printf '%d assertions, %d failed\n' "$asserted" "$failures"
    [ "$asserted" -gt 0 ] && [ "$failures" -eq 0 ]
    exit
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; an assertion. Gives up when the program started last has
# ended: nothing more will come of it.
wait_for() {
    seconds=$1 what=$2
    shift 2
    deadline=$(($(date +%s) + seconds))
    over=''
    until "$@" >/dev/null 2>&1; do
        if [ -n "$over" ]; then
            fail "$what" "sweepwatch ended, exit $(cat "$work/ended"): $*" "$(tail -n 5 "$work/err")"
            return 1
        fi
        if [ "$(date +%s)" -ge "$deadline" ]; then
            fail "$what" "not within $seconds s: $*"
            return 1
        fi
        # Once more after the end: what it did last counts.
        if [ -e "$work/ended" ]; then over=yes; else sleep 0.05; fi
    done
    pass "$what"
}

# ---- the program --------------------------------------------------------------------------------------------------

# run ARGS...: exit code in $status, output in $work/out and $work/err.
run() {
    status=0
    "$SWEEPWATCH" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

# runs WHAT EXPECTED_STATUS ARGS...
runs() {
    what=$1 expected=$2
    shift 2
    run "$@"
    if [ "$status" = "$expected" ]; then pass "$what: exit $expected"; else
        fail "$what: exit $expected" "exit: $status" "$(head -n 20 "$work/err")"
    fi
}

# start ARGS...: in the background; its pid in $pid, its exit code later by `reap`. A shell of its own notes the exit
# code, since kill -0 cannot tell a child that has ended from one that runs.
start() {
    rm -f "$work/pid" "$work/ended"
    (
        # shellcheck disable=SC2016 # for the inner shell
        sh -c 'echo $$ >"$0" && exec "$@"' "$work/pid" "$SWEEPWATCH" "$@" >"$work/out" 2>"$work/err" </dev/null
        echo $? >"$work/ended.new"
        mv "$work/ended.new" "$work/ended"
    ) &
    wait_for 10 "sweepwatch $1 starts" test -s "$work/pid"
    pid=$(cat "$work/pid")
    children="$children $pid"
}

# reap SECONDS WHAT: waits for it to end by itself; its code in $status.
reap() {
    status=none
    if wait_for "$1" "$2" test -e "$work/ended"; then status=$(cat "$work/ended"); fi
}

# ---- the sweep ----------------------------------------------------------------------------------------------------

# A Parquet file as far as anybody can tell from its ends: magic, 16 bytes of footer, their length, magic.
make_parquet() { printf 'PAR1columns.columns.footer.footer.f\020\000\000\000PAR1' >"$1"; }

make_budget() {
    printf 'time,mass_initial,mass_remaining,mass_lost,mass_diff,error_percent,tolerance_percent\n' >"$1"
    printf '0.98,3.66e-06,3.66e-06,0.0,0.0,0.30,0.5\n1.97,3.66e-06,3.66e-06,0.0,0.0,0.31,0.5\n' >>"$1"
}

# Python's json.dump writes NaN; so does the real one.
make_summary() {
    printf '{\n  "M_loss": 0.0,\n  "T_M_used": 3999.9985,\n  "beta_min": NaN,\n  "t_max": Infinity,\n' >"$1"
    printf '  "case_status": "blowout",\n  "note": "%s"\n}\n' "${2:-}" >>"$1"
}

# make_pre_run FILE CASE_DIR T EPS TAU: the configuration as it is written at the start.
make_pre_run() {
    cat >"$1" <<JSON
{
  "status": "pre_run",
  "outdir": "$2",
  "config": {
    "radiation": { "TM_K": $3 },
    "supply": { "mixing": { "epsilon_mix": $4 }, "const": { "mu_orbit10pct": 1.0 } },
    "optical_depth": { "tau0_target": $5 },
    "dynamics": { "i0": 0.05 },
    "io": { "outdir": "$2", "archive": { $archive_config } }
  }
}
JSON
}

# make_final FILE CASE_DIR T EPS TAU: as it is rewritten at the end.
make_final() {
    cat >"$1" <<JSON
{
  "outdir": "$2",
  "config": { "radiation": { "TM_K": $3 }, "optical_depth": { "tau0_target": $5 } },
  "T_M_used": 3999.9985,
  "residual": NaN,
  "supply": { "epsilon_mix": $4, "mu_orbit10pct": ${mu:-1.0} },
  "io": { "outdir": "$2", "archive": { $archive_config } }
}
JSON
}

# What the configurations say of the archive; a test sets it before make_case.
archive_config='"enabled": false'

p_for_dot() { printf '%s' "$1" | sed 's/\./p/g'; }
title_of() { printf 'T%s_eps%s_tau%s' "$1" "$(p_for_dot "$2")" "$(p_for_dot "$3")"; }

# begin_case BATCH T EPS TAU: the empty directories and the configuration of the start. Sets $title and $case_dir.
begin_case() {
    title=$(title_of "$2" "$3" "$4")
    case_dir=$1/$title
    mkdir -p "$case_dir/series" "$case_dir/checks"
    make_pre_run "$case_dir/run_config.json" "$case_dir" "$2" "$3" "$4"
}

# make_case BATCH T EPS TAU [DIRECTORY_SUFFIX]: a case that ended well. Sets $title and $case_dir.
make_case() {
    title=$(title_of "$2" "$3" "$4")${5:-}
    case_dir=$1/$title
    mkdir -p "$case_dir/series" "$case_dir/checks"
    make_budget "$case_dir/checks/mass_budget.csv"
    make_parquet "$case_dir/series/run.parquet"
    make_parquet "$case_dir/series/psd_hist.parquet"
    make_summary "$case_dir/summary.json" "$title"
    make_final "$case_dir/run_config.json" "$case_dir" "$2" "$3" "$4"
    printf '# %s\n' "$title" >"$case_dir/run_card.md"
}

# make_batch NAME: $batch and an empty list in its place; add lines with `expect_case`.
make_batch() {
    batch=$work/$1
    mkdir -p "$batch/checks"
    list=$batch/checks/expected_sweep_list.txt
    printf '# T EPS TAU\n' >"$list"
    printf 'sweep_total=1\nparallel_jobs=2\n' >"$batch/sweep_settings.txt"
}

mtime_of() { stat -c %Y "$1" 2>/dev/null || stat -f %m "$1"; }

# make_manifest DIRECTORY: of what stands in it now, as the archiver writes it.
make_manifest() {
    (
        cd "$1" || exit 1
        count=0 entries=''
        for path in $(find . -type f ! -name archive_manifest.json ! -name ARCHIVE_DONE ! -name run_card.md | sort); do
            path=${path#./}
            count=$((count + 1))
            entries="$entries${entries:+,}
    {\"path\": \"$path\", \"size\": $(($(wc -c <"$path"))), \"mtime\": $(mtime_of "$path").25}"
        done
        printf '{\n  "root": "%s",\n  "file_count": %d,\n  "files": [%s\n  ]\n}\n' "$1" "$count" "$entries" \
            >archive_manifest.json
    )
}

# archive_case CASE_DIR ARCHIVE: the copy with its manifest and ARCHIVE_DONE. Sets $copy.
archive_case() {
    copy=$2/${1##*/}
    mkdir -p "$copy/series" "$copy/checks"
    for path in run_config.json summary.json run_card.md checks/mass_budget.csv series/run.parquet series/psd_hist.parquet; do
        [ ! -e "$1/$path" ] || cp -p "$1/$path" "$copy/$path"
    done
    make_manifest "$copy"
    printf 'done\n' >"$copy/ARCHIVE_DONE"
}

# ---- the report ---------------------------------------------------------------------------------------------------

csv_header='case_id,expected_dir,found_local,found_archive,missing_files,status'
all_files='summary.json;run_config.json;checks/mass_budget.csv;series/run.parquet'

# csv_is WHAT FILE: the report is the header and the rows of stdin, RFC 4180 line ends.
csv_is() {
    { printf '%s\n' "$csv_header" && cat; } | sed 's/$/\r/' >"$work/expected.csv"
    same "$1" "$work/expected.csv" "$2"
}

# One field of a row of the JSON report: json_case FILE TITLE prints the case's object as far as it goes.
json_case() {
    tr -d '\n' <"$1" | sed 's/"case_id"/\n&/g' | grep -F "\"$2\"" | head -n 1
}

# case_has WHAT FILE TITLE TEXT: the case's part of the JSON report contains TEXT.
case_has() {
    json_case "$2" "$3" >"$work/case.json"
    contains "$1" "$work/case.json" "$4"
}
case_lacks() {
    json_case "$2" "$3" >"$work/case.json"
    lacks "$1" "$work/case.json" "$4"
}

# ---- a terminal ---------------------------------------------------------------------------------------------------

# term_open COLUMNS ROWS: a shell in a terminal of its own.
term_open() {
    need_tool tmux
    tmux_used=yes
    tmux -L "$tmux_socket" -f /dev/null new-session -d -x "$1" -y "$2" -s t 'PS1="ready> " exec sh' ||
        skip 'tmux cannot open a terminal here'
    tmux -L "$tmux_socket" set-option -g remain-on-exit on >/dev/null 2>&1
    wait_for 10 'a terminal opens' term_shows 'ready>'
}
term_close() { tmux -L "$tmux_socket" kill-server 2>/dev/null || :; }
term_type() { tmux -L "$tmux_socket" send-keys -t t -l -- "$1" && tmux -L "$tmux_socket" send-keys -t t Enter; }
term_key() { tmux -L "$tmux_socket" send-keys -t t "$@"; }
term_resize() { tmux -L "$tmux_socket" resize-window -t t -x "$1" -y "$2"; }
term_capture() { tmux -L "$tmux_socket" capture-pane -p -t t; }
term_shows() { term_capture | grep -qF -- "$1"; }
term_lacks() { ! term_shows "$1"; }
