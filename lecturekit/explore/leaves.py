"""Figures as flat {path: leaf}, so that only what differs between two of them is kept or sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

WRITTEN = ("text", "hovertext", "customdata")  # numbers to read: in 32 bits 0.1 is 0.10000000149
Leaves = dict[str, str]  # a path like '["data",0,"y"]' -> the leaf there, both as JSON


def leaves(figure: Any) -> Leaves:
    """Return a plotly figure as leaves. Arrays become base64, in 32 bits where that is enough."""
    tree = figure.to_plotly_json()
    tree = {"data": tree["data"], "layout": tree["layout"]}
    return {_json(path): _json(leaf) for path, leaf in _walk(tree, [])}


def changes(old: Leaves, new: Leaves) -> list[list[str | None]]:
    """Return [path, leaf] of all that differs in ``new``; a leaf that is gone becomes None."""
    gone: list[list[str | None]] = [[path, None] for path in old if path not in new]
    return gone + [[path, leaf] for path, leaf in new.items() if old.get(path) != leaf]


def _walk(node: Any, path: list[str | int]) -> Iterator[tuple[list[str | int], Any]]:
    if isinstance(node, Mapping) and "bdata" not in node and node and path[-1:] != ["template"]:
        for key, child in node.items():
            yield from _walk(child, [*path, key])
    elif isinstance(node, list | tuple) and any(isinstance(child, Mapping) for child in node):
        for index, child in enumerate(node):
            yield from _walk(child, [*path, index])
    else:
        yield path, _leaf(node, path)


def _leaf(node: Any, path: list[str | int]) -> Any:
    if isinstance(node, Mapping) and node.get("dtype") == "f8" and path[-1] not in WRITTEN:
        return _shorter(node)
    return node


def _shorter(spec: Mapping[str, Any]) -> dict[str, Any]:
    """An array of plotly's typed form in 32 bits: seven digits draw a picture.

    Not where values lie far from zero and close together: 1e6 + 0.1 and 1e6 + 0.11 would be one.
    """
    exact = np.frombuffer(base64.b64decode(spec["bdata"]), "<f8")
    with np.errstate(over="ignore", under="ignore"):
        short = exact.astype("<f4")
    if not np.allclose(short, exact, rtol=1e-6, atol=0, equal_nan=True):
        return dict(spec)
    finite = exact[np.isfinite(exact)]
    spread = np.ptp(finite) if finite.size else 0.0
    off = np.abs(finite.astype("<f4") - finite).max(initial=0.0)
    if off > 1e-4 * spread > 0:  # more than a tenth of a pixel in a picture of 1,000
        return dict(spec)
    return {**spec, "dtype": "f4", "bdata": base64.b64encode(short.tobytes()).decode()}


def _json(value: Any) -> str:
    from plotly.utils import PlotlyJSONEncoder

    return json.dumps(value, cls=PlotlyJSONEncoder, separators=(",", ":"))
