"""Jobs for the tests of `spread`: at the top of a module, as other processes must find them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


def slow(number: int) -> int:
    """Twice the number, a moment later."""
    time.sleep(0.2)
    return 2 * number


def kills_once(job: tuple[str, int]) -> int:
    """Job 3 kills its process the first time; each run leaves a file in the folder."""
    folder, number = job
    first = not list(Path(folder).glob(f"{number}-*"))
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    if number == 3 and first:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def kills_always(number: int) -> int:
    """Job 3 kills its process each time."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def fails(number: int) -> int:
    """Job 3 raises an error."""
    if number == 3:
        raise ValueError("three is too many")
    return 2 * number


def lacks(number: int) -> int:
    """Needs a module that is not there."""
    import no_such_module

    return no_such_module.double(number)


def has_a_child(folder: str) -> None:
    """Starts a process of its own, notes its number, and waits for long."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (Path(folder) / str(child.pid)).touch()
    time.sleep(300)
