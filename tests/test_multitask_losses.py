"""Losses over several labels against plain loops, with masks and NaN for what is unknown."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.multitask.losses import multi_label, single_label_mask, squared_error

RNG = np.random.default_rng(0)
Y = RNG.normal(size=(9, 4)).astype(np.float32)
GUESS = RNG.normal(size=(9, 4)).astype(np.float32)
MASK = RNG.random((9, 4)) < 0.5
MASK[:, 2] = False  # a label that nobody has
MASK[:, 1] = np.arange(9) == 0  # a rare one
UNKNOWN = np.where(MASK, Y, np.nan).astype(np.float32)


def loop(per_label):
    """Mean over known labels, or over the means of the labels that anybody has."""
    errors = {k: [(Y[i, k] - GUESS[i, k]) ** 2 for i in range(9) if MASK[i, k]] for k in range(4)}
    if per_label:
        return np.mean([np.mean(e) for e in errors.values() if e])
    return np.mean([value for e in errors.values() for value in e])


@pytest.mark.parametrize("per_label", [False, True])
@pytest.mark.parametrize("y", [Y, UNKNOWN], ids=["numbers", "NaN"])
@pytest.mark.parametrize("dtype", [bool, np.float32, np.int32])
def test_masked_loss_is_a_loop(y, per_label, dtype):
    found = multi_label(y, tf.constant(GUESS), MASK.astype(dtype), per_label=per_label)
    assert float(found) == pytest.approx(loop(per_label), rel=1e-5)


def test_the_two_averages_differ():
    assert abs(loop(True) - loop(False)) > 0.1


@pytest.mark.parametrize("per_label", [False, True])
def test_without_mask_every_label_counts(per_label):
    found = multi_label(Y, tf.constant(GUESS), per_label=per_label)
    assert float(found) == pytest.approx(np.mean((Y - GUESS) ** 2), rel=1e-5)


@pytest.mark.parametrize("y", [Y, UNKNOWN], ids=["numbers", "NaN"])
def test_what_is_unknown_has_no_gradient(y):
    """d/dŷ Σ m (y − ŷ)² / Σ m = 2 m (ŷ − y) / Σ m, and exactly 0 where nothing is known."""
    guess = tf.constant(GUESS)
    with tf.GradientTape() as tape:
        tape.watch(guess)
        loss = multi_label(y, guess, MASK)
    wanted = np.where(MASK, 2 * (GUESS - Y) / MASK.sum(), 0)
    np.testing.assert_allclose(tape.gradient(loss, guess), wanted, atol=1e-6)


@pytest.mark.parametrize("per_label", [False, True])
def test_nothing_known_costs_nothing(per_label):
    guess = tf.constant(GUESS)
    with tf.GradientTape() as tape:
        tape.watch(guess)
        loss = multi_label(np.full_like(Y, np.nan), guess, np.zeros_like(MASK), per_label=per_label)
    assert float(loss) == 0
    np.testing.assert_array_equal(tape.gradient(loss, guess), np.zeros_like(GUESS))


def test_a_known_nan_is_not_hidden():
    assert np.isnan(float(multi_label(np.full_like(Y, np.nan), tf.constant(GUESS))))


def test_the_gradient_of_a_sum_is_the_sum_of_gradients():
    """Over all labels at once, or one label after the other weighted by its rows: the same."""
    weight = tf.Variable(RNG.normal(size=(4, 4)).astype(np.float32))

    def gradient(mask):
        with tf.GradientTape() as tape:
            loss = multi_label(Y, tf.constant(GUESS) @ weight, mask) * mask.sum()
        return tape.gradient(loss, weight)

    single = [gradient(MASK & (np.arange(4) == k)) for k in range(4)]
    np.testing.assert_allclose(gradient(MASK), np.sum(single, axis=0), atol=1e-5)


def test_single_label_mask_marks_the_task_of_each_row():
    np.testing.assert_array_equal(single_label_mask(tf.constant([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])


def test_single_label_is_multi_label_with_a_mask():
    """One output per task, all but the row's own masked: the same as asking for that one."""
    x, task = RNG.normal(size=(9, 3)).astype(np.float32), RNG.integers(0, 4, 9)
    heads = RNG.normal(size=(4, 3)).astype(np.float32)

    def own_head(inputs):
        rows, of = inputs
        return tf.reduce_sum(rows * tf.gather(heads, of), -1)

    y = Y[:, 0]
    every = multi_label(np.tile(y[:, None], 4), x @ heads.T, single_label_mask(task, 4))
    assert float(squared_error(own_head, x, task, y)) == pytest.approx(float(every), rel=1e-5)


def test_squared_error_by_hand():
    def model(inputs):
        return inputs[0][:, 0] + tf.cast(inputs[1], tf.float32)

    loss = squared_error(model, tf.constant([[1.0], [2.0]]), tf.constant([0, 3]), [0.0, 2.0])
    assert float(loss) == (1 + 9) / 2
