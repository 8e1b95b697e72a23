"""Rules about Markdown cells: headings, alternative text of images, required sections."""

from __future__ import annotations

from lecturekit.course.lint.page import Page

REQUIRED_TEXT = ("Learning objectives",)
REQUIRED_HEADINGS = ("What we measured", "What the slide left out", "References")
FIRST = "00"  # the notebook that starts the lecture settles no claims


def headings(page: Page) -> list[str]:
    """One title, and no level left out on the way down."""
    found = [(name, *heading) for name, prose in page.prose for heading in prose.headings]
    titles = [text for _, level, text in found if level == 1]
    problems = []
    if len(titles) != 1:
        problems.append(f"has {len(titles)} headings of level 1, it must be one: the title")
    before = 0
    for name, level, text in found:
        if level > before + 1:
            problems.append(f"{name}: heading {text!r} is of level {level} after level {before}")
        before = level
    return problems


def alt_of_images(page: Page) -> list[str]:
    """Every image says in words what is to be seen."""
    return [
        f"{name}: image {target} needs alternative text: ![what it shows]({target})"
        for name, prose in page.prose
        for target, alt in prose.images
        if not alt.strip()
    ]


def required_sections(page: Page) -> list[str]:
    """What every lecture notebook holds."""
    if page.path.name.startswith(FIRST):
        return []
    text = page.markdown.casefold()
    titles = [title.casefold() for _, prose in page.prose for _, title in prose.headings]
    problems = [f"names no {words!r}" for words in REQUIRED_TEXT if words.casefold() not in text]
    return problems + [
        f"has no section {words!r}"
        for words in REQUIRED_HEADINGS
        if not any(words.casefold() in title for title in titles)
    ]
