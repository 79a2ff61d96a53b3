#!/bin/sh
# The dashboard in a real terminal (tmux): it opens, follows the window's size, and gives the terminal back however it ends.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

make_batch 20260101-0000__abc1234__seed0
for temperature in 1000 1100 1200 1300 1400 1500; do printf '%s 0.1 0.5\n' "$temperature" >>"$list"; done
make_case "$batch" 1000 0.1 0.5
begin_case "$batch" 1500 0.1 0.5

# The terminal's own account of itself: modes, screen, cursor, mouse.
terminal_state() {
    tmux -L "$tmux_socket" display-message -p -t t \
        'alternate #{alternate_on} cursor #{cursor_flag} mouse #{mouse_any_flag} keypad #{keypad_flag}'
}

# The command typed into the shell. The subshell outlives a hang-up, to note how the program ended, and the shell
# outlives Ctrl+C, which reaches all of them.
cat >"$work/session" <<SH
clear
trap : INT
stty -g >'$work/before'
(
    trap : HUP INT
    sh -c 'echo \$\$ >"\$0"; exec "\$@"' '$work/pid' '$SWEEPWATCH' watch '$batch'
    echo \$? >'$work/code.new'
    mv '$work/code.new' '$work/code'
)
stty -g >'$work/after'
echo back
SH

# open_dashboard WHAT: types the command into the shell and waits for the dashboard.
open_dashboard() {
    rm -f "$work/before" "$work/after" "$work/code" "$work/pid"
    term_type ". '$work/session'"
    wait_for 20 "$1: the dashboard shows the cases" term_shows T1500_eps0p1_tau0p5
    case $(terminal_state) in 'alternate 1'*) pass "$1: on a screen of its own" ;; *) fail "$1: on a screen of its own" "$(terminal_state)" ;; esac
}

# closed WHAT CODE: after something has ended it.
closed() {
    wait_for 20 "$1 ends it" test -s "$work/after"
    wait_for 10 "$1: the shell is back" term_shows back
    same "$1: stty is as before" "$work/before" "$work/after"
    is "$1: screen, cursor and mouse are as before" "$shell_state" "$(terminal_state)"
    is "$1: exit code" "$2" "$(cat "$work/code")"
    term_type 'echo type""d'
    wait_for 10 "$1: typing works and shows" term_shows typed
    if term_shows T1500_eps0p1_tau0p5; then fail "$1: nothing of the dashboard is left" "$(term_capture | head -n 12)"; else
        pass "$1: nothing of the dashboard is left"
    fi
}

term_open 100 30
shell_state=$(terminal_state)

open_dashboard q
wait_for 10 'a complete case is called complete' term_shows complete
begin_case "$batch" 1300 0.1 0.5
wait_for 20 'a case that begins is shown running' sh -c "
    tmux -L '$tmux_socket' capture-pane -p -t t | grep -F T1300_eps0p1_tau0p5 | grep -q running"
term_resize 40 10
wait_for 10 'it draws itself into 40x10' term_shows T1500
is 'and stays alive there' yes "$(kill -0 "$(cat "$work/pid")" && echo yes)"
term_resize 100 30
for title in T1000_eps0p1_tau0p5 T1200_eps0p1_tau0p5 T1500_eps0p1_tau0p5; do
    wait_for 10 "and back: $title" term_shows "$title"
done
term_resize 20 4
term_resize 100 30
wait_for 10 'a window too small for anything does no harm' term_shows T1500_eps0p1_tau0p5
term_key q
closed q 4

open_dashboard Ctrl+C
term_key C-c
closed Ctrl+C 130

open_dashboard SIGTERM
kill -TERM "$(cat "$work/pid")"
closed SIGTERM 130

open_dashboard hang-up
children="$children $(cat "$work/pid")"
term_close
wait_for 20 'a closed terminal ends it' test -s "$work/code"
exists 'and the report is written' "$batch/checks/sweep_completeness.csv"

finish
