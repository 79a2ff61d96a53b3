"""What a sweep costs in which nothing happens, against htop in the same minute."""
import shutil, time

import lab
from lab import note, row

SECONDS = lab.number("IDLE", 60)
REST = lab.number("IDLE_REST", 60)


class Meter:
    """One program's use from now on."""

    def __init__(self, terminal):
        self.terminal, self.begun = terminal, time.monotonic()
        self.start = self.read()

    def read(self):
        pids = lab.family(self.terminal.pid)
        return {"cpu": lab.cpu_nanoseconds(pids) / 1e9, "main": lab.main_thread_nanoseconds(pids) / 1e9,
                "wakeups": lab.wakeups(pids), "written": lab.written_bytes(pids), "bytes": self.terminal.screen.bytes}

    def a_second(self):
        now, seconds = self.read(), time.monotonic() - self.begun
        return {k: (now[k] - self.start[k]) / seconds for k in now}


def htop(lab_):
    if not shutil.which("htop"):
        note("htop: not here, skipped")
        return None
    # The settings of nobody: its own delay, 1.5 s.
    return lab.Terminal(["env", "HTOPRC=" + lab_.path("htoprc"), "htop"])


def bench(lab_):
    """a sweep at rest: processor time against htop, wakeups, bytes to the terminal, disk writes"""
    if not lab.LINUX:
        note("idle: this measures on Linux only")
        return
    tree = lab_.tree(lab.CASES)
    terminal, other = lab.Terminal(lab.watch_command(tree)), htop(lab_)
    lab.wait_for_rest(terminal.pid, 180)
    time.sleep(REST)
    meters = [Meter(t) for t in (terminal, other) if t]
    time.sleep(SECONDS)
    own, *others = [m.a_second() for m in meters]
    terminal.close()
    if other:
        other.close()
    what = "idle, %d cases, %d s: " % (tree.cases, SECONDS)
    if others:
        row(what + "without looking again at most htop's time", "%.3f %% (htop %.3f %%)" %
            (own["main"] * 100, others[0]["cpu"] * 100), own["main"] <= others[0]["cpu"])
    row(what + "at most 0.5 % of a processor", "%.2f %%" % (own["cpu"] * 100), own["cpu"] <= 0.005)
    row(what + "at most 2 wakeups a second", "%.1f" % own["wakeups"], own["wakeups"] <= 2)
    row(what + "no disk writes", "%.0f bytes/s" % own["written"], own["written"] == 0)
    row(what + "at most 100 bytes a second to the terminal", "%.0f" % own["bytes"], own["bytes"] <= 100)
