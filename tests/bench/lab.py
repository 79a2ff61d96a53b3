"""What the benches share: settings, the rows they print, trees, processes and terminals."""
import csv, fcntl, os, pty, shutil, signal, statistics, struct, subprocess, sys, tempfile, termios, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SWEEPWATCH = os.environ.get("SWEEPWATCH", os.path.join(TOP, "build/release/sweepwatch"))
TOOLS = os.environ.get("BENCH_TOOLS", os.path.join(TOP, "build/release/tests/bench"))
PAIRS = max(3, int(os.environ.get("PAIRS", "5")))
LINUX = sys.platform.startswith("linux")
DAY = "86400"


def number(name, usual):
    return int(os.environ.get(name, usual))


CASES = number("CASES", 10000)


def tool(name):
    return os.path.join(TOOLS, name)


def row(goal, figure, passed):
    print("%-72s %-28s %s" % (goal, figure, "PASS" if passed else "MISS"), flush=True)


def note(text):
    print(text, flush=True)


def stop_bench(why):
    sys.exit("bench: " + why)


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def median_of_pairs(first, second):
    """Median of first()/second() run in turn, so that what the machine does meanwhile hits both; one pair warms up."""
    pairs = [(first(), second()) for _ in range(PAIRS + 1)][1:]
    return statistics.median(a / b for a, b in pairs)


