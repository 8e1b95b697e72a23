"""Figures of the contrastive notebook: counting pairs, a threshold, a desk, maps of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.photos import placed
from lecturekit.figures.style import INK, figure, look
from lecturekit.metrics import Verification

Floats = NDArray[np.floating]
Mistake = tuple[str, str, float]  # addresses of two photos, and their distance
POINTS = 400  # of a curve over all thresholds
SHOWN = 3  # pairs of photos on each side of a threshold


def terms(labels: Sequence[int], counts: Mapping[str, Sequence[float]], *, title: str) -> go.Figure:
    """Terms of a loss in one epoch against the number of labels, both axes logarithmic.

    Args:
        counts: name → [labels]; a straight line of slope k is a polynomial of degree k.
    """
    made = figure(title, "labelled photos (log scale)", "terms in one epoch (log scale)")
    for i, (name, row) in enumerate(counts.items()):
        seen = look(i)
        made.add_scatter(
            x=list(labels), y=list(row), mode="lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 11},
        )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(labels), ticktext=[f"{n:,}" for n in labels])
    made.update_yaxes(type="log", exponentformat="power", range=[0, 9.5])
    return made


def door(
    rates: Verification,
    threshold: float,
    refused: Sequence[Mistake],
    admitted: Sequence[Mistake],
    *,
    title: str,
) -> list[go.Figure]:
    """FAR and FRR against the threshold, the pairs of photos nearest to it, and the ROC.

    Args:
        threshold: τ; refused: same people beyond it, admitted: different people within it, each
            (address of a photo, of the other, distance), at most SHOWN are drawn.
    """
    now = int(np.searchsorted(rates.threshold, threshold, "right")) - 1
    nearest, farthest = rates.threshold[[1, -1]]  # the first is −∞
    some = np.unique(np.searchsorted(rates.threshold, np.linspace(nearest, farthest, POINTS)))
    left = figure(title, "threshold τ on the distance", "%", height=360)
    for i, (name, row) in enumerate((("FAR", rates.far), ("FRR", rates.frr))):
        seen = look(i)
        left.add_scatter(
            x=rates.threshold[some], y=row[some], mode="lines", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 4},
        )  # fmt: skip
        left.add_scatter(
            x=[threshold], y=[row[now]], mode="markers", name=f"{name}, now", showlegend=False,
            marker={"color": seen.colour, "symbol": seen.marker, "size": 16},
        )  # fmt: skip
    left.add_scatter(
        x=[threshold, threshold], y=[0, 100], mode="lines", name="τ", showlegend=False,
        line={"color": INK, "dash": "dot", "width": 2}, hoverinfo="skip",
    )  # fmt: skip
    right = figure(f"ROC, area {rates.auc:.1f} %", "FAR, different people accepted (%)",
                   "same people accepted (%)", height=360)  # fmt: skip
    right.add_scatter(
        x=rates.far[some], y=100 - rates.frr[some], mode="lines", name="all thresholds",
        line={"color": look(2).colour, "width": 4},
    )  # fmt: skip
    right.add_scatter(
        x=[rates.far[now]], y=[100 - rates.frr[now]], mode="markers", name="this threshold",
        marker={"color": look(3).colour, "symbol": look(3).marker, "size": 18},
    )  # fmt: skip
    right.update_xaxes(range=[-1, 41])
    right.update_yaxes(range=[60, 101])
    return [left, mistakes(refused, admitted, title="The nearest mistakes"), right]


def mistakes(refused: Sequence[Mistake], admitted: Sequence[Mistake], *, title: str) -> go.Figure:
    """Pairs of photos in two rows, see `door`, each with its distance."""
    made = figure(title, "", "", height=380)
    rows = (("same person, refused", refused), ("two people, accepted", admitted))
    for row, (name, pairs) in enumerate(rows):
        chosen, y = pairs[:SHOWN], -1.6 * row
        made.add_annotation(
            x=0, y=y + 0.6, text=name, showarrow=False, xanchor="left", font={"size": 16}
        )
        made.add_scatter(
            x=[k + 0.5 for k in range(len(chosen))], y=[y - 0.52] * len(chosen), mode="text",
            text=[f"D = {d:.2f}" for _, _, d in chosen], showlegend=False, hoverinfo="skip",
            name=name, textfont={"size": 15},
        )  # fmt: skip
        for k, (one, other, _) in enumerate(chosen):
            for side, source in ((-0.23, one), (0.23, other)):
                made.add_layout_image(placed(source, k + 0.5 + side, y, 0.45, 0.78))
    bare = {"ticks": "", "showline": False, "showgrid": False, "zeroline": False}
    made.update_xaxes(range=[0, SHOWN], showticklabels=False, **bare)
    made.update_yaxes(range=[-2.3, 0.8], showticklabels=False, **bare)
    return made


def desk(
    sources: Sequence[str],
    enrolled: int,
    own: Floats,
    other: Floats,
    rival: Sequence[str],
    threshold: float,
    *,
    title: str,
) -> go.Figure:
    """The photos of one person, and how far each is from its own template and from the next best.

    Args:
        sources: addresses of the photos; the first `enrolled` of them made the template.
        own, other: [photos] distances to the own template and to the nearest of somebody else.
        rival: [photos] whose template that is; threshold: τ.
    """
    made = figure(title, "", "distance to a template", height=500)
    asked = np.arange(enrolled, len(sources))
    for i, (name, row, text) in enumerate(
        (("own template", own, None), ("nearest other person's", other, list(rival)))
    ):
        seen = look(i)
        made.add_scatter(
            x=asked + 1, y=np.asarray(row)[asked], mode="markers", name=name,
            text=None if text is None else [text[k] for k in asked],
            hovertemplate="%{y:.2f}" if text is None else "%{y:.2f}, %{text}",
            marker={"color": seen.colour, "symbol": seen.marker, "size": 14},
        )  # fmt: skip
    made.add_scatter(
        x=[0.5, len(sources) + 0.5], y=[threshold, threshold], mode="lines", name="threshold τ",
        line={"color": INK, "dash": "dash", "width": 2}, hoverinfo="skip",
    )  # fmt: skip
    for k, source in enumerate(sources):
        made.add_layout_image(placed(source, k + 1, 1.0, 0.9, 0.3))
    right = np.asarray(own) < np.asarray(other)
    words = ["enrolled" if k < enrolled else "right" if right[k] else "wrong"
             for k in range(len(sources))]  # fmt: skip
    made.update_xaxes(
        range=[0.4, len(sources) + 0.6], tickvals=list(range(1, len(sources) + 1)), ticktext=words,
        showgrid=False,
    )  # fmt: skip
    made.update_yaxes(range=[0, 1.17], tickvals=[0, 0.2, 0.4, 0.6, 0.8])
    return made


def people_maps(
    maps: Mapping[str, Floats], label: NDArray, *, title: str, below: str = ""
) -> go.Figure:
    """Maps of the same photos side by side; colour and marker say who it is, so does a number.

    Args:
        maps: name → [photos, 2]; label: [photos] numbers of people; below: under the title.
    """
    made = figure(title, "", "", height=500)
    made.update_layout(title={"subtitle": {"text": below}})
    blank = {"showticklabels": False, "ticks": "", "zeroline": False}
    width = 1 / len(maps)
    for i, (name, points) in enumerate(maps.items()):
        axis = str(i + 1) if i else ""
        for k, person in enumerate(np.unique(label)):
            own, seen = points[label == person], look(k)
            symbol = f"{seen.marker}-open" if k >= 7 else seen.marker
            made.add_scatter(
                x=own[:, 0], y=own[:, 1], mode="markers", name=f"{name}, person {person}",
                xaxis=f"x{axis}", yaxis=f"y{axis}", showlegend=False,
                hovertemplate=f"person {person}<extra></extra>",
                marker={"color": seen.colour, "symbol": symbol, "size": 10},
            )  # fmt: skip
            middle = own[np.argmin(np.sum((own - np.median(own, axis=0)) ** 2, 1))]
            made.add_annotation(
                x=middle[0], y=middle[1], text=f"<b>{person}</b>", showarrow=False, yshift=17,
                xref=f"x{axis}", yref=f"y{axis}", font={"size": 16},
            )  # fmt: skip
        domain = [i * width + (0.03 if i else 0), (i + 1) * width]
        made.update_layout({
            f"xaxis{axis}": {"domain": domain, "title": {"text": name}, **blank},
            f"yaxis{axis}": {"anchor": f"x{axis}", **blank},
        })  # fmt: skip
    return made
