"""Figures of an evolving embedding: all points, still axes, numbers in words, sheets of photos."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lecturekit import latent
from lecturekit.figures.evolution import evolution, side_by_side
from lecturekit.figures.photos import sprites, tile

RNG = np.random.default_rng(0)
LABELS = np.tile(np.arange(10), 4)
SNAPSHOTS = RNG.normal(size=(3, 40, 5)).astype("float32")
MAPS = {"UMAP": SNAPSHOTS[..., :2], "fixed plane": latent.principal(SNAPSHOTS)}
QUALITY = latent.quality(SNAPSHOTS, MAPS["UMAP"], LABELS)
IMAGES = RNG.integers(0, 256, (40, 6, 4)).astype("uint8")
SHEET = sprites(IMAGES)
STEPS = (0, 1, 300)


def drawn(frame=1, **options):
    return evolution(frame, MAPS, QUALITY, LABELS, steps=STEPS, **options)


def test_every_point_is_where_its_layout_says():
    for made, layout in zip(drawn()[:2], MAPS.values(), strict=True):
        shown = np.zeros((40, 2))
        for trace in made.data:
            shown[list(trace.customdata)] = np.column_stack([trace.x, trace.y])
        np.testing.assert_allclose(shown, layout[1])


def test_colour_and_marker_together_tell_ten_classes():
    markers = {(t.marker.color, t.marker.symbol) for t in drawn()[0].data}
    assert len(markers) == len({t.marker.symbol for t in drawn()[0].data}) == 10


def test_axes_stay_and_hold_every_frame():
    for panel, layout in enumerate(MAPS.values()):
        ranges = {(drawn(f)[panel].layout.xaxis.range, drawn(f)[panel].layout.yaxis.range)
                  for f in range(3)}  # fmt: skip
        assert len(ranges) == 1
        for axis, (low, high) in enumerate(ranges.pop()):
            assert low < layout[..., axis].min() and layout[..., axis].max() < high


def test_the_title_says_what_the_map_cannot_show():
    title = drawn(2)[0].layout.title.text
    retrieval = f"R@1 {QUALITY.recall_at_1[2]:.0f} %, MAP@R {QUALITY.map_at_r[2]:.0f} %"
    for part in ("Step 300", retrieval, f"D {QUALITY.mean_distance[2]:.2f}"):
        assert part in title
    assert len(title) <= 48


def test_the_chart_marks_the_frame_and_only_that_moves():
    first, last = (drawn(f)[2] for f in (0, 2))
    assert [list(t.x) for t in first.data[:-1]] == [list(t.x) for t in last.data[:-1]]
    assert list(first.data[-1].x) == [0, 0] and list(last.data[-1].x) == [2, 2]
    values = {t.name: np.array(t.y) for t in first.data}
    np.testing.assert_allclose(values["MAP@R"], QUALITY.map_at_r)


def test_many_markers_are_drawn_by_webgl():
    many = {"UMAP": np.tile(MAPS["UMAP"], (1, 8, 1))}
    made = evolution(0, many, QUALITY, np.tile(LABELS, 8), steps=STEPS, point=3)[0]
    assert {t.type for t in made.data} == {"scattergl"}
    assert {t.type for t in drawn()[0].data} == {"scatter"}


def test_a_followed_point_is_ringed_with_its_photo():
    made = drawn(point=17, photos=SHEET)[0]
    ring = made.data[-1]
    np.testing.assert_allclose([ring.x[0], ring.y[0]], MAPS["UMAP"][1, 17])
    assert (pixels(made.layout.images[0].source) == IMAGES[17]).all()
    assert made.layout.annotations[0].text == f"{LABELS[17]}, row 17"
    assert made.layout.meta["photos"] == SHEET


def pixels(source):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))


def test_a_sheet_holds_every_photo_in_its_tile():
    sheet = pixels(SHEET["source"])
    assert sheet.shape == (6 * SHEET["rows"], 4 * SHEET["columns"])
    for row, image in enumerate(IMAGES):
        top, left = divmod(row, SHEET["columns"])
        assert (sheet[6 * top : 6 * top + 6, 4 * left : 4 * left + 4] == image).all()
        assert (pixels(tile(SHEET, row)) == image).all()


@pytest.mark.parametrize("images", [IMAGES / 255.0, IMAGES[0], IMAGES[:0]])
def test_what_is_no_set_of_photos_is_refused(images):
    with pytest.raises(ValueError, match=r"uint8 \[rows, height, width\]"):
        sprites(images)


def test_a_tile_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="tiles 0 … 41"):
        tile(SHEET, 42)


def test_maps_stand_side_by_side_with_their_numbers():
    maps = {"5 neighbours": MAPS["UMAP"][0], "50 neighbours": MAPS["UMAP"][1]}
    words = {name: f"mean D {k}.00" for k, name in enumerate(maps)}
    made = side_by_side(maps, words, title="Noise")
    assert len(made.data) == 2
    assert made.layout.xaxis2.title.text == "50 neighbours<br>mean D 1.00"
    assert made.layout.xaxis.domain[1] < made.layout.xaxis2.domain[0]
    assert len(side_by_side(maps, words, LABELS, title="Digits").data) == 20
