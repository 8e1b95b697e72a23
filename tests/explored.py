"""A study to test with, and pictures put together again from what an explorer sends."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lecturekit.explore import Choice, Slider, Study, Toggle

X = np.linspace(0.0, 1.0, 11)


def line(slope, bend, doubled):
    """y = slope · x^bend, or twice that."""
    return go.Figure(go.Scatter(x=X, y=slope * X**bend * (2 if doubled else 1)))


def controls():
    return {
        "slope": Slider(0, 20, value=3, label="Slope"),
        "bend": Choice({"straight": 1, "bent": 2}, label="Shape"),
        "doubled": Toggle(label="Twice as high"),
    }


def alt(slope, bend, doubled):
    return f"A {bend} curve with slope {slope}"


def study(function=line):
    return Study(function, controls(), title="A curve", alt=alt)


def from_base64(spec: Any) -> np.ndarray:
    """The array that plotly wrote as {"dtype", "bdata", "shape"}, or passed through."""
    if not isinstance(spec, dict):
        return np.asarray(spec)
    flat = np.frombuffer(base64.b64decode(spec["bdata"]), dtype=spec["dtype"])
    shape = [int(size) for size in str(spec.get("shape", flat.size)).split(",")]
    return flat.reshape(shape)


def figure_from(entries: Iterable[list]) -> dict[str, Any]:
    """The picture of [path, leaf] entries; of two with one path the later one, [path] for none."""
    kept: dict[str, list] = {}
    for path, *leaf in entries:
        kept.pop(json.dumps(path), None)
        if leaf:
            kept[json.dumps(path)] = [path, leaf[0]]
    made: dict[str, Any] = {}
    for path, leaf in kept.values():
        node = made
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = leaf
    return _lists(made)


def _lists(node: Any) -> Any:
    """Branches with numbers for keys become lists, plotly's typed arrays become plain ones."""
    if not isinstance(node, dict):
        return [_lists(each) for each in node] if isinstance(node, list) else node
    if "bdata" in node:
        return from_base64(node).tolist()
    if node and all(isinstance(key, int) for key in node):
        return [_lists(node[key]) for key in sorted(node)]
    return {key: _lists(child) for key, child in node.items()}


def same(left: Any, right: Any) -> bool:
    """Whether two pictures are one to seven digits; NaN and None are the same gap."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) or isinstance(right, float):
        one, other = (math.nan if n is None else n for n in (left, right))
        return math.isclose(one, other, rel_tol=1e-6) or (one != one and other != other)
    return left == right


def picture(figure: go.Figure) -> dict[str, Any]:
    """A figure as it should arrive."""
    whole = json.loads(figure.to_json())
    return _lists({"data": whole["data"], "layout": whole["layout"]})
