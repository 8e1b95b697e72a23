"""The side of the wall where a submission runs: cells and calls, one after the other.

`python -m lecturekit.homework.inside` reads questions from its standard input and answers on its
standard output, one JSON line each. What a submission prints goes to the standard error, which the
other side counts. A submission may forge an answer, but only as a number that is then compared
with one that it has never seen.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from lecturekit.homework import checks, wire
from lecturekit.homework.forbidden import forbid


def confine(limits: dict[str, int]) -> None:
    """Give up what may be given up before any line of the submission runs.

    Args:
        limits: bytes of memory ("memory") and of one file ("file"), processes and threads
            ("processes"), seconds of processor time ("seconds"), and whom root becomes ("user").
    """
    import resource  # Windows has none

    for what, limit in (
        (resource.RLIMIT_DATA, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    if os.geteuid() == 0:  # of root the system counts no processes
        user = limits["user"]
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    forbid()


class Room:
    """A submission's own IPython, and what of it the tests ask for."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self.shell = InteractiveShell.instance(colors="nocolor")
        self.kept: dict[str, dict[str, Any]] = {}
        self.asked_by = ""  # the test whose names are those of the notebook now

    def run(self, cell: str, code: str) -> dict[str, Any]:
        """Run a cell like a notebook does."""
        try:
            result = self.shell.run_cell(code, store_history=False, cell_id=cell)
        except Exception as broken:  # of the shell itself, with which a cell may have played
            return told(broken)
        error = result.error_before_exec or result.error_in_exec
        return told(error) if error is not None else {}

    def keep(self, test: str, names: list[str]) -> dict[str, Any]:
        """Remember what all names mean now, for the test that will ask for some of them.

        Returns: name -> "missing", "function", or a packed value.
        """
        self.kept[test] = dict(self.shell.user_ns)
        found: dict[str, Any] = {}
        for name in names:
            value = self.kept[test].get(name)
            if name not in self.kept[test]:
                found[name] = "missing"
            elif callable(value):
                found[name] = "function"
            else:
                try:
                    found[name] = wire.pack(value)
                except Exception as refused:  # Refused, or the object's own
                    found[name] = f"not a value but {refused}"
        return {"found": found}

    def call(self, test: str, name: str, given: Any, of: int | None) -> dict[str, Any]:
        """Call a function that was kept, or take its gradient.

        A helper or constant that it uses may have been redefined behind the test; so all names
        mean again what they meant there.
        """
        if test != self.asked_by:
            self.shell.user_ns.clear()
            self.shell.user_ns.update(self.kept[test])
            self.asked_by = test
        arguments, options = wire.unpack(given, tensors=True)
        function: Callable = self.kept[test][name]
        try:
            if of is None:
                value = function(*arguments, **options)
            else:
                value = checks.gradient(function, *arguments, of=of, **options)
            return {"value": wire.pack(value)}
        except wire.Refused as refused:
            return {"kind": "Refused", "text": str(refused)}
        except BaseException as error:
            return told(error)


def told(error: BaseException) -> dict[str, Any]:
    """What went wrong, and in which line of which cell."""
    line, trace = None, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "ipykernel_" in name or "ipython-input" in name or name.startswith("<"):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = error.lineno
    text = ""
    with contextlib.suppress(Exception):  # the error may be of the submission's own kind
        text = str(error)[:500]
    return {"kind": type(error).__name__, "text": text, "line": line}


def answer(room: Room, question: dict[str, Any]) -> dict[str, Any]:
    """One question's answer."""
    match question["ask"]:
        case "run":
            return room.run(question["cell"], question["code"])
        case "keep":
            return room.keep(question["test"], question["names"])
        case _:
            return room.call(
                question["test"], question["name"], question["given"], question.get("of")
            )


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other side closes."""
    room = Room()
    for text in questions:
        question = wire.message(text)
        reply = answer(room, question)
        for printed in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # a cell may have put something else there
                printed.flush()
        number = {"number": question["number"]}
        line = wire.line(reply | number)
        if len(line) > wire.LIMIT:
            line = wire.line({"kind": "Refused", "text": "something too large"} | number)
        answers.write(line)
        answers.flush()


def main() -> None:
    """Keep the two channels for ourselves; whatever is printed goes to the standard error."""
    import json

    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    limits = json.loads(sys.argv[1])
    if limits:
        confine(limits)
    with contextlib.suppress(BrokenPipeError):
        serve(questions, answers)


if __name__ == "__main__":
    main()
