"""Pictures in which something is dragged: they draw what the numbers say, and so do their words."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from lecturekit.by_hand import cross_entropy, entropy, logit_gradients, triplet
from lecturekit.figures import distributions as bars
from lecturekit.figures import plane
from lecturekit.figures.margin import (
    margin_curves,
    margin_curves_in_words,
    pulled_and_pushed,
    resting_place,
)
from lecturekit.figures.springs import measure, springs, springs_in_words
from lecturekit.figures.style import styled
from lecturekit.figures.triangle import triangle, triangle_in_words
from lecturekit.figures.tug import CENTRES, LEVELS, PULL, tug_of_war, tug_of_war_in_words, valley
from lecturekit.multitask import tug
from lecturekit.portable import is_portable

POINTS = [[0.1, -0.2], [0.7, 0.6], [-0.5, 0.6]]  # at distances 1 and 1 from the first
TUG = ([[-0.6, 1.6]], "PCGrad", 0.2, 60)
CORNER, FAR = [-2.0, -2.0], [2.0, 2.0]


def named(drawn: dict, name: str) -> dict:
    (trace,) = [trace for trace in drawn["data"] if trace["name"] == name]
    return trace


def points_of(trace: dict) -> np.ndarray:
    return np.column_stack([trace["x"], trace["y"]])


def numbers_in(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def slope(function, points: list, k: int) -> np.ndarray:
    """Gradient of a function of points in point k, by central differences."""
    found = []
    for axis in (0, 1):
        ends = []
        for sign in (1, -1):
            moved = [list(point) for point in points]
            moved[k][axis] += sign * 1e-6
            ends.append(function(moved))
        found.append((ends[0] - ends[1]) / 2e-6)
    return np.array(found)


# Corners of all controls: plotly must know every property and value


EVERYWHERE = [list(p) for p in itertools.product([CORNER, FAR, [0.0, 0.0]], repeat=3)]
STARTS = [[CORNER], [FAR], [CENTRES[0]]]
PS, QS = [[1.0, 0.0, 0.0], [1 / 3] * 3], [[0.02, 0.02, 0.96], [0.5, 0.25, 0.25]]
BOTH = (False, True)
CORNERS = {
    springs: (springs_in_words, [EVERYWHERE, (0.5, 2), BOTH]),
    triangle: (triangle_in_words, [EVERYWHERE, (0.1, 1), BOTH]),
    margin_curves: (margin_curves_in_words, [(0.5, 2), (0, 1, 3), ("loss", "force")]),
    tug_of_war: (tug_of_war_in_words, [STARTS, tug.METHODS, (0.05, 2), (0, 180)]),
    bars.distributions: (bars.distributions_in_words, [PS, QS, BOTH]),
}


@pytest.mark.parametrize("draw", CORNERS)
def test_plotly_accepts_a_picture_at_the_corners_of_its_controls(draw):
    words, ends = CORNERS[draw]
    for values in itertools.product(*ends):
        made = draw(*values)
        for drawn in made if isinstance(made, list) else [made]:
            assert styled(drawn).layout.title.text
            for trace in drawn["data"]:
                assert np.isfinite([*trace["x"], *trace["y"]]).all(), values
        assert not re.search("nan|inf|None", words(*values)), values


def test_pictures_that_move_and_their_words_are_portable():
    assert all(is_portable(draw) and is_portable(words) for draw, (words, _) in CORNERS.items())


# Parts


def test_an_arrow_points_along_and_is_a_dot_without_length():
    made = plane.arrow([1.0, 2.0], [0.5, -1.0], "force", 1)
    assert points_of(made).tolist() == [[1, 2], [1.5, 1]]
    assert made["marker"]["size"][1] > 0
    assert plane.arrow([1.0, 2.0], [0.0, 0.0], "force", 1)["marker"]["size"] == [0, 0]


def test_a_circle_is_closed_and_has_its_radius():
    made = points_of(plane.circle([1.0, 2.0], 0.5, "margin", "red", "dash"))
    np.testing.assert_allclose(np.linalg.norm(made - [1, 2], axis=1), 0.5)
    np.testing.assert_allclose(made[0], made[-1])


# Tug of war


@pytest.mark.parametrize("level", [0.1, 2.0])
def test_a_level_line_is_where_the_loss_has_that_level(level):
    bends = tug.curvatures(60)
    for t, centre in enumerate(CENTRES):
        line = points_of(valley(centre, (2 * t - 1) * 30, level))
        found = [tug.losses(list(point), bends)[t] for point in line]
        np.testing.assert_allclose(found, level)


def test_tug_of_war_has_its_level_lines_the_way_and_the_best_point():
    start, method, step, angle = TUG
    drawn, bends = tug_of_war(*TUG), tug.curvatures(angle)
    for t, letter in enumerate("AB"):
        lines = [trace for trace in drawn["data"] if trace["name"] == f"loss of task {letter}"]
        found = [[tug.losses(list(p), bends)[t] for p in points_of(line)] for line in lines]
        np.testing.assert_allclose(found, np.repeat([LEVELS], len(found[0]), 0).T)
        assert [line["showlegend"] for line in lines] == [True, False, False, False]
    best = points_of(named(drawn, "best for the mean of both"))
    np.testing.assert_array_equal(best, [tug.compromise(bends)])
    way = points_of(named(drawn, "the way of θ"))
    np.testing.assert_array_equal(way, tug.path(method, bends, start[0], step))
    losses = [*tug.losses(way[-1].tolist(), bends), *tug.losses(start[0], bends)]
    layout = drawn["layout"]["title"]
    said = numbers_in(layout["text"]) + numbers_in(layout["subtitle"]["text"])
    assert said == [round(loss, 2) for loss in losses]


def test_the_pulls_of_a_tug_are_minus_the_gradients():
    drawn, bends = tug_of_war(*TUG), tug.curvatures(60)
    for t, letter in enumerate("AB"):
        begin, end = points_of(named(drawn, f"pull of {letter}"))
        found = slope(lambda points, t=t: tug.losses(points[0], bends)[t], TUG[0], 0)
        np.testing.assert_array_equal(begin, TUG[0][0])
        np.testing.assert_allclose(end - begin, -PULL * found, atol=1e-8)


def test_the_words_of_a_tug():
    bends = tug.curvatures(60)
    way, best = tug.path("PCGrad", bends, [-0.6, 1.6], 0.2), tug.compromise(bends)
    said = tug_of_war_in_words(*TUG)
    assert "by PCGrad with step size 0.20" in said and "cross at 60 degrees" in said
    assert numbers_in(said)[-1] == round(math.dist(way[-1], best), 2)


# Springs


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("margin", [0.8, 1.3])
def test_the_arrows_of_springs_are_half_of_minus_the_gradient(margin, squared):
    drawn, _ = springs(POINTS, margin, squared)
    names = ("force on anchor", "pull on similar", "push on dissimilar")
    for k, name in enumerate(names):
        begin, end = points_of(named(drawn, name))
        np.testing.assert_array_equal(begin, POINTS[k])
        found = slope(lambda points: sum(measure(points, margin, squared)["losses"]), POINTS, k)
        np.testing.assert_allclose(end - begin, -found / 2, atol=1e-8)


def test_the_curves_of_springs_carry_both_pairs():
    """The slide's form at distance 1 with margin 1.3: losses 1 and 0.3, forces 1."""
    left, right = springs(POINTS, 1.3, False)
    for name, loss in (("similar pair", 1), ("dissimilar pair", 0.3)):
        curve, now = named(right, name), named(right, f"{name}, now")
        np.testing.assert_allclose(points_of(now), [[1, loss]])
        assert np.interp(1, curve["x"], curve["y"]) == pytest.approx(loss)
    assert left["layout"]["title"]["text"] == "Loss 1.30"
    assert left["layout"]["title"]["subtitle"]["text"].endswith("similar 1.00, on dissimilar 1.00")
    np.testing.assert_allclose(np.linalg.norm(points_of(left["data"][0]) - POINTS[0], axis=1), 1.3)


