"""Springs: an anchor, a similar and a dissimilar point, and the forces of the contrastive loss."""

from __future__ import annotations

from lecturekit.by_hand import difference, direction, dissimilar, length, similar
from lecturekit.figures.plane import arrow, chart, circle, place, square_plane, words
from lecturekit.figures.style import COLOURS, DASHES, INK, MARKERS
from lecturekit.portable import portable

DISTANCES = [k / 40 for k in range(121)]  # 0 … 3, of the curves


def measure(points: list, margin: float, squared: bool) -> dict:
    """Distances, losses and forces (minus the gradients) at [anchor, similar, dissimilar]."""
    anchor, near, far = points
    to_near, to_far = difference(near, anchor), difference(far, anchor)
    d_near, d_far = length(to_near), length(to_far)
    pull, push = similar(d_near, squared), dissimilar(d_far, margin, squared)
    u, v = direction(to_near), direction(to_far)
    on_near = [-pull[1] * u[0], -pull[1] * u[1]]
    on_far = [-push[1] * v[0], -push[1] * v[1]]
    return {
        "distances": [d_near, d_far],
        "losses": [pull[0], push[0]],
        "slopes": [pull[1], push[1]],
        "forces": [[-on_near[0] - on_far[0], -on_near[1] - on_far[1]], on_near, on_far],
    }


@portable
def springs(points: list, margin: float, squared: bool) -> list:
    """The three points with their forces, and beside them loss against distance for both pairs.

    Args:
        points: [anchor, similar, dissimilar], each [2]; margin: m > 0.
        squared: the form of Hadsell et al. instead of the slide's.
    """
    found = measure(points, margin, squared)
    forces, slopes = found["forces"], found["slopes"]
    total = found["losses"][0] + found["losses"][1]
    # a force is drawn at half its length, so that arrows stay in the picture
    halves = [[force[0] / 2, force[1] / 2] for force in forces]
    plane = [
        circle(points[0], margin, "margin", INK, "dash"),
        words([points[0][0], points[0][1] - margin - 0.12], "margin"),
        arrow(points[1], halves[1], "pull on similar", 0),
        arrow(points[2], halves[2], "push on dissimilar", 1),
        arrow(points[0], halves[0], "force on anchor", 2),
        place(points[0], "anchor", 2),
        place(points[1], "similar", 0),
        place(points[2], "dissimilar", 1),
    ]
    names = ["similar pair", "dissimilar pair"]
    curves = [
        [similar(d, squared)[0] for d in DISTANCES],
        [dissimilar(d, margin, squared)[0] for d in DISTANCES],
    ]
    lines: list[dict] = []
    for k, name in enumerate(names):
        lines.append({
            "x": DISTANCES, "y": curves[k], "mode": "lines", "name": name,
            "line": {"color": COLOURS[k], "width": 4, "dash": DASHES[k]},
        })  # fmt: skip
    for k, name in enumerate(names):
        lines.append({
            "x": [found["distances"][k]], "y": [found["losses"][k]], "mode": "markers",
            "name": f"{name:s}, now", "showlegend": False,
            "marker": {"color": COLOURS[k], "symbol": MARKERS[k], "size": 18},
        })  # fmt: skip
    below = f"force on similar {abs(slopes[0]):.2f}, on dissimilar {abs(slopes[1]):.2f}"
    left = square_plane(f"Loss {total:.2f}", below, -2.0, 2.0)
    right = chart("Loss of each pair", "its slope is the force", "distance D", "loss")
    right["xaxis"]["range"], right["yaxis"]["range"] = [0, 3], [-0.1, 3]
    return [{"data": plane, "layout": left}, {"data": lines, "layout": right}]


@portable
def springs_in_words(points: list, margin: float, squared: bool) -> str:
    """What `springs` shows."""
    found = measure(points, margin, squared)
    near, far = found["distances"]
    acts = "is pushed away" if far < margin else "lies outside the margin and feels nothing"
    return (
        f"An anchor, a similar point at distance {near:.2f} that is pulled with force "
        f"{abs(found['slopes'][0]):.2f}, and a dissimilar point at distance {far:.2f} that "
        f"{acts:s}; the margin is {margin:.1f}. Beside them the loss of each pair against its "
        "distance."
    )
