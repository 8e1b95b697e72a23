"""The picture of two opinions and a prior: it draws and says what the three rules give."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from translated import body

from lecturekit.figures.homework_fusion import (
    DIGITS,
    RULES,
    fused,
    opinions,
    opinions_in_words,
    places,
)
from lecturekit.figures.style import styled
from lecturekit.fusion import decision_fusion
from lecturekit.portable import is_portable

AGREED, RARE = [0.5, 0.4, 0.1], [0.8, 0.1, 0.1]
ENDS = [[0.98, 0.01, 0.01], [0.01, 0.01, 0.98], [1 / 3] * 3]


def test_the_last_rule_is_the_lectures_decision_fusion():
    image, sound, prior = [0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.5, 0.3, 0.2]
    exact = np.exp(decision_fusion(np.log([[image], [sound]]), prior))[0]
    np.testing.assert_allclose(fused(image, sound, prior)[2], exact)


def test_average_and_product_are_what_their_names_say():
    average, product, _ = fused([0.9, 0.1], [0.5, 0.5], [0.8, 0.2])
    np.testing.assert_allclose(average, [0.7, 0.3])
    np.testing.assert_allclose(product, [0.9, 0.1])


def test_two_senses_that_agree_can_both_be_overruled_by_the_prior():
    left, right = opinions(AGREED, AGREED, RARE)
    said = [panel["layout"]["title"] for panel in (left, right)]
    assert said[0]["subtitle"]["text"] == "image says three, sound says three"
    assert said[1]["text"] == "Bayes says five, 80 %"
    assert said[1]["subtitle"]["text"] == "average says three, product says three"
    words = opinions_in_words(AGREED, AGREED, RARE)
    assert words.endswith("average says three, their product three, and with the prior divided out "
                          "it is five with 80 %.")  # fmt: skip


def test_bars_stand_where_they_are_dragged_and_differ_by_more_than_colour():
    left, right = opinions(AGREED, ENDS[0], RARE)
    assert [bar["y"] for bar in left["data"]] == [AGREED, ENDS[0], RARE]
    for panel in (left, right):
        for side, bar in enumerate(panel["data"]):
            assert bar["x"] == [places(k, side) for k in range(3)]
        assert len({bar["marker"]["pattern"]["shape"] for bar in panel["data"]}) == 3
    assert [bar["name"] for bar in right["data"]] == RULES
    assert right["layout"]["xaxis"]["ticktext"] == DIGITS


@pytest.mark.parametrize("values", list(itertools.product(ENDS, repeat=3)))
def test_plotly_accepts_the_picture_at_the_corners_of_its_controls(values):
    for panel in opinions(*values):
        assert styled(panel).layout.title.text
        for bar in panel["data"]:
            assert sum(bar["y"]) == pytest.approx(1) and min(bar["y"]) >= 0
    assert not re.search("nan|inf|None", opinions_in_words(*values))


@pytest.mark.parametrize("drawn", [opinions, opinions_in_words])
def test_picture_and_words_move_without_python(drawn):
    assert is_portable(drawn) and "$fused(" in body(drawn)
