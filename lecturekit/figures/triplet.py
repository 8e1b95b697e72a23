"""Figures of the triplet notebook: curves over training, distances of a race, cost of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.marks import seeds_curve, upright
from lecturekit.figures.style import INK, figure, look

Floats = NDArray[np.floating]
BINS = np.linspace(0, 2, 41)  # distances between unit vectors


def curves(
    steps: Sequence[float],
    rows: Mapping[str, Floats],
    *,
    title: str,
    unit: str,
    x: str = "step",
    log: bool = False,
    level: tuple[float, str] | None = None,
    now: int | None = None,
    height: int = 420,
) -> go.Figure:
    """A line for each name over training; of several seeds the mean, with their range behind it.

    Args:
        steps: [looks]; rows: name → [looks] or [seeds, looks].
        log: a logarithmic vertical axis.
        level: a value worth a dashed line, and its name.
        now: number of the look to mark.
    """
    made = figure(title, x, unit, height=height)
    for i, (name, found) in enumerate(rows.items()):
        seeds_curve(made, steps, np.atleast_2d(found), look(i), name=name, size=8)
    if level:
        made.add_scatter(
            x=[steps[0], steps[-1]], y=[level[0]] * 2, mode="lines", name=level[1],
            line={"color": INK, "dash": "dash", "width": 2}, hoverinfo="skip",
        )  # fmt: skip
    if now is not None:
        upright(made, steps[now], width=2)
    if log:
        made.update_yaxes(type="log", exponentformat="power")
    else:
        made.update_yaxes(rangemode="tozero")
    return made


def distances(similar: Floats, dissimilar: Floats, *, title: str, height: int = 420) -> go.Figure:
    """How far apart rows of one class and of two classes are: two outlines over D.

    Args:
        similar, dissimilar: distances between unit vectors, 0 … 2, any number of each.
    """
    made = figure(title, "distance D", "share per bin of 0.05 (%)", height=height)
    for i, (name, found) in enumerate((("same class", similar), ("two classes", dissimilar))):
        seen, counted = look(i), np.histogram(np.clip(found, 0, 2), BINS)[0]
        made.add_scatter(
            x=BINS[:-1], y=100 * counted / max(len(found), 1), mode="lines", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3, "shape": "hv"},
            fill="tozeroy",
        )  # fmt: skip
    made.update_xaxes(range=[0, 2])
    made.update_yaxes(range=[0, 60])
    return made


def race(
    steps: Sequence[int],
    scores: Mapping[str, Floats],
    apart: Mapping[str, Sequence[tuple[Floats, Floats]]],
    chosen: str,
    at: int,
) -> list[go.Figure]:
    """Who leads at a moment of training, and what the chosen one's distances look like then.

    Args:
        scores: name → [seeds, looks] MAP@R in percent.
        apart: name → for each look the distances in one class and between two.
        chosen: a name; at: number of the look.
    """
    found = scores[chosen][:, at].mean()
    left = curves(
        steps, scores, title=f"Step {steps[at]}: {chosen} {found:.0f} %",
        unit="MAP@R on digits not trained on (%)", now=at,
    )  # fmt: skip
    left.update_yaxes(range=[0, 92])
    similar, dissimilar = apart[chosen][at]
    mean = f"mean D {np.mean(similar):.2f} and {np.mean(dissimilar):.2f}"
    right = distances(similar, dissimilar, title=f"{chosen.capitalize()}: {mean}")
    return [left, right]


def cost(rows: Sequence[int], seconds: Mapping[str, Floats], *, title: str) -> go.Figure:
    """Seconds against the number of rows, both axes logarithmic, and a line of slope 2."""
    made = figure(title, "rows N (log scale)", "seconds (log scale)")
    for i, (name, found) in enumerate(seconds.items()):
        seen = look(i)
        made.add_scatter(
            x=list(rows), y=list(found), mode="lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 11},
        )  # fmt: skip
    first = next(iter(seconds.values()))
    made.add_scatter(
        x=list(rows), y=first[-1] * (np.asarray(rows) / rows[-1]) ** 2, mode="lines",
        name="slope 2: N²", line={"color": INK, "dash": "dash", "width": 2}, hoverinfo="skip",
    )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(rows), ticktext=[f"{n:,}" for n in rows])
    made.update_yaxes(type="log", exponentformat="power")
    return made
