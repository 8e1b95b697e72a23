"""Notebooks without what a run leaves in them: outputs, counts, metadata of one machine."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path

from lecturekit.course.notebook import Raw, as_text, read, write_text

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = ("title", "authors", "license")  # the rest of a notebook's metadata is about one machine
LEFT_BY_RUNS = (
    "ExecuteTime",
    "collapsed",
    "colab",
    "execution",
    "outputId",
    "papermill",
    "scrolled",
    "trusted",
    "vscode",
)


def cleaned(raw: Raw) -> Raw:
    """A copy of the notebook as it is committed; ids and sources stay as they are."""
    kept = {key: raw.get("metadata", {})[key] for key in KEPT if key in raw.get("metadata", {})}
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}, **kept}
    return {**raw, "metadata": about, "cells": [_cleaned_cell(cell) for cell in raw["cells"]]}


def _cleaned_cell(cell: Raw) -> Raw:
    cell = copy.deepcopy(cell)
    metadata = {k: v for k, v in cell.get("metadata", {}).items() if k not in LEFT_BY_RUNS}
    if not metadata.get("tags", True):
        del metadata["tags"]  # papermill adds an empty list
    cell["metadata"] = metadata
    if cell.get("cell_type") == "code":
        cell.update(outputs=[], execution_count=None)
    return cell


def clean(paths: Iterable[Path]) -> list[Path]:
    """Clean these files in place; one that is clean already is not touched.

    Returns: the files that were changed.
    Raises:
        Unreadable: a file is not a notebook.
    """
    changed = []
    for path in paths:
        raw = read(path)
        wanted = cleaned(raw)
        if wanted != raw:
            write_text(path, as_text(wanted))
            changed.append(path)
    return changed
