"""Rules about links: their targets exist, and the notebooks lead to each other in order."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from lecturekit.course.lint.page import Page, Prose, parse
from lecturekit.course.notebook import source


def targets_exist(page: Page) -> list[str]:
    """Relative links and images lead to a file, links within the page to a heading."""
    anchors = {anchor for _, prose in page.prose for anchor in anchors_of(prose)}
    problems = []
    for name, prose in page.prose:
        for target in [*prose.links, *(image for image, _ in prose.images)]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path = unquote(parts.path)
            if path and (path.startswith("/") or not (page.path.parent / path).exists()):
                problems.append(f"{name}: {target} leads to no file of the lecture")
            if not path and unquote(parts.fragment) not in anchors:
                problems.append(f"{name}: {target} leads to no heading of this page")
    return problems


def anchors_of(prose: Prose) -> list[str]:
    """What a link within the page can lead to: JupyterLab makes an anchor of every heading."""
    return [text.replace(" ", "-") for _, text in prose.headings] + prose.anchors


def navigation(page: Page) -> list[str]:
    """First and last cell lead to the notebook before and the one after, and to no other."""
    cells = page.raw["cells"]
    wanted = [path.name for path in (page.before, page.after) if path is not None]
    problems = []
    for where, cell in (("first", cells[:1]), ("last", cells[-1:])):
        text = source(cell[0]) if cell and cell[0].get("cell_type") == "markdown" else ""
        found = [link for link in parse(text).links if is_neighbour(link)]
        if found != wanted:
            problems.append(
                f"the {where} cell must link to {' and '.join(wanted) or 'no notebook'}, "
                f"links to {' and '.join(found) or 'none'}"
            )
    return problems


def is_neighbour(link: str) -> bool:
    """Whether a link leads to a notebook of the same folder."""
    parts = urlsplit(link)
    return not parts.scheme and "/" not in parts.path and parts.path.endswith(".ipynb")
