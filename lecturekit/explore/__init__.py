"""``explore(figure_function, …)``: a picture that moves when touched, and its controls.

    def wave(frequency, noisy):
        return go.Figure(…)

    explore(
        wave, title="One wave", alt="A sine wave over one second",
        frequency=Slider(1, 10, label="Frequency in Hz"), noisy=Toggle(label="Add noise"),
    )

The figure function is pure, so that it can be tested, redrawn and computed ahead. Linked pictures
are a list of figures. What is dragged in the picture is a control too (Points, Bars); its function
is best ``portable``, so that it follows the hand without asking Python.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lecturekit.explore.controls import Choice, Control, Slider, Toggle
from lecturekit.explore.handles import Bars, Points
from lecturekit.explore.study import Study
from lecturekit.portable import portable

if TYPE_CHECKING:
    from lecturekit.explore.explorer import Explorer
    from lecturekit.explore.snapshot import Snapshot

__all__ = ["Bars", "Choice", "Points", "Slider", "Study", "Toggle", "explore", "portable"]

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

    figure_function: pure, ``(**values) -> plotly Figure``, or a list of them; it may run in another
        thread than the cells, even while one of them is running. A portable one returns plotly's
        dictionaries and runs in the page.
    title: heading above the controls.
    alt: what the picture shows, for those who do not see it: a text, or a function of the values
        as the reader sees them (a Choice gives its label, not its object).
    controls: a Slider, Choice, Toggle, Points or Bars for every argument of figure_function without
        a default.

    In a live kernel the picture follows the controls. Where nobody is there to touch it
    (papermill), the environment variable LECTUREKIT_STATIC says what is recorded: "1", the default
    state, drawn once; "grid", also the pictures that an exported page moves through.

    Raises ValueError for controls that do not fit, TypeError where figure_function returns no
    figure, and whatever it raises itself at the defaults.
    """
    study = Study(figure_function, controls, title=title, alt=alt)
    static = os.environ.get(STATIC_VARIABLE)
    if static in ("1", "grid"):
        from lecturekit.explore.snapshot import Snapshot

        return Snapshot(study, with_grid=static == "grid")
    from lecturekit.explore.explorer import Explorer

    return Explorer(study)
