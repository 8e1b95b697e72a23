"""Explorers in a real browser, in JupyterLab and in an exported page: touched, watched, heard."""

from __future__ import annotations

import math
import re

import numpy as np
import psutil
import pytest
from accessible import faults
from browser import (
    exported_page,
    keep_picture,
    lab,
    run_all,
    visit,
    wait_for_kernel,
    why_no_browser,
    write_notebook,
)
from hand import Hand

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser()))

X = np.linspace(0.0, 1.0, 51)

CURVE = """
import threading
import time
import numpy as np
import plotly.graph_objects as go
from lecturekit.explore import Bars, Choice, Points, Slider, Toggle, explore, portable

X = np.linspace(0.0, 1.0, 51)

def curve(slope, bend, doubled):
    if slope == 13:
        raise ArithmeticError("thirteen is refused")
    if slope == 14:
        return None
    y = slope * X**bend * (2 if doubled else 1)
    figure = go.Figure(go.Scatter(x=X, y=y, name="curve"))
    figure.add_scatter(x=X[::5], y=y[::5], mode="markers", name="every fifth point")
    return figure.update_layout(
        title=f"Ends at <b>{y[-1]:g}</b>", xaxis_title="time in s", yaxis_title="height in m"
    )

explore(
    curve, title="A curve to bend", alt=lambda slope, bend, doubled: f"A {bend} curve of {slope}",
    slope=Slider(0, 20, value=2, label="Slope", play=True),
    bend=Choice({"straight": 1, "bent": 2}, label="Shape"),
    doubled=Toggle(label="Twice as high"),
)
"""
DRAGS = """
import math

@portable
def balance(points, shares, scale):
    ax, ay = points[0]
    bx, by = points[1]
    gap = math.hypot(ax - bx, ay - by) * scale
    plane = {
        "data": [{"x": [ax, bx], "y": [ay, by], "mode": "lines", "name": "rod"}],
        "layout": {
            "title": {"text": f"Length {gap:.2f}"},
            "xaxis": {"range": [-2, 2]}, "yaxis": {"range": [-2, 2]},
        },
    }
    bars = {
        "data": [{"type": "bar", "x": [0, 1, 2], "y": shares, "name": "shares"}],
        "layout": {"title": {"text": "Shares"}, "yaxis": {"range": [0, 1]}},
    }
    return [plane, bars]

@portable
def in_words(points, shares, scale):
    return f"A rod, and three shares of which the first is {shares[0]:.2f}"

explore(
    balance, title="A rod and its shares", alt=in_words,
    points=Points({"left": (-1, 0), "right": (1, 0)}, x=(-2, 2), y=(-2, 2), step=0.1),
    shares=Bars({"red": 0.5, "green": 0.3, "blue": 0.2}, lowest=0.05, label="Share", panel=1),
    scale=Slider(1, 3, label="Scale"),
)
"""
SLOW = """
FAR = threading.Event()

def asks_python(height, place):
    if height == 150:
        FAR.set()
    if height == 3000:
        time.sleep(3.6)
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, height], name="line"))
    figure.update_xaxes(range=[-1, 1]).update_yaxes(range=[0, 3000])
    return figure.update_layout(title=f"Height {height} at {place[0][0]:.1f}")

explore(
    asks_python, title="Python draws", alt="A line",
    height=Slider(0, 3000, label="Height"),
    place=Points({"foot": (0, 20)}, x=(-1, 1), y=(0, 3000), step=0.1, label="Place"),
)
"""
# A cell that ends well only if the explorer draws height 150 while the cell is running.
WAITING_CELL = "print('started', flush=True); answered = FAR.wait(8)"
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
# Three seconds in a row without anything to do; false where a minute does not bring them.
LONG_IDLE = """async () => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    let idle = 0;
    for (let k = 0; k < 1200 && idle < 60; k += 1) {
        await new Promise((later) => setTimeout(later, 50));
        idle = kernel.status === "idle" ? idle + 1 : 0;
    }
    return idle === 60;
}"""
FONT = """(root) => {
    const { color, size } = root.querySelector(".js-plotly-plot")._fullLayout.font;
    return [color, size];
}"""
WIDTH = "root.querySelector('.js-plotly-plot')._fullLayout.width"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("explorers")


@pytest.fixture(scope="module")
def server(folder):
    write_notebook(folder / "curve.ipynb", CURVE, DRAGS, SLOW)
    with lab(folder) as server:
        yield server


