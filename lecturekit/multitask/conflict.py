"""Two tasks fight for a trunk that is too narrow for both: which balancing method helps?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.metrics import explained_variance
from lecturekit.multitask import balancing
from lecturekit.training import Trainer, fit

METHODS: dict[str, Callable[[tf.Tensor], tf.Tensor] | None] = {
    "plain sum": balancing.plain,
    "PCGrad": balancing.pcgrad,
    "MGDA": balancing.mgda,
    "CAGrad": balancing.cagrad,
    "Uncertainty weighting": None,
    "GradNorm": None,
}
Data = tuple[NDArray[np.float32], NDArray[np.float32]]


def conflicting_tasks(
    seed: int, *, rows: int = 2000, features: int = 10, scale: float = 1.0
) -> Data:
    """Two regression tasks on one input that need different hidden features.

    Args:
        scale: unit of the second task relative to the first; its loss is scale² times larger.
    Returns: x [rows, features], y [rows, 2]; noise makes up a tenth of the variance of each task.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, features))
    directions = rng.normal(size=(2, 3, features)) / np.sqrt(features)
    clean = np.stack([np.tanh(2 * x @ d.T) @ rng.choice([-1.0, 1.0], 3) for d in directions], 1)
    clean /= clean.std(0)
    noisy = np.sqrt(0.9) * clean + np.sqrt(0.1) * rng.normal(size=clean.shape)
    return x.astype(np.float32), (noisy * [1, scale]).astype(np.float32)


class TwoTaskNet(keras.Model):
    """features → tanh trunk of `width` → two linear outputs, and a pair of task weights."""

    def __init__(self, width: int, seed: int) -> None:
        super().__init__()
        start = keras.initializers.GlorotUniform
        self.trunk = keras.layers.Dense(width, "tanh", kernel_initializer=start(seed))
        self.out = keras.layers.Dense(2, kernel_initializer=start(seed + 1))
        self.task_weights = self.add_weight(shape=(2,), initializer="zeros", name="task_weights")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return self.out(self.trunk(x))

    @property
    def network_variables(self) -> list[keras.Variable]:
        """Everything but the task weights."""
        return self.trunk.trainable_variables + self.out.trainable_variables


def balanced_loss(method: str) -> Callable[..., tf.Tensor]:
    """A loss for `training.Trainer` whose gradient *is* the step that `method` chooses.

    For the gradient methods: ⟨step, θ⟩ with the step held fixed has the step as its gradient. The
    output layer always follows the plain sum; only what is shared is balanced.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}")
    combine = METHODS[method]

    def task_losses(model: TwoTaskNet, hidden: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
        return tf.unstack(tf.reduce_mean(tf.square(y - model.out(hidden)), 0), num=2)

    def loss(model: TwoTaskNet, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        shared = [w.value for w in model.trunk.trainable_variables]
        with tf.GradientTape(persistent=True) as tape:
            losses = task_losses(model, model.trunk(x), y)
        values = tf.stack(losses)
        if method == "Uncertainty weighting":
            return balancing.uncertainty(values, model.task_weights.value)
        gradients = tf.stack(
            [
                tf.concat([tf.reshape(g, [-1]) for g in tape.gradient(one, shared)], 0)
                for one in losses
            ]
        )
        if method == "GradNorm":
            weights = 2 * tf.nn.softmax(model.task_weights.value)  # positive, and they sum to T
            norms = tf.stop_gradient(tf.norm(gradients, axis=1))
            gap = balancing.gradnorm(
                norms, tf.stop_gradient(values), tf.math.reduce_variance(y, 0), weights
            )
            return tf.reduce_sum(tf.stop_gradient(weights) * values) + gap
        assert combine is not None  # the two methods without one have returned
        step = tf.stop_gradient(combine(gradients))
        flat = tf.concat([tf.reshape(w, [-1]) for w in shared], 0)
        outputs = tf.add_n(task_losses(model, tf.stop_gradient(model.trunk(x)), y))
        return outputs + tf.reduce_sum(step * flat) - tf.stop_gradient(tf.reduce_sum(step * flat))

    return loss


def compare(
    scales: Sequence[float] = (1.0, 5.0),
    methods: Sequence[str] = tuple(METHODS),
    *,
    seeds: int = 5,
    first_seed: int = 0,
    width: int = 3,
    steps: int = 1000,
    batch: int = 64,
) -> dict[str, NDArray[np.float64]]:
    """Train every method on the same data, start and batches.

    Args:
        scales: units of the second task, see `conflicting_tasks`.
        seeds: how many, from `first_seed` on: of data, first weights and batches.
    Returns: method → explained variance in percent on fresh rows, [scales, seeds, 2 tasks].
    """
    results: dict[str, NDArray[np.float64]] = {}
    for method in methods:
        loss = balanced_loss(method)
        trainer, scores = None, np.empty((len(scales), seeds, 2))
        for (i, scale), k in product(enumerate(scales), range(seeds)):
            seed = first_seed + k
            x, y = conflicting_tasks(seed, rows=3000, scale=scale)
            model = TwoTaskNet(width, seed)
            model(x[:1])
            if trainer is None:
                weighs = METHODS[method] is None  # the others never touch the task weights
                trained = model.trainable_variables if weighs else model.network_variables
                adam = lambda: keras.optimizers.Adam(1e-2)  # noqa: E731
                trainer = Trainer(model, loss, adam, variables=trained)
            trainer.reset(model.get_weights())
            order = np.random.default_rng(seed).integers(0, 2000, (1, steps, batch))
            fit(trainer, (x[:2000], y[:2000]), order)
            prediction = trainer.predict(x[2000:])
            scores[i, k] = [explained_variance(y[2000:, t], prediction[:, t]) for t in (0, 1)]
        results[method] = scores
    return results
