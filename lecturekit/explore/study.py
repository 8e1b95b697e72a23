"""A figure function with its controls: the pure core of an explorer, which knows of no page."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lecturekit.explore.controls import Control, Listed
from lecturekit.portable import is_portable, translate

if TYPE_CHECKING:
    from plotly.basedatatypes import BaseFigure


class Study:
    """``figure_function`` under ``controls``.

    ``values`` below are ``{name: state}``; what is absent has its default.
    Raises ValueError at construction where title, alt, controls and arguments do not fit, or where
    a portable function cannot be translated.
    """

    def __init__(
        self,
        figure_function: Callable[..., Any],
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
        self.code = self._translated() if is_portable(figure_function) else ""
        self.spec()

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

    def figures(self, values: Mapping[str, Any]) -> list[BaseFigure]:
        """Return the figures of a state, linked pictures side by side; most studies have one.

        Raises TypeError where the function returns none.
        """
        from plotly.basedatatypes import BaseFigure

        from lecturekit.figures.style import styled

        made = self.figure_function(**self.arguments(self.state(values)))
        several = list(made) if isinstance(made, list | tuple) else [made]
        if self.code:
            several = [styled(each) if isinstance(each, dict) else each for each in several]
        if not several or not all(isinstance(each, BaseFigure) for each in several):
            raise TypeError(
                f"{self._name} returned {type(made).__name__}, not a plotly Figure; "
                "end it with `return figure`"
            )
        return several

    def arguments(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the figure function receives for a whole state."""
        return {name: self.controls[name].argument(value) for name, value in state.items()}

    def alt_text(self, values: Mapping[str, Any]) -> str:
        """Return what the picture of a state shows, in words."""
        text = self._alt
        if callable(text):  # a portable one reads what the figure function receives
            state = self.state(values)
            text = text(**self.arguments(state) if is_portable(text) else state)
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
        specs = []
        for name, control in self.controls.items():
            spec = {"name": name, "label": self.label(name), **control.spec()}
            if self.code and isinstance(control, Listed):
                spec["objects"] = self._portable_options(name, control)
            specs.append(spec)
        return specs

    def page(self) -> dict[str, Any]:
        """Return all that a page needs besides pictures, ready for JSON."""
        controls = self.spec()
        return {
            "title": self.title, "defaults": self.defaults, "code": self.code, "controls": controls,
        }  # fmt: skip

    def _portable_options(self, name: str, control: Listed) -> list[Any]:
        options = [control.argument(state) for state in control.states]
        try:
            json.dumps(options, allow_nan=False)
        except (TypeError, ValueError) as problem:
            raise ValueError(
                f"{name}: {self._name} is portable; its options must be numbers, texts, lists or "
                f"dictionaries ({problem})"
            ) from None
        return options

    def record(self, **more: Any) -> dict[str, Any]:
        """Return the metadata of an output: alt text, controls, the state shown, and ``more``."""
        explorer = {"title": self.title, "controls": self.spec(), "state": self.defaults, **more}
        return {"lecturekit": {"alt": self.alt_text({}), "explorer": explorer}}

    def summary(self) -> str:
        """Return the default state in one line of plain text."""
        return f"{self.title}: {self.alt_text({})} ({self.describe({})})"

    def _translated(self) -> str:
        """The figure function and its alt text as JavaScript: {figure(values), words(values)}."""
        functions = [self.figure_function]
        if callable(self._alt):
            if not is_portable(self._alt):
                raise ValueError(
                    f"{self._name} is portable; its alt must be a text or portable too"
                )
            functions.append(self._alt)
        calls = [f"functions[{n}]({self._passed(made)})" for n, made in enumerate(functions)]
        words = f"(v) => {calls[1]}" if len(calls) == 2 else "null"
        code = translate(*functions)
        ends = f"return {{figure: (v) => {calls[0]}, words: {words}}};"
        return f"(() => {{\nconst functions = {code};\n{ends}\n}})()"

    def _passed(self, function: Callable[..., Any]) -> str:
        """The arguments of a call in JavaScript, which passes them by position."""
        names = list(inspect.signature(function).parameters)
        given = [name for name in names if name in self.controls]
        if given != names[: len(given)]:
            raise ValueError(f"{function.__name__}: arguments without a control come last")
        return ", ".join(f"v.{name}" for name in given)

    def _check_controls(self) -> None:
        for name, control in self.controls.items():
            if not isinstance(control, Control):
                raise ValueError(f"{name} is {control!r}; give a control such as a Slider")
        if not self.controls:
            raise ValueError(f"{self._name}: no controls; give a control such as a Slider")
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
