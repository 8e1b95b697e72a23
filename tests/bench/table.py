"""Rows as one Markdown table, for the terminal and for the README."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.rows import Row, reached

HEAD = ("what", "measured", "compared with", "ratio", "budget", "reached")
VERDICTS = {True: "reached ✔", False: "not reached ✘", None: "–"}


def number(value: float) -> str:
    """Three digits, whole from a hundred on, thousands apart; no exponents."""
    size = abs(value)
    if size == 0 or size >= 100:
        return f"{value:,.0f}".replace("-", "−")
    if size < 0.001:
        return "< 0.001" if value > 0 else "> −0.001"
    digits = 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}".replace("-", "−")


def cells(row: Row) -> tuple[str, ...]:
    """The texts of a row, one for each column of `HEAD`."""
    measured = "not measured" if row.value is None else f"{number(row.value)} {row.unit}".strip()
    ratio = "" if row.ratio is None else f"{number(row.ratio)} {row.ratio_says}"
    budget = ""
    if row.budget:
        unit = row.unit if row.budget.of == "value" else row.ratio_says
        sign = "≥" if row.budget.at_least else "≤"
        budget = f"{sign} {row.budget.limit:,g} {unit}".strip()
    beside = "; ".join(filter(None, (row.compared_with, row.note)))
    texts = (row.what, measured, beside, ratio, budget, VERDICTS[reached(row)])
    return tuple(" ".join(text.split()).replace("|", "&#124;") for text in texts)


def table(rows: Sequence[Row], *, aligned: bool = False) -> str:
    """The Markdown table; `aligned` pads its columns, so that a terminal shows them as such."""
    lines = [HEAD, *map(cells, rows)]
    wide = [max(len(line[k]) for line in lines) if aligned else 0 for k in range(len(HEAD))]
    texts = [
        "| " + " | ".join(f"{text:<{w}}" for text, w in zip(line, wide, strict=True)) + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * max(w + 2, 3) for w in wide) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def in_words(rows: Sequence[Row]) -> str:
    """How many budgets are kept, in one sentence."""
    verdicts = [reached(row) for row in rows if row.budget]
    parts = [f"{verdicts.count(True)} of {len(verdicts)} budgets reached"]
    if False in verdicts:
        parts.append(f"{verdicts.count(False)} not reached")
    if None in verdicts:
        parts.append(f"{verdicts.count(None)} not measured")
    return ", ".join(parts) + "."


def into_readme(text: str, made: str) -> str:
    """The README with what stands between its two marks replaced.

    Raises:
        ValueError: the marks are not there exactly once.
    """
    marks = r"(<!-- bench -->\n).*?(<!-- end of bench -->)"
    changed, count = re.subn(marks, lambda m: f"{m[1]}{made}\n{m[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md must hold the marks of the bench once, found {count}")
    return changed
