"""BIER's loss against a plain loop over pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.losses.boosting import boosted, ensemble_shares

RNG = np.random.default_rng(0)
GROUPS = [RNG.normal(size=(7, d)).astype("float32") for d in (2, 3, 4)]
LABELS = np.array([0, 0, 0, 1, 1, 2, 2], "int32")


def unit(group):
    return group / np.linalg.norm(group, axis=1, keepdims=True)


def deviance(x):
    return math.log1p(math.exp(-x))


def loop(cost):
    """Deviance by pairs, the weights from a numeric slope at the running score."""
    pairs_of = {True: [], False: []}
    for i in range(7):
        for j in set(range(7)) - {i}:
            pairs_of[LABELS[i] == LABELS[j]].append((i, j))
    total, weights = 0.0, np.ones((3, 7, 7))
    for kind, pairs in pairs_of.items():
        c = 1 if kind else -cost
        for i, j in pairs:
            score = 0.0
            for m, group in enumerate(map(unit, GROUPS), 1):
                s = float(group[i] @ group[j])
                total += weights[m - 1, i, j] * deviance(2 * (s - 0.5) * c) / len(pairs) / 3
                score = (1 - 2 / (m + 1)) * score + 2 / (m + 1) * s
                if m < 3:
                    x, h = 2 * (score - 0.5) * c, 1e-5
                    slope = (deviance(x + h) - deviance(x - h)) / (2 * h)
                    weights[m, i, j] = -slope
    return total, weights


@pytest.mark.parametrize("cost", [1.0, 25.0])
def test_loss_and_weights_are_those_of_a_loop(cost):
    found = boosted(GROUPS, LABELS, cost=cost)
    loss, weights = loop(cost)
    assert float(found.loss) == pytest.approx(loss, rel=1e-5)
    off = ~np.eye(7, dtype=bool)
    np.testing.assert_allclose(found.weights.numpy()[:, off], weights[:, off], atol=1e-5)


def test_the_penalty_is_the_squared_cross_covariance():
    points = [unit(group) for group in GROUPS]
    expected = sum(
        (np.cov(a.T, b.T, bias=True)[: a.shape[1], a.shape[1] :] ** 2).sum()
        for k, a in enumerate(points)
        for b in points[:k]
    )
    free, bound = boosted(GROUPS, LABELS), boosted(GROUPS, LABELS, independence=3.0)
    assert float(free.dependence) == pytest.approx(expected, rel=1e-4)
    assert float(bound.loss - free.loss) == pytest.approx(3 * expected, rel=1e-4)


def test_no_gradient_goes_through_the_weights():
    first = tf.constant(GROUPS[0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(first)
        alone = boosted([first], LABELS).loss
        both = boosted([first, GROUPS[1]], LABELS).loss
    ratio = tape.gradient(alone, first) / tape.gradient(both, first)
    np.testing.assert_allclose(ratio, 2, rtol=1e-4)  # the mean over two groups


def test_shares_are_what_the_running_score_gives_each_group():
    for count in (1, 2, 3, 5):
        score = np.zeros(count)
        for m in range(1, count + 1):
            score = (1 - 2 / (m + 1)) * score + 2 / (m + 1) * np.eye(count)[m - 1]
        np.testing.assert_allclose(ensemble_shares(count), score, rtol=1e-6)
    with pytest.raises(ValueError, match="one group"):
        ensemble_shares(0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"groups": []}, "one group of dimensions or more"),
        ({"cost": 0}, "cost must be above 0"),
        ({"sharpness": 0}, "sharpness must be above 0"),
        ({"independence": -1}, "independence must be at least 0"),
        ({"labels": LABELS[:4]}, "every embedding needs its label"),
        ({"labels": np.zeros(7, int)}, "one class only"),
        ({"labels": np.arange(7)}, "a label of its own"),
        ({"groups": [GROUPS[0] * np.inf]}, "NaN or infinity"),
    ],
)
def test_bad_input_is_refused(changed, message):
    given = {"groups": GROUPS, "labels": LABELS, **changed}
    with pytest.raises(ValueError, match=message):
        boosted(given.pop("groups"), given.pop("labels"), **given)
