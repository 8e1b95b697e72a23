"""Figures of the first notebook: a line fitted by hand, and how an interval becomes a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.claims import Setting
from lecturekit.figures.marks import upright
from lecturekit.figures.style import figure, look

Floats = NDArray[np.floating]


def line_by_hand(
    x: Floats,
    y: Floats,
    slope: float,
    height: float,
    *,
    title: str,
    names: tuple[str, str],
    best: bool = False,
) -> go.Figure:
    """Points, the line y = slope · x + height, and the least-squares line if `best`.

    Args:
        x, y: [points]; names: of the axes.
    """
    made = figure(title, *names, height=440)
    marker = {"size": 5, "opacity": 0.35, "color": "#777777"}
    made.add_trace(go.Scattergl(x=x, y=y, mode="markers", name="student", marker=marker))
    ends = np.array([x.min(), x.max()])
    lines = [("your line", slope * ends + height, look(0))]
    if best:
        lines.append(("least squares", np.polyval(np.polyfit(x, y, 1), ends), look(1)))
    for name, heights, seen in lines:
        stroke = {"color": seen.colour, "dash": seen.dash, "width": 5}
        made.add_scatter(x=ends, y=heights, mode="lines", name=name, line=stroke)
    made.update_yaxes(range=[float(y.min()) - 0.2, float(y.max()) + 0.2])
    return made


def verdict(effects: Sequence[float], judged: Setting, bound: float, *, title: str) -> go.Figure:
    """Effects of single seeds, their 95 % interval, and the bound that decides.

    Args:
        effects: one per seed; judged: the setting made from them; bound: its criterion.
    """
    made = figure(title, "effect, in the unit of the claim", "", height=300)
    dot, bar = look(0), look(1)
    made.add_scatter(
        x=list(effects), y=["one seed each"] * len(effects), mode="markers",
        name="effect of a seed",
        marker={"color": dot.colour, "symbol": dot.marker, "size": 12, "opacity": 0.6},
    )  # fmt: skip
    made.add_scatter(
        x=[judged.effect], y=["mean, 95 % interval"], mode="markers", name="mean of all seeds",
        marker={"color": bar.colour, "symbol": bar.marker, "size": 15},
        error_x={"array": [judged.high - judged.effect], "thickness": 4, "width": 10},
    )  # fmt: skip
    upright(made, bound, dash="dash")
    made.update_xaxes(range=[-4, 4])
    made.update_yaxes(categoryarray=["mean, 95 % interval", "one seed each"])
    return made