@pytest.fixture(scope="module")
def in_lab(folder, server):
    with visit(server.page("curve.ipynb")) as visited:
        visited.page.set_default_timeout(10_000)
        run_all(visited.page)
        for title in ("A curve to bend", "A rod and its shares", "Python draws"):
            Hand.on(visited.page, title).wait_until_drawn()
        visited.file = folder / "curve.ipynb"
        yield visited


@pytest.fixture(scope="module")
def in_page(folder):
    address, _ = exported_page(folder, CURVE, DRAGS, SLOW)
    with visit(address, has_touch=True) as visited:
        visited.page.set_default_timeout(10_000)
        yield visited


@pytest.fixture(params=["in_lab", "in_page"])
def visited(request):
    visited = request.getfixturevalue(request.param)
    yield visited
    assert visited.errors == []
    assert visited.strangers == []


def explorer(visited, title):
    hand = Hand.on(visited.page, title)
    hand.root.scroll_into_view_if_needed()
    hand.wait_until_drawn()
    hand.reset()
    return hand


@pytest.fixture
def curve(visited):
    hand = explorer(visited, "A curve to bend")
    shows(hand, 2)
    return hand


@pytest.fixture
def rod(visited):
    hand = explorer(visited, "A rod and its shares")
    hand.until_title("Length 2.00")
    return hand


@pytest.fixture
def live(in_lab):
    """The curve in JupyterLab."""
    hand = explorer(in_lab, "A curve to bend")
    shows(hand, 2)
    yield hand
    assert in_lab.errors == []
    assert in_lab.strangers == []


def shows(hand, slope, bend=1, factor=1):
    """Wait for the picture of this state and check every point of it."""
    points = factor * slope * X**bend
    hand.until_title(f"Ends at {points[-1]:g}")
    np.testing.assert_allclose(hand.trace("curve")["y"], points, rtol=1e-6)
    np.testing.assert_allclose(hand.trace("every fifth point")["y"], points[::5], rtol=1e-6)


def command(page, name, **arguments):
    page.evaluate(
        "([name, arguments]) => jupyterapp.commands.execute(name, arguments)", [name, arguments]
    )


# ------------------------------------------------------------------ while Python is busy


def test_the_explorer_answers_while_a_cell_is_running(in_lab):
    """The first test: whatever moved before would let a wrong thread answer here."""
    hand = Hand.on(in_lab.page, "Python draws")
    hand.root.scroll_into_view_if_needed()
    in_lab.page.evaluate(START, WAITING_CELL)
    hand.control("Height").fill("150")
    hand.until_title("Height 150 at 0.0")
    assert in_lab.page.evaluate(ANSWERED) == "True"


def test_what_is_on_the_page_needs_no_python_at_all(live, server):
    """The kernel is stopped altogether; the states ahead of the hand have been computed before."""
    live.press(live.control("Slope"), "ArrowRight")
    shows(live, 3)
    # The page asks ahead while all rests. It comes to an end, although some states raise.
    assert live.page.evaluate(LONG_IDLE)
    kernels = [
        p
        for p in psutil.Process(server.pid).children(recursive=True)
        if "ipykernel" in " ".join(p.cmdline())
    ]
    for kernel in kernels:
        kernel.suspend()
    try:
        live.press(live.control("Slope"), "End")
        shows(live, 20)
        live.control("Shape").select_option("bent")
        shows(live, 20, bend=2)
        assert live.note == ""
    finally:
        for kernel in kernels:
            kernel.resume()


# ------------------------------------------------------------------ controls, in both lives


def test_slider_by_keyboard(curve):
    slope = curve.control("Slope")
    curve.press(slope, "ArrowRight", "ArrowRight", "ArrowRight")
    shows(curve, 5)
    curve.until_announced("Slope 5, Shape straight, Twice as high off. Ends at 5")
    assert curve.alt == "A straight curve of 5"
    assert slope.get_attribute("aria-valuetext") == "5"
    curve.press(slope, "Home")
    shows(curve, 0)


def test_slider_by_mouse(curve):
    box = curve.control("Slope").bounding_box()
    middle = box["y"] + box["height"] / 2
    curve.page.mouse.move(box["x"] + box["width"] / 2, middle)
    curve.page.mouse.down()
    shows(curve, 10)
    curve.page.mouse.move(box["x"] - 50, middle, steps=5)
    shows(curve, 0)
    curve.page.mouse.up()


