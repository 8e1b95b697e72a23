"""A throw-away place for one submission: bubblewrap around `inside`, watched from outside.

In it there is no network, no other submission, no source notebook and no grade: only the system's
programs, this Python, `lecturekit` and its data, all read-only, and an own /tmp in memory. All of
it ends when this process ends. What it cannot hide: the inputs of hidden tests, at the moment when
a function is called with them.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, BinaryIO

import psutil

from lecturekit.course.processes import end_tree
from lecturekit.homework import wall, wire
from lecturekit.homework.limits import MIB, Beyond, Limits

START_SECONDS = 120  # also while other submissions keep the machine busy
LOOK_SECONDS = 0.1
THREADS = 10  # that the system grants for each process
KEPT = 2000  # bytes
FIRST_USER = 100_000  # ids from here on belong to nobody
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Sandbox:
    """A running `inside`; `ask` it, then `end` it."""

    def __init__(self, limits: Limits, *, walled: bool = True) -> None:
        """Start it.

        Args:
            limits: what it may use.
            walled: False runs it as an ordinary process that may do all that its user may do:
                for a student's own notebook.
        """
        self.limits = limits
        self.number = 0
        self.looked = time.monotonic()
        self.printed, self.first = 0, b""
        self.scratch = None
        if not walled:
            self.scratch = tempfile.TemporaryDirectory(prefix="lk-", ignore_cleanup_errors=True)
        inner = {
            "memory": limits.memory * MIB,
            "file": limits.disk * MIB,
            "processes": limits.processes * THREADS,
            "seconds": int(limits.whole * 2),
            # Processes are counted by user, so each grader has its own.
            "user": FIRST_USER + os.getpid(),
        }
        words = [sys.executable, "-P", "-m", "lecturekit.homework.inside"]
        command = [*wall.words(limits), *words] if walled else words
        self.process = subprocess.Popen(
            [*command, json.dumps(inner if walled else {})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings("/tmp" if self.scratch is None else self.scratch.name),
            cwd=None if self.scratch is None else self.scratch.name,
            start_new_session=True,
        )
        assert self.process.stdin is not None  # it is a pipe
        self.questions = self.process.stdin
        self.answers: queue.Queue[bytes | None] = queue.Queue()
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        threading.Thread(target=self.count, args=(self.process.stderr,), daemon=True).start()

    def read(self, pipe: BinaryIO) -> None:
        """Hand on each line that comes, until one is too long to be an answer."""
        with contextlib.suppress(OSError, ValueError):
            while line := pipe.readline(wire.LIMIT + 1):
                self.answers.put(line[: wire.LIMIT])  # a line without its end is not understood
                if len(line) > wire.LIMIT or self.answers.qsize() > 2:
                    break  # one question has one answer
        self.answers.put(None)

    def count(self, pipe: BufferedReader) -> None:
        """Count what is printed, and forget it, but for the first words."""
        with contextlib.suppress(OSError, ValueError):
            while some := pipe.read1(65536):
                self.printed += len(some)
                self.first = (self.first + some)[:KEPT]

    def said(self) -> str:
        """The first words that it printed."""
        return self.first.decode("utf-8", "replace").strip()

    def ask(self, seconds: float, **question: Any) -> dict[str, Any]:
        """Its answer to a question.

        Raises:
            Beyond: it took longer, used too much, ended, or answered what is no answer. Then it is
                no longer there.
        """
        self.number += 1
        until = time.monotonic() + seconds
        sent = wire.line(question | {"number": self.number})
        threading.Thread(target=self.send, args=(sent,), daemon=True).start()  # it may not listen
        try:
            while True:
                line: bytes | None = b""
                with contextlib.suppress(queue.Empty):
                    line = self.answers.get(timeout=LOOK_SECONDS)
                if time.monotonic() - self.looked > LOOK_SECONDS:  # quick answers are no cover
                    self.look()
                    self.looked = time.monotonic()
                if line != b"":
                    return self.understood(line)
                if time.monotonic() > until:
                    raise Beyond(f"took longer than {self.limits.cell:g} s")
        except Beyond:
            self.end()
            raise

    def send(self, line: bytes) -> None:
        """Write a question."""
        with contextlib.suppress(OSError, ValueError):
            self.questions.write(line)
            self.questions.flush()

    def understood(self, line: bytes | None) -> dict[str, Any]:
        """The answer in a line; None when there will be none."""
        if line is None:
            self.look()
            raise Beyond("ended its own process, or was ended for its memory")
        with contextlib.suppress(wire.Refused):
            found = wire.message(line)
            if found.get("number") == self.number:
                return found
        raise Beyond("disturbed the channel through which it is asked")

    def look(self) -> None:
        """Look at what it uses.

        Raises:
            Beyond: too much.
        """
        if self.printed > self.limits.output * MIB:
            raise Beyond(f"printed more than {self.limits.output} MiB")
        processes = memory = 0
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                processes += 1
        if processes > self.limits.processes:
            raise Beyond(f"started more than {self.limits.processes} processes")
        if memory > self.limits.memory * MIB:
            raise Beyond(f"used more than {self.limits.memory} MiB of memory")

    def family(self) -> Iterator[psutil.Process]:
        """All its processes."""
        with contextlib.suppress(psutil.Error):
            yield from psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> None:
        """End it with all that it started; behind the wall nothing outlives the wall."""
        if self.scratch is not None:
            end_tree(self.process.pid)
            self.scratch.cleanup()
        else:  # bubblewrap's first process inside ends after all others, bubblewrap after it
            with contextlib.suppress(psutil.Error, subprocess.TimeoutExpired):
                for first in psutil.Process(self.process.pid).children():
                    first.kill()
                    self.process.wait(timeout=10)
        self.process.kill()
        self.process.wait()
        self.reader.join(timeout=10)  # until the last process that could have written is gone
        with contextlib.suppress(OSError, ValueError):
            self.questions.close()


def surroundings(home: str) -> dict[str, str]:
    """The environment variables that a submission sees: nothing of the lecturer's."""
    names = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return (
        kept
        | QUIET
        | {
            "HOME": home,
            "TMPDIR": home,
            "IPYTHONDIR": f"{home}/ipython",
            "MPLCONFIGDIR": f"{home}/matplotlib",
            "KERAS_HOME": f"{home}/keras",
            "XDG_CACHE_HOME": f"{home}/cache",
        }
    )
