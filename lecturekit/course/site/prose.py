"""Markdown cells as HTML, cut where a section of the lecture begins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lecturekit.course.notebook import Raw, source
from lecturekit.course.site.highlight import block
from lecturekit.course.site.maths import BadFormula, mathml
from lecturekit.course.site.places import Places
from lecturekit.course.site.rewrite import rewrite

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SECTION = 2  # headings up to this level begin a section
NAVIGATION = re.compile(r"(Previous|Next): \[[^\]]*\]\([^)]*\.ipynb\)")  # the site has its own
FORMULA = '<span class="site-formula site-scroll" role="group" tabindex="0" aria-label="Formula">{}'


@dataclass(frozen=True)
class Heading:
    """A heading of a page and the name that a link leads to."""

    level: int
    text: str
    anchor: str

    @property
    def href(self) -> str:
        return f"#{quote(self.anchor)}"


@dataclass(frozen=True)
class Passage:
    """A piece of prose that lies within one section; it may begin with the section's heading."""

    html: str
    headings: tuple[Heading, ...] = ()

    @property
    def begins(self) -> int:
        """Level of the section that begins here, 0 if none does."""
        level = self.headings[0].level if self.headings else 0
        return level if level <= SECTION and self.html.startswith(f"<h{level}") else 0


@dataclass
class Writer:
    """Writes the prose of one notebook; no two of its headings get the same name."""

    places: Places
    taken: set[str] = field(default_factory=set)

    def passages(self, cell: Raw, name: str) -> list[Passage]:
        """The passages of a Markdown cell.

        Args:
            cell: as it stands in the notebook.
            name: how a message names it.
        Raises:
            CourseError: a formula or an image that cannot be shown.
        """
        tokens = without_navigation(reader().parse(source(cell)))
        cuts = [0, *(k for k, t in enumerate(tokens) if k and begins_section(t)), len(tokens)]
        parts = [tokens[a:b] for a, b in pairwise(cuts) if a < b]
        return [self.passage(part, name, cell.get("attachments", {})) for part in parts]

    def html(self, markdown: str, name: str) -> str:
        """Markdown that an output holds, headings and all."""
        return "".join(p.html for p in self.passages({"source": markdown}, name))

    def passage(
        self, tokens: list[Token], name: str, attachments: Mapping[str, Mapping[str, str]]
    ) -> Passage:
        """Some tokens as HTML."""
        headings = [
            self.heading(opening, inline)
            for opening, inline in pairwise(tokens)
            if opening.type == "heading_open"
        ]
        try:
            html = reader().renderer.render(tokens, reader().options, {})
        except BadFormula as error:
            raise error.at(self.places.notebook.stem, name) from error

        def image(target: str) -> str:
            return self.places.image(target, name, attachments)

        return Passage(rewrite(html, self.places.link, image), tuple(headings))

    def heading(self, opening: Token, inline: Token) -> Heading:
        """Name a heading as JupyterLab does, so that links to it work in both."""
        text = words(inline)
        anchor = base = re.sub(r"\s", "-", text) or "section"
        number = 1
        while anchor in self.taken:
            number += 1
            anchor = f"{base}-{number}"
        self.taken.add(anchor)
        heading = Heading(int(opening.tag[1]), text, anchor)
        opening.attrSet("id", anchor)
        label = escape(f"Link to “{text}”")
        mark = f' <a class="site-anchor" href="{escape(heading.href)}" aria-label="{label}">#</a>'
        assert inline.children is not None  # the parser gives every heading some
        inline.children.append(type(inline)("html_inline", "", 0, content=mark))
        return heading


def words(inline: Token) -> str:
    """What a heading says, without its markup."""
    children = [t for t in inline.children or () if t.type != "html_inline"]
    return "".join(" " if t.type in ("softbreak", "hardbreak") else t.content for t in children)


def begins_section(token: Token) -> bool:
    """Whether a section begins with this token."""
    return token.type == "heading_open" and int(token.tag[1]) <= SECTION and token.level == 0


def without_navigation(tokens: list[Token]) -> list[Token]:
    """Leave out the paragraphs that only link to the notebooks before and after."""
    away: set[int] = set()
    for number, token in enumerate(tokens):
        rest = NAVIGATION.sub("", token.content).strip(" ·|\n")
        if token.type == "inline" and not rest and NAVIGATION.search(token.content):
            away |= {number - 1, number, number + 1}
    return [token for number, token in enumerate(tokens) if number not in away]


@cache
def reader() -> MarkdownIt:
    """Markdown with tables, maths between dollars and HTML, as the notebooks are written."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    made = MarkdownIt("commonmark", {"highlight": fence}).enable(["table", "strikethrough"])
    made.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    made.add_render_rule("math_inline", inline_maths)
    made.add_render_rule("math_inline_double", display_maths)
    made.add_render_rule("math_block", display_maths)
    return made


def fence(code: str, language: str, _: Any) -> str:
    """A block of code within prose."""
    return block(code, language)


def inline_maths(_: Any, tokens: Sequence[Token], number: int, *__: Any) -> str:
    """A formula in a line."""
    return mathml(tokens[number].content, display=False)


def display_maths(_: Any, tokens: Sequence[Token], number: int, *__: Any) -> str:
    """A formula on a line of its own, which scrolls when it is wider than the page."""
    return FORMULA.format(mathml(tokens[number].content, display=True)) + "</span>\n"
