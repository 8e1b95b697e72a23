"""The four growth curves in one picture: both axes logarithmic, a colour and a marker a series."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from lecturekit.course.notebook import unfinished_name

TITLES = {
    "batch": ("Losses over all pairs of a batch, with gradients", "rows in the batch"),
    "tasks": ("One step of multi-task training", "tasks"),
    "modalities": ("Fusing modalities, with gradients", "modalities"),
    "points": ("The map of a trajectory, 4 snapshots", "points"),
}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#9C4F88", "#555555")  # Okabe and Ito
MARKERS = ("o", "s", "D", "^", "X")
Panels = dict[str, dict[str, dict[int, float]]]


def whole(number: float, _: object = None) -> str:
    return f"{number:,.0f}"


def duration(milliseconds: float, _: object = None) -> str:
    """0.1 ms, 20 ms, 3 s."""
    if milliseconds < 1000:
        return f"{milliseconds:,g} ms"
    return f"{milliseconds / 1000:,g} s"


def panel(axes: Axes, name: str, curves: dict[str, dict[int, float]]) -> None:
    """Draw one panel; `curves` is series → size → seconds."""
    title, counted = TITLES[name]
    for k, (series, points) in enumerate(curves.items()):
        axes.plot(
            list(points), [1000 * s for s in points.values()], label=series,
            color=COLOURS[k], marker=MARKERS[k], markersize=7, linewidth=1.8,
        )  # fmt: skip
    sizes = sorted({size for points in curves.values() for size in points})
    axes.set(xscale="log", yscale="log", xlabel=counted, ylabel="time")
    axes.set_title(title, loc="left")
    axes.set_xticks(sizes, minor=False)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(FuncFormatter(whole))
    axes.yaxis.set_major_formatter(FuncFormatter(duration))
    axes.grid(color="#E0E0E0")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, -0.16),
        ncols=2,
        fontsize=10,
        frameon=False,
        columnspacing=1,
    )  # below the panel, where it hides no curve


def save(panels: Panels, path: Path) -> None:
    """Write the picture, whole or not at all."""
    with plt.rc_context({"font.size": 11}):
        figure, axes = plt.subplots(2, 2, figsize=(12, 9.5), layout="constrained")
        for where, (name, curves) in zip(axes.flat, panels.items(), strict=True):
            panel(where, name, curves)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(unfinished_name(path), dpi=100, format="png")
        plt.close(figure)
    os.replace(unfinished_name(path), path)
