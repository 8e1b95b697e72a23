"""Two or more things measured in turns, so that what disturbs one disturbs the others as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

Measured = Callable[[], float]  # does the thing once and returns its seconds
Times = dict[str, list[float]]


def timed(function: Callable[[], Any]) -> Measured:
    """Measure a function from the call to its result."""

    def once() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return once


def in_turns(
    things: Mapping[str, Measured], rounds: int, *, warm: int = 2, rest: float = 0.0
) -> Times:
    """Name → seconds of each round, after `warm` rounds that do not count.

    Args:
        rest: seconds before each measurement. Threads of some libraries keep a processor busy for
            a while after their work, in case more comes; without a rest the next in turn pays.
    """
    times: Times = {name: [] for name in things}
    for number in range(warm + rounds):
        for name, measure in things.items():
            time.sleep(rest)
            seconds = measure()
            if number >= warm:
                times[name].append(seconds)
    return times


def ratio(times: Times, one: str, other: str) -> float:
    """The median over rounds of how many times as long `one` took as `other`."""
    return median(a / b for a, b in zip(times[one], times[other], strict=True))
