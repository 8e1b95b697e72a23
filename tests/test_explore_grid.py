"""The grid of an exported page: each picture as its function draws it, thinned where it must be."""

from __future__ import annotations

import base64
import gzip
import itertools
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from explored import figure_from, line, picture, same, study

from lecturekit.explore import Bars, Choice, Points, Slider, Study
from lecturekit.explore.grid import Caps, grid
from lecturekit.explore.leaves import leaves

LIVE = "In JupyterLab everything moves."
NOISE = np.random.default_rng(0).normal(size=(21, 200))


def unpacked(made):
    return json.loads(gzip.decompress(base64.b64decode(made.packed)))


def rows(made):
    """Pairs of a state and its row; the last control moves fastest."""
    states = itertools.product(*made.states.values())
    named = [dict(zip(made.states, each, strict=True)) for each in states]
    return list(zip(named, unpacked(made)["rows"], strict=True))


def check_every_picture(explored, made):
    """Each row, put together as the page does, is the picture and the words of its state.

    Returns how many there are.
    """
    whole, base = unpacked(made), []
    for figure in explored.figures({}):
        base.append([json.loads(f"[{path},{leaf}]") for path, leaf in leaves(figure).items()])
    for values, row in rows(made):
        assert row["alt"] == explored.alt_text(values)
        for first, pairs, figure in zip(
            base, row["figures"], explored.figures(values), strict=True
        ):
            entries = list(first)
            for path, leaf in zip(pairs[::2], pairs[1::2], strict=True):
                there = [whole["leaves"][leaf]] if leaf >= 0 else []
                entries.append([whole["paths"][path], *there])
            assert same(figure_from(entries), picture(figure)), values
    return len(whole["rows"])


def noisy(slope):
    return go.Figure(go.Scatter(y=NOISE[slope]))


def one_slider(function=noisy):
    return Study(function, {"slope": Slider(0, 20, value=3, label="Slope")}, title="t", alt="a")


def clock(*costs):
    """A clock by which picture n takes costs[n] seconds, and each further one the last of them."""
    spent = itertools.chain(costs, itertools.repeat(costs[-1]))
    now = 0.0
    while True:
        yield now
        now += next(spent)
        yield now


def test_a_small_study_is_there_as_a_whole():
    made = grid(study())
    assert made.note == "" and made.states["slope"] == list(range(21))
    assert made.states["bend"] == ["straight", "bent"]
    assert check_every_picture(study(), made) == 21 * 2 * 2


def test_linked_pictures_that_gain_and_lose_traces_are_there_as_they_are():
    def counted(count, named):
        left, right = go.Figure(), go.Figure(layout={"title": {"text": f"{count}"}})
        for k in range(count):
            left.add_scatter(
                x=np.arange(3), y=np.array([0.1, np.nan, k]), name="n" if named else None
            )
            right.add_annotation(text=f"{k}", x=k, y=0)
        return [left, right]

    controls = {"count": Slider(0, 4, value=2), "named": Choice({"yes": True, "no": False})}
    explored = Study(counted, controls, title="t", alt=lambda count, named: f"{count} {named}")
    assert check_every_picture(explored, grid(explored)) == 10


def test_each_path_and_each_leaf_is_there_once():
    whole = unpacked(grid(study()))
    assert whole["paths"] == [["data", 0, "y"]]
    assert len(whole["leaves"]) < 21 * 2 * 2  # slope 4 doubled once is slope 8
    texts = [json.dumps(leaf) for leaf in whole["leaves"]]
    assert len(set(texts)) == len(texts)


def test_the_default_state_is_a_row_without_changes():
    (default,) = [row for values, row in rows(grid(study())) if values == study().defaults]
    assert default["figures"] == [[]]


@pytest.mark.parametrize(
    ("cap", "positions"),
    [
        (4, [0, 3, 19, 20]),
        (6, [0, 3, 11, 19, 20]),
        (7, [0, 3, 7, 11, 15, 19, 20]),
        (12, [0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 20]),
        (21, list(range(21))),
    ],
)
def test_thinning_keeps_both_ends_and_the_default(cap, positions):
    made = grid(one_slider(), Caps(values=cap))
    assert made.states == {"slope": positions}
    note = f"In this page Slope has {len(positions)} of its 21 positions (limit: {cap} positions). "
    assert made.note == (note + LIVE if cap < 21 else "")
    assert check_every_picture(one_slider(), made) == len(positions)


def test_finer_grids_hold_the_coarser_ones():
    steps = [set(grid(one_slider(), Caps(values=cap)).states["slope"]) for cap in range(4, 22)]
    assert all(coarse <= fine for coarse, fine in itertools.pairwise(steps))


@pytest.mark.parametrize(("cap", "positions"), [(16, 4), (27, 5), (28, 7), (83, 12), (84, 21)])
def test_pictures_are_limited(cap, positions):
    """Of a slider, a choice of two and a toggle: four pictures for each position."""
    made = grid(study(), Caps(states=cap))
    assert len(made.states["slope"]) == positions and made.states["doubled"] == [False, True]
    assert (f"(limit: {cap} pictures). {LIVE}" in made.note) == (positions < 21)
    assert check_every_picture(study(), made) == 4 * positions


