"""The tree of the classes as a dendrogram, cut by a level; see `mining.hierarchy`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lecturekit.figures.style import INK, figure, look
from lecturekit.mining.hierarchy import BASE, Tree


def dendrogram(
    tree: Tree, level: int, *, names: Sequence[str], title: str, anchor: int | None = None
) -> go.Figure:
    """Merges drawn at their heights; what has merged at this level is one colour, dash and marker.

    Args:
        level: 0 … L, drawn as a line; names: of the classes, in the order of the tree's.
        anchor: a class whose margins against all others are written under their names.
    Raises:
        ValueError: another number of names than classes, no such level, no such class.
    """
    count = len(tree.names)
    if len(names) != count:
        raise ValueError(f"the tree has {count} classes, got {len(names)} names")
    if anchor is not None and not 0 <= anchor < count:
        raise ValueError(f"anchor must be a class 0 … {count - 1}, got {anchor}")
    clusters = tree.clusters(level)
    order, corners = _drawn(tree)
    made = figure(title, "", "squared distance of two classes", height=460)
    above = [shape for shape, _, height in corners if height > tree.thresholds[level] + 1e-9]
    made.add_scatter(**_lines(above), mode="lines", name="merge later", hoverinfo="skip",
                     line={"color": INK, "width": 2})  # fmt: skip
    for number, cluster in enumerate(dict.fromkeys(clusters[order])):
        seen, own = look(number), [k for k in order if clusters[k] == cluster]
        below = [
            shape for shape, leaf, height in corners
            if clusters[leaf] == cluster and height <= tree.thresholds[level] + 1e-9
        ]  # fmt: skip
        called = ", ".join(str(names[k]) for k in own)
        symbol = seen.marker if number < 7 else f"{seen.marker}-open"
        made.add_scatter(**_lines(below), mode="lines", name=called, showlegend=False,
                         line={"color": seen.colour, "dash": seen.dash, "width": 4},
                         hoverinfo="skip")  # fmt: skip
        made.add_scatter(
            x=[order.index(k) for k in own], y=[0] * len(own), mode="markers", name=called,
            showlegend=False, text=[_within(tree, k, names) for k in own],
            hovertemplate="%{text}<extra></extra>",
            marker={"color": seen.colour, "symbol": symbol, "size": 14},
        )  # fmt: skip
    height = float(tree.thresholds[level])
    made.add_scatter(x=[-0.5, count - 0.5], y=[height, height], mode="lines", name=f"level {level}",
                     line={"color": look(6).colour, "dash": "dash", "width": 3})  # fmt: skip
    made.update_xaxes(
        tickvals=list(range(count)), ticktext=[_leaf(tree, k, names, anchor) for k in order],
        range=[-0.6, count - 0.4], showgrid=False,
    )  # fmt: skip
    made.update_yaxes(range=[-0.1, 1.08 * max(float(tree.links[:, 2].max()), height, 0.1)])
    return made


def _drawn(tree: Tree) -> tuple[list[int], list[tuple[list[tuple[float, float]], int, float]]]:
    """Leaves from left to right; and each merge: its four corners, a leaf below it, its height."""
    count = len(tree.names)
    members = {k: [k] for k in range(count)}
    for node, (one, other, *_) in enumerate(tree.links, count):
        members[node] = members[int(one)] + members[int(other)]
    order = members[2 * count - 2]
    x = {k: float(order.index(k)) for k in range(count)}
    y = dict.fromkeys(range(count), 0.0)
    corners = []
    for node, (one, other, height, _) in enumerate(tree.links, count):
        a, b = int(one), int(other)
        shape = [(x[a], y[a]), (x[a], height), (x[b], height), (x[b], y[b])]
        corners.append((shape, members[node][0], float(height)))
        x[node], y[node] = (x[a] + x[b]) / 2, float(height)
    return order, corners


def _lines(shapes: Sequence[Sequence[tuple[float, float]]]) -> dict[str, list[float | None]]:
    """Several lines as one trace, with a gap after each."""
    points = [point for shape in shapes for point in (*shape, (None, None))]
    return {"x": [x for x, _ in points], "y": [y for _, y in points]}


def _within(tree: Tree, k: int, names: Sequence[str]) -> str:
    return f"{names[k]}: mean squared distance within {tree.within[k]:.2f}"


def _leaf(tree: Tree, k: int, names: Sequence[str], anchor: int | None) -> str:
    if anchor is None:
        return str(names[k])
    if k == anchor:
        return f"<b>{names[k]}</b><br>anchor"
    return f"{names[k]}<br>{np.round(tree.margins(BASE)[anchor, k], 2):g}"
