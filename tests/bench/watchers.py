"""The watchers people use, and sweepwatch, one after another on the same tree and in the same weather."""
import json, os, shutil, signal, statistics, subprocess, sys, time

import lab
from lab import note, row

RACE = 300  # cases whose directories are made while somebody watches
RESULTS = 4
ENDLESS = 64  # cases that run at a time under endless load
OPS = lab.number("OPS", 200000)
SECONDS = lab.number("PACE_SECONDS", 15)
HELD = 0.5
DONE = ("archiving", "complete", "archive_failed")  # its results are there


def python_with_watchdog():
    for name in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([name, "-c", "import watchdog.observers"], stderr=subprocess.DEVNULL) if os.path.exists(
            name) else None
        if found and found.returncode == 0:
            return name
    return None


class Storm:
    """The writer: what it did, and when (ns)."""

    def __init__(self, lab_, tree, titles, *how):
        self.file = lab_.path("titles")
        with open(self.file, "w") as f:
            f.write("".join(t + "\n" for t in titles))
        self.process = subprocess.Popen([lab.tool("bench_storm"), tree.batch, self.file, *map(str, how)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait_for(self, word):
        if self.process.stdout.readline().strip() != word:
            lab.stop_bench("the writer of the storm failed")

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self):
        """[(ns, there, path)]; afterwards self.ended is when it ended."""
        lines = self.process.communicate()[0].splitlines()
        if self.process.returncode != 0 or not lines:
            lab.stop_bench("the writer of the storm failed")
        self.ended = int(lines.pop().split()[1])
        words = [line.split(" ", 2) for line in lines]
        return [(int(at), sign == "+", path) for at, sign, path in words]


class Listener:
    """One watcher. told(): [(ns, there, path)] of what it has said, path relative to the batch or the name of the case."""

    def start(self, lab_, tree):
        self.tree = tree
        fits = lab.watch_limit() > 3 * (tree.cases + tree.archived + tree.running) + 10
        self.roots = [tree.batch, tree.archive] if fits and tree.archived else [tree.batch]
        self.prefix = tree.batch.encode() + b"/"

    def said(self, line):
        """(there, path) of a line, or None."""
        if not line.startswith(self.prefix):
            return None
        path, _, how = line[len(self.prefix):].rpartition(b" ")
        return how, path.decode()

    def told(self, since):
        for at, line in self.out.lines():
            if at >= since:
                said = self.said(line)
                if said:
                    yield at, said[0], said[1]

    def lost(self, notes, since):
        """Files whose last state was never told, of notes that name each once."""
        known = {(there, path) for _, there, path in self.told(since)}
        return sum((there, path) not in known for _, there, path in notes)

    def latencies(self, notes, since):
        """ms from each rename until it was told; None: never, or after the next one of that file."""
        told = {}
        for at, there, path in self.told(since):
            told.setdefault((there, path), []).append(at)
        position, waited = {}, []
        later = {}  # when a file's same state comes again
        for at, there, path in reversed(notes):
            waited.append((at, there, path, later.get((there, path))))
            later[there, path] = at
        found = []
        for at, there, path, again in reversed(waited):
            times, k = told.get((there, path), ()), position.get((there, path), 0)
            while k < len(times) and times[k] < at:
                k += 1
            seen = k < len(times) and (again is None or times[k] < again)
            position[there, path] = k + seen
            found.append((times[k] - at) / 1e6 if seen else None)
        return found

    def pids(self):
        return lab.family(self.process.pid)

    def wait_until_it_tells(self):
        """For those that do not say that they are ready: until it tells of a file made for that."""
        begun = time.monotonic()
        probe = os.path.join(self.tree.batch, "checks", "probe")
        name = b"checks/probe"
        while name not in b"".join(piece for _, piece in list(self.out.pieces)):
            if time.monotonic() > begun + 300 or self.process.poll() is not None:
                lab.stop_bench("%s tells nothing" % self.name)
            with open(probe, "w"):
                pass
            os.unlink(probe)
            time.sleep(0.05)

    def spawn(self, command, **more):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, **more)
        self.out = lab.Stream(self.process.stdout.fileno())

    def close(self):
        self.process.kill()
        self.process.wait()
        self.out.thread.join(10)
        self.process.stdout.close()


