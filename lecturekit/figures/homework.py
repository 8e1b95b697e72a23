"""Where a class struggled with its homework; a still picture, so matplotlib draws it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape
from statistics import median

from matplotlib import rc_context
from matplotlib.figure import Figure

from lecturekit.figures.style import COLOURS

# What became of a task, with colour and hatch that say the same.
ENDS = {
    "solved": (COLOURS[0], ""),
    "in part": (COLOURS[5], ".."),
    "waits for a hand": ("#BBBBBB", "xx"),
    "not solved": (COLOURS[1], "//"),
}
ROW, REST = 0.42, 2.0  # inches of height for a task, and for all else


def class_picture(
    title: str, ends: Mapping[str, Mapping[str, int]], totals: Sequence[float], most: float
) -> Figure:
    """Two panels: how many solved each task, and how the points of the class are spread.

    Args:
        title: name of the homework.
        ends: task -> one of "solved", "in part", "waits for a hand", "not solved" -> students.
        totals: points of each student.
        most: points that can be had, > 0.
    """
    figure = Figure(figsize=(11, REST + ROW * max(3, len(ends))), layout="constrained")
    tasks, spread = figure.subplots(1, 2, width_ratios=[3, 2])
    names = list(ends)
    left = [0] * len(names)
    for end, (colour, hatch) in ENDS.items():
        counts = [ends[name].get(end, 0) for name in names]
        bars = tasks.barh(
            names, counts, left=left, label=end, color=colour, hatch=hatch, edgecolor="white"
        )
        tasks.bar_label(
            bars, [count or "" for count in counts], label_type="center", fontsize=11,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
        left = [a + b for a, b in zip(left, counts, strict=True)]
    tasks.invert_yaxis()
    tasks.set_xlim(0, max(left, default=0) or 1)
    tasks.set_xlabel("students")
    tasks.set_title(f"{title}: who solved what", loc="left")
    spread.hist(totals, bins=10, range=(0, most), color=COLOURS[0], edgecolor="white")
    spread.set_xlabel(f"points, of {most:g}")
    spread.set_ylabel("students")
    spread.set_title("Points so far", loc="left")
    for axes in (tasks, spread):
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.get_major_locator().set_params(integer=True)
    spread.yaxis.get_major_locator().set_params(integer=True)
    figure.legend(*tasks.get_legend_handles_labels(), loc="outside lower left", ncols=len(ENDS))
    return figure


def in_words(ends: Mapping[str, Mapping[str, int]], totals: Sequence[float], most: float) -> str:
    """The picture as a text for those who do not see it; arguments as of `class_picture`."""
    lines = []
    for task, counts in ends.items():
        told = ", ".join(f"{counts[end]} {end}" for end in ENDS if counts.get(end))
        lines.append(f"{task}: {told or 'nobody'}")
    told = "nobody has any"
    if totals:
        told = f"from {min(totals):g} to {max(totals):g}, median {median(totals):g}, of {most:g}"
    return f"Students a task. {'; '.join(lines)}. Points so far: {told}."


def as_svg(figure: Figure, alt: str) -> str:
    """The picture as an svg element with its text; the same figure gives the same bytes."""
    file = io.StringIO()
    with rc_context({"svg.hashsalt": "lecturekit"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    return svg[svg.index("<svg") :].replace(
        "<svg ", f'<svg role="img" aria-label="{escape(alt, quote=True)}" ', 1
    )
