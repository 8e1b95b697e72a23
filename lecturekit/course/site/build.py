"""The whole site, from executed notebooks to a folder that a browser opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lecturekit.course.interrupt import interruptible
from lecturekit.course.site import layout
from lecturekit.course.site.lesson import Lesson, read_guide, read_lesson
from lecturekit.course.site.libraries import libraries
from lecturekit.course.site.overview import searchable
from lecturekit.course.site.places import Assets
from lecturekit.course.site.swap import replaced, write

MIB = 2**20
LARGEST_SITE = 25 * MIB
LARGEST_PAGE = 3 * MIB
NAMED = 3  # outputs that a warning about a page names


@dataclass(frozen=True)
class Built:
    """What was written: sizes in bytes by file name, sentences that a person should read."""

    index: Path
    sizes: Mapping[str, int]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    @property
    def pages(self) -> dict[str, int]:
        return {name: size for name, size in self.sizes.items() if name.endswith(".html")}


def build(executed: Mapping[Path, Path], target: Path) -> Built:
    """Write the site of these notebooks to the folder `target`, whole or not at all.

    The Markdown files beside the notebooks, guides and glossary, get pages as well.

    Args:
        executed: notebook of the checkout -> the same with outputs, in lecture order.
        target: folder; one that is there is replaced.
    Raises:
        CourseError: something cannot be shown or written; `target` is as it was.
    """
    with interruptible():
        assets = Assets()
        beside = sorted(p for f in {path.parent for path in executed} for p in f.glob("*.md"))
        pages = frozenset(path.stem for path in [*executed, *beside])
        lessons = [read_lesson(done, path, pages, assets) for path, done in executed.items()]
        guides = [read_guide(path, pages, assets) for path in beside]
        files = written(lessons, guides) | {f"assets/{n}": c for n, c in libraries().items()}
        files |= {f"assets/{name}": content for name, content in assets.files.items()}
        sizes = {name: len(content) for name, content in files.items()}
        with replaced(target) as folder:
            write(folder, files)
    notes = tuple(note for lesson in lessons for note in lesson.notes)
    return Built(target / "index.html", sizes, notes, tuple(too_large(sizes, lessons)))


def written(lessons: Sequence[Lesson], guides: Sequence[Lesson]) -> dict[str, bytes]:
    """Every page by its name, and the headings to search in."""
    made = {
        "index.html": layout.index(lessons, guides),
        "assets/headings.js": searchable([*lessons, *guides]),
    }
    made |= {guide.page: layout.page(guide, None, None) for guide in guides}
    for number, lesson in enumerate(lessons):
        before = lessons[number - 1] if number else None
        after = lessons[number + 1] if number + 1 < len(lessons) else None
        made[lesson.page] = layout.page(lesson, before, after)
        made[lesson.deck] = layout.deck(lesson, after)
    return {name: text.encode() for name, text in made.items()}


def too_large(sizes: Mapping[str, int], lessons: Sequence[Lesson]) -> list[str]:
    """A sentence for each page that loads slowly, and one for a site that does."""
    found = []
    for lesson in lessons:
        outputs = [output for block in lesson.blocks for output in block.outputs]
        largest = sorted(outputs, key=lambda output: -len(output.html))[:NAMED]
        named = "; ".join(f"{o.what}: {in_words(len(o.html.encode()))}" for o in largest)
        for name in (lesson.page, lesson.deck):
            if sizes[name] > LARGEST_PAGE:
                size, most = in_words(sizes[name]), in_words(LARGEST_PAGE)
                found.append(f"{name} has {size}, more than {most}. Its largest outputs: {named}.")
    if sum(sizes.values()) > LARGEST_SITE:
        total, most = in_words(sum(sizes.values())), in_words(LARGEST_SITE)
        found.append(f"The site has {total}, more than {most}. Give its explorers fewer states.")
    return found


def in_words(size: int) -> str:
    """Bytes in words."""
    return f"{size / MIB:.1f} MiB" if size >= MIB else f"{size / 1024:.0f} KiB"
