"""What a translation holds, for tests without JavaScript."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable

import numpy as np

from lecturekit.portable import translate
from lecturekit.portable.writer import Writer

GRID = np.array([[1.0, 2.0], [3.0, 4.0]])


def body(function: Callable[..., object]) -> str:
    """The translation without the meanings that stand in front of it."""
    return translate(function).split("isfinite: (a)")[1].split("});\n", 1)[1]


def written(source: str) -> str:
    """The translation of an expression in `x`."""
    tree = ast.parse(f"def f(x):\n    return {source}").body[0]
    known = {**vars(builtins), "math": math, "GRID": GRID, "np": np}
    text = Writer("f", known).function(tree)
    return text.removeprefix("($x) => {\nreturn ").removesuffix(";\nreturn null;\n}")
