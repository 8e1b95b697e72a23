"""The checks of pages find what is wrong with a page on purpose, and leave it as it was."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from accessible import faint_letters, faults
from browser import visit, why_no_browser
from walk import missed, walk

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))

PAGE = """<!doctype html><html lang="en"><title>Page</title>
<style>body {{ background: #ffffff; color: #222222; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #444444; }} }}</style>
<main><h1>Page</h1><p>Plain words.</p><p>More words of the same look.</p>
<div class="drawing"><svg class="main-svg" width="9" height="9"><text>drawn</text></svg></div>
{}</main></html>"""


@pytest.fixture(scope="module")
def browser():
    with visit("data:text/html,") as visited:
        yield visited.page


@pytest.fixture
def opened(browser):
    """Open a page with this part."""

    def open_page(part: str):
        browser.emulate_media(color_scheme="light")
        browser.goto("data:text/html," + quote(PAGE.format(part)))
        return browser

    return open_page


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("<button></button>", "button-name (critical)"),
        ("<img src='data:,'>", "image-alt (critical)"),
        ("<p style='color: #aaaaaa'>Faint words.</p>", "color-contrast (serious)"),
        ("<p style='background: #333333'>Dark on dark.</p>", "color-contrast (serious)"),
        ("<p style='opacity: 0.3'>A veil.</p>", "color-contrast (serious)"),
        ("<input aria-label='Name' value='x' style='color: #dddddd'>", "color-contrast (serious)"),
        ("<i role='slider' tabindex='0' aria-label='s'></i>", "aria-required-attr (critical)"),
    ],
)
def test_a_barrier_is_found_and_quoted(opened, part, found):
    (only,) = faults(opened(part))
    assert only.startswith(found) and part[:20].split()[0].strip("<>") in only


def test_only_the_part_that_is_asked_for_is_looked_at(opened):
    assert faults(opened("<button></button>"), "h1, p") == []


def test_a_page_is_judged_in_the_theme_that_it_has_now(opened):
    page = opened("")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    (only,) = faults(page)
    assert only.startswith("color-contrast")


def test_the_page_stays_as_it_was(opened):
    page = opened("")
    before = page.content()
    faults(page)
    assert page.content() == before


def test_letters_of_a_drawing_are_measured_against_the_paper(opened):
    faint = "<svg class='main-svg'><text fill='#999999'>hard to read</text></svg>"
    assert faint_letters(opened(faint)) == ["hard to read"]


def test_a_page_without_drawings_has_no_letters_to_measure(opened):
    page = opened("<script>document.querySelector('.drawing').remove()</script>")
    with pytest.raises(playwright.Error, match="no drawing"):
        faint_letters(page)


# ------------------------------------------------------------------ a walk by the Tab key


SLIDER = "<input type='range' aria-label='a' min='0' max='9' value='{}' oninput='{}'>"
DRAW = 'this.parentElement.querySelector(".main-svg").innerHTML = this.value'
EXPLORER = "<div class='lk-explorer'><svg class='main-svg'></svg>{}</div>"


def test_a_walk_stops_at_every_control_and_moves_the_sliders(opened):
    sliders = SLIDER.format(3, DRAW) + SLIDER.format(9, DRAW)
    page = opened("<button>Go</button>" + EXPLORER.format(sliders))
    walked = walk(page)
    assert [stop[:7] for stop in walked.stops] == ["<button", "<input ", "<input "]
    assert walked.unseen == () and walked.moved == 2
    assert missed(page, "input, button") == []


def test_a_walk_tells_what_it_did_not_see_and_did_not_reach(opened):
    page = opened("<button style='outline: none'>Go</button><button tabindex='-1'>Away</button>")
    walked = walk(page)
    assert len(walked.unseen) == 1 and "Go" in walked.unseen[0]
    (only,) = missed(page, "button")
    assert "Away" in only


def test_a_slider_that_moves_nothing_ends_the_walk(opened, monkeypatch):
    monkeypatch.setattr("walk.PATIENCE_MS", 200)
    with pytest.raises(playwright.TimeoutError):
        walk(opened(EXPLORER.format(SLIDER.format(3, ""))))


def test_a_trap_ends_the_walk(opened, monkeypatch):
    monkeypatch.setattr("walk.MOST_STOPS", 20)
    trap = "<button onkeydown='event.preventDefault()'>Stay</button>"
    with pytest.raises(AssertionError, match="no way out"):
        walk(opened(trap))
