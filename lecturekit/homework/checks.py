"""What a homework's test cells ask of a student's function.

In a notebook the function is called as it is. When homework is graded it lives behind the wall of
a sandbox, and the test holds a `Remote` in its place that answers the same questions. What comes
back through the wall are plain numbers, so the comparing, and what is compared with, stay outside.

Every check takes a hint: what a student reads when it fails. It says what is wrong and never which
number was expected.
"""

from __future__ import annotations

import ast
import inspect
import os
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

SEED = "LECTUREKIT_HOMEWORK_SEED"  # set while grading: hidden tests then draw other numbers
LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CALLED_LOOPS = {"map", "map_fn", "vectorize", "apply_along_axis", "while_loop", "scan", "foldl"}


class NotYet(AssertionError):
    """A check that failed; its text is the hint."""


def close(value: Any, expected: Any, hint: str, *, within: float = 1e-5) -> None:
    """`value` has the shape of `expected` and differs by at most `within` (absolute, and relative
    to numbers above 1).

    Args:
        value: a number, array or tensor, or a list or tuple of them, as the student returned it.
        expected: the same of the teacher's.
        hint: what the student reads when it fails.
        within: largest difference allowed, > 0.

    Raises:
        NotYet: another type, number of parts, shape or value, or numbers that are not finite where
            finite ones are expected.
    """
    if isinstance(expected, (list, tuple)) and isinstance(value, (list, tuple)):
        if len(value) != len(expected):
            raise NotYet(f"{hint} (A list or tuple of {len(expected)} is expected.)")
        for one, other in zip(value, expected, strict=True):
            close(one, other, hint, within=within)
        return
    mine, theirs = numbers(value, hint), np.asarray(expected, np.float64)
    if mine.shape != theirs.shape:
        raise NotYet(f"{hint} (Its shape is {mine.shape}; {theirs.shape} is expected.)")
    allowed = within * np.maximum(1, np.abs(np.where(np.isfinite(theirs), theirs, 0)))
    equal = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        if not np.all(equal | (np.abs(mine - theirs) <= allowed)):
            strange = np.isfinite(theirs).all() and not np.isfinite(mine).all()
            raise NotYet(hint + " (Some of your numbers are NaN or infinite.)" * bool(strange))


def same(value: Any, expected: Any, hint: str) -> None:
    """`value` equals `expected`: whole numbers, truth values, texts, or arrays of them.

    Raises:
        NotYet: another shape or another value.
    """
    if isinstance(expected, str):
        if type(value) is not str or value != expected:
            raise NotYet(hint)
        return
    close(value, expected, hint, within=1e-9)


def gradient(function: Callable, *arguments: Any, of: int = 0, **options: Any) -> np.ndarray:
    """Gradient of the sum of `function(*arguments, **options)` with respect to one argument.

    Args:
        of: which of `arguments`, from 0; it is a floating point array or tensor.
    Returns: array of that argument's shape; zeros where nothing flows.
    """
    if hasattr(function, "gradient"):  # behind the wall
        return function.gradient(*arguments, of=of, **options)
    import tensorflow as tf

    inputs = [tf.convert_to_tensor(a) if k == of else a for k, a in enumerate(arguments)]
    with tf.GradientTape() as tape:
        tape.watch(inputs[of])
        total = tf.reduce_sum(function(*inputs, **options))
    flows = tape.gradient(total, inputs[of], unconnected_gradients="zero")
    return tf.convert_to_tensor(flows).numpy()


def without_loop(function: Callable, hint: str) -> None:
    """`function` is written without a loop: no for, while, comprehension, map and the like.

    Raises:
        NotYet: there is one in its text.
    """
    text = getattr(function, "source", None) or inspect.getsource(function)
    for node in ast.walk(ast.parse(textwrap.dedent(text))):
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "attr", getattr(called, "id", None))
        loops = isinstance(node, LOOPS) or name in CALLED_LOOPS
        if loops and isinstance(node, ast.stmt | ast.expr):  # which have a line
            raise NotYet(f"{hint} (Line {node.lineno} of the function loops.)")


def refuses(function: Callable, *arguments: Any, hint: str, **options: Any) -> None:
    """`function` raises ValueError for these arguments.

    Raises:
        NotYet: it accepts them, or raises something else.
        NotImplementedError: it is not done yet.
    """
    try:
        function(*arguments, **options)
    except Exception as error:
        kind = getattr(error, "kind", type(error).__name__)
        if kind == "NotImplementedError":
            raise
        if kind != "ValueError":
            raise NotYet(f"{hint} (It raises {kind}; a ValueError is expected.)") from None
        return
    raise NotYet(hint)


def draws() -> np.random.Generator:
    """A generator for the data of hidden tests; while grading, its seed is the lecturer's."""
    return np.random.default_rng(int(os.environ.get(SEED, "0")))


def numbers(value: Any, hint: str) -> np.ndarray:
    """`value` as float64, if it is a number, an array or a tensor.

    An object of a student's own class could say that it equals everything; it is not asked.

    Raises:
        NotYet: it is something else, or not numeric.
    """
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("tensorflow", "keras") and hasattr(value, "numpy"):
        value = value.numpy()
        kind = type(value)
    plain = kind in (bool, int, float, np.ndarray) or isinstance(value, np.generic)
    if not plain or np.asarray(value).dtype.kind not in "biuf":
        given = "nothing" if value is None else f"a {kind.__name__}"
        raise NotYet(f"{hint} (It returned {given}; a number, array or tensor is expected.)")
    return np.asarray(value, np.float64)