def test_bytes_are_limited():
    seven = grid(one_slider(), Caps(values=7))
    size = len(seven.packed)
    made = grid(one_slider(), Caps(size=size))
    assert made.packed == seven.packed
    assert f"Slope has 7 of its 21 positions (limit: {size // 1000} kB)." in made.note
    assert len(grid(one_slider(), Caps(size=size - 1)).states["slope"]) == 5


@pytest.mark.parametrize(
    ("cap", "costs", "positions"),
    [
        (4, [1], 4),
        (6.5, [1], 5),
        (7, [1], 7),  # two more than 5, as long as the others took
        (21, [1], 21),
        (8, [1, 1, 1, 1, 10], 4),  # the fifth takes longer than foreseen
    ],
)
def test_seconds_are_limited(cap, costs, positions):
    made = grid(one_slider(), Caps(seconds=cap), clock(*costs).__next__)
    assert len(made.states["slope"]) == positions
    assert (f"(limit: {cap:g} seconds). {LIVE}" in made.note) == (positions < 21)
    assert check_every_picture(one_slider(), made) == positions


def test_no_picture_is_drawn_twice():
    drawn_at = []

    def counted(slope):
        drawn_at.append(slope)
        return noisy(slope)

    grid(one_slider(counted))
    assert sorted(drawn_at) == sorted([*range(21), 3])  # the default once more, to compare with


@pytest.mark.parametrize(
    ("caps", "costs", "limit"),
    [
        (Caps(values=3), [0], "3 positions"),
        (Caps(states=3), [0], "3 pictures"),
        (Caps(size=999), [0], "0 kB"),
        (Caps(seconds=3), [1], "3 seconds"),
    ],
)
def test_where_even_the_coarsest_grid_is_too_much_the_controls_rest(caps, costs, limit):
    made = grid(one_slider(), caps, clock(*costs).__next__)
    assert (made.states, made.packed) == ({"slope": [3]}, "")
    assert made.note == f"In this page the controls rest (limit: {limit}). {LIVE}"


def test_of_two_sliders_the_one_with_the_wider_steps_is_refined_first():
    def both(fine, coarse):
        return noisy(coarse)

    controls = {"fine": Slider(0, 63, label="Fine"), "coarse": Slider(0, 8, label="Coarse")}
    explored = Study(both, controls, title="t", alt="a")
    made = grid(explored, Caps(states=27))
    assert {name: len(states) for name, states in made.states.items()} == {"fine": 9, "coarse": 3}
    assert "Fine has 9 of its 64 positions, Coarse has 3 of its 9 positions" in made.note


def test_a_slider_that_cannot_get_finer_does_not_hold_back_another():
    def both(many, few):
        return noisy(few)

    controls = {"many": Slider(0, 399, label="Many"), "few": Slider(0, 8, label="Few")}
    made = grid(Study(both, controls, title="t", alt="a"), Caps(values=5))
    assert {name: len(states) for name, states in made.states.items()} == {"many": 5, "few": 5}


def test_what_a_function_raises_is_the_message_of_its_state():
    def moody(slope, bend, doubled):
        if slope == 13:
            raise ArithmeticError("thirteen")
        figures = [line(slope, bend, doubled)]
        return {14: None, 15: 2 * figures}.get(slope, figures)

    made = grid(study(moody))
    problems = {values["slope"]: row["problem"] for values, row in rows(made) if "problem" in row}
    assert problems == {
        13: "ArithmeticError: thirteen",
        14: "TypeError: moody returned NoneType, not a plotly Figure; end it with `return figure`",
        15: "ValueError: 2 pictures where the default state has 1",
    }
    assert len(rows(made)) == 84


def test_what_is_dragged_rests_at_its_default():
    def dots(points, bars, slope):
        (x, y), *_ = points
        return go.Figure(go.Scatter(x=[x], y=[y + slope + bars[0]]))

    controls = {
        "points": Points({"a": (1, 2)}, x=(0, 3), y=(0, 3), label="Start"),
        "bars": Bars({"cat": 0.25, "dog": 0.75}),
        "slope": Slider(0, 4),
    }
    explored = Study(dots, controls, title="t", alt="a")
    made = grid(explored)
    assert made.states == {"slope": [0, 1, 2, 3, 4]}
    assert made.note == f"In this page Start rests, bars rests. {LIVE}"
    assert check_every_picture(explored, made) == 5


def test_where_everything_is_dragged_the_grid_is_one_picture():
    def dot(point):
        return go.Figure(go.Scatter(x=[point[0][0]], y=[point[0][1]]))

    explored = Study(
        dot, {"point": Points({"a": (0, 0)}, x=(-1, 1), y=(-1, 1))}, title="t", alt="a"
    )
    made = grid(explored)
    assert made.states == {} and check_every_picture(explored, made) == 1


def test_a_grid_is_the_same_text_each_time():
    assert grid(study()).packed == grid(study()).packed
