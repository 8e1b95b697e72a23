"""A walk through a page by the Tab key alone: where it stops, what one sees and moves there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_STOPS = 300
PATIENCE_MS = 8000
PICTURE = """document.activeElement.closest(".lk-explorer")?.querySelector(".main-svg").innerHTML"""
STOP = f"""() => {{
    const here = document.activeElement;
    if (here === document.body) return null;
    (window.reached ??= new Set()).add(here);
    const {{ outlineStyle, boxShadow }} = getComputedStyle(here);
    return {{
        name: here.outerHTML.slice(0, 120),
        seen: outlineStyle !== "none" || boxShadow !== "none",
        slides: here.matches(".lk-explorer :is([type=range], [role=slider])"),
        last: here.value === here.max,
        picture: {PICTURE} ?? "",
    }};
}}"""
MISSED = """(controls) => [...document.querySelectorAll(controls)]
    .filter((control) => control.checkVisibility() && !control.disabled)
    .filter((control) => !window.reached.has(control))
    .map((control) => control.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Walk:
    """Where it stopped, in order; which of these showed no focus; how many sliders it moved."""

    stops: tuple[str, ...]
    unseen: tuple[str, ...]
    moved: int


def walk(page: Page) -> Walk:
    """Press Tab from the top of a page until the focus leaves it, an arrow key on each slider.

    Raises:
        AssertionError: the focus does not leave the page.
        TimeoutError: playwright's, where an arrow key leaves the picture of a slider as it was.
    """
    stops, unseen, moved = [], [], 0
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            return Walk(tuple(stops), tuple(unseen), moved)
        stops.append(stop["name"])
        if not stop["seen"]:
            unseen.append(stop["name"])
        if stop["slides"]:
            page.keyboard.press("ArrowLeft" if stop["last"] else "ArrowRight")
            page.wait_for_function(
                f"(before) => ({PICTURE}) !== before", arg=stop["picture"], timeout=PATIENCE_MS
            )
            moved += 1
    raise AssertionError(f"no way out of the page; the last stops: {stops[-5:]}")


def missed(page: Page, controls: str) -> list[str]:
    """Of the elements with this CSS selector, those that can be used and were not stopped at."""
    return page.evaluate(MISSED, controls)
