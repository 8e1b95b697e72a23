"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use; who goes beyond it is ended.

    Attributes:
        cell: seconds of one cell, or of all calls by one test.
        whole: seconds of everything, TensorFlow's start included.
        memory: MiB of all its processes together.
        processes: at a time.
        output: MiB that it may print.
        disk: MiB that it may write to its /tmp.
        deaths: how often a cell may end the process before the rest is given up; each time the
            other cells run again without it.
    """

    cell: float = 20
    whole: float = 120
    memory: int = 3072
    processes: int = 30
    output: int = 10
    disk: int = 200
    deaths: int = 3


class Beyond(Exception):
    """A submission went beyond a limit or ended its own process; its text completes "it …"."""
