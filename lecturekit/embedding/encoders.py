"""From a photo to a point: small networks whose outputs are unit vectors, and a classifier."""

from __future__ import annotations

from typing import Literal

import keras
from keras import layers

WIDTHS = (16, 32, 64)
Kind = Literal["convolutional", "dense"]


def encoder(
    seed: int,
    shape: tuple[int, ...] = (28, 23, 1),
    *,
    dimensions: int = 64,
    kind: Kind = "convolutional",
) -> keras.Model:
    """Photos [rows, height, width, 1] to unit vectors [rows, dimensions].

    Args:
        seed: of the first weights.
        kind: ``convolutional``, three convolutions with stride 2 (cheaper than pooling), or
            ``dense``, one hidden layer of 128, for many quick runs.
    Raises:
        ValueError: no such kind.
    """
    keras.utils.set_random_seed(seed)
    photo = keras.Input(shape)
    point = layers.Dense(dimensions, name="features")(_body(photo, kind))
    return keras.Model(photo, layers.UnitNormalization()(point))


def classifier(seed: int, shape: tuple[int, ...] = (28, 23, 1), *, people: int) -> keras.Model:
    """The same network with a softmax instead: photos to logits [rows, people].

    Its layer ``features`` holds the 64 penultimate features.
    """
    keras.utils.set_random_seed(seed)
    photo = keras.Input(shape)
    hidden = layers.Dense(64, activation="relu", name="features")(_body(photo, "convolutional"))
    return keras.Model(photo, layers.Dense(people, name="logits")(hidden))


def _body(photo: keras.KerasTensor, kind: Kind) -> keras.KerasTensor:
    if kind == "dense":
        return layers.Dense(128, activation="relu")(layers.Flatten()(photo))
    if kind != "convolutional":
        raise ValueError(f"there is no encoder {kind!r}; choose convolutional or dense")
    for width in WIDTHS:
        photo = layers.Conv2D(width, 3, 2, "same", activation="relu")(photo)
    return layers.Flatten()(photo)
