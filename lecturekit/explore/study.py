"""A figure function with its controls: the pure core of an explorer, which knows of no page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lecturekit.explore.controls import Control

if TYPE_CHECKING:
    from plotly.basedatatypes import BaseFigure


class Study:
    """``figure_function`` under ``controls``.

    ``values`` below are ``{name: state}``; what is absent has its default.
    Raises ValueError at construction where title, alt, controls and arguments do not fit.
    """

    def __init__(
        self,
        figure_function: Callable[..., BaseFigure],
        controls: Mapping[str, Control],
        *,
        title: str,
        alt: str | Callable[..., str],
    ) -> None:
        self.figure_function, self.controls, self.title = figure_function, dict(controls), title
        self._alt = alt
        self._name = getattr(figure_function, "__name__", repr(figure_function))
        self._check_controls()
        self.defaults = {name: control.value for name, control in self.controls.items()}
        if not title.strip():
            raise ValueError(f"{self._name}: the title is empty; say what the reader explores")
        self.alt_text({})

    def state(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole state. Raises ValueError for an unknown name or a value out of range."""
        state = dict(self.defaults)
        for name, value in values.items():
            if name not in self.controls:
                known = ", ".join(self.controls)
                raise ValueError(f"{self._name} has no control {name!r}; it has {known}")
            try:
                state[name] = self.controls[name].state(value)
            except ValueError as problem:
                raise ValueError(f"{name}: {problem}") from None
        return state

    def figure(self, values: Mapping[str, Any]) -> BaseFigure:
        """Return the figure of a state. Raises TypeError where the function returns none."""
        from plotly.basedatatypes import BaseFigure

        state = self.state(values)
        figure = self.figure_function(
            **{name: self.controls[name].argument(value) for name, value in state.items()}
        )
        if not isinstance(figure, BaseFigure):
            raise TypeError(
                f"{self._name} returned {type(figure).__name__}, not a plotly Figure; "
                "end it with `return figure`"
            )
        return figure

    def alt_text(self, values: Mapping[str, Any]) -> str:
        """Return what the picture of a state shows, in words."""
        text = self._alt(**self.state(values)) if callable(self._alt) else self._alt
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{self._name}: alt is {text!r}; say in words what the picture shows")
        return text

    def describe(self, values: Mapping[str, Any]) -> str:
        """Return a state in words: "Frequency 3, Add noise off"."""
        state = self.state(values)
        return ", ".join(
            f"{self.label(name)} {control.text(state[name])}"
            for name, control in self.controls.items()
        )

    def label(self, name: str) -> str:
        return self.controls[name].label or name.replace("_", " ")

    def spec(self) -> list[dict[str, Any]]:
        """Return the controls as a page needs them, ready for JSON."""
        return [
            {"name": name, "label": self.label(name), **control.spec()}
            for name, control in self.controls.items()
        ]

    def record(self) -> dict[str, Any]:
        """Return the metadata of an output: alt text, controls and the state shown."""
        explorer = {"title": self.title, "controls": self.spec(), "state": self.defaults}
        return {"lecturekit": {"alt": self.alt_text({}), "explorer": explorer}}

    def summary(self) -> str:
        """Return the default state in one line of plain text."""
        return f"{self.title}: {self.alt_text({})} ({self.describe({})})"

    def _check_controls(self) -> None:
        for name, control in self.controls.items():
            if not isinstance(control, Control):
                raise ValueError(f"{name} is {control!r}; give a Slider, Choice or Toggle")
        if not self.controls:
            raise ValueError(f"{self._name}: no controls; give a Slider, Choice or Toggle")
        labels = [self.label(name) for name in self.controls]
        repeated = {label for label in labels if labels.count(label) > 1}
        if repeated:
            raise ValueError(f"several controls are called {', '.join(sorted(repeated))}")

        arguments = inspect.signature(self.figure_function).parameters.values()
        takes_any = any(argument.kind is argument.VAR_KEYWORD for argument in arguments)
        named = {
            argument.name: argument
            for argument in arguments
            if argument.kind in (argument.POSITIONAL_OR_KEYWORD, argument.KEYWORD_ONLY)
        }
        missing = [
            name
            for name, argument in named.items()
            if argument.default is argument.empty and name not in self.controls
        ]
        if missing:
            raise ValueError(f"{self._name} needs a control for {', '.join(missing)}")
        unused = [name for name in self.controls if name not in named]
        if unused and not takes_any:
            raise ValueError(f"{self._name} has no argument for control {', '.join(unused)}")
