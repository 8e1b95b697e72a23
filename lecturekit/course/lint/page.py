"""What the rules look at: a notebook and its neighbours, its prose parsed once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

from lecturekit.course.notebook import Raw, source

MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


@dataclass
class Prose:
    """Headings (level, text), images (target, alternative text), links and anchors of a cell."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One notebook; `before` and `after` are the files next to it in the lecture."""

    path: Path
    raw: Raw
    before: Path | None = None
    after: Path | None = None

    @cached_property
    def prose(self) -> list[tuple[str, Prose]]:
        """(name of the cell, what it holds) of every Markdown cell."""
        return [(name, parse(source(cell))) for name, cell in self.cells("markdown")]

    @cached_property
    def markdown(self) -> str:
        """The text of all Markdown cells."""
        return "\n".join(source(cell) for _, cell in self.cells("markdown"))

    def cells(self, kind: str) -> Iterator[tuple[str, Raw]]:
        """(name, cell) of every cell of a kind: "code" or "markdown"."""
        for number, cell in enumerate(self.raw["cells"], start=1):
            if cell.get("cell_type") == kind:
                yield name_of(cell, number), cell


def name_of(cell: Raw, number: int) -> str:
    """How a problem names a cell."""
    return f"cell {cell['id']}" if cell.get("id") else f"cell number {number}"


def parse(text: str) -> Prose:
    """Read Markdown with HTML in it; maths is left out, its brackets are not links."""
    from markdown_it import MarkdownIt

    prose = Prose()
    html = Tags(prose)
    tokens = MarkdownIt("commonmark").enable("table").parse(MATHS.sub("maths", text))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            prose.headings.append((int(token.tag[1]), following.content))
        if token.type == "html_block":
            html.feed(token.content)
        for inner in token.children or ():
            if inner.type == "image":
                prose.images.append((str(inner.attrGet("src")), inner.content))
            elif inner.type == "link_open":
                prose.links.append(str(inner.attrGet("href")))
            elif inner.type == "html_inline":
                html.feed(inner.content)
    return prose


class Tags(HTMLParser):
    """Collects images, links and anchors that are written as HTML."""

    def __init__(self, prose: Prose) -> None:
        super().__init__()
        self.prose = prose

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.prose.images.append((given.get("src", ""), given.get("alt", "")))
        if tag == "a" and "href" in given:
            self.prose.links.append(given["href"])
        if "id" in given:
            self.prose.anchors.append(given["id"])
