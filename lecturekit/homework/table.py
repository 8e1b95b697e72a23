"""A class's results: read, completed by what a person gave, written as one table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturekit.course.errors import CourseError
from lecturekit.homework import points_by_hand
from lecturekit.homework.grading import CLASS
from lecturekit.homework.judge import Mark


@dataclass(frozen=True)
class Row:
    """A student's line of the table.

    Attributes:
        student: as shown.
        slug: the name of the student's files.
        status: "graded", "waits for a hand", or why nothing was graded.
        marks: one a task; empty when nothing was graded.
        flags: for the lecturer alone.
    """

    student: str
    slug: str
    status: str
    marks: tuple[Mark, ...]
    flags: tuple[str, ...]

    @property
    def points(self) -> float:
        """All points so far."""
        return sum(mark.points or 0 for mark in self.marks)


def read_results(out: Path) -> list[dict[str, Any]]:
    """What grading stored, in the order of the class.

    Raises:
        CourseError: nothing was graded in this folder.
    """
    try:
        who = [tuple(pair) for pair in json.loads((out / CLASS).read_text(encoding="utf-8"))]
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{out} holds no grades: give the folder that `lecturekit homework grade` wrote."
        ) from error
    results = []
    for slug, student in who:
        nothing = {"marks": [], "flags": [], "problem": "not graded yet: repeat the command"}
        try:
            found = json.loads((out / "results" / f"{slug}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        whole = isinstance(found, dict) and set(nothing) <= set(found)
        results.append((found if whole else nothing) | {"student": student, "slug": slug})
    return results


def rows_of(out: Path) -> list[Row]:
    """The class, with the points that were given by hand; `by_hand.csv` is written anew.

    Raises:
        CourseError: nothing was graded, or the table by hand cannot be understood.
    """
    results = read_results(out)
    given = points_by_hand.write_table(out / points_by_hand.NAME, results)
    rows = []
    for result in results:
        marks = []
        for told in result["marks"]:
            mark = Mark(**told)
            found = given.get(points_by_hand.key_of(result["slug"], mark.task, mark.answer))
            if mark.points is None and found is not None and found.points is not None:
                mark = Mark(mark.task, found.points, mark.of, found.comment, mark.answer)
            marks.append(mark)
        waits = any(mark.points is None for mark in marks)
        status = result["problem"] or ("waits for a hand" if waits else "graded")
        flags = tuple(result["flags"])
        rows.append(Row(result["student"], result["slug"], status, tuple(marks), flags))
    return rows


def as_csv(rows: list[Row], tasks: list[tuple[str, float]]) -> str:
    """The table's text: points, then the reason for each task, then what to look at.

    Args:
        rows: of the class.
        tasks: name and points of each.
    """
    head = ["student", "status", "points", "of", *(name for name, _ in tasks)]
    head += [f"{name}: why" for name, _ in tasks] + ["look at"]
    lines: list[list[Any]] = [head]
    most = sum(points for _, points in tasks)
    for row in rows:
        found = {mark.task: mark for mark in row.marks}
        points, reasons = [], []
        for name, _ in tasks:
            mark = found.get(name)
            points.append("" if mark is None or mark.points is None else f"{mark.points:g}")
            reasons.append("" if mark is None else mark.why)
        own = [row.student, row.status, f"{row.points:g}", f"{most:g}"]
        lines.append([*own, *points, *reasons, "; ".join(row.flags)])
    return points_by_hand.written(lines)
