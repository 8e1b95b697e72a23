"""Losses on a handful of numbers: closed forms, and gradients against central differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lecturekit import by_hand
from lecturekit.figures.springs import measure

RNG = np.random.default_rng(0)
TRIOS = [RNG.normal(size=(3, 2)) for _ in range(8)]
SAME = [[0.5, -1.0], [0.5, -1.0], [0.5, -1.0]]
LOGITS = [RNG.normal(size=(2, 4)) for _ in range(5)]


def central(loss, at, step=1e-6) -> np.ndarray:
    """Slopes of `loss` at an array, by central differences."""
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        away = np.zeros_like(at)
        away[place] = step
        slopes[place] = (loss(at + away) - loss(at - away)) / (2 * step)
    return slopes


def softmax(logits):
    grown = np.exp(logits)
    return grown / grown.sum()


def test_lengths_and_directions():
    assert by_hand.difference([4, 6], [1, 2]) == [3, 4]
    assert by_hand.length([3, -4]) == 5
    assert by_hand.direction([3, -4]) == [0.6, -0.8]
    assert by_hand.direction([0, 0]) == by_hand.direction([1e-13, 0]) == [0, 0]


@pytest.mark.parametrize(
    ("squared", "similar", "dissimilar"),
    [(False, [0.5, 1], [0.75, -1]), (True, [0.125, 0.5], [0.28125, -0.75])],
)
def test_pairs_by_hand(squared, similar, dissimilar):
    """D = ½ and m = 1¼: the slide's D and m − D, or half their squares."""
    assert by_hand.similar(0.5, squared) == similar
    assert by_hand.dissimilar(0.5, 1.25, squared) == dissimilar


@pytest.mark.parametrize("squared", [False, True])
def test_slopes_of_pairs_are_slopes(squared):
    for distance in (0.3, 0.9, 1.7):
        for loss in (by_hand.similar, lambda d, s: by_hand.dissimilar(d, 1.2, s)):
            slope = central(lambda d, loss=loss: loss(d[0], squared)[0], np.array([distance]))
            assert loss(distance, squared)[1] == pytest.approx(slope[0], abs=1e-8)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("distance", [1.0, 1.5, 1e9])
def test_beyond_the_margin_a_dissimilar_pair_feels_exactly_nothing(distance, squared):
    assert by_hand.dissimilar(distance, 1.0, squared) == [0, 0]


def contrastive(points, margin, squared):
    anchor, near, far = points
    return (
        by_hand.similar(np.linalg.norm(anchor - near), squared)[0]
        + by_hand.dissimilar(np.linalg.norm(anchor - far), margin, squared)[0]
    )


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("trio", TRIOS)
def test_forces_of_springs_are_minus_the_gradients_and_cancel(trio, squared):
    found = measure(trio.tolist(), 1.7, squared)
    slopes = central(lambda points: contrastive(points, 1.7, squared), trio)
    np.testing.assert_allclose(found["forces"], -slopes, atol=1e-8)
    np.testing.assert_allclose(np.sum(found["forces"], 0), 0, atol=1e-12)
    assert sum(found["losses"]) == pytest.approx(contrastive(trio, 1.7, squared))
    np.testing.assert_allclose(np.linalg.norm(found["forces"][1:], axis=1), np.abs(found["slopes"]))


@pytest.mark.parametrize("squared", [False, True])
def test_points_that_lie_together_push_nowhere(squared):
    found = measure(SAME, 1.0, squared)
    assert found["distances"] == [0, 0] and not np.any(found["forces"])
    assert found["losses"] == [0, 0.5 if squared else 1]


@pytest.mark.parametrize(
    ("negative", "zone", "loss", "hinged"),
    [(0.5, "hard", 0.75, 0.75), (1.0, "semi-hard", 0.25, 0.25), (1.2, "semi-hard", 0.05, 0.05),
     (1.25, "easy", 0, 0), (2.0, "easy", -0.75, 0)],
)  # fmt: skip
def test_zones_of_a_triplet(negative, zone, loss, hinged):
    """The positive at distance 1, the negative on the other side, α = ¼."""
    for hinge, value in ((False, loss), (True, hinged)):
        found = by_hand.triplet([0, 0], [1, 0], [-negative, 0], 0.25, hinge)
        assert (found["zone"], found["ap"], found["an"]) == (zone, 1, negative)
        assert found["loss"] == pytest.approx(value)


