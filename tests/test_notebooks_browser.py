"""The explorers of the first notebook in a real JupyterLab: they follow hand and mathematics."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from browser import lab, run_all, visit, why_no_browser

from lecturekit.datasets import load_exams

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def start_here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lecture")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with lab(folder) as server, visit(server.page("notebooks/00_start_here.ipynb")) as visited:
        run_all(visited.page)
        yield visited


def explorer(visited, title: str):
    """The explorer with this title, scrolled into view (Lab draws only what is seen)."""
    page = visited.page
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    found = page.locator(".lk-explorer", has=page.locator(".lk-title", has_text=title))
    for _ in range(20):
        if found.count() and found.locator(".gtitle").count():
            found.scroll_into_view_if_needed()
            return found
        page.mouse.move(650, 500)
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(300)
    raise AssertionError(f"the explorer {title!r} was not drawn")


def until_title(found, pattern: str) -> str:
    """The picture's title once it matches."""
    title = found.locator(".gtitle")
    title.filter(has_text=re.compile(pattern)).wait_for(timeout=10_000)
    return title.text_content()


def test_the_error_of_a_line_fitted_by_hand(start_here):
    exam = load_exams()
    reading = exam.x[:, exam.features.index("reading score at 11")]
    found = explorer(start_here, "Fit a line by hand")
    slope = found.get_by_label("Slope", exact=True)
    slope.focus()
    for _ in range(12):
        start_here.page.keyboard.press("ArrowRight")
    error = np.mean((exam.y - 0.6 * reading - 0.5) ** 2)
    until_title(found, rf"your line: {error:.3f}")
    assert slope.get_attribute("aria-valuetext") == "0.60"
    found.get_by_label("Show the best line").check()
    found.locator(".legendtext", has_text="least squares").wait_for(timeout=10_000)
    assert "least-squares line" in found.locator(".lk-picture").get_attribute("aria-label")
    found.get_by_role("button", name="Reset").click()
    until_title(found, rf"your line: {np.mean((exam.y - 0.5) ** 2):.3f}")


def test_a_verdict_changes_with_the_seeds(start_here):
    found = explorer(start_here, "From seeds to a verdict")
    seeds = found.get_by_label("Seeds", exact=True)
    seeds.focus()
    start_here.page.keyboard.press("ArrowLeft")
    until_title(found, "4 seeds: open")
    start_here.page.keyboard.press("End")
    until_title(found, "30 seeds: supported")


def test_nothing_went_wrong_on_the_page(start_here):
    assert start_here.errors == []
    assert start_here.strangers == []
    noise = start_here.page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    assert noise.count() == 0
