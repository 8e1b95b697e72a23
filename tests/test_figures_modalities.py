"""Matrices, cuts, attention and trade-offs are drawn as they are."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.claims import interval
from lecturekit.figures.modalities import attention, cut, heat, in_braces, parts, trade_off
from lecturekit.modalities import slide
from lecturekit.modalities.subchannel import weights_of


def trace(made, name):
    (found,) = [t for t in made.data if t.name == name]
    return found


def test_groups_are_written_as_on_the_slide():
    assert in_braces(slide.UNIMODAL_GROUPS, slide.MODALITIES) == "{1, 2, 4} {3} {5}"


@pytest.mark.parametrize(
    ("at", "said"),
    [(0.5, "{1} {2} {3} {4} {5}"), (2.5, "{1, 2, 4} {3} {5}"), (6, "{1, 2, 3, 4, 5}")],
)
def test_a_cut_says_and_frames_its_groups(at, said):
    left, right = cut(slide.UNIMODAL, slide.MODALITIES, at)
    assert left.layout.title.text == f"Cut at {at:g}: {said}"
    sizes = [len(group.split(",")) for group in said.split("} {")]
    frames = [shape.x1 - shape.x0 for shape in left.layout.shapes]
    assert sorted(frames) == sorted(sizes) and all(s.y0 == s.x0 for s in left.layout.shapes)
    assert set(trace(right, "cut").y) == {at}


def test_the_matrix_is_sorted_with_its_names():
    left, _ = cut(slide.UNIMODAL, slide.MODALITIES, 2.5)
    names, z = list(left.data[0].x), np.array(left.data[0].z)
    assert names == list(left.data[0].y) and sorted(names) == list(slide.MODALITIES)
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            assert z[i, j] == slide.UNIMODAL[int(one) - 1, int(other) - 1]
    for shape in left.layout.shapes:  # a frame holds exactly the members of its group
        own = [names[k] for k in range(5) if shape.x0 < k < shape.x1]
        assert len({slide.UNIMODAL_GROUPS[int(n) - 1] for n in own}) == 1


def test_the_tree_draws_merges_below_the_cut_as_joined():
    _, right = cut(slide.UNIMODAL, slide.MODALITIES, 2.5)
    joined = {y for y in trace(right, "joined").y if y is not None}
    assert joined == {0, 1, 1.5}  # {1, 2} or {1, 4} at 1, the third at (1 + 2) / 2
    apart = {y for y in trace(right, "kept apart").y if y is not None}
    assert min(apart - joined) == 3
    assert len(set(trace(right, "group").marker.symbol)) == 3


def test_heat_leaves_unknown_numbers_out_of_its_range():
    made = heat(np.array([[0.5, np.nan]]), ["a"], ["b", "c"], title="T")
    assert (made.data[0].zmin, made.data[0].zmax) == (0, 0.5)


def test_attention_shows_both_maps_and_the_cue():
    over, past = np.eye(2), np.array([[0.9, 0.1, 0], [0, 0.5, 0.5]])
    left, right = attention(1, over, past, ["a", "b"], title="T", cue=2)
    np.testing.assert_array_equal(left.data[0].z, over)
    np.testing.assert_array_equal(right.data[0].z, past)
    assert left.data[0].zmax == right.data[0].zmax == 1
    assert left.layout.title.text == "T" and right.layout.shapes[0].x0 == 1.5
    assert list(right.data[0].x) == ["0", "1", "2"]


def test_a_trade_off_has_every_seed_and_the_interval():
    scores = {"one": np.array([80.0, 82, 84]), "other": np.array([70.0])}
    made = trade_off({"one": 100, "other": 40}, scores, title="T", x="weights", unit="%")
    mean, low, _ = interval(scores["one"])
    point = trace(made, "one")
    assert (point.x[0], point.y[0]) == (100, mean)
    assert point.error_y.array[0] == pytest.approx(mean - low)
    assert trace(made, "other").y[0] == 70
    assert trace(made, "other").marker.symbol != point.marker.symbol
    dots = [t for t in made.data if t.showlegend is False]
    assert [list(t.y) for t in dots] == [[80, 82, 84], [70]]


def test_parts_add_up_to_both_counts():
    counted = weights_of(7, 3, 6, 5)
    made = parts(counted, title="T")
    ours = sum(t.x[0] for t in made.data)
    assert ours == sum(counted[name] for name in ("sub", "channel", "linear", "direct"))
    assert sum(t.x[1] for t in made.data) == counted["flat"]
    assert len({t.marker.pattern.shape for t in made.data}) == 5
