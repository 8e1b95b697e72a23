"""The student's version of a homework, made by nbgrader's own steps and proved free of answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from lecturekit.course.notebook import Raw, as_text, source, write_text
from lecturekit.homework.source import BEGIN, HIDDEN, SCHEME, SOLUTION, Source, SourceError, region

STUB = 'raise NotImplementedError("not done yet: write your lines here")'
ANSWER = "*Not answered yet: write your answer here.*"
ORDINARY = 12  # shorter lines, like `return loss`, may stand in a question as well


def student_version(homework: Source) -> Raw:
    """The notebook without solutions, hidden tests, marking schemes and outputs.

    Raises:
        SourceError: something of an answer is still in it.
    """
    import nbformat
    from nbgrader import preprocessors as steps
    from traitlets.config import Config

    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = ANSWER
    config.ClearMarkScheme.enforce_metadata = False  # here it stands in a written answer's cell
    notebook = nbformat.reads(json.dumps(homework.raw), as_version=4)
    for step in (
        steps.ClearOutput,
        steps.LockCells,
        steps.ClearSolutions,
        steps.ClearHiddenTests,
        steps.ClearMarkScheme,
        steps.ComputeChecksums,
        steps.CheckCellMetadata,
    ):
        notebook, _ = step(config=config).preprocess(notebook, {})
    released = json.loads(nbformat.writes(notebook))
    left = list(leaks(homework, released))
    if left:
        listed = "\n".join(f"  - {line}" for line in left)
        raise SourceError(f"{homework.name}: the student's version still holds\n{listed}")
    return released


def leaks(homework: Source, released: Raw) -> Iterator[str]:
    """Lines of answers and hidden tests that stand anywhere in the student's version."""
    given = json.dumps(released, ensure_ascii=False)
    shown = {line.strip() for cell in released["cells"] for line in source(cell).splitlines()}
    asked = {line.strip() for line in public_lines(homework)}
    for part in (SOLUTION, HIDDEN, SCHEME):
        if BEGIN + part in given:
            yield f"the mark {BEGIN + part}"
        for cell in homework.raw["cells"]:
            for line in region(source(cell), part):
                words = line.strip()
                if words not in asked and (
                    words in shown or (len(words) > ORDINARY and json.dumps(words)[1:-1] in given)
                ):
                    yield f"a line of {part}: {words}"


def public_lines(homework: Source) -> Iterator[str]:
    """The lines that students are meant to see."""
    for cell in homework.raw["cells"]:
        inside = False
        for line in source(cell).splitlines():
            if "### BEGIN " in line or "### END " in line:
                inside = "### BEGIN " in line
            elif not inside:
                yield line


def release(homework: Source, folder: Path) -> Path:
    """Write the student's version to `folder/NAME/NAME.ipynb`, whole or not at all.

    Raises:
        SourceError: it would give something away.
        OSError: it cannot be written.
    """
    target = folder / homework.name / f"{homework.name}.ipynb"
    write_text(target, as_text(student_version(homework)))
    return target
