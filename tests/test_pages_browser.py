"""Every page of the site in a browser, opened as a file: explorers, figures, keys, both themes.

What a picture says after a move is checked against the mathematics, not only that it moved.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import behind
import pytest
from accessible import faint_letters, faults
from browser import keep_picture, visit, why_no_browser
from hand import Hand
from says import exercise, explorers
from walk import missed, walk

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
ROOT = Path(__file__).resolve().parents[1]
BUILD_SECONDS = 180
NOTEBOOKS = [path.stem for path in behind.NOTEBOOKS]


@pytest.fixture(scope="module")
def site(behind, results):
    """Built once: of several processes of tests one builds it, the others wait."""
    from lecturekit.course.site.build import build

    place = behind.folder / "site with spaces ä"
    folder, made = place / "site", place / "made"
    try:
        place.mkdir()
    except FileExistsError:
        until = time.monotonic() + BUILD_SECONDS
        while not made.exists():
            assert time.monotonic() < until, "the site was not built by the tests that began to"
            time.sleep(0.2)
        return folder
    done = {ROOT / "notebooks" / f"{n}.ipynb": Path(results[n].output) for n in NOTEBOOKS}
    built = build(done, folder)
    assert built.warnings == ()
    made.touch()
    return folder


def opened(site: Path, page: str, **context):
    name, mark, place = page.partition("#")
    return visit((site / name).as_uri() + mark + place, **context)


def draw_all(page):
    """Scroll to each picture of a page, which draws it."""
    waiting = page.locator(".lk-page")
    for k in range(waiting.count()):
        waiting.nth(k).scroll_into_view_if_needed()
        page.wait_for_function(
            "(k) => document.querySelectorAll('.lk-page')[k].querySelector('.main-svg')",
            arg=k, timeout=10_000,
        )  # fmt: skip


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_moves_and_everybody_can_read_it(results, site, name):
    """Its explorers by mouse and keyboard; its figures, their alt text and letters, both themes."""
    with opened(site, f"{name}.html", offline=True) as visited:
        page = visited.page
        page.set_default_timeout(30_000)
        found = explorers(Path(results[name].output))
        assert found
        for number, (title, _, controls) in enumerate(found):
            # It mounts when it comes near the eye.
            page.locator(".lk-explorer").nth(number).scroll_into_view_if_needed()
            hand = Hand.on(page, title)
            hand.root.scroll_into_view_if_needed()
            hand.wait_until_drawn()
            exercise(hand, title, controls)
            keep_picture(hand.root, f"page-{name}-{number}")
        draw_all(page)
        described = "(all) => all.map((each) => (each.getAttribute('aria-label') ?? '').length)"
        assert min(page.locator(".lk-figure, .lk-picture").evaluate_all(described)) > 20
        assert page.locator("math").count() == page.locator("math[alttext]").count()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert faults(page) == []
            assert faint_letters(page) == []
        assert visited.errors == []
        assert visited.strangers == []


def test_a_narrow_screen_shuts_nobody_out(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        visited.page.set_viewport_size({"width": 400, "height": 800})
        draw_all(visited.page)
        for theme in ("light", "dark"):
            visited.page.emulate_media(color_scheme=theme)
            assert faults(visited.page) == []
        wide = "() => document.documentElement.scrollWidth - innerWidth"
        assert visited.page.evaluate(wide) <= 0  # nothing to be scrolled to sideways


def test_a_page_is_walked_by_keyboard_alone(site):
    """Tab reaches every control, it is seen there, arrow keys move the picture, Tab leads out."""
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        draw_all(page)
        page.evaluate("() => scrollTo(0, 0)")
        walked = walk(page)
        assert walked.unseen == ()
        assert walked.moved >= 2
        assert missed(page, ".lk-explorer :is(input, select, button, [role=slider])") == []
        assert visited.errors == []


def test_the_index_leads_to_every_page_and_claim(site):
    with opened(site, "index.html", offline=True) as visited:
        page = visited.page
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            assert faults(page) == []
        targets = page.locator("main a[href]").evaluate_all("(all) => all.map((a) => a.href)")
        pages = {target.split("/")[-1].split("#")[0] for target in targets}
        assert {f"{name}.html" for name in NOTEBOOKS} <= pages
        page.get_by_role("link", name=re.compile("Method One needs customized")).click()
        page.wait_for_url("**/06_multitask.html#claim-40")
        page.locator("#claim-40").wait_for()  # visible, as soon as the page is there
        assert visited.errors == []


def test_a_heading_is_found_by_keyboard(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        page.keyboard.press("/")
        page.keyboard.type("tug")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/06_multitask.html#*")
        page.get_by_role("heading", name="Tug of war").wait_for()
        assert visited.errors == []


def test_switches_are_kept_from_page_to_page(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        page.locator("#site-theme").select_option("dark")
        page.locator("#site-code").click()
        page.locator("#site-presentation").click()
        root = page.locator("html")
        for _ in range(20):  # a browser stores in its own time, and may open a page before that
            page.goto((site / "06_multitask.html").as_uri())
            if root.get_attribute("data-theme") == "dark":
                break
            page.wait_for_timeout(250)
        assert root.get_attribute("data-theme") == "dark"
        assert "lk-presentation" in root.get_attribute("class")
        assert page.locator("#site-presentation").get_attribute("aria-pressed") == "true"
        assert not page.locator("main pre code").first.is_visible()


def test_a_deck_shows_a_slide_at_a_time_and_its_explorer_moves(results, site):
    with opened(site, "06_multitask.slides.html#/cell-tug-explorer", offline=True) as visited:
        page = visited.page
        page.set_viewport_size({"width": 1280, "height": 720})
        hand = Hand.on(page, "Tug of war")
        hand.wait_until_drawn()
        controls = next(
            c for t, _, c in explorers(Path(results["06_multitask"].output)) if t == "Tug of war"
        )
        exercise(hand, "Tug of war", controls)
        keep_picture(page, "deck")
        assert faults(page) == []
        box = hand.root.locator(".js-plotly-plot").bounding_box()
        assert box["y"] + box["height"] <= 720, "the picture must fit the screen"
        page.mouse.click(5, 300)
        for key in ("ArrowRight", "PageUp"):  # the second as a clicker sends it
            before = page.url
            page.keyboard.press(key)
            page.wait_for_function("(before) => location.href !== before", arg=before)
        assert visited.errors == []
        assert visited.strangers == []
