"""Parts of pictures in which something is dragged: portable, so that a page can draw them alone."""

from __future__ import annotations

import math

from lecturekit.figures.style import COLOURS, MARKERS

CORNERS = 72  # corners of what is drawn as a circle


def arrow(start: list, along: list, name: str, look: int, dash: str = "solid") -> dict:
    """An arrow from `start` [2] by `along` [2], in the colour of series number `look`."""
    size = 18 if math.hypot(along[0], along[1]) > 1e-9 else 0
    return {
        "x": [start[0], start[0] + along[0]],
        "y": [start[1], start[1] + along[1]],
        "mode": "lines+markers",
        "name": name,
        "line": {"color": COLOURS[look], "width": 4, "dash": dash},
        "marker": {"symbol": ["circle", "arrow"], "size": [0, size], "angleref": "previous",
                   "color": COLOURS[look], "opacity": 1, "line": {"width": 0}},
        "hoverinfo": "name",
        "showlegend": False,
    }  # fmt: skip


def bars(x: list, heights: list, width: float, name: str, look: int, pattern: str) -> dict:
    """Bars that stand at `x`, in the colour of series number `look`."""
    return {
        "type": "bar",
        "x": x,
        "y": heights,
        "width": width,
        "name": name,
        "marker": {"color": COLOURS[look], "pattern": {"shape": pattern}},
        "hovertemplate": "%{y:.3f}",
    }


def circle(middle: list, radius: float, name: str, colour: str, dash: str) -> dict:
    """A circle as a line."""
    turns = [2 * math.pi * k / CORNERS for k in range(CORNERS + 1)]
    return {
        "x": [middle[0] + radius * math.cos(t) for t in turns],
        "y": [middle[1] + radius * math.sin(t) for t in turns],
        "mode": "lines",
        "name": name,
        "line": {"color": colour, "width": 2, "dash": dash},
        "hoverinfo": "name",
        "showlegend": False,
    }


def words(point: list, text: str) -> dict:
    """A word in the plane."""
    return {
        "x": [point[0]],
        "y": [point[1]],
        "mode": "text",
        "text": [text],
        "textfont": {"size": 15},
        "name": text,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def place(point: list, name: str, look: int) -> dict:
    """A named point with the colour and marker of series number `look`."""
    return {
        "x": [point[0]],
        "y": [point[1]],
        "mode": "markers+text",
        "name": name,
        "text": [name],
        "textposition": "top right",
        "marker": {"color": COLOURS[look], "symbol": MARKERS[look], "size": 20},
        "showlegend": False,
        "hoverinfo": "name",
    }


def square_plane(title: str, below: str, low: float, high: float) -> dict:
    """The layout of a plane with equal axes; `below` stands under the title."""
    return {
        "title": {"text": title, "subtitle": {"text": below}},
        "height": 520,
        "xaxis": {
            "range": [low, high],
            "constrain": "domain",
            "title": {"text": "latent dimension 1"},
        },
        "yaxis": {
            "range": [low, high],
            "scaleanchor": "x",
            "scaleratio": 1,
            "title": {"text": "latent dimension 2"},
        },
    }


def chart(title: str, below: str, x: str, y: str) -> dict:
    """The layout of a chart beside such a plane."""
    return {
        "title": {"text": title, "subtitle": {"text": below}},
        "height": 520,
        "xaxis": {"title": {"text": x}},
        "yaxis": {"title": {"text": y}},
    }
