"""The ledger: claim records of executed notebooks, printed and compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from lecturekit.claims.judge import MARKS, MIME, Setting


def collect(notebook: Path) -> list[dict]:
    """The claim records that an executed notebook holds, in the order of its cells."""
    cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [o["data"][MIME] for o in outputs if MIME in o.get("data", {})]


def ledger(records: Iterable[dict]) -> str:
    """A Markdown table of claim records, by number."""
    lines = ["| # | the slide's claim | verdict | what was measured |", "|---|---|---|---|"]
    for record in sorted(records, key=lambda record: record["number"]):
        evidence = "<br>".join(f"{MARKS[s['verdict']]} {Setting(**s)}" for s in record["settings"])
        verdict = f"{MARKS[record['verdict']]} {record['verdict']}"
        cells = (str(record["number"]), record["statement"], verdict, evidence)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines)


def ledger_text(records: Iterable[dict]) -> str:
    """The same for a terminal: a claim to a line, its evidence indented below."""
    lines = []
    for record in sorted(records, key=lambda record: record["number"]):
        verdict = f"{MARKS[record['verdict']]} {record['verdict']}"
        lines.append(f"{record['number']:2d}  {verdict:14s} {record['statement']}")
        lines += [f"      {MARKS[s['verdict']]} {Setting(**s)}" for s in record["settings"]]
    return "\n".join(lines)


def differences(records: Iterable[dict], expected: Iterable[dict]) -> list[str]:
    """What changed against the expected records, beyond what another machine may change.

    An effect may move by half the width of its expected interval. A verdict may not change, unless
    its bound lies within a quarter of that of the interval's end, so that rounding decides.

    Returns: one sentence per difference; empty if there is none.
    """
    found = {record["number"]: record for record in records}
    wanted = {record["number"]: record for record in expected}
    problems = [f"claim {n} is not recorded" for n in sorted(wanted.keys() - found.keys())]
    problems += [f"claim {n} was not expected" for n in sorted(found.keys() - wanted.keys())]
    for n in sorted(found.keys() & wanted.keys()):
        before = {s["name"]: s for s in wanted[n]["settings"]}
        after = {s["name"]: s for s in found[n]["settings"]}
        if before.keys() != after.keys():
            problems.append(f"claim {n} has other settings: {sorted(before.keys() ^ after.keys())}")
        for name in sorted(before.keys() & after.keys()):
            problems += _changes(f"claim {n}, {name}", after[name], before[name])
    return problems


def _changes(where: str, new: dict, old: dict) -> list[str]:
    half = (old["high"] - old["low"]) / 2
    problems = [
        f"{where}: {what} is now {new[what]}, was {old[what]}"
        for what in ("unit", "bound", "seeds")
        if new[what] != old[what]
    ]
    ends = min(abs(old["low"] - old["bound"]), abs(old["high"] - old["bound"]))
    if new["verdict"] != old["verdict"] and not (old["seeds"] and ends <= half / 4):
        problems.append(f"{where}: now {new['verdict']}, was {old['verdict']}")
    if old["seeds"] and abs(new["effect"] - old["effect"]) > half:
        problems.append(
            f"{where}: effect {new['effect']:.4g}, was {old['effect']:.4g} (tolerance {half:.2g})"
        )
    return problems
