"""A homework's source notebook and its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Raw, Unreadable, read
from lecturekit.course.schemas import skip_addresses
from lecturekit.homework.cells import kind_of, marks
from lecturekit.homework.faults import faults_of


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


def load(path: Path) -> Source:
    """The homework in `path`.

    Raises:
        SourceError: it cannot be read, or a task of it is not whole; all faults are named.
    """
    skip_addresses()
    from nbformat.validator import iter_validate

    try:
        raw = read(path)
    except Unreadable as error:
        raise SourceError(str(error)) from error
    for fault in iter_validate(raw):
        where = ".".join(str(part) for part in fault.absolute_path) or "its top"
        raise SourceError(
            f"{path} is no valid notebook: {fault.message[:120]} (at {where}).\n"
            "Open it in JupyterLab, save it, and repeat."
        )
    return made_from(path.stem, raw)


def made_from(name: str, raw: Raw) -> Source:
    """The homework in a valid notebook.

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
