"""The figures of the homework on multi-task learning draw what the formulas say."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from browser import visit, why_no_browser
from test_portable_browser import assert_same

from lecturekit.figures.homework_multitask import (
    REACH,
    STEPS,
    added,
    angle_between,
    by_penalty,
    cut,
    surgery,
    surgery_in_words,
)
from lecturekit.figures.style import styled
from lecturekit.multitask.balancing import pcgrad
from lecturekit.portable import is_portable, translate

CONFLICT = [[1.0, 0.0], [-1.0, 1.0]]  # 135 degrees
ENDS = [list(end) for end in itertools.product((-REACH, 0.0, 0.3, REACH), repeat=2)]


def tip(drawn: dict, name: str) -> list[float]:
    (trace,) = [trace for trace in drawn["data"] if trace["name"] == name]
    return [trace["x"][1], trace["y"][1]]


def test_the_cut_is_the_one_of_the_method_for_networks():
    for a, b in itertools.product(ENDS, repeat=2):
        expected = pcgrad(np.array([a, b]))
        np.testing.assert_allclose(added([a, b], "PCGrad"), expected, atol=1e-12)


def test_what_is_left_never_points_against_the_other():
    for a, b in itertools.product(ENDS, repeat=2):
        assert np.dot(cut(a, b), b) >= -1e-12


def test_angles_are_in_degrees_and_safe_for_zero():
    assert angle_between(*CONFLICT) == pytest.approx(135)
    assert angle_between([1.0, 1.0], [2.0, 2.0]) == pytest.approx(0, abs=1e-5)
    assert angle_between([0.0, 0.0], [1.0, 0.0]) == 0


def test_surgery_draws_gradients_what_is_left_and_their_sum():
    drawn = surgery(CONFLICT, "PCGrad")
    assert tip(drawn, "gradient of A") == [1, 0] and tip(drawn, "gradient of B") == [-1, 1]
    assert tip(drawn, "what is left of A") == [0.5, 0.5]
    assert tip(drawn, "what is left of B") == [0, 1]
    assert tip(drawn, "PCGrad, half of the sum") == [0.25, 0.75]
    assert "135 degrees" in drawn["layout"]["title"]["text"]
    assert "sum · A = 0.50, sum · B = 1.00" in drawn["layout"]["title"]["subtitle"]["text"]


def test_the_plain_sum_is_drawn_without_surgery():
    drawn = surgery(CONFLICT, "plain sum")
    assert tip(drawn, "plain sum, half of the sum") == [0, 0.5]
    assert not any("left" in trace["name"] for trace in drawn["data"])


def test_arrows_of_a_legend_differ_without_colour():
    shown = [trace for trace in surgery(CONFLICT, "PCGrad")["data"] if trace["showlegend"]]
    looks = {(t["name"].split()[-1] in "AB" and t["name"][-1], t["line"]["dash"]) for t in shown}
    assert len(shown) == 5 and len(looks) == 5  # A and B carry their letter in the picture


@pytest.mark.parametrize("method", STEPS)
def test_plotly_accepts_surgery_wherever_it_is_dragged_and_all_stays_inside(method):
    for a, b in itertools.product(ENDS, repeat=2):
        drawn = surgery([a, b], method)
        assert styled(drawn).layout.title.text
        low, high = drawn["layout"]["xaxis"]["range"]
        for trace in drawn["data"]:
            assert min(*trace["x"], *trace["y"]) > low and max(*trace["x"], *trace["y"]) < high
        assert not re.search("nan|inf|None", surgery_in_words([a, b], method))


def test_surgery_and_its_words_run_in_a_page():
    assert is_portable(surgery) and is_portable(surgery_in_words)
    assert "gradient of" in translate(surgery) and "degrees apart" in translate(surgery_in_words)


def test_the_words_say_the_angle_and_both_products():
    words = surgery_in_words(CONFLICT, "plain sum")
    assert "135 degrees apart" in words and "0.00 with" in words and "1.00 with" in words


def test_by_penalty_has_a_line_per_setting_and_the_ratio_of_variances():
    errors = {"5 students": [0.9, 0.7, 0.8], "all students": [0.6, 0.6, 0.7]}
    drawn = by_penalty([1, 10, 100], errors, title="T", marked=7.5)
    assert [(trace.name, list(trace.y)) for trace in drawn.data] == list(errors.items())
    assert drawn.data[0].marker.symbol != drawn.data[1].marker.symbol
    assert drawn.data[0].line.dash != drawn.data[1].line.dash
    assert [shape.x0 for shape in drawn.layout.shapes] == [7.5]
    (note,) = drawn.layout.annotations
    assert note.x == pytest.approx(np.log10(7.5))  # plotly places notes by the logarithm
    assert drawn.layout.title.text == "T" and drawn.layout.xaxis.type == "log"


@pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
def test_a_page_draws_surgery_as_python_does():
    given = [
        {"gradients": [a, b], "method": method}
        for a, b, method in itertools.product(ENDS[::3], ENDS, STEPS)
    ]
    with visit("data:text/html,<title>One surgery</title>") as visited:
        for function in (surgery, surgery_in_words):
            code = f"(given) => given.map(({{ gradients, method }}) => {translate(function)}"
            drawn = visited.page.evaluate(f"{code}[0](gradients, method))", given)
            assert_same([function(**values) for values in given], drawn)
        assert visited.errors == []
