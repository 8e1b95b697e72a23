"""Explorers in a real JupyterLab: touched by keyboard and by mouse, watched for what they show."""

from __future__ import annotations

import re

import nbformat
import numpy as np
import pytest
from browser import REPOSITORY, lab, run_all, visit, wait_for_kernel, why_no_browser

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser()))

SCREENSHOTS = REPOSITORY / "build" / "screenshots"
X = np.linspace(0.0, 1.0, 51)

FIGURE = """
import threading
import time
import numpy as np
import plotly.graph_objects as go
from lecturekit.explore import Choice, Slider, Toggle, explore

SEVENTEEN = threading.Event()
X = np.linspace(0.0, 1.0, 51)

def curve(slope, bend, doubled):
    if slope == 13:
        raise ArithmeticError("thirteen is refused")
    if slope == 14:
        return None
    if slope == 17:
        SEVENTEEN.set()
    if slope == 20:
        time.sleep(3.6)
    y = slope * X**bend * (2 if doubled else 1)
    figure = go.Figure(go.Scatter(x=X, y=y, name="curve"))
    figure.add_scatter(x=X[::5], y=y[::5], mode="markers", name="every fifth point")
    return figure.update_layout(
        title=f"Ends at <b>{y[-1]:g}</b>", xaxis_title="time in s", yaxis_title="height in m"
    )
"""
EXPLORE = """
explore(
    curve, title="A curve to bend", alt=lambda slope, bend, doubled: f"A {bend} curve of {slope}",
    slope=Slider(0, 20, value=2, label="Slope", play=True),
    bend=Choice({"straight": 1, "bent": 2}, label="Shape"),
    doubled=Toggle(label="Twice as high"),
)
"""
# A cell that ends well only if the explorer draws slope 17 while the cell is running.
WAITING_CELL = "print('started', flush=True); answered = SEVENTEEN.wait(8)"
START = """async (code) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const cell = kernel.requestExecute({ code, user_expressions: { answered: "answered" } });
    window.cellEnds = cell.done;
    await new Promise((started) => { cell.onIOPub = ({ header }) => {
        if (header.msg_type === "stream") started();
    }; });
}"""
ANSWERED = (
    "async () => (await window.cellEnds).content.user_expressions.answered.data['text/plain']"
)

PICTURE = "() => document.querySelector('.js-plotly-plot')"
CURVE = f"() => Array.from(({PICTURE})()?._fullData[0].y ?? [])"
SHOWS = (
    f"(points) => {{ const y = ({CURVE})(); return points.every((point, i) => point === y[i]); }}"
)
FONT = (
    f"() => {{ const {{ color, size }} = ({PICTURE})()._fullLayout.font; return [color, size]; }}"
)


class Explorer:
    """The explorer on the page, as a person meets it."""

    def __init__(self, page):
        self.page = page
        self.slope = page.get_by_label("Slope", exact=True)
        self.shape = page.get_by_label("Shape")
        self.doubled = page.get_by_label("Twice as high")
        self.note = page.locator(".lk-note")
        self.picture = page.get_by_role("img", name="curve of")

    def shows(self, slope, bend=1, factor=1):
        """Wait for the picture of this state and check every point of it."""
        points = (factor * slope * X**bend).tolist()
        try:
            self.page.wait_for_function(SHOWS, arg=points, timeout=5000)
        except playwright.TimeoutError:
            assert self.page.evaluate(CURVE) == points

    def announces(self, text):
        self.page.locator(".lk-live", has_text=text).wait_for(state="attached", timeout=5000)

    def keep_screenshot(self, name):
        self.page.locator(".lk-explorer").screenshot(path=SCREENSHOTS / f"explorer-{name}.png")

    def reset(self):
        self.page.get_by_role("button", name="Reset").click()
        self.shows(2)


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (FIGURE, EXPLORE)]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "curve.ipynb")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with lab(folder) as server, visit(server.page("curve.ipynb")) as visited:
        visited.page.set_default_timeout(10_000)
        run_all(visited.page)
        Explorer(visited.page).shows(2)
        visited.file = folder / "curve.ipynb"
        yield visited


@pytest.fixture
def explorer(visited):
    explorer = Explorer(visited.page)
    explorer.reset()
    yield explorer
    assert visited.errors == []
    assert visited.strangers == []


def command(page, name):
    page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)


def test_the_explorer_answers_while_a_cell_is_running(explorer):
    # The first test: whatever moved before would let a wrong thread answer here.
    explorer.page.evaluate(START, WAITING_CELL)
    explorer.slope.fill("17")
    explorer.shows(17)
    assert explorer.page.evaluate(ANSWERED) == "True"


def test_slider_by_keyboard(explorer):
    explorer.slope.focus()
    for _ in range(3):
        explorer.page.keyboard.press("ArrowRight")
    explorer.shows(5)
    explorer.announces("Slope 5, Shape straight, Twice as high off. Ends at 5")
    assert explorer.picture.get_attribute("aria-label") == "A straight curve of 5"
    assert explorer.slope.get_attribute("aria-valuetext") == "5"
    explorer.page.keyboard.press("Home")
    explorer.shows(0)


def test_slider_by_mouse(explorer):
    box = explorer.slope.bounding_box()
    middle = box["y"] + box["height"] / 2
    explorer.page.mouse.move(box["x"] + box["width"] / 2, middle)
    explorer.page.mouse.down()
    explorer.shows(10)
    explorer.page.mouse.move(box["x"] - 50, middle, steps=5)
    explorer.shows(0)
    explorer.page.mouse.up()


