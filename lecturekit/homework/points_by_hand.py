"""Points that a person gives for written answers: a table to fill in, kept from run to run."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import write_text

COLUMNS = ("student", "task", "of", "points", "comment", "answer", "key")
NAME = "by_hand.csv"
# A cell's start, or what a spreadsheet of another country may take for one, before a formula.
FORMULA = re.compile(r"(^|[;\n\r])(?=[=+\-@\t\r])")
TAMED = re.compile(r"(^|[;\n\r])'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Given:
    """A row that a person has filled in.

    Attributes:
        row: its texts, by column.
        points: from 0; None while there are none.
        line: of the file, for messages.
    """

    row: dict[str, str]
    points: float | None
    line: int

    @property
    def comment(self) -> str:
        """For the student."""
        return self.row["comment"]


class HandError(CourseError):
    """The table was filled in with something that cannot be."""


def tamed(text: str) -> str:
    """A text that a spreadsheet takes for a text and not for a formula."""
    return FORMULA.sub(r"\1'", text)


def untamed(text: str) -> str:
    """The text that was tamed."""
    return TAMED.sub(r"\1", text)


def written(rows: list[list[Any]]) -> str:
    """A table's text."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(
        [[tamed(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    )
    return lines.getvalue()


def key_of(slug: str, task: str, answer: str) -> str:
    """What a row is recognised by, whatever a spreadsheet does to its other texts: when the answer
    changes, its points are asked for anew."""
    told = "\0".join((slug, task, answer)).encode("utf-8", "replace")
    return f"k{hashlib.sha256(told).hexdigest()[:12]}"


def read_given(path: Path) -> dict[str, Given]:
    """Key -> row of all rows with points or a comment; empty without a table.

    Raises:
        HandError: the table cannot be read, lacks a column, or points are no number from 0.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0]
        table = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > 3 else ",")
        rows = [(table.line_num, row) for row in table]
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HandError(f"{path} cannot be read: {error}. Save it as csv in UTF-8.") from error
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise HandError(f"{path} has no column {', '.join(missing)}: put it back.")
    given: dict[str, Given] = {}
    for line, found in rows:
        row = {name: untamed(found[name] or "") for name in COLUMNS}
        if row["points"].strip() or row["comment"].strip():
            key, points = row["key"].strip(), number(row["points"])
            if points is not None and not 0 <= points < float("inf"):
                raise HandError(refusal(path, line, row))
            if key in given and given[key].row != row:
                raise HandError(
                    f"{path}, lines {given[key].line} and {line} give points for one answer of "
                    f"{row['student']}: keep one."
                )
            given[key] = Given(row, points, line)
    return given


def number(text: str) -> float | None:
    """The number that was written, with a point or a comma; None for nothing, -1 for a text."""
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return -1.0


def refusal(path: Path, line: int, row: dict[str, str]) -> str:
    """The message for points that cannot be."""
    return (
        f"{path}, line {line}: {row['student']} gets {row['points']!r} points for {row['task']}; "
        f"write a number from 0 to {row['of']}."
    )


def write_table(path: Path, results: list[dict[str, Any]]) -> dict[str, Given]:
    """Write the table anew with what had been given, and return that.

    What was given for answers that are no longer there stays below the others: it is a person's
    work, and they may come back.

    Args:
        path: of the table.
        results: as they are stored, one a student.

    Raises:
        HandError: the table that is there cannot be understood; it stays as it is.
    """
    given = read_given(path)
    left = dict(given)
    rows: list[list[Any]] = [list(COLUMNS)]
    for result in results:
        for mark in result["marks"]:
            if mark["points"] is not None:
                continue
            key = key_of(result["slug"], mark["task"], mark["answer"])
            found = left.pop(key, None)
            points, comment = "", ""
            if found is not None:
                if (found.points or 0) > mark["of"]:
                    row = found.row | {"of": f"{mark['of']:g}"}
                    raise HandError(refusal(path, found.line, row))
                points = "" if found.points is None else f"{found.points:g}"
                comment = found.comment
            own = [result["student"], mark["task"], f"{mark['of']:g}", points, comment]
            rows.append([*own, mark["answer"], key])
    rows += [list(found.row.values()) for found in left.values()]
    if len(rows) > 1 or path.exists():
        write_text(path, "\ufeff" + written(rows))  # by this mark spreadsheets know UTF-8
    return given
