"""Take the pictures of README.md anew: one in a real JupyterLab, the others on the site's pages.

    python tests/pictures.py

Needs Chromium and playwright, as the browser tests do.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from browser import lab, run_all, visit, why_no_browser
from hand import Hand
from PIL import Image

from lecturekit.course.notebook import as_text, read, write_text

if TYPE_CHECKING:
    from playwright.sync_api import Locator

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "notebooks" / "images"
CELLS = ("setup", "parameters", "tables", "tug-explorer")
# An explorer of each notebook, and where its controls are set for the picture.
EXPLORERS = {
    "01_consistency": ("UDA lab", {"Mask β": "0.0", "Stop-gradient": "off"}),
    "02_contrastive": ("Springs", {"Margin m": "1.5"}),
    "03_triplet": ("300 digits, 12 moments of a training", {"Moment": "9"}),
    "04_fusion": ("From redundancy to synergy", {"Dial (eighths)": "6"}),
    "05_modalities": ("Cut the slide's matrix", {"Cut at distance": "2.5"}),
    "06_multitask": ("Which heads can a gate make?", {"School": "1"}),
}
WIDE = {"width": 1640, "height": 1100}
COLOURS = 64  # enough for flat pictures, and a third of the bytes


def tug_of_war(folder: Path) -> None:
    """The tug of war under Method Two, with a step size at which it circles."""
    notebook = read(ROOT / "notebooks" / "06_multitask.ipynb")
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in CELLS]
    write_text(folder / "tug.ipynb", as_text(notebook))
    with lab(folder) as server, visit(server.page("tug.ipynb"), device_scale_factor=1.5) as visited:
        page = visited.page
        run_all(page)
        explorer = page.locator(".lk-explorer").first
        explorer.scroll_into_view_if_needed()
        explorer.locator("select").select_option("Method Two (random task)")
        explorer.locator("input[type=range]").first.focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(2000)
        explorer.screenshot(path=IMAGES / "tug_of_war.png")


def site(folder: Path) -> None:
    """A page of the site, opened from its folder: no kernel, no network."""
    page = (folder / "06_multitask.html").as_uri()
    with visit(f"{page}#cell-tug-explorer", offline=True, color_scheme="dark") as visited:
        visited.page.set_viewport_size({"width": 1300, "height": 950})
        visited.page.wait_for_timeout(2500)
        visited.page.screenshot(path=IMAGES / "site.png")


def explorers(folder: Path) -> None:
    """An explorer of each notebook on its page, moved to where it says something."""
    for name, (title, state) in EXPLORERS.items():
        page = (folder / f"{name}.html").as_uri()
        with visit(page, offline=True, device_scale_factor=1.2) as visited:
            visited.page.set_viewport_size(WIDE)
            hand = Hand.on(visited.page, title)
            for each in visited.page.locator(".lk-page").all():
                each.scroll_into_view_if_needed()  # which brings it to life
            hand.root.scroll_into_view_if_needed()
            hand.wait_until_drawn()
            for label, value in state.items():
                set_to(hand.control(label), value)
            visited.page.wait_for_timeout(1000)
            visited.page.evaluate("() => document.activeElement.blur()")
            taken = visited.page.screenshot(clip=first_row(hand.root), full_page=True)
            small(taken).save(IMAGES / f"{name}.png", optimize=True)


def first_row(root: Locator) -> dict[str, float]:
    """Where the title, the controls and the first row of pictures are on the whole page."""
    return root.evaluate("""(root) => {
        const { x, y, width } = root.getBoundingClientRect();
        const { bottom } = root.querySelector(".lk-panel").getBoundingClientRect();
        return { x: x + scrollX, y: y + scrollY, width, height: bottom - y };
    }""")


def set_to(control: Locator, value: str) -> None:
    """Set a control to the value that it shows by this text."""
    if control.evaluate("(one) => one.tagName") == "SELECT":
        control.select_option(value)
    elif control.get_attribute("type") == "checkbox":
        control.set_checked(value == "on")
    else:
        control.press("Home")
        for _ in range(int(control.get_attribute("max"))):
            if control.get_attribute("aria-valuetext") == value:
                return
            control.press("ArrowRight")
        assert control.get_attribute("aria-valuetext") == value


def small(png: bytes) -> Image.Image:
    """A screenshot with few colours."""
    return Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


if __name__ == "__main__":
    missing = why_no_browser()
    if missing:
        raise SystemExit(missing)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tug_of_war(Path(folder))
    subprocess.run([sys.executable, "-m", "lecturekit.course.cli", "site"], cwd=ROOT, check=True)
    site(ROOT / "build" / "site")
    explorers(ROOT / "build" / "site")
