"""Compare named results over several seeds: every seed a dot, the mean with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.claims import interval
from lecturekit.figures.style import figure, look

Floats = NDArray[np.floating]


def by_name(
    scores: Mapping[str, Floats],
    *,
    title: str,
    unit: str,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> go.Figure:
    """A row for each name: seeds as small dots, the mean with its 95 % interval as a large one.

    Args:
        scores: name → [seeds], drawn from top to bottom.
        unit: of the scores, title of the axis.
        groups: legend entry → names that look alike; one unnamed group if None.
    """
    names = list(scores)[::-1]
    made = figure(title, unit, "", height=150 + 36 * len(names))
    for i, (kind, members) in enumerate((groups or {"": names}).items()):
        chosen = [n for n in names if n in members]
        if not chosen:
            continue
        seen = look(i)
        mean = np.array([np.mean(scores[n]) for n in chosen])
        low = np.array([interval(scores[n])[1] if len(scores[n]) > 1 else np.nan for n in chosen])
        dots = [(v, n) for n in chosen for v in scores[n]]
        made.add_scatter(
            x=[v for v, _ in dots],
            y=[n for _, n in dots],
            mode="markers",
            marker={"color": seen.colour, "opacity": 0.35, "size": 7, "symbol": seen.marker},
            showlegend=False,
            hoverinfo="x",
        )
        made.add_scatter(
            x=mean,
            y=chosen,
            mode="markers",
            name=kind or "mean",
            showlegend=bool(kind),
            marker={"color": seen.colour, "size": 14, "symbol": seen.marker},
            error_x={"array": mean - low, "thickness": 3, "width": 6, "color": seen.colour},
        )
    made.update_yaxes(categoryorder="array", categoryarray=names)
    return made


def by_amount(
    amounts: Sequence[float],
    scores: Mapping[str, Sequence[Floats]],
    *,
    title: str,
    x: str,
    unit: str,
    log: bool = False,
) -> go.Figure:
    """A line through the means against an amount, every seed as a small dot.

    Args:
        amounts: [amounts] positions on the horizontal axis, titled `x`.
        scores: name → for each amount the values of its seeds.
        log: a logarithmic horizontal axis.
    """
    made = figure(title, x, unit)
    for i, (name, rows) in enumerate(scores.items()):
        seen = look(i)
        made.add_scatter(
            x=np.repeat(amounts, [len(r) for r in rows]), y=np.concatenate(rows), mode="markers",
            showlegend=False, hoverinfo="y",
            marker={"color": seen.colour, "symbol": seen.marker, "size": 8, "opacity": 0.4},
        )  # fmt: skip
        made.add_scatter(
            x=list(amounts), y=[np.mean(r) for r in rows], mode="lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 12},
        )  # fmt: skip
    ticks = {"tickvals": list(amounts), "ticktext": [f"{a:g}" for a in amounts]}
    made.update_xaxes(**ticks, **({"type": "log"} if log else {}))
    made.update_yaxes(rangemode="tozero")
    return made
