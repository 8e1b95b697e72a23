"""What a reader can touch: sliders, choices, toggles, and what is dragged in the picture."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from lecturekit.explore import Bars, Choice, Points, Slider, Toggle

PLANE = {"x": (-2, 2), "y": (-1, 1)}


@pytest.mark.parametrize(
    ("slider", "states", "texts"),
    [
        (Slider(0, 3), [0, 1, 2, 3], ["0", "1", "2", "3"]),
        (Slider(0, 0.3, 0.1), [0, 0.1, 0.2, 0.3], ["0.0", "0.1", "0.2", "0.3"]),
        (Slider(-1, 1, 0.5), [-1, -0.5, 0, 0.5, 1], ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (Slider(0, 5000, 2500), [0, 2500, 5000], ["0", "2,500", "5,000"]),
        (Slider(values=[0.001, 0.1, 10]), [0.001, 0.1, 10], ["0.001", "0.1", "10"]),
        (Slider(values=[1e-5, 2e6]), [1e-5, 2e6], ["1e-5", "2e6"]),
        (Slider(values=np.geomspace(1, 100, 3)), [1, 10, 100], ["1", "10", "100"]),
        (Slider(values=[1.0001, 1.0002]), [1.0001, 1.0002], ["1.0001", "1.0002"]),
        (Slider(values=np.array([2, 4, 64])), [2, 4, 64], ["2", "4", "64"]),
    ],
)
def test_slider_positions_and_their_texts(slider, states, texts):
    assert slider.states == states
    assert slider.texts == texts


def test_whole_positions_stay_int_and_others_have_no_rounding_dust():
    assert all(type(state) is int for state in Slider(0, 20, 5).states)
    assert 0.1 + 0.2 not in Slider(0, 1, 0.1).states
    assert Slider(0, 1, 0.1).state(0.1 + 0.2) == 0.3


def test_a_choice_gives_the_function_its_object_not_its_label():
    assert Choice({"sine": math.sin}).argument("sine") is math.sin
    sizes = Choice([8, 64], value=64)
    assert (sizes.value, sizes.argument("64")) == ("64", 64)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider(3, 3), "low 3 is not below high 3"),
        (lambda: Slider(0, 1, 0), "step 0 is not above 0"),
        (lambda: Slider(0, 1, -0.1), "step -0.1 is not above 0"),
        (lambda: Slider(0, 10, 3), "steps of 3 from 0 do not reach high 10"),
        (lambda: Slider(0, 1, 1e-9), "too many; take a larger step"),
        (lambda: Slider(math.nan, 1), "low is nan, not a finite number"),
        (lambda: Slider(0, math.inf), "high is inf, not a finite number"),
        (lambda: Slider(0), "high is None, not a finite number"),
        (lambda: Slider(0, 1, "a"), "step is 'a', not a finite number"),
        (lambda: Slider(0, 1, 0.1, value=2), "2 is not one of the 11 positions from 0.0 to 1.0"),
        (lambda: Slider(0, 1, 0.1, value=0.14), "the nearest is 0.1"),
        (lambda: Slider(0, 1, value=math.nan), "the value is nan"),
        (lambda: Slider(values=[]), "no values; give at least two"),
        (lambda: Slider(values=[1]), "1 values; give at least two"),
        (lambda: Slider(values=[1, 1, 2]), "values must increase"),
        (lambda: Slider(values=[1, math.nan]), "one of the values is nan"),
        (lambda: Slider(0, 1, values=[0, 1]), "not both"),
        (lambda: Choice([]), "no options"),
        (lambda: Choice(["a", "b", "a"]), "several options are called a"),
        (lambda: Choice([1, "1"]), "several options are called 1"),
        (lambda: Choice(["a", "b"], value="c"), "'c' is not one of the options: a, b"),
        (lambda: Toggle(value="yes"), "'yes' is neither True nor False"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_each_control_says_what_a_page_needs():
    specs = [
        Slider(0, 0.2, 0.1, value=0.1, play=True).spec(),
        Choice({"sine": math.sin}).spec(),
        Toggle().spec(),
    ]
    assert json.loads(json.dumps(specs)) == [
        {"kind": "slider", "states": [0, 0.1, 0.2], "texts": ["0.0", "0.1", "0.2"], "play": True},
        {"kind": "choice", "states": ["sine"], "texts": ["sine"]},
        {"kind": "toggle", "states": [False, True], "texts": ["off", "on"]},
    ]


# ------------------------------------------------------------------------------ what is dragged


def three():
    return Points({"anchor": (0, 0), "near": (1, 0.5), "far": (-2, 1)}, **PLANE, step=0.1)


def test_points_are_a_list_of_pairs_in_the_order_of_their_names():
    points = three()
    assert points.value == [[0, 0], [1, 0.5], [-2, 1]]
    assert points.argument(points.value) is points.value
    assert points.text(points.value) == "anchor 0.00, 0.00; near 1.00, 0.50; far -2.00, 1.00"
    moved = points.state(((2, -1), [0, 0.123456789], (0, 0)))  # a page sends lists, a test tuples
    assert moved == [[2, -1], [0, 0.123456789], [0, 0]]


def test_points_tell_a_page_how_far_they_go_and_where():
    points = Points({"a": (0, 0)}, x=(-1, 1), y=(0, 3), panel=1, axes=("x2", "y2"))
    assert json.loads(json.dumps(points.spec())) == {
        "kind": "points", "names": ["a"], "x": [-1, 1], "y": [0, 3], "step": 0.05, "panel": 1,
        "axes": ["x2", "y2"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[0, 0], [0, 0]], "is not a pair of numbers for each of anchor, near, far"),
        ([[0, 0], [0, 0], [0, 0, 0]], "is not a pair of numbers for each"),
        ([[0, 0], [2.1, 0], [0, 0]], "x of near is 2.1, not between -2 and 2"),
        ([[0, 0], [0, 0], [0, -1.5]], "y of far is -1.5, not between -1 and 1"),
        ([[0, 0], [0, math.nan], [0, 0]], "y of near is nan, not a finite number"),
        ([[0, 0], [0, "1"], [0, 0]], "y of near is '1', not a finite number"),
        ([0, 0, 0], "is not a pair of numbers for each of anchor"),
        (3, "3 is not a pair of numbers for each of anchor"),
        (None, "None is not a pair of numbers for each of anchor"),
    ],
)
def test_points_elsewhere_are_refused(value, message):
    with pytest.raises(ValueError, match=message):
        three().state(value)


def pets(**options):
    return Bars({"cat": 0.5, "dog": 0.3, "fox": 0.2}, **options)


def test_bars_are_a_list_of_probabilities_in_the_order_of_their_names():
    bars = pets()
    assert bars.value == [0.5, 0.3, 0.2]
    assert bars.text(bars.value) == "cat 0.50, dog 0.30, fox 0.20"
    assert bars.state([1, 0, 0]) == [1, 0, 0]
    assert bars.state((0.1, 0.2, 0.7)) == [0.1, 0.2, 0.7]
    third = [1 / 3 + 4e-7, 1 / 3, 1 / 3]  # as a page computes them
    assert bars.state(third) == pytest.approx(third, abs=1e-9)


def test_bars_tell_a_page_where_they_stand():
    assert json.loads(json.dumps(pets(lowest=0.01, at=[0.2, 1.2, 2.2]).spec())) == {
        "kind": "bars", "names": ["cat", "dog", "fox"], "at": [0.2, 1.2, 2.2], "lowest": 0.01,
        "step": 0.02, "panel": 0, "axes": ["x", "y"],
    }  # fmt: skip
    assert pets().spec()["at"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([0.5, 0.5], "is not a number for each of cat, dog, fox"),
        ([0.5, 0.3, 0.3], "sums to 1.1, not to 1"),
        ([0.999, 0, 0.001], "holds a probability below 0.01"),
        ([0.5, 0.5, math.nan], "the probability of fox is nan"),
        ([0.5, True, 0.5], "the probability of dog is True"),
        (1, "1 is not a number for each of cat"),
        (None, "None is not a number for each of cat"),
    ],
)
def test_other_distributions_are_refused(value, message):
    with pytest.raises(ValueError, match=message):
        pets(lowest=0.01).state(value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Points({}, **PLANE), "Points: no points"),
        (lambda: Points({"a": (0, 0)}, x=(1, 1), y=(0, 1)), "x from 1 to 1; low must be below"),
        (lambda: Points({"a": (0, 0)}, x=(0, 1), y=(2, 1)), "y from 2 to 1; low must be below"),
        (lambda: Points({"a": (0, 0)}, x=(0, math.inf), y=(0, 1)), "high x is inf"),
        (lambda: Points({"a": (0, 0)}, **PLANE, step=0), "step 0 is not above 0"),
        (lambda: Points({"a": (3, 0)}, **PLANE), "x of a is 3, not between -2 and 2"),
        (lambda: Bars({"only": 1}), "a distribution needs at least two bars"),
        (lambda: pets(lowest=0.34), "lowest 0.34 leaves no room for 3 bars"),
        (lambda: pets(lowest=-0.1), "lowest -0.1 leaves no room"),
        (lambda: pets(lowest=0.25), "holds a probability below 0.25"),
        (lambda: pets(step=-1), "step -1 is not above 0"),
        (lambda: pets(at=[0, 1]), "2 places for 3 bars"),
        (lambda: Bars({"a": 0.5, "b": 0.6}), "sums to 1.1, not to 1"),
    ],
)
def test_handles_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
