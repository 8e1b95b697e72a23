"""Copies of any network in one graph: none sees another, and each learns as if alone."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.side_by_side import SideBySide, apart, together
from lecturekit.training import Trainer, fit

RNG = np.random.default_rng(0)
COPIES, ROWS, FEATURES, KINDS = 3, 20, 4, 5
X = RNG.normal(size=(COPIES, ROWS, FEATURES)).astype(np.float32)
KIND = RNG.integers(KINDS, size=(COPIES, ROWS)).astype(np.int32)
Y = (X[..., 0] * [[1], [-1], [2]] + KIND).astype(np.float32)


def network(seed, penalty=0.0):
    """Dense layers, an own number for each kind, and a penalty that a layer adds."""
    keras.utils.set_random_seed(seed)
    x, kind = keras.Input((FEATURES,)), keras.Input((), dtype="int32")
    shrunk = keras.regularizers.L2(penalty) if penalty else None
    h = keras.layers.Dense(6, "tanh", kernel_regularizer=shrunk)(x)
    own = keras.layers.Embedding(KINDS, 1)(kind)
    return keras.Model([x, kind], keras.ops.squeeze(keras.layers.Dense(1)(h) + own, -1))


def squared_error(model, x, kind, y):
    return tf.reduce_mean(tf.square(y - model([x, kind])))


def rows_in_turn(array):
    return array.reshape(-1, *array.shape[2:])


def trained_alone(one, data, order, optimizer):
    """The loop that everybody knows; loss of each step."""
    optimizer.build(one.trainable_variables)
    losses = []
    for rows in order.reshape(-1, order.shape[-1]):
        with tf.GradientTape() as tape:
            loss = tf.add_n([squared_error(one, *(array[rows] for array in data)), *one.losses])
        # Keras's Adam squares the parts of a number that several rows look up, not their sum.
        found = map(tf.convert_to_tensor, tape.gradient(loss, one.trainable_variables))
        optimizer.apply(list(found), one.trainable_variables)
        losses.append(float(loss))
    return np.array(losses)


def test_each_part_of_the_rows_goes_through_its_own_copy():
    networks = [network(seed) for seed in range(COPIES)]
    side = SideBySide(networks[0], COPIES)
    side.set_weights(together([one.get_weights() for one in networks]))
    found = side([rows_in_turn(X), rows_in_turn(KIND)])
    wanted = [one([X[k], KIND[k]]) for k, one in enumerate(networks)]
    np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-6)


@pytest.mark.parametrize("penalty", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_trained_side_by_side_is_trained_alone(optimizer, penalty):
    """SGD shows the size of the gradient, which Adam hides."""
    make = {"sgd": lambda: keras.optimizers.SGD(0.1), "adam": lambda: keras.optimizers.Adam(0.02)}
    order = np.stack([RNG.permutation(ROWS)[:8] for _ in range(COPIES * 10)])
    order = order.reshape(COPIES, 2, 5, 8)
    networks = [network(seed, penalty) for seed in range(COPIES)]
    side = SideBySide(networks[0], COPIES)
    trainer = Trainer(side, side.sum_of_means(squared_error), make[optimizer], jit=False)
    trainer.reset(together([one.get_weights() for one in networks]))
    rows = np.concatenate([own + k * ROWS for k, own in enumerate(order)], axis=2)
    losses = fit(trainer, [rows_in_turn(a) for a in (X, KIND, Y)], rows).loss
    alone = np.zeros(10)
    for k, one in enumerate(networks):
        alone += trained_alone(one, (X[k], KIND[k], Y[k]), order[k], make[optimizer]())
        for found, wanted in zip(apart(side.get_weights(), k), one.get_weights(), strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-5)
    np.testing.assert_allclose(losses, alone, rtol=1e-5)


def test_a_copy_that_diverges_leaves_the_others_alone():
    networks = [network(seed) for seed in range(COPIES)]
    side = SideBySide(networks[0], COPIES)
    trainer = Trainer(side, side.sum_of_means(squared_error), jit=False)
    trainer.reset(together([one.get_weights() for one in networks]))
    y = Y.copy()
    y[1] = 1e30  # whose square is too large for a float
    order = np.arange(COPIES * ROWS)[None, None]
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        fit(trainer, [rows_in_turn(a) for a in (X, KIND, y)], order)
    finite = [all(np.isfinite(w).all() for w in apart(side.get_weights(), k)) for k in range(3)]
    assert finite[0] and finite[2]


def test_the_network_that_is_copied_keeps_its_weights():
    one = network(0)
    before = one.get_weights()
    side = SideBySide(one, 2)
    side.set_weights(together([network(1).get_weights()] * 2))
    assert all(map(np.array_equal, one.get_weights(), before))
    assert [w.shape for w in side.get_weights()] == [(2, *w.shape) for w in before]


def test_together_and_apart_are_inverse():
    weights = [network(seed).get_weights() for seed in range(COPIES)]
    for k, own in enumerate(weights):
        assert all(map(np.array_equal, apart(together(weights), k), own))
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        together([weights[0], weights[1][:-1]])


def test_what_cannot_stand_side_by_side():
    with pytest.raises(ValueError, match="at least one network, not 0"):
        SideBySide(network(0), 0)
    moving = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    with pytest.raises(ValueError, match=r"would share .*moving_mean.*; train them one by one"):
        SideBySide(moving, 2)
    noisy = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5)])
    with pytest.raises(ValueError, match=r"would share .*seed"):
        SideBySide(noisy, 2)
