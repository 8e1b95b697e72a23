"""Fusion by compression: concatenate features, then squeeze them through a stacked auto-encoder.

Slide *Intermediate fusion*, recipe 1; Ding and Tao, IEEE Transactions on Multimedia 17 (2015): a
three-layer stacked auto-encoder compresses the features of several face networks.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.stacked import batches
from lecturekit.training import Trainer, fit


class StackedAutoEncoder:
    """Encoder features → 96 → 48 → code, and back; compiled once, trained on any number of sets.

    Args:
        size: features. widths: of the encoder's layers, the last one is the code.
    """

    def __init__(
        self, size: int, widths: Sequence[int] = (96, 48, 16), *, steps: int = 600, seed: int = 0
    ) -> None:
        if not widths or min(widths) < 1 or size < 1:
            raise ValueError(f"sizes must be positive, got {size} features and widths {widths}")
        self.size, self.steps = size, steps
        keras.utils.set_random_seed(seed)
        x = h = keras.Input((size,))
        for width in widths[:-1]:
            h = keras.layers.Dense(width, "relu")(h)
        code = h = keras.layers.Dense(widths[-1])(h)
        for width in reversed(widths[:-1]):
            h = keras.layers.Dense(width, "relu")(h)
        self.encoder = keras.Model(x, code)
        model = keras.Model(x, keras.layers.Dense(size)(h))
        self._start = model.get_weights()
        # Not worth compiling: that takes as long as several trainings, and some 50 MiB.
        self._trainer = Trainer(model, _rebuilt, lambda: keras.optimizers.Adam(2e-3), jit=False)

    def train(self, features: NDArray[np.float32], *, seed: int) -> None:
        """Learn to rebuild these rows, [rows, size], without any label."""
        self._trainer.reset(self._start)
        fit(self._trainer, (features,), batches(len(features), self.steps, 64, seed))

    def code(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """[rows, last width]."""
        return self.encoder.predict_on_batch(features)

    def error(self, features: NDArray[np.float32]) -> float:
        """Mean squared error of the rebuilt features over their variance: 0 perfect, 1 useless."""
        rebuilt = self._trainer.predict(features)
        return float(((rebuilt - features) ** 2).mean() / features.var(0).mean())


def _rebuilt(model: keras.Model, x: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.square(model(x) - x))
