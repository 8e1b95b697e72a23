"""A student's own check: the tests that stand in the notebook, on the student's own machine."""

from __future__ import annotations

from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Raw, read, source
from lecturekit.homework.cells import marks
from lecturekit.homework.judge import Graded, Judge
from lecturekit.homework.limits import Limits
from lecturekit.homework.source import Source, tasks_of
from lecturekit.homework.untrusted import Unusable, read_safely


def check(notebook: Path) -> Graded:
    """What the visible tests say of a student's notebook; hidden ones aren't in it.

    Its flags name tests that differ from what was given out: the lecturer's grade goes by those.

    Raises:
        CourseError: the notebook cannot be read, is no homework, or its locked cells do not run.
    """
    again = "Take the notebook that you were given, and copy your lines into it."
    if not notebook.is_file():
        raise CourseError(f"{notebook} is no file: give the path of your notebook.")
    flags: list[str] = []
    try:
        submission = read_safely(notebook, flags)
        raw = read(notebook)
        tasks = tasks_of(raw)
        edited = changed(raw)
    except Unusable as error:
        raise CourseError(f"{notebook}: {error}.") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CourseError(f"The tasks of {notebook} are damaged ({error!r}).\n{again}") from error
    if not tasks:
        raise CourseError(f"{notebook} is no homework: no cell of it gets points.\n{again}")
    homework = Source(notebook.stem, raw, tasks)
    try:
        judge = Judge(homework, Limits(), hidden=False, walled=False, released=raw)
    except Exception as error:
        listed = "".join(f"\n! {flag}" for flag in edited)
        raise CourseError(
            f"The set-up or a test of {notebook} cannot be read: {type(error).__name__}: {error}."
            f"{listed}\n{again}"
        ) from error
    graded = judge.judge(submission)
    return Graded(graded.marks, [*flags, *edited, *graded.flags])


def changed(raw: Raw) -> list[str]:
    """The tests whose text no longer has the checksum that it was given out with."""
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    return [
        f"{marks(cell)['grade_id']} was edited: the grade goes by the test as it was given out"
        for cell in raw["cells"]
        if marks(cell).get("checksum") and not marks(cell).get("solution")
        if compute_checksum(from_dict({**cell, "source": source(cell)})) != marks(cell)["checksum"]
    ]


def as_lines(graded: Graded) -> list[str]:
    """A line a task, what is strange, and how many pass."""
    lines, solved = [], 0
    for mark in graded.marks:
        name, hand = mark.task.removeprefix("test_"), mark.points is None
        solved += hand or not mark.why
        sign = "…" if hand else "✘" if mark.why else "✔"
        why = "will be read by a person" if hand else mark.why
        lines.append(f"{sign} {name}{': ' if why else ''}{why}")
    lines += [f"! {flag}" for flag in graded.flags]
    return [*lines, f"{solved} of {len(graded.marks)}. Hidden tests are asked at grading."]
