"""Seconds and memory of the notebooks, as their last whole run with the usual parameters left them.

`lecturekit run` writes them to build/status.json; the bench `lecture` executes all of them anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.rows import Row, at_most, tell
from lecturekit.course import checkout

ROOT = Path(__file__).resolve().parents[2]
PLACES = (ROOT / "build" / "status.json", ROOT / "build" / "bench" / "lecture" / "status.json")
SECONDS, LONGER = 90, {"03_triplet": 120}
ALL_SECONDS, PEAK = 360, 1536


def last_runs(places: Sequence[Path]) -> dict[str, dict]:
    """Notebook → its latest whole run without parameters, from the files that are there."""
    found = {}
    for place in sorted((p for p in places if p.exists()), key=lambda p: p.stat().st_mtime):
        for outcome in json.loads(place.read_text(encoding="utf-8")):
            if outcome["result"] == "ok" and not outcome["parameters"]:
                found[outcome["notebook"]] = outcome
    return found


def rows_of(names: Sequence[str], runs: dict[str, dict]) -> Iterator[Row]:
    """Two rows a notebook, and one for all of them together."""
    missing = [name for name in names if name not in runs]
    note = f"no run of {', '.join(missing)}: see the bench lecture" if missing else ""
    whole = None if missing else sum(runs[name]["seconds"] for name in names)
    yield Row("all notebooks whole", whole, "s", budget=at_most(ALL_SECONDS), note=note)
    for name in names:
        ran = runs.get(name)
        limit = LONGER.get(name, SECONDS)
        seconds, peak = (ran["seconds"], ran["peak_mib"]) if ran else (None, None)
        yield Row(f"notebook {name} whole", seconds, "s", budget=at_most(limit))
        yield Row(f"notebook {name}, peak memory", peak, "MiB", budget=at_most(PEAK))


def rows() -> Iterator[Row]:
    names = [path.stem for path in checkout.notebooks(ROOT)]
    yield from rows_of(names, last_runs(PLACES))


if __name__ == "__main__":
    tell(rows())
