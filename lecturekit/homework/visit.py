"""A submission in its sandbox: its cells run, and its functions answer the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lecturekit.course.notebook import Raw, source
from lecturekit.homework import wire
from lecturekit.homework.cells import kind_of, marks
from lecturekit.homework.errors import BrokenSandbox
from lecturekit.homework.limits import Beyond, Limits
from lecturekit.homework.reading import function_text
from lecturekit.homework.remote import Clock, Raised, Remote, raised
from lecturekit.homework.sandbox import START_SECONDS, Sandbox

Test = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Step:
    """A student's cell to run, or a test whose names are to be kept at this place."""

    kind: str  # "run" or "keep"
    name: str  # of the cell or the test
    text: str = ""


@dataclass(frozen=True)
class Plan:
    """What a visit needs to know of the homework.

    Attributes:
        cells: of the source notebook.
        set_up: the text that runs before the student's cells.
        names: test -> the student's names that it uses.
        homes: name of a function -> the cell that should define it.
    """

    cells: list[Raw]
    set_up: str
    names: dict[str, list[str]]
    homes: dict[str, str]

    def steps(self, submission: Raw) -> list[Step]:
        """What to run in which order: the student's own cells where they stand in the notebook, and
        each test's names kept where the test stands, or at the end when it was deleted."""
        kinds = {marks(cell).get("grade_id"): kind_of(cell) for cell in self.cells}
        locked = {marks(c).get("grade_id") for c in self.cells if marks(c).get("locked")}
        steps, kept = [], set()
        for number, cell in enumerate(submission["cells"], 1):
            name = marks(cell).get("grade_id")
            name = name if isinstance(name, str) else None
            if kinds.get(name) == "test" and name not in kept:
                steps.append(Step("keep", str(name)))
                kept.add(name)
            elif cell.get("cell_type") == "code" and name not in locked and source(cell).strip():
                unique = name if kinds.get(name) == "solution" else f"cell {number}"
                steps.append(Step("run", str(unique), source(cell)))
        return steps + [Step("keep", test) for test in self.names if test not in kept]


class Visit:
    """A submission in its sandbox, which is started again without a cell that ended it."""

    def __init__(self, plan: Plan, submission: Raw, limits: Limits, *, walled: bool) -> None:
        self.plan, self.limits, self.walled = plan, limits, walled
        self.steps = plan.steps(submission)
        self.lines = max((len(step.text.splitlines()) for step in self.steps), default=0)
        self.ended: dict[str, str] = {}  # cell -> how it ended the sandbox
        self.failed: dict[str, str] = {}  # cell -> the error that it raised
        self.found: dict[str, dict[str, Any]] = {}  # test -> what its names mean
        self.flags: list[str] = []
        self.clock = Clock(limits.whole)
        self.sandbox: Sandbox | None = None

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        if self.sandbox is not None:
            self.sandbox.end()

    def test(self, test: str, run: Test) -> str:
        """Why a test fails; "" when it passes.

        Args:
            test: its name.
            run: the test, with the submission's functions and values by name.

        Raises:
            BrokenSandbox: there is no sandbox to be had.
        """
        try:
            self.enter()
            return self.missing(test) or run(self.meanings(test))
        except Beyond as error:
            if not self.is_over():
                self.flags.append(f"{test} {error}")
            return f"It {error}."

    def is_over(self) -> bool:
        """Whether nothing more is asked of this submission."""
        return self.clock.left <= 0 or len(self.ended) > self.limits.deaths

    def enter(self) -> None:
        """Have a sandbox in which all cells have run, but for those that end it.

        Raises:
            Beyond: the time is over, or too many cells have ended it.
        """
        while self.sandbox is None:
            if self.clock.left <= 0:
                raise Beyond(f"took longer than {self.limits.whole:g} s in all")
            if self.is_over():
                raise Beyond(f"has {len(self.ended)} cells that end their process")
            self.sandbox = Sandbox(self.limits, walled=self.walled)
            self.set_up(self.sandbox)
            for step in self.steps:
                if step.name not in self.ended and not self.take(step):
                    break

    def set_up(self, sandbox: Sandbox) -> None:
        """Run the lecturer's own cells, from the text of the source.

        Raises:
            BrokenSandbox: they fail, so this machine or the homework is to blame.
        """
        try:
            reply = sandbox.ask(START_SECONDS, ask="run", cell="set-up", code=self.plan.set_up)
        except Beyond as error:
            reply = {"kind": "Ended", "text": f"{error}; {sandbox.said()}"}
        if "kind" in reply:
            raise BrokenSandbox(
                f"The set-up fails in the sandbox: {reply['kind']}: {reply['text']}"
            )

    def take(self, step: Step) -> bool:
        """Run a cell or keep names; False when that was the end of the sandbox."""
        try:
            if step.kind == "keep":
                names = self.plan.names[step.name]
                reply = self.ask(self.limits.cell, ask="keep", test=step.name, names=names)
                found = reply.get("found")
                self.found[step.name] = found if isinstance(found, dict) else {}
                return True
            reply = self.ask(self.limits.cell, ask="run", cell=step.name, code=step.text)
        except Beyond as error:
            self.ended[step.name] = str(error)
            self.flags.append(f"{step.name} {error}")
            return False
        if "kind" in reply:  # no hidden number is known to a cell, so its words may be shown
            self.failed[step.name] = told(raised(reply, self.lines), words=True)
        return True

    def ask(self, seconds: float, **question: Any) -> dict[str, Any]:
        """Ask the sandbox, within what is left of the whole time."""
        sandbox = self.sandbox
        if sandbox is None:
            raise Beyond("ended its own process")
        try:
            return self.clock.take(
                lambda left, **words: sandbox.ask(min(left, seconds), **words), **question
            )
        except Beyond:
            self.sandbox = None
            raise

    def missing(self, test: str) -> str:
        """Which of a test's names is not there, and why; "" when all are."""
        found = self.found.get(test, {})
        for name in self.plan.names[test]:
            meaning, cell = found.get(name, "missing"), self.plan.homes.get(name, "")
            if meaning == "missing":
                if cell in self.ended:
                    return f"Its cell {self.ended[cell]}."
                return self.failed.get(cell) or f"{name} is not defined."
            if meaning != "function":
                try:
                    wire.unpack(meaning)
                except wire.Refused:
                    return f"{name} is no function, number or array."
        return ""

    def meanings(self, test: str) -> dict[str, Any]:
        """What a test's names mean on this side of the wall."""
        clock, space = Clock(self.limits.cell), {}
        for name in self.plan.names[test]:
            meaning = self.found[test][name]
            if meaning == "function":
                texts = [function_text(step.text, name) for step in self.steps]
                last = next((text for text in reversed(texts) if text), "")
                space[name] = Remote(self.ask, clock, test, name, last, self.lines)
            else:
                space[name] = wire.unpack(meaning)
        return space


def told(error: Raised, *, words: bool) -> str:
    """What a student is told of an error.

    Args:
        error: which.
        words: also its own text, which could hold numbers of a hidden test.
    """
    if error.kind == "NotImplementedError":
        return "It is not done yet."
    where = f" in line {error.line} of its cell" if error.line is not None else ""
    text = " ".join(error.text.split())[:120] if words else ""
    return f"It stopped with {error.kind}{where}" + (f": {text}" if text else ".")
