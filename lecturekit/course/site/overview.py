"""What the index shows: the map of the lecture, the ledger, and the headings to search in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from urllib.parse import quote

from lecturekit.claims import Setting
from lecturekit.claims.judge import MARKS
from lecturekit.course.notebook import source
from lecturekit.course.site.lesson import Lesson
from lecturekit.course.site.prose import reader, words

MAP_COLUMNS = ("notebook", "slides", "claims")


@dataclass(frozen=True)
class Stop:
    """A line of the map. `lesson` is None where the notebook is still being written."""

    title: str
    slides: str
    claims: str
    lesson: Lesson | None = None

    @property
    def number(self) -> int:
        found = re.search(r"\d+", self.title)
        return int(found.group()) if found else -1


@dataclass(frozen=True)
class Entry:
    """A claim of the ledger; `href` leads to its card."""

    record: dict
    lesson: Lesson

    @property
    def href(self) -> str:
        return f"{self.lesson.page}#claim-{self.record['number']}"

    @property
    def verdict(self) -> str:
        return self.record["verdict"]

    @property
    def mark(self) -> str:
        return MARKS[self.verdict]

    @property
    def evidence(self) -> list[tuple[str, str, str]]:
        """(verdict, mark, sentence) of every setting."""
        settings = self.record["settings"]
        return [(s["verdict"], MARKS[s["verdict"]], str(Setting(**s))) for s in settings]


def stops(lessons: Sequence[Lesson]) -> list[Stop]:
    """The map: every notebook that is here, and those that a map in a notebook announces."""
    here = [Stop(lesson.title, slides_of(lesson), claims_of(lesson), lesson) for lesson in lessons]
    known = {stop.number for stop in here}
    coming = {s.number: s for lesson in lessons for s in announced(lesson)}
    return sorted(
        [*here, *(stop for number, stop in coming.items() if number not in known)],
        key=lambda stop: stop.number,
    )


def slides_of(lesson: Lesson) -> str:
    """The slides whose claims a lesson judges."""
    return "; ".join(dict.fromkeys(record["slide"] for record in lesson.records))


def claims_of(lesson: Lesson) -> str:
    """Numbers in a row as 38–43."""
    numbers = sorted({record["number"] for record in lesson.records})
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda kn: kn[1] - kn[0])]
    return ", ".join(f"{run[0]}–{run[-1]}" if run[1:] else str(run[0]) for run in runs)


def announced(lesson: Lesson) -> Iterator[Stop]:
    """The rows of a table with the columns notebook, slides, claims, if the lesson has one."""
    for cell in lesson.raw.get("cells", []):
        if cell.get("cell_type") == "markdown" and all(c in source(cell) for c in MAP_COLUMNS):
            pairs = pairwise(reader().parse(source(cell)))
            cells = [words(b) for a, b in pairs if a.type in ("th_open", "td_open")]
            rows = list(zip(cells[::3], cells[1::3], cells[2::3], strict=False))
            if rows and rows[0] == MAP_COLUMNS:
                yield from (Stop(*row) for row in rows[1:])


def entries(lessons: Sequence[Lesson]) -> list[Entry]:
    """The ledger, by number."""
    found = [Entry(record, lesson) for lesson in lessons for record in lesson.records]
    return sorted(found, key=lambda entry: entry.record["number"])


def tally(ledger: Sequence[Entry]) -> list[tuple[str, str, int]]:
    """(verdict, mark, how many claims have it)."""
    counts = Counter(entry.verdict for entry in ledger)
    return [(verdict, mark, counts[verdict]) for verdict, mark in MARKS.items()]


def searchable(lessons: Sequence[Lesson]) -> str:
    """A script with every heading and claim: pages from a folder may not fetch a file of data."""
    rows = [
        [heading.text, lesson.title, f"{lesson.page}#{quote(heading.anchor)}"]
        for lesson in lessons
        for heading in lesson.headings
    ]
    rows += [
        [f"Claim {e.record['number']}: {e.record['statement']}", e.lesson.title, e.href]
        for e in entries(lessons)
    ]
    return f"window.lecturekitHeadings = {json.dumps(rows, ensure_ascii=False)};\n"
