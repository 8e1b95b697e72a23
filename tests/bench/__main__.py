"""`make bench`: run benches, print one table, keep it in build/bench.

python -m bench [NAME ...] [--into-readme]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import machine, results
from bench.rows import Row, heard
from bench.table import in_words, into_readme, table
from lecturekit.course.errors import CourseError, UsageError
from lecturekit.course.notebook import write_text

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench"
USUAL = {
    "multitask": "multi-task training against the lecture's way",
    "kernels": "losses over pairs and triplets against their limit and other ways",
    "training": "the training loop against Keras fit",
    "people": "enrolling and identifying a new person",
    "start": "imports, kernels, their memory and what it consists of",
    "explorers": "explorers in a browser: latency, dragging, size",
    "sizes": "repository and site",
    "growth": "how time grows with batch, tasks, modalities, points",
}
NOTEBOOKS = "notebooks"
SLOW = {
    "schools": "nine networks on ten School splits (1 min)",
    "setup": "set-up of a fresh copy, packages already downloaded (1 to 2 min)",
    "lecture": "execute all notebooks, for `notebooks` to read (7 min)",
}
BENCHES = {**USUAL, **SLOW, NOTEBOOKS: "notebooks: seconds and memory of their last run"}


def chosen(words: Sequence[str]) -> list[str]:
    """The benches that are meant, in order: the usual ones without a name, all of them for `all`.

    Raises:
        UsageError: there is no such bench.
    """
    for word in words:
        if word not in BENCHES and word != "all":
            listed = "\n".join(f"  {name:10} {about}" for name, about in BENCHES.items())
            raise UsageError(f"There is no bench {word!r}. The benches are:\n{listed}\n  all")
    if "all" in words:
        return list(BENCHES)
    return [name for name in BENCHES if name in words or (not words and name not in SLOW)]


def measure(name: str) -> list[Row]:
    """The rows of one bench, run in a process of its own; all else that it says goes into a log.

    Raises:
        CourseError: it failed.
    """
    print(f"{name}: {BENCHES[name]}", file=sys.stderr, flush=True)
    log, rows = OUT / "logs" / f"{name}.log", []
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(
            [sys.executable, "-m", f"bench.{name}"],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdout is not None  # it is a pipe
        for line in process.stdout:
            row = heard(line)
            if row is None:
                print(line, end="", file=said, flush=True)
            else:
                print(f"  {row.what}", file=sys.stderr, flush=True)
                rows.append(row)
    if process.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        raise CourseError("\n".join([f"{name} ended with status {process.returncode}:", *last]))
    return rows


def environment() -> dict[str, str]:
    """Quiet, and with this package on the path."""
    paths = [str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
    }


def main(words: Sequence[str] | None = None) -> int:
    """Run what is chosen; 1 if a bench failed. A budget that is not reached is no failure."""
    parser = argparse.ArgumentParser(prog="lecturekit bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*BENCHES, "all"]))
    parser.add_argument(
        "--into-readme", action="store_true", help="put the latest results of all into the README"
    )
    options = parser.parse_args(words)
    failed, done = [], {}
    try:
        for name in chosen(options.names):
            before = machine.load()
            try:
                done[name] = measure(name)
            except CourseError as error:
                print(error, file=sys.stderr)
                failed.append(name)
                continue
            results.keep(OUT, name, machine.describe(), before, done[name])
        report(done)
        if options.into_readme and not failed:
            publish()
    except (CourseError, ValueError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)
    if failed:
        print(f"These benchmarks failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def report(done: dict[str, list[Row]]) -> None:
    """Print the table of this run, and keep it as Markdown and JSON."""
    rows = [row for measured in done.values() for row in measured]
    if not rows:
        return
    head, tail = machine.describe(), in_words(rows)
    print(f"{head}\n\n{table(rows, aligned=True)}\n\n{tail}", flush=True)
    write_text(OUT / "table.md", f"{head}\n\n{table(rows)}\n\n{tail}\n")
    kept = {"machine": head, "rows": {n: [asdict(r) for r in found] for n, found in done.items()}}
    write_text(OUT / "table.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def publish() -> None:
    """The latest results into the README, the picture of the growth beside the notebooks."""
    latest = results.latest(OUT, list(BENCHES), needed=[*USUAL, NOTEBOOKS])
    made = f"{latest.head}\n\n{table(latest.rows)}\n\n{in_words(latest.rows)}"
    readme = ROOT / "README.md"
    changed = into_readme(readme.read_text(encoding="utf-8"), made)
    results.copy(OUT / "growth.png", ROOT / "notebooks" / "images" / "growth.png")
    write_text(readme, changed)


if __name__ == "__main__":
    sys.exit(main())
