"""Branches: one stream of features per modality, aligned in time, [batch, time, modality, d]."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops


def stacked(branches: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
    """Branches of one shape [batch, time, d] side by side: [batch, time, modality, d].

    Raises:
        ValueError: no branch, one that is not [batch, time, d], or branches that differ in rows,
            time steps or width. Fusion at each time step needs the same time steps everywhere.
    """
    shapes = [tuple(branch.shape) for branch in branches]
    if not shapes:
        raise ValueError("there is nothing to fuse: give at least one modality")
    if any(len(shape) != 3 for shape in shapes):
        raise ValueError(f"a branch must be [batch, time, features], got shapes {shapes}")
    for axis, what in enumerate(("rows", "time steps", "features")):
        sizes = {shape[axis] for shape in shapes}
        if len(sizes) > 1:
            raise ValueError(
                f"modalities differ in their number of {what}, {[s[axis] for s in shapes]}: "
                "align them first"
            )
    return ops.stack(branches, axis=2)


@keras.saving.register_keras_serializable("lecturekit")
class BranchDense(keras.layers.Layer):
    """A dense layer with weights of its own for every modality. [b, t, M, d] → [b, t, M, units].

    Args:
        units: width of the output.
        activation: name of a Keras activation; None for a linear layer.
        tied: one set of weights for all modalities; then their order does not matter.
    """

    def __init__(
        self, units: int, activation: str | None = None, tied: bool = False, **options: object
    ) -> None:
        super().__init__(**options)
        self.units, self.tied = units, tied
        self.activation = keras.activations.get(activation)

    def build(self, shape: tuple) -> None:
        if len(shape) != 4:
            raise ValueError(f"branches must be [batch, time, modality, d], got shape {shape}")
        sets, width = (1 if self.tied else shape[2]), shape[3]
        limit = (6 / (width + self.units)) ** 0.5  # Glorot's for one branch, not for all together
        start = keras.initializers.RandomUniform(-limit, limit)
        self.kernel = self.add_weight(
            shape=(sets, width, self.units), initializer=start, name="kernel"
        )
        self.bias = self.add_weight(shape=(sets, self.units), initializer="zeros", name="bias")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        if self.tied:
            made = ops.matmul(x, self.kernel[0])
        else:
            made = ops.einsum("btmd,mdu->btmu", x, self.kernel)
        return self.activation(made + self.bias)

    def compute_output_shape(self, shape: tuple) -> tuple:
        return (*shape[:-1], self.units)

    def get_config(self) -> dict:
        activation = keras.activations.serialize(self.activation)
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activation,
            "tied": self.tied,
        }
