#!/bin/sh
# Every key in every view, in a real terminal (tmux), with the window's size changing in between. The keys are taken
# from the program's own sources: one that is new and not driven here fails.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

src=$here/../../src/tui
make_batch 20260101-0000__abc1234__seed0
for temperature in 1000 1100 1200 1300 1400 1500; do
    for tau in 0.5 1.0; do printf '%s 0.1 %s\n' "$temperature" "$tau" >>"$list"; done
done
make_case "$batch" 1000 0.1 0.5
make_case "$batch" 1100 0.1 0.5
make_case "$batch" 1200 0.1 1.0
make_final "$case_dir/run_config.json" "$case_dir" 4000 0.1 1.0 # contradicts the list
begin_case "$batch" 1500 0.1 0.5
mkdir "$case_dir/logs"
printf 'step 1\nstep 2\n' >"$case_dir/logs/run.log"

cat >"$work/session" <<SH
clear
sh -c 'echo \$\$ >"\$0"; exec "\$@"' '$work/pid' '$SWEEPWATCH' watch '$batch' "\$@"
echo \$? >'$work/code'
SH

open_dashboard() {
    rm -f "$work/pid" "$work/code"
    term_type "set -- $*; . '$work/session'"
    wait_for 20 "the dashboard opens ($*)" term_shows sweepwatch
    wait_for 20 'with its last line' term_last_line 'quit'
    wait_for 20 'and what it has found' term_matches '1 invalid.*|2/12'
}
# shellcheck disable=SC2317,SC2329 # these are called by wait_for
term_last_line() { term_capture | grep . | tail -n 1 | grep -qF -- "$1"; }
term_matches() { term_capture | grep -qE -- "$1"; }
# shellcheck disable=SC2317,SC2329
term_misses() { ! term_matches "$1"; }
ends() { wait_for 20 "$1" test -s "$work/code"; }

# mouse BUTTON COLUMN ROW (from 1): pressed and let go there, in the encoding that the program has asked the terminal for.
mouse() {
    if [ "$(tmux -L "$tmux_socket" display-message -p -t t '#{mouse_sgr_flag}')" = 1 ]; then
        term_key -l "$(printf '\033[<%d;%d;%dM\033[<%d;%d;%dm' "$1" "$2" "$3" "$1" "$2" "$3")"
    else
        where=$(printf '\\%03o\\%03o' $(($2 + 32)) $(($3 + 32)))
        code=$(printf '\\%03o' $(($1 + 32)))
        # shellcheck disable=SC2059 # the codes are the format
        term_key -l "$(printf "\033[M$code$where\033[M#$where")" # 3: no button
    fi
}
# click_on TEXT: on its first character.
click_on() {
    at=$(term_capture | awk -v text="$1" '{ c = index($0, text); if (c) { print c, NR; exit } }')
    if [ -z "$at" ]; then
        fail "there is something to click on" "$1" "$(term_capture)"
        return
    fi
    # shellcheck disable=SC2086 # column and row
    mouse 0 $at
}

# press KEY...: one key as ui_state.c or keys.h names it.
press() {
    case $1 in
    UI_KEY_UP) term_key Up ;;
    UI_KEY_DOWN) term_key Down ;;
    UI_KEY_LEFT) term_key Left ;;
    UI_KEY_RIGHT) term_key Right ;;
    UI_KEY_PAGE_UP) term_key PPage ;;
    UI_KEY_PAGE_DOWN) term_key NPage ;;
    UI_KEY_HOME) term_key Home ;;
    UI_KEY_END) term_key End ;;
    UI_KEY_TAB) term_key Tab ;;
    UI_KEY_BACKTAB) term_key BTab ;;
    UI_KEY_ENTER) term_key Enter ;;
    UI_KEY_ESC) term_key Escape ;;
    UI_KEY_BACKSPACE) term_key BSpace ;;
    UI_KEY_ERASE) term_key C-u ;;
    UI_KEY_REDRAW) term_key C-l ;;
    UI_KEY_F[0-9]*) term_key "${1#UI_KEY_}" ;;
    UI_KEY_CLICK) mouse 0 10 9 ;;
    UI_KEY_WHEEL_UP) mouse 64 10 9 ;;
    UI_KEY_WHEEL_DOWN) mouse 65 10 9 ;;
    UI_KEY_*)
        fail "a key without a test: $1"
        return
        ;;
    *) term_key -l -- "$1" ;;
    esac
    sleep 0.04 # so that Escape is not the beginning of something longer
}

