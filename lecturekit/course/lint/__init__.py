"""A lint for the lecture's notebooks: each rule is a function from a page to a list of problems."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lecturekit.course.lint.code import alt_of_figures, cell_length, parameters_cell
from lecturekit.course.lint.form import cell_ids, no_traces_of_runs, valid_format
from lecturekit.course.lint.links import navigation, targets_exist
from lecturekit.course.lint.page import Page
from lecturekit.course.lint.prose import alt_of_images, headings, required_sections
from lecturekit.course.lint.sections import sections_start_alone
from lecturekit.course.notebook import Unreadable, read

RULES = (
    valid_format,
    cell_ids,
    no_traces_of_runs,
    parameters_cell,
    cell_length,
    alt_of_figures,
    sections_start_alone,
    headings,
    alt_of_images,
    required_sections,
    targets_exist,
    navigation,
)


def check(paths: Sequence[Path]) -> list[str]:
    """All problems of these notebooks, which follow each other in this order.

    Returns: sentences that begin with the file's name; empty if there is nothing to mend.
    """
    problems = []
    for number, path in enumerate(paths):
        try:
            raw = read(path)
        except Unreadable as error:
            problems.append(str(error))
            continue
        before = paths[number - 1] if number else None
        after = paths[number + 1] if number + 1 < len(paths) else None
        page = Page(path, raw, before, after)
        problems += [f"{path.name}: {problem}" for rule in RULES for problem in rule(page)]
    return problems
