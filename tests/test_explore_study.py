"""The pure core of an explorer: figures and words of a state, and what does not fit together."""

from __future__ import annotations

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from explored import X, alt, controls, line, study

from lecturekit.explore import Bars, Choice, Points, Slider, Study, Toggle, portable


def test_a_figure_follows_the_values_and_the_rest_stays_default():
    assert study().defaults == {"slope": 3, "bend": "straight", "doubled": False}
    np.testing.assert_array_equal(study().figures({})[0].data[0].y, 3 * X)
    (bent,) = study().figures({"slope": 5, "bend": "bent", "doubled": True})
    np.testing.assert_array_equal(bent.data[0].y, 10 * X**2)


def test_words_for_those_who_do_not_see_the_picture():
    values = {"slope": 5, "bend": "bent"}
    assert study().alt_text(values) == "A bent curve with slope 5"
    assert study().describe(values) == "Slope 5, Shape bent, Twice as high off"
    unlabelled = Study(lambda step_size: None, {"step_size": Toggle()}, title="t", alt="a")
    assert unlabelled.describe({}) == "step size off"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slop": 1}, "line has no control 'slop'; it has slope, bend, doubled"),
        ({"slope": 21}, "slope: 21 is not one of the 21 positions from 0 to 20"),
        ({"slope": math.nan}, "slope: the value is nan"),
        ({"bend": "straigth"}, "bend: 'straigth' is not one of the options: straight, bent"),
        ({"doubled": 2}, "doubled: 2 is neither True nor False"),
    ],
)
def test_values_outside_the_controls_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        study().figures(values)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"controls": {}}, "line: no controls"),
        ({"controls": {**controls(), "colour": Toggle()}}, "no argument for control colour"),
        ({"controls": {"slope": Slider(0, 1)}}, "line needs a control for bend, doubled"),
        ({"controls": {**controls(), "slope": 3}}, "slope is 3; give a control such as a Slider"),
        (
            {"controls": {**controls(), "doubled": Toggle(label="Slope")}},
            "several controls are called Slope",
        ),
        ({"title": " "}, "the title is empty"),
        ({"alt": ""}, "alt is ''; say in words"),
        ({"alt": lambda **_: None}, "alt is None; say in words"),
    ],
)
def test_a_study_that_does_not_fit_together_is_refused(changes, message):
    whole = {"controls": controls(), "title": "A curve", "alt": alt} | changes
    with pytest.raises(ValueError, match=message):
        Study(line, whole.pop("controls"), **whole)


def test_arguments_with_a_default_need_no_control():
    def powers(bend, seed=0):
        return go.Figure(layout_title_text=f"{bend}, {seed}")

    alone = Study(powers, {"bend": Slider(1, 3)}, title="t", alt="a")
    assert alone.figures({})[0].layout.title.text == "1, 0"


def test_a_function_that_returns_no_figure_is_told_so():
    forgetful = Study(lambda on: None, {"on": Toggle()}, title="t", alt="a")
    with pytest.raises(TypeError, match="returned NoneType, not a plotly Figure; end it with"):
        forgetful.figures({})


@pytest.mark.parametrize("kind", [list, tuple])
def test_linked_pictures_are_several_figures(kind):
    def both(slope):
        return kind([go.Figure(go.Bar(y=[slope])), go.Figure(go.Bar(y=[2 * slope]))])

    linked = Study(both, {"slope": Slider(1, 3)}, title="t", alt="a")
    assert [figure.data[0].y for figure in linked.figures({"slope": 3})] == [(3,), (6,)]


@pytest.mark.parametrize(
    "made", [[], [None], [go.Figure(), 3], {"data": [], "layout": {}}, "figure"]
)
def test_anything_else_is_no_figure(made):
    wrong = Study(lambda on: made, {"on": Toggle()}, title="t", alt="a")
    with pytest.raises(TypeError, match=f"returned {type(made).__name__}, not a plotly Figure"):
        wrong.figures({})


# ------------------------------------------------------------------------------ portable


@portable
def dots(points, size, filled, shift=0.5):
    return {
        "data": [{"x": [points[0][0] + shift], "y": [size if filled else 0]}],
        "layout": {"title": {"text": "Dots"}},
    }


@portable
def dots_in_words(points, size, filled):
    return f"A dot at {points[0][0]:.1f} of size {size:d}"


def handled(**changes):
    return {
        "points": Points({"a": (1, 0)}, x=(-2, 2), y=(-2, 2)),
        "size": Choice({"small": 8, "large": 64}),
        "filled": Toggle(value=True),
        **changes,
    }


def test_a_portable_figure_is_styled_in_python_too():
    dotted = Study(dots, handled(), title="Dots", alt=dots_in_words)
    (figure,) = dotted.figures({"points": [[0.25, 1]], "size": "large"})
    assert (figure.data[0].x, figure.data[0].y) == ((0.75,), (64,))
    assert figure.layout.template.layout.font.size >= 16


def test_words_of_a_portable_study_read_what_the_figure_function_receives():
    dotted = Study(dots, handled(), title="Dots", alt=dots_in_words)
    assert dotted.alt_text({"size": "large"}) == "A dot at 1.0 of size 64"
    assert dotted.describe({"size": "large"}) == "points a 1.00, 0.00, size large, filled on"


def test_a_portable_study_has_code_for_figure_and_words():
    code = Study(dots, handled(), title="Dots", alt=dots_in_words).code
    assert "return [$dots, $dots_in_words];" in code
    assert "figure: (v) => functions[0](v.points, v.size, v.filled)" in code
    assert "words: (v) => functions[1](v.points, v.size, v.filled)" in code
    assert "words: null" in Study(dots, handled(), title="Dots", alt="Dots").code
    assert study().code == ""


def test_a_page_that_computes_knows_what_each_option_means():
    specs = {spec["name"]: spec for spec in Study(dots, handled(), title="t", alt="a").spec()}
    assert specs["size"]["states"] == ["small", "large"] and specs["size"]["objects"] == [8, 64]
    assert specs["filled"]["objects"] == [False, True] and "objects" not in specs["points"]
    assert "objects" not in study().spec()[1]
    json.dumps(list(specs.values()))


@portable
def late(shift=0.5, points=None, size=0, filled=False):
    return dots(points, size, filled, shift)


@pytest.mark.parametrize(
    ("function", "words", "message"),
    [
        (dots, lambda **_: "a", "dots is portable; its alt must be a text or portable too"),
        (late, "a", "late: arguments without a control come last"),
        (portable(lambda points, size, filled: 0), "a", "is no plain function; write it with def"),
    ],
)
def test_a_portable_study_that_cannot_move_alone_is_refused(function, words, message):
    with pytest.raises(ValueError, match=message):
        Study(function, handled(), title="t", alt=words)


def test_handles_give_the_function_what_is_dragged():
    def drawn(points, bars):
        return go.Figure(go.Bar(x=points[0], y=bars))

    dragged = {
        "points": Points({"a": (1, 2)}, x=(0, 3), y=(0, 3)),
        "bars": Bars({"cat": 0.25, "dog": 0.75}),
    }
    moved = Study(drawn, dragged, title="t", alt="a")
    assert moved.defaults == {"points": [[1, 2]], "bars": [0.25, 0.75]}
    (figure,) = moved.figures({"points": [[0.5, 3]], "bars": [1, 0]})
    assert (figure.data[0].x, figure.data[0].y) == ((0.5, 3), (1, 0))
    with pytest.raises(ValueError, match="points: y of a is 4, not between 0 and 3"):
        moved.figures({"points": [[1, 4]]})
