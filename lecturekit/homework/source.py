"""A homework's source notebook: its cells, its tasks, and what is wrong with it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Raw, Unreadable, read, source, tags

BEGIN, END = "### BEGIN ", "### END "
SOLUTION, HIDDEN, SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"


class SourceError(CourseError):
    """A source notebook that no homework can be made from."""


@dataclass(frozen=True)
class Task:
    """What gets points: a test cell, or a written answer that is judged by hand."""

    name: str  # the grade_id of its cell
    points: float
    by_hand: bool


@dataclass(frozen=True)
class Source:
    """A source notebook without faults.

    Attributes:
        name: the file's stem, which is also the homework's name.
        raw: the notebook as it stands in the file.
        tasks: in the order of the notebook.
    """

    name: str
    raw: Raw
    tasks: tuple[Task, ...]

    @property
    def points(self) -> float:
        """All points that can be had, those given by hand included."""
        return sum(task.points for task in self.tasks)

    def cells(self, kind: str) -> list[Raw]:
        """The cells of one kind: "set-up", "solution", "test" or "written"."""
        return [cell for cell in self.raw["cells"] if kind_of(cell) == kind]


def marks(cell: Raw) -> Raw:
    """What nbgrader has noted on a cell; empty for a cell that it does not know."""
    noted = cell.get("metadata", {}).get("nbgrader", {})
    return noted if isinstance(noted, dict) else {}


def kind_of(cell: Raw) -> str:
    """ "set-up", "solution", "test", "written"; "" for all that gets no points and makes none."""
    noted, code = marks(cell), cell.get("cell_type") == "code"
    if noted.get("grade"):
        return "test" if code and not noted.get("solution") else "written"
    if noted.get("solution"):
        return "solution"
    return "set-up" if code and "setup" in tags(cell) else ""


def region(text: str, name: str) -> list[str]:
    """The lines of all regions `### BEGIN name` to `### END name`."""
    lines, inside = [], False
    for line in text.splitlines():
        if BEGIN + name in line or END + name in line:
            inside = BEGIN + name in line
        elif inside and line.strip():
            lines.append(line)
    return lines


def load(path: Path) -> Source:
    """The homework in `path`.

    Raises:
        SourceError: it cannot be read, or a task of it is not whole; all faults are named.
    """
    try:
        raw = read(path)
    except Unreadable as error:
        raise SourceError(str(error)) from error
    return made_from(path.stem, raw)


def made_from(name: str, raw: Raw) -> Source:
    """The homework in a notebook that has been read.

    Raises:
        SourceError: a task of it is not whole; all faults are named.
    """
    faults = list(faults_of(raw))
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise SourceError(f"{name} cannot be given out:\n{listed}\nMend it and repeat.")
    return Source(name, raw, tasks_of(raw))


def tasks_of(raw: Raw) -> tuple[Task, ...]:
    """What gets points in a notebook without faults."""
    graded = [cell for cell in raw["cells"] if marks(cell).get("grade")]
    return tuple(
        Task(marks(c)["grade_id"], float(marks(c)["points"]), kind_of(c) == "written")
        for c in graded
    )


def faults_of(raw: Raw) -> Iterator[str]:
    """Each thing that would make a student's version useless or a grade unfair."""
    if raw.get("metadata", {}).get("kernelspec", {}).get("language", "python") != "python":
        yield "its kernel is not Python: choose Python 3 in JupyterLab"
    names = Counter(marks(cell)["grade_id"] for cell in raw["cells"] if marks(cell).get("grade_id"))
    for name, count in names.items():
        if count > 1:
            yield f"{count} cells are called {name!r}: give each an own grade_id"
    if not any(kind_of(cell) == "test" for cell in raw["cells"]):
        yield "no cell is tested: a test cell has grade, locked and points"
    for cell in raw["cells"]:
        yield from faults_of_cell(cell)


def faults_of_cell(cell: Raw) -> Iterator[str]:
    """What is wrong with one cell."""
    kind, text, noted = kind_of(cell), source(cell), marks(cell)
    name = noted.get("grade_id")
    if noted and not name:
        yield f"a cell of nbgrader's has no grade_id: {text[:40]!r}"
        return
    for part in (SOLUTION, HIDDEN, SCHEME):
        if text.count(BEGIN + part) != text.count(END + part):
            yield f"{name or text[:40]!r}: BEGIN and END of {part} do not match"
    points = noted.get("points")
    if noted.get("grade") and not (isinstance(points, (int, float)) and points > 0):
        yield f"{name}: points must be above 0, not {points!r}"
    if kind in ("solution", "written") and not region(text, SOLUTION):
        yield f"{name}: the task is not solved: nothing stands between BEGIN and END SOLUTION"
    if kind == "solution" and raises_only(region(text, SOLUTION)):
        yield f"{name}: the task is not solved: its solution only raises an error"
    if kind == "test" and not region(text, HIDDEN):
        yield f"{name}: no hidden tests: without them a copied number would pass"
    if kind == "test" and noted.get("locked") is not True:
        yield f"{name}: a test must be locked"


def raises_only(lines: list[str]) -> bool:
    """Whether these lines are a blank of the student's version."""
    try:
        body = ast.parse("if True:\n" + "\n".join("    " + line for line in lines)).body[0].body
    except (SyntaxError, IndentationError):
        return False
    return len(body) == 1 and isinstance(body[0], ast.Raise)
