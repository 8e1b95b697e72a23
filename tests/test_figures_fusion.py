"""Figures of the fusion notebook: what they draw, and what their titles say."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.figures import fusion as figures

RNG = np.random.default_rng(0)
SCORES = {
    "early": np.array([[80.0, 82.0], [98.0, 100.0]]),
    "late": np.array([[81.0, 83], [49, 51]]),
}


def words(made) -> list[str]:
    """Every text of a picture that a reader must be able to read."""
    return [made.layout.title.text, made.layout.xaxis.title.text or ""]


def test_pairs_stand_in_columns_image_above_sound():
    images, sounds = RNG.uniform(size=(3, 4, 5)), RNG.normal(size=(3, 20, 13))
    made = figures.pairs(images, sounds, ["“1”", "“2”", "“3”"], title="T")
    assert len(made.data) == 6
    np.testing.assert_array_equal(made.data[0].z, images[0][::-1])  # first row on top
    np.testing.assert_array_equal(made.data[1].z, sounds[0].T)  # time runs to the right
    assert [made.layout[f"xaxis{n}"].title.text for n in (2, 4, 6)] == ["“1”", "“2”", "“3”"]
    starts = [made.layout[f"xaxis{n}"].domain[0] for n in ("", 3, 5)]
    assert starts == sorted(starts) and len(set(starts)) == 3


def test_the_dial_says_what_all_fusions_reach_at_its_place():
    made = figures.dial([0, 1], SCORES, 1)
    assert made.layout.title.text == "Dial 1.00: early 99 %, late 50 %"
    lines = {trace.name: trace for trace in made.data if trace.name}
    np.testing.assert_allclose(lines["late"].y, [82, 50])
    assert lines["early"].line.dash != lines["late"].line.dash  # not by colour alone
    assert lines["early"].marker.symbol != lines["late"].marker.symbol
    ranges = [trace for trace in made.data if trace.name.endswith(", range")]
    np.testing.assert_allclose(ranges[0].y, [82, 100, 98, 80])  # largest there, smallest back
    assert made.layout.shapes[0].x0 == 1


def test_accuracies_keep_their_axis_and_show_chance():
    made = figures.accuracies({"early": 97.25, "late": 10.0}, title="T", chance=10)
    assert [bar.text[0] for bar in made.data] == ["97.2", "10.0"]
    assert made.layout.yaxis.range == (0, 112)
    assert made.layout.shapes[0].y0 == 10
    # in the legend, for on a bar the words would be faint
    assert made.layout.shapes[0].name == "chance 10 %" and made.layout.shapes[0].showlegend


def test_growth_is_logarithmic_and_marks_the_chosen_number():
    made = figures.growth([2, 3], {"early": [100, 200], "products": [1e4, 1e6]}, 1, title="T")
    assert made.layout.yaxis.type == "log" and made.layout.shapes[0].x0 == 3
    assert list(made.data[1].y) == [1e4, 1e6]


def test_a_table_has_its_first_row_on_top_and_frames_the_chosen_square():
    made = figures.table(np.eye(2), ["a", "b"], ["c", "d"], title="T", x="X", y="Y", chosen=(0, 1))
    assert made.layout.yaxis.autorange == "reversed"
    frame = made.layout.shapes[0]
    assert (frame.x0 + frame.x1) / 2 == 1 and (frame.y0 + frame.y1) / 2 == pytest.approx(0)
    assert not figures.table(
        np.eye(2), ["a", "b"], ["c", "d"], title="T", x="X", y="Y"
    ).layout.shapes


def test_merge_names_the_place_among_all():
    right, alike = np.array([[70.0, 80.0], [60.0, 90.0]]), np.array([[0.1, 0.2], [0.3, 0.45]])
    left, other = figures.merge(right, alike, 0, 1, depths=["input", "layer 1"])
    assert left.layout.title.text == "Merged here: 80.0 %, place 2 of 4"
    assert other.layout.title.text == "Similarity (CKA): 0.20"


@pytest.mark.parametrize(
    "made",
    [
        figures.dial([0, 1], SCORES, 0),
        figures.accuracies({"early": 97.0}, title="T", chance=10),
        figures.growth([2, 3], {"early": [100, 200]}, 0, title="T"),
        figures.table(np.eye(2), ["a", "b"], ["c", "d"], title="T", x="X", y="Y"),
        figures.pairs(np.zeros((1, 2, 2)), np.zeros((1, 3, 2)), ["one"], title="T"),
    ],
)
def test_the_back_row_can_read_it(made):
    assert made.layout.template.layout.font.size >= 16 and words(made)[0]
    assert made.layout.height >= 280
