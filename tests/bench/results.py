"""The latest rows of each bench, kept in build/bench: a slow one need not run every time."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from bench.rows import Row, from_json
from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import unfinished_name, write_text


@dataclass(frozen=True)
class Latest:
    """The latest rows of several benches of one machine, and a line that says which."""

    head: str
    rows: list[Row]


def keep(folder: Path, name: str, machine: str, load: float | None, rows: Sequence[Row]) -> None:
    """Write what a bench measured to ``folder/results/NAME.json``."""
    kept = {
        "machine": machine,
        "day": date.today().isoformat(),
        "load": load,
        "rows": [asdict(row) for row in rows],
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    write_text(folder / "results" / f"{name}.json", text)


def latest(folder: Path, names: Sequence[str], *, needed: Sequence[str]) -> Latest:
    """What `keep` wrote last for each of `names`, in their order.

    Raises:
        CourseError: one of the `needed` was never measured, or not all on the same machine.
    """
    found = {}
    for name in names:
        path = folder / "results" / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
        elif name in needed:
            raise CourseError(f"{name} has not been measured yet: run lecturekit bench {name}")
    machines = {kept["machine"]: name for name, kept in found.items()}
    if len(machines) > 1:
        raise CourseError(
            "The results come from several machines or versions; measure these anew: "
            + ", ".join(machines.values())
        )
    days = sorted({kept["day"] for kept in found.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    loads = [kept["load"] for kept in found.values() if kept["load"] is not None]
    quiet = f", load before each part at most {max(loads):.1f}" if loads else ""
    rows = [from_json(json.dumps(row)) for kept in found.values() for row in kept["rows"]]
    return Latest(f"Measured {when} on {next(iter(machines))}{quiet}.", rows)


def copy(source: Path, target: Path) -> None:
    """A file of another folder, whole or not at all."""
    unfinished = unfinished_name(target)
    unfinished.write_bytes(source.read_bytes())
    os.replace(unfinished, target)
