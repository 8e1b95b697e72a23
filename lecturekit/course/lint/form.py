"""Rules about the file: its format, the ids of its cells, what runs leave behind."""

from __future__ import annotations

from collections import Counter

from lecturekit.course.clean import cleaned
from lecturekit.course.lint.page import Page, name_of


def valid_format(page: Page) -> list[str]:
    """nbformat 4.5, the first with cell ids, and nothing its schema forbids."""
    from nbformat.validator import iter_validate

    if page.raw.get("nbformat_minor") != 5:
        minor = page.raw.get("nbformat_minor")
        return [f"is in notebook format 4.{minor}; save it as 4.5, which has cell ids"]
    return [
        f"breaks the notebook format: {str(error).splitlines()[0]}"
        for error in iter_validate(page.raw)
    ]


def cell_ids(page: Page) -> list[str]:
    """Every cell has an id of its own, and one that is not a mere number: nbstripout's numbers
    change with every cell that is put in between."""
    cells = page.raw["cells"]
    problems = [
        f"{name_of(cell, number)} needs a stable id with letters, has {cell.get('id')!r}"
        for number, cell in enumerate(cells, start=1)
        if not str(cell.get("id", "")).strip("0123456789")
    ]
    counts = Counter(cell["id"] for cell in cells if cell.get("id"))
    return problems + [f"{n} cells have the id {id!r}" for id, n in counts.items() if n > 1]


def no_traces_of_runs(page: Page) -> list[str]:
    """No outputs, counts, widget state or metadata of one machine."""
    wanted = cleaned(page.raw)
    traces = []
    if page.raw.get("metadata") != wanted["metadata"]:
        given, kept = page.raw.get("metadata", {}), wanted["metadata"]
        keys = sorted(k for k in given.keys() | kept.keys() if given.get(k) != kept.get(k))
        traces.append(f"metadata of one machine ({', '.join(keys)})")
    for number, (cell, clean) in enumerate(
        zip(page.raw["cells"], wanted["cells"], strict=True), start=1
    ):
        keys = sorted(k for k in clean.keys() | cell.keys() if cell.get(k) != clean.get(k))
        if keys:
            traces.append(f"{name_of(cell, number)} ({', '.join(keys)})")
    return [f"holds traces of a run: {t}; remove them with: lecturekit clean" for t in traces]
