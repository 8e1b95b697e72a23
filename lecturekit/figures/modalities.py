"""Figures of the modalities notebook: matrices, their cut, attention, weights and accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.claims import interval
from lecturekit.figures.marks import NUMBER, SQUARES
from lecturekit.figures.style import INK, figure, look
from lecturekit.modalities.clusters import as_sets, clusters, links

Floats = NDArray[np.floating]
# Names that need room rise to their tick, so that the last one stays in the picture.
SLANTED = [0, -30, -90]


def in_braces(groups: Sequence[int] | NDArray, names: Sequence[str]) -> str:
    """Groups as a slide writes them: {1, 2, 4} {3} {5}."""
    return " ".join("{" + ", ".join(group) + "}" for group in as_sets(groups, list(names)))


def heat(
    values: Floats,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    x: str = "",
    y: str = "",
    top: float | None = None,
    text: str = "%{z:.2~f}",
    height: int = 460,
) -> go.Figure:
    """A matrix with its numbers written into it; light is small.

    Args:
        values: [rows, columns]; top: the value of the darkest colour, the largest one if None.
        text: plotly's template of a number; empty for none.
    """
    made = figure(title, x, y, height=height)
    made.add_heatmap(
        z=values, x=list(columns), y=list(rows), zmin=0, zmax=top or float(np.nanmax(values)),
        colorscale=SQUARES, showscale=False, xgap=2, ygap=2,
        texttemplate=text, textfont={"color": NUMBER},
        hovertemplate="%{y} → %{x}: %{z:.3f}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(type="category", showgrid=False, ticks="", autotickangles=SLANTED)
    made.update_yaxes(type="category", autorange="reversed", showgrid=False, ticks="")
    return made


def cut(distances: Floats, names: Sequence[str], at: float) -> list[go.Figure]:
    """The matrix, sorted and framed by group, and the tree of merges with the cut as a line.

    Args:
        distances: [n, n], see `clusters.links`; names: [n]; at: join up to this distance.
    """
    groups, merges = clusters(distances, cut=at), links(distances)
    size, leaves = len(names), _leaves(merges)
    first = {g: leaves.index(next(k for k in leaves if groups[k] == g)) for g in set(groups)}
    order = sorted(range(size), key=lambda k: (first[groups[k]], leaves.index(k)))
    sorted_names = [str(names[k]) for k in order]
    left = heat(distances[np.ix_(order, order)], sorted_names, sorted_names,
                title=f"Cut at {at:g}: {in_braces(groups, names)}")  # fmt: skip
    at_row = 0
    for group in sorted(first, key=first.__getitem__):
        own = int(np.sum(groups == group))
        ends = [at_row - 0.5, at_row + own - 0.5]
        left.add_shape(type="rect", x0=ends[0], x1=ends[1], y0=ends[0], y1=ends[1],
                       line={"color": look(1).colour, "width": 4})  # fmt: skip
        at_row += own
    return [left, _tree(merges, leaves, groups, names, at)]


def _leaves(merges: Floats) -> list[int]:
    """Leaves from left to right, so that no two branches cross."""
    size = len(merges) + 1
    members = {k: [k] for k in range(size)}
    for node, (one, other, *_) in enumerate(merges, size):
        members[node] = members[int(one)] + members[int(other)]
    return members[2 * size - 2]


def _tree(
    merges: Floats, leaves: list[int], groups: NDArray, names: Sequence[str], at: float
) -> go.Figure:
    size = len(names)
    made = figure("Who is joined when", "", "distance when joined", height=460)
    x = {k: float(leaves.index(k)) for k in range(size)}
    y = dict.fromkeys(range(size), 0.0)
    lines: dict[bool, list[tuple[float | None, float | None]]] = {True: [], False: []}
    for node, (one, other, height, _) in enumerate(merges, size):
        a, b = int(one), int(other)
        corners = [(x[a], y[a]), (x[a], height), (x[b], height), (x[b], y[b]), (None, None)]
        lines[height <= at] += corners
        x[node], y[node] = (x[a] + x[b]) / 2, float(height)
    for joined, name, seen in ((True, "joined", look(0)), (False, "kept apart", look(6))):
        made.add_scatter(
            x=[c[0] for c in lines[joined]], y=[c[1] for c in lines[joined]], mode="lines",
            name=name, hoverinfo="skip",
            line={"color": seen.colour, "width": 4, "dash": "solid" if joined else "dot"},
        )  # fmt: skip
    top = 1.1 * max(float(merges[:, 2].max()), at)
    made.add_scatter(x=[-0.5, size - 0.5], y=[at, at], mode="lines", name="cut",
                     line={"color": look(1).colour, "dash": "dash", "width": 3})  # fmt: skip
    made.add_scatter(
        x=[leaves.index(k) for k in range(size)], y=[0] * size, mode="markers", name="group",
        showlegend=False, text=[f"{n}: group {g + 1}" for n, g in zip(names, groups, strict=True)],
        hovertemplate="%{text}<extra></extra>",
        marker={"color": [look(int(g)).colour for g in groups], "size": 14,
                "symbol": [look(int(g)).marker for g in groups]},
    )  # fmt: skip
    made.update_xaxes(tickvals=list(range(size)), ticktext=[str(names[k]) for k in leaves],
                      range=[-0.6, size - 0.4], showgrid=False, autotickangles=SLANTED)  # fmt: skip
    made.update_yaxes(range=[-0.04 * top, top])
    return made


def attention(
    step: int,
    over: Floats,
    past: Floats,
    names: Sequence[str],
    *,
    title: str,
    cue: int,
) -> list[go.Figure]:
    """What a fusion layer looks at in one moment: modalities at each other, and each at its past.

    Args:
        step: 0 … T − 1. over: [M, M], row looks at column. past: [M, T] weights of the steps.
        cue: the step at which something worth remembering happened.
    """
    left = heat(over, names, names, title=title, x="is looked at", y="looks", top=1.0)
    steps = [str(k) for k in range(past.shape[1])]
    right = heat(
        past,
        names,
        steps,
        title=f"Step {step} looks back",
        x="step; dashed: the cue",
        y="",
        top=1.0,
    )
    right.add_shape(type="rect", x0=cue - 0.5, x1=cue + 0.5, y0=-0.5, y1=len(names) - 0.5,
                    line={"color": look(1).colour, "width": 4, "dash": "dash"})  # fmt: skip
    return [left, right]


def trade_off(
    weights: Mapping[str, float], scores: Mapping[str, Floats], *, title: str, x: str, unit: str
) -> go.Figure:
    """Accuracy against how many numbers are trained: seeds as dots, the mean with its interval.

    Args:
        weights: name → number of weights; scores: name → [seeds].
    """
    made = figure(title, x, unit)
    for i, (name, found) in enumerate(scores.items()):
        seen = look(i)
        mean, low, _ = interval(found) if len(found) > 1 else (found[0], found[0], found[0])
        made.add_scatter(
            x=[weights[name]] * len(found), y=list(found), mode="markers", showlegend=False,
            hoverinfo="y",
            marker={"color": seen.colour, "symbol": seen.marker, "size": 8, "opacity": 0.4},
        )  # fmt: skip
        made.add_scatter(
            x=[weights[name]], y=[mean], mode="markers", name=name,
            error_y={"array": [mean - low], "thickness": 3, "width": 8, "color": seen.colour},
            marker={"color": seen.colour, "symbol": seen.marker, "size": 15,
                    "line": {"color": INK, "width": 1}},
        )  # fmt: skip
    made.update_xaxes(rangemode="tozero")
    return made


def parts(counted: Mapping[str, int], *, title: str) -> go.Figure:
    """Weights of a sub-channel embedding, part upon part, beside one dense layer on flat input.

    Args:
        counted: as `subchannel.weights_of` returns it.
    """
    made = figure(title, "weights", "", height=320)
    rows = ["embedding", "one dense layer"]
    patterns = ("", "/", "x", ".")
    names = ("sub", "channel", "linear", "direct")
    for i, (name, pattern) in enumerate(zip(names, patterns, strict=True)):
        made.add_bar(
            y=rows, x=[counted[name], 0], name=f"FFN {name}" if i < 2 else name, orientation="h",
            marker={"color": look(i).colour, "pattern": {"shape": pattern}},
        )  # fmt: skip
    made.add_bar(y=rows, x=[0, counted["flat"]], name="flat", orientation="h",
                 marker={"color": INK, "pattern": {"shape": "-"}})  # fmt: skip
    made.update_layout(barmode="stack", yaxis={"autorange": "reversed"})
    return made
