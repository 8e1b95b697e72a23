"""Explorers in headless Chromium: from a key or pointer to the redrawn picture, first paint, size.

Needs Chromium and playwright, as the browser tests do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

import psutil
from browser import (
    exported_page,
    lab,
    run_all,
    visit,
    wait_for_kernel,
    why_no_browser,
    write_notebook,
)

from bench.rows import Row, at_least, at_most, tell

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


def drag(page, where: str) -> Iterator[Row]:
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
    behind = median(after(seen["moves"], seen["drawn"]))
    yield Row(f"{where}, dragging a point", rate, "pictures a second", budget=at_least(20))
    yield Row(f"{where}, picture behind the pointer", behind, "ms", budget=at_most(100))


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


def latencies(what: str, times: Sequence[float], usual: float, rare: float | None) -> Iterator[Row]:
    """Median and 95th percentile of milliseconds, each with its budget."""
    yield Row(f"{what}, median", median(times), "ms", budget=at_most(usual))
    slow = quantiles(times, n=20)[-1]
    yield Row(f"{what}, 95 of 100", slow, "ms", budget=at_most(rare) if rare else None)


def turn(page, number: int):
    """The slider of one of the waves, in view."""
    slider = page.get_by_label("Turn", exact=True).nth(number)
    slider.scroll_into_view_if_needed()
    return slider


def on_a_page(folder: Path) -> Iterator[Row]:
    """Without a kernel."""
    waves = [EXPLORE.format(kind=kind, n=kind, turns=FEW) for kind in ("webgl", "svg")]
    address, _ = exported_page(folder, WAVE + waves[0], waves[1], SPRINGS)
    with visit(address) as visited:
        page = visited.page
        page.wait_for_timeout(3000)
        for number, kind in enumerate(("WebGL", "SVG")):
            what = f"exported page, key to picture, 1,000 markers in {kind}"
            yield from latencies(what, press(page, turn(page, number), 5), 50, None)
        yield from drag(page, "exported page")
        before = heap(page)
        move_much(page, turn(page, 1))
        yield Row(f"exported page, heap after {MANY} moves", heap(page) - before, "MB more")
    ten = [EXPLORE.format(kind="svg", n=n, turns=FEW) for n in range(10)]
    _, size = exported_page(folder, WAVE + ten[0], *ten[1:])
    yield Row("exported page with ten explorers", size / 1000, "kB", budget=at_most(3000))


def in_the_lab(folder: Path) -> Iterator[Row]:
    """With a kernel."""
    lone = EXPLORE.format(kind="svg", n=0, turns=FEW)
    write_notebook(folder / "lone.ipynb", WAVE + lone)
    write_notebook(folder / "slow.ipynb", WAVE + lone, SLOW)
    far = [EXPLORE.format(kind=kind, n=kind, turns=FAR) for kind in ("webgl", "svg")]
    more = [EXPLORE.format(kind="svg", n=n, turns=FEW) for n in range(7)]
    ten = write_notebook(folder / "ten.ipynb", WAVE + far[0], far[1], *more, SPRINGS)
    with lab(folder) as server:
        first = first_paint(server, "lone.ipynb")
        yield Row("JupyterLab, first picture of a notebook", first, "s", budget=at_most(2))
        behind = first_paint(server, "slow.ipynb")
        what = "JupyterLab, first picture with a slow cell behind it"
        yield Row(what, behind, "s", budget=at_most(4))
        with visit(server.page(ten.name)) as visited:
            page = visited.page
            run_all(page)
            page.wait_for_timeout(6000)
            for number, kind in enumerate(("WebGL", "SVG")):
                times = press(page, turn(page, number), 3000)  # beyond what is on the page
                what = f"JupyterLab, through the kernel, 1,000 markers in {kind}"
                yield from latencies(what, times, 60, 120)
            yield from drag(page, "JupyterLab")
            yield from after_many_moves(page, server.pid, ten)


def after_many_moves(page, pid: int, notebook: Path) -> Iterator[Row]:
    """What has grown after MANY moves of a slider: the saved file, the page, the kernel."""
    kernel = next(
        process
        for process in psutil.Process(pid).children(recursive=True)
        if any("ipykernel" in word for word in process.cmdline())
    )
    save = "() => jupyterapp.commands.execute('docmanager:save')"
    page.evaluate(save)
    size, before, rss = notebook.stat().st_size, heap(page), kernel.memory_info().rss
    move_much(page, turn(page, 1))
    page.evaluate(save)
    what = f"JupyterLab after {MANY} moves"
    yield Row(f"{what}, notebook", notebook.stat().st_size - size, "B more", budget=at_most(0))
    yield Row(f"{what}, heap of the page", heap(page) - before, "MB more")
    yield Row(f"{what}, kernel", (kernel.memory_info().rss - rss) / 2**20, "MiB more")


def rows() -> Iterator[Row]:
    missing = why_no_browser()
    if missing:
        yield Row("explorers in a browser", None, note=missing)
        return
    with tempfile.TemporaryDirectory() as name:
        yield from on_a_page(Path(name))
        yield from in_the_lab(Path(name))


if __name__ == "__main__":
    tell(rows())