def triplet_loss(points, margin, hinge):
    anchor, positive, negative = points
    loss = np.linalg.norm(anchor - positive) - np.linalg.norm(anchor - negative) + margin
    return max(loss, 0) if hinge else loss


@pytest.mark.parametrize("hinge", [False, True])
@pytest.mark.parametrize("trio", TRIOS)
def test_gradients_of_a_triplet(trio, hinge):
    found = by_hand.triplet(*trio.tolist(), 0.4, hinge)
    slopes = central(lambda points: triplet_loss(points, 0.4, hinge), trio)
    gradients = [found[name] for name in ("anchor", "positive", "negative")]
    np.testing.assert_allclose(gradients, slopes, atol=1e-8)
    np.testing.assert_allclose(np.sum(gradients, 0), 0, atol=1e-12)
    assert found["loss"] == pytest.approx(triplet_loss(trio, 0.4, hinge))


def test_trios_lie_on_both_sides_of_the_hinge():
    assert {triplet_loss(trio, 0.4, True) > 0 for trio in TRIOS} == {False, True}


@pytest.mark.parametrize("trio", TRIOS)
def test_without_a_hinge_the_margin_moves_no_gradient(trio):
    small, large = (by_hand.triplet(*trio.tolist(), margin, False) for margin in (0.1, 5.0))
    for name in ("anchor", "positive", "negative"):
        assert small[name] == large[name]
    assert large["loss"] - small["loss"] == pytest.approx(4.9)


def test_a_triplet_that_lies_together_has_no_gradient():
    found = by_hand.triplet(*SAME, 0.3, True)
    assert found["loss"] == 0.3
    assert not np.any([found[name] for name in ("anchor", "positive", "negative")])


def test_entropies_by_hand():
    assert by_hand.entropy([0.5, 0.5]) == pytest.approx(math.log(2))
    assert by_hand.entropy([1, 0, 0]) == 0
    assert by_hand.cross_entropy([1, 0], [0.25, 0.75]) == pytest.approx(math.log(4))
    assert by_hand.cross_entropy([1, 0], [1, 0]) == 0  # what has no share needs no logarithm
    assert by_hand.kl_divergence([0.5, 0.5], [0.25, 0.75]) == pytest.approx(math.log(4 / 3) / 2)


@pytest.mark.parametrize("logits", LOGITS)
def test_cross_entropy_is_entropy_plus_divergence(logits):
    p, q = map(softmax, logits)
    divergence = np.sum(p * np.log(p / q))
    assert by_hand.kl_divergence(p, q) == pytest.approx(divergence) and divergence > 0
    assert by_hand.cross_entropy(p, q) == pytest.approx(by_hand.entropy(p) + divergence)
    assert by_hand.kl_divergence(p, p) == pytest.approx(0)


@pytest.mark.parametrize("logits", LOGITS)
def test_gradients_in_the_logits_go_through_the_softmax(logits):
    found = by_hand.logit_gradients(*(softmax(each).tolist() for each in logits))
    for name, loss in (("ce", by_hand.cross_entropy), ("kl", by_hand.kl_divergence)):
        of_p, of_q = central(lambda at, loss=loss: loss(softmax(at[0]), softmax(at[1])), logits)
        np.testing.assert_allclose(found[name], of_p, atol=1e-8)
        np.testing.assert_allclose(found["q"], of_q, atol=1e-8)
    assert sum(found["ce"]) == pytest.approx(0) and sum(found["q"]) == pytest.approx(0)


def test_where_both_agree_only_the_entropy_pulls():
    """At p = q the divergence rests, while cross-entropy still wants p to be sure of itself."""
    p = [0.5, 0.3, 0.2]
    found = by_hand.logit_gradients(p, p)
    assert found["q"] == [0, 0, 0] and found["kl"] == pytest.approx([0, 0, 0])
    assert found["ce"][0] < 0 < found["ce"][2]
