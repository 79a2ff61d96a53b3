#!/bin/sh
# Case directories and logs whose names and contents would take over a terminal: the screen stays what --once says it
# is, and no byte of them reaches the terminal as a command.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

batch=$work/20260101-0000__abc1234__seed0
wide=T3000_eps0p1_tau
for _ in 1 2 3 4 5 6 7 8 9 10; do wide=$wide表表表表表表表; done # as many as a name of 255 bytes holds, two cells each
for name in "$(printf 'T1000_eps\033[2J\033[31mred\033]0;owned\007\033]52;c;b3duZWQ=\007')" \
    "$(printf 'T2000_bad\377\300\200\355\240\200utf8')" "$wide" "$(printf 'T4000_new\nline\ttab\r')" \
    "$(printf 'T5000_e\314\201\314\202\314\203marks\342\200\256gnp.exe')"; do
    mkdir -p "$batch/$name/checks" "$batch/$name/logs" || skip 'such names cannot be made here'
    printf '{ "status": "pre_run", "outdir": "\033]0;owned\007" }\n' >"$batch/$name/run_config.json"
    printf 'fine\n\033]0;owned\007\033[?1049l\033c\033[3;1Hhere\n\377\376表\n' >"$batch/$name/logs/a.log"
    make_budget "$batch/$name/checks/mass_budget.csv"
done

term_open 100 30
title=$(tmux -L "$tmux_socket" display-message -p -t t '#{pane_title}')
: >"$work/bytes"
tmux -L "$tmux_socket" pipe-pane -t t "cat >>'$work/bytes'"
term_type "clear; '$SWEEPWATCH' watch '$batch' --no-mouse; echo en''ded"
wait_for 20 'all of them are listed' sh -c "tmux -L '$tmux_socket' capture-pane -p -t t | grep -c 'T[1-5]000' | grep -qx 5"

# The body of the screen, from the heads of the columns on, without ages and the last line of keys.
body() { sed -E '1,/^    (status|case)/d; s/ +$//; s/ [0-9.]+ (s|min|h) / /; s/^>/ /' | grep 'T[1-5]000' | sed -E 's/  +/ /g'; }
for size in 100x30 80x24 40x20 200x60; do
    term_resize "${size%x*}" "${size#*x}"
    "$SWEEPWATCH" watch "$batch" --once --size "$size" --color never 2>"$work/err" | body >"$work/expected"
    is "$size: --once has all of them" 5 "$(wc -l <"$work/expected" | tr -d ' ')"
    # shellcheck disable=SC2317,SC2329 # called by wait_for
    as_once() { term_capture | body >"$work/found" && cmp -s "$work/expected" "$work/found"; }
    wait_for 10 "$size: the terminal shows the cells that --once prints" as_once ||
        same "$size: what differs" "$work/expected" "$work/found"
    if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$work/expected"; then
        fail "$size: no control character is printed" "$(cat -v "$work/expected")"
    fi
done

contains 'that there is no list is said' "$work/err" 'no sweep list'

# Each case's detail with its log, and every view, at a size where all of it has room.
term_resize 200 60
for key in Enter Down Down Down Down PPage Escape 2 3 4 5 1; do
    term_key "$key"
    sleep 0.3
    wait_for 5 "after $key the screen begins with its first line" sh -c "
        tmux -L '$tmux_socket' capture-pane -p -t t | head -n 1 | grep -q '^ sweepwatch '"
done
term_key Enter
wait_for 10 'the log is shown' term_shows 'chere'
is 'the title of the window is as it was' "$title" "$(tmux -L "$tmux_socket" display-message -p -t t '#{pane_title}')"
term_key y
wait_for 10 'a path is copied' term_shows 'copied, if the terminal allows it'
term_key Escape
term_key q
wait_for 20 'it ends' term_shows ended
tmux -L "$tmux_socket" pipe-pane -t t
for bytes in '\033]0;owned' '\033]52;c;b3duZWQ' '\033c' '\033[3;1Hhere' '\033[31mred'; do
    # shellcheck disable=SC2059 # written as printf has it
    if LC_ALL=C grep -qaF -- "$(printf "$bytes")" "$work/bytes"; then
        fail "$bytes does not reach the terminal"
    else
        pass "$bytes does not reach the terminal"
    fi
done

finish
