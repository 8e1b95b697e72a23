"""The scripts and style sheets of the site: our own, plotly's, and reveal.js for the slides."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from lecturekit.course.errors import CourseError

STATIC = Path(__file__).parent / "static"
OWN = ("site.css", "site.js", "slides.css", "slides.js")
REVEAL_PACKAGE = "sphinx_revealjs"  # carries reveal.js; it is not imported, sphinx would come along
REVEAL = ("reveal.css", "reveal.js")  # without its reset, which would flatten the prose


def libraries() -> dict[str, bytes]:
    """Name under assets/ -> content.

    Raises:
        CourseError: reveal.js is not installed.
    """
    from plotly.offline import get_plotlyjs

    from lecturekit.explore import page

    made = {name: (STATIC / name).read_bytes() for name in OWN}
    made["plotly.min.js"] = get_plotlyjs().encode()
    made["explorer.js"] = page.script().encode()
    made["explorer.css"] = page.style().encode()
    return made | {f"reveal/{name}": (reveal() / name).read_bytes() for name in REVEAL}


def reveal() -> Path:
    """The folder of reveal.js.

    Raises:
        CourseError: the package that carries it is missing or has changed.
    """
    found = importlib.util.find_spec(REVEAL_PACKAGE)
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "_static" / "revealjs" / "dist"
        if all((folder / name).is_file() for name in REVEAL):
            return folder
    raise CourseError(
        "The slides need reveal.js, which the package sphinx-revealjs carries; it is not here.\n"
        "Install what requirements.lock names with: make setup"
    )
