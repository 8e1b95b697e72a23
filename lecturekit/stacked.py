"""Many small networks of one shape, side by side in one graph.

A network of a few hundred weights is trained faster than its training is started. So the copies
(seeds, settings of a dial, candidates of a search) become one axis: inputs are [rows, copies,
features], weights [copies, in, out], and one compiled step trains them all. No copy sees another:
the loss is a *sum* over copies, and Adam scales each weight by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.training import Trainer, fit

ROWS_AT_ONCE = 250


class _EachAlone(keras.initializers.Initializer):
    """Glorot's uniform start of every copy by its own two sides, not by the stack's three."""

    def __init__(self, seed: int | keras.random.SeedGenerator) -> None:
        self.seed = seed

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
        limit = float(np.sqrt(6 / (shape[-2] + shape[-1])))
        return keras.random.uniform(shape, -limit, limit, dtype or "float32", seed=self.seed)

    def get_config(self) -> dict:
        return {"seed": self.seed}


def dense(copies: int, units: int, activation: str | None = None, *, seed: int) -> keras.Layer:
    """A Dense layer of each copy: [rows, copies, in] → [rows, copies, units]."""
    return keras.layers.EinsumDense(
        "rci,cio->rco",
        output_shape=(copies, units),
        bias_axes="co",
        activation=activation,
        kernel_initializer=_EachAlone(seed),
    )


def cross_entropy(model: keras.Model, *batch: tf.Tensor) -> tf.Tensor:
    """Sum over copies of the mean cross-entropy.

    The last tensor is the labels: [rows, copies], or [rows] where all copies have the same.
    """
    *inputs, label = batch
    logits = model(inputs if len(inputs) > 1 else inputs[0], training=True)
    if label.shape.rank == 1:
        label = tf.repeat(label[:, None], logits.shape[1], axis=1)
    per_row = tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits)
    return tf.reduce_sum(tf.reduce_mean(per_row, axis=0))


class Stack:
    """A model of many copies, compiled once and trained on as many data sets as asked.

    Args:
        model: output [rows, copies, classes]. steps, batch, rate: of AdamW. decay: its decoupled
            weight decay, in units of the step size.
        jit: compile with XLA: pays, in seconds, from several trainings on; costs 100 MiB or so.
    """

    def __init__(
        self,
        model: keras.Model,
        *,
        steps: int,
        batch: int = 64,
        rate: float = 3e-3,
        decay: float = 0.0,
        jit: bool = False,
    ) -> None:
        self.steps, self.batch = steps, batch
        self.start = model.get_weights()
        self.trainer = Trainer(
            model, cross_entropy, lambda: keras.optimizers.AdamW(rate, weight_decay=decay), jit=jit
        )

    def train(
        self, inputs: Sequence[NDArray], label: NDArray[np.integer], *, seed: int = 0
    ) -> None:
        """Train all copies from the same start; batches take the same row numbers of every copy.

        Args:
            inputs: arrays with one first axis of rows. label: int [rows, copies] or [rows].
        Raises:
            ValueError: fewer rows than a batch, or arrays whose rows differ.
        """
        order = batches(len(label), self.steps, self.batch, seed)
        self.trainer.reset(self.start)
        fit(self.trainer, (*inputs, np.asarray(label, np.int32)), order)

    def predict(self, *inputs: NDArray) -> NDArray[np.float32]:
        """Logits [rows, copies, classes], a few rows at a time: many copies need much memory."""
        parts = range(0, len(inputs[0]), ROWS_AT_ONCE)
        return np.concatenate(
            [self.trainer.predict(*(x[k : k + ROWS_AT_ONCE] for x in inputs)) for k in parts]
        )


def batches(rows: int, steps: int, batch: int, seed: int) -> NDArray[np.int32]:
    """Row numbers [1, steps, batch]: every row once before any comes again. Raises ValueError."""
    if rows < batch:
        raise ValueError(f"a batch of {batch} is larger than the {rows} rows; choose a smaller one")
    draw = np.random.default_rng(seed)
    epochs = -(-steps * batch // rows)
    order = np.concatenate([draw.permutation(rows) for _ in range(epochs)])
    return order[: steps * batch].reshape(1, steps, batch).astype(np.int32)


def accuracy(logits: NDArray, label: NDArray[np.integer]) -> NDArray[np.float64]:
    """Share of right rows of each copy, [copies]. label: [rows, copies] or [rows]."""
    label = np.asarray(label)
    return (logits.argmax(-1) == label.reshape(len(label), -1)).mean(0)
