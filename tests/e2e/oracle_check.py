#!/usr/bin/env python3
"""A second, separate reading of the rules: random sweeps, expected reports, compared with `sweepwatch check`.

Makes a batch directory and an archive from a seed, works out the CSV report and the exit code by itself from what
stands on the disk, runs the program and compares row by row. Written from the specification, not from the program:
where the two disagree, one of them is wrong.

  oracle_check.py [TREES [FIRST]]    SWEEPWATCH: the program. SWEEPWATCH_ORACLE_KEEP=1 keeps the trees that differ.
"""

import csv
import io
import json
import math
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

REQUIRED = ["summary.json", "run_config.json", "checks/mass_budget.csv", "series/run.parquet"]
COLUMNS = ["T", "EPS", "TAU", "I0", "MU"]
PREFIX = ["T", "_eps", "_tau", "_i0", "_mu"]
BASE_TIME = 1_760_000_000  # of results; everything else is said relative to it


# ---- titles --------------------------------------------------------------------------------------------------------


def title_of(tokens):
    return "".join(PREFIX[i] + (t if i == 0 else t.replace(".", "p")) for i, t in enumerate(tokens))


def is_continuation(have, rest):
    """Further parts `_<name><value>` of columns that the list does not have, each at most once, in order."""
    pattern = "".join(rf"(?:{PREFIX[i]}[-+0-9pe.]+)?" for i in range(have, len(COLUMNS)))
    return rest != "" and re.fullmatch(pattern, rest) is not None


# ---- content -------------------------------------------------------------------------------------------------------


def decode(data):
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1")


def parse_object(data):
    """The object, or None: Python's own reader takes NaN and the infinities, as the one that wrote them does."""
    try:
        value = json.loads(decode(data))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def csv_is_whole(data):
    text = decode(data)
    if not text.endswith("\n"):
        return False
    lines = text.split("\n")
    return lines[0].strip() != "" and any(line.strip() for line in lines[1:])


def parquet_is_whole(data):
    if len(data) < 12 or data[:4] != b"PAR1" or data[-4:] != b"PAR1":
        return False
    footer = struct.unpack("<I", data[-8:-4])[0]
    return 0 < footer <= len(data) - 12


ABSENT, WHOLE, BAD = "absent", "whole", "bad"


def judge(path, kind):
    """Of one file: absent, whole or bad. Where something else than a file stands, the file is absent."""
    if not os.path.isfile(path):
        return ABSENT
    if kind == "any":
        return WHOLE
    with open(path, "rb") as f:
        data = f.read()
    if kind == "json":
        return WHOLE if parse_object(data) is not None else BAD
    return WHOLE if {"csv": csv_is_whole, "parquet": parquet_is_whole}[kind](data) else BAD


def kind_of(path):
    return {".json": "json", ".csv": "csv", ".parquet": "parquet"}.get(os.path.splitext(path)[1], "any")


def judge_required(case_dirs, path):
    """Best state over the directories that count. series/run.parquet is satisfied by any series/*.parquet, but only
    where it is absent itself, in all of them: what is broken is not mended by what it was made from."""
    dirs = [d for d in case_dirs if d is not None]
    states = [judge(os.path.join(d, path), kind_of(path)) for d in dirs]
    if path == "series/run.parquet" and all(s == ABSENT for s in states):
        states = [judge_others(os.path.join(d, "series")) for d in dirs]
    return WHOLE if WHOLE in states else BAD if BAD in states else ABSENT


def judge_others(series):
    try:
        names = os.listdir(series)
    except OSError:
        return ABSENT
    others = []
    for name in names:
        full = os.path.join(series, name)
        if name.endswith(".parquet") and os.path.isfile(full):
            others.append(judge(full, "parquet"))
    if WHOLE in others:
        return WHOLE
    return BAD if others else ABSENT


# ---- what a configuration says -------------------------------------------------------------------------------------


def look_up(document, dotted):
    for name in dotted.split("."):
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    return document


