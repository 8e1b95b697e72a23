"""``explore(figure_function, …)``: a picture that moves when touched, and its controls.

    def wave(frequency, noisy):
        return go.Figure(…)

    explore(
        wave, title="One wave", alt="A sine wave over one second",
        frequency=Slider(1, 10, label="Frequency in Hz"), noisy=Toggle(label="Add noise"),
    )

The figure function is pure, so that it can be tested, redrawn and computed ahead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lecturekit.explore.controls import Choice, Control, Slider, Toggle
from lecturekit.explore.study import Study

if TYPE_CHECKING:
    from lecturekit.explore.explorer import Explorer
    from lecturekit.explore.snapshot import Snapshot

__all__ = ["Choice", "Slider", "Study", "Toggle", "explore"]

STATIC_VARIABLE = "LECTUREKIT_STATIC"


def explore(
    figure_function: Callable[..., Any],
    /,
    *,
    title: str,
    alt: str | Callable[..., str],
    **controls: Control,
) -> Explorer | Snapshot:
    """Return a picture with a control for each argument: the last line of a notebook cell.

    figure_function: pure, ``(**values) -> plotly Figure``; it may run in another thread than the
        cells, even while one of them is running.
    title: heading above the controls.
    alt: what the picture shows, for those who do not see it: a text, or a function of the values
        as the reader sees them (a Choice gives its label, not its object).
    controls: a Slider, Choice or Toggle for every argument of figure_function without a default.

    In a live kernel the picture follows the controls. Where the environment variable
    LECTUREKIT_STATIC is 1 (papermill: nobody is there to touch it) the default state is drawn once.

    Raises ValueError for controls that do not fit, TypeError where figure_function returns no
    figure, and whatever it raises itself at the defaults.
    """
    study = Study(figure_function, controls, title=title, alt=alt)
    if os.environ.get(STATIC_VARIABLE) == "1":
        from lecturekit.explore.snapshot import Snapshot

        return Snapshot(study)
    from lecturekit.explore.explorer import Explorer

    return Explorer(study)