# What is on the screen, but for the times in it.
picture() { term_capture | sed -E 's/[0-9]+:[0-9]+:[0-9]+//; s/ *[0-9.]+ (s|min|h)( |$)/ N /g; s/ETA .*//; s/ +$//'; }

# intact WHAT: what has come of all the changes is what a drawing from nothing gives.
intact() {
    picture >"$work/before"
    press UI_KEY_REDRAW
    # Between the two a change may have come: once more, then.
    for _ in 1 2 3; do
        sleep 0.1
        picture >"$work/after"
        cmp -s "$work/before" "$work/after" && break
        picture >"$work/before"
        press UI_KEY_REDRAW
    done
    same "$1" "$work/before" "$work/after"
}

# ---- the keys there are ---------------------------------------------------------------------------------------------

# Special ones from keys.h, without what is no key of a person, and Ctrl+Z, which e2e_terminal.sh has; characters from what ui_state.c decides by.
sed -n 's/^ *\(UI_KEY_[A-Z0-9_]*\).*/\1/p' "$src/keys.h" |
    grep -vxE 'UI_KEY_(NONE|SPECIAL|SUSPEND|RESIZE|OTHER|HANGUP)' >"$work/keys"
{ grep -oE "case '(\\\\\\\\|[^\\\\])'" "$src/ui_state.c" | sed "s/case '//; s/'\$//; s/^\\\\\\\\\$/\\\\/" | sort -u; } >"$work/characters"
# shellcheck disable=SC1003
backslash='\'
for key in 1 5 q '?' '/' f G '!' "$backslash"; do
    grep -qxF -- "$key" "$work/characters" || fail "the keys can be read from ui_state.c" "no $key"
done
cat "$work/characters" >>"$work/keys"
is 'there are as many keys as somebody would expect' yes "$([ "$(wc -l <"$work/keys")" -ge 50 ] && echo yes)"
# And the help names each character there is.
sed -n 's/^.*static const struct key view_keys/view_keys/; /view_keys\[\]/,/^static void/p' "$src/help.c" |
    grep -oE '"[^"]*"' | tr -d '",' | tr ' ' '\n' >"$work/named"
while IFS= read -r key; do
    case $key in
    [1-5]) key=1-5 ;;
    ' ') key=Space ;;
    '=') key=+ ;; # the same without Shift
    Y) key=y ;;
    "$backslash") key=$backslash$backslash ;; # as C writes it
    esac
    grep -qxF -- "$key" "$work/named" || fail "the help names every key" "$key"
done <"$work/characters"

# ---- what each does -------------------------------------------------------------------------------------------------

term_open 100 30
open_dashboard

# shows WHAT KEY PATTERN: the key brings this onto the screen.
shows() {
    press "$2"
    wait_for 5 "$1" term_matches "$3" || term_capture
}
at_line='^>.*'

