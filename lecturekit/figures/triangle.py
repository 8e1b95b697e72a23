"""The triangle of the triplet loss: anchor, positive, negative, their zones and forces."""

from __future__ import annotations

from lecturekit.by_hand import triplet
from lecturekit.figures.plane import arrow, circle, place, square_plane, words
from lecturekit.figures.style import INK
from lecturekit.portable import portable


@portable
def triangle(points: list, margin: float, hinge: bool) -> dict:
    """The three points, the zones around the anchor, and minus the gradient on each point.

    Args:
        points: [anchor, positive, negative], each [2]; margin: α > 0; hinge: max(0, …) or not.
    """
    anchor, positive, negative = points
    found = triplet(anchor, positive, negative, margin, hinge)
    away = [[-0.5 * found[name][0], -0.5 * found[name][1]]
            for name in ["anchor", "positive", "negative"]]  # fmt: skip
    sides = {
        "x": [positive[0], anchor[0], negative[0]],
        "y": [positive[1], anchor[1], negative[1]],
        "mode": "lines",
        "name": "both distances",
        "showlegend": False,
        "hoverinfo": "skip",
        "line": {"color": INK, "width": 1.5},
    }
    data = [
        circle(anchor, found["ap"], "inside: hard negatives", INK, "solid"),
        circle(anchor, found["ap"] + margin, "between the circles: semi-hard", INK, "dash"),
        words([anchor[0], anchor[1] - found["ap"] + 0.12], "hard"),
        words([anchor[0], anchor[1] - found["ap"] - margin / 2], "semi-hard"),
        words([anchor[0], anchor[1] - found["ap"] - margin - 0.14], "easy"),
        sides,
        arrow(anchor, away[0], "force on anchor", 2),
        arrow(positive, away[1], "force on positive", 0),
        arrow(negative, away[2], "force on negative", 1),
        place(anchor, "anchor", 2),
        place(positive, "positive", 0),
        place(negative, "negative", 1),
    ]
    below = f"D(a, p) {found['ap']:.2f}, D(a, n) {found['an']:.2f}, margin {margin:.1f}"
    ending = "" if hinge else ", no hinge"
    title = f"{found['zone']:s} negative: loss {found['loss']:.2f}{ending:s}"
    layout = square_plane(title, below, -2.0, 2.0)
    return {"data": data, "layout": layout}


@portable
def triangle_in_words(points: list, margin: float, hinge: bool) -> str:
    """What `triangle` shows."""
    found = triplet(points[0], points[1], points[2], margin, hinge)
    resting = hinge and found["loss"] <= 0
    forces = "no force acts" if resting else "the positive is pulled in, the negative pushed away"
    return (
        f"A {found['zone']:s} triplet: the positive at distance {found['ap']:.2f} from the anchor, "
        f"the negative at {found['an']:.2f}, margin {margin:.1f}; loss {found['loss']:.2f}, "
        f"{forces:s}."
    )
