"""An embedding that evolves: its maps at one step, and the numbers that no map can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.photos import tile
from lecturekit.figures.style import INK, MARKERS, figure, look
from lecturekit.latent.quality import Quality

Floats = NDArray[np.floating]
MANY = 300  # markers, above which WebGL draws
BLANK = {"showticklabels": False, "ticks": "", "zeroline": False, "showgrid": False}


def evolution(
    frame: int,
    layouts: Mapping[str, Floats],
    quality: Quality,
    label: NDArray[np.integer],
    *,
    steps: Sequence[int],
    point: int | None = None,
    photos: dict[str, Any] | None = None,
) -> list[go.Figure]:
    """A map for each layout at one frame, and a chart of the numbers over all frames.

    Axes stay over all frames, so that what moves has moved.

    Args:
        frame: 0 … frames − 1.
        layouts: name → [frames, rows, 2], such as UMAP and its control, a fixed plane.
        quality: of the first layout; label: [rows] classes; steps: [frames] updates done.
        point: a row to follow: ringed, its photo in the corner.
        photos: a sheet of all rows, see `photos.sprites`; shown for the point under the pointer.
    """
    seen = f"R@1 {quality.recall_at_1[frame]:.0f} %, MAP@R {quality.map_at_r[frame]:.0f} %"
    title = f"Step {steps[frame]}: {seen}, mean D {quality.mean_distance[frame]:.2f}"
    maps = []
    for i, (name, layout) in enumerate(layouts.items()):
        made = figure(name if i else title, "", "", height=480)
        made.update_layout(title={"subtitle": {"text": "" if i else f"{name}; D before mapping"}})
        _classes(made, layout[frame], label, photos is not None, legend=i == 0)
        if photos is not None:
            made.update_layout(meta={"photos": photos})
        if point is not None:
            _follow(made, layout[frame], point, int(label[point]), photos)
        _fixed_axes(made, layout)
        maps.append(made)
    return [*maps, _numbers(frame, quality, steps)]


def side_by_side(
    maps: Mapping[str, Floats],
    numbers: Mapping[str, str],
    label: NDArray[np.integer] | None = None,
    *,
    title: str,
    below: str = "",
) -> go.Figure:
    """Maps beside each other, below each its name and what was measured before mapping.

    Args:
        maps: name → [rows, 2]; numbers: name → a few words.
        label: [rows] classes, shown by colour and marker, and by name in the middle of each; None
            where there are none.
    """
    made = figure(title, "", "", height=430)
    made.update_layout(title={"subtitle": {"text": below}})
    width, names = 1 / len(maps), []
    for i, (name, points) in enumerate(maps.items()):
        axis = str(i + 1) if i else ""
        classes = np.zeros(len(points), int) if label is None else label
        total = sum(map(len, maps.values()))
        _classes(made, points, classes, False, legend=i == 0 and label is not None,
                 axis=axis, many=total > MANY)  # fmt: skip
        domain = [i * width + (0.02 if i else 0), (i + 1) * width - 0.01]
        text = f"{name}<br>{numbers[name]}"
        made.update_layout({
            f"xaxis{axis}": {"domain": domain, "title": {"text": text}, **BLANK},
            f"yaxis{axis}": {"anchor": f"x{axis}", **BLANK},
        })  # fmt: skip
        if label is not None:
            names += _names(points, label, axis)
    made.update_layout(annotations=names)
    return made


def _names(points: Floats, label: NDArray[np.integer], axis: str) -> list[dict[str, Any]]:
    """The name of each class over its middle, for islands whose markers cover one another."""
    middles = {name: np.median(points[label == name], axis=0) for name in np.unique(label)}
    return [
        {"x": x, "y": y, "xref": f"x{axis}", "yref": f"y{axis}", "yshift": 18,
         "text": f"<b>{name}</b>", "showarrow": False, "font": {"size": 16}}
        for name, (x, y) in middles.items()
    ]  # fmt: skip


def _classes(
    made: go.Figure, points: Floats, label: NDArray, by_photo: bool, *, legend: bool,
    axis: str = "", many: bool | None = None,
) -> None:  # fmt: skip
    """A trace for each class, by colour and marker."""
    many = len(points) > MANY if many is None else many
    draw = go.Scattergl if many else go.Scatter
    for k, name in enumerate(np.unique(label)):
        own, seen = np.flatnonzero(label == name), look(k)
        symbol = f"{seen.marker}-open" if k >= len(MARKERS) else seen.marker
        hover = {"hoverinfo": "none"} if by_photo else {"hovertemplate": f"{name}<extra></extra>"}
        made.add_trace(draw(
            x=points[own, 0], y=points[own, 1], mode="markers", name=str(name),
            customdata=own, text=[f"{name}, row {row}" for row in own], showlegend=legend,
            xaxis=f"x{axis}", yaxis=f"y{axis}", **hover,
            marker={"color": seen.colour, "symbol": symbol, "size": 8},
        ))  # fmt: skip


def _follow(
    made: go.Figure, points: Floats, row: int, name: int, photos: dict[str, Any] | None
) -> None:
    """A ring around one point, and its photo in the corner."""
    draw = go.Scattergl if len(points) > MANY else go.Scatter
    made.add_trace(draw(
        x=[points[row, 0]], y=[points[row, 1]], mode="markers", name="followed",
        showlegend=False, hoverinfo="skip",
        marker={"color": INK, "symbol": "circle-open", "size": 24, "line": {"width": 4}},
    ))  # fmt: skip
    if photos is not None:
        made.add_layout_image({
            "source": tile(photos, row), "xref": "paper", "yref": "paper", "x": 1, "y": 1,
            "sizex": 0.18, "sizey": 0.18, "xanchor": "right", "yanchor": "top", "layer": "above",
        })  # fmt: skip
    made.add_annotation(
        x=1,
        y=0.81 if photos is not None else 1,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="top",
        text=f"{name}, row {row}",
        showarrow=False,
        font={"size": 15},
    )


def _fixed_axes(made: go.Figure, layout: Floats) -> None:
    low, high = layout.min((0, 1)), layout.max((0, 1))
    middle, half = (low + high) / 2, 0.54 * max(float((high - low).max()), 1e-6)
    made.update_xaxes(
        range=[float(middle[0] - half), float(middle[0] + half)], constrain="domain", **BLANK
    )
    made.update_yaxes(
        range=[float(middle[1] - half), float(middle[1] + half)], scaleanchor="x", **BLANK
    )


def _numbers(frame: int, quality: Quality, steps: Sequence[int]) -> go.Figure:
    """The numbers over all frames; only the line of now moves."""
    made = figure("What no map shows", "step of the training", "%", height=480)
    at = list(range(len(steps)))
    rows = (
        ("R@1", quality.recall_at_1, "y"),
        ("MAP@R", quality.map_at_r, "y"),
        ("trustworthiness", 100 * quality.trustworthiness, "y"),
        ("mean D (right axis)", quality.mean_distance, "y2"),
    )
    for i, (name, row, axis) in enumerate(rows):
        seen = look(i)
        made.add_scatter(
            x=at, y=row, mode="lines+markers", name=name, yaxis=axis,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 8}, hovertemplate="%{y:.3g}",
        )  # fmt: skip
    made.add_scatter(
        x=[frame, frame], y=[0, 105], mode="lines", name="now", showlegend=False,
        line={"color": INK, "dash": "dot", "width": 3}, hoverinfo="skip",
    )  # fmt: skip
    some = at[:: max(1, len(at) // 8)]
    made.update_xaxes(tickvals=some, ticktext=[f"{steps[k]:,}" for k in some])
    made.update_yaxes(range=[0, 105])
    made.update_layout(yaxis2={
        "overlaying": "y", "side": "right", "range": [0, 2.1], "title": {"text": "mean D"},
        "showgrid": False,
    })  # fmt: skip
    return made
