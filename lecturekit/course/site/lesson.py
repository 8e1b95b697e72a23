"""An executed notebook, ready to be laid out as a page or as slides."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from lecturekit.claims import MIME, collect
from lecturekit.course.lint.code import parsed
from lecturekit.course.lint.page import name_of
from lecturekit.course.notebook import Raw, read, source, tags
from lecturekit.course.site.highlight import python
from lecturekit.course.site.outputs import Output, outputs
from lecturekit.course.site.places import Assets, Places
from lecturekit.course.site.prose import Heading, Passage, Writer

LONG_CODE = 14  # lines; longer cells are folded on the page


@dataclass(frozen=True)
class Block:
    """A passage of prose, or a code cell with its outputs. `claim` is 0 without one."""

    cell: str
    passage: Passage | None = None
    code: str = ""
    lines: int = 0
    outputs: tuple[Output, ...] = ()
    claim: int = 0
    setup: bool = False  # imports or parameters only
    first: bool = True  # of the passages that a cell was cut into

    @property
    def long(self) -> bool:
        return self.lines > LONG_CODE

    @property
    def pictured(self) -> bool:
        return any(output.picture for output in self.outputs)


@dataclass(frozen=True)
class Lesson:
    """A notebook with a page of its own, or a guide, which has no code and no slides."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    records: tuple[dict, ...] = ()
    raw: Raw = field(default_factory=dict, repr=False)
    guide: bool = False

    @property
    def page(self) -> str:
        return f"{self.name}.html"

    @property
    def deck(self) -> str:
        return f"{self.name}.slides.html"

    @property
    def headings(self) -> list[Heading]:
        """Those of the prose, in order."""
        return [h for b in self.blocks if b.passage for h in b.passage.headings]

    @property
    def titled(self) -> bool:
        """Whether the notebook itself has a heading of level 1."""
        return any(heading.level == 1 for heading in self.headings)

    @property
    def pictured(self) -> bool:
        """Whether something on it needs plotly."""
        return any(b.pictured for b in self.blocks)

    @property
    def notes(self) -> list[str]:
        """What its explorers have to say about themselves."""
        return [f"{self.name}: {o.note}" for b in self.blocks for o in b.outputs if o.note]


def read_lesson(executed: Path, notebook: Path, pages: frozenset[str], assets: Assets) -> Lesson:
    """Read an executed notebook.

    Args:
        executed: the file with outputs.
        notebook: the file in the checkout; its links and images are relative to it.
        pages: stems of all notebooks that get a page.
        assets: takes the pictures.
    Raises:
        CourseError: it holds something that cannot be shown; names the cell.
    """
    raw = read(executed)
    writer = Writer(Places(notebook, pages, assets))
    blocks: list[Block] = []
    claimed: set[int] = set()
    for number, cell in enumerate(raw["cells"], start=1):
        name, key = name_of(cell, number), str(cell.get("id") or number)
        if cell.get("cell_type") == "markdown":
            for k, passage in enumerate(writer.passages(cell, name)):
                blocks.append(Block(key, passage, first=k == 0))
        elif cell.get("cell_type") == "code" and (source(cell).strip() or cell.get("outputs")):
            claim = next((n for n in claims_of(cell) if n not in claimed), 0)
            claimed.add(claim)
            shown = tuple(outputs(cell, name, writer))
            code = source(cell).strip("\n")
            lines, setup = len(code.splitlines()), only_sets_up(cell)
            blocks.append(Block(key, None, python(code), lines, shown, claim, setup))
    headings = [h for b in blocks if b.passage for h in b.passage.headings]
    title = next((h.text for h in headings if h.level == 1), notebook.stem)
    return Lesson(notebook.stem, title, tuple(blocks), tuple(collect(executed)), raw)


def read_guide(path: Path, pages: frozenset[str], assets: Assets) -> Lesson:
    """Read a page of Markdown that lies beside the notebooks. Arguments, raises: `read_lesson`."""
    cell = {"cell_type": "markdown", "source": path.read_text(encoding="utf-8")}
    writer = Writer(Places(path, pages, assets))
    blocks = [
        Block("guide", passage, first=k == 0)
        for k, passage in enumerate(writer.passages(cell, path.name))
    ]
    headings = [h for b in blocks if b.passage for h in b.passage.headings]
    title = next((h.text for h in headings if h.level == 1), path.stem)
    return Lesson(path.stem, title, tuple(blocks), guide=True)


def only_sets_up(cell: Raw) -> bool:
    """Whether a cell holds nothing but imports and settings, or the parameters."""
    tree = parsed(cell)
    harmless = ast.Import | ast.ImportFrom | ast.Expr
    imports = tree is not None and all(isinstance(part, harmless) for part in tree.body)
    return not cell.get("outputs") and (imports or "parameters" in tags(cell))


def claims_of(cell: Raw) -> list[int]:
    """Numbers of the claims that a cell judges."""
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [entry[MIME]["number"] for entry in data if MIME in entry]
