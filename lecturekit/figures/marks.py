"""What several figures share: an upright line, a curve with the range of its seeds, squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lecturekit.figures.style import INK, Look

# Squares with a number written into each: the darkest is still light enough for the dark number
# (plotly's own choice, dark grey or white, is faint on what lies between).
SQUARES = [[0, "#FBF1C9"], [1, "#4C84B0"]]
NUMBER = "#111111"


def upright(
    made: go.Figure, x: float, *, colour: str = INK, dash: str = "dot", width: float = 3
) -> None:
    """Draw a line from bottom to top at x.

    As plotly's ``add_vline``, in a fifth of its time: an explorer draws hundreds of pictures ahead.
    """
    line = {"color": colour, "dash": dash, "width": width}
    made.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="y domain", line=line)


def seeds_curve(
    made: go.Figure, x: Sequence[float], found: ArrayLike, seen: Look, *, name: str, size: int = 10
) -> None:
    """Draw the mean over seeds as a curve, in front of the range of the seeds.

    Args:
        x: [places].
        found: [seeds, places]; with one seed there is no range.
        seen, name: of the curve; size: of its markers in pixels.
    """
    found = np.asarray(found)
    if len(found) > 1:
        made.add_scatter(
            x=[*x, *x[::-1]], y=[*found.max(0), *found.min(0)[::-1]], fill="toself",
            fillcolor=seen.colour, opacity=0.15, line={"width": 0}, hoverinfo="skip",
            name=f"{name}, range", showlegend=False, mode="lines",
        )  # fmt: skip
    made.add_scatter(
        x=list(x), y=found.mean(0), mode="lines+markers", name=name,
        line={"color": seen.colour, "dash": seen.dash, "width": 3},
        marker={"symbol": seen.marker, "size": size},
    )  # fmt: skip
