"""Many networks in one graph: none sees another, and each learns as if alone."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.stacked import Stack, accuracy, batches, cross_entropy, dense

RNG = np.random.default_rng(0)
ROWS, COPIES, FEATURES, CLASSES = 40, 3, 4, 2
X = RNG.normal(size=(ROWS, COPIES, FEATURES)).astype(np.float32)
LABEL = (X[..., 0] * [1, 1, -1] > 0.2 * X[..., 1]).astype(np.int32)  # every copy its own


def network(copies, seed=0):
    x = keras.Input((copies, FEATURES))
    h = dense(copies, 5, "tanh", seed=seed)(x)
    return keras.Model(x, dense(copies, CLASSES, seed=seed + 1)(h))


def stack_of(copies):
    return Stack(network(copies), steps=25, batch=8, rate=0.02, decay=0.1)


@pytest.fixture(scope="module")
def stack():
    return stack_of(COPIES)


@pytest.fixture(scope="module")
def trained(stack):
    """Weights of three copies trained together."""
    stack.train((X,), LABEL, seed=5)
    return stack.trainer.model.get_weights()


# ------------------------------------------------------------------ the layer


def test_a_stacked_layer_is_a_loop_over_rows_and_copies():
    layer = dense(COPIES, 5, "tanh", seed=0)
    layer(X)
    kernel, bias = (RNG.normal(size=w.shape) for w in layer.weights)
    layer.set_weights([kernel, bias])
    assert kernel.shape == (COPIES, FEATURES, 5) and bias.shape == (COPIES, 5)
    wanted = [[np.tanh(row[c] @ kernel[c] + bias[c]) for c in range(COPIES)] for row in X]
    np.testing.assert_allclose(layer(X), wanted, atol=1e-5)


def test_copies_start_as_glorot_by_their_own_sides():
    """Uniform in ±√(6 / (in + out)) = ±0.1, whatever the number of copies; all different."""
    kernel = draw = None
    for copies in (1, 50):
        layer = dense(copies, 200, seed=1)
        layer(np.zeros((1, copies, 400), np.float32))
        kernel, bias = layer.get_weights()
        assert not bias.any()
        assert 0.0999 < np.abs(kernel).max() <= 0.1
        assert kernel.std() == pytest.approx(0.1 / 3**0.5, rel=0.01)
    assert all((kernel[0] != kernel[c]).any() for c in range(1, 50))
    for seed, same in [(1, True), (2, False)]:
        layer = dense(50, 200, seed=seed)
        layer(np.zeros((1, 50, 400), np.float32))
        draw = layer.get_weights()[0]
        assert (draw == kernel).all() == same


# ------------------------------------------------------------------ training


def test_copies_learn_as_if_alone(stack, trained):
    alone = stack_of(1)
    for c in range(COPIES):
        one = slice(c, c + 1)
        alone.start = [w[one] for w in stack.start]
        alone.train((X[:, one],), LABEL[:, one], seed=5)
        for together, single in zip(trained, alone.trainer.model.get_weights(), strict=True):
            np.testing.assert_allclose(together[one], single, atol=1e-5)
    moved = [np.abs(w - s).max() for w, s in zip(trained, stack.start, strict=True)]
    assert min(moved) > 0.05


def test_training_starts_over_and_depends_on_its_seed(stack, trained):
    ends = []
    for seed in (6, 5):
        stack.train((X,), LABEL, seed=seed)
        ends.append(stack.trainer.model.get_weights())
    assert all((a == b).all() for a, b in zip(ends[1], trained, strict=True))
    assert any((a != b).any() for a, b in zip(ends[0], trained, strict=True))


def test_copies_are_judged_one_by_one(stack, trained):
    stack.trainer.model.set_weights(trained)
    logits = stack.predict(X)
    assert logits.shape == (ROWS, COPIES, CLASSES)
    found = accuracy(logits, LABEL)
    assert found.min() > 0.75
    turned = accuracy(logits, np.where(np.arange(COPIES) == 1, 1 - LABEL, LABEL))
    np.testing.assert_allclose(turned, [found[0], 1 - found[1], found[2]])


def test_accuracy_by_hand():
    logits = np.zeros((4, 2, 3))
    logits[:, 0, 1] = 1  # copy 0 says 1
    logits[[0, 1, 2, 3], 1, [0, 1, 2, 1]] = 1
    np.testing.assert_array_equal(accuracy(logits, [1, 1, 2, 0]), [0.5, 0.5])
    np.testing.assert_array_equal(
        accuracy(logits, np.array([[1, 0], [1, 1], [1, 2], [0, 1]])), [0.75, 1.0]
    )


# ------------------------------------------------------------------ the loss


def by_loops(logits, label):
    total = 0.0
    for c in range(logits.shape[1]):
        terms = [np.log(np.exp(row[c]).sum()) - row[c, label[r, c]] for r, row in enumerate(logits)]
        total += np.mean(terms)
    return total


def test_the_loss_is_a_sum_of_the_copies_means():
    model = network(COPIES)
    logits = model(X).numpy().astype(float)
    found = cross_entropy(model, tf.constant(X), tf.constant(LABEL))
    assert float(found) == pytest.approx(by_loops(logits, LABEL), rel=1e-5)
    same = LABEL[:, 0]
    found = cross_entropy(model, tf.constant(X), tf.constant(same))
    wanted = by_loops(logits, np.repeat(same[:, None], COPIES, 1))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_the_loss_hands_on_several_inputs():
    def model(given, training):
        assert training and len(given) == 2
        return given[0] + given[1]

    parts = [tf.constant(RNG.normal(size=(ROWS, COPIES, CLASSES))) for _ in range(2)]
    wanted = by_loops(parts[0].numpy() + parts[1].numpy(), LABEL)
    assert float(cross_entropy(model, *parts, tf.constant(LABEL))) == pytest.approx(wanted)


# ------------------------------------------------------------------ batches


@pytest.mark.parametrize(("rows", "steps", "batch"), [(12, 9, 4), (10, 7, 4), (5, 3, 5)])
def test_every_row_comes_once_before_any_comes_again(rows, steps, batch):
    order = batches(rows, steps, batch, seed=0)
    assert order.shape == (1, steps, batch) and order.dtype == np.int32
    flat = order.ravel()
    for start in range(0, len(flat) - rows + 1, rows):
        assert sorted(flat[start : start + rows]) == list(range(rows))
    rest = flat[len(flat) // rows * rows :]
    assert len(set(rest)) == len(rest)


def test_batches_belong_to_their_seed():
    draws = [batches(30, 5, 6, seed) for seed in (1, 1, 2)]
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()


def test_batches_larger_than_the_data_are_refused(stack):
    with pytest.raises(ValueError, match="a batch of 6 is larger than the 5 rows; choose a small"):
        batches(5, 1, 6, 0)
    with pytest.raises(ValueError, match="a batch of 8 is larger than the 7 rows"):
        stack.train((X[:7],), LABEL[:7])


@pytest.mark.parametrize("change", [
    (lambda x: x[:-1], "same number of rows"), (partial(np.asarray, dtype=np.float64), "float64"),
    (lambda x: np.where(x == x[0, 0, 0], np.nan, x).astype(np.float32), "NaN"),
], ids=["short", "float64", "NaN"])  # fmt: skip
def test_inputs_that_cannot_be_trained_on(stack, change):
    with pytest.raises(ValueError, match=change[1]):
        stack.train((change[0](X),), LABEL)
