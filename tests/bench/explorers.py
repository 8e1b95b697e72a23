"""Explorers in headless Chromium: from a key or pointer to the redrawn picture, first paint, size.

Goals are those of the design. Needs Chromium and playwright, as the browser tests do.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import (
    exported_page,
    lab,
    run_all,
    visit,
    wait_for_kernel,
    why_no_browser,
    write_notebook,
)

PRESSES, GAP_MS = 40, 250
DRAG_MOVES = 90
MANY = 500  # moves, after which nothing may have grown
WAVE = """
import numpy as np
import plotly.graph_objects as go
from lecturekit.explore import Choice, Slider, explore
from lecturekit.figures.style import figure

X = np.linspace(0, 1, 200)
CLOUD = np.random.default_rng(0).normal(size=(1000, 2))


def draw(turn, scale, kind):
    made = figure("A wave and a cloud", "x", "y")
    made.add_scatter(x=X, y=np.sin(20 * X + turn / 10), mode="lines", name="wave")
    made.add_trace(kind(x=scale * CLOUD[:, 0], y=CLOUD[:, 1], mode="markers", name="cloud"))
    return made.update_yaxes(range=[-4, 4]).update_xaxes(range=[-4, 4])


def webgl(turn, scale):
    return draw(turn, scale, go.Scattergl)


def svg(turn, scale):
    return draw(turn, scale, go.Scatter)

"""
EXPLORE = """
explore({kind}, title="Wave {n}", alt="A wave and a cloud of 1,000 points",
        turn=Slider(0, {turns}, label="Turn"), scale=Choice({{"one": 1, "two": 2}}, label="Scale"))
"""
SPRINGS = """
from lecturekit.explore import Points, Slider, Toggle, explore
from lecturekit.figures.springs import springs, springs_in_words

explore(springs, title="Springs", alt=springs_in_words,
        points=Points({"anchor": (0, 0), "similar": (1, 0.3), "dissimilar": (-0.5, 0.6)},
                      x=(-2, 2), y=(-2, 2)),
        margin=Slider(0.5, 2, 0.1, value=1, label="Margin"), squared=Toggle(label="Squared"))
"""
SLOW = "import time; time.sleep(12)"
FEW, FAR = 60, 4000  # positions of a slider: all on the page, or more than are computed ahead
WATCH = """() => {
    window.seen = { keys: [], moves: [], drawn: [] };
    addEventListener("keydown", () => seen.keys.push(performance.now()), true);
    addEventListener("pointermove", () => seen.moves.push(performance.now()), true);
    addEventListener("lecturekit-drawn", () => seen.drawn.push(performance.now()), true);
}"""


def after(starts: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Milliseconds from each start to the first end after it."""
    return [min(end for end in ends if end > start) - start for start in starts]


def press(page, slider, start: int) -> list[float]:
    """Milliseconds from each arrow key on a slider to the redrawn picture, from a position on."""
    slider.fill(str(start))
    slider.focus()
    page.evaluate(WATCH)
    for _ in range(PRESSES):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(GAP_MS)
    page.wait_for_timeout(1500)
    seen = page.evaluate("seen")
    return after(seen["keys"], seen["drawn"])


def drag(page) -> str:
    """Redraws a second while a handle is dragged, and how far they are behind the pointer."""
    handle = page.locator(".lk-handle").nth(2)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH)
    for k in range(DRAG_MOVES):
        page.mouse.move(x + k % 45, y + k % 30)
    page.mouse.up()
    page.wait_for_timeout(500)
    seen = page.evaluate("seen")
    while_moving = [t for t in seen["drawn"] if t <= seen["moves"][-1]]
    rate = 1000 * len(while_moving) / (seen["moves"][-1] - seen["moves"][0])
    last = seen["drawn"][-1] - seen["moves"][-1]
    behind = median(after(seen["moves"], seen["drawn"]))
    return f"{rate:.0f} a second, {behind:.0f} ms behind, the last {last:.0f}"


