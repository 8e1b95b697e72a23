"""The tug of war: valleys, compromise and the way of every method against independent loops."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.multitask import balancing, tug

RNG = np.random.default_rng(0)
CENTRES = np.array(tug.CENTRES)
PAIRS = [RNG.normal(size=(2, 2)) * RNG.choice([1, 5], (2, 1)) for _ in range(12)]
ZERO, ONE = [0.0, 0.0], [1.0, 0.0]


def call(method, gradients, *options) -> np.ndarray:
    return method(tf.constant(gradients, tf.float32), *options).numpy()


@pytest.mark.parametrize("angle", [0, 30, 90, 180])
def test_valleys_cross_at_their_angle(angle):
    along = []
    for bend in tug.curvatures(angle, 5.0):
        values, vectors = np.linalg.eigh(bend)
        np.testing.assert_allclose(values, [1, 5])  # gentle along, steep across
        along.append(vectors[:, 0])
    assert abs(along[0] @ along[1]) == pytest.approx(abs(np.cos(np.deg2rad(angle))))


def test_the_valley_of_a_leans_down_and_that_of_b_up():
    """At 90°, along (1, −1)/√2 task A bends by 1 and along (1, 1)/√2 by 4; task B the other way."""
    down, up = np.array([1, -1]), np.array([1, 1])
    a, b = np.array(tug.curvatures(90))
    np.testing.assert_allclose([a @ down, b @ up], [down, up])
    np.testing.assert_allclose([a @ up, b @ down], [4 * up, 4 * down])


def test_losses_and_gradients_are_quadratic_forms():
    bends = tug.curvatures(50, 3)
    for point in RNG.normal(size=(5, 2)):
        found, slopes = tug.losses(list(point), bends), tug.gradients(list(point), bends)
        for t in range(2):
            away, bend = point - CENTRES[t], np.array(bends[t])
            assert found[t] == pytest.approx(away @ bend @ away / 2)
            np.testing.assert_allclose(slopes[t], bend @ away)


@pytest.mark.parametrize("angle", [0, 70, 180])
def test_the_compromise_is_where_both_pulls_cancel(angle):
    bends = tug.curvatures(angle, 6)
    pulls = tug.gradients(tug.compromise(bends), bends)
    np.testing.assert_allclose(np.sum(pulls, 0), 0, atol=1e-12)


def test_the_compromise_of_unequal_bowls_lies_near_the_steeper_one():
    """Bowls of curvature 1 around −1 and 3 around 1 meet at (3 − 1) / (3 + 1) = ½."""
    assert tug.compromise([[[1, 0], [0, 1]], [[3, 0], [0, 3]]]) == [0.5, 0]


@pytest.mark.parametrize("pair", PAIRS)
def test_steps_agree_with_the_methods_on_tensors(pair):
    """``balancing`` takes steps of a sum for PCGrad and CAGrad, the tug those of a mean."""
    a, b = pair.tolist()
    np.testing.assert_allclose(tug.pcgrad(a, b), call(balancing.pcgrad, pair) / 2, atol=1e-5)
    np.testing.assert_allclose(tug.mgda(a, b), call(balancing.mgda, pair), atol=1e-5)
    theirs = call(balancing.cagrad, pair) / 2  # by Frank–Wolfe, which ends near the optimum
    slack = 2e-2 * np.linalg.norm(pair, axis=1).max()
    np.testing.assert_allclose(tug.cagrad(a, b), theirs, atol=slack)


@pytest.mark.parametrize("pair", PAIRS)
def test_cagrad_is_the_best_step_for_the_worse_off_task(pair):
    """Nothing in the ball ‖d − ḡ‖ ≤ c ‖ḡ‖ helps the worse-off task more."""
    mean, c = pair.mean(0), 0.5
    radius = c * np.linalg.norm(mean)
    step = np.array(tug.cagrad(*pair.tolist(), c)) * (1 + c * c)
    turns = np.linspace(0, 2 * np.pi, 3601)
    ring = mean + radius * np.stack([np.cos(turns), np.sin(turns)], 1)
    best = np.max(np.min(ring @ pair.T, 1))
    assert np.linalg.norm(step - mean) == pytest.approx(radius)
    assert np.min(pair @ step) == pytest.approx(best, abs=2e-3 * radius * np.abs(pair).max())


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (tug.pcgrad(ONE, [-1.0, 1.0]), [0.25, 0.75]),  # halves of (½, ½) + (0, 1)
        (tug.pcgrad(ONE, [1.0, 1.0]), [1, 0.5]),  # no conflict: the mean
        (tug.pcgrad(ONE, ZERO), [0.5, 0]),
        (tug.mgda([2.0, 0.0], [0.0, 1.0]), [0.4, 0.8]),  # weights 1/5 and 4/5
        (tug.mgda(ONE, [3.0, 0.0]), [1, 0]),  # the shorter one alone
        (tug.mgda(ONE, [-3.0, 0.0]), [0, 0]),  # they cannot both improve
        (tug.mgda(ONE, ONE), [1, 0]),
        (tug.cagrad(ONE, [0.0, 1.0]), [0.6, 0.6]),  # 1.5 ḡ / 1.25: the worst is the mean
        (tug.cagrad(ONE, [0.0, 1.0], 0.0), [0.5, 0.5]),  # no ball: the mean
        (tug.cagrad(ZERO, ZERO), [0, 0]),
    ],
)
def test_steps_by_hand(step, expected):
    np.testing.assert_allclose(step, expected, atol=1e-6)


def test_gradnorm_moves_its_weights_against_the_gradient_of_its_gap():
    norms, now, first = [1.0, 3.0], [1.0, 1.0], [1.0, 2.0]
    weights = tf.Variable([0.8, 1.2])
    with tf.GradientTape() as tape:
        gap = balancing.gradnorm(*(tf.constant(v) for v in (norms, now, first)), weights)
    moved = weights - 0.05 * tape.gradient(gap, weights)
    found = tug.gradnorm_weights([0.8, 1.2], norms, now, first)
    np.testing.assert_allclose(found, 2 * moved / tf.reduce_sum(moved), rtol=1e-6)


@pytest.mark.parametrize(
    ("norms", "now", "first"),
    [([100.0, 0.0], [1.0, 1.0], [1.0, 1.0]), ([0.0, 1.0], [0.0, 0.0], [0.0, 0.0])],
)
def test_gradnorm_keeps_its_weights_positive_and_their_sum(norms, now, first):
    found = tug.gradnorm_weights([1.0, 1.0], norms, now, first)
    assert min(found) > 0 and sum(found) == pytest.approx(2)


def step_of(method, g, losses, state, turn):
    """Of one method in numpy: (move, state afterwards)."""
    if method.startswith("Method Two"):
        return g[turn], state
    if method == "PCGrad":
        a, b = g
        overlap = min(a @ b, 0)
        return (a - overlap / (b @ b) * b + b - overlap / (a @ a) * a) / 2, state
    if method in ("MGDA", "CAGrad"):
        shares = np.linspace(0, 1, 20_001)[:, None]
        between, mean = shares * g[0] + (1 - shares) * g[1], g.mean(0)
        sizes, radius = np.linalg.norm(between, axis=1), np.linalg.norm(mean) / 2
        if method == "MGDA":
            return between[np.argmin(sizes)], state
        k = np.argmin(between @ mean + radius * sizes)
        return (mean + radius * between[k] / sizes[k]) / 1.25, state
    if method == "Uncertainty weighting":
        move = np.mean(np.exp(-state)[:, None] * g, 0)
        return move, state - 0.1 * (1 - losses * np.exp(-state)) / 2
    return g.mean(0), state


def plain_way(method, bends, start, step_size, turns):
    point, way = np.array(start), [start]
    state = np.ones(2) if method == "GradNorm" else np.zeros(2)
    first = None
    for turn in turns:
        away = point - CENTRES
        g = np.einsum("tij,tj->ti", bends, away)
        losses = np.einsum("ti,ti->t", away, g) / 2
        first = losses if first is None else first
        if method == "GradNorm":
            norms, rate = np.linalg.norm(g, axis=1), losses / first
            target = np.mean(state * norms) * (rate / rate.mean()) ** 1.5
            state = np.maximum(state - 0.05 * np.sign(state * norms - target) * norms, 0.05)
            state = 2 * state / state.sum()
            move = np.mean(state[:, None] * g, 0)
        else:
            move, state = step_of(method, g, losses, state, turn)
        point = point - step_size * move
        way.append(point)
    return np.array(way)


@pytest.mark.parametrize("method", tug.METHODS)
def test_every_way_is_a_plain_loop(method):
    start, turns = [-0.6, 1.6], [1, 1, 0, 1, 0, 0, 1, 0]
    expected_turns = [0, 1] * 4 if method.endswith("(taking turns)") else turns
    bends = tug.curvatures(60)
    way = tug.path(method, bends, start, 0.2, turns)
    assert np.shape(way) == (9, 2) and way[0] == start
    np.testing.assert_allclose(way, plain_way(method, bends, start, 0.2, expected_turns), atol=2e-4)


def test_every_method_goes_a_way_of_its_own():
    ways = [str(tug.path(method, tug.curvatures(60), [-0.6, 1.6], 0.2)) for method in tug.METHODS]
    assert len(set(ways)) == len(tug.METHODS) == 8


def test_a_way_has_a_point_per_step_and_its_turns_are_drawn_once():
    way = tug.path("Method Two (random task)", tug.curvatures(90), ONE, 0.1)
    assert len(way) == tug.STEPS + 1
    assert 0.3 * tug.STEPS < sum(tug.TURNS) < 0.7 * tug.STEPS
    assert all(type(turn) is int for turn in tug.TURNS)  # a page reads them too


def test_a_way_leaves_its_start_as_it_was():
    start = [-0.6, 1.6]
    for method in tug.METHODS:
        tug.path(method, tug.curvatures(60), start, 0.2)
    assert start == [-0.6, 1.6]


def test_method_one_ends_at_the_compromise():
    bends = tug.curvatures(70)
    way = tug.path("Method One (mean of both)", bends, [-0.6, 1.6], 0.3)
    np.testing.assert_allclose(way[-1], tug.compromise(bends), atol=1e-4)


@pytest.mark.parametrize("method", tug.METHODS)
@pytest.mark.parametrize("start", [[2.0, -2.0], [-1.0, 0.0], [0.0, 0.0]])
def test_a_way_that_leaves_the_picture_stays_finite(method, start):
    way = np.array(tug.path(method, tug.curvatures(90, 20), start, 50.0))
    assert np.isfinite(way).all() and np.abs(way).max() <= tug.AWAY


def test_a_way_that_is_lost_stays_at_the_edge():
    way = tug.path("Method One (mean of both)", tug.curvatures(90, 20), [0.5, 1.0], 5.0)
    assert np.abs(way[-1]).max() == tug.AWAY