FORMS = {
    "T": ["config.radiation.TM_K"],
    "EPS": ["config.supply.mixing.epsilon_mix", "supply.epsilon_mix"],
    "TAU": ["config.optical_depth.tau0_target"],
    "I0": ["config.dynamics.i0"],
    "MU": ["config.supply.const.mu_orbit10pct", "supply.mu_orbit10pct"],
    "outdir": ["outdir", "io.outdir"],
}
ARCHIVE_FORMS = ["config.io.archive", "io.archive", "archive"]


def names_directory(said, batch_name, case_name):
    """Compares the ends of two paths: None when it says nothing, else whether it is this case's directory."""
    parts = [p for p in re.split(r"[/\\]+", said) if p not in ("", ".")]
    if not parts:
        return None
    return parts[-1] == case_name and (len(parts) < 2 or parts[-2] == batch_name)


def read_object(path):
    if not os.path.isfile(path):  # opening a FIFO would wait
        return None
    with open(path, "rb") as f:
        return parse_object(f.read())


def contradicts(config, tokens, batch_name, case_name):
    for column, token in zip(COLUMNS, tokens):
        for form in FORMS[column]:
            found = look_up(config, form)
            if isinstance(found, bool) or not isinstance(found, (int, float)):
                continue
            expected = float(token)
            if not math.isclose(float(found), expected, rel_tol=1e-9, abs_tol=0.0):
                return True
    for form in FORMS["outdir"]:
        found = look_up(config, form)
        if isinstance(found, str) and names_directory(found, batch_name, case_name) is False:
            return True
    return False


# ---- the archive ---------------------------------------------------------------------------------------------------


def same_file(a, b):
    """Equal: size and time within two seconds, else content. None: one of them is not there."""
    if not (os.path.isfile(a) and os.path.isfile(b)):
        return None  # neither says anything of the other
    sa, sb = os.stat(a), os.stat(b)
    if sa.st_size == sb.st_size and abs(sa.st_mtime_ns - sb.st_mtime_ns) <= 2_000_000_000:
        return True
    with open(a, "rb") as f, open(b, "rb") as g:
        mine, copied = f.read(), g.read()
    if mine == copied:
        return True
    return False if parse_object(copied) is not None else None  # half a copy is equal to nothing yet


def owner_of(local, copy, batch_name):
    """ours, other or unproven."""
    said = [same_file(os.path.join(local, n), os.path.join(copy, n)) for n in REQUIRED[:2]] if local else []
    if False in said:
        return "other"
    if True in said:
        return "ours"
    if local and any(os.path.isfile(os.path.join(local, n)) for n in REQUIRED[:2]):
        return "unproven"
    config = read_object(os.path.join(copy, "run_config.json"))
    if config is None:
        return "unproven"
    # The archive is shared by all batches: a path that names the case alone does not say whose it is.
    end = "/%s/%s" % (batch_name, os.path.basename(copy))
    names = [v for v in (look_up(config, f) for f in FORMS["outdir"]) if isinstance(v, str)]
    said = [("/" + v.replace("\\", "/").rstrip("/")).endswith(end) for v in names]
    return "ours" if True in said else "other"


def manifest_agrees(copy):
    if not os.path.isfile(os.path.join(copy, "archive_manifest.json")):
        return True  # no difference; the required files are all looked at anyway
    manifest = read_object(os.path.join(copy, "archive_manifest.json"))
    if manifest is None or not isinstance(manifest.get("files"), list):
        return False
    for entry in manifest["files"]:
        path = os.path.join(copy, entry["path"])
        if not os.path.isfile(path):
            return False
        st = os.stat(path)
        if st.st_size != entry["size"] or abs(st.st_mtime - entry["mtime"]) > 2.0:
            return False
    return True


def mtime_or_none(path):
    return os.stat(path).st_mtime if os.path.isfile(path) else None


