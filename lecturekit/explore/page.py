"""An explorer or a figure of an executed notebook, as HTML that lives without a kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from lecturekit.explore import scripts
from lecturekit.explore.leaves import leaves
from lecturekit.explore.snapshot import EXPLORER_MIME, PLOTLY_MIME

USUAL_HEIGHT = 420  # of a figure that names none, as in picture.js
CONTROLS = 110  # pixels above a picture, so that a page hardly moves when an explorer comes to life

script = scripts.for_page
style = scripts.style


def element(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    """The HTML of an output that holds an explorer or a plotly figure; None where it holds neither.

    Args:
        data, metadata: of a display_data or execute_result output.
    """
    alt = metadata.get("lecturekit", {}).get("alt", "")
    if EXPLORER_MIME in data:
        page = data[EXPLORER_MIME]
        figures = [dict(map(_entry, figure)) for figure in page["first"]["figures"]]
        tallest = max(figure.get(("layout", "height"), USUAL_HEIGHT) for figure in figures)
        return _waiting("lk-page lk-explorer", page, page["first"]["alt"], tallest + CONTROLS)
    if PLOTLY_MIME in data:
        import plotly.graph_objects as go

        raw = data[PLOTLY_MIME]
        flat = leaves(go.Figure(raw["data"], raw["layout"], skip_invalid=True))
        figure = [json.loads(f"[{path},{leaf}]") for path, leaf in flat.items()]
        height = raw["layout"].get("height", USUAL_HEIGHT)
        return _waiting("lk-page lk-figure", {"alt": alt, "figure": figure}, alt, height)
    return None


def _entry(change: list[Any]) -> tuple[tuple[Any, ...], Any]:
    """(path, leaf) of a default figure."""
    path, leaf = change
    return tuple(path), leaf


def _waiting(classes: str, page: dict[str, Any], alt: str, height: int) -> str:
    """An element that its script brings to life; until then, and without it, it says what it is."""
    text = json.dumps(page, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<div class="{classes}" style="min-height:{height}px">{escape(alt)}'
        f'<script type="application/json">{text}</script></div>'
    )
