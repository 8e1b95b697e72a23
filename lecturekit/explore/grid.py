"""The pictures of an exported page, computed ahead: as many as its caps allow, evenly thinned."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lecturekit.explore.controls import Listed, Slider
from lecturekit.explore.leaves import leaves
from lecturekit.explore.packing import pack, pictures
from lecturekit.explore.study import Study


@dataclass(frozen=True)
class Caps:
    """How large a grid may get: positions of a slider, pictures, bytes in the page, CPU seconds."""

    values: int = 120
    states: int = 2000
    size: int = 280_000
    seconds: float = 12.0


@dataclass
class Grid:
    """What a page needs: the controls it offers, the packed pictures, a word about what is missing.

    Attributes:
        states: name -> the states that the page has, for controls with a list of them.
        packed: gzip of {paths, leaves, rows} in base64; "" where even the coarsest grid is too big.
        note: empty where the page has everything.
    """

    states: dict[str, list[Any]]
    packed: str
    note: str


def grid(study: Study, caps: Caps = Caps(), clock: Callable[[], float] = time.process_time) -> Grid:
    """Compute the finest grid within the caps, from a coarse one by halving the steps of sliders.

    A slider keeps its ends and its default. What a figure function raises becomes the page's
    message for that state. Seconds are the processor's, so that a busy machine writes no poorer
    page.
    """
    builder = _Builder(study, clock)
    listed = {name: c for name, c in study.controls.items() if isinstance(c, Listed)}
    strides = {name: _coarsest(control) for name, control in listed.items()}
    best, limits = None, [builder.too_much(_every(listed, strides), caps)]
    while not limits[-1]:
        states = _every(listed, strides)
        limit, packed = builder.compute(states, caps)
        limits.append(limit)
        if limit:
            break
        best = Grid(states, packed, "")
        finer = []
        for name in sorted(listed, key=lambda name: -strides[name]):
            halved = {**strides, name: strides[name] // 2}
            if strides[name] > 1:
                limits.append(builder.too_much(_every(listed, halved), caps))
                finer += [] if limits[-1] else [halved]
        if not finer:
            break
        strides, limits = finer[0], [*filter(None, limits), ""]
    reached = next(filter(None, reversed(limits)), "")
    if best is None:
        lone = {name: [control.value] for name, control in listed.items()}
        return Grid(lone, "", f"In this page the controls rest (limit: {reached}). {LIVE}")
    best.note = _note(study, best.states, reached)
    return best


LIVE = "In JupyterLab everything moves."


def _coarsest(control: Listed) -> int:
    """A power of two that leaves of a slider its ends, its default and little else."""
    if not isinstance(control, Slider):
        return 1
    return 2 ** max(0, math.ceil(math.log2(len(control.states) / 2)))


def _every(listed: dict[str, Listed], strides: dict[str, int]) -> dict[str, list[Any]]:
    """Of each control every stride-th state, counted from the default, and both ends."""
    states = {}
    for name, control in listed.items():
        here, last = control.states.index(control.value), len(control.states) - 1
        states[name] = [
            state
            for i, state in enumerate(control.states)
            if (i - here) % strides[name] == 0 or i in (0, last)
        ]
    return states


def _note(study: Study, states: dict[str, list[Any]], limit: str) -> str:
    parts = []
    for name, control in study.controls.items():
        if not isinstance(control, Listed):
            parts.append(f"{study.label(name)} rests")
        elif len(states[name]) < len(control.states):
            have, of = len(states[name]), len(control.states)
            parts.append(f"{study.label(name)} has {have} of its {of} positions")
    why = f" (limit: {limit})" if limit else ""
    return f"In this page {', '.join(parts)}{why}. {LIVE}" if parts else ""


@dataclass
class _Builder:
    """Pictures computed so far, by state."""

    study: Study
    clock: Callable[[], float]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.base = [leaves(figure) for figure in self.study.figures({})]

    def missing(self, states: dict[str, list[Any]]) -> list[dict[str, Any]]:
        return [values for values in _combinations(states) if _key(values) not in self.rows]

    def too_much(self, states: dict[str, list[Any]], caps: Caps) -> str:
        """Which cap this grid would pass; empty where it fits."""
        sliders = [n for n, control in self.study.controls.items() if isinstance(control, Slider)]
        if max((len(states[name]) for name in sliders), default=1) > caps.values:
            return f"{caps.values} positions"
        if math.prod(map(len, states.values())) > caps.states:
            return f"{caps.states:,} pictures"
        each = self.seconds / len(self.rows) if self.rows else 0.0
        if self.seconds + each * len(self.missing(states)) > caps.seconds:
            return f"{caps.seconds:g} seconds"
        return ""

    def compute(self, states: dict[str, list[Any]], caps: Caps) -> tuple[str, str]:
        """The cap that was passed, or the packed pictures; what was computed stays."""
        for values in self.missing(states):
            started = self.clock()
            self.rows[_key(values)] = self._row(values)
            self.seconds += self.clock() - started
            if self.seconds > caps.seconds:
                return f"{caps.seconds:g} seconds", ""
        packed = self.packed(states)
        return (f"{caps.size // 1000:,} kB", "") if len(packed) > caps.size else ("", packed)

    def _row(self, values: dict[str, Any]) -> dict[str, Any]:
        try:
            alt, differences = pictures(self.study, self.base, values)
        except Exception as problem:
            return {"problem": f"{type(problem).__name__}: {problem}"}
        return {"alt": alt, "changes": differences}

    def packed(self, states: dict[str, list[Any]]) -> str:
        return pack(self.rows[_key(values)] for values in _combinations(states))


def _combinations(states: dict[str, list[Any]]) -> Iterable[dict[str, Any]]:
    products = itertools.product(*states.values())
    return (dict(zip(states, values, strict=True)) for values in products)


def _key(values: dict[str, Any]) -> str:
    return json.dumps(values)
