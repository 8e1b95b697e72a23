"""What a reader can touch. A control knows its states, the text of each, and where it starts."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from numbers import Real
from typing import Any, ClassVar

from lecturekit.explore.numbers_as_text import clean, number_texts

MAX_POSITIONS = 10_000


class Control(ABC):
    """``value`` is the state it starts in; ``label`` names it beside the picture."""

    kind: ClassVar[str]

    def __init__(self, value: Any, label: str) -> None:
        self.value, self.label = value, label

    @abstractmethod
    def state(self, value: Any) -> Any:
        """Return the state that ``value`` means. Raises ValueError where it means none."""

    @abstractmethod
    def text(self, state: Any) -> str:
        """Return a state in words."""

    def argument(self, state: Any) -> Any:
        """Return what the figure function receives for a state."""
        return state

    def spec(self) -> dict[str, Any]:
        """Return what a page needs to build this control, ready for JSON."""
        return {"kind": self.kind}


class Listed(Control):
    """A control with a list of ``states``, each with one of the ``texts``."""

    def __init__(self, states: list[Any], texts: list[str], value: Any, label: str) -> None:
        self.states, self.texts = states, texts
        super().__init__(states[0] if value is None else self.state(value), label)

    def text(self, state: Any) -> str:
        return self.texts[self.states.index(state)]

    def spec(self) -> dict[str, Any]:
        return {**super().spec(), "states": self.states, "texts": self.texts}


class Slider(Listed):
    """A number between ``low`` and ``high`` in equal steps, or one of increasing ``values``.

    ``Slider(0, 1, 0.1)`` has eleven positions, ``Slider(values=[0.01, 0.1, 1])`` three. It starts
    at ``value``, or at its lowest position; ``play`` adds a button that walks through them all.
    Whole steps from a whole number stay ``int``.
    """

    kind = "slider"

    def __init__(
        self,
        low: float | None = None,
        high: float | None = None,
        step: float = 1,
        value: float | None = None,
        label: str = "",
        play: bool = False,
        *,
        values: Sequence[float] | None = None,
    ) -> None:
        if values is None:
            states = _even_positions(low, high, step)
        elif low is None and high is None:
            states = _uneven_positions(values)
        else:
            raise ValueError("Slider: give either low and high, or values, not both")
        self.play = play
        super().__init__(states, number_texts(states, even=values is None), value, label)

    def state(self, value: Any) -> float:
        number = finite("the value", value)
        if number in self.states:
            return self.states[self.states.index(number)]
        nearest = min(self.states, key=lambda state: abs(state - number))
        raise ValueError(
            f"{number} is not one of the {len(self.states)} positions from {self.texts[0]} to "
            f"{self.texts[-1]}; the nearest is {nearest}"
        )

    def spec(self) -> dict[str, Any]:
        return {**super().spec(), "play": self.play}


class Choice(Listed):
    """One of several ``options``: a list, or a dict from label to what the function receives."""

    kind = "choice"

    def __init__(
        self,
        options: Sequence[Any] | Mapping[str, Any],
        value: Any = None,
        label: str = "",
    ) -> None:
        names = [str(option) for option in options]
        if not names:
            raise ValueError("Choice: no options; give at least one")
        repeated = {name for name in names if names.count(name) > 1}
        if repeated:
            raise ValueError(f"Choice: several options are called {', '.join(sorted(repeated))}")
        objects = options.values() if isinstance(options, Mapping) else options
        self._objects = dict(zip(names, objects, strict=True))
        super().__init__(names, names, value, label)

    def state(self, value: Any) -> str:
        if str(value) not in self.states:
            raise ValueError(f"{value!r} is not one of the options: {', '.join(self.states)}")
        return str(value)

    def argument(self, state: str) -> Any:
        return self._objects[state]


class Toggle(Listed):
    """Yes or no."""

    kind = "toggle"

    def __init__(self, value: bool = False, label: str = "") -> None:
        super().__init__([False, True], ["off", "on"], value, label)

    def state(self, value: Any) -> bool:
        if value not in (False, True):
            raise ValueError(f"{value!r} is neither True nor False")
        return bool(value)


def finite(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}, not a finite number")
    return clean(value)


def _even_positions(low: float | None, high: float | None, step: float) -> list[float]:
    low, high, step = (
        finite(f"Slider: {name}", number)
        for name, number in (("low", low), ("high", high), ("step", step))
    )
    if low >= high:
        raise ValueError(f"Slider: low {low} is not below high {high}")
    if step <= 0:
        raise ValueError(f"Slider: step {step} is not above 0")
    steps = (high - low) / step
    if steps >= MAX_POSITIONS:
        raise ValueError(f"Slider: {steps:,.0f} positions are too many; take a larger step")
    positions = [clean(low + index * step) for index in range(round(steps) + 1)]
    if not math.isclose(positions[-1], high, abs_tol=1e-9 * step):
        raise ValueError(f"Slider: steps of {step} from {low} do not reach high {high}")
    return positions


def _uneven_positions(values: Sequence[float]) -> list[float]:
    positions = [finite("Slider: one of the values", value) for value in values]
    if len(positions) < 2:
        raise ValueError(f"Slider: {len(positions) or 'no'} values; give at least two")
    if any(left >= right for left, right in pairwise(positions)):
        raise ValueError("Slider: values must increase, each larger than the one before")
    return positions