class Usage:
    """What one run of a command took: seconds, and kB at its largest. Not by wait4 from here: a child begins with the
    memory of Python, and that counts."""

    def __init__(self, command):
        fd, path = tempfile.mkstemp()
        done = subprocess.run([tool("rusage_run"), path, *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        words = os.read(fd, 200).split()
        os.close(fd)
        os.unlink(path)
        if done.returncode != 0:
            stop_bench("%s: exit %d: %s" % (command[0], done.returncode, done.stderr.decode()[:300]))
        self.wall, self.user, self.system, self.kb = map(float, words[:4])


# ---- trees --------------------------------------------------------------------------------------------------------

class Tree:
    """A sweep of `cases` finished cases, every second one archived, all of them a day old."""

    def __init__(self, work, cases, light=False):
        self.root = os.path.join(work, ("light" if light else "") + str(cases))
        self.cases, self.archived = cases, 0 if light else (cases + 1) // 2
        self.running = 0
        self.archive = os.path.join(self.root, "archive")
        self.batch = self._make(str(cases), *(["--light"] if light else ["--age", DAY]))
        self.out = os.path.join(self.root, "out")
        os.mkdir(self.out)

    def _make(self, *words):
        if self.archived:
            words += ("--half",)
        made = subprocess.run([tool("make_tree"), self.root, *words], stdout=subprocess.PIPE, check=True)
        return made.stdout.decode().split("\n")[0]

    def begin(self, n):
        """n further cases that have only begun; their names."""
        self._make(str(n), "--after", str(self.cases), "--running")
        self.running = n
        return self.running_titles()

    def running_titles(self):
        with open(os.path.join(self.batch, "checks/expected_sweep_list.txt")) as f:
            lines = [line.split() for line in f if not line.startswith("#")][self.cases:]
        return ["T%s_eps%s_tau%s" % (t, eps.replace(".", "p"), tau.replace(".", "p")) for t, eps, tau in lines]

    def begin_again(self):
        """The running cases as they were before anything wrote to them."""
        for title in self.running_titles():
            shutil.rmtree(os.path.join(self.batch, title), ignore_errors=True)
        self._make(str(self.running), "--after", str(self.cases), "--running")

    def end(self):
        """Without the running cases."""
        for title in self.running_titles():
            shutil.rmtree(os.path.join(self.batch, title), ignore_errors=True)
        path = os.path.join(self.batch, "checks/expected_sweep_list.txt")
        with open(path) as f:
            lines = f.readlines()
        with open(path, "w") as f:
            f.writelines(lines[:1 + self.cases])
        self.running = 0

    def report_words(self):
        """Reports go beside the tree, not into it."""
        words = []
        for kind in ("csv", "json", "html"):
            words += ["--" + kind, os.path.join(self.out, "report." + kind)]
        return words

    def words(self):
        archive = ["--archive-dir", self.archive] if self.archived else []
        return [self.batch, *archive, *self.report_words()]

    def check(self, *more):
        """Of the finished tree; what it took."""
        used = Usage([SWEEPWATCH, "check", *self.words(), *more])
        self._all_complete(os.path.join(self.out, "report.csv"), "sweepwatch")
        return used

    def statuses(self):
        """By title, as one look at the whole tree finds them now, and how long it took."""
        used = Usage([SWEEPWATCH, "check", *self.words(), "--running", "--no-cache"])
        with open(os.path.join(self.out, "report.csv"), newline="") as f:
            return {r["case_id"]: r["status"] for r in csv.DictReader(f)}, used.wall

    def minimal(self, threads="2"):
        out = os.path.join(self.out, "minimal.csv")
        used = Usage([tool("minimal_check"), self.batch, self.archive, out, threads])
        self._all_complete(out, "minimal_check")
        return used

    def obvious(self):
        out = os.path.join(self.out, "obvious.csv")
        used = Usage([sys.executable, os.path.join(HERE, "obvious_check.py"), self.batch, self.archive, "--csv", out])
        self._all_complete(out, "obvious_check.py")
        return used

    def presence(self):
        return Usage([tool("minimal_presence"), self.batch, self.archive])

    def _all_complete(self, path, who):
        with open(path, newline="") as f:
            complete = sum(r["status"] == "complete" for r in csv.DictReader(f))
        os.unlink(path)
        if complete != self.archived:
            stop_bench("%s found %d of %d cases complete; the measurement is void" % (who, complete, self.archived))


class Lab:
    """The work directory and the trees in it, each made when it is first asked for."""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="sweepwatch-bench-", dir=os.environ.get("BENCH_TMP"))
        os.environ["XDG_CACHE_HOME"] = os.path.join(self.work, "cache")
        self._trees = {}

    def tree(self, cases, light=False):
        if (cases, light) not in self._trees:
            begun = time.monotonic()
            self._trees[cases, light] = Tree(self.work, cases, light)
            time.sleep(3)  # older than a tick of the file system, so that what is judged is kept
            print("(a tree of %d cases: %.0f s)" % (cases, time.monotonic() - begun), file=sys.stderr, flush=True)
        return self._trees[cases, light]

    def drop(self, tree):
        self._trees = {k: t for k, t in self._trees.items() if t is not tree}
        shutil.rmtree(tree.root)

    def path(self, name):
        return os.path.join(self.work, name)

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


# ---- processes (Linux: /proc) -------------------------------------------------------------------------------------

def _stat(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()


def family(pid):
    """The process and those below it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(_stat(int(name))[1])
        except OSError:
            pass
    found = {pid}
    while True:
        more = {p for p, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def _sum(pids, of):
    total = 0
    for pid in pids:
        try:
            total += of(pid)
        except OSError:  # it has just ended
            pass
    return total


def _lines(path, key):
    with open(path) as f:
        return sum(int(line.split()[1]) for line in f if line.startswith(key))


def memory_kb(pids):
    return _sum(pids, lambda p: _lines("/proc/%d/status" % p, "RssAnon:"))


def cpu_seconds(pids):
    return _sum(pids, lambda p: sum(map(int, _stat(p)[11:13]))) / os.sysconf("SC_CLK_TCK")


def thread_nanoseconds(pid):
    """Processor time by thread, finer than clock ticks."""
    times = {}
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, tid)) as f:
            times[int(tid)] = int(f.read().split()[0])
    return times


def cpu_nanoseconds(pids):
    return _sum(pids, lambda p: sum(thread_nanoseconds(p).values()))


def main_thread_nanoseconds(pids):
    """Of sweepwatch: all but the threads that look at directories."""
    return _sum(pids, lambda p: thread_nanoseconds(p)[p])


def wait_for_rest(pid, most):
    """Until the process and those below it take less than a tenth of a processor."""
    until = time.monotonic() + most
    time.sleep(1)
    while time.monotonic() < until:
        before = cpu_nanoseconds(family(pid))
        time.sleep(2)
        if cpu_nanoseconds(family(pid)) - before < 0.2e9:
            return


def wakeups(pids):
    def of(pid):
        task = "/proc/%d/task" % pid
        return sum(_lines("%s/%s/status" % (task, t), "voluntary_ctxt_switches:") for t in os.listdir(task))
    return _sum(pids, of)


def written_bytes(pids):
    return _sum(pids, lambda p: _lines("/proc/%d/io" % p, "write_bytes:"))


def watch_count(pids):
    """inotify watches."""
    def of(pid):
        n = 0
        for fd in os.listdir("/proc/%d/fdinfo" % pid):
            with open("/proc/%d/fdinfo/%s" % (pid, fd)) as f:
                n += sum(line.startswith("inotify wd") for line in f)
        return n
    return _sum(pids, of)


def watch_limit():
    with open("/proc/sys/fs/inotify/max_user_watches") as f:
        return int(f.read())


def held(pids, seconds):
    """Nobody of them does anything for so long."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


# ---- what programs say --------------------------------------------------------------------------------------------

class Stream:
    """Reads a file descriptor in a thread and keeps what came, and when (ns of the monotonic clock)."""

    def __init__(self, fd, keep=True, bytes_a_second=None):
        self.fd, self.keep, self.rate = fd, keep, bytes_a_second
        self.pieces, self.bytes, self.ended = [], 0, False
        self.last = self.first_frame = None
        self.tail = b""
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            if self.rate:
                time.sleep(0.1)
            try:
                piece = os.read(self.fd, self.rate // 10 if self.rate else 65536)
            except OSError:  # a terminal whose program has ended
                piece = b""
            now = time.monotonic_ns()
            with self.changed:
                if not piece:
                    self.ended = True
                else:
                    self.bytes += len(piece)
                    self.last = now
                    if self.first_frame is None and FRAME_END in self.tail + piece:
                        self.first_frame = now
                    self.tail = piece[-len(FRAME_END):]
                    if self.keep:
                        self.pieces.append((now, piece))
                self.changed.notify_all()
            if self.ended:
                return

    def stop(self, fd):
        """Of a pipe that does not end by itself; fd: its other side."""
        self.ended = True
        os.write(fd, b"\n")
        self.thread.join()

    def wait(self, condition, seconds):
        """Until condition(self), or so long; whether it holds."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(self) or self.ended, seconds) and condition(self)

    def lines(self):
        """(ns, line) of each whole line so far."""
        rest, found = b"", []
        for at, piece in list(self.pieces):
            *whole, rest = (rest + piece).split(b"\n")
            found += [(at, line) for line in whole]
        return found

    def quiet(self, seconds, most):
        """Waits until nothing came for so long; at most `most` seconds."""
        until = time.monotonic() + most
        while time.monotonic() < until:
            since = (time.monotonic_ns() - (self.last or 0)) / 1e9
            if since >= seconds:
                return
            time.sleep(min(seconds - since + 0.01, 0.5))


# The end of a synchronized update, which each drawing is one of.
FRAME_END = b"\x1b[?2026l"


class Terminal:
    """A program in a terminal of its own, 200x60."""

    def __init__(self, command, bytes_a_second=None, rows=60, cols=200):
        self.begun = time.monotonic_ns()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.environ["LC_ALL"] = "C.UTF-8"
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execvp(command[0], command)
        self.screen = Stream(self.fd, keep=False, bytes_a_second=bytes_a_second)

    def press(self, keys):
        os.write(self.fd, keys)

    def answer_ms(self, key, most=5):
        """From a key to the first bytes after it, which are the whole answer: a drawing is written at once."""
        begun = time.monotonic_ns()
        self.press(key)
        self.screen.wait(lambda s: (s.last or 0) >= begun, most)
        return (max(self.screen.last or 0, begun) - begun) / 1e6 if self.screen.last >= begun else most * 1e3

    def close(self, key=None):
        """Asks it to end, by a key or by SIGTERM; seconds until it has, or None: it had to be killed."""
        self.screen.rate = None
        begun = time.monotonic()
        if key:
            self.press(key)
        else:
            os.kill(self.pid, signal.SIGTERM)
        taken = self.wait_for_end(begun, 15)
        if taken is None:
            for pid in family(self.pid):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.screen.thread.join(5)
        os.close(self.fd)
        return taken

    def wait_for_end(self, begun, most):
        while time.monotonic() < begun + most:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return time.monotonic() - begun
            time.sleep(0.001)
        return None


def watch_command(tree, *more):
    # Nobody writes to the sweep for as long as its threshold may be: silence is not what is measured.
    return [SWEEPWATCH, "watch", *tree.words(), "--stall-after", "10h", "--notify", "off", *more]
