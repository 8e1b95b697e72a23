"""Latent-space transfer: a new modality learns to speak in the latent space of an old one.

A *teacher* knows the old modality: encoder φ and head. A *student* encoder ψ maps the new modality
into the teacher's latent space, and the teacher's head is used as it is. Pairs that occur together
are enough for that; nobody says what is in them (Gupta, Hoffman, Malik 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from lecturekit.training import Trainer, fit

Floats = NDArray[np.float32]
Way = Literal["regress", "distil", "contrast", "labels"]
WAYS: tuple[Way, ...] = ("regress", "distil", "contrast", "labels")


def encoder(width: int, seed: int, *, hidden: int = 256, latent: int = 32) -> keras.Model:
    """Flat rows [rows, width] to latent vectors [rows, latent], none of them below 0.

    The ReLU is part of the space: below 0 a head sees nothing, so nothing need be imitated there.
    """
    keras.utils.set_random_seed(seed)
    given = keras.Input((width,))
    return keras.Model(given, layers.Dense(latent, "relu")(layers.Dense(hidden, "relu")(given)))


class Teacher:
    """An encoder and a linear head, trained with labels on the old modality.

    Args:
        width: features of the old modality; classes: of the labels.
        steps, batch, rate: of training with Adam.
    """

    def __init__(
        self, width: int, classes: int, *, steps: int = 1000, batch: int = 64, rate: float = 1e-3
    ) -> None:
        self.width, self.classes, self.steps, self.batch = width, classes, steps, batch
        self._trainer = Trainer(self._network(0), _labels, lambda: keras.optimizers.Adam(rate))

    def _network(self, seed: int) -> keras.Model:
        body = encoder(self.width, seed)
        return keras.Sequential([body, layers.Dense(self.classes, name="head")])

    def fit(self, x: Floats, label: NDArray[np.integer], seed: int) -> None:
        """Start again from this seed and learn x [rows, width], label [rows]."""
        self._trainer.reset(self._network(seed).get_weights())
        order = np.random.default_rng(seed).integers(0, len(x), (1, self.steps, self.batch))
        fit(self._trainer, (x, np.asarray(label, np.int32)), order)

    def latent(self, x: Floats) -> Floats:
        """φ(x), [rows, latent]."""
        return self._trainer.model.layers[0](x).numpy()

    @property
    def head(self) -> tuple[Floats, Floats]:
        """Kernel [latent, classes] and bias of the linear layer on top."""
        return tuple(self._trainer.model.get_layer("head").get_weights())

    def read(self, latent: Floats) -> NDArray[np.int64]:
        """The class that the head reads in latent vectors, [rows]."""
        kernel, bias = self.head
        return (latent @ kernel + bias).argmax(1)


class Student:
    """An encoder of the new modality into the latent space of a teacher. One graph for all ways.

    Args:
        width: features of the new modality; teacher: gives head, latent width and classes.
        steps, batch, rate: of training with Adam; temperature: of the contrastive loss.
    """

    def __init__(
        self,
        width: int,
        teacher: Teacher,
        *,
        steps: int = 400,
        batch: int = 64,
        rate: float = 3e-3,
        temperature: float = 0.1,
    ) -> None:
        self.width, self.teacher, self.steps, self.batch = width, teacher, steps, batch
        self.temperature = temperature
        kernel, bias = teacher.head
        self._kernel, self._bias = tf.Variable(kernel), tf.Variable(bias)
        self._weight = tf.Variable(tf.zeros(len(WAYS)))
        self._trainer = Trainer(
            encoder(width, 0, latent=len(kernel)), self._loss, lambda: keras.optimizers.Adam(rate)
        )

    def fit(
        self,
        x: Floats,
        target: Floats,
        way: Way,
        seed: int,
        *,
        label: NDArray[np.integer] | None = None,
        rows: Sequence[int] | NDArray[np.integer] | None = None,
    ) -> None:
        """Start again from this seed and learn.

        Args:
            x: [rows, width] of the new modality.
            target: [rows, latent], φ of the old modality in the same rows.
            way: ``regress`` ‖ψ(x) − φ‖²; ``distil`` cross-entropy with what the head says to φ;
                ``contrast`` InfoNCE over the pairs of a batch; ``labels`` cross-entropy with
                labels through the same head, for comparison.
            label: [rows], only for ``labels``.
            rows: those to learn from; all if None.
        Raises:
            ValueError: no such way, pairs of different lengths, or labels missing.
        """
        if way not in WAYS:
            raise ValueError(f"there is no way {way!r}; choose one of {', '.join(WAYS)}")
        if len(x) != len(target):
            raise ValueError(f"{len(x)} rows and {len(target)} targets are no pairs")
        if way == "labels" and label is None:
            raise ValueError("learning from labels needs label=")
        for variable, value in zip((self._kernel, self._bias), self.teacher.head, strict=True):
            variable.assign(value)
        self._weight.assign([float(way == each) for each in WAYS])
        self._trainer.reset(encoder(self.width, seed, latent=target.shape[1]).get_weights())
        label = np.zeros(len(x), np.int32) if label is None else label
        rows = np.arange(len(x)) if rows is None else np.asarray(rows)
        rng = np.random.default_rng(seed)
        order = rows[rng.integers(0, len(rows), (1, self.steps, self.batch))]
        fit(self._trainer, (x, target, np.asarray(label, np.int32)), order)

    def latent(self, x: Floats) -> Floats:
        """ψ(x), [rows, latent]."""
        return self._trainer.predict(x)

    def accuracy(self, x: Floats, label: NDArray[np.integer]) -> float:
        """Percent of rows in which the teacher's head reads the right class."""
        return 100 * float(np.mean(self.teacher.read(self.latent(x)) == label))

    def _loss(
        self, model: keras.Model, x: tf.Tensor, target: tf.Tensor, label: tf.Tensor
    ) -> tf.Tensor:
        made = model(x)
        said, meant = (z @ self._kernel + self._bias for z in (made, target))
        losses = [
            tf.reduce_mean(tf.square(made - target)),
            tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(meant), said)),
            contrastive(made, target, self.temperature),
            tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, said)),
        ]
        return tf.reduce_sum(self._weight * tf.stack(losses))


def contrastive(made: tf.Tensor, target: tf.Tensor, temperature: float) -> tf.Tensor:
    """InfoNCE of pairs in both directions, plus the lengths, which a cosine leaves free.

    A head needs vectors of the right length, so (‖ψ‖ − ‖φ‖)² / ‖φ‖² is added. Scalar.
    """
    ours, theirs = (tf.sqrt(tf.reduce_sum(z * z, 1, keepdims=True) + 1e-12) for z in (made, target))
    cosine = tf.matmul(made / ours, target / theirs, transpose_b=True) / temperature
    pair = tf.range(tf.shape(made)[0])
    both = [
        tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(pair, scores))
        for scores in (cosine, tf.transpose(cosine))
    ]
    return tf.add_n(both) / 2 + tf.reduce_mean(tf.square(ours / theirs - 1))


def _labels(model: keras.Model, x: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, model(x)))
