"""A fused layer that starts block by block: each modality for itself, pairs released in turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import keras
from keras import ops

from lecturekit.fusion.layers import Join


@keras.saving.register_keras_serializable("lecturekit")
class BlockDense(Join):
    """A Dense layer over all modalities whose cross connections open one pair at a time.

    Neverova et al. 2016: the fused layer starts block-diagonal, every modality for itself, and is
    released where modalities belong together. All blocks are zero at first except the diagonal
    ones; a closed block gets no gradient and stays zero.

    Args:
        units: outputs of each modality's own block.
    """

    def __init__(self, units: int, activation: str | None = "relu", **options: object) -> None:
        super().__init__(**options)
        self.units, self.activation = units, keras.activations.get(activation)

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        super().build(shapes)
        count = len(self.sizes)
        self.blocks = {
            (i, j): self.add_weight(
                shape=(size, self.units), initializer="glorot_uniform" if i == j else "zeros"
            )
            for i, size in enumerate(self.sizes)
            for j in range(count)
        }
        self.bias = self.add_weight(shape=(count, self.units), initializer="zeros")
        self.open = self.add_weight(shape=(count, count), initializer="identity", trainable=False)

    def release(self, first: int, second: int) -> None:
        """Open the connections between two modalities, both ways. Raises ValueError."""
        if not self.built:
            raise ValueError("the modalities are known once the layer was called; release then")
        count = len(self.sizes)
        if first == second or not (0 <= first < count and 0 <= second < count):
            pairs = list(combinations(range(count), 2))
            raise ValueError(f"({first}, {second}) is no pair of modalities; there are {pairs}")
        mask = self.open.numpy()
        mask[first, second] = mask[second, first] = 1
        self.open.assign(mask)

    def call(self, streams: Sequence) -> keras.KerasTensor:
        outputs = [
            sum(
                ops.matmul(stream, self.blocks[i, j]) * self.open[i, j]
                for i, stream in enumerate(streams)
            )
            + self.bias[j]
            for j in range(len(self.sizes))
        ]
        return self.activation(ops.concatenate(outputs, axis=-1))

    def get_config(self) -> dict:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}
