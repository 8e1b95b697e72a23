"""Figures of the consistency notebook: augmented pictures, a run from inside, the slide's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from lecturekit.figures.style import INK, figure, look

Floats = NDArray[np.floating]


def pictures(
    rows: Mapping[str, Floats], *, title: str, height: int = 420, gap: int = 2
) -> go.Figure:
    """Grey pictures in rows, each row with its name.

    Args:
        rows: name → [pictures, height, width], 0 black … 1 white; equally many in each row.
        gap: pixels between two pictures.
    """
    names, stacks = list(rows), [np.asarray(r, float) for r in rows.values()]
    tall = stacks[0].shape[1]
    framed = [np.pad(s, ((0, 0), (gap, gap), (gap, gap)), constant_values=0.5) for s in stacks]
    sheet = np.concatenate([np.concatenate(list(f), axis=1) for f in framed])
    made = figure(title, "", "", height=height)
    made.add_heatmap(
        z=np.round(sheet, 2), zmin=0, zmax=1, colorscale="Greys_r", showscale=False,
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    middles = [(tall + 2 * gap) * (k + 0.5) - 0.5 for k in range(len(names))]
    made.update_xaxes(showticklabels=False, ticks="", showline=False, showgrid=False)
    made.update_yaxes(
        autorange="reversed", scaleanchor="x", tickvals=middles, ticktext=names, ticks="",
        showline=False, showgrid=False,
    )  # fmt: skip
    return made


def run(
    steps: Sequence[int], curves: Mapping[str, Floats], *, title: str, chance: float
) -> list[go.Figure]:
    """A run from inside: the error on the left, three shares that explain it on the right.

    Args:
        steps: [snapshots]; chance: error of guessing, percent.
        curves: "error" (percent), "entropy" (share of its largest value), "confident" and
            "largest" (shares), each [seeds, snapshots].
    """
    left = figure(title, "step", "test error (%)")
    seen = look(0)
    for k, line in enumerate(curves["error"]):
        left.add_scatter(
            x=list(steps), y=line, mode="lines", name="one seed", showlegend=k == 0,
            line={"color": seen.colour, "width": 1.5, "dash": "dot"}, hoverinfo="y",
        )  # fmt: skip
    left.add_scatter(
        x=list(steps), y=np.mean(curves["error"], 0), mode="lines", name="mean",
        line={"color": seen.colour, "width": 4},
    )  # fmt: skip
    left.add_hline(y=chance, line={"color": INK, "dash": "dash"},
                   annotation={"text": "guessing", "xanchor": "right"})  # fmt: skip
    left.update_yaxes(range=[0, 100])
    right = figure("Inside, mean of the seeds", "step", "share")
    says = {"entropy": "entropy of p / its largest", "confident": "predictions above the mask",
            "largest": "predictions of one class"}  # fmt: skip
    for i, (name, text) in enumerate(says.items(), start=1):
        right.add_scatter(
            x=list(steps), y=np.mean(curves[name], 0), mode="lines", name=text,
            line={"color": look(i).colour, "dash": look(i).dash, "width": 3},
        )  # fmt: skip
    right.update_yaxes(range=[0, 1.03])
    return [left, right]


def reduction(
    shares: ArrayLike, starts: Sequence[str], columns: Sequence[str], *, title: str
) -> go.Figure:
    """Share of the errors that disappear, for each data set and each start.

    Args:
        shares: percent [starts, columns]; a cell that was never measured is NaN.
    """
    made = figure(title, "", "errors that disappear (%)")
    for i, (name, row) in enumerate(zip(starts, np.asarray(shares, float), strict=True)):
        made.add_scatter(
            x=list(columns), y=row, mode="markers", name=name,
            marker={"color": look(i).colour, "symbol": look(i).marker, "size": 15},
        )  # fmt: skip
    made.add_hline(y=0, line={"color": INK})
    return made


def theorem(
    labels: Sequence[int], lines: Mapping[str, Floats], points: Mapping[str, Floats], *, title: str
) -> go.Figure:
    """Share of rows without a right label against the number of labels: formula and simulation.

    Args:
        lines, points: name → [labels], shares.
    """
    made = figure(title, "labels (log scale)", "share of rows in the dark")
    for i, (name, row) in enumerate({**lines, **points}.items()):
        seen, line = look(i), name in lines
        made.add_scatter(
            x=list(labels), y=row, mode="lines" if line else "lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 4 if line else 2},
            marker={"symbol": seen.marker, "size": 11},
        )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(labels), ticktext=[str(m) for m in labels])
    made.update_yaxes(range=[0, 1])
    return made


def pairs(
    table: Mapping[str, tuple[Floats, Floats]], *, names: tuple[str, str], title: str, unit: str
) -> go.Figure:
    """Before and after for each row: two means joined by a line, every seed a small dot.

    Args:
        table: row → (before, after), each [seeds]; names: of the two.
    """
    rows = list(table)[::-1]
    made = figure(title, unit, "", height=170 + 42 * len(rows))
    for row in rows:
        made.add_scatter(
            x=[np.mean(v) for v in table[row]], y=[row, row], mode="lines", showlegend=False,
            line={"color": INK, "width": 3}, hoverinfo="skip",
        )  # fmt: skip
    for i, name in enumerate(names):
        seen = look(i)
        dots = [(v, row) for row in rows for v in table[row][i]]
        made.add_scatter(
            x=[v for v, _ in dots], y=[row for _, row in dots], mode="markers", showlegend=False,
            marker={"color": seen.colour, "symbol": seen.marker, "size": 7, "opacity": 0.35},
            hoverinfo="x",
        )  # fmt: skip
        made.add_scatter(
            x=[np.mean(table[row][i]) for row in rows], y=rows, mode="markers", name=name,
            marker={"color": seen.colour, "symbol": seen.marker, "size": 15},
        )  # fmt: skip
    made.update_yaxes(categoryorder="array", categoryarray=rows)
    made.update_xaxes(rangemode="tozero")
    return made
