"""The one look of all figures: colours, markers, sizes; and how to show one with its alt text.

Colours are Okabe and Ito's (2008), safe for colour-blind readers; a marker or a dash always says
the same thing again.

Importing this makes the house style plotly's default template: plotly checks a template that it is
given for each figure anew, which took half the time of a picture in an explorer, and its default
only once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#9C4F88", "#B87800", "#3A8FC4", "#6E6E6E")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
INK = "#707070"  # for lines that belong to no series: seen on white and on black


@dataclass(frozen=True)
class Look:
    """Colour, marker and dash that belong together."""

    colour: str
    marker: str
    dash: str


def look(index: int) -> Look:
    """The look of the series with this number; after seven they repeat."""
    k = index % len(COLOURS)
    return Look(COLOURS[k], MARKERS[k], DASHES[k])


def _template() -> go.layout.Template:
    """What all figures share. A template, so that an explorer can follow a dark page."""
    axis = {
        "gridcolor": "#D8D8D8", "zerolinecolor": "#B0B0B0", "linecolor": "#333333",
        "showline": True, "ticks": "outside", "automargin": True,
    }  # fmt: skip
    return go.layout.Template(
        layout={
            "font": {"size": 16, "color": "#222222"},
            "title": {
                "font": {"size": 20}, "x": 0, "xref": "paper", "xanchor": "left",
                "y": 0.98, "yref": "container", "yanchor": "top", "automargin": True,
                "pad": {"b": 12},
                "subtitle": {"font": {"size": 16}},
            },
            "margin": {"l": 70, "r": 20, "t": 50, "b": 60},
            "legend": {
                "orientation": "h", "x": 0, "xref": "container", "y": 0, "yref": "container",
                "yanchor": "bottom",
            },
            "hoverlabel": {"font": {"size": 15}},
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "xaxis": axis,
            "yaxis": axis,
        }
    )  # fmt: skip


pio.templates["lecturekit"] = _template()
pio.templates.default = "lecturekit"


def figure(title: str, x: str, y: str, *, height: int = 420) -> go.Figure:
    """An empty figure in the house style.

    Args:
        title: one sentence that says what to see.
        x, y: axis titles with units.
        height: pixels.
    """
    return go.Figure(
        layout={
            "height": height, "title": {"text": title},
            "xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}},
        }
    )  # fmt: skip


def styled(drawn: dict[str, Any]) -> go.Figure:
    """A figure in the house style from plotly's dictionary of it, as portable functions return it.

    Raises:
        ValueError: plotly does not know a property, or not that value of it.
    """
    return go.Figure(data=drawn["data"], layout=drawn["layout"])


def show(shown: go.Figure, *, alt: str) -> None:
    """Display a figure with its alt text: for screen readers, exports and folded under the picture.

    Raises:
        ValueError: the alt text is empty; a figure that nobody describes is invisible to some.
    """
    from html import escape

    from IPython.display import display

    if not alt.strip():
        raise ValueError("a figure needs alt text: say in a sentence or two what it shows")
    display(
        {"application/vnd.plotly.v1+json": shown.to_plotly_json(), "text/plain": f"Figure: {alt}"},
        metadata={"lecturekit": {"alt": alt}},
        raw=True,
    )
    text = f"<details><summary>Figure in words</summary><p>{escape(alt)}</p></details>"
    display({"text/html": text, "text/plain": alt}, raw=True)
