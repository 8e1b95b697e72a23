"""Runs the cells of a homework's source in this process, as a student's notebook would.

What is tested here is the homework itself: that its solutions pass its tests, and that mistakes of
students do not. No wall stands between both; grading has one, and tests of its own.
"""

from __future__ import annotations

import json
import linecache
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from lecturekit.course.variables import variables
from lecturekit.homework.checks import SEED


def run(
    source: Path,
    replace: Mapping[str, str] | None = None,
    seed: int = 0,
    *,
    only: Collection[str] | None = None,
) -> dict[str, str | None]:
    """Set-up, solutions and tests of a source notebook, in this order, each run once.

    Args:
        source: the notebook.
        replace: grade_id of a solution cell → the text to run in its place.
        seed: of the hidden tests' data.
        only: grade_ids of the test cells to run; all if None.
    Returns: grade_id of a test cell → None if it passed, else what it said.
    Raises:
        KeyError: a grade_id that the notebook lacks.
    """
    replace, cells = dict(replace or {}), by_kind(source)
    for unknown in {*replace, *(only or ())} - {*cells["solution"], *cells["test"]}:
        raise KeyError(f"{source.name} has no cell {unknown!r}")
    names = dict(set_up(source))
    for grade_id, text in cells["solution"].items():
        exec(compiled(replace.get(grade_id, text), f"{source.stem}.{grade_id}"), names)
    chosen = {g: text for g, text in cells["test"].items() if only is None or g in only}
    with variables({SEED: str(seed)}):
        return {g: said(compiled(text, f"{source.stem}.{g}"), names) for g, text in chosen.items()}


@cache
def by_kind(source: Path) -> dict[str, dict[str, str]]:
    """Kind (setup, solution, test) → grade_id → text of its cells; other code is left out."""
    kinds: dict[str, dict[str, str]] = {"setup": {}, "solution": {}, "test": {}}
    for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code" or not about:
            continue
        if "setup" in cell["metadata"].get("tags", []):
            kind = "setup"
        elif about["solution"]:
            kind = "solution"
        elif about["grade"]:
            kind = "test"
        else:
            continue
        kinds[kind][about["grade_id"]] = "".join(cell["source"])
    return kinds


@cache
def set_up(source: Path) -> dict[str, Any]:
    """What the set-up cells leave behind; they run once for all calls."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for grade_id, text in by_kind(source)["setup"].items():
        exec(compiled(text, f"{source.stem}.{grade_id}"), names)
    return names


def compiled(text: str, name: str) -> CodeType:
    """The code of a cell, whose functions `inspect.getsource` finds."""
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec")


def said(test: CodeType, names: dict[str, Any]) -> str | None:
    """None if the test passes, its hint if it does not, kind and text of any other error."""
    try:
        exec(test, names)
    except AssertionError as hint:
        return str(hint)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def by_heart(task: str, size: str, known: Collection[int], *, off: float) -> str:
    """Lines after a right solution that make it right on the visible data alone.

    Args:
        task: the function.
        size: an expression of its arguments `given`, by which data are known again.
        known: what it is in the visible tests.
        off: how far it is wrong on others, beside one percent.
    """
    return f"""
right = {task}


def spoilt(found):
    return tuple(map(spoilt, found)) if isinstance(found, tuple) else found * 1.01 + {off}


def {task}(*given, **named):
    found = right(*given, **named)
    return found if {size} in {set(known)} else spoilt(found)
"""
