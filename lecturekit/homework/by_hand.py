"""Points that a person gives for written answers: a table to fill in, kept from run to run."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import write_text

COLUMNS = ("student", "task", "of", "points", "comment", "answer")
NAME = "by_hand.csv"


@dataclass(frozen=True)
class Given:
    """What a person gave for one answer."""

    points: float
    comment: str


class HandError(CourseError):
    """The table was filled in with something that cannot be."""


def tamed(text: str) -> str:
    """A text that a spreadsheet takes for a text and not for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def written(rows: list[list[Any]]) -> str:
    """A table's text."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(
        [[tamed(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    )
    return lines.getvalue()


def read_given(path: Path) -> dict[tuple[str, str, str], Given]:
    """(student, task, answer) -> what was given; empty without a table.

    Raises:
        HandError: the table lacks a column, or points are no number from 0 to `of`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise HandError(f"{path} cannot be read: {error}. Save it as csv in UTF-8.") from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > 3 else ",")
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        raise HandError(f"{path} has no column {', '.join(sorted(missing))}: put it back.")
    given = {}
    for row in rows:
        points = (row["points"] or "").strip().replace(",", ".")
        if not points:
            continue
        try:
            number, most = float(points), float(row["of"].replace(",", "."))
        except ValueError:
            number, most = -1.0, 0.0
        if not 0 <= number <= most:
            raise HandError(
                f"{path}, line {rows.line_num}: {row['student']} gets {points!r} points for "
                f"{row['task']}; write a number from 0 to {row['of']}."
            )
        key = (row["student"], row["task"], row["answer"])
        given[key] = Given(number, row["comment"] or "")
    return given


def key_of(student: str, task: str, answer: str) -> tuple[str, str, str]:
    """What a row is recognised by: when the answer changes, its points are asked for again."""
    return tamed(student), tamed(task), tamed(answer)


def write_table(path: Path, results: list[dict[str, Any]]) -> dict[tuple[str, str, str], Given]:
    """Write the table anew with what had been given, and return that.

    Args:
        path: of the table.
        results: as they are stored, one a student.

    Raises:
        HandError: the table that is there cannot be understood; it stays as it is.
    """
    given = read_given(path)
    rows: list[list[Any]] = [list(COLUMNS)]
    for result in results:
        for mark in result["marks"]:
            if mark["points"] is None:
                answer = " ".join(mark["answer"].split("\r"))
                found = given.get(key_of(result["student"], mark["task"], answer))
                points = "" if found is None else f"{found.points:g}"
                comment = "" if found is None else found.comment.removeprefix("'")
                rows.append(
                    [result["student"], mark["task"], f"{mark['of']:g}", points, comment, answer]
                )
    if len(rows) > 1 or path.exists():
        write_text(path, written(rows))
    return given