def failure_marker(local):
    """Time of the newest failure marker that is not of an earlier attempt; None: there is none."""
    newest = None
    for name in ("ARCHIVE_SKIPPED", "INCOMPLETE"):
        marker = mtime_or_none(os.path.join(local, name)) if local else None
        if marker is not None and (newest is None or marker > newest):
            newest = marker
    last = mtime_or_none(os.path.join(local, "summary.json")) if local else None
    return None if newest is None or (last is not None and newest < last - 2) else newest


def switched_off(places):
    """Does the case's own configuration say that it is not archived?"""
    for place in places:
        config = read_object(os.path.join(place, "run_config.json")) if place else None
        said = [look_up(config, f) for f in ARCHIVE_FORMS] if config is not None else []
        said = [s for s in said if isinstance(s, dict) and "enabled" in s]
        if said:
            return any(not s["enabled"] or s.get("forced_off_env") for s in said)
    return False


def is_proven(local, copy, owner, required):
    done = mtime_or_none(os.path.join(copy, "ARCHIVE_DONE"))
    if owner != "ours" or done is None or not manifest_agrees(copy):
        return False
    if any(judge_required([copy], path) != WHOLE for path in required):
        return False
    marker = failure_marker(local)
    return marker is None or marker <= done + 2


# ---- the report ----------------------------------------------------------------------------------------------------


class Reading:
    """archive: path, or None: none is known; wanted False: the user said that there is none."""

    def __init__(self, batch, archive, archive_readable, wanted, rows, required):
        self.batch, self.archive, self.archive_readable, self.wanted = batch, archive, archive_readable, wanted
        self.rows, self.required = rows, required
        self.batch_name = os.path.basename(batch)
        self.titles = [title_of(r) for r in rows]

    def case_dir(self, root, tokens, prefer=None):
        title = title_of(tokens)
        if prefer is not None and os.path.isdir(os.path.join(root, prefer)):
            return os.path.join(root, prefer)
        exact = os.path.join(root, title)
        if os.path.isdir(exact):
            return exact
        found = [n for n in os.listdir(root)
                 if n.startswith(title) and is_continuation(len(tokens), n[len(title):])
                 and n not in self.titles and os.path.isdir(os.path.join(root, n))]
        return os.path.join(root, found[0]) if len(found) == 1 else None

    def case(self, tokens, twice):
        title = title_of(tokens)
        local = self.case_dir(self.batch, tokens)
        copy = None
        if self.archive and self.archive_readable:
            copy = self.case_dir(self.archive, tokens, os.path.basename(local) if local else None)
        owner = owner_of(local, copy, self.batch_name) if copy else None
        counted = copy if owner in ("ours", "unproven") else None
        absent, bad = [], []
        for path in self.required:
            state = judge_required([local, counted], path)
            if state != WHOLE:
                (bad if state == BAD else absent).append(path)
        contradiction = twice
        for place in (local, counted):
            config = read_object(os.path.join(place, "run_config.json")) if place else None
            if config is not None:
                contradiction |= config.get("status") == "pre_run"
                contradiction |= contradicts(config, tokens, self.batch_name, os.path.basename(place))
        archived = self.archive is not None and not switched_off([local, counted])
        tried = self.wanted and failure_marker(local) is not None
        if archived and not self.archive_readable:
            # Neither absent nor bad for sure: the archive may have them. What contradicts the list stays wrong.
            absent, bad = [], []
        if absent:
            status = "missing"
        elif bad or contradiction:
            status = "invalid"
        elif (archived or tried) and not (copy and is_proven(local, copy, owner, self.required)):
            status = "archive_failed"
        else:
            status = "complete"
        found = "false" if not self.archive else "unknown" if not self.archive_readable else str(bool(copy)).lower()
        return [title, self.batch + "/" + title, str(bool(local)).lower(), found, ";".join(absent), status]

    def report(self):
        out, seen = [], {}
        for tokens in self.rows:
            seen.setdefault(title_of(tokens), []).append(tokens)
        for title, lines in seen.items():
            out.append(self.case(lines[0], any(line != lines[0] for line in lines)))
        return out


