"""Figures of two tasks that pull at one point, of gates and heads, and of balancing methods."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.plane import CORNERS, arrow, place, square_plane
from lecturekit.figures.style import COLOURS, DASHES, INK, figure, look
from lecturekit.multitask.tug import (
    CENTRES,
    STRETCH,
    compromise,
    curvatures,
    gradients,
    losses,
    path,
)
from lecturekit.portable import portable

Floats = NDArray[np.floating]
LEVELS = (0.1, 0.5, 1.5, 3.5)
PULL = 0.15  # length of an arrow for a gradient of length 1


def valley(centre: list, angle: float, level: float) -> dict:
    """x and y of the points where a loss with its long valley at `angle` degrees equals `level`."""
    turn = angle * math.pi / 180
    along, across = math.sqrt(2 * level), math.sqrt(2 * level / STRETCH)
    circle = [2 * math.pi * k / CORNERS for k in range(CORNERS + 1)]
    points = [[along * math.cos(t), across * math.sin(t)] for t in circle]
    return {
        "x": [centre[0] + u[0] * math.cos(turn) - u[1] * math.sin(turn) for u in points],
        "y": [centre[1] + u[0] * math.sin(turn) + u[1] * math.cos(turn) for u in points],
    }


@portable
def tug_of_war(start: list, method: str, step: float, angle: float) -> dict:
    """Level lines of both losses, both pulls at the start, the way of θ, and the compromise.

    Args:
        start: [[x, y]], where θ begins; method: one of tug.METHODS; step: its step size.
        angle: degrees at which the valleys cross.
    """
    bends = curvatures(angle)
    way = path(method, bends, start[0], step)
    pulls, best = gradients(start[0], bends), compromise(bends)
    data = []
    for t, letter in enumerate(["A", "B"]):
        for n, level in enumerate(LEVELS):
            line = valley(CENTRES[t], (2 * t - 1) * angle / 2, level)
            line["mode"], line["name"] = "lines", f"loss of task {letter:s}"
            line["showlegend"], line["hoverinfo"], line["opacity"] = n == 0, "skip", 0.75
            line["line"] = {"color": COLOURS[t], "dash": DASHES[t], "width": 1.5}
            data.append(line)
        data.append(place(CENTRES[t], letter, t))
    for t, letter in enumerate(["A", "B"]):
        pull = [-PULL * pulls[t][0], -PULL * pulls[t][1]]
        data.append(arrow(start[0], pull, f"pull of {letter:s}", t, DASHES[t]))
        data[-1]["showlegend"] = True
    data.append({
        "x": [point[0] for point in way], "y": [point[1] for point in way],
        "mode": "lines+markers", "name": "the way of θ",
        "line": {"color": INK, "width": 2}, "marker": {"size": 6, "color": INK},
    })  # fmt: skip
    data.append({
        "x": [best[0]], "y": [best[1]], "mode": "markers", "name": "best for the mean of both",
        "marker": {"symbol": "star", "size": 18, "color": COLOURS[2]},
    })  # fmt: skip
    at_start, at_end = losses(start[0], bends), losses(way[-1], bends)
    title = f"{method:s}: loss A {at_end[0]:.2f}, loss B {at_end[1]:.2f}"
    below = f"at the start A {at_start[0]:.2f}, B {at_start[1]:.2f}"
    layout = square_plane(title, below, -2.4, 2.4)
    layout["yaxis"]["range"] = [-1.6, 2.1]
    layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"] = "θ₁", "θ₂"
    return {"data": data, "layout": layout}


@portable
def tug_of_war_in_words(start: list, method: str, step: float, angle: float) -> str:
    """What `tug_of_war` shows."""
    bends = curvatures(angle)
    way, best = path(method, bends, start[0], step), compromise(bends)
    missed = math.hypot(way[-1][0] - best[0], way[-1][1] - best[1])
    return (
        f"The way of a point that two quadratic losses pull at, from {start[0][0]:.2f}, "
        f"{start[0][1]:.2f} by {method:s} with step size {step:.2f}; valleys cross at {angle:.0f} "
        f"degrees. It ends {missed:.2f} away from the best point for the mean of both losses."
    )


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