shows 'k and j: up and down' j "${at_line}T1500"
shows 'k' k "${at_line}T1200"
shows 'arrows' UI_KEY_DOWN "${at_line}T1500"
shows 'up' UI_KEY_UP "${at_line}T1200"
shows 'End' UI_KEY_END "${at_line}T1100"
shows 'Home' UI_KEY_HOME "${at_line}T1200"
shows 'G' G "${at_line}T1100"
shows 'g' g "${at_line}T1200"
shows 'a page on' UI_KEY_PAGE_DOWN "${at_line}T1100"
shows 'a page back' UI_KEY_PAGE_UP "${at_line}T1200"
shows 'the wheel' UI_KEY_WHEEL_DOWN "${at_line}T1100_eps0p1_tau1p0"
shows 'and back' UI_KEY_WHEEL_UP "${at_line}T1200"
shows 'sort by title' s 'case.*↓'
shows 'the other way' S 'case.*↑'
shows 'sort by change' UI_KEY_F6 'changed↓'
press s
shows 'and round to status' s 'status↓'
shows 'parameters' t ' T +TAU'
shows 'and titles' t 'T1200_eps0p1_tau1p0'
press UI_KEY_HOME
shows 'search' / 'search:'
press 1
press 3
press 0
press 0
wait_for 5 'what is typed acts at once' term_matches "${at_line}T1300_eps0p1_tau0p5"
press UI_KEY_ENTER
shows 'the next' n "${at_line}T1300_eps0p1_tau1p0"
shows 'the one before' N "${at_line}T1300_eps0p1_tau0p5"
shows 'the next problem' '!' "${at_line}T1200"
shows 'search by F3' UI_KEY_F3 'search:'
shows 'Esc leaves it' UI_KEY_ESC 'q quit'
shows 'filter' f 'filter:'
for key in T = 1 5 0 0; do press "$key"; done
press UI_KEY_ENTER
wait_for 5 'is filtered' term_matches '2 of 12: T=1500'
shows 'filter by F4' UI_KEY_F4 'filter: T=1500'
shows 'Ctrl+U' UI_KEY_ERASE 'filter: +12 cases'
press x
shows 'backspace' UI_KEY_BACKSPACE 'filter: +12 cases'
press UI_KEY_ENTER
shows 'filter by backslash' "$backslash" 'filter:'
press UI_KEY_ESC
wait_for 5 'all are there' term_matches T1000
press g
shows 'mark' ' ' '1 marked'
shows 'mark by F7' UI_KEY_F7 '2 marked'
shows 'write the marked' e '2 cases written to .*selected_sweep_list.txt'
is 'they are in the list' 2 "$(grep -c '^1' "$batch/checks/selected_sweep_list.txt")"
shows 'by F8, too' UI_KEY_F8 '2 cases written to'
press UI_KEY_ESC
wait_for 5 'Esc takes the marks away' term_misses 'marked'
press g
shows 'copy' y 'copied, if the terminal allows it'
shows 'pause' p 'PAUSED'
press p
wait_for 5 'goes on' term_misses 'PAUSED'
shows 'notice' b 'problems ring the bell and ask'
shows 'no notice' b 'problems are not told of'
shows 'a bell' b 'problems ring the bell'
shows 'the mouse is the terminal'"'"'s' m 'the mouse selects text of the terminal'
is 'and it knows' 0 "$(tmux -L "$tmux_socket" display-message -p -t t '#{mouse_any_flag}')"
shows 'the mouse is ours' m 'the mouse selects here'
shows 'rescan' r 'looking at everything again'
shows 'by F5' UI_KEY_F5 'looking at everything again'
shows 'report' w 'report written'
exists 'it is there' "$batch/checks/sweep_completeness.csv"
shows 'is it over?' F 'Is the sweep over'
press x
wait_for 5 'no' term_misses 'Is the sweep over'
shows 'is it over? (F9)' UI_KEY_F9 'Is the sweep over'
press n
shows 'help' '?' 'Keys of this view \(table\)'
shows 'help scrolls' UI_KEY_DOWN '(sort by status|search a title)'
press UI_KEY_PAGE_DOWN
press '?'
wait_for 5 'and closes' term_misses 'Keys of this view'
shows 'help by F1' UI_KEY_F1 'Keys of this view'
press UI_KEY_ESC
term_resize 130 34 # the log has room beside the rest
shows 'detail' UI_KEY_ENTER 'config_mismatch'
shows 'of the next case' UI_KEY_DOWN 'log logs/run.log'
wait_for 5 'with the end of its log' term_matches '\| step 2'
printf 'step 3\n' >>"$batch/T1500_eps0p1_tau0p5/logs/run.log"
wait_for 10 'which is read again while it is open' term_matches '\| step 3'
printf '\033[31mstep\0334 \033]0;owned\007\n' >>"$batch/T1500_eps0p1_tau0p5/logs/run.log"
wait_for 10 'cleaned' term_matches '\| step.4'
term_resize 100 24 # not all of it has room
wait_for 5 'the detail in less room' term_matches '1–9 of'
mouse 65 20 20
wait_for 5 'the wheel over the detail scrolls it' term_lacks 'running for'
mouse 64 20 20
wait_for 5 'and back' term_shows 'running for'
press UI_KEY_ESC
wait_for 5 'closed again' term_misses 'log logs/run.log'
term_resize 100 30
for view in 2:across 3:now '4:contradicts the list' '5:(pending +→|found)' 1:changed; do
    shows "view ${view%%:*}" "${view%%:*}" "${view#*:}"
