"""How long anything keeps its loop from turning, while a storm blows and while the terminal is slow.

A turn is the time from the return of one epoll_wait to the call of the next, as strace sees it from outside; it stops
the program at this one call only. That time contains what the system gave to others: on a busy machine it says little."""
import os, random, re, shutil, time

import lab
from lab import note, row
from watchers import SECONDS, RACE, Storm, Sweepwatch, ms, rested, running_of, within

KEYS = b"jkGgtsS23451"  # each changes the screen; Esc waits for what may follow it
SLOW = 200
CALL = re.compile(r"^([0-9.]+) (\w+)\(.* <([0-9.]+)>$")


def traced(directory):
    """strace for each thread that waits in a loop, a file a thread."""
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory)
    return ["strace", "-ff", "--seccomp-bpf", "-qq", "-ttt", "-T", "-e", "trace=epoll_wait,epoll_pwait", "-e", "signal=none",
            "-o", os.path.join(directory, "thread")]


def turns(directory, since, until):
    """ms of each turn of each loop, of those that were going on within that time (s since 1970)."""
    found = []
    for name in os.listdir(directory):
        back = None
        with open(os.path.join(directory, name), errors="replace") as f:
            for line in f:
                call = CALL.match(line)
                if not call:
                    back = None
                    continue
                at = float(call[1])
                if back is not None and at >= since and back <= until:
                    found.append((at - back) * 1e3)
                back = at + float(call[3])
        if back is not None and back <= until:  # it has not come back
            found.append((until - back) * 1e3)
    return found


def pressed(listener, seconds):
    """(ms, key) of keys to the screen. A frame comes at most every 100 ms, so what comes after a key that is pressed soon
    after a frame is its answer."""
    terminal, found, k = listener.terminal, [], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = terminal.screen.last
        terminal.screen.wait(lambda s: s.last != before, 0.5)
        time.sleep(random.uniform(0.005, 0.05))
        key = KEYS[k % len(KEYS):][:1]
        found.append((terminal.answer_ms(key), key.decode()))
        k += 1
    return found


def say(what, values):
    most = max(values, default=float("inf"))
    row(what + ": no turn of a loop longer than 50 ms", "%.0f ms (p99 %.1f, %d turns)" %
        (most, lab.percentile(values, 99) if values else most, len(values)), most <= 50)


def in_storm(lab_, tree, titles, before, meanwhile):
    """A session under endless load; what meanwhile() gave, and when that was (s since 1970)."""
    listener = Sweepwatch()
    listener.start(lab_, tree, before=before)
    writer = Storm(lab_, tree, titles, "endless", SECONDS)
    writer.wait_for("ready")
    rested(listener)
    writer.go()
    begun = time.time()
    result = meanwhile(listener)
    writer.end()
    ended = time.time()
    listener.close()
    return result, begun, ended


def slow_terminal(lab_, tree, titles, before):
    listener = Sweepwatch()
    listener.start(lab_, tree, SLOW, before)
    rate = min(100, len(titles) // 2)
    writer = Storm(lab_, tree, titles, "pace", rate, SECONDS)
    writer.wait_for("ready")
    rested(listener)
    since = time.monotonic_ns()
    writer.go()
    begun = time.time()
    notes = writer.end()
    time.sleep(2)
    ended = time.time()
    waited = listener.latencies(notes, since)
    listener.close()
    return waited, begun, ended


def bench(lab_):
    """no loop blocked, keys in a storm, a terminal that reads 200 bytes a second"""
    if not lab.LINUX:
        note("lag: this measures on Linux only")
        return
    tree = lab_.tree(lab.CASES)
    titles = tree.begin(running_of(tree.cases))[RACE:]
    took = in_storm(lab_, tree, titles, (), lambda listener: pressed(listener, SECONDS - 1))[0]
    p99, key = lab.percentile(took, 99)
    row("%d keys in a storm: at most 16 ms to the screen, p99" % len(took), "%.1f ms ('%s'; median %.1f)" %
        (p99, key, lab.percentile(took, 50)[0]), p99 <= 16)
    directory = lab_.path("turns")
    before = traced(directory) if shutil.which("strace") else ()
    if not before:
        note("turns of the loops: strace is not here, skipped")
    else:
        begun, ended = in_storm(lab_, tree, titles, before, lambda listener: time.sleep(SECONDS))[1:]
        say("storm", turns(directory, begun, ended))
    waited, begun, ended = slow_terminal(lab_, tree, titles, traced(directory) if before else ())
    if before:
        say("terminal of %d bytes a second" % SLOW, turns(directory, begun, ended))
    text = ms(waited, 100)
    row("terminal of %d bytes a second: nothing is told later than 300 ms" % SLOW, "%s (p99 %s)" % (text, ms(waited, 99)),
        within(waited, 100, 300))
    tree.end()
