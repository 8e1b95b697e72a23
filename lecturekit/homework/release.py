"""The student's version of a homework, made by nbgrader's own steps and proved free of answers."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from lecturekit.course.notebook import Raw, as_text, source, write_text
from lecturekit.course.schemas import skip_addresses
from lecturekit.homework.cells import BEGIN, HIDDEN, SCHEME, SOLUTION, region
from lecturekit.homework.source import Source, SourceError

STUB = 'raise NotImplementedError("not done yet: write your lines here")'
ANSWER = "*Not answered yet: write your answer here.*"
ORDINARY = 12  # shorter lines, like `return loss`, may stand in a question as well


def student_version(homework: Source) -> Raw:
    """The notebook without solutions, hidden tests, marking schemes and outputs.

    Raises:
        SourceError: nbgrader refuses it, or something of an answer is still in it.
    """
    skip_addresses()
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
        try:
            notebook, _ = step(config=config).preprocess(notebook, {})
        except Exception as error:
            raise SourceError(f"{homework.name}: nbgrader's {step.__name__}: {error}") from error
    released = json.loads(nbformat.writes(notebook))
    left = list(leaks(homework, released))
    if left:
        listed = "\n".join(f"  - {line}" for line in left)
        raise SourceError(f"{homework.name}: the student's version still holds\n{listed}")
    return released


def leaks(homework: Source, released: Raw) -> Iterator[str]:
    """Lines of answers and hidden tests that stand anywhere in the student's version: in prose,
    outputs, metadata or attachments, with other spaces, or as a part of a longer line.

    A line may also stand in code that students see; a short one in prose as well.
    """
    given = squeezed(json.dumps(released, ensure_ascii=False) + attached(released))
    shown = {squeezed(line) for cell in released["cells"] for line in source(cell).splitlines()}
    asked = {squeezed(line) for line in public_lines(homework)}
    for part in (SOLUTION, HIDDEN, SCHEME):
        if squeezed(BEGIN + part) in given:
            yield f"the mark {BEGIN + part}"
        for cell in homework.raw["cells"]:
            for line in region(source(cell), part):
                words = squeezed(line)
                quoted = json.dumps(words, ensure_ascii=False)[1:-1]
                found = len(words) > ORDINARY and (words in given or quoted in given)
                if words not in asked and (found or words in shown):
                    yield f"a line of {part}: {line.strip()}"


def squeezed(text: str) -> str:
    """A text without its spaces."""
    return "".join(text.split())


def attached(notebook: Raw) -> str:
    """The texts of all attachments, which a notebook holds in base64."""
    texts = []
    for cell in notebook["cells"]:
        for kinds in cell.get("attachments", {}).values():
            for content in kinds.values():
                coded = "".join(content) if isinstance(content, list) else str(content)
                with contextlib.suppress(ValueError):
                    texts.append(base64.b64decode(coded).decode("utf-8", "ignore"))
    return "\n".join(texts)


def public_lines(homework: Source) -> Iterator[str]:
    """The lines that may stand in an answer as well: of code that students see, and ordinary
    short ones of the prose."""
    for cell in homework.raw["cells"]:
        inside = False
        for line in source(cell).splitlines():
            if "### BEGIN " in line or "### END " in line:
                inside = "### BEGIN " in line
            elif not inside and (cell["cell_type"] == "code" or len(squeezed(line)) <= ORDINARY):
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
