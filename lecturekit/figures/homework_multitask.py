"""Figures of the homework on multi-task learning: gradient surgery, and how much to shrink."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lecturekit.figures.marks import upright
from lecturekit.figures.plane import arrow, square_plane
from lecturekit.figures.style import COLOURS, DASHES, figure, look
from lecturekit.multitask.tug import dot
from lecturekit.portable import portable

STEPS = ("plain sum", "PCGrad")
REACH = 1.2  # how far from the middle, along each axis, a gradient can be dragged


def angle_between(a: list, b: list) -> float:
    """Degrees between two vectors of the plane; 0 if one of them is zero."""
    size = math.hypot(a[0], a[1]) * math.hypot(b[0], b[1])
    return math.acos(min(max(dot(a, b) / size, -1.0), 1.0)) * 180 / math.pi if size > 0 else 0.0


def cut(own: list, other: list) -> list:
    """`own` without the part that points against `other`, after PCGrad (Yu et al. 2020)."""
    size, overlap = dot(other, other), min(dot(own, other), 0.0)
    share = overlap / size if size > 0 else 0.0
    return [own[0] - share * other[0], own[1] - share * other[1]]


def added(gradients: list, method: str) -> list:
    """The sum of both gradients, after surgery if `method` is PCGrad."""
    a, b = gradients
    if method == "PCGrad":
        a, b = cut(gradients[0], gradients[1]), cut(gradients[1], gradients[0])
    return [a[0] + b[0], a[1] + b[1]]


@portable
def surgery(gradients: list, method: str) -> dict:
    """Two gradients, what surgery leaves of them, and half of their sum, which fits the picture.

    Args:
        gradients: [[x, y] of task A, [x, y] of task B]; method: one of STEPS.
    """
    total = added(gradients, method)
    data = []
    for t, letter in enumerate(["A", "B"]):
        data.append(arrow([0.0, 0.0], gradients[t], f"gradient of {letter:s}", t))
        data[-1]["showlegend"] = True
        if method == "PCGrad":
            left = cut(gradients[t], gradients[1 - t])
            data.append(arrow([0.0, 0.0], left, f"what is left of {letter:s}", t, DASHES[2]))
            data[-1]["showlegend"] = True
    half = [total[0] / 2, total[1] / 2]
    data.append(arrow([0.0, 0.0], half, f"{method:s}, half of the sum", 2, DASHES[1]))
    data[-1]["showlegend"] = True
    for t, letter in enumerate(["A", "B"]):
        size = math.hypot(gradients[t][0], gradients[t][1])
        away = 1 + 0.22 / size if size > 0.1 else 3.2  # beyond the handle at the tip
        data.append({
            "x": [away * gradients[t][0]], "y": [away * gradients[t][1]],
            "mode": "text", "text": [letter], "textfont": {"size": 20, "color": COLOURS[t]},
            "name": letter, "showlegend": False, "hoverinfo": "skip",
        })  # fmt: skip
    title = f"{angle_between(gradients[0], gradients[1]):.0f} degrees between A and B"
    with_a, with_b = dot(total, gradients[0]), dot(total, gradients[1])
    below = f"sum · A = {with_a:.2f}, sum · B = {with_b:.2f} (below 0: a step harms that task)"
    layout = square_plane(title, below, -1.8, 1.8)
    layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"] = "weight 1", "weight 2"
    return {"data": data, "layout": layout}


@portable
def surgery_in_words(gradients: list, method: str) -> str:
    """What `surgery` shows."""
    total = added(gradients, method)
    return (
        f"Two gradients as arrows from the middle, "
        f"{angle_between(gradients[0], gradients[1]):.0f} degrees apart, and their sum by "
        f"{method:s}. Its inner product is {dot(total, gradients[0]):.2f} with the gradient of "
        f"task A and {dot(total, gradients[1]):.2f} with that of task B."
    )


def by_penalty(
    penalties: Sequence[float], errors: Mapping[str, Sequence[float]], *, title: str, marked: float
) -> go.Figure:
    """Test error against the penalty of the intercepts, and the penalty that theory asks for.

    Args:
        penalties: λ > 0; errors: name → [penalties] mean squared error.
        marked: the ratio of the variances within and between tasks.
    """
    made = figure(title, "penalty λ (log scale)", "mean squared error on unseen students")
    for i, (name, line) in enumerate(errors.items()):
        seen = look(i)
        made.add_scatter(
            x=list(penalties), y=list(line), mode="lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 10},
        )  # fmt: skip
    upright(made, marked, colour=look(2).colour, dash="longdash", width=2)
    made.add_annotation(
        text="variance within / between", x=math.log10(marked), xanchor="left", xshift=6,
        y=1, yref="paper", yanchor="top", showarrow=False, font={"size": 14},
    )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(penalties), ticktext=[f"{p:g}" for p in penalties])
    return made