# ---- worlds --------------------------------------------------------------------------------------------------------


class World:
    def __init__(self, seed, top):
        self.r = random.Random(seed)
        r = self.r
        self.seed, self.top = seed, top
        tag = r.choice(["temp_supply_sweep", "a b, \"c\"", "掃引"]) if r.random() < 0.3 else "tag"
        self.batch_name = "20260101-000000__abc1234__seed%d" % seed
        self.batch = os.path.join(top, tag, self.batch_name)
        self.other_batch = os.path.join(top, tag, "20250101-000000__abc1234__seed0")
        self.archive = os.path.join(top, "archive")
        os.makedirs(os.path.join(self.batch, "checks"))
        os.makedirs(self.archive)
        self.columns = r.choice([3, 3, 4, 5])
        self.mode = r.choice(["given", "given", "given", "none", "empty", "unreadable", "learned", "learned_off",
                              "learned_foreign", "emptied"])
        self.rows, self.lines = [], []
        self.make_list()
        for i, tokens in enumerate(self.distinct()):
            self.make_case(tokens)
        self.make_strangers()

    # -- the list

    def make_list(self):
        r = self.r
        for _ in range(r.randint(1, 6)):
            t = r.choice(["1000", "1200", "3500", "4000", "2500.5"])
            e = r.choice(["0.1", "1.0", "0.5", "0.10", "1"])
            u = r.choice(["0.5", "1.0", "2", "0.05"])
            row = [t, e, u, r.choice(["0.05", "0.1", "1"]), r.choice(["1.0", "0.5", "2"])][: self.columns]
            if self.rows and r.random() < 0.12:
                row = list(r.choice(self.rows))
                if r.random() < 0.4:  # another line with the same title
                    row[1] = row[1].replace(".", "p")
            self.rows.append(row)
        for row in self.rows:
            if r.random() < 0.15:
                self.lines.append(r.choice(["# a comment", "", "   "]))
            self.lines.append(r.choice([" ", "\t", "  "]).join(row))

    def distinct(self):
        seen = {}
        for row in self.rows:
            seen.setdefault(title_of(row), row)
        return list(seen.values())

    def number(self, text):
        return float(text.replace("p", "."))

    # -- contents

    def dump(self, value, big=False):
        r = self.r
        text = json.dumps(value, indent=r.choice([None, 2]), ensure_ascii=r.random() < 0.5)
        if r.random() < 0.3:
            text = text.replace("\n", "\r\n")
        style = r.random()
        try:
            if style < 0.15:
                return text.encode("cp932")
            if style < 0.3:
                return text.encode("utf-8-sig")
        except UnicodeEncodeError:
            pass
        return text.encode("utf-8")

    def summary(self, name):
        r = self.r
        value = {"M_loss": r.random(), "T_M_used": 3999.9985, "beta_min": r.choice([float("nan"), 0.1]),
                 "t_max": r.choice([float("inf"), float("-inf"), 2.0]), "case_status": r.choice(["ok", "blowout"]),
                 "note": r.choice([name, "表とソ能力", "é", "a\\b\"c"])}
        if r.random() < 0.1:
            value["mass_budget_violation"] = {"worst": 1.5}
        return self.dump(value)

    def archive_says(self):
        off = {"enabled": False}
        on = {"enabled": True, "dir": self.archive, "merge_target": "external", "keep_local": "metadata"}
        if self.mode in ("learned", "emptied"):
            return on
        if self.mode == "learned_foreign":
            return dict(on, dir="E:\\archive\\sweeps")
        if self.mode == "learned_off":
            return dict(on, forced_off_env=True)
        return self.r.choice([off, on]) if self.mode in ("given", "empty", "unreadable") else off

    def config(self, tokens, case_dir, archive_says, final, wrong=None):
        r = self.r
        v = dict(zip(COLUMNS, (self.number(t) for t in tokens)))
        if "I0" not in v:
            v["I0"] = 0.05
        if "MU" not in v:
            v["MU"] = 1.0
        if wrong in v:
            v[wrong] = v[wrong] * 2 + 1
        parts = case_dir.split("/")
        outdir = r.choice([case_dir, "/".join(parts[-3:]), parts[-1], "C:\\x\\" + "\\".join(parts[-2:]), case_dir + "/"])
        if wrong == "outdir":
            outdir = r.choice([case_dir + "_x", "/".join(parts[-2:-1] + ["T9999_eps1_tau1"]),
                               os.path.join(self.other_batch, parts[-1])])
        if not final:
            value = {"status": "pre_run", "outdir": outdir,
                     "config": {"radiation": {"TM_K": v["T"]},
                                "supply": {"mixing": {"epsilon_mix": v["EPS"]}, "const": {"mu_orbit10pct": v["MU"]}},
                                "optical_depth": {"tau0_target": v["TAU"]}, "dynamics": {"i0": v["I0"]},
                                "io": {"outdir": outdir, "archive": archive_says}}}
        else:
            value = {"outdir": outdir, "config": {"radiation": {"TM_K": v["T"]}, "optical_depth": {"tau0_target": v["TAU"]},
                                                  "dynamics": {"i0": v["I0"]}},
                     "T_M_used": 3999.9985, "residual": float("nan"),
                     "supply": {"epsilon_mix": v["EPS"], "mu_orbit10pct": v["MU"]}}
            form = r.random()
            if form < 0.6:
                value["io"] = {"outdir": outdir, "archive": archive_says}
            else:
                value["archive"] = archive_says
            if r.random() < 0.2:
                del value["supply"]["epsilon_mix"]  # what is absent says nothing
                if wrong == "EPS":
                    value["supply"]["epsilon_mix"] = v["EPS"]
        return self.dump(value)

    def parquet(self):
        r = self.r
        footer = bytes(r.randrange(256) for _ in range(r.choice([1, 16, 200])))
        body = bytes(r.randrange(256) for _ in range(r.choice([0, 30, 5000])))
        return b"PAR1" + body + footer + struct.pack("<I", len(footer)) + b"PAR1"

    def budget(self):
        r = self.r
        end = r.choice(["\n", "\r\n"])
        text = end.join(["time,mass_initial,mass_lost"] + ["%g,%g,0.0" % (i, r.random()) for i in range(r.randint(1, 5))])
        data = (text + end).encode()
        return b"\xef\xbb\xbf" + data if r.random() < 0.1 else data

    def spoil(self, path, data):
        """A defect of the content."""
        r = self.r
        if path.endswith(".json"):
            return r.choice([data[: len(data) // 2], b"", b"[1, 2]", b"NaN", data + b"}", data[:-1], b"\0" * 40])
        if path.endswith(".csv"):
            return r.choice([b"", data.rstrip(b"\r\n"), data.split(b"\n")[0] + b"\n", data[:-3], b"a,b\n\n"])
        return r.choice([b"", b"PAR1", data[:-1], data[:-4], b"PAR1" + data, b"PARE" + data[4:], b"PAR1PAR1",
                         data[:-8] + struct.pack("<I", len(data)) + b"PAR1"])

    # -- writing

    def put(self, path, data, mtime):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        os.utime(path, ns=(int(mtime * 1e9), int(mtime * 1e9)))

    def put_defect(self, path, data, mtime):
        """The artifact as something else than it should be."""
        r = self.r
        what = r.choice(["spoiled"] * 4 + ["absent"] * 3 + ["fifo", "directory", "dangling", "link"])
        if what == "absent":
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if what == "fifo":
            os.mkfifo(path)
        elif what == "directory":
            os.mkdir(path)
        elif what == "dangling":
            os.symlink("nowhere", path)
        elif what == "link":
            self.put(path + ".real", data, mtime)
            os.symlink(os.path.basename(path) + ".real", path)
        else:
            self.put(path, self.spoil(path, data), mtime)

    def make_case(self, tokens):
        r = self.r
        title = title_of(tokens)
        name = title
        if self.columns < 5 and r.random() < 0.2:
            name += r.choice(["_mu1p0", "_mu0p5", "_i00p05_mu1p0"] if self.columns == 3 else ["_mu1p0"])
        local = os.path.join(self.batch, name)
        fate = r.choice(["done"] * 14 + ["nothing", "skeleton", "started", "died", "interrupted", "chunks", "file",
                                        "linked", "twins"])
        if fate == "nothing":
            if r.random() < 0.5:
                self.make_copy(tokens, name, {}, BASE_TIME)
            return
        if fate == "file":
            self.put(local, b"not a directory", BASE_TIME)
            return
        if fate == "twins" and self.columns < 5:
            os.makedirs(os.path.join(self.batch, title + "_mu1p0", "series"))
            os.makedirs(os.path.join(self.batch, title + "_mu2p0", "series"))
        if fate == "linked":
            real = os.path.join(self.top, "elsewhere", name)
            os.makedirs(real)
            os.symlink(real, local)
        os.makedirs(os.path.join(local, "series"), exist_ok=True)
        os.makedirs(os.path.join(local, "checks"), exist_ok=True)
        if fate == "skeleton":
            return
        when = BASE_TIME + r.choice([0, 0, 0, -1_700_000_000, 2_000_000_000, -2_000_000_000, 0.5])
        wrong = r.choice(COLUMNS + ["outdir"]) if r.random() < 0.12 else None
        says = self.archive_says()
        files = {
            "summary.json": self.summary(name),
            "run_config.json": self.config(tokens, local, says, True, wrong),
            "checks/mass_budget.csv": self.budget(),
            "series/run.parquet": self.parquet(),
            "series/psd_hist.parquet": self.parquet(),
            "run_card.md": b"# card\n",
        }
        if fate in ("started", "interrupted"):
            files["run_config.json"] = self.config(tokens, local, says, False, wrong)
        if fate in ("started", "died"):
            for path in r.sample(sorted(files), r.randint(2, 5)):
                if path != "run_config.json":
                    del files[path]
        if fate == "chunks" or r.random() < 0.1:
            for k in list(files):
                if k.startswith("series/"):
                    if k == "series/run.parquet" or r.random() < 0.8:
                        del files[k]
            for k in range(r.randint(1, 3)):
                files["series/run_chunk_%09d_%09d.parquet" % (k * 31, k * 31 + 30)] = (
                    self.parquet() if r.random() < 0.8 else b"PAR1half")
        kept = dict(files)
        keep = r.choice(["all"] * 8 + ["metadata", "metadata", "none"])
        if keep == "metadata":
            kept = {k: v for k, v in files.items() if not k.startswith("series/")}
        if keep == "none" and r.random() < 0.7:
            kept = {}
        for path, data in kept.items():
            full = os.path.join(local, path)
            if path in REQUIRED + ["series/psd_hist.parquet"] and r.random() < 0.06:
                self.put_defect(full, data, when)
            else:
                self.put(full, data, when)
        if keep == "metadata" and r.random() < 0.5:
            shutil.rmtree(os.path.join(local, "series"))
        if keep == "none" and not kept and r.random() < 0.5:
            if os.path.islink(local):
                os.unlink(local)
            else:
                shutil.rmtree(local)
        copied = {k: v for k, v in files.items() if "run_chunk" not in k}
        if r.random() < 0.85:
            self.make_copy(tokens, name, copied, when)
        if r.random() < 0.15 and os.path.isdir(local):
            marker = r.choice(["ARCHIVE_SKIPPED", "INCOMPLETE"])
            self.put(os.path.join(local, marker), b"drive is full\n", when + r.choice([-5000, -100, 20, 100, 5000]))
        if r.random() < 0.05 and os.path.isdir(local):
            self.put(os.path.join(local, "ARCHIVE_DONE"), b"", when)

    def make_copy(self, tokens, name, files, when):
        """The archive's directory of a case; files empty: of another batch or another kind of surprise."""
        r = self.r
        copy = os.path.join(self.archive, name)
        others = not files or r.random() < 0.12
        if others:
            owner_dir = os.path.join(self.other_batch if r.random() < 0.7 else self.batch, name)
            files = {
                "summary.json": self.summary("other"),
                "run_config.json": self.config(tokens, owner_dir, self.archive_says(), True),
                "checks/mass_budget.csv": self.budget(),
                "series/run.parquet": self.parquet(),
            }
            when += r.choice([-100000, 3])
        left_out = set()
        if r.random() < 0.15:
            left_out = set(r.sample(sorted(files), r.randint(1, len(files))))
        shift = r.choice([0, 0, 0, 0, 1.5, -1.5, 30])  # what a file system of coarse times, or a copy without them, does
        for path, data in files.items():
            if path in left_out:
                continue
            if r.random() < 0.03:
                self.put_defect(os.path.join(copy, path), data, when + shift)
            else:
                self.put(os.path.join(copy, path), data, when + shift)
        if not os.path.isdir(copy):
            return
        if r.random() < 0.92:
            entries = []
            for path in sorted(files):
                full = os.path.join(copy, path)
                if path == "run_card.md" or not os.path.isfile(full):
                    continue
                st = os.stat(full)
                entries.append({"path": path, "size": st.st_size, "mtime": st.st_mtime})
            if entries and r.random() < 0.12:
                entry = r.choice(entries)
                what = r.choice(["size", "mtime", "path", "extra"])
                if what == "size":
                    entry["size"] += 1
                elif what == "mtime":
                    entry["mtime"] += r.choice([1.0, 100.0])
                elif what == "path":
                    entry["path"] = "series/lost.parquet"
                else:
                    entries.append({"path": "checks/more.csv", "size": 3, "mtime": float(BASE_TIME)})
            manifest = {"root": copy, "file_count": len(entries), "files": entries}
            data = json.dumps(manifest, indent=2).encode()
            if r.random() < 0.05:
                data = data[: len(data) // 2]
            self.put(os.path.join(copy, "archive_manifest.json"), data, when + 50)
        if r.random() < 0.9:
            self.put(os.path.join(copy, "ARCHIVE_DONE"), r.choice([b"", b"done\n"]), when + 60)

    def make_strangers(self):
        """What is no case and must not matter."""
        r = self.r
        for name in r.sample(["notes.txt", "T9_eps9_tau9", "logs", ".hidden", "T1000_eps0p1_tau0p5_old"], r.randint(0, 3)):
            path = os.path.join(self.batch, name)
            if name.endswith(".txt"):
                self.put(path, b"hello", BASE_TIME)
            else:
                os.makedirs(os.path.join(path, "series"), exist_ok=True)
                self.put(os.path.join(path, "summary.json"), b"{}", BASE_TIME)

    # -- the program

    def arguments(self):
        r = self.r
        end = r.choice(["\n", "\r\n"])
        text = end.join(self.lines) + r.choice(["", end])
        data = text.encode("utf-8-sig" if r.random() < 0.2 else "utf-8")
        args = ["check", self.batch + r.choice(["", "/"])]
        if r.random() < 0.5:
            self.put(os.path.join(self.batch, "checks", "expected_sweep_list.txt"), data, BASE_TIME)
        elif r.random() < 0.5:
            self.put(os.path.join(self.top, "list.txt"), data, BASE_TIME)
            args += ["--sweep-list", os.path.join(self.top, "list.txt")]
        else:
            self.put(os.path.join(self.top, "list.txt"), data, BASE_TIME)
            self.put(os.path.join(self.batch, "sweep_settings.txt"),
                     ("sweep_total=%d\nsweep_list_file=%s\n" % (len(self.rows), self.top + "/list.txt")).encode(), BASE_TIME)
        self.required = list(REQUIRED)
        if r.random() < 0.2:
            self.required = r.sample(REQUIRED + ["run_card.md", "checks/more.csv"], r.randint(1, 5))
            args += ["--require"] + self.required
        if self.mode in ("given", "unreadable"):
            if self.mode == "unreadable":
                self.archive += "_gone"
            args += ["--archive-dir", self.archive]
        if self.mode in ("empty", "emptied"):
            args += ["--archive-dir", ""]
        if r.random() < 0.3:
            args.append("--strict")
        return args

    def archive_in_play(self):
        """(path or None, readable, wanted)"""
        if self.mode in ("given", "unreadable"):
            return self.archive, os.path.isdir(self.archive), True
        if self.mode in ("empty", "emptied"):
            return None, False, False
        if self.mode in ("none", "learned_off", "learned_foreign"):
            return None, False, True
        for name in sorted(os.listdir(self.batch)):  # learned: from any configuration of a case of the list
            config = read_object(os.path.join(self.batch, name, "run_config.json"))
            known = any(name == t or (name.startswith(t) and is_continuation(self.columns, name[len(t):]))
                        for t in map(title_of, self.rows))
            if config is None or not known:
                continue
            for form in ARCHIVE_FORMS:
                says = look_up(config, form)
                if isinstance(says, dict) and says.get("enabled") and not says.get("forced_off_env"):
                    return says["dir"], os.path.isdir(says["dir"]), True
        return None, False, True


def run(world, program):
    """Differences in words."""
    args = world.arguments()
    archive, readable, wanted = world.archive_in_play()
    expected = Reading(world.batch, archive, readable, wanted, world.rows, world.required).report()
    done = subprocess.run([program] + args, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    code = 5 if archive and not readable else 0
    if code == 0 and "--strict" in args and any(row[5] != "complete" for row in expected):
        code = 1
    out = []
    if done.returncode != code:
        out.append("exit %d, expected %d: %s" % (done.returncode, code, done.stderr.decode("utf-8", "replace").strip()))
    try:
        with open(os.path.join(world.batch, "checks", "sweep_completeness.csv"), newline="", encoding="utf-8") as f:
            text = f.read()
    except OSError as e:
        return out + ["no report: %s" % e], args
    if text.replace("\r\n", "").count("\n") or not text.endswith("\r\n"):
        out.append("line ends are not RFC 4180's")
    found = list(csv.reader(io.StringIO(text, newline="")))
    if found[:1] != [["case_id", "expected_dir", "found_local", "found_archive", "missing_files", "status"]]:
        out.append("header: %s" % found[:1])
    found = found[1:]
    if len(found) != len(expected):
        out.append("%d rows, expected %d" % (len(found), len(expected)))
    for e, f in zip(expected, found):
        if e != f:
            out.append("expected %s\n        found %s" % (",".join(e), ",".join(f)))
    return out, args


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    program = os.environ["SWEEPWATCH"]
    keep = os.environ.get("SWEEPWATCH_ORACLE_KEEP")
    memory = "/dev/shm" if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK | os.X_OK) else None
    failed, rows, statuses = 0, 0, {}
    for seed in range(first, first + seeds):
        top = tempfile.mkdtemp(prefix="sweepwatch-oracle.", dir=memory)
        try:
            world = World(seed, top)
            differences, args = run(world, program)
            for row in Reading(world.batch, *world.archive_in_play(), world.rows, world.required).report():
                statuses[row[5]] = statuses.get(row[5], 0) + 1
                rows += 1
        finally:
            if not keep:
                shutil.rmtree(top, ignore_errors=True)
        if differences:
            failed += 1
            if failed <= 20:
                print("seed %d (%s): sweepwatch %s" % (seed, world.mode, " ".join(args)))
                for text in differences:
                    print("    " + text)
        elif keep:
            shutil.rmtree(top, ignore_errors=True)
    print("%d trees, %d cases %s: %d trees differ" % (seeds, rows, dict(sorted(statuses.items())), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