done
shows 'Tab' UI_KEY_TAB 'across'
shows 'F2' UI_KEY_F2 'began before'
shows 'Shift+Tab' UI_KEY_BACKTAB 'across'
press UI_KEY_HOME
shows 'grid: to the neighbour' l 'T1100_eps0p1'
press 3
shows 'timeline: in' + 'now|:'
press 0
press 4
shows 'problems: unfold' UI_KEY_ENTER 'T1200'
click_on '5 events'
wait_for 5 'a click on a tab' term_matches '(pending +→|found)'
click_on '1 table'
wait_for 5 'and on another' term_matches 'status↓'
click_on 'case '
wait_for 5 'a click on a head sorts' term_matches 'case↓'
click_on 'status'
wait_for 5 'and back' term_matches 'status↓'
click_on T1300_eps0p1_tau1p0
wait_for 5 'a click on a line selects' term_matches "${at_line}T1300_eps0p1_tau1p0"
click_on T1300_eps0p1_tau1p0
wait_for 5 'a second one opens' term_matches '─ T1300_eps0p1_tau1p0 ─'
press UI_KEY_ESC
intact 'the screen is what a drawing from nothing gives'

# ---- every key in every view, while the size changes -----------------------------------------------------------------

is_prompt() { term_matches 'search:|filter:|Is the sweep over|Sweep over'; }

drive() { # VIEW
    n=0
    : >"$work/driven"
    while IFS= read -r key; do
        n=$((n + 1))
        case $key in q | UI_KEY_F10) continue ;; esac
        press UI_KEY_ESC
        press "$1"
        case $((n % 30)) in
        5) term_resize 40 10 ;;
        10) term_resize 130 34 ;;
        15) term_resize 20 4 ;;
        20) term_resize 80 24 ;;
        25) term_resize 200 60 ;;
        0) term_resize 100 30 ;;
        esac
        press "$key"
        printf '%s\n' "$key" >>"$work/driven"
    done <"$work/keys"
    press UI_KEY_ESC
    term_resize 100 30
    # Whatever is open, marked, filtered or paused goes.
    for _ in 1 2 3 4 5; do press UI_KEY_ESC; done
    press "$1"
    is "view $1: alive after every key" yes "$(kill -0 "$(cat "$work/pid")" 2>/dev/null && echo yes)"
    is "view $1: all were driven" $(($(wc -l <"$work/keys") - 2)) "$(wc -l <"$work/driven" | tr -d ' ')"
    wait_for 5 "view $1: the frame is there" term_last_line quit
    is_prompt && fail "view $1: no prompt is open" "$(term_capture | tail -n 1)"
    intact "view $1: the screen is what a drawing from nothing gives"
}

for view in 1 2 3 4 5; do drive "$view"; done
press q
ends 'q ends it'
is 'exit code' 4 "$(cat "$work/code")"
for view in grid timeline problems events; do
    open_dashboard --view "$view"
    if [ "$view" = grid ]; then press UI_KEY_F10; else press q; fi
    ends "from the $view view, too"
done

finish
