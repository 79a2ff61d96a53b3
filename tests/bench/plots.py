"""Cost against the number of cases, as CSV and SVG in docs/bench: what grows with it grows in a straight line."""
import csv, io, math, os, statistics, subprocess

import lab
from lab import note

OUT = os.environ.get("PLOTS_DIR", os.path.join(lab.TOP, "docs", "bench"))
MODEL_MOST = lab.number("MODEL", 1000000)
CHECK_MOST = lab.number("CHECK_MOST", 20000)
FACTS_A_CASE = 14 / 3  # of bench_model: five, but every third case has no summary yet
# Colours that people who see few of them can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 80, 200, 40, 50


def sizes(most):
    """100, 300, 1000, ..., most."""
    found = [n for e in range(2, 8) for n in (10 ** e, 3 * 10 ** e) if n < most]
    return found + [most]


def power(e):
    return "%g" % 10 ** e if -3 <= e <= 3 else "10<tspan dy='-5' font-size='9'>%d</tspan>" % e


def svg(path, title, unit, series):
    """series: {name: [(cases, value)]}. Both axes are logarithmic, so that a cost by the case is a line of one slope."""
    points = [p for line in series.values() for p in line]
    lows = [math.floor(math.log10(min(p[i] for p in points)) + 1e-9) for i in (0, 1)]
    highs = [math.ceil(math.log10(max(p[i] for p in points)) - 1e-9) for i in (0, 1)]
    x = lambda n: LEFT + (math.log10(n) - lows[0]) / (highs[0] - lows[0]) * (WIDTH - LEFT - RIGHT)
    y = lambda v: HEIGHT - BOTTOM - (math.log10(v) - lows[1]) / (highs[1] - lows[1]) * (HEIGHT - TOP - BOTTOM)
    out = ["<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>" %
           (WIDTH, HEIGHT), "<rect width='100%' height='100%' fill='white'/>",
           "<text x='%d' y='22' font-size='15'>%s</text>" % (LEFT, title),
           "<text x='%d' y='%d'>cases</text>" % ((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 12),
           "<text x='14' y='%d' transform='rotate(-90 14 %d)'>%s</text>" % (HEIGHT // 2, HEIGHT // 2, unit)]
    line = "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#ddd'/>"
    for e in range(lows[0], highs[0] + 1):
        at = x(10 ** e)
        out += [line % (at, TOP, at, HEIGHT - BOTTOM),
                "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>" % (at, HEIGHT - BOTTOM + 18, power(e))]
    for e in range(lows[1], highs[1] + 1):
        at = y(10 ** e)
        out += [line % (LEFT, at, WIDTH - RIGHT, at),
                "<text x='%d' y='%.1f' text-anchor='end'>%s</text>" % (LEFT - 8, at + 4, power(e))]
    labels = []
    for (name, values), colour in zip(series.items(), COLOURS):
        out.append("<polyline fill='none' stroke='%s' stroke-width='2' points='%s'/>" %
                   (colour, " ".join("%.1f,%.1f" % (x(n), y(v)) for n, v in values)))
        out += ["<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>" % (x(n), y(v), colour) for n, v in values]
        labels.append((y(values[-1][1]), name, colour))
    at = TOP - 10
    for want, name, colour in sorted(labels):  # beside the line's end, without covering another one
        at = max(want + 4, at + 16)
        out.append("<text x='%d' y='%.1f' fill='%s'>%s</text>" % (WIDTH - RIGHT + 10, at, colour, name))
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n</svg>\n")


def write_csv(path, rows):
    with open(path, "w", newline="") as f:
        out = csv.DictWriter(f, rows[0], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def model():
    command = [lab.tool("bench_model"), *map(str, sizes(MODEL_MOST))]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    write_csv(os.path.join(OUT, "model.csv"), rows)

    def line(column, factor=1.0):
        values = [(int(r["cases"]), float(r[column]) * factor) for r in rows]
        return [(n, max(v, 1e-9)) for n, v in values]
    svg(os.path.join(OUT, "model_time.svg"), "The model and the screen alone", "processor time, ms",
        {"first pass over all cases": [(n, n * v * FACTS_A_CASE) for n, v in line("ns_a_fact", 1e-6)], "frame, a fifth has changed": line("frame_ms"),
         "frame, nothing has": line("still_frame_ms"), "a changed case of a tick": line("ns_a_changed_case", 1e-6),
         "tick with nothing to do": line("ns_an_idle_tick", 1e-6)})
    svg(os.path.join(OUT, "model_memory.svg"), "Memory of the model", "MB",
        {name: [(n, n * v / 1e6) for n, v in line(column)]
         for name, column in (("all cases", "bytes_a_case"), ("the same with copies", "bytes_a_copied_case"))})


def check(lab_):
    """Processor time is what is drawn: it is a line on a busy machine, too."""
    rows = []
    for n in sizes(CHECK_MOST):
        tree = lab_.tree(n)
        runs = {"read": lambda: tree.check("--no-cache"), "again": tree.check, "minimal": tree.minimal}
        took = {name: [] for name in runs}
        for turn in range(lab.PAIRS + 1):
            for name, run in runs.items():
                took[name].append(run())
        r = {"cases": n}
        for name, used in took.items():
            r[name + "_s"] = "%.4f" % statistics.median(u.wall for u in used[1:])
            r[name + "_cpu_s"] = "%.4f" % statistics.median(u.user + u.system for u in used[1:])
        rows.append(r)
        lab_.drop(tree)
    write_csv(os.path.join(OUT, "check.csv"), rows)
    line = lambda column: [(r["cases"], float(r[column])) for r in rows]
    svg(os.path.join(OUT, "check_time.svg"), "check, every second case archived", "processor time, s",
        {"all read": line("read_cpu_s"), "nothing has changed": line("again_cpu_s"),
         "minimal C, all read": line("minimal_cpu_s")})


def bench(lab_):
    """cost against the number of cases, from 100 to a million, as CSV and SVG in docs/bench"""
    os.makedirs(OUT, exist_ok=True)
    model()
    check(lab_)
    note("written: " + OUT)