def heap(page) -> float:
    """MB that the page's JavaScript holds after a thorough clean-up."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 1e6


def move_much(page, slider) -> None:
    """MANY moves, back and forth over the same states."""
    slider.focus()
    for k in range(MANY):
        page.keyboard.press("ArrowRight" if k // 30 % 2 == 0 else "ArrowLeft")
    page.wait_for_timeout(2000)


def first_paint(server, name: str) -> float:
    """Seconds from Run All to the first picture, in a page without plotly.js so far."""
    with visit(server.page(name)) as visited:
        page = visited.page
        wait_for_kernel(page)
        page.evaluate(WATCH)
        start = page.evaluate("performance.now()")
        page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function("seen.drawn.length > 0", timeout=60_000)
        return (page.evaluate("seen.drawn[0]") - start) / 1000


def line(what: str, measured: str, goal: str) -> None:
    print(f"{what:52s} {measured:>34s}   goal {goal}", flush=True)


def ms(times: Sequence[float]) -> str:
    return f"{median(times):.0f} ms median, {quantiles(times, n=20)[-1]:.0f} p95"


def turn(page, number: int):
    """The slider of one of the waves, in view."""
    slider = page.get_by_label("Turn", exact=True).nth(number)
    slider.scroll_into_view_if_needed()
    return slider


def on_a_page(folder: Path) -> None:
    """Without a kernel."""
    waves = [EXPLORE.format(kind=kind, n=kind, turns=FEW) for kind in ("webgl", "svg")]
    address, _ = exported_page(folder, WAVE + waves[0], waves[1], SPRINGS)
    with visit(address) as visited:
        page = visited.page
        page.wait_for_timeout(3000)
        for number, kind in enumerate(("WebGL", "SVG")):
            times = ms(press(page, turn(page, number), 5))
            line(f"page: key to picture, 1,000 markers {kind}", times, "<= 50 median")
        line("page: drag", drag(page), ">= 20 a second, <= 100 ms")
        before = heap(page)
        move_much(page, turn(page, 1))
        line(f"page: heap after {MANY} moves", f"{heap(page) - before:+.1f} MB", "about 0")
    ten = [EXPLORE.format(kind="svg", n=n, turns=FEW) for n in range(10)]
    _, size = exported_page(folder, WAVE + ten[0], *ten[1:])
    line("page: ten explorers", f"{size / 1000:,.0f} kB", "<= 3,000 kB")


def in_the_lab(folder: Path) -> None:
    """With a kernel."""
    lone = EXPLORE.format(kind="svg", n=0, turns=FEW)
    write_notebook(folder / "lone.ipynb", WAVE + lone)
    write_notebook(folder / "slow.ipynb", WAVE + lone, SLOW)
    far = [EXPLORE.format(kind=kind, n=kind, turns=FAR) for kind in ("webgl", "svg")]
    more = [EXPLORE.format(kind="svg", n=n, turns=FEW) for n in range(7)]
    ten = write_notebook(folder / "ten.ipynb", WAVE + far[0], far[1], *more, SPRINGS)
    with lab(folder) as server:
        line("lab: first paint", f"{first_paint(server, 'lone.ipynb'):.1f} s", "<= 2 s")
        behind = first_paint(server, "slow.ipynb")
        line("lab: first paint, a slow cell behind it", f"{behind:.1f} s", "<= 4 s")
        with visit(server.page(ten.name)) as visited:
            page = visited.page
            run_all(page)
            page.wait_for_timeout(6000)
            for number, kind in enumerate(("WebGL", "SVG")):
                times = ms(press(page, turn(page, number), 3000))  # beyond what is on the page
                goal = "<= 60 median, <= 120 p95"
                line(f"lab: through the kernel, 1,000 markers {kind}", times, goal)
            line("lab: drag", drag(page), ">= 20 a second, <= 100 ms")
            kernel = next(
                process
                for process in psutil.Process(server.pid).children(recursive=True)
                if any("ipykernel" in word for word in process.cmdline())
            )
            save = "() => jupyterapp.commands.execute('docmanager:save')"
            page.evaluate(save)
            size, before, rss = ten.stat().st_size, heap(page), kernel.memory_info().rss
            move_much(page, turn(page, 1))
            page.evaluate(save)
            grown = (kernel.memory_info().rss - rss) / 2**20
            grew = (
                f"{ten.stat().st_size - size:+d} B, {heap(page) - before:+.1f} MB, {grown:+.0f} MiB"
            )
            line(f"lab: file, heap, kernel after {MANY} moves", grew, "+0 B")


if __name__ == "__main__":
    missing = why_no_browser()
    if missing:
        raise SystemExit(missing)
    with tempfile.TemporaryDirectory() as name:
        on_a_page(Path(name))
        in_the_lab(Path(name))