def test_choice_by_keyboard_and_by_name(curve):
    curve.press(curve.control("Shape"), "ArrowDown")
    shows(curve, 2, bend=2)
    curve.until_announced("Slope 2, Shape bent, Twice as high off. Ends at 2")
    curve.control("Shape").select_option("straight")
    shows(curve, 2)


def test_toggle_by_keyboard_and_by_mouse(curve):
    curve.press(curve.control("Twice as high"), "Space")
    shows(curve, 2, factor=2)
    curve.until_announced("Slope 2, Shape straight, Twice as high on. Ends at 4")
    curve.root.get_by_text("Twice as high", exact=True).click()
    shows(curve, 2)


def test_play_walks_at_its_speed_and_pauses(curve):
    curve.root.get_by_label("Speed of Slope").select_option("4 ×")
    button = curve.root.get_by_role("button", name="Play Slope").element_handle()
    button.press("Enter")
    # Paused by the page itself: before a hand on a busy machine got there, it would have ended.
    curve.page.wait_for_function(
        "([slider, button]) => Number(slider.value) >= 6 && (button.click(), true)",
        arg=[curve.control("Slope").element_handle(), button],
    )
    assert button.get_attribute("aria-label") == "Play Slope"
    rest = int(curve.control("Slope").input_value())
    shows(curve, rest)
    curve.page.wait_for_timeout(400)
    assert int(curve.control("Slope").input_value()) == rest


def test_a_failing_function_is_told_and_the_last_picture_stays(curve):
    slope = curve.control("Slope")
    curve.press(slope, *["ArrowRight"] * 10)
    shows(curve, 12)
    curve.press(slope, "ArrowRight")
    curve.root.locator(".lk-note", has_text="ArithmeticError: thirteen is refused").wait_for()
    assert "still shows: Slope 12, Shape straight" in curve.note
    shows(curve, 12)
    curve.press(slope, "ArrowRight")
    curve.root.locator(".lk-note", has_text="returned NoneType, not a plotly Figure").wait_for()
    curve.press(slope, "ArrowRight")
    shows(curve, 15)
    assert curve.note == ""


def test_reset_with_nothing_to_reset_waits_for_no_answer(curve):
    curve.reset()
    curve.page.wait_for_timeout(3200)
    assert curve.note == ""


# ------------------------------------------------------------------ things to drag, in both lives


def test_a_point_by_arrow_keys(rod):
    right = rod.handle("right")
    rod.press(right, "ArrowRight", "ArrowUp", "Shift+ArrowLeft")
    x, y = 1.1 - 1.0, 0.1
    rod.until_title(f"Length {math.hypot(x + 1, y):.2f}")
    np.testing.assert_allclose(rod.trace("rod")["x"], [-1, x], atol=1e-9)
    assert right.get_attribute("aria-valuetext") == "0.10, 0.10"
    rod.until_announced("left -1.00, 0.00; right 0.10, 0.10")


def test_a_point_by_mouse_stays_within_its_limits(rod):
    left = rod.handle("left")
    rod.drag(left, 40, -60)
    rod.until("(root) => !root.querySelector('.gtitle').textContent.endsWith('2.00')", None)
    rod.page.wait_for_timeout(200)
    x, y = rod.trace("rod")["x"][0], rod.trace("rod")["y"][0]
    assert x > -1 and y > 0
    assert rod.title == f"Length {math.hypot(1 - x, y):.2f}"
    assert left.get_attribute("aria-valuetext") == f"{x:.2f}, {y:.2f}"
    rod.drag(left, -900, 0)
    assert left.get_attribute("aria-valuetext").startswith("-2.00, ")


def test_the_handle_lies_on_what_it_moves(rod):
    """Its middle is where plotly draws the end of the rod."""
    rod.drag(rod.handle("right"), -30, -30)
    box = rod.handle("right").locator(".lk-knob").bounding_box()
    end = rod.root.evaluate("""(root) => {
        const plot = root.querySelector(".js-plotly-plot"), { xaxis, yaxis } = plot._fullLayout;
        const box = plot.getBoundingClientRect(), { x, y } = plot._fullData[0];
        const [right, down] = [xaxis._offset + xaxis.d2p(x[1]), yaxis._offset + yaxis.d2p(y[1])];
        return [box.left + right, box.top + down];
    }""")
    assert box["x"] + box["width"] / 2 == pytest.approx(end[0], abs=1)
    assert box["y"] + box["height"] / 2 == pytest.approx(end[1], abs=1)


