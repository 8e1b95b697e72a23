"""Where a pair comes to rest that is pulled r times for every time it is pushed."""

from __future__ import annotations

from lecturekit.by_hand import dissimilar, similar
from lecturekit.figures.plane import chart
from lecturekit.figures.style import COLOURS, DASHES, INK, MARKERS
from lecturekit.portable import portable

DISTANCES = [k / 50 for k in range(126)]  # 0 … 2.5
RATIOS = [k / 20 for k in range(61)]  # 0 … 3
NAMES = ["slide", "Hadsell"]


def pulled_and_pushed(distance: float, margin: float, ratio: float, squared: bool) -> list:
    """[loss, slope] of `ratio` similar pairs and one dissimilar pair, all at one distance."""
    pull, push = similar(distance, squared), dissimilar(distance, margin, squared)
    return [ratio * pull[0] + push[0], ratio * pull[1] + push[1]]


def resting_place(margin: float, ratio: float, squared: bool) -> float:
    """The distance D* of least loss: m / (1 + r) if squared, else m for r < 1 and 0 for r > 1.

    The slide's form has no single one at r = 1, where all of 0 … m cost the same: the middle.
    """
    if squared:
        return margin / (1 + ratio)
    if ratio == 1:
        return margin / 2
    return margin if ratio < 1 else 0.0


@portable
def margin_curves(margin: float, ratio: float, drawn: str) -> list:
    """Loss (or force) of both forms against distance, and beside it D* against r.

    Args:
        margin: m > 0; ratio: r ≥ 0, similar pairs per dissimilar one; drawn: "loss" or "force".
    """
    which = 0 if drawn == "loss" else 1
    sign = 1 if drawn == "loss" else -1
    lines: list[dict] = []
    places: list[dict] = []
    for k, name in enumerate(NAMES):
        squared = name == "Hadsell"
        rest = resting_place(margin, ratio, squared)
        there = pulled_and_pushed(rest, margin, ratio, squared)
        curve = [sign * pulled_and_pushed(d, margin, ratio, squared)[which] for d in DISTANCES]
        lines.append({
            "x": DISTANCES, "y": curve, "mode": "lines", "name": f"{name:s}'s form",
            "line": {"color": COLOURS[k], "dash": DASHES[k], "width": 4},
        })  # fmt: skip
        lines.append({
            "x": [rest], "y": [there[0] if drawn == "loss" else 0], "mode": "markers",
            "name": f"{name:s}, at rest", "showlegend": False,
            "marker": {"color": COLOURS[k], "symbol": MARKERS[k], "size": 18},
        })  # fmt: skip
        places.append({
            "x": [0, 1, 1, 3] if not squared else RATIOS,
            "y": [margin, margin, 0, 0]
            if not squared
            else [resting_place(margin, r, True) for r in RATIOS],
            "mode": "lines", "name": f"{name:s}, D*",
            "line": {"color": COLOURS[k], "dash": DASHES[k], "width": 4},
        })  # fmt: skip
        places.append({
            "x": [ratio], "y": [rest], "mode": "markers", "name": f"{name:s}, now",
            "showlegend": False,
            "marker": {"color": COLOURS[k], "symbol": MARKERS[k], "size": 18},
        })  # fmt: skip
    lines.append({
        "x": [margin, margin], "y": [-4, 4], "mode": "lines", "name": "margin",
        "line": {"color": INK, "dash": "dot", "width": 2}, "hoverinfo": "name",
    })  # fmt: skip
    slide, hadsell = resting_place(margin, ratio, False), resting_place(margin, ratio, True)
    at = "anywhere up to m" if ratio == 1 else f"at {slide:.2f}"
    left = chart(
        f"Slide's form rests {at:s}, Hadsell's at {hadsell:.2f}",
        f"{ratio:.1f} similar pairs for each dissimilar one, margin {margin:.1f}",
        "distance D", "loss" if drawn == "loss" else "force, outwards above 0",
    )  # fmt: skip
    left["xaxis"]["range"] = [0, 2.5]
    left["yaxis"]["range"] = [0, 3] if drawn == "loss" else [-3.2, 2.2]
    right = chart("One jumps, the other is a dial", "the least loss over D",
                  "r, similar pairs per dissimilar one", "distance at rest D*")  # fmt: skip
    right["xaxis"]["range"], right["yaxis"]["range"] = [0, 3], [-0.05, 2.1]
    return [{"data": lines, "layout": left}, {"data": places, "layout": right}]


@portable
def margin_curves_in_words(margin: float, ratio: float, drawn: str) -> str:
    """What `margin_curves` shows."""
    slide, hadsell = resting_place(margin, ratio, False), resting_place(margin, ratio, True)
    at = "anywhere from 0 to the margin" if ratio == 1 else f"at distance {slide:.2f}"
    return (
        f"The {drawn:s} of {ratio:.1f} similar pairs and one dissimilar pair against their "
        f"distance, for margin {margin:.1f}. In the slide's form they rest {at:s}, in Hadsell's "
        f"at {hadsell:.2f}. Beside it the resting place against the ratio: the slide's jumps from "
        "the margin to zero at a ratio of one, Hadsell's falls smoothly."
    )