class Inotifywait(Listener):
    name = "inotifywait -m -r"

    @staticmethod
    def there():
        return shutil.which("inotifywait")

    def start(self, lab_, tree):
        super().start(lab_, tree)
        self.spawn(["inotifywait", "-m", "-r", "--format", "%w%f %e", *self.roots], stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if b"established" in line:
                return
        lab.stop_bench("inotifywait ended")

    def said(self, line):
        said = super().said(line)
        if not said or not any(word in said[0] for word in (b"CREATE", b"MODIFY", b"CLOSE_WRITE", b"MOVED", b"DELETE")):
            return None
        return not (b"DELETE" in said[0] or b"MOVED_FROM" in said[0]), said[1]


class Fswatch(Listener):
    name = "fswatch -r -l 0.001"

    @staticmethod
    def there():
        return shutil.which("fswatch")

    def start(self, lab_, tree):
        super().start(lab_, tree)
        # It sleeps a second between two looks at its queue, if it is not told otherwise.
        self.spawn(["fswatch", "-r", "-x", "-l", "0.001", "--allow-overflow", "--event-flag-separator=,", *self.roots],
                   stderr=subprocess.DEVNULL)
        self.wait_until_it_tells()

    def said(self, line):
        said = super().said(line)
        return (b"Removed" not in said[0] and b"MovedFrom" not in said[0], said[1]) if said else None


class Watchdog(Listener):
    name = "Python watchdog"

    @staticmethod
    def there():
        return python_with_watchdog()

    def start(self, lab_, tree):
        super().start(lab_, tree)
        self.spawn([self.there(), os.path.join(lab.HERE, "watchdog_listen.py"), *self.roots])
        self.wait_until_it_tells()

    def said(self, line):
        said = super().said(line)
        return (said[0] == b"there", said[1]) if said else None


class Watchman(Listener):
    """Its own server, which knows nothing of the user's."""
    name = "watchman"

    @staticmethod
    def there():
        return shutil.which("watchman")

    def start(self, lab_, tree):
        super().start(lab_, tree)
        home = lab_.path("watchman")
        shutil.rmtree(home, ignore_errors=True)
        os.mkdir(home, 0o700)
        self.socket = os.path.join(home, "sock")
        with open(os.path.join(home, "said"), "wb") as said:
            self.server = subprocess.Popen(
                ["watchman", "--foreground", "--no-save-state", "--sockname", self.socket, "--statefile", home + "/state",
                 "--logfile", home + "/log", "--pidfile", home + "/pid"], stdout=said, stderr=said)
        until = time.monotonic() + 30
        while not os.path.exists(self.socket) and time.monotonic() < until:
            time.sleep(0.01)
        for root in self.roots:
            self.ask("watch", root)
            self.ask("query", root, {"fields": ["name"], "suffix": ["none"]})  # answered when all is known
        subscribe = json.dumps(["subscribe", tree.batch, "bench",
                                {"fields": ["name", "exists"], "empty_on_fresh_instance": True}])
        self.spawn([*self.client(), "-p"], stdin=subprocess.PIPE)
        self.process.stdin.write(subscribe.encode() + b"\n")
        self.process.stdin.close()
        self.out.wait(lambda s: s.bytes > 0, 60)

    def client(self):
        return ["watchman", "--no-spawn", "--no-pretty", "--sockname", self.socket, "-j"]

    def ask(self, *command):
        done = subprocess.run(self.client(), input=json.dumps(command).encode(), stdout=subprocess.PIPE)
        answer = json.loads(done.stdout or b"{}")
        if done.returncode != 0 or "error" in answer:
            lab.stop_bench("watchman: %s" % (answer.get("error") or "no answer"))
        return answer

    def told(self, since):
        for at, line in self.out.lines():
            for f in json.loads(line).get("files", ()) if at >= since else ():
                yield at, f["exists"], f["name"]

    def lost(self, notes, since):
        # What it would answer, not only what it has told.
        files = self.ask("query", self.tree.batch, {"fields": ["name", "exists"], "expression": ["type", "f"]})["files"]
        exists = {f["name"]: f["exists"] for f in files}
        return sum(exists.get(path, False) != there for _, there, path in notes)

    def pids(self):
        return {self.server.pid}

    def close(self):
        super().close()
        self.server.terminate()
        self.server.wait()


class Sweepwatch(Listener):
    """On a terminal; what it tells comes through --events. Tells of cases, not of files."""
    name = "sweepwatch watch"

    @staticmethod
    def there():
        return True

    def start(self, lab_, tree, bytes_a_second=None, before=()):
        super().start(lab_, tree)
        self.roots = [tree.batch, tree.archive]
        pipe = lab_.path("events")
        if os.path.exists(pipe):
            os.unlink(pipe)
        os.mkfifo(pipe)
        # Opened for both, so that it does not end when the other side comes later.
        self.pipe = os.open(pipe, os.O_RDWR)
        self.out = lab.Stream(self.pipe)
        self.begun = time.monotonic_ns()
        self.terminal = lab.Terminal([*before, *lab.watch_command(tree, "--events", pipe)], bytes_a_second)
        self.out.wait(lambda s: s.bytes > 0, 60)
        self.out.quiet(2, 300)

    def ready_after(self):
        """Seconds from its start until every case had the verdict it has now."""
        return (self.right_at(self.tree.statuses()[0], self.begun) - self.begun) / 1e9

    def statuses(self):
        for at, line in self.out.lines():
            event = json.loads(line)
            if event["event"] == "status":
                yield at, event["case_id"], event["to"]

    def right_at(self, wanted, since):
        """When all cases had the wanted statuses and kept them (ns); None: they have not."""
        have = dict.fromkeys(wanted, "pending")
        wrong, right = sum(s != "pending" for s in wanted.values()), since
        for at, title, status in self.statuses():
            if title not in wanted:
                continue
            wrong += (status != wanted[title]) - (have[title] != wanted[title])
            have[title] = status
            if at > since:
                right = (right or at) if wrong == 0 else None
            elif wrong != 0:
                right = None
            else:
                right = since
        return right

    def told(self, since):
        for at, title, status in self.statuses():
            if at >= since:
                yield at, status in DONE, title + "/summary.json"

    def lost(self, notes, since):
        # A case is done when all of its files are known.
        known = {path for _, there, path in self.told(since) if there}
        return RESULTS * sum(path.endswith("/summary.json") and path not in known for _, _, path in notes)

    def pids(self):
        return lab.family(self.terminal.pid)

    def close(self):
        self.terminal.close()
        self.out.stop(self.pipe)
        os.close(self.pipe)


LISTENERS = (Inotifywait, Fswatch, Watchdog, Watchman, Sweepwatch)


def rested(listener, most=20):
    """Until it has told what it has to tell."""
    listener.out.quiet(1.5, most)


def race(listener, lab_, titles):
    begun = time.monotonic_ns()
    storm = Storm(lab_, listener.tree, titles, "race")
    notes = storm.end()
    time.sleep(2)
    return listener.lost(notes, begun), len(notes)


def storm(listener, lab_, titles):
    """Everything at once, and the listener held in the middle."""
    pids = listener.pids()
    cpu = lab.cpu_seconds(pids)
    begun = time.monotonic_ns()
    writer = Storm(lab_, listener.tree, titles, "full", OPS)
    writer.wait_for("half")
    lab.held(pids, HELD)
    notes = writer.end()
    time.sleep(3)
    cpu = lab.cpu_seconds(listener.pids()) - cpu
    listener.out.quiet(3, 30)
    result = {"cpu": cpu, "files": len(notes)}
    if isinstance(listener, Sweepwatch):
        looks = [listener.tree.statuses() for _ in range(3)]
        wanted, walk = looks[-1][0], statistics.median(seconds for _, seconds in looks)
        right = listener.right_at(wanted, writer.ended)
        last = {}
        for _, title, status in listener.statuses():
            last[title] = status
        result["lost"] = sum(last.get(title, "pending") != status for title, status in wanted.items())
        result["walks"] = (right - writer.ended) / 1e9 / walk if right else None
        result["right"] = (right - writer.ended) / 1e9 if right else None
    else:
        result["lost"] = listener.lost(notes, begun)
    return result


def pace(listener, lab_, titles):
    """Renames at a steady pace, each in a directory that was quiet for a second or more."""
    rate = min(1000, len(titles) // 2)
    writer = Storm(lab_, listener.tree, titles, "pace", rate, SECONDS)
    writer.wait_for("ready")
    rested(listener)
    time.sleep(1)
    begun = time.monotonic_ns()
    writer.go()
    notes = writer.end()
    time.sleep(2)
    rested(listener)
    return listener.latencies(notes, begun), rate


def endless(listener, lab_, titles):
    writer = Storm(lab_, listener.tree, titles, "endless", SECONDS)
    writer.wait_for("ready")
    rested(listener)
    begun = time.monotonic_ns()
    writer.go()
    notes = writer.end()
    time.sleep(2)
    return listener.latencies(notes, begun)


def measure(kind, lab_, tree, titles):
    """Everything of one watcher; the tree is begun anew before."""
    tree.begin_again()
    for title in titles[:RACE]:
        shutil.rmtree(os.path.join(tree.batch, title))
    listener, found = kind(), {}
    begun = time.monotonic()
    listener.start(lab_, tree)
    found["ready"] = listener.ready_after() if kind is Sweepwatch else time.monotonic() - begun
    time.sleep(2)
    found["kb"] = lab.memory_kb(listener.pids())
    found["watches"] = lab.watch_count(listener.pids())
    try:
        found["storm"] = storm(listener, lab_, titles[RACE:])
        found["pace"], found["rate"] = pace(listener, lab_, titles[RACE:])
        if kind is Sweepwatch:
            found["endless"] = endless(listener, lab_, titles[RACE:RACE + ENDLESS])
        # Last: fswatch looks at everything anew for each new directory, and is busy with that for minutes.
        found["race"], found["race files"] = race(listener, lab_, titles[:RACE])
    finally:
        listener.close()
    return found


def late(values, p):
    """A percentile; what was never told is later than all that was."""
    return lab.percentile([v if v is not None else float("inf") for v in values], p)


def ms(values, p, unit=" ms"):
    found = late(values, p)
    return "never" if found == float("inf") else ("%.2f" if found < 10 else "%.0f") % found + unit


def within(values, p, most):
    return late(values, p) <= most


def table(results, tree):
    first = next(iter(results.values()))
    note("")
    note("%d cases, %d of them archived, %d further ones run" % (tree.cases, tree.archived, tree.running))
    note("%-20s %8s %9s %8s %14s %14s %12s %18s" % (
        "watcher", "ready s", "memory MB", "watches", "lost in race", "lost in storm", "CPU us/op", "p50/p99/most ms"))
    note("%-20s %8s %9s %8s %14s %14s %12s %18s" % (
        "", "", "", "", "of %d" % first["race files"], "of %d" % first["storm"]["files"], "%d ops" % OPS,
        "at %d/s" % first["rate"]))
    for name, r in results.items():
        note("%-20s %8.2f %9.1f %8d %14d %14s %12.1f %18s" % (
            name, r["ready"], r["kb"] / 1024, r["watches"], r["race"],
            r["storm"]["lost"] if name != Sweepwatch.name else "%d cases" % r["storm"]["lost"],
            r["storm"]["cpu"] / OPS * 1e6,
            "/".join(ms(r["pace"], p, "") for p in (50, 99, 100))))
    note("")


def goals(results, tree):
    own = results[Sweepwatch.name]
    row("race, %d cases made and written at once: no final state lost" % RACE, "%d of %d" % (own["race"], own["race files"]),
        own["race"] == 0)
    s = own["storm"]
    row("storm of %d operations, held %.1f s: no verdict wrong" % (OPS, HELD), "%d cases" % s["lost"], s["lost"] == 0)
    row("after the storm the table is right within 1.5 walks",
        "never" if s["walks"] is None else "%.2f walks (%.2f s)" % (s["walks"], s["right"]), (s["walks"] or 99) <= 1.5)
    for p, goal in ((50, 5), (99, 20)):
        row("a change in a quiet directory, %d a second: p%d at most %d ms" % (own["rate"], p, goal), ms(own["pace"], p),
            within(own["pace"], p, goal))
    row("endless load: nothing later than 300 ms", "%s (p99 %s)" % (ms(own["endless"], 100), ms(own["endless"], 99)),
        within(own["endless"], 100, 300))
    row("watches: at most 3 a running case", "%d of %d cases" % (own["watches"], tree.running), own["watches"] <=
        3 * tree.running + 10)
    other = results.get(Inotifywait.name)
    if other:
        row("memory: less than inotifywait", "%.2f x" % (own["kb"] / other["kb"]), own["kb"] < other["kb"])
    other = results.get(Watchman.name)
    if other:
        row("memory: at most a sixth of watchman's", "%.2f x" % (own["kb"] / other["kb"]), own["kb"] * 6 <= other["kb"])
        ratio = s["cpu"] / other["storm"]["cpu"]
        row("processor time per operation: at most half of watchman's", "%.2f x" % ratio, ratio <= 0.5)


def running_of(cases):
    """How many cases run beside so many finished ones."""
    return RACE + max(200, min(2000, cases // 5))


def bench(lab_):
    """watchers compared: losses, latency, processor time, memory"""
    if not lab.LINUX:
        note("watchers: this measures on Linux only")
        return
    tree = lab_.tree(lab.CASES)
    titles = tree.begin(running_of(tree.cases))
    results = {}
    for kind in LISTENERS:
        if not kind.there():
            note("%s: not here, skipped" % kind.name)
            continue
        print("(%s)" % kind.name, file=sys.stderr, flush=True)
        results[kind.name] = measure(kind, lab_, tree, titles)
    table(results, tree)
    goals(results, tree)
    tree.end()