def test_bars_make_room_for_one_another(rod):
    red = rod.handle("Share: red")
    rod.press(red, "ArrowUp")
    shares = rod.trace("shares", panel=1)["y"]
    # 0.3 and 0.2 stand 0.25 and 0.15 above their lowest; together they give 0.02 away
    np.testing.assert_allclose(shares, [0.52, 0.05 + 0.25 * 0.95, 0.05 + 0.15 * 0.95], atol=1e-9)
    assert rod.alt == "A rod, and three shares of which the first is 0.52"
    rod.drag(red, 0, -400)
    np.testing.assert_allclose(rod.trace("shares", panel=1)["y"], [0.9, 0.05, 0.05], atol=1e-9)
    rod.drag(rod.handle("Share: green"), 0, -20)
    after = rod.trace("shares", panel=1)["y"]
    assert sum(after) == pytest.approx(1) and after[1] > 0.05 and after[2] == pytest.approx(0.05)


def test_a_drag_and_a_slider_move_the_same_picture(rod):
    rod.press(rod.control("Scale"), "ArrowRight")
    rod.until_title("Length 4.00")
    rod.press(rod.handle("right"), "ArrowLeft")
    rod.until_title("Length 3.80")


def test_a_drag_is_smooth(rod):
    """Every move of the pointer is drawn, or a later one instead; none is drawn after the last."""
    before = rod.drawn
    rod.drag(rod.handle("right"), -80, -50, steps=40)
    rod.page.wait_for_timeout(300)
    assert rod.drawn - before >= 10
    drawn = rod.drawn
    rod.page.wait_for_timeout(300)
    assert rod.drawn == drawn


def test_a_finger_drags_too(in_page):
    hand = explorer(in_page, "A rod and its shares")
    box = hand.handle("right").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = in_page.page.context.new_cdp_session(in_page.page)

    def send(kind, *points):
        at = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (x, y))
    for k in range(1, 9):
        send("touchMove", (x - 5 * k, y - 4 * k))
    send("touchEnd")
    hand.until(
        "(root) => !root.querySelector('[aria-label=right]').ariaValueText.startsWith('1.00')", None
    )
    px, py = (
        float(part) for part in hand.handle("right").get_attribute("aria-valuetext").split(",")
    )
    assert px < 1 and py > 0
    hand.page.wait_for_timeout(200)
    x, y = hand.trace("rod")["x"][1], hand.trace("rod")["y"][1]
    assert hand.title == f"Length {math.hypot(x + 1, y):.2f}"


def test_python_draws_what_is_dragged_where_the_function_is_not_portable(in_lab):
    hand = explorer(in_lab, "Python draws")
    hand.press(hand.handle("foot"), "ArrowRight", "ArrowRight")
    hand.until_title("Height 0 at 0.2")


def test_an_exported_page_says_what_rests_there(in_page):
    hand = explorer(in_page, "Python draws")
    assert "Place rests" in hand.root.locator(".lk-remark").inner_text()
    assert hand.handle("foot").get_attribute("aria-disabled") == "true"
    hand.press(hand.control("Height"), "End")
    hand.until_title("Height 3000 at 0.0")


# ------------------------------------------------------------------ in JupyterLab


def test_keys_pressed_on_a_control_are_not_commands_of_jupyterlab(live):
    cells = live.page.locator(".jp-Cell")
    before = cells.count()
    live.press(live.control("Slope"), "b", "a", "m", "d", "d", "ArrowRight")
    shows(live, 3)
    assert cells.count() == before


def test_a_silent_function_is_noted_after_three_seconds_and_its_picture_still_comes(in_lab):
    hand = explorer(in_lab, "Python draws")
    hand.press(hand.control("Height"), "End")
    hand.root.locator(".lk-note", has_text="Python has not answered for 3 seconds").wait_for()
    hand.until_title("Height 3000 at 0.0")
    assert hand.note == ""


def test_a_hand_faster_than_python_gets_the_latest_picture_first(in_lab):
    hand = explorer(in_lab, "Python draws")
    before = hand.drawn
    hand.press(hand.control("Height"), *["PageUp"] * 8)
    hand.until_title("Height 2400 at 0.0")
    assert hand.drawn - before <= 8


def test_saving_after_many_moves_makes_the_notebook_no_larger(live, in_lab):
    command(live.page, "docmanager:save")
    before = in_lab.file.stat().st_size
    live.press(live.control("Slope"), *["ArrowRight"] * 8, *["ArrowLeft"] * 8)
    shows(live, 2)
    rod = explorer(in_lab, "A rod and its shares")
    rod.press(rod.handle("right"), *["ArrowUp", "ArrowDown"] * 8)
    command(live.page, "docmanager:save")
    assert in_lab.file.stat().st_size == before


