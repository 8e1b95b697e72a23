"""The contrastive loss against numbers by hand, a plain loop, and a tape without our gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf

from lecturekit import by_hand
from lecturekit.losses.contrastive import contrastive
from lecturekit.losses.distances import pairwise_distances

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(9, 5)).astype("float32")
LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3], "int32")
WEIGHTS = RNG.random((9, 9)).astype("float32")  # neither symmetric nor zero on the diagonal
FORMS = ("slide", "hadsell")
MARGIN = 3.0


def with_gradient(function, points):
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        value = function(points)
    return value.numpy(), tape.gradient(value, points).numpy()


def loop(points, labels, margin, squared, weights):
    """Weighted mean over all ordered pairs and its gradient, pair by pair as done by hand."""
    points = np.asarray(points, float)
    loss, gradient, total = 0.0, np.zeros_like(points), 0.0
    for i in range(len(points)):
        for j in range(len(points)):
            if i == j:
                continue
            apart = points[i] - points[j]
            distance = math.sqrt(sum(apart**2))
            if labels[i] == labels[j]:
                value, slope = by_hand.similar(distance, squared)
            else:
                value, slope = by_hand.dissimilar(distance, margin, squared)
            loss += weights[i][j] * value
            total += weights[i][j]
            if distance > 0:
                gradient[i] += weights[i][j] * slope * apart / distance
                gradient[j] -= weights[i][j] * slope * apart / distance
    return loss / total, gradient / total


# ------------------------------------------------------------------ distances


@pytest.mark.parametrize("squared", [False, True])
def test_distances_are_what_a_loop_finds(squared):
    expected = [[sum((a - b) ** 2) ** (1 if squared else 0.5) for b in POINTS] for a in POINTS]
    found = pairwise_distances(POINTS, squared=squared).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert (np.diag(found) == 0).all() and (found == found.T).all()


def test_distances_of_a_right_triangle():
    found = pairwise_distances([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(found, [[0, 3, 4], [3, 0, 5], [4, 5, 0]], rtol=1e-6)


@pytest.mark.parametrize("squared", [False, True])
def test_the_gradient_of_distances_is_that_of_differences(squared):
    upstream = RNG.normal(size=(9, 9)).astype("float32")

    def broadcast(points):
        d2 = tf.reduce_sum(tf.square(points[:, None] - points[None]), -1) + 1e-20
        return tf.reduce_sum(upstream * (d2 if squared else tf.sqrt(d2)))

    def ours(points):
        return tf.reduce_sum(upstream * pairwise_distances(points, squared=squared))

    np.testing.assert_allclose(
        with_gradient(ours, POINTS)[1], with_gradient(broadcast, POINTS)[1], rtol=1e-4, atol=1e-4
    )


def test_identical_rows_are_at_distance_zero_and_feel_nothing():
    twice = np.repeat(POINTS[:3] * 100, 2, axis=0)
    found, gradient = with_gradient(lambda p: tf.reduce_sum(pairwise_distances(p)[0, 1]), twice)
    assert found == 0 and (gradient == 0).all()


# ------------------------------------------------------------------ the loss


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["all", "weighted"])
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "jit"])
def test_loss_and_gradient_are_those_of_a_loop(form, weights, compiled):
    def loss(points):
        return contrastive(points, LABELS, margin=MARGIN, form=form, weights=weights).loss

    both = tf.function(
        lambda points: tf.nest.flatten(_value_and_gradient(loss, points)), jit_compile=compiled
    )
    value, gradient = both(tf.constant(POINTS))
    ones = np.ones((9, 9)) if weights is None else weights
    expected = loop(POINTS, LABELS, MARGIN, form == "hadsell", ones)
    assert float(value) == pytest.approx(expected[0], rel=1e-5)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-4, atol=1e-6)


def _value_and_gradient(loss, points):
    with tf.GradientTape() as tape:
        tape.watch(points)
        value = loss(points)
    return value, tape.gradient(value, points)


@pytest.mark.parametrize("form", FORMS)
def test_three_points_on_a_line(form):
    """A similar pair at .5; its two dissimilar pairs at .6 and 1.1 of a margin of 1."""
    found = contrastive([[0.0], [0.5], [1.1]], [0, 0, 1], margin=1.0, form=form)
    values = {"slide": 0.5 + 0.4 + 0.0, "hadsell": (0.25 + 0.16) / 2}
    assert float(found.loss) == pytest.approx(values[form] / 3, rel=1e-5)
    assert float(found.active) == pytest.approx(0.5)
    np.testing.assert_allclose(found.distances[0], [0, 0.5, 1.1], rtol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_beyond_the_margin_a_dissimilar_pair_feels_exactly_nothing(form):
    points = np.array([[0.0, 0.0], [1.001, 0.0]], "float32")
    value, gradient = with_gradient(
        lambda p: contrastive(p, [0, 1], margin=1.0, form=form).loss, points
    )
    assert value == 0 and (gradient == 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_similar_pair_is_never_left_in_peace(form):
    points = np.array([[0.0, 0.0], [50.0, 0.0]], "float32")
    _, gradient = with_gradient(
        lambda p: contrastive(p, [7, 7], margin=1.0, form=form).loss, points
    )
    force = {"slide": 1.0, "hadsell": 50.0}[form]
    np.testing.assert_allclose(gradient, [[-force, 0], [force, 0]], rtol=1e-5)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("labels", [[0, 0], [0, 1]])
def test_identical_points_give_numbers(form, labels):
    value, gradient = with_gradient(
        lambda p: contrastive(p, labels, margin=1.0, form=form).loss, np.ones((2, 3), "float32")
    )
    assert np.isfinite(value) and (gradient == 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_one_class_only_is_pulled_together(form):
    found = contrastive(POINTS, np.zeros(9, "int32"), margin=1.0, form=form)
    assert float(found.loss) > 0 and float(found.active) == 0  # no dissimilar pair


def test_the_margin_may_be_a_variable_of_the_graph():
    margin = tf.Variable(1.0)
    loss = tf.function(lambda: contrastive(POINTS, LABELS, margin=margin, form="hadsell").loss)
    before = float(loss())
    margin.assign(4.0)
    expected, _ = loop(POINTS, LABELS, 4.0, True, np.ones((9, 9)))
    assert before < float(loss()) == pytest.approx(expected, rel=1e-5)


def test_a_tape_through_the_network_agrees_with_autodiff():
    """The custom gradient under a layer: the same as of the naive loss."""
    kernel = tf.Variable(RNG.normal(size=(5, 3)).astype("float32"))

    def naive(points):
        d = tf.sqrt(tf.reduce_sum(tf.square(points[:, None] - points[None]), -1) + 1e-18)
        same = LABELS[:, None] == LABELS[None]
        return tf.reduce_sum(tf.where(same, d, tf.maximum(MARGIN - d, 0))) / 72  # with D = MARGIN

    gradients = []
    for loss in (naive, lambda p: contrastive(p, LABELS, margin=MARGIN).loss):
        with tf.GradientTape() as tape:
            value = loss(tf.matmul(POINTS, kernel))
        gradients.append(tape.gradient(value, kernel))
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-3, atol=1e-4)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": 0.0}, "margin must be above 0"),
        ({"margin": -1.0}, "margin must be above 0"),
        ({"form": "squared"}, "choose slide or hadsell"),
        ({"labels": LABELS[:4]}, "every embedding needs its label"),
        ({"labels": LABELS[:, None]}, "every embedding needs its label"),
        ({"embeddings": POINTS[0]}, r"must be \[batch, dimensions\]"),
        ({"embeddings": POINTS[:0], "labels": LABELS[:0]}, "the batch is empty"),
        ({"embeddings": POINTS[:1], "labels": LABELS[:1]}, "has no pair"),
        ({"embeddings": np.full((9, 5), np.nan)}, "NaN or infinity"),
        ({"embeddings": np.full((9, 5), np.inf)}, "NaN or infinity"),
        ({"weights": WEIGHTS[:4]}, "weights must be"),
        ({"weights": -WEIGHTS}, "at least 0"),
        ({"weights": np.eye(9)}, "no pair counts"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    given = {"embeddings": POINTS, "labels": LABELS, "margin": 1.0, **arguments}
    with pytest.raises(ValueError, match=message):
        contrastive(given.pop("embeddings"), given.pop("labels"), **given)
