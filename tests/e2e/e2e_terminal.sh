#!/bin/sh
# The dashboard in a real terminal (tmux): it opens, follows the window's size, and gives the terminal back however it ends.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

make_batch 20260101-0000__abc1234__seed0
for temperature in 1000 1100 1200 1300 1400 1500; do printf '%s 0.1 0.5\n' "$temperature" >>"$list"; done
make_case "$batch" 1000 0.1 0.5
begin_case "$batch" 1500 0.1 0.5

# The terminal's own account of itself: screen, cursor, keypad, mouse in each of its forms, wrapping, scrolling region.
terminal_state() {
    tmux -L "$tmux_socket" display-message -p -t t "alternate #{alternate_on} cursor #{cursor_flag} keypad \
#{keypad_flag} #{keypad_cursor_flag} mouse #{mouse_any_flag} #{mouse_standard_flag} #{mouse_button_flag} \
#{mouse_all_flag} #{mouse_sgr_flag} #{mouse_utf8_flag} insert #{insert_flag} wrap #{wrap_flag} origin #{origin_flag} \
region #{scroll_region_upper} $(($(tmux -L "$tmux_socket" display-message -p -t t \
        '#{pane_height} - #{scroll_region_lower}'))) title #{pane_title}"
}

# What was written to the terminal since `record_bytes`: the modes that were switched and not switched back, of those
# that begin switched off.
record_bytes() {
    : >"$work/bytes"
    tmux -L "$tmux_socket" pipe-pane -t t "cat >>'$work/bytes'"
}
modes_left() {
    LC_ALL=C grep -aoE "$(printf '\033')\\[\\?[0-9;]+[hl]" "$work/bytes" | tr -d '\033[?' | awk '
        { mode = substr($0, 1, length($0) - 1); n = split(mode, part, ";"); on = substr($0, length($0)) == "h"
          for (i = 1; i <= n; i++) state[part[i]] = on }
        END { for (m in state) if (state[m] && m != 7 && m != 25) print m, "is on"
              if ("25" in state && !state[25]) print "the cursor is hidden" }'
}

# The command typed into the shell. The subshell outlives a hang-up, to note how the program ended, and the shell
# outlives Ctrl+C, which reaches all of them.
cat >"$work/session" <<SH
clear
trap : INT
stty -a | sed 's/rows [0-9]*; columns [0-9]*;//' >'$work/before'
(
    trap : HUP INT
    sh -c 'echo \$\$ >"\$0"; exec "\$@"' '$work/pid' '$SWEEPWATCH' watch '$batch'
    echo \$? >'$work/code.new'
    mv '$work/code.new' '$work/code'
)
stty -a | sed 's/rows [0-9]*; columns [0-9]*;//' >'$work/after'
echo back
SH

# open_dashboard WHAT: types the command into the shell and waits for the dashboard.
open_dashboard() {
    rm -f "$work/before" "$work/after" "$work/code" "$work/pid"
    record_bytes
    term_type ". '$work/session'"
    wait_for 20 "$1: the dashboard shows the cases" term_shows T1500_eps0p1_tau0p5
    case $(terminal_state) in 'alternate 1'*) pass "$1: on a screen of its own" ;; *) fail "$1: on a screen of its own" "$(terminal_state)" ;; esac
}

# is_as_before WHAT: nothing of the dashboard is left in the terminal.
is_as_before() {
    same "$1: stty is as before" "$work/before" "$work/after"
    is "$1: screen, cursor, keypad, mouse, title are as before" "$shell_state" "$(terminal_state)"
    is "$1: every mode that was switched is switched back" '' "$(modes_left)"
}

# closed WHAT CODE: after something has ended it.
closed() {
    wait_for 20 "$1 ends it" test -s "$work/after"
    wait_for 10 "$1: the shell is back" term_shows back
    is_as_before "$1"
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

# The dashboard itself is a child of the process that was started, which only waits for it.
open_dashboard SIGSEGV
dashboard=$(ps -o pid= --ppid "$(cat "$work/pid")" 2>/dev/null | head -n 1 | tr -d ' ')
if [ -n "$dashboard" ]; then
    kill -SEGV "$dashboard"
    closed SIGSEGV 139
else
    term_key q
    closed 'SIGSEGV (cannot be told here)' 4
fi

# Stopped and resumed by the shell, in a window that has another size by then.
open_dashboard Ctrl+Z
dashboard_state=$(terminal_state)
term_key C-z
wait_for 20 'Ctrl+Z: the shell is back' test -s "$work/after"
wait_for 10 'Ctrl+Z: and says so' term_shows back
is_as_before Ctrl+Z
term_type 'echo type""d'
wait_for 10 'Ctrl+Z: typing works and shows' term_shows typed
term_resize 90 25
shell_state=$(terminal_state)
term_type fg
wait_for 20 'fg: the dashboard is back' term_shows T1500_eps0p1_tau0p5
is 'fg: screen, cursor, keypad, mouse as they were' "$dashboard_state" "$(terminal_state)"
term_key Down
wait_for 10 'fg: the first key is the one that was pressed' sh -c "
    tmux -L '$tmux_socket' capture-pane -p -t t | grep -q '^> .*T1500'"
term_key 2
wait_for 10 'fg: keys are heard' term_shows across
term_key C-z
wait_for 20 'Ctrl+Z again' term_shows typed
term_type fg
wait_for 20 'fg again' term_shows across
rm -f "$work/after"
term_key q
wait_for 20 'q ends it after that' test -s "$work/code"
term_type "stty -a | sed 's/rows [0-9]*; columns [0-9]*;//' >'$work/after.new' && mv '$work/after.new' '$work/after'"
closed 'q after Ctrl+Z' 4

# A terminal that takes nothing holds nothing else up: what happens is seen, keys do what they do, and it can be ended.
open_dashboard Ctrl+S
term_key C-s
sleep 2 # the clock goes on, and cannot be shown
begin_case "$batch" 1400 0.1 0.5
wait_for 20 'Ctrl+S: the report is written, with what has happened since' sh -c "
    tmux -L '$tmux_socket' send-keys -t t w
    sleep 1
    grep -q '^T1400_eps0p1_tau0p5,.*,running' '$batch/checks/sweep_completeness.csv'"
term_key C-q
wait_for 10 'Ctrl+Q: the screen shows it, too' sh -c "
    tmux -L '$tmux_socket' capture-pane -p -t t | grep -F T1400_eps0p1_tau0p5 | grep -q running"
term_key C-s
sleep 2
kill -TERM "$(cat "$work/pid")"
closed 'SIGTERM after Ctrl+S' 130

open_dashboard hang-up
children="$children $(cat "$work/pid")"
term_close
wait_for 20 'a closed terminal ends it' test -s "$work/code"
exists 'and the report is written' "$batch/checks/sweep_completeness.csv"

finish
