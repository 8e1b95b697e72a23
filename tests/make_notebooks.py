"""Small notebooks and checkouts for the tests of the course."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from lecturekit.course.clean import KERNEL


def code(source: str, *tags: str, id: str = "") -> dict:
    """A code cell that was never run."""
    cell = {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}}
    return {**cell, "id": id, "source": source, "outputs": [], "execution_count": None}


def text(source: str, *, id: str = "") -> dict:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "id": id, "source": source}


def notebook(cells: Sequence[dict]) -> dict:
    """A notebook of these cells; a cell without an id gets one."""
    cells = [{**cell, "id": cell["id"] or f"cell-{n}"} for n, cell in enumerate(cells, start=1)]
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": about, "cells": cells}


def checkout(root: Path, **notebooks: Sequence[dict] | str) -> Path:
    """A checkout with these notebooks: cells, or the text of a damaged file."""
    for folder in ("notebooks", "data"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").touch()
    for name, content in notebooks.items():
        content = content if isinstance(content, str) else json.dumps(notebook(content))
        (root / "notebooks" / f"{name}.ipynb").write_text(content, encoding="utf-8")
    return root


def printed(path: Path) -> str:
    """All that an executed notebook printed."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join("".join(output.get("text", [])) for output in outputs)
