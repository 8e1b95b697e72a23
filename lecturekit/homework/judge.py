"""One submission and its points: its cells run behind a wall, the tests on this side of it.

A submission cannot change a test, see what a result is compared with, or write a grade: it answers
calls with numbers, and that is all that comes through the wall.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lecturekit.course.notebook import Raw, source
from lecturekit.course.variables import variables
from lecturekit.homework.cells import marks
from lecturekit.homework.checks import NotYet
from lecturekit.homework.limits import Beyond, Limits
from lecturekit.homework.reading import free_names, homes, visible, written_answers
from lecturekit.homework.release import ANSWER, student_version
from lecturekit.homework.remote import Raised
from lecturekit.homework.sandbox import QUIET
from lecturekit.homework.source import Source, Task
from lecturekit.homework.tampering import tampered
from lecturekit.homework.visit import Plan, Visit, told


@dataclass(frozen=True)
class Mark:
    """What one task got.

    Attributes:
        task: its name.
        points: from 0 to `of`; None while it waits for a hand.
        of: what it can get.
        why: one short reason, for the student; "" when all is well.
        answer: what was written, if a hand has to judge it.
    """

    task: str
    points: float | None
    of: float
    why: str = ""
    answer: str = ""


@dataclass
class Graded:
    """All of a submission's marks, and what the lecturer should look at."""

    marks: list[Mark] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


class Judge:
    """Judges submissions to one homework."""

    def __init__(
        self,
        homework: Source,
        limits: Limits,
        *,
        hidden: bool = True,
        walled: bool = True,
        released: Raw | None = None,
    ) -> None:
        """Run the homework's own set-up, once, on this side of the wall.

        Args:
            homework: with its tests.
            limits: for each submission.
            hidden: whether hidden tests are asked; a student's own check does without.
            walled: whether submissions run in a sandbox.
            released: the student's version, where it is not to be made.
        """
        self.homework, self.limits = homework, limits
        self.hidden, self.walled = hidden, walled
        self.released = student_version(homework) if released is None else released
        tests = {marks(cell)["grade_id"]: source(cell) for cell in homework.cells("test")}
        self.tests = tests if hidden else {name: visible(text) for name, text in tests.items()}
        set_up = "\n".join(source(cell) for cell in homework.cells("set-up"))
        self.space: dict[str, Any] = {"__name__": "__main__"}
        with quiet():
            exec(compile(set_up, "<set-up>", "exec"), self.space)
        names = {test: free_names(text, self.space) for test, text in self.tests.items()}
        self.plan = Plan(homework.raw["cells"], set_up, names, homes(homework.cells("solution")))

    def judge(self, submission: Raw) -> Graded:
        """Points for a submission, whatever it does.

        Raises:
            BrokenSandbox: this machine, or the homework, is to blame.
        """
        found = {}
        with Visit(self.plan, submission, self.limits, walled=self.walled) as visit:
            for test in self.tests:
                found[test] = visit.test(test, partial(self.run, test))
        answers = written_answers(submission)
        given = []
        for task in self.homework.tasks:
            if task.by_hand:
                given.append(by_hand(task, answers.get(task.name, "")))
            else:
                why = found[task.name]
                given.append(Mark(task.name, 0.0 if why else task.points, task.points, why))
        return Graded(given, [*tampered(self.released, submission), *visit.flags])

    def run(self, test: str, meanings: dict[str, Any]) -> str:
        """Run a test with the submission's functions in it; why it failed, or ""."""
        try:
            exec(compile(self.tests[test], f"<{test}>", "exec"), self.space | meanings)
        except NotYet as error:
            return str(error)
        except AssertionError as error:
            return str(error) or "An assertion of the test fails."
        except Raised as error:
            return told(error, words=not self.hidden)
        except Beyond:
            raise
        except Exception as error:  # most often a result that cannot be computed with
            return f"What it returned cannot be used ({type(error).__name__})."
        return ""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """TensorFlow is imported here as it is in a sandbox, and what its C++ prints stays off the
    terminal; errors are raised."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with variables(QUIET):
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def by_hand(task: Task, answer: str) -> Mark:
    """A task that waits for a hand, or has nothing to wait for."""
    text = answer.replace(ANSWER, "").strip()
    if not text:
        return Mark(task.name, 0.0, task.points, "Not answered.")
    return Mark(task.name, None, task.points, "Waits to be read.", text[:20_000])
