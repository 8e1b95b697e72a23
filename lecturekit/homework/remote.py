"""A student's function, asked through the wall of its sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lecturekit.homework import wire
from lecturekit.homework.checks import NotYet

Ask = Callable[..., dict[str, Any]]  # a sandbox's `ask`


class Raised(Exception):
    """The function raised an error; `kind` is its name, `line` the line of its cell."""

    def __init__(self, kind: str, text: str, line: int | None) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text, self.line = kind, text, line


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
        source: the text of the cell that defines it.
    """

    def __init__(self, ask: Ask, clock: Clock, test: str, name: str, source: str) -> None:
        self.source = source
        self._ask, self._clock, self._test, self._name = ask, clock, test, name

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
            raise NotYet(f"{self._name} returned something that is no number, array or tensor.")
        if "kind" in reply:
            line = reply.get("line")
            line = line if type(line) is int else None
            raise Raised(str(reply["kind"]), str(reply.get("text")), line)
        try:
            return wire.unpack(reply.get("value"))
        except wire.Refused:
            raise NotYet(f"{self._name} returned something unreadable.") from None
