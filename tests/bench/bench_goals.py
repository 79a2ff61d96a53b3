#!/usr/bin/env python3
"""bench_goals.py: each goal for speed and memory that can be measured, the figure, PASS or MISS.

Times are ratios against a baseline in the same run: program and baseline in turn, the median over the pairs, so that
what the machine does meanwhile hits both. They are of a warm page cache. A figure from a busy machine is worth little
where it stands alone (first frame, frames): say so when you quote it.

  SWEEPWATCH   the program          BENCH_TOOLS  directory of the tools (cmake --build BUILD --target bench-tools)
  CASES        cases of the tree (10000; about 130 kB each on the disk)       PAIRS  of runs (5)
  MODEL        cases of the model alone (1000000)       FRAME  rows of the screen (50000)
  BENCH_TMP    where the tree is made ($TMPDIR or /tmp)

Exit 0 whatever the figures are: the counts that must not get worse are a test (count_check.sh)."""
import csv, fcntl, io, os, pty, select, shutil, signal, statistics, struct, subprocess, sys, tempfile, termios, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SWEEPWATCH = os.environ.get("SWEEPWATCH", os.path.join(TOP, "build/release/sweepwatch"))
TOOLS = os.environ.get("BENCH_TOOLS", os.path.join(TOP, "build/release/tests/bench"))
CASES = int(os.environ.get("CASES", "10000"))
PAIRS = max(3, int(os.environ.get("PAIRS", "5")))
MODEL = int(os.environ.get("MODEL", "1000000"))
FRAME = int(os.environ.get("FRAME", "50000"))


def tool(name):
    return os.path.join(TOOLS, name)


def row(goal, figure, passed):
    print("%-66s %-26s %s" % (goal, figure, "PASS" if passed else "MISS"), flush=True)


def timed(command, env=None):
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    if done.returncode != 0:
        sys.exit("bench_goals: %s: exit %d: %s" % (command[0], done.returncode, done.stderr.decode()[:300]))
    return time.monotonic() - begun


def ratio(first, second):
    """Median of first/second over pairs; the first pair warms up."""
    pairs = [(first(), second()) for _ in range(PAIRS + 1)][1:]
    return statistics.median(a / b for a, b in pairs)


class Tree:
    def __init__(self, work, cases):
        self.root = os.path.join(work, str(cases))
        made = subprocess.run([tool("make_tree"), self.root, str(cases), "--archive"], stdout=subprocess.PIPE, check=True)
        self.batch = made.stdout.decode().split("\n")[0]
        self.archive = os.path.join(self.root, "archive")
        self.cases = cases

    def check(self, *more):
        out = os.path.join(self.root, "out")
        taken = timed([SWEEPWATCH, "check", self.batch, "--archive-dir", self.archive, "--csv", out + ".csv", "--json",
                       out + ".json", "--html", out + ".html", *more])
        with open(out + ".csv", newline="") as f:
            complete = sum(r["status"] == "complete" for r in csv.DictReader(f))
        if complete != self.cases:
            sys.exit("bench_goals: %d of %d cases complete; the measurement is void" % (complete, self.cases))
        return taken

    def minimal(self):
        return timed([tool("minimal_check"), self.batch, self.archive, os.path.join(self.root, "min.csv"), "2"])

    def obvious(self):
        return timed([sys.executable, os.path.join(HERE, "obvious_check.py"), self.batch, self.archive, "--csv",
                      os.path.join(self.root, "py.csv")])

    def presence(self):
        return timed([tool("minimal_presence"), self.batch, self.archive])


def below(pid):
    """The process and those it started."""
    all_of = {pid}
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as f:
                parents[int(name)] = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass
    while True:
        more = {p for p, parent in parents.items() if parent in all_of} - all_of
        if not more:
            return all_of
        all_of |= more


def memory_kb(pid):
    kb = 0
    for p in below(pid):
        try:
            with open("/proc/%d/status" % p) as f:
                kb += sum(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))
        except OSError:
            pass
    return kb