def test_the_picture_follows_the_theme_and_stays_legible(live):
    def change(theme):
        before = live.root.evaluate(FONT)
        command(live.page, "apputils:change-theme", theme=theme)
        live.until(f"(root, before) => ({FONT})(root)[0] !== before[0]", before)
        return live.root.evaluate(FONT)

    light = live.root.evaluate(FONT)
    assert light[1] >= 14
    keep_picture(live.root, "explorer-light")
    dark = change("JupyterLab Dark")
    live.page.wait_for_timeout(500)  # for the rest of the page, on the screenshot
    keep_picture(live.root, "explorer-dark")
    assert brightness(light[0]) < 128 < brightness(dark[0])
    assert faults(live.page, ".lk-explorer") == []
    assert change("JupyterLab Light") == light


def brightness(colour):
    return max(int(channel) for channel in re.findall(r"[\d.]+", colour)[:3])


def test_the_presentation_switch_enlarges_every_explorer(live, in_lab):
    other = Hand.on(in_lab.page, "A rod and its shares")
    letters = "(root) => getComputedStyle(root).fontSize"
    plot = "root.querySelector('.js-plotly-plot')"
    scale = f"{plot}.getBoundingClientRect().width / {plot}.offsetWidth"
    before = other.root.evaluate(letters)
    switch = live.root.get_by_role("button", name="Larger")
    switch.press("Enter")
    assert switch.get_attribute("aria-pressed") == "true"
    assert float(other.root.evaluate(letters)[:-2]) >= 1.4 * float(before[:-2])
    live.until(f"(root) => {scale} >= 1.3", None)
    keep_picture(live.root, "explorer-larger")
    other.root.scroll_into_view_if_needed()
    other.wait_until_drawn()
    other.reset()
    other.drag(
        other.handle("right"), -40, -40
    )  # the pointer keeps its hold on the enlarged picture
    box, x = other.handle("right").bounding_box(), other.trace("rod")["x"][1]
    assert 0 < x < 1 and box["width"] > 50
    switch.press("Enter")
    live.until(f"(root) => {scale} < 1.1", None)


def test_the_picture_takes_the_width_it_has(live):
    wide = live.root.evaluate(f"(root) => {WIDTH}")
    live.page.set_viewport_size({"width": 1000, "height": 1000})
    live.until(f"(root, wide) => {WIDTH} < wide - 200", wide)
    live.page.set_viewport_size({"width": 1300, "height": 1000})
    live.until(f"(root, wide) => {WIDTH} === wide", wide)


def test_two_notebooks_at_once_answer_each_for_itself(in_lab, folder):
    write_notebook(folder / "second.ipynb", CURVE.replace("A curve to bend", "Another curve"))
    command(in_lab.page, "docmanager:open", path="second.ipynb")
    wait_for_kernel(in_lab.page)
    run_all(in_lab.page)
    other = Hand.on(in_lab.page, "Another curve")
    other.wait_until_drawn()
    other.press(other.control("Slope"), "End")
    shows(other, 20)
    command(in_lab.page, "docmanager:open", path="curve.ipynb")
    first = explorer(in_lab, "A curve to bend")
    shows(first, 2)
    first.press(first.control("Slope"), "ArrowRight")
    shows(first, 3)
    assert in_lab.errors == []


def test_loading_the_page_again_keeps_the_moved_picture_alive(live):
    live.press(live.control("Slope"), "ArrowRight")
    live.until_announced("Slope 3")
    shows(live, 3)
    command(live.page, "docmanager:save")
    live.page.reload()
    wait_for_kernel(live.page)
    live.wait_until_drawn()
    shows(live, 3)
    live.press(live.control("Slope"), "ArrowRight")
    shows(live, 4)


def test_after_a_restart_the_explorer_says_so_and_moves_through_what_it_has(live):
    live.press(live.control("Slope"), "ArrowRight")
    shows(live, 3)
    live.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    live.root.locator(".lk-note", has_text="Python was restarted or has ended").wait_for()
    live.press(live.control("Slope"), "ArrowLeft")
    shows(live, 2)
    assert "Run this cell again" in live.note  # as long as it is true
    silent = Hand.on(live.page, "Python draws")
    silent.root.scroll_into_view_if_needed()
    before = silent.title
    silent.control("Height").fill("1500")
    silent.root.locator(".lk-note", has_text="Run this cell again").wait_for()
    assert silent.title == before
