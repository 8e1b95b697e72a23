"""What keeps somebody from reading or operating a page: axe-core's findings, and faint letters."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = ("serious", "critical")
MOST_PLACES, MOST_LETTERS = 3, 150
# Axe measures the contrast of each word apart, which takes seconds for a page of code. One word of
# each look (its ink, size and weight, and all that is painted behind it) says the same. Drawings
# step aside meanwhile: axe cannot judge letters in them, nor what they overlap.
RUN = """async (part) => {
    const CLEAR = "rgba(0, 0, 0, 0),none,1";
    const typed = "input, select, textarea";
    const isWord = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
    const worded = (element) => element.matches(typed) || [...element.childNodes].some(isWord);
    const grounds = new Map([[null, ""]]);
    const ground = (element) => {
        if (!grounds.has(element)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity].join();
            const behind = ground(element.parentElement);
            grounds.set(element, own === CLEAR ? behind : `${behind} ${own}`);
        }
        return grounds.get(element);
    };
    const look = (element) => {
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const kind = element.matches(typed) ? element.type : "";
        return [kind, color, fontSize, fontWeight, ground(element)].join();
    };
    const drawings = [...document.querySelectorAll(".main-svg")].map((drawing) => {
        const place = document.createComment("");
        drawing.replaceWith(place);
        return () => place.replaceWith(drawing);
    });
    const looks = new Map();
    for (const root of document.querySelectorAll(part)) {
        for (const element of [root, ...root.querySelectorAll("*")]) {
            if (worded(element) && element.checkVisibility()) looks.set(look(element), element);
        }
    }
    for (const element of looks.values()) element.dataset.look = "";
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });
    const { violations } = await axe.run(
        { include: [part] }, { resultTypes: ["violations"], preload: false });
    for (const element of looks.values()) delete element.dataset.look;
    for (const back of drawings) back();
    return violations.map(({ impact, id, help, nodes }) =>
        [impact, id, help, nodes.map((node) => node.html)]);
}"""

# Letters of a drawing against the page's paper. Numbers in coloured squares have their own ground.
FAINT = """(least) => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, k) => {
        const part = rgb[k] / 255;
        return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    }, 0.05);
    const paper = luminance(channels(getComputedStyle(document.body).backgroundColor));
    const words = [...document.querySelectorAll(".main-svg text")]
        .filter((text) => text.textContent.trim() && !text.closest(".heatmap-label, .hoverlayer"));
    if (!words.length) throw new Error("no drawing, or none with letters");
    return words.filter((text) => {
        const ink = luminance(channels(getComputedStyle(text).fill));
        return Math.max(ink, paper) / Math.min(ink, paper) < least;
    }).map((text) => text.textContent);
}"""
LEAST_CONTRAST = 4.5  # of text, by WCAG 2 AA


@cache
def axe() -> str:
    """The script of axe-core, as its package carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def faults(page: Page, part: str = "html") -> list[str]:
    """Each grave fault of a page as it is now: its rule, what it asks for, where it is broken.

    Args:
        part: a CSS selector; only what lies in such elements is looked at.

    Returns: a line a rule that is broken seriously or critically; its first places are quoted.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    return [
        f"{rule} ({impact}): {demand}: "
        + " … ".join(each[:MOST_LETTERS] for each in places[:MOST_PLACES])
        for impact, rule, demand, places in page.evaluate(RUN, part)
        if impact in GRAVE
    ]


def faint_letters(page: Page) -> list[str]:
    """Words in the drawings of a page that are fainter than WCAG asks; axe cannot judge them.

    Raises:
        playwright's Error: there are no words in drawings.
    """
    return page.evaluate(FAINT, LEAST_CONTRAST)
