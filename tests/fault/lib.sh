# Helpers of the fault tests; read with ". lib.sh" from a script of this directory. POSIX sh.
# shellcheck shell=sh disable=SC2034,SC2154 # variables are for the tests, or come from e2e/lib.sh
#
# Real faults need rights that not every machine gives: what is not permitted skips the test (77) with the reason.

: "${FAULT_TOOLS:?directory of the built helpers}" "${MAKE_TREE:?the program that makes finished sweeps}"
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/../e2e/lib.sh"

mounts=''
control=$work/control
mkdir "$control"

# The drive comes back before it is taken away: a process that hangs in it could not end.
# shellcheck disable=SC2317,SC2329 # called by the trap
clean_up() {
    rm -f "$control/hang" "$control/delay"
    if [ -n "${tmux_used:-}" ]; then tmux -L "$tmux_socket" kill-server 2>/dev/null; fi
    for pid in $children; do kill -KILL "$pid" 2>/dev/null; done
    for mount in $mounts; do umount -l "$mount" 2>/dev/null; done
    rm -rf "$work"
}

need_helper() { [ -x "$FAULT_TOOLS/$1" ] || skip "$1 was not built: ${2:-it needs a library that is not here}"; }

need_mounts() { unshare -m true 2>/dev/null || skip 'mounting is not permitted here'; }

# In a mount namespace of its own the test can mount what it likes. Call first; it starts the script again.
own_mounts() {
    [ -z "${FAULT_INSIDE:-}" ] || return 0
    need_mounts
    rm -rf "$work"
    FAULT_INSIDE=yes exec unshare -m --propagation private sh "$0"
}

# slow_mount SOURCE MOUNT_POINT: through slow_fs, ruled by $control.
slow_mount() {
    need_helper slow_fs 'libfuse3 is not here'
    [ -w /dev/fuse ] || skip '/dev/fuse is not to be opened'
    "$FAULT_TOOLS/slow_fs" "$1" "$2" "$control" >"$work/slow_fs.log" 2>&1 &
    children="$children $!"
    mounts="$mounts $2"
    tries=0
    until grep -q " $2 .*fuse.slow" /proc/self/mountinfo; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then skip "a FUSE file system cannot be mounted: $(tail -n 1 "$work/slow_fs.log")"; fi
        sleep 0.1
    done
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# figure NAME FILE: NAME=number of a line of key_probe.
figure() { sed -n "s/.*$1=\\([-0-9]*\\).*/\\1/p" "$2"; }

# at_most WHAT LIMIT FOUND
at_most() {
    if [ -n "$3" ] && [ "$3" -le "$2" ]; then pass "$1: $3 <= $2"; else fail "$1" "at most: $2" "found:   ${3:-nothing}"; fi
}

# watch_in_terminal ARGS...: the dashboard in tmux; its exit code comes to $work/code.
watch_in_terminal() {
    term_open 130 34
    rm -f "$work/code"
    cat >"$work/session" <<SH
'$SWEEPWATCH' watch $* 2>'$work/watch.err'
echo \$? >'$work/code.new'
mv '$work/code.new' '$work/code'
echo back
SH
    term_type ". '$work/session'"
}

# One screen, as evidence.
show_screen() { term_capture | sed -n "1,8s/^/        | /p"; }
