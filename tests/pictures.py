"""Take the pictures of README.md anew, from the real notebooks in a real JupyterLab.

    python tests/pictures.py

Needs Chromium and playwright, as the browser tests do.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from browser import lab, run_all, visit, why_no_browser

from lecturekit.course.notebook import as_text, read, write_text

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "notebooks" / "images"
CELLS = ("setup", "parameters", "tables", "tug-explorer")


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


def site() -> None:
    """A page of the site, opened from its folder: no kernel, no network."""
    subprocess.run([sys.executable, "-m", "lecturekit.course.cli", "site"], cwd=ROOT, check=True)
    page = (ROOT / "build" / "site" / "06_multitask.html").as_uri()
    with visit(f"{page}#cell-tug-explorer", offline=True, color_scheme="dark") as visited:
        visited.page.set_viewport_size({"width": 1300, "height": 950})
        visited.page.wait_for_timeout(2500)
        visited.page.screenshot(path=IMAGES / "site.png")


if __name__ == "__main__":
    missing = why_no_browser()
    if missing:
        raise SystemExit(missing)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tug_of_war(Path(folder))
    site()
