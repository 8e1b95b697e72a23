"""What a reader can drag in the picture itself: points in a plane, bars of a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Sized
from typing import Any

from lecturekit.explore.controls import Control, finite

ROUNDING = 1e-6  # by how much probabilities that were typed in may miss a sum of 1


class Points(Control):
    """Named points ``{"anchor": (0, 0), …}`` that are dragged, or moved by arrow keys.

    The figure function receives a list of [x, y] in the units of the axes.

    points: name -> where it starts.
    x, y: (low, high), as far as a point can go; give the picture's axes that range or more.
    step: how far an arrow key moves a point; with Shift ten times as far.
    panel: of several linked pictures, the one to drag in; axes: of its subplots, like ("x2", "y2").
    """

    kind = "points"

    def __init__(
        self,
        points: Mapping[str, Sequence[float]],
        *,
        x: tuple[float, float],
        y: tuple[float, float],
        step: float = 0.05,
        label: str = "",
        panel: int = 0,
        axes: tuple[str, str] = ("x", "y"),
    ) -> None:
        if not points:
            raise ValueError("Points: no points; give at least one")
        for name, (low, high) in (("x", x), ("y", y)):
            if not finite(f"Points: low {name}", low) < finite(f"Points: high {name}", high):
                raise ValueError(f"Points: {name} from {low} to {high}; low must be below high")
        if not finite("Points: step", step) > 0:
            raise ValueError(f"Points: step {step} is not above 0")
        self.names, self.x, self.y, self.step = list(points), tuple(x), tuple(y), step
        self.panel, self.axes = panel, axes
        super().__init__(self.state(list(points.values())), label)

    def state(self, value: Any) -> list[list[float]]:
        try:
            points = [tuple(point) for point in value]
        except TypeError:
            points = []
        if len(points) != len(self.names) or any(len(point) != 2 for point in points):
            raise ValueError(f"{value!r} is not a pair of numbers for each of {_and(self.names)}")
        return [
            [self._within("x", name, x, self.x), self._within("y", name, y, self.y)]
            for name, (x, y) in zip(self.names, points, strict=True)
        ]

    def text(self, state: list[list[float]]) -> str:
        return "; ".join(
            f"{name} {x:.2f}, {y:.2f}" for name, (x, y) in zip(self.names, state, strict=True)
        )

    def spec(self) -> dict[str, Any]:
        names = ("names", "x", "y", "step", "panel", "axes")
        return {**super().spec(), **{name: getattr(self, name) for name in names}}

    def _within(self, axis: str, name: str, number: Any, limits: Sequence[float]) -> float:
        low, high = limits
        if not low <= (plain := finite(f"{axis} of {name}", number)) <= high:
            raise ValueError(f"{axis} of {name} is {number}, not between {low} and {high}")
        return plain


class Bars(Control):
    """A distribution ``{"cat": 0.7, "dog": 0.3}`` whose bars are dragged; the others make room.

    The figure function receives the list of probabilities, which always sum to 1.

    lowest: a bar gets no smaller, so that logarithms stay finite.
    at: where on the x-axis the bars stand; 0, 1, 2, … without it.
    step, panel, axes: as for Points.
    """

    kind = "bars"

    def __init__(
        self,
        probabilities: Mapping[str, float],
        *,
        lowest: float = 0.0,
        step: float = 0.02,
        label: str = "",
        at: Sequence[float] | None = None,
        panel: int = 0,
        axes: tuple[str, str] = ("x", "y"),
    ) -> None:
        self.names = list(probabilities)
        if len(self.names) < 2:
            raise ValueError("Bars: a distribution needs at least two bars")
        if not 0 <= finite("Bars: lowest", lowest) < 1 / len(self.names):
            raise ValueError(f"Bars: lowest {lowest} leaves no room for {len(self.names)} bars")
        if not finite("Bars: step", step) > 0:
            raise ValueError(f"Bars: step {step} is not above 0")
        self.at = list(range(len(self.names))) if at is None else [float(place) for place in at]
        if len(self.at) != len(self.names):
            raise ValueError(f"Bars: {len(self.at)} places for {len(self.names)} bars")
        self.lowest, self.step, self.panel, self.axes = lowest, step, panel, axes
        super().__init__(self.state(list(probabilities.values())), label)

    def state(self, value: Any) -> list[float]:
        bars = [finite(f"the probability of {name}", p) for name, p in self._named(value)]
        if min(bars) < self.lowest - ROUNDING:
            raise ValueError(f"{value!r} holds a probability below {self.lowest}")
        if not math.isclose(sum(bars), 1, abs_tol=ROUNDING):
            raise ValueError(f"{value!r} sums to {sum(bars):g}, not to 1")
        return bars

    def text(self, state: list[float]) -> str:
        return ", ".join(f"{name} {p:.2f}" for name, p in self._named(state))

    def spec(self) -> dict[str, Any]:
        names = ("names", "at", "lowest", "step", "panel", "axes")
        return {**super().spec(), **{name: getattr(self, name) for name in names}}

    def _named(self, bars: Sequence[float]) -> list[tuple[str, float]]:
        if not isinstance(bars, Sized) or len(bars) != len(self.names):
            raise ValueError(f"{bars!r} is not a number for each of {_and(self.names)}")
        return list(zip(self.names, bars, strict=True))


def _and(names: Sequence[str]) -> str:
    return ", ".join(names)
