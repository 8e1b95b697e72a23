"""A student's function, asked through the wall of its sandbox."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lecturekit.homework import wire
from lecturekit.homework.checks import NotYet
from lecturekit.homework.untrusted import shown

Ask = Callable[..., dict[str, Any]]  # a sandbox's `ask`
ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type)} | {
    "AxisError",
    "InvalidArgumentError",
    "LinAlgError",
    "UsageError",
}
LINES, TEXT = 999, 500  # the largest number of a line, and the longest text, of an error


class Raised(Exception):
    """The function raised an error; `kind` is its name, `line` the line of its cell."""

    def __init__(self, kind: str, text: str, line: int | None) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text, self.line = kind, text, line


def raised(reply: dict[str, Any], lines: int) -> Raised:
    """The error in an answer.

    Its name and its line are shown to the student, and could carry numbers of a hidden test: only
    names that are known and lines that exist do come out.

    Args:
        lines: of the longest cell.
    """
    kind, line = reply.get("kind"), reply.get("line")
    known = kind if isinstance(kind, str) and kind in ERRORS else "an error of its own"
    there = type(line) is int and 0 < line <= min(lines, LINES)
    return Raised(known, shown(str(reply.get("text")), TEXT), line if there else None)


class Clock:
    """The seconds that are left to a test for all its calls."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def take(self, ask: Ask, /, **question: Any) -> dict[str, Any]:
        """Ask, and count the time that the answer takes."""
        started = time.monotonic()
        try:
            return ask(max(0.0, self.left), **question)
        finally:
            self.left -= time.monotonic() - started


class Remote:
    """Stands in a test for the function `name` of a submission.

    Attributes:
        source: the text that defines it.
    """

    def __init__(
        self, ask: Ask, clock: Clock, test: str, name: str, source: str, lines: int
    ) -> None:
        self.source = source
        self._ask, self._clock, self._test, self._name = ask, clock, test, name
        self._lines = lines

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Its value for these arguments: numbers, arrays, texts, and lists and dicts of them.

        Raises:
            Raised: it raised an error.
            NotYet: it returned something else.
            Beyond: it broke a limit.
        """
        return self._answer(arguments, options)

    def gradient(self, *arguments: Any, of: int = 0, **options: Any) -> np.ndarray:
        """`checks.gradient` of it."""
        return self._answer(arguments, options, of=of)

    def _answer(self, arguments: tuple, options: dict[str, Any], **more: Any) -> Any:
        given = wire.pack((arguments, options))
        question = {"ask": "call", "test": self._test, "name": self._name, "given": given}
        reply = self._clock.take(self._ask, **question, **more)
        if reply.get("kind") == "Refused":
            raise NotYet(
                f"{self._name} returned something that is no number, array or tensor, "
                "or a very large one."
            )
        if "kind" in reply:
            raise raised(reply, self._lines)
        try:
            return wire.unpack(reply.get("value"))
        except wire.Refused:
            raise NotYet(f"{self._name} returned something unreadable.") from None
