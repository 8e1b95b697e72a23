"""A lesson cut into slides: a stack for every section, a slide for every thought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lecturekit.course.site.lesson import Block, Lesson
from lecturekit.course.site.prose import Passage

TITLE, SECTION = 1, 2
BOLD = "\n<p><strong>"  # the first bold word of a title cell begins what is not its title


@dataclass(frozen=True)
class Slide:
    """What is seen at a time. `title` marks the one with the notebook's title."""

    block: Block
    title: bool = False

    @property
    def folded(self) -> bool:
        """Whether the code waits below the picture or the claim that it has made."""
        claims = (output.kind == "claim" for output in self.block.outputs)
        return self.block.pictured or any(claims)


def without_sections(html: str) -> str:
    """The same without `<section>`, by which reveal.js knows a slide."""
    return re.sub(r"<(/?)section\b", r"<\1div", html)


def unsectioned(block: Block) -> Block:
    """A block whose HTML makes no slides of its own."""
    shown = tuple(replace(o, html=without_sections(o.html)) for o in block.outputs)
    passage = block.passage and replace(block.passage, html=without_sections(block.passage.html))
    return replace(block, outputs=shown, passage=passage)


def stacks(lesson: Lesson) -> list[list[Slide]]:
    """The slides of a lesson, a list for every section."""
    made: list[list[Slide]] = []
    for slide in slides(lesson):
        passage = slide.block.passage
        if not made or slide.title or (passage and passage.begins == SECTION):
            made.append([])
        made[-1].append(slide)
    return made


def slides(lesson: Lesson) -> Iterator[Slide]:
    """Slide after slide; cells that only set something up are no slides."""
    for block in map(unsectioned, lesson.blocks):
        passage = block.passage
        if passage and passage.begins == TITLE:
            head, bold, rest = passage.html.partition(BOLD)
            yield Slide(replace(block, passage=Passage(head, passage.headings)), title=True)
            if rest:
                yield Slide(replace(block, passage=Passage(bold.lstrip() + rest), first=False))
        elif not block.setup and (passage is None or passage.html.strip()):
            yield Slide(block)