@pytest.mark.parametrize(
    ("margin", "words"), [(1.3, "is pushed away"), (0.8, "lies outside the margin")]
)
def test_the_words_of_springs(margin, words):
    said = springs_in_words(POINTS, margin, True)
    assert words in said
    assert numbers_in(said) == [1, 1, 1, margin]


# Triangle


ZONES = [(0.5, "hard"), (1.2, "semi-hard"), (1.7, "easy")]


@pytest.mark.parametrize(("away", "zone"), ZONES)
@pytest.mark.parametrize("hinge", [False, True])
def test_a_triangle_says_its_zone_and_its_loss(away, zone, hinge):
    """Positive at distance 1, margin ½: the loss is 1 − away + ½."""
    points = [[0.0, 0.0], [1.0, 0.0], [0.0, away]]
    loss = max(1.5 - away, 0) if hinge else 1.5 - away
    title = triangle(points, 0.5, hinge)["layout"]["title"]
    assert title["text"] == f"{zone} negative: loss {loss:.2f}{'' if hinge else ', no hinge'}"
    assert numbers_in(title["subtitle"]["text"]) == [1, away, 0.5]
    said = triangle_in_words(points, 0.5, hinge)
    assert said.startswith(f"A {zone} triplet") and f"loss {loss:.2f}" in said
    assert ("no force acts" in said) == (hinge and zone == "easy")


@pytest.mark.parametrize("hinge", [False, True])
def test_the_arrows_of_a_triangle_are_half_of_minus_the_gradient(hinge):
    points = [[0.1, -0.2], [0.7, 0.3], [-0.4, 0.9]]
    drawn = triangle(points, 0.9, hinge)

    def loss(moved):
        return triplet(*moved, 0.9, hinge)["loss"]

    assert loss(points) > 0
    for k, name in enumerate(("anchor", "positive", "negative")):
        begin, end = points_of(named(drawn, f"force on {name}"))
        np.testing.assert_array_equal(begin, points[k])
        np.testing.assert_allclose(end - begin, -slope(loss, points, k) / 2, atol=1e-8)


