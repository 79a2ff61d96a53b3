"""The goals that take seconds: check, the start and the end of watch, its memory, the model and the binary."""
import csv, io, os, shutil, statistics, subprocess, time

import lab
from lab import median_of_pairs, note, row

MODEL = lab.number("MODEL", 1000000)
FRAME = lab.number("FRAME", 50000)
QUIT = lab.number("QUIT_CASES", 8000)
WATCHES_A_CASE = 3


def check(tree):
    everything = lambda: tree.check("--no-cache").wall
    r = median_of_pairs(everything, lambda: tree.minimal().wall)
    row("check, all read: at most 1.25 x minimal C with two threads", "%.2f x" % r, r <= 1.25)
    r = median_of_pairs(lambda: tree.obvious().wall, everything)
    row("check, all read: at least 4.5 x faster than the Python", "%.1f x" % r, r >= 4.5)
    tree.check()
    r = median_of_pairs(lambda: tree.check().wall, lambda: tree.presence().wall)
    row("check, nothing changed: at most 1.2 x presence, size, time", "%.2f x" % r, r <= 1.2)


def first_frame(tree):
    """Seconds, of a start whose end is not waited for."""
    terminal = lab.Terminal(lab.watch_command(tree))
    terminal.screen.wait(lambda s: s.first_frame, 30)
    frame = terminal.screen.first_frame
    terminal.close()
    return (frame - terminal.begun) / 1e9 if frame else 30


def first_table(lab_, tree):
    """Seconds until every case had its verdict."""
    from watchers import Sweepwatch
    listener = Sweepwatch()
    listener.start(lab_, tree)
    seconds = listener.ready_after()
    listener.close()
    return seconds


def memory_at_rest(tree):
    terminal = lab.Terminal(lab.watch_command(tree))
    lab.wait_for_rest(terminal.pid, 120)
    kb = lab.memory_kb(lab.family(terminal.pid))
    terminal.close()
    return kb


def watch(lab_, tree, small):
    seconds = statistics.median(first_frame(lab_.tree(1000)) for _ in range(lab.PAIRS))
    row("watch, 1,000 cases: first frame within 50 ms", "%.0f ms" % (seconds * 1e3), seconds <= 0.05)
    seconds = statistics.median(first_frame(tree) for _ in range(lab.PAIRS))
    row("watch, %d cases: first frame within 100 ms" % tree.cases, "%.0f ms" % (seconds * 1e3), seconds <= 0.1)
    if not lab.LINUX:
        return
    r = median_of_pairs(lambda: first_table(lab_, tree), lambda: tree.statuses()[1])
    row("watch: first complete table within 1.5 x check, all read", "%.2f x" % r, r <= 1.5)
    slope = (memory_at_rest(tree) - memory_at_rest(small)) * 1024 / (tree.cases - small.cases)
    row("watch, %d to %d cases: at most 600 bytes a case" % (small.cases, tree.cases), "%.0f bytes" % slope,
        slope <= 600)


def quit_watch(lab_):
    """Of cases that have just begun, so that each has its watches."""
    root = lab_.path("quit")
    made = subprocess.run([lab.tool("make_tree"), root, str(QUIT), "--running"], stdout=subprocess.PIPE, check=True)
    batch = made.stdout.decode().split("\n")[0]
    taken, watches = [], 0
    for _ in range(3):
        terminal = lab.Terminal([lab.SWEEPWATCH, "watch", batch, "--stall-after", "10h", "--archive-dir", ""])
        lab.wait_for_rest(terminal.pid, 30)
        watches = lab.watch_count(lab.family(terminal.pid))
        seconds = terminal.close(key=b"q")
        taken.append(99 if seconds is None else seconds)
    shutil.rmtree(root)
    seconds = statistics.median(taken)
    row("quit with %d watches: within 0.3 s" % (QUIT * WATCHES_A_CASE), "%.2f s (%d watches)" % (seconds, watches),
        seconds <= 0.3 and watches >= QUIT * WATCHES_A_CASE)


def model(cases):
    out = subprocess.run([lab.tool("bench_model"), str(cases)], stdout=subprocess.PIPE, check=True).stdout.decode()
    return {k: float(v) for k, v in next(csv.DictReader(io.StringIO(out))).items()}


def model_goals():
    m = model(FRAME)
    row("a frame of 200x60, %d rows, 10,000 changed: 2 ms p99" % FRAME,
        "%.2f ms (median %.2f)" % (m["frame_ms_p99"], m["frame_ms"]), m["frame_ms_p99"] <= 2)
    m = model(MODEL)
    row("model, %d cases: at least 3 million facts a second" % MODEL, "%.2f million" % m["million_facts_a_second"],
        m["million_facts_a_second"] >= 3)
    row("model, %d cases: at most 400 bytes a case" % MODEL, "%.0f bytes" % m["bytes_a_case"], m["bytes_a_case"] <= 400)
    idle = m["ns_an_idle_tick"] / model(1000)["ns_an_idle_tick"]
    row("model: a tick costs the same at %d cases as at 1,000" % MODEL, "%.1f x" % idle, idle <= 2)


def binary(lab_):
    copy = lab_.path("stripped")
    shutil.copy(lab.SWEEPWATCH, copy)
    if shutil.which("strip"):
        subprocess.run(["strip", copy], check=True)
    size = os.path.getsize(copy)
    row("the binary, stripped: at most 1 MB", "%.2f MB" % (size / 1e6), size <= 1e6)


def bench(lab_):
    """what takes seconds: check against its baselines, first frame, memory, quitting, model, binary"""
    tree, small = lab_.tree(lab.CASES), lab_.tree(max(lab.CASES // 5, 100))
    check(tree)
    watch(lab_, tree, small)
    if lab.LINUX:
        quit_watch(lab_)
    model_goals()
    binary(lab_)
