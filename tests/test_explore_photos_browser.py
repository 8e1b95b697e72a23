"""The photo of the point under the pointer, in JupyterLab and in an exported page."""

from __future__ import annotations

import pytest
from browser import exported_page, lab, run_all, visit, why_no_browser, write_notebook
from hand import Hand

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser()))

SIDE, COUNT = 8, 5  # five tiles in three columns; tile k is grey 50 k
MAP = """
import numpy as np
import plotly.graph_objects as go
from lecturekit.explore import Slider, explore
from lecturekit.figures.photos import sprites

tiles = np.stack([np.full((8, 8), 50 * k, "uint8") for k in range(5)])
SHEET = sprites(tiles)

def points(shift, gl=False):
    kind = go.Scattergl if gl else go.Scatter
    names = [f"photo {k}" for k in range(5)]
    shown = kind(x=np.arange(5) + shift, y=[0, 1, 2, 1, 0], mode="markers", customdata=[*range(5)],
                 text=names, hoverinfo="none", marker={"size": 20}, name="photos")
    bare = kind(x=[0], y=[2], mode="markers", marker={"size": 20}, name="no photo",
                hoverinfo="none")
    made = go.Figure([shown, bare]).update_xaxes(range=[-1, 8]).update_yaxes(range=[-1, 3])
    return made.update_layout(title=f"Shift {shift}", meta={"photos": SHEET})

explore(points, title="Photos", alt="Points", shift=Slider(0, 3, label="Shift"))
"""
WEBGL = """
def points_by_webgl(shift):
    return points(shift, gl=True)

explore(points_by_webgl, title="Photos by WebGL", alt="Points", shift=Slider(0, 3, label="Shift"))
"""
# Where a point stands in the window.
PLACE = """(root, [trace, k]) => {
    const plot = root.querySelector('.js-plotly-plot');
    const { xaxis, yaxis } = plot._fullLayout, { x, y } = plot._fullData[trace];
    const box = plot.getBoundingClientRect();
    return [box.x + xaxis._offset + xaxis.c2p(x[k]), box.y + yaxis._offset + yaxis.c2p(y[k])];
}"""
CARD = """(root) => {
    const card = root.querySelector('.lk-photo'), image = card.querySelector('.lk-photo-image');
    const { backgroundPosition, backgroundSize, width, height } = image.style;
    return { text: card.textContent, backgroundPosition, backgroundSize, width, height };
}"""
HIDDEN = "(root, hidden) => root.querySelector('.lk-photo').hidden === hidden"
TEXT = "(root, text) => root.querySelector('.lk-photo').textContent === text"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def in_lab(folder):
    write_notebook(folder / "photos.ipynb", MAP, WEBGL)
    with lab(folder) as server, visit(server.page("photos.ipynb")) as visited:
        run_all(visited.page)
        for title in ("Photos", "Photos by WebGL"):
            Hand.on(visited.page, title).wait_until_drawn()
        yield visited


@pytest.fixture(scope="module")
def in_page(folder):
    address, _ = exported_page(folder, MAP, WEBGL)
    with visit(address) as visited:
        yield visited


@pytest.fixture(params=["in_lab", "in_page"])
def visited(request):
    visited = request.getfixturevalue(request.param)
    yield visited
    assert visited.errors == []
    assert visited.strangers == []


@pytest.fixture(params=["Photos", "Photos by WebGL"])
def hand(visited, request):
    hand = Hand.on(visited.page, request.param)
    hand.root.scroll_into_view_if_needed()
    hand.wait_until_drawn()
    hand.reset()
    hand.until_title("Shift 0")
    return hand


def point_at(hand, k, trace=0):
    hand.page.mouse.move(*hand.root.evaluate(PLACE, [trace, k]), steps=3)


def test_the_tile_of_the_point_is_shown_with_its_text(hand):
    for k in range(COUNT):
        point_at(hand, k)
        hand.until(TEXT, f"photo {k}")
        hand.until(HIDDEN, False)
        card = hand.root.evaluate(CARD)
        width, height = (float(card[side].removesuffix("px")) for side in ("width", "height"))
        left, top = (float(part.removesuffix("px")) for part in card["backgroundPosition"].split())
        assert width == height > 2 * SIDE  # enlarged
        assert (left, top) == (-(k % 3) * width, -(k // 3) * height)
        assert card["backgroundSize"] == f"{3 * width:g}px {2 * height:g}px"


def test_a_point_without_a_photo_and_the_empty_plane_show_none(hand):
    point_at(hand, 1)
    hand.until(HIDDEN, False)
    point_at(hand, 0, trace=1)
    hand.until(HIDDEN, True)
    point_at(hand, 1)
    hand.until(HIDDEN, False)
    hand.page.mouse.move(2, 2, steps=3)
    hand.until(HIDDEN, True)


def test_when_the_points_move_the_photo_goes(hand):
    point_at(hand, 2)
    hand.until(HIDDEN, False)
    hand.press(hand.control("Shift"), "ArrowRight")
    hand.until_title("Shift 1")
    hand.until(HIDDEN, True)
