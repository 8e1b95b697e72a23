"""Consistency losses against numbers by hand, closed forms, and a tape."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf

from lecturekit import by_hand
from lecturekit.losses import (
    alignment,
    consistency,
    cross_entropy,
    entropy,
    kl_divergence,
    training_signal,
)

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(6, 4)).astype("float32") * 2
OTHER = RNG.normal(size=(6, 4)).astype("float32")
P, Q = (tf.nn.softmax(z).numpy() for z in (LOGITS, OTHER))


def gradients(loss, *values):
    """Gradients of the summed loss in each value; None where nothing flows."""
    watched = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        total = tf.reduce_sum(loss(*watched))
    return tape.gradient(total, watched)


# ------------------------------------------------------------------ three numbers and their sum


@pytest.mark.parametrize(
    ("found", "oracle"),
    [
        (
            cross_entropy(P, Q),
            [by_hand.cross_entropy(list(p), list(q)) for p, q in zip(P, Q, strict=True)],
        ),
        (
            kl_divergence(P, Q),
            [by_hand.kl_divergence(list(p), list(q)) for p, q in zip(P, Q, strict=True)],
        ),
        (entropy(P), [by_hand.entropy(list(p)) for p in P]),
    ],
    ids=["cross-entropy", "divergence", "entropy"],
)
def test_each_row_is_what_it_is_by_hand(found, oracle):
    np.testing.assert_allclose(found, oracle, atol=1e-6)


def test_entropy_of_an_even_and_of_a_certain_prediction():
    np.testing.assert_allclose(entropy([[0.25] * 4, [1.0, 0, 0, 0]]), [math.log(4), 0.0], atol=1e-7)


def test_cross_entropy_is_entropy_plus_divergence():
    np.testing.assert_allclose(cross_entropy(P, Q), entropy(P) + kl_divergence(P, Q), atol=1e-6)


def test_divergence_of_equal_predictions_is_zero_and_of_others_is_not():
    np.testing.assert_allclose(kl_divergence(P, P), 0, atol=1e-7)
    assert (kl_divergence(P, Q).numpy() > 0.01).all()


def test_a_one_hot_label_makes_cross_entropy_the_negative_log_likelihood():
    np.testing.assert_allclose(
        cross_entropy(np.eye(4, dtype="float32")[[2, 0]], P[:2]),
        [-math.log(P[0, 2]), -math.log(P[1, 0])],
        rtol=1e-5,
    )


def test_an_impossible_class_that_happens_costs_infinitely_much():
    assert cross_entropy([[1.0, 0.0]], [[0.0, 1.0]]).numpy() == [math.inf]


def test_gradients_in_the_logits_are_those_worked_out_by_hand():
    def ce(z, other):
        return cross_entropy(tf.nn.softmax(z), tf.nn.softmax(other))

    def kl(z, other):
        return kl_divergence(tf.nn.softmax(z), tf.nn.softmax(other))

    hand = [by_hand.logit_gradients(list(p), list(q)) for p, q in zip(P, Q, strict=True)]
    for loss, name in ((ce, "ce"), (kl, "kl")):
        of_p, of_q = gradients(loss, LOGITS, OTHER)
        np.testing.assert_allclose(of_p, [h[name] for h in hand], atol=1e-5)
        np.testing.assert_allclose(of_q, [h["q"] for h in hand], atol=1e-5)


def test_gradient_of_the_entropy_of_a_certain_prediction_is_a_number():
    (found,) = gradients(lambda z: entropy(tf.nn.softmax(z)), [[200.0, 0.0, 0.0]])
    np.testing.assert_allclose(found, 0, atol=1e-6)


# ------------------------------------------------------------------ consistency


def test_consistency_is_the_mean_cross_entropy_of_the_two_predictions():
    made = consistency(LOGITS, OTHER)
    np.testing.assert_allclose(made.loss, np.mean(cross_entropy(P, Q)), rtol=1e-5)
    np.testing.assert_allclose(made.target, P, atol=1e-6)
    np.testing.assert_array_equal(made.kept, 1)


def test_stop_gradient_keeps_the_first_prediction_out():
    of_p, of_q = gradients(lambda z, o: consistency(z, o).loss, LOGITS, OTHER)
    assert of_p is None or not np.any(of_p)
    np.testing.assert_allclose(of_q, (Q - P) / 6, atol=1e-6)
    of_p, _ = gradients(lambda z, o: consistency(z, o, stop_gradient=False).loss, LOGITS, OTHER)
    hand = [by_hand.logit_gradients(list(p), list(q))["ce"] for p, q in zip(P, Q, strict=True)]
    np.testing.assert_allclose(of_p, np.array(hand) / 6, atol=1e-5)


def test_a_temperature_sharpens_the_target_by_a_power():
    made = consistency(LOGITS, OTHER, temperature=0.5)
    np.testing.assert_allclose(made.target, P**2 / np.sum(P**2, 1, keepdims=True), atol=1e-6)


def test_the_mask_looks_before_sharpening_and_divides_by_the_whole_batch():
    certain = P.max(1) > 0.6
    assert 0 < certain.sum() < 6
    made = consistency(LOGITS, OTHER, threshold=0.6, temperature=0.2)
    np.testing.assert_array_equal(made.kept, certain)
    sharp = tf.nn.softmax(LOGITS / 0.2)
    np.testing.assert_allclose(made.loss, np.sum(cross_entropy(sharp, Q)[certain]) / 6, rtol=1e-4)


def test_a_correction_multiplies_the_target_and_is_normalised():
    factors = np.array([2.0, 1.0, 0.5, 1.0], "float32")
    made = consistency(LOGITS, OTHER, correction=factors)
    np.testing.assert_allclose(
        made.target, P * factors / np.sum(P * factors, 1, keepdims=True), atol=1e-6
    )


def test_alignment_turns_a_frequent_class_down():
    found = alignment(tf.constant([0.5, 0.25, 0.25]), tf.constant([0.25, 0.25, 0.5]))
    np.testing.assert_allclose(found, [0.5, 1.0, 2.0])
    assert np.isfinite(alignment(tf.constant([0.0, 1.0]), tf.constant([0.5, 0.5]))).all()


@pytest.mark.parametrize(
    ("schedule", "half"),
    [("linear", 0.5), ("log", 1 - math.exp(-2.5)), ("exp", math.exp(-2.5))],
)
def test_annealing_grows_from_about_chance_to_about_one(schedule, half):
    assert float(training_signal(0.5, 4, schedule)) == pytest.approx(half * 0.75 + 0.25)
    low, high = (float(training_signal(t, 4, schedule)) for t in (0.0, 1.0))
    assert 0.25 <= low < 0.26
    assert 0.99 < high <= 1


def test_it_compiles_and_says_the_same():
    compiled = tf.function(lambda z, o: consistency(z, o, threshold=0.5).loss, jit_compile=True)
    np.testing.assert_allclose(
        compiled(LOGITS, OTHER), consistency(LOGITS, OTHER, threshold=0.5).loss, rtol=1e-5
    )


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: cross_entropy(P, Q[:3]), r"must both be \[batch, classes\]"),
        (lambda: cross_entropy(P[0], Q[0]), r"must both be \[batch, classes\]"),
        (lambda: entropy(P[:0]), "the batch is empty"),
        (lambda: consistency(LOGITS[:0], OTHER[:0]), "the batch is empty"),
        (lambda: kl_divergence(LOGITS, Q), "negative probability; are these logits"),
        (lambda: kl_divergence(P, Q * 0.9), "a row of q sums to 0.9, not to 1"),
        (lambda: entropy(P * np.nan), "p holds NaN or infinity"),
        (lambda: consistency(LOGITS / 0, OTHER), "the logits of x holds NaN or infinity"),
        (lambda: consistency(LOGITS, OTHER * np.inf), "the logits of the augmented x holds NaN"),
        (lambda: consistency(LOGITS, OTHER, temperature=0), "temperature must be above 0, got 0"),
        (lambda: consistency(LOGITS, OTHER, threshold=1.2), "threshold must be at least 0 and at"),
        (lambda: training_signal(1.5, 4), "progress must be at least 0 and at most 1, got 1.5"),
        (lambda: training_signal(0.5, 1), "with 1 class there is nothing to anneal"),
        (lambda: training_signal(0.5, 4, "cosine"), "no schedule 'cosine'; choose linear, log"),
    ],
)
def test_what_would_become_nan_is_refused(call, says):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=says):
        call()
