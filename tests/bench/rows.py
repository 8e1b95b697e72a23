"""One measured row: what, how much, against what, and whether the budget is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

MARK = "row: "  # begins the lines of a bench's output that are rows
Of = Literal["value", "ratio"]


@dataclass(frozen=True)
class Budget:
    """A limit from the design, on the measured value or on the ratio."""

    limit: float
    of: Of = "value"
    at_least: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        what: the thing measured.
        value: the measured number in `unit`; None where it could not be measured, `note` says why.
        compared_with: what the ratio compares it with.
        ratio: measured in the same run as the value; its meaning is `ratio_says`: "times as long"
            as what it is compared with, "times faster", …
        budget: of the value or of the ratio.
        note: what a reader should know beside it.
    """

    what: str
    value: float | None
    unit: str = ""
    compared_with: str = ""
    ratio: float | None = None
    ratio_says: str = "times as long"
    budget: Budget | None = None
    note: str = ""


def at_most(limit: float, of: Of = "value") -> Budget:
    return Budget(limit, of)


def at_least(limit: float, of: Of = "value") -> Budget:
    return Budget(limit, of, at_least=True)


def reached(row: Row) -> bool | None:
    """Whether the row keeps its budget; None without a budget, or where nothing was measured."""
    if row.budget is None:
        return None
    found = row.value if row.budget.of == "value" else row.ratio
    if found is None:
        return None
    return found >= row.budget.limit if row.budget.at_least else found <= row.budget.limit


def tell(rows: Iterable[Row]) -> None:
    """Hand each row to the command as soon as it is measured: one marked line of output."""
    for row in rows:
        print(MARK + as_json(row), flush=True)


def heard(line: str) -> Row | None:
    """The row in a line of a bench's output; None for any other line."""
    return from_json(line[len(MARK) :]) if line.startswith(MARK) else None


def as_json(row: Row) -> str:
    return json.dumps(asdict(row), ensure_ascii=False)


def from_json(text: str) -> Row:
    fields = json.loads(text)
    budget = fields.pop("budget")
    return Row(**fields, budget=Budget(**budget) if budget else None)