def watch(tree, seconds):
    """Seconds to the first bytes on a terminal, and the kB of all its processes after so long."""
    begun = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(SWEEPWATCH, [SWEEPWATCH, "watch", tree.batch, "--archive-dir", tree.archive, "--csv",
                              tree.root + "/w.csv", "--json", tree.root + "/w.json", "--html", tree.root + "/w.html"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    first = None
    while time.monotonic() - begun < seconds:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                os.read(fd, 65536)
            except OSError:
                break
            first = first or time.monotonic() - begun
    kb = memory_kb(pid) if os.path.isdir("/proc/self") else 0
    os.kill(pid, signal.SIGTERM)
    while select.select([fd], [], [], 5)[0]:
        try:
            if not os.read(fd, 65536):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(fd)
    return first, kb


def model(cases):
    out = subprocess.run([tool("bench_model"), str(cases)], stdout=subprocess.PIPE, check=True).stdout.decode()
    return {k: float(v) for k, v in next(csv.DictReader(io.StringIO(out))).items()}


def stripped_size(work):
    copy = os.path.join(work, "stripped")
    shutil.copy(SWEEPWATCH, copy)
    if shutil.which("strip"):
        subprocess.run(["strip", copy], check=True)
    return os.path.getsize(copy)


def main():
    work = tempfile.mkdtemp(prefix="sweepwatch-goals-", dir=os.environ.get("BENCH_TMP"))
    os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
    try:
        print("%d cases with archive, %d pairs, %d processors, load %.1f" %
              (CASES, PAIRS, os.cpu_count(), os.getloadavg()[0]))
        tree = Tree(work, CASES)
        small = Tree(work, max(CASES // 5, 100))
        thousand = Tree(work, 1000)
        time.sleep(3)  # older than a tick of the file system, so that what is judged is kept
        r = ratio(lambda: tree.check("--no-cache"), tree.minimal)
        row("check, all read: at most 1.25 x minimal C with two threads", "%.2f x" % r, r <= 1.25)
        r = ratio(tree.obvious, lambda: tree.check("--no-cache"))
        row("check, all read: at least 4.5 x faster than the Python", "%.1f x" % r, r >= 4.5)
        tree.check()
        r = ratio(tree.check, tree.presence)
        row("check, nothing changed: at most 1.2 x presence, size, time", "%.2f x" % r, r <= 1.2)
        first = statistics.median(watch(thousand, 2)[0] or 99 for _ in range(PAIRS))
        row("watch, 1,000 cases: first bytes within 50 ms", "%.0f ms" % (first * 1e3), first <= 0.05)
        seconds = 5 + CASES / 500
        first, large_kb = watch(tree, seconds)
        row("watch, %d cases: first bytes within 100 ms" % CASES, "%.0f ms" % ((first or 99) * 1e3), (first or 99) <= 0.1)
        if large_kb:
            slope = (large_kb - watch(small, seconds)[1]) * 1024 / (tree.cases - small.cases)
            row("watch, %d to %d cases: at most 600 bytes a case" % (small.cases, tree.cases), "%.0f bytes" % slope,
                slope <= 600)
        m = model(FRAME)
        row("a frame of 200x60, %d rows, 10,000 changed: 2 ms p99" % FRAME,
            "%.2f ms (median %.2f)" % (m["frame_ms_p99"], m["frame_ms"]), m["frame_ms_p99"] <= 2)
        m = model(MODEL)
        row("model, %d cases: at least 3 million facts a second" % MODEL, "%.2f million" % m["million_facts_a_second"],
            m["million_facts_a_second"] >= 3)
        row("model, %d cases: at most 400 bytes a case" % MODEL, "%.0f bytes" % m["bytes_a_case"], m["bytes_a_case"] <= 400)
        idle = m["ns_an_idle_tick"] / model(1000)["ns_an_idle_tick"]
        row("model: a tick costs the same at %d cases as at 1,000" % MODEL, "%.1f x" % idle, idle <= 2)
        size = stripped_size(work)
        row("the binary, stripped: at most 1 MB", "%.2f MB" % (size / 1e6), size <= 1e6)
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
