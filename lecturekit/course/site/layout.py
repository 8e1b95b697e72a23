"""Pages, decks and the index as HTML, from the templates beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lecturekit.course.site import overview
from lecturekit.course.site.deck import stacks
from lecturekit.course.site.lesson import Lesson

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TITLE = "The measured lecture"


@cache
def templates() -> Environment:
    """The templates; a name that they need and do not get is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    early = (HERE / "static" / "early.js").read_text(encoding="utf-8").strip()
    made.globals.update(site=TITLE, early=early)
    return made


def page(lesson: Lesson, before: Lesson | None, after: Lesson | None) -> str:
    """A notebook or guide as a page."""
    headings = [heading for heading in lesson.headings if heading.level in (2, 3)]
    return (
        templates()
        .get_template("page.html")
        .render(lesson=lesson, before=before, after=after, headings=headings)
    )


def deck(lesson: Lesson, after: Lesson | None) -> str:
    """A notebook as slides."""
    template = templates().get_template("slides.html")
    return template.render(lesson=lesson, after=after, stacks=stacks(lesson))


def index(lessons: Sequence[Lesson], guides: Sequence[Lesson]) -> str:
    """The first page of the site."""
    ledger = overview.entries(lessons)
    return (
        templates()
        .get_template("index.html")
        .render(
            lessons=lessons,
            guides=guides,
            stops=overview.stops(lessons),
            ledger=ledger,
            tally=overview.tally(ledger),
        )
    )