def test_the_circles_of_a_triangle_are_where_the_zones_end():
    drawn = triangle([[0.0, 0.0], [1.0, 0.0], [0.0, 1.2]], 0.5, True)
    for name, radius in (("inside: hard negatives", 1), ("between the circles: semi-hard", 1.5)):
        line = points_of(named(drawn, name))
        np.testing.assert_allclose(np.linalg.norm(line, axis=1), radius)


# Distributions


P, Q = [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]


@pytest.mark.parametrize("stop", [False, True])
def test_distributions_and_their_gradients_are_bars(stop):
    left, right = bars.distributions(P, Q, stop)
    assert [trace["y"] for trace in left["data"]] == [P, Q]
    found = logit_gradients(P, Q)
    assert [trace["y"] for trace in right["data"]] == [[0] * 3 if stop else found["ce"], found["q"]]
    for trace, side in zip(left["data"], (-1, 1), strict=True):
        np.testing.assert_allclose(trace["x"], np.arange(3) + side * bars.WIDTH / 2)
    assert left["layout"]["xaxis"]["ticktext"] == ["cat", "dog", "fox"]


def test_bars_stand_where_they_are_dragged():
    """`places` is what the control ``Bars(at=…)`` is given."""
    drawn = bars.distributions(P, Q, False)[0]["data"]
    for side in (0, 1):
        assert drawn[side]["x"] == [bars.places(k, side) for k in range(3)]


def test_distributions_say_that_cross_entropy_is_entropy_plus_divergence():
    ce, h = cross_entropy(P, Q), entropy(P)
    expected = [round(number, 2) for number in (ce, h, ce - h)]
    subtitle = bars.distributions(P, Q, False)[0]["layout"]["title"]["subtitle"]["text"]
    assert numbers_in(subtitle) == expected
    said = bars.distributions_in_words(P, Q, False)
    assert numbers_in(said) == expected and said.endswith("p feels a gradient too.")
    assert bars.distributions_in_words(P, Q, True).endswith("p feels no gradient.")


# Jump or dial


@pytest.mark.parametrize("margin", [0.5, 1.3])
@pytest.mark.parametrize("ratio", [0.1, 0.7, 1.4, 3.0])
@pytest.mark.parametrize("squared", BOTH)
def test_a_pair_rests_where_its_loss_is_least(margin, ratio, squared):
    grid = np.linspace(0, 2 * margin, 4001)
    losses = [pulled_and_pushed(d, margin, ratio, squared)[0] for d in grid]
    assert resting_place(margin, ratio, squared) == pytest.approx(
        grid[np.argmin(losses)], abs=2 * margin / 4000
    )


def test_at_a_ratio_of_one_the_slides_form_does_not_care():
    losses = {pulled_and_pushed(d, 2.0, 1.0, False)[0] for d in (0.0, 0.5, 1.0, 2.0)}
    assert losses == {2.0} and resting_place(2.0, 1.0, False) == 1.0


@pytest.mark.parametrize("squared", BOTH)
@pytest.mark.parametrize("distance", [0.3, 0.9, 1.7])
def test_the_slope_is_that_of_the_loss(squared, distance):
    ends = [pulled_and_pushed(distance + h, 1.0, 0.6, squared)[0] for h in (1e-6, -1e-6)]
    expected = (ends[0] - ends[1]) / 2e-6
    assert pulled_and_pushed(distance, 1.0, 0.6, squared)[1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("drawn", ["loss", "force"])
def test_margin_curves_draw_loss_or_force_and_the_place_of_rest(drawn):
    left, right = margin_curves(1.5, 0.5, drawn)
    for name, squared, rest in (("slide", False, 1.5), ("Hadsell", True, 1.0)):
        curve = named(left, f"{name}'s form")
        found = [pulled_and_pushed(d, 1.5, 0.5, squared) for d in curve["x"]]
        assert curve["y"] == [loss if drawn == "loss" else -slope for loss, slope in found]
        there = points_of(named(left, f"{name}, at rest"))[0]
        height = pulled_and_pushed(rest, 1.5, 0.5, squared)[0] if drawn == "loss" else 0
        np.testing.assert_allclose(there, [rest, height])
        assert points_of(named(right, f"{name}, now")).tolist() == [[0.5, rest]]
    dial = points_of(named(right, "Hadsell, D*"))
    np.testing.assert_allclose(dial[:, 1], 1.5 / (1 + dial[:, 0]))
    assert points_of(named(right, "slide, D*")).tolist() == [[0, 1.5], [1, 1.5], [1, 0], [3, 0]]
    title, below = (left["layout"]["title"][k] for k in ("text", "subtitle"))
    assert numbers_in(title) == [1.5, 1.0] and numbers_in(below["text"]) == [0.5, 1.5]


def test_the_words_of_jump_or_dial():
    said = margin_curves_in_words(1.0, 3.0, "loss")
    assert "they rest at distance 0.00, in Hadsell's at 0.25" in said
    assert "anywhere from 0 to the margin" in margin_curves_in_words(1.0, 1.0, "force")
    assert "rests anywhere up to m" in margin_curves(1.0, 1.0, "loss")[0]["layout"]["title"]["text"]
