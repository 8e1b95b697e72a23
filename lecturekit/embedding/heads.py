"""One trunk of three dense layers and the heads that HTL, HDC and BIER put on it: 63 dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import tensorflow as tf
from keras import layers

from lecturekit.losses.boosting import ensemble_shares

WIDTH = 128  # of each layer of the trunk
HEADS = (21, 21, 21)
GROUPS = (12, 20, 31)  # as 96 : 160 : 256, the sizes of BIER's authors


def one_head(seed: int, shape: tuple[int, ...]) -> keras.Model:
    """Rows [rows, *shape] to unit vectors [rows, 63] after the last layer.

    Args:
        seed: of the first weights, which are the same for the trunks of all three networks.
    """
    row, trunk = _trunk(seed, shape)
    point = layers.Dense(sum(GROUPS))(trunk[-1])
    return keras.Model(row, layers.UnitNormalization()(point))


def cascaded_heads(seed: int, shape: tuple[int, ...]) -> keras.Model:
    """HDC: unit vectors of 21 dimensions after each layer, side by side, as one unit vector."""
    row, trunk = _trunk(seed, shape)
    heads = [layers.Dense(size)(layer) for size, layer in zip(HEADS, trunk, strict=True)]
    return keras.Model(row, _beside(heads, [1 / len(heads)] * len(heads)))


def boosted_heads(seed: int, shape: tuple[int, ...]) -> keras.Model:
    """BIER: groups of 12, 20, 31 dimensions, unit vectors, weighted as the ensemble's score is."""
    row, trunk = _trunk(seed, shape)
    groups = [layers.Dense(size)(trunk[-1]) for size in GROUPS]
    return keras.Model(row, _beside(groups, ensemble_shares(len(GROUPS))))


def parts(points: tf.Tensor, sizes: Sequence[int] = HEADS) -> list[tf.Tensor]:
    """The heads that lie side by side in [rows, 63], each a unit vector again."""
    return [tf.math.l2_normalize(part, 1) for part in tf.split(points, sizes, axis=1)]


def _trunk(seed: int, shape: tuple[int, ...]) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
    keras.utils.set_random_seed(seed)
    row = keras.Input(shape)
    layer, trunk = layers.Flatten()(row), []
    for _ in range(3):
        layer = layers.Dense(WIDTH, activation="relu")(layer)
        trunk.append(layer)
    return row, trunk


def _beside(heads: Sequence[keras.KerasTensor], shares: Iterable[float]) -> keras.KerasTensor:
    units = [layers.UnitNormalization()(head) for head in heads]
    scaled = [
        layers.Rescaling(float(share) ** 0.5)(unit)
        for unit, share in zip(units, shares, strict=True)
    ]
    return layers.Concatenate()(scaled)
