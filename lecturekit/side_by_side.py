"""Several trainings of one network in one graph: other first weights, other data, other batches.

For a network of a few hundred weights a step is mostly bookkeeping, and five networks side by side
cost hardly more than one. `stacked` builds networks that way; here any Keras model is taken as it
is and TensorFlow adds the axis of copies to each of its operations (`tf.vectorized_map`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.training import Loss


class SideBySide(keras.Model):
    """`copies` copies of one network: the rows of a batch are theirs in turn.

    The first k-th of the rows goes through the first of k copies, the next through the second, and
    the outputs come back in the same order. So a `training.Trainer` takes it like any model; let
    the batches be each copy's own, next to each other, and the loss `sum_of_means`.

    Not for XLA, which takes fifty times as long for these graphs on a CPU.

    Args:
        model: a built network; its weights are not touched.
        copies: at least 1.
    Raises:
        ValueError: no copies, or a network with a state besides its weights (dropout's random
            numbers, running averages), which the copies would have to share.
    """

    def __init__(self, model: keras.Model, copies: int) -> None:
        super().__init__()
        if copies < 1:
            raise ValueError(f"side by side stand at least one network, not {copies}")
        if model.non_trainable_variables:
            names = ", ".join(v.path for v in model.non_trainable_variables)
            raise ValueError(f"copies side by side would share {names}; train them one by one")
        self.copies = copies
        # A method, not the model: Keras would take the model's own weights for weights of this one.
        self._one = model.stateless_call
        self._kernels = [
            self.add_weight(shape=(copies, *w.shape), dtype=w.dtype, name=w.name)
            for w in model.trainable_variables
        ]
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> tf.Tensor:
        """[copies · rows, …] → [copies · rows, …]; each copy's penalties are added as losses."""

        def alone(given: tuple[list[tf.Tensor], Any]) -> tuple[tf.Tensor, tf.Tensor]:
            weights, own = given
            output, _, penalties = self._one(
                weights, [], own, training=training, return_losses=True
            )
            return output, tf.add_n([tf.zeros(()), *penalties])

        apart = tf.nest.map_structure(
            lambda x: tf.reshape(x, (self.copies, -1, *x.shape[1:])), inputs
        )
        output, penalty = tf.vectorized_map(alone, ([w.value for w in self._kernels], apart))
        self.add_loss(tf.reduce_sum(penalty))
        return tf.reshape(output, (-1, *output.shape[2:]))

    def sum_of_means(self, loss: Loss) -> Loss:
        """A loss that is a mean over rows, for all copies at once: as steep for each as alone."""
        return lambda model, *batch: self.copies * loss(model, *batch)


def together(weights: Sequence[Sequence[NDArray]]) -> list[NDArray]:
    """The weights of several networks as those of `SideBySide`: one list per network → one list."""
    return [np.stack(same) for same in zip(*weights, strict=True)]


def apart(weights: Sequence[NDArray], copy: int) -> list[NDArray]:
    """One copy's weights out of those of `SideBySide`."""
    return [of_all[copy] for of_all in weights]
