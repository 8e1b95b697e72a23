"""Train a trunk on every modality, freeze it, and let every modality adapt to every trunk.

A network is a linear adapter of the modality's own (features → code) and a trunk (code → classes).
After HighMMT (Liang et al., TMLR 2022, arXiv 2203.01311), which re-trains a head on a frozen
encoder; here the two ends are exchanged, since it is the inputs that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from lecturekit.modalities.branches import BranchDense
from lecturekit.modalities.gap import Heterogeneity
from lecturekit.modalities.views import CONTROL, Views
from lecturekit.training import Trainer, fit, progress_bar

Floats = NDArray[np.float64]


class TrunkTransfer:
    """Two compiled graphs for all seeds: all trunks learn side by side, then all adapters of one
    target, into all trunks at once.

    Args:
        sources: number of trunks to train; width: input features after padding; classes: of labels.
        code: features between adapter and trunk. A narrow code leaves work for the trunk.
        hidden: units of the trunk's layers.
        steps: of training the trunks, of training adapters; batch: rows of a step; rate: of Adam.
    Raises:
        ValueError: fewer than two sources.
    """

    def __init__(
        self,
        sources: int,
        width: int,
        classes: int,
        *,
        code: int = 16,
        hidden: Sequence[int] = (64, 64),
        steps: tuple[int, int] = (300, 150),
        batch: int = 64,
        rate: float = 3e-3,
    ) -> None:
        if sources < 2:
            raise ValueError(f"transfer needs two modalities or more, got {sources}")
        self.sources, self.width, self.classes = sources, width, classes
        self.code, self.hidden, self.steps, self.batch = code, tuple(hidden), steps, batch
        own, into_all = self._networks(0)
        self._own = Trainer(own, every_loss, lambda: keras.optimizers.Adam(rate))
        self._into_all = Trainer(
            into_all, every_loss, lambda: keras.optimizers.Adam(rate),
            variables=into_all.get_layer("adapter").trainable_variables,
        )  # fmt: skip

    def _networks(self, seed: int) -> tuple[keras.Model, keras.Model]:
        """[rows, 1, sources, width] → logits of each source by its own trunk; and
        [rows, width] → logits of one target by every trunk, the untrained one last."""
        keras.utils.set_random_seed(seed)
        given = keras.Input((1, self.sources, self.width))
        own = self._trunks(BranchDense(self.code, name="adapter")(given))
        target, trunks = keras.Input((self.width,)), self.sources + 1
        codes = layers.Dense(trunks * self.code, kernel_initializer="lecun_normal", name="adapter")
        split = layers.Reshape((1, trunks, self.code))(codes(target))
        return keras.Model(given, own), keras.Model(target, self._trunks(split))

    def _trunks(self, code: keras.KerasTensor) -> keras.KerasTensor:
        for units in self.hidden:
            code = BranchDense(units, "relu")(code)
        return layers.Reshape((-1, self.classes))(BranchDense(self.classes)(code))

    def run(self, views: Views, seed: int, targets: Sequence[int]) -> tuple[Floats, Floats]:
        """Test accuracy [sources, targets], and that of an untrained trunk [targets]; 0 … 1.

        Raises:
            ValueError: views with another number of modalities or features.
        """
        shape = (self.sources, self.width)
        if views.train.shape[1:] != shape:
            raise ValueError(
                f"compiled for {shape} modalities and features, got {views.train.shape[1:]}"
            )
        rng = np.random.default_rng(seed)
        own, into_all = (network.get_weights() for network in self._networks(seed))
        self._own.reset(own)
        fit(self._own, (views.train[:, None], views.train_label), self._order(views, 0, rng))
        trained = self._own.model.get_weights()
        for k in range(2, len(into_all)):  # the first two are the adapter's
            into_all[k][:-1] = trained[k]
        accuracy, order = np.empty((self.sources + 1, len(targets))), self._order(views, 1, rng)
        for column, target in enumerate(targets):
            self._into_all.reset(into_all)
            fit(self._into_all, (views.train[:, target], views.train_label), order)
            said = self._into_all.predict(views.test[:, target]).argmax(-1)
            accuracy[:, column] = (said == views.test_label[:, None]).mean(0)
        return accuracy[:-1], accuracy[-1]

    def _order(self, views: Views, stage: int, rng: np.random.Generator) -> NDArray[np.int64]:
        return rng.integers(0, len(views.train), (1, self.steps[stage], self.batch))


def every_loss(model: keras.Model, x: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
    """Cross-entropy summed over networks that do not talk to each other; x: [batch, …]."""
    logits = model(x)  # [batch, networks, classes]
    every = tf.repeat(label[:, None], logits.shape[1], axis=1)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(every, logits)
    return tf.reduce_sum(tf.reduce_mean(losses, axis=0))


def heterogeneity(
    views: Sequence[Views],
    *,
    study: TrunkTransfer | None = None,
    first_seed: int = 0,
    **options: Any,
) -> Heterogeneity:
    """Transfer between all modalities, one seed for each of `views`.

    Args:
        views: of the same modalities, one draw for each seed. The control, if there is one, comes
            last; it is a source and no target.
        study: compiled before for such views; a new one, with `options`, if None.
        first_seed: of the weights and batches; each of `views` takes the next one.
    Raises:
        ValueError: the control is not the last.
    """
    first = views[0]
    targets = [k for k, name in enumerate(first.names) if name != CONTROL]
    if targets != list(range(len(targets))):
        raise ValueError("the control must come last: the first sources are the targets")
    study = study or TrunkTransfer(len(first.names), first.train.shape[2], first.classes, **options)
    found = []
    with progress_bar("transfer", len(views)) as bar:
        for seed, one in enumerate(views, start=first_seed):
            found.append(study.run(one, seed, targets))
            bar.update()
    accuracy, untrained = (np.array(part) for part in zip(*found, strict=True))
    return Heterogeneity(first.names, accuracy, untrained)
