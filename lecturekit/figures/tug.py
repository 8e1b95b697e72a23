"""Figures of two tasks that pull at one point, of gates and heads, and of balancing methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.style import INK, figure, look
from lecturekit.multitask.tug import Tasks

Floats = NDArray[np.floating]


def _ellipse(centre: Floats, curvature: Floats, level: float) -> Floats:
    """Points where ½ (θ − c)ᵀ H (θ − c) equals `level`: [2, points]."""
    values, vectors = np.linalg.eigh(np.asarray(curvature, float))
    turn = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    return np.asarray(centre)[:, None] + vectors @ (np.sqrt(2 * level / values)[:, None] * circle)


def tug_of_war(of: Tasks, way: Floats, *, title: str) -> go.Figure:
    """Level lines of both losses, the way of θ, and where the mean of both is smallest."""
    made = figure(title, "θ₁", "θ₂", height=520)
    for t in range(2):
        seen = look(t)
        for n, level in enumerate((0.1, 0.5, 1.5, 3.5)):
            x, y = _ellipse(of.centres[t], of.curvatures[t], level)
            made.add_scatter(
                x=x, y=y, mode="lines", hoverinfo="skip", name=f"loss of task {'AB'[t]}",
                showlegend=n == 0, opacity=0.75,
                line={"color": seen.colour, "dash": ("solid", "dash")[t], "width": 1.5},
            )  # fmt: skip
        made.add_scatter(
            x=[of.centres[t, 0]], y=[of.centres[t, 1]], mode="markers+text", showlegend=False,
            text=["AB"[t]], textposition="bottom center", hoverinfo="skip",
            marker={"color": seen.colour, "symbol": seen.marker, "size": 13},
        )  # fmt: skip
    made.add_scatter(
        x=way[:, 0], y=way[:, 1], mode="lines+markers", name="the way of θ",
        line={"color": INK, "width": 2}, marker={"size": 6, "color": INK},
    )  # fmt: skip
    made.add_scatter(
        x=way[:1, 0], y=way[:1, 1], mode="markers", name="start",
        marker={"symbol": "circle-open", "size": 16, "color": INK, "line": {"width": 3}},
    )  # fmt: skip
    best, seen = of.compromise, look(2)
    made.add_scatter(
        x=best[:1], y=best[1:], mode="markers", name="best for the mean of both",
        marker={"symbol": "star", "size": 18, "color": seen.colour},
    )  # fmt: skip
    made.update_xaxes(range=[-2.4, 2.4], constrain="domain")
    made.update_yaxes(range=[-1.6, 2.1], scaleanchor="x", scaleratio=1)
    return made


def reach_of_gate(
    wanted: Floats, reached: Floats, low: Floats, high: Floats, *, title: str
) -> go.Figure:
    """One head's weights, what the gate makes of the shared ones, and the range it cannot leave.

    Args:
        wanted, reached: [features] weights of the head and the nearest the gate comes.
        low, high: [features] ends of the gate's range; ±inf where it is unbounded.
    """
    names = [f"h{k + 1}" for k in range(len(wanted))]
    made = figure(title, "feature of the trunk", "weight")
    edge = 1.15 * max(np.abs(wanted).max(), np.abs(reached).max())
    bottom, top = np.maximum(low, -edge), np.minimum(high, edge)
    made.add_bar(
        x=names, y=top - bottom, base=bottom, name="what this gate can reach", width=0.8,
        marker={"color": "#E3E3E3", "line": {"color": "#9A9A9A", "width": 1}}, hoverinfo="skip",
    )  # fmt: skip
    for i, (name, values) in enumerate((("head", wanted), ("shared weights × gate", reached))):
        seen = look(i)
        symbol = f"{seen.marker}-open" if i else seen.marker
        made.add_scatter(
            x=names, y=values, mode="markers", name=name,
            marker={"color": seen.colour, "symbol": symbol, "size": 11 + 7 * i,
                    "line": {"width": 3}},
        )  # fmt: skip
    made.update_yaxes(range=[-edge, edge])
    return made


def balancing(scores: Mapping[str, Floats], settings: Sequence[str], *, title: str) -> go.Figure:
    """Mean explained variance of two tasks by method, one series per setting.

    Args:
        scores: method → [settings, seeds, 2 tasks], percent.
    """
    made = figure(title, "", "explained variance, mean of both tasks (%)", height=440)
    methods = list(scores)
    for i, setting in enumerate(settings):
        seen = look(i)
        table = np.stack([scores[m][i].mean(-1) for m in methods])
        made.add_scatter(
            x=methods, y=table.mean(1), mode="markers", name=setting,
            marker={"color": seen.colour, "symbol": seen.marker, "size": 13},
            error_y={"array": table.std(1, ddof=1), "thickness": 2, "width": 6},
        )  # fmt: skip
    return made


def stale_steps(updates: Sequence[int], formula: Floats, found: Floats, *, title: str) -> go.Figure:
    """First step of a head that Adam sees for the first time, in units of the step size."""
    made = figure(
        title, "updates of the shared optimiser before the head's first", "first step / step size"
    )
    for i, (name, values) in enumerate((("formula", formula), ("Keras Adam", found))):
        seen = look(i)
        made.add_scatter(
            x=list(updates), y=values, name=name, mode="lines" if i == 0 else "markers",
            line={"color": seen.colour, "width": 3},
            marker={"color": seen.colour, "symbol": seen.marker, "size": 10},
        )  # fmt: skip
    made.update_xaxes(type="log", dtick=1)
    return made
