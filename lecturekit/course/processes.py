"""End processes with everything they started, and know how much memory they took."""

from __future__ import annotations

import contextlib
import sys

import psutil


def end_tree(pid: int) -> None:
    """End process `pid` and all its descendants; does nothing when it is gone already."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        root.suspend()  # so that it starts nothing new while its children are counted
        end([*root.children(recursive=True), root])


def end_children() -> None:
    """End all descendants of this process."""
    end(psutil.Process().children(recursive=True))


def end(processes: list[psutil.Process]) -> None:
    """End these processes at once and wait until they are gone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)


class PeakMemory:
    """The largest memory (MiB) that one child of this process has held.

    Where the system keeps this figure for ended children it is exact; on Windows it is the peak
    at the last `look`.
    """

    def __init__(self) -> None:
        self.seen = 0.0

    def look(self) -> None:
        """Note the present peak of the children (of use on Windows only)."""
        if sys.platform == "win32":
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    self.seen = max(self.seen, child.memory_info().peak_wset / 2**20)

    @property
    def mib(self) -> float:
        """Peak of the children that have ended, or been looked at."""
        if sys.platform == "win32":
            return self.seen
        import resource

        unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20