def test_choice_by_keyboard_and_by_name(explorer):
    explorer.shape.focus()
    explorer.page.keyboard.press("ArrowDown")
    explorer.shows(2, bend=2)
    explorer.announces("Slope 2, Shape bent, Twice as high off. Ends at 2")
    explorer.shape.select_option("straight")
    explorer.shows(2, bend=1)


def test_toggle_by_keyboard_and_by_mouse(explorer):
    explorer.doubled.focus()
    explorer.page.keyboard.press("Space")
    explorer.shows(2, factor=2)
    explorer.announces("Slope 2, Shape straight, Twice as high on. Ends at 4")
    explorer.page.get_by_text("Twice as high", exact=True).click()
    explorer.shows(2)


def test_play_walks_and_pauses(explorer):
    explorer.page.get_by_role("button", name="Play Slope").press("Enter")
    explorer.shows(4)
    explorer.page.get_by_role("button", name="Pause Slope").press("Enter")
    rest = int(explorer.slope.input_value())
    explorer.shows(rest)
    explorer.page.wait_for_timeout(400)
    assert int(explorer.slope.input_value()) == rest


def test_reset_with_nothing_to_reset_waits_for_no_answer(explorer):
    explorer.reset()
    explorer.page.wait_for_timeout(3200)
    assert explorer.note.inner_text() == ""


def test_keys_pressed_on_a_control_are_not_commands_of_jupyterlab(explorer):
    cells = explorer.page.locator(".jp-Cell")
    before = cells.count()
    explorer.slope.focus()
    for key in ("b", "a", "m", "d", "d", "ArrowRight"):
        explorer.page.keyboard.press(key)
    explorer.shows(3)
    assert cells.count() == before


def test_a_failing_function_is_told_and_the_last_picture_stays(explorer):
    explorer.slope.fill("12")
    explorer.shows(12)
    explorer.slope.press("ArrowRight")
    explorer.note.get_by_text("ArithmeticError: thirteen is refused").wait_for()
    assert "still shows: Slope 12, Shape straight" in explorer.note.inner_text()
    explorer.shows(12)
    explorer.keep_screenshot("problem")
    explorer.slope.press("ArrowRight")
    explorer.note.get_by_text("returned NoneType, not a plotly Figure").wait_for()
    explorer.slope.press("ArrowRight")
    explorer.shows(15)
    assert explorer.note.inner_text() == ""


def test_a_silent_function_is_noted_after_three_seconds_and_its_picture_still_comes(explorer):
    explorer.slope.focus()
    explorer.page.keyboard.press("End")
    explorer.note.get_by_text("Python has not answered for 3 seconds").wait_for()
    explorer.shows(20)
    assert explorer.note.inner_text() == ""


def test_saving_after_many_moves_makes_the_notebook_no_larger(explorer, visited):
    command(explorer.page, "docmanager:save")
    before = visited.file.stat().st_size
    explorer.slope.focus()
    for key in ["ArrowRight"] * 8 + ["ArrowLeft"] * 8:
        explorer.page.keyboard.press(key)
    explorer.shows(2)
    command(explorer.page, "docmanager:save")
    assert visited.file.stat().st_size == before


def test_the_picture_follows_the_theme_and_stays_legible(explorer):
    def change(theme):
        before = explorer.page.evaluate(FONT)
        change_theme = "(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})"
        explorer.page.evaluate(change_theme, theme)
        changed = f"(before) => ({FONT})()[0] !== before[0]"
        explorer.page.wait_for_function(changed, arg=before)
        return explorer.page.evaluate(FONT)

    explorer.shape.select_option("bent")
    explorer.shows(2, bend=2)
    explorer.keep_screenshot("light")
    light = explorer.page.evaluate(FONT)
    assert light[1] >= 14
    dark = change("JupyterLab Dark")
    explorer.page.wait_for_timeout(500)  # for the rest of the page, on the screenshot
    explorer.keep_screenshot("dark")
    assert brightness(light[0]) < 128 < brightness(dark[0])
    assert change("JupyterLab Light") == light


def brightness(colour):
    return max(int(channel) for channel in re.findall(r"[\d.]+", colour)[:3])


def test_the_picture_takes_the_width_it_has(explorer):
    width = f"() => ({PICTURE})()._fullLayout.width"
    wide = explorer.page.evaluate(width)
    explorer.page.set_viewport_size({"width": 1000, "height": 1000})
    explorer.page.wait_for_function(f"(wide) => ({width})() < wide - 200", arg=wide)
    explorer.page.set_viewport_size({"width": 1300, "height": 1000})
    explorer.page.wait_for_function(f"(wide) => ({width})() === wide", arg=wide)


def test_loading_the_page_again_keeps_the_moved_picture_alive(explorer):
    explorer.slope.press("ArrowRight")
    explorer.shows(3)
    command(explorer.page, "docmanager:save")
    explorer.page.reload()
    wait_for_kernel(explorer.page)
    explorer.shows(3)
    explorer.slope.press("ArrowRight")
    explorer.shows(4)


def test_a_restarted_kernel_is_noted_and_the_last_picture_stays(explorer):
    explorer.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    explorer.note.get_by_text("Python was restarted or has ended").wait_for()
    explorer.slope.press("ArrowRight")
    assert "Run this cell again" in explorer.note.inner_text()
    explorer.shows(2)
