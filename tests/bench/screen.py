"""What the dashboard costs a terminal of 120x40, and how long each key takes with very many cases."""
import time

import lab
from lab import note

KEY_CASES = lab.number("KEY_CASES", 50000)
REPEAT = 20
# '^' is Enter, '~' is Esc. Each key of a group must change the screen, or the clock's next second is taken for its
# answer.
GROUPS = "jk Gg s S t 12345 ?~ ^~ /9~ f9~ p".split()
BYTES = {"^": b"\r", "~": b"\x1b"}


def look(terminal, seconds, what):
    pids = lab.family(terminal.pid)
    cpu, bytes_, begun = lab.cpu_nanoseconds(pids), terminal.screen.bytes, time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - begun
    note("%s: %.0f bytes a second, %.2f %% of a processor, over %.0f s" %
         (what, (terminal.screen.bytes - bytes_) / took,
          100 * (lab.cpu_nanoseconds(lab.family(terminal.pid)) - cpu) / 1e9 / took, took))


def keys(terminal):
    for group in GROUPS:
        took = {key: [] for key in group}
        for _ in range(REPEAT):
            for key in group:
                took[key].append(terminal.answer_ms(BYTES.get(key, key.encode())))
                time.sleep(0.12)  # longer than a frame: what follows has been drawn
        for key, ms in took.items():
            note("key %s: median %.1f ms, longest %.1f ms" % (key, lab.percentile(ms, 50), max(ms)))


def bench(lab_):
    """what the dashboard costs a terminal, and how long each key takes with KEY_CASES cases"""
    if not lab.LINUX:
        note("screen: this measures on Linux only")
        return
    terminal = lab.Terminal([lab.SWEEPWATCH, "demo", "--scenario", "storm", "--cases", "2000"], rows=40, cols=120)
    look(terminal, 8, "demo --scenario storm --cases 2000, its runs included")
    terminal.close()
    tree = lab_.tree(KEY_CASES, light=True)
    terminal = lab.Terminal(lab.watch_command(tree), rows=40, cols=120)
    lab.wait_for_rest(terminal.pid, 60)
    look(terminal, 10, "%d cases" % KEY_CASES)
    keys(terminal)
    terminal.close()
