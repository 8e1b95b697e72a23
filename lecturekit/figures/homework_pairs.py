"""Pictures of the homework on paired losses: what a miner takes, and points that settle."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lecturekit.by_hand import difference, length
from lecturekit.figures.plane import circle, place, square_plane, words
from lecturekit.figures.style import INK, figure, look
from lecturekit.portable import portable

FIRST = 2  # row number of the first negative; rows 0 and 1 are anchor and positive


def semi_hard_of(points: list, margin: float) -> dict:
    """What a semi-hard miner finds for one anchor and one positive (Schroff et al. 2015).

    Args:
        points: [anchor, positive, negative, …], each [2]; margin: α > 0.
    Returns: {"apart": D(a, p), "distances": D(a, n) of every negative, "row": place in `points` of
        the nearest negative with D(a, p) < D(a, n) < D(a, p) + α, else −1}.
    """
    apart = length(difference(points[0], points[1]))
    distances = [length(difference(points[0], point)) for point in points[FIRST:]]
    inside = [d for d in distances if apart < d and d < apart + margin]
    row = -1
    for k, d in enumerate(distances):
        if row < 0 and len(inside) > 0 and d == min(inside):
            row = FIRST + k
    return {"apart": apart, "distances": distances, "row": row}


@portable
def mining_board(points: list, margin: float, reveal: bool) -> dict:
    """An anchor, a positive and some negatives; on demand the zones and the negative that is mined.

    Args:
        points: [anchor, positive, negative, …], each [2], named by row number.
        margin: α > 0; reveal: show both circles and the answer.
    """
    found = semi_hard_of(points, margin)
    apart, row = found["apart"], found["row"]
    taken = points[row] if row > 0 else points[0]
    low = points[0][1] - apart
    inner = circle(points[0], apart, "inside: hard negatives", INK, "solid")
    outer = circle(points[0], apart + margin, "between the circles: semi-hard", INK, "dash")
    zone = words([points[0][0], low - margin / 2], "semi-hard")
    way = {
        "x": [points[0][0], taken[0]], "y": [points[0][1], taken[1]],
        "mode": "lines+markers", "name": "the one that is mined", "showlegend": False,
        "line": {"color": INK, "width": 3, "dash": "dot"},
        "marker": {"symbol": "circle-open", "size": [0, 34 if row > 0 else 0],
                   "color": INK, "line": {"width": 3}, "opacity": 1},
        "hoverinfo": "name",
    }  # fmt: skip
    for part in [inner, outer, zone, way]:
        part["visible"] = reveal
    data = [inner, outer, zone, way, place(points[0], "0, anchor", 2),
            place(points[1], "1, positive", 0)]  # fmt: skip
    for k, point in enumerate(points[FIRST:]):
        data.append(place(point, f"{FIRST + k:d}", 1))
    title = f"Entry [0, 1] is {row:d}" if reveal else "Entry [0, 1] is …"
    below = f"D(a, p) {apart:.2f}, margin {margin:.1f}; squares are negatives"
    return {"data": data, "layout": square_plane(title, below, -2.0, 2.0)}


@portable
def mining_board_in_words(points: list, margin: float, reveal: bool) -> str:
    """What `mining_board` shows."""
    found = semi_hard_of(points, margin)
    said = f"Row 0 is the anchor, row 1 the positive at distance {found['apart']:.2f}."
    for k, d in enumerate(found["distances"]):
        said = said + f" Row {FIRST + k:d}, a negative, is at {d:.2f}."
    said = said + f" The margin is {margin:.1f}."
    row = found["row"]
    answer = f" The miner takes row {row:d}." if row > 0 else " The miner takes none."
    return said + answer if reveal else said


def cloud(
    points: ArrayLike, labels: ArrayLike, *, title: str, below: str, span: float
) -> go.Figure:
    """Points of the plane by class, marker and colour, on axes that stay as they are.

    Args:
        points: [rows, 2]; labels: whole numbers [rows].
        below: under the title; span: both axes run from −span to span.
    """
    points, labels = np.asarray(points, float), np.asarray(labels)
    made = figure(title, "latent dimension 1", "latent dimension 2", height=520)
    made.update_layout(title={"subtitle": {"text": below}})
    for k, own in enumerate(np.unique(labels)):
        seen = look(k)
        rows = points[labels == own]
        made.add_scatter(
            x=rows[:, 0], y=rows[:, 1], mode="markers", name=f"class {own}",
            marker={"color": seen.colour, "symbol": seen.marker, "size": 13, "opacity": 0.8},
        )  # fmt: skip
    made.update_xaxes(range=[-span, span], constrain="domain")
    made.update_yaxes(range=[-span, span], scaleanchor="x", scaleratio=1)
    return made
