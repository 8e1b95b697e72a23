"""The lecture's way to train many tasks: a model, a tape and an optimiser for each of them."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from lecturekit.multitask import batches


class LecturesWay:
    """Models of one task each that share their first two layers, as on the slide.

    Args:
        x [rows, features], y [rows], task [rows]: what an epoch goes over.
    """

    def __init__(self, x: np.ndarray, task: np.ndarray, y: np.ndarray) -> None:
        self.data = [(x[rows], y[rows]) for rows in batches.by_task(task)]
        shared = [keras.layers.Dense(32, "relu"), keras.layers.Dense(16, "relu")]
        self.models, self.optimizers = [], []
        for _ in self.data:
            given = keras.Input((x.shape[1],))
            out = keras.layers.Dense(1)(shared[1](shared[0](given)))
            self.models.append(keras.Model(given, out))
            self.optimizers.append(keras.optimizers.Adam(1e-3))

    def epoch(self) -> None:
        """One step of Method One: the loss of every task, then every optimiser's step."""
        steps = []
        for model, (x, y) in zip(self.models, self.data, strict=True):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(y - model(x, training=True)[:, 0]))
            steps.append(tape.gradient(loss, model.trainable_variables))
        for model, optimizer, step in zip(self.models, self.optimizers, steps, strict=True):
            optimizer.apply_gradients(zip(step, model.trainable_variables, strict=True))
