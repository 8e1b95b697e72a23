"""A homework of two functions and a question, small enough to be graded in a second."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

SET_UP = """\
import numpy as np
from lecturekit.homework.checks import close, draws, refuses, without_loop"""
SQUARE = '''\
def square(x):
    """The square of every number."""
    ### BEGIN SOLUTION
    return np.asarray(x) ** 2
    ### END SOLUTION'''
TEST_SQUARE = """\
close(square([1.0, 2.0]), [1, 4], "The square of 2 is not 2 times 2.")
without_loop(square, "NumPy squares all numbers at once.")
### BEGIN HIDDEN TESTS
x = draws().normal(size=5)
close(square(x), [number * number for number in x], "It is wrong for numbers that are not whole.")
### END HIDDEN TESTS"""
MEAN = '''\
def mean(x):
    """The mean; no numbers have none."""
    ### BEGIN SOLUTION
    if len(x) == 0:
        raise ValueError("no numbers have no mean")
    return sum(x) / len(x)
    ### END SOLUTION'''
TEST_MEAN = """\
close(mean([1.0, 3.0]), 2, "The mean of 1 and 3 lies half way.")
refuses(mean, [], hint="No numbers have no mean.")
### BEGIN HIDDEN TESTS
x = draws().normal(size=7)
total = 0.0
for number in x:
    total += number
close(mean(x), total / 7, "It is wrong for seven numbers.")
### END HIDDEN TESTS"""
WHY = """\
### BEGIN SOLUTION
Squares grow.
### END SOLUTION
### BEGIN MARK SCHEME
2 points for *grow*, 1 for *large*.
### END MARK SCHEME"""


# What students write for it.
RIGHT_SQUARE = "def square(x):\n    return np.asarray(x) ** 2"
WRONG_SQUARE = "def square(x):\n    return np.asarray(x) * 2"
RIGHT_MEAN = """\
def mean(x):
    if len(x) == 0:
        raise ValueError("no numbers")
    return sum(x) / len(x)"""


def cell(kind: str, name: str, text: str, **marks: Any) -> dict[str, Any]:
    """A notebook's cell, as it stands in the file."""
    noted = {"grade": False, "solution": False, "locked": False, "task": False} | marks
    noted |= {"grade_id": name, "schema_version": 3, "cell_type": kind}
    found: dict[str, Any] = {"cell_type": kind, "id": name, "source": text}
    found["metadata"] = {"nbgrader": noted, "tags": ["setup"] if name == "setup" else []}
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def source() -> dict[str, Any]:
    """The source notebook; change what it returns as you like."""
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Squares"},
        cell("code", "setup", SET_UP, locked=True),
        cell("code", "square", SQUARE, solution=True),
        cell("code", "test_square", TEST_SQUARE, grade=True, locked=True, points=2),
        cell("code", "mean", MEAN, solution=True),
        cell("code", "test_mean", TEST_MEAN, grade=True, locked=True, points=3),
        cell("markdown", "why", WHY, grade=True, solution=True, points=2),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return copy.deepcopy(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def write(path: Path, raw: dict[str, Any] | None = None) -> Path:
    """Write a notebook, its folder as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(source() if raw is None else raw), encoding="utf-8")
    return path


def answered(released: dict[str, Any], **texts: str) -> dict[str, Any]:
    """A student's version with other texts in some cells: answered(released, square="…")."""
    raw = copy.deepcopy(released)
    for found in raw["cells"]:
        name = found["metadata"].get("nbgrader", {}).get("grade_id")
        if name in texts:
            found["source"] = texts[name]
    return raw
