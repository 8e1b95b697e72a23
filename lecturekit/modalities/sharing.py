"""Separate, clustered, fully shared: one network for many modalities, trunks by group.

Every modality has an adapter of its own. Which trunk it uses is a list of numbers, so that all
three ways are one compiled graph: sharing is a gather. All modalities learn at once, from the sum
of their losses (Method One of notebook 06).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike, NDArray

from lecturekit.modalities.branches import BranchDense
from lecturekit.modalities.trunks import every_loss
from lecturekit.modalities.views import Views
from lecturekit.training import Trainer, fit

Floats = NDArray[np.float64]


@keras.saving.register_keras_serializable("lecturekit")
class SharedDense(keras.layers.Layer):
    """A dense layer whose weights modalities of one group share. [b, M, d] → [b, M, units].

    As many sets of weights as modalities are there; `assign` says who uses which. Sets that nobody
    uses get no gradient and do not count.
    """

    def __init__(self, units: int, activation: str | None = None, **options: object) -> None:
        super().__init__(**options)
        self.units, self.activation = units, keras.activations.get(activation)

    def build(self, shape: tuple) -> None:
        if len(shape) != 3:
            raise ValueError(f"expected [batch, modality, features], got shape {shape}")
        _, modalities, width = shape
        limit = (6 / (width + self.units)) ** 0.5
        start = keras.initializers.RandomUniform(-limit, limit)
        size = (modalities, width, self.units)
        self.kernel = self.add_weight(shape=size, initializer=start, name="kernel")
        self.bias = self.add_weight(
            shape=(modalities, self.units), initializer="zeros", name="bias"
        )
        self.group = self.add_weight(
            shape=(modalities,), initializer="zeros", dtype="int32", trainable=False, name="group"
        )

    def assign(self, groups: ArrayLike) -> None:
        """Modality k uses weights number groups[k].

        Raises:
            ValueError: not one number 0 … M − 1 for each modality.
        """
        groups = np.asarray(groups)
        count = self.kernel.shape[0]
        if groups.shape != (count,) or not ((groups >= 0) & (groups < count)).all():
            raise ValueError(f"groups must be {count} numbers 0 … {count - 1}, got {groups}")
        self.group.assign(groups.astype(np.int32))

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        kernel, bias = (ops.take(w, self.group, axis=0) for w in (self.kernel, self.bias))
        return self.activation(ops.einsum("bmd,mdu->bmu", x, kernel) + bias)

    def compute_output_shape(self, shape: tuple) -> tuple:
        return (*shape[:-1], self.units)

    def get_config(self) -> dict:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}


class Sharing:
    """One graph for every grouping of `modalities` and every seed.

    Args:
        widths: features of each modality; classes: of the labels.
        code, hidden, steps, batch, rate: as in `trunks.TrunkTransfer`.
    """

    def __init__(
        self,
        widths: Sequence[int],
        classes: int,
        *,
        code: int = 16,
        hidden: Sequence[int] = (64, 64),
        steps: int = 300,
        batch: int = 64,
        rate: float = 3e-3,
    ) -> None:
        self.widths, self.classes, self.code, self.hidden = widths, classes, code, tuple(hidden)
        self.steps, self.batch = steps, batch
        self._trainer = Trainer(self._network(0), every_loss, lambda: keras.optimizers.Adam(rate))

    def _network(self, seed: int) -> keras.Model:
        keras.utils.set_random_seed(seed)
        given = keras.Input((1, len(self.widths), max(self.widths)))
        x = layers.Reshape((len(self.widths), self.code))(BranchDense(self.code)(given))
        for units in self.hidden:
            x = SharedDense(units, "relu")(x)
        return keras.Model(given, SharedDense(self.classes)(x))

    def accuracy(self, views: Views, groups: ArrayLike, seed: int) -> Floats:
        """Test accuracy of each modality, 0 … 1, [modalities].

        Args:
            views: training rows in the same number for every call, or the graph is made again.
            groups: number of the trunk of each modality.
        """
        if views.widths != tuple(self.widths):
            raise ValueError(f"compiled for widths {self.widths}, got {views.widths}")
        self._trainer.reset(self._network(seed).get_weights())
        for layer in self._trainer.model.layers:
            if isinstance(layer, SharedDense):
                layer.assign(groups)
        rng = np.random.default_rng(seed)
        order = rng.integers(0, len(views.train), (1, self.steps, self.batch))
        fit(self._trainer, (views.train[:, None], views.train_label), order)
        said = self._trainer.predict(views.test[:, None]).argmax(-1)
        return (said == views.test_label[:, None]).mean(0)

    def weights(self, groups: ArrayLike) -> dict[str, int]:
        """How many numbers are trained: {"adapters", "trunks", "all"}; padding does not count."""
        adapters = sum(width * self.code + self.code for width in self.widths)
        sizes = [self.code, *self.hidden, self.classes]
        trunk = sum(a * b + b for a, b in pairwise(sizes))
        trunks = trunk * len(np.unique(groups))
        return {"adapters": adapters, "trunks": trunks, "all": adapters + trunks}
