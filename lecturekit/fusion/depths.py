"""Where to merge two trained networks: every pair of their depths, all candidates side by side.

A classroom-sized layer search after Pérez-Rúa et al., *MFAS* (CVPR 2019): both networks stay as
they are, and only a fusion layer  h = σ(W [x; y])  on a pair of their depths and its head learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from lecturekit import stacked
from lecturekit.fusion.study import Trained, check_inputs

Floats = NDArray[np.float32]


def activations(trained: Trained, inputs: Sequence[Floats], depths: int) -> list[list[Floats]]:
    """What a late fusion's classifiers hold: for each modality its input and its hidden layers.

    Args:
        trained: of ``Fusion("late", …)``. depths: of each network, the input included.
    Returns:
        [modalities][depths] arrays [rows, features].
    Raises:
        ValueError: another fusion, more depths than there are, inputs of other sizes.
    """
    check_inputs(inputs, trained.of.sizes)
    model = trained.of.model
    hidden = sum(isinstance(x, keras.layers.Dropout) for x in model.layers) // len(inputs)
    if trained.of.fusion != "late" or not 1 <= depths <= 1 + hidden:
        raise ValueError(
            f"needs the networks of a late fusion and 1 to {1 + hidden} of their depths, got "
            f"{trained.of.fusion!r} and {depths}"
        )
    model.set_weights(trained.weights)
    tensors = []
    for tensor in model.inputs:
        for _ in range(depths - 1):  # a Dense layer and its Dropout
            dense = next(x for x in model.layers if _reads(x, tensor))
            tensors.append(dense.output)
            tensor = next(x for x in model.layers if _reads(x, dense.output)).output
    values = trained.of.read(tensors, inputs) if tensors else []
    return [
        [np.asarray(x), *values[m * (depths - 1) : (m + 1) * (depths - 1)]]
        for m, x in enumerate(inputs)
    ]


def _reads(layer: keras.Layer, tensor: keras.KerasTensor) -> bool:
    return not isinstance(layer, keras.layers.InputLayer) and layer.input is tensor


class DepthSearch:
    """All pairs of depths with each activation function, trained in one graph.

    Every depth is first reduced to as many principal components as `size`, so that all candidates
    have the same shape and none wins by width.
    """

    def __init__(
        self,
        depths: Sequence[int],
        classes: int = 2,
        *,
        activation: Sequence[str] = ("relu", "tanh"),
        size: int = 32,
        hidden: int = 32,
        steps: int = 400,
        seed: int = 0,
    ) -> None:
        if len(depths) != 2 or min(depths) < 1:
            raise ValueError(f"two networks of one or more depths, got {list(depths)}")
        self.size, self.depths = size, tuple(depths)
        self._components: list = []
        self.candidates = list(product(range(depths[0]), range(depths[1]), activation))
        count = len(self.candidates)
        first = np.array([c[0] for c in self.candidates])
        second = depths[0] + np.array([c[1] for c in self.candidates])
        relu = np.array([[c[2] == "relu"] for c in self.candidates], "float32")
        x = keras.Input((sum(depths), size))
        pair = keras.layers.Lambda(
            lambda v: ops.concatenate([ops.take(v, first, 1), ops.take(v, second, 1)], -1)
        )(x)
        h = stacked.dense(count, hidden, seed=seed)(pair)
        h = keras.layers.Lambda(lambda v: relu * ops.relu(v) + (1 - relu) * ops.tanh(v))(h)
        model = keras.Model(x, stacked.dense(count, classes, seed=seed + 1)(h))
        self.stack = stacked.Stack(model, steps=steps, decay=0.03, jit=True)

    def fit_components(self, layers: Sequence[Sequence[Floats]]) -> None:
        """Learn the principal components from training activations, [networks][depths]."""
        from sklearn.decomposition import PCA

        flat = [layer for network in layers for layer in network]
        self._components = [
            PCA(min(self.size, layer.shape[1]), whiten=True, svd_solver="randomized",
                random_state=0).fit(layer)
            for layer in flat
        ]  # fmt: skip

    def reduced(self, layers: Sequence[Sequence[Floats]]) -> Floats:
        """[rows, depths of both networks, size]; narrower layers are filled up with zeros.

        Raises ValueError before `fit_components`, or for another number of layers.
        """
        flat = [layer for network in layers for layer in network]
        if len(flat) != len(self._components):
            raise ValueError(
                f"{len(flat)} layers, but components of {len(self._components)}: call "
                "fit_components with the training activations of the same layers first"
            )
        result = np.zeros((len(flat[0]), len(flat), self.size), np.float32)
        for k, (components, layer) in enumerate(zip(self._components, flat, strict=True)):
            # A direction in which training rows don't differ would be blown up by the whitening.
            real = components.explained_variance_ratio_ > 1e-6
            result[:, k, : len(real)] = components.transform(layer) * real
        return result

    def accuracy(self, reduced: Floats, label: NDArray[np.integer]) -> NDArray[np.float64]:
        """Percent right, [depths of the first, depths of the second, activations]."""
        found = stacked.accuracy(self.stack.predict(reduced), label)
        return 100 * found.reshape(*self.depths, -1)
