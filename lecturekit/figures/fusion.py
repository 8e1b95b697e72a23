"""Figures of the fusion notebook: pairs, the dial, damage, parameter counts, where to merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.marks import NUMBER, SQUARES, seeds_curve, upright
from lecturekit.figures.style import INK, figure, look

Floats = NDArray[np.floating]
GREYS = [[0, "#FFFFFF"], [1, "#0B3C5D"]]  # light to dark: reads in grey, too
BLANK = {"showticklabels": False, "ticks": "", "showline": False, "showgrid": False}


def pairs(images: Floats, sounds: Floats, words: Sequence[str], *, title: str) -> go.Figure:
    """Each pair as a column: the image above, the recording (time × coefficients) below.

    Args:
        images: [pairs, height, width]; sounds: [pairs, frames, coefficients]; words: under each.
    """
    made = figure(title, "", "", height=400)
    width = 1 / len(images)
    for k, (image, sound) in enumerate(zip(images, sounds, strict=True)):
        n = str(2 * k + 1) if k else ""
        across = [k * width, (k + 0.9) * width]
        made.add_heatmap(
            z=image[::-1], colorscale=GREYS, showscale=False, hoverinfo="skip",
            xaxis=f"x{n}", yaxis=f"y{n}",
        )  # fmt: skip
        made.add_heatmap(
            z=sound.T, zmin=-2.5, zmax=2.5, colorscale="Cividis", showscale=False,
            hoverinfo="skip", xaxis=f"x{2 * k + 2}", yaxis=f"y{2 * k + 2}",
        )  # fmt: skip
        made.update_layout({
            f"xaxis{n}": {**BLANK, "domain": across, "anchor": f"y{n}"},
            f"yaxis{n}": {**BLANK, "domain": [0.5, 1], "anchor": f"x{n}"},
            f"xaxis{2 * k + 2}": {**BLANK, "domain": across, "anchor": f"y{2 * k + 2}",
                                  "title": {"text": words[k]}},
            f"yaxis{2 * k + 2}": {**BLANK, "domain": [0, 0.44], "anchor": f"x{2 * k + 2}"},
        })  # fmt: skip
    return made


def dial(dials: Sequence[float], scores: Mapping[str, Floats], now: int) -> go.Figure:
    """Accuracy of each fusion between redundancy and synergy, and what it is at one place.

    Args:
        dials: [places] 0 … 1; scores: name → [places, seeds] accuracy in percent.
        now: number of the place.
    """
    here = ", ".join(f"{name} {found[now].mean():.0f} %" for name, found in scores.items())
    made = figure(f"Dial {dials[now]:.2f}: {here}", "redundancy ← dial → synergy", "accuracy (%)")
    for i, (name, found) in enumerate(scores.items()):
        seeds_curve(made, dials, found.T, look(i), name=name)
    upright(made, dials[now])
    made.update_yaxes(range=[40, 102])
    return made


def accuracies(
    scores: Mapping[str, float], *, title: str, chance: float, unit: str = "accuracy (%)"
) -> go.Figure:
    """A bar for each fusion with its number, on an axis that stays, and a line at chance."""
    made = figure(title, "", unit)
    for i, (name, found) in enumerate(scores.items()):
        made.add_bar(
            x=[name], y=[found], name=name, text=[f"{found:.1f}"], textposition="outside",
            showlegend=False,
            marker={"color": look(i).colour}, textfont={"size": 18},
        )  # fmt: skip
    # named in the legend: beside the line the words would lie on a bar
    made.add_hline(y=chance, line={"color": INK, "dash": "dash", "width": 2},
                   name=f"chance {chance:g} %", showlegend=True)  # fmt: skip
    made.update_yaxes(range=[0, 112])
    return made


def growth(
    modalities: Sequence[int], counts: Mapping[str, Sequence[float]], now: int, *, title: str
) -> go.Figure:
    """Numbers to learn against the number of modalities, logarithmic, and one place marked."""
    made = figure(title, "modalities M", "numbers to learn (log scale)", height=460)
    for i, (name, found) in enumerate(counts.items()):
        seen = look(i)
        made.add_scatter(
            x=list(modalities), y=list(found), mode="lines+markers", name=name,
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 10}, hovertemplate="%{y:,.0f}",
        )  # fmt: skip
    upright(made, modalities[now])
    made.update_yaxes(type="log", exponentformat="power", range=[2, 15])
    made.update_xaxes(dtick=1)
    return made


def table(
    values: Floats, rows: Sequence[str], columns: Sequence[str], *, title: str, x: str, y: str,
    chosen: tuple[int, int] | None = None, form: str = ".0f", name: str = "",
) -> go.Figure:  # fmt: skip
    """A matrix as shaded squares with their numbers; the first row on top, one square framed."""
    made = figure(title, x, y, height=160 + 62 * len(rows))
    made.add_heatmap(
        z=values, x=list(columns), y=list(rows), colorscale=SQUARES, showscale=False, name=name,
        texttemplate=f"%{{z:{form}}}", textfont={"size": 17, "color": NUMBER}, hoverinfo="z",
    )  # fmt: skip
    if chosen is not None:
        row, column = chosen
        made.add_shape(
            type="rect", x0=column - 0.46, x1=column + 0.46, y0=row - 0.44, y1=row + 0.44,
            line={"color": look(1).colour, "width": 5},
        )  # fmt: skip
    made.update_yaxes(autorange="reversed")
    made.update_layout(xaxis={"type": "category"}, yaxis={"type": "category"})
    return made


def merge(
    accuracy: Floats, similarity: Floats, first: int, second: int, *, depths: Sequence[str]
) -> list[go.Figure]:
    """Where two networks may be merged: how well it goes, and how alike they think there.

    Args:
        accuracy: [depths, depths] percent; similarity: [depths, depths] CKA, 0 … 1.
        first, second: the chosen depth of each network; depths: their names.
    """
    rank = int((accuracy > accuracy[first, second]).sum()) + 1
    left = table(
        accuracy, depths, depths, chosen=(first, second), x="depth in the sound", form=".1f",
        y="depth in the image", name="right answers",
        title=f"Merged here: {accuracy[first, second]:.1f} %, place {rank} of {accuracy.size}",
    )  # fmt: skip
    right = table(
        similarity, depths, depths, chosen=(first, second), x="depth in the sound", form=".2f",
        y="depth in the image", name="similarity",
        title=f"Similarity (CKA): {similarity[first, second]:.2f}",
    )  # fmt: skip
    return [left, right]
