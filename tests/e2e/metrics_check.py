"""A strict reader of Prometheus' text exposition format 0.0.4 for the tests, where promtool is not: stricter than the
format where sweepwatch promises more (every metric has HELP and TYPE, all its samples stand together)."""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})\{{({LABEL}(?:,{LABEL})*)\}} (-?[0-9]+(?:\.[0-9]+)?)")


def read(text):
    """Samples by (name, sorted labels); raises ValueError."""
    found, done, current, typed = {}, set(), None, False
    if not text.endswith("\n"):
        raise ValueError("no line end at the end")
    for number, line in enumerate(text[:-1].split("\n"), 1):
        head = re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line)
        if head and head[1] == "HELP":
            if head[2] in done:
                raise ValueError(f"{number}: {head[2]} a second time")
            current, typed = head[2], False
            done.add(current)
        elif head:
            if head[2] != current or typed or head[3] != "gauge":
                raise ValueError(f"{number}: TYPE out of place")
            typed = True
        else:
            sample = SAMPLE.fullmatch(line)
            if not sample or sample[1] != current or not typed:
                raise ValueError(f"{number}: {line}")
            labels = tuple(sorted((k, re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], v))
                                  for k, v in re.findall(LABEL, sample[2])))
            if (current, labels) in found or len({k for k, _ in labels}) < len(labels):
                raise ValueError(f"{number}: the same series twice: {line}")
            found[current, labels] = float(sample[len(sample.groups())])
    for name in done:
        if not any(n == name for n, _ in found):
            raise ValueError(f"{name} has no sample")
    return found


if __name__ == "__main__":
    samples = read(open(sys.argv[1], encoding="utf-8").read())
    for (name, labels), value in samples.items():
        wanted = dict(pair.split("=", 1) for pair in sys.argv[3:])
        if len(sys.argv) > 2 and name == sys.argv[2] and all(dict(labels).get(k) == v for k, v in wanted.items()):
            print(f"{value:g}")
