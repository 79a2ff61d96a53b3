#!/usr/bin/env python3
"""What one writes in an afternoon: the same questions as `sweepwatch check`, one file after another.

usage: obvious_check.py BATCH_DIR [ARCHIVE_DIR] --csv FILE
"""
import argparse
import csv
import json
from pathlib import Path

REQUIRED = ["summary.json", "run_config.json", "checks/mass_budget.csv", "series/run.parquet"]


def title_of(tokens):
    parts = ["T" + tokens[0]]
    for prefix, token in zip(("eps", "tau", "i0", "mu"), tokens[1:]):
        parts.append(prefix + token.replace(".", "p"))
    return "_".join(parts)


def parquet_whole(path):
    size = path.stat().st_size
    with path.open("rb") as f:
        head = f.read(4)
        f.seek(max(0, size - 8))
        tail = f.read(8)
    return size >= 12 and head == b"PAR1" and tail[4:] == b"PAR1" and int.from_bytes(tail[:4], "little") + 12 <= size


def csv_whole(path):
    text = path.read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    return text.endswith("\n") and len(rows) >= 2


def problems_in(directory, tokens, title):
    """Required files that are not whole here, and what contradicts the list."""
    bad = []
    for name in REQUIRED:
        path = directory / name
        try:
            if name.endswith(".json"):
                document = json.loads(path.read_text(encoding="utf-8"))
                if name == "run_config.json":
                    if document.get("status") == "pre_run":
                        bad.append(name)
                    eps = document.get("supply", {}).get("epsilon_mix")
                    if eps is not None and float(eps) != float(tokens[1]):
                        bad.append("config")
                    outdir = document.get("io", {}).get("outdir")
                    if outdir is not None and Path(outdir).name != title:
                        bad.append("outdir")
            elif name.endswith(".csv"):
                if not csv_whole(path):
                    bad.append(name)
            elif not parquet_whole(path):
                bad.append(name)
        except FileNotFoundError:
            pass  # the other root may have it
        except (OSError, ValueError):
            bad.append(name)
    return bad


def same_file(here, there):
    a, b = here.stat(), there.stat()
    if a.st_size == b.st_size and abs(a.st_mtime - b.st_mtime) <= 2:
        return True
    return here.read_bytes() == there.read_bytes()


def archive_proven(here, there):
    try:
        if not (there / "ARCHIVE_DONE").is_file():
            return False
        manifest = json.loads((there / "archive_manifest.json").read_text(encoding="utf-8"))
        for entry in manifest["files"]:
            st = (there / entry["path"]).stat()
            if st.st_size != entry["size"] or abs(st.st_mtime - entry["mtime"]) > 2:
                return False
        return all(same_file(here / name, there / name) for name in ("summary.json", "run_config.json"))
    except (OSError, ValueError, KeyError):
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("batch", type=Path)
    parser.add_argument("archive", type=Path, nargs="?")
    parser.add_argument("--csv", type=Path, required=True)
    args = parser.parse_args()
    lines = (args.batch / "checks" / "expected_sweep_list.txt").read_text(encoding="utf-8").splitlines()
    cases = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    with args.csv.open("w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["case_id", "expected_dir", "found_local", "found_archive", "missing_files", "status"])
        for tokens in cases:
            title = title_of(tokens)
            here = args.batch / title
            there = args.archive / title if args.archive else None
            missing = [n for n in REQUIRED if not (here / n).exists() and not (there and (there / n).exists())]
            bad = problems_in(here, tokens, title)
            if there and there.is_dir():
                bad += problems_in(there, tokens, title)
            if missing:
                status = "missing"
            elif bad:
                status = "invalid"
            elif there and not archive_proven(here, there):
                status = "archive_failed"
            else:
                status = "complete"
            found_archive = "true" if there and there.is_dir() else "false"
            found_local = "true" if here.is_dir() else "false"
            out.writerow([title, here, found_local, found_archive, ";".join(missing), status])


if __name__ == "__main__":
    main()
