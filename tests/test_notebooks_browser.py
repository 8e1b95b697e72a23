"""Every explorer of every notebook in JupyterLab, by mouse and keyboard.

What a picture says after a move is checked against the mathematics, not only that it moved.
"""

from __future__ import annotations

import behind
import pytest
from accessible import faults
from browser import why_no_browser
from hand import Hand
from rehearsal import left_out, whole
from says import exercise, explorers

from lecturekit.claims import collect

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
NOTEBOOKS = [path.stem for path in behind.NOTEBOOKS if not left_out(path.stem)]
# In JupyterLab 03 comes last: by then its map lies in build/, made by the run behind.
MAP_LAST = sorted(NOTEBOOKS, key=lambda name: name.startswith("03"))


@pytest.fixture(autouse=True)
def meanwhile(request):
    """Before each test: what has to run in JupyterLab goes on."""
    rehearsal = request.getfixturevalue("rehearsal")
    if rehearsal:
        rehearsal.go_on()


def in_view(page, title: str) -> Hand:
    """The explorer, scrolled into view (JupyterLab draws only what is seen)."""
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    hand = Hand.on(page, title)
    for _ in range(80):
        if hand.root.count() and hand.root.locator(".gtitle").count():
            hand.root.scroll_into_view_if_needed()
            return hand
        page.mouse.move(650, 500)
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(100)
    raise AssertionError(f"the explorer {title!r} was not drawn")


@pytest.mark.parametrize("name", MAP_LAST)
def test_every_explorer_in_jupyterlab(behind, rehearsal, name):
    visited = rehearsal[name]
    visited.page.set_default_timeout(10_000)
    for title, controls, _ in explorers(behind.output("shipped", name, rehearsal.wait)):
        exercise(in_view(visited.page, title), title, controls)
    assert faults(visited.page, ".lk-explorer") == []  # what else is there is JupyterLab's own
    noise = visited.page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    assert noise.count() == 0
    assert visited.errors == []
    assert visited.strangers == []


@pytest.mark.parametrize("name", list(filter(whole, NOTEBOOKS)))
def test_a_second_run_leaves_identical_records(behind, rehearsal, name):
    """JupyterLab's run is the second one; without a browser `test_notebooks` makes another."""
    page = rehearsal[name].page
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    again = collect(rehearsal.file(name))
    first = behind.output("shipped", name, rehearsal.wait)
    assert again == collect(first)  # a saved 0.0 may read 0
