"""The two networks of the lesson: a small convolutional one for digits, a word bag for texts."""

from __future__ import annotations

import keras
from keras import ops


def digit_network(seed: int, *, classes: int = 10) -> keras.Model:
    """28 × 28 pixels to logits: two strided convolutions and a dense layer, 106,000 weights.

    Strides instead of pooling make a step three times cheaper on a processor.
    """
    start = _starts(seed)
    image = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(
        16, 5, 2, "same", activation="relu", kernel_initializer=next(start), name="convolution_1"
    )(image)
    h = keras.layers.Conv2D(
        32, 3, 2, "same", activation="relu", kernel_initializer=next(start), name="convolution_2"
    )(h)
    h = keras.layers.Flatten()(h)
    h = keras.layers.Dense(
        64, activation="relu", kernel_initializer=next(start), name="features"
    )(h)  # fmt: skip
    logits = keras.layers.Dense(classes, kernel_initializer=next(start), name="logits")(h)
    return keras.Model(image, logits)


def text_network(
    seed: int,
    *,
    vocabulary: int,
    length: int,
    classes: int,
    units: int = 32,
    unit_norm: bool = False,
) -> keras.Model:
    """Word numbers [length] to logits: the word vectors are summed, bent, and read out.

    Args:
        unit_norm: bend by scaling the sum to one length and start the read-out at zero, so that
            word vectors from elsewhere count from the first step on; otherwise by a rectifier.
    """
    start = _starts(seed)
    text = keras.Input((length,), dtype="int32")
    if unit_norm:
        vectors = keras.initializers.RandomNormal(stddev=units**-0.5, seed=seed)
        h = BagOfWords(vocabulary, units, initializer=vectors, name="words")(text)
        h = keras.layers.Rescaling(4.0)(keras.layers.UnitNormalization()(h))
        last = "zeros"
    else:
        h = BagOfWords(vocabulary, units, initializer=next(start), name="words")(text)
        h = keras.layers.Activation("relu")(h)
        last = next(start)
    logits = keras.layers.Dense(classes, kernel_initializer=last, name="logits")(h)
    return keras.Model(text, logits)


@keras.saving.register_keras_serializable("lecturekit")
class BagOfWords(keras.layers.Layer):
    """Σ of the vectors of all words of a text: a dense layer on word counts, but sparse.

    Input: int [batch, words], −1 where the text has ended. Output: float [batch, units].
    """

    def __init__(
        self, vocabulary: int, units: int, *, initializer: object = "glorot_uniform", **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary, self.units = vocabulary, units
        self.initializer = keras.initializers.get(initializer)

    def build(self, _: object) -> None:
        self.vectors = self.add_weight(
            shape=(self.vocabulary, self.units), initializer=self.initializer, name="vectors"
        )
        self.intercept = self.add_weight(shape=(self.units,), initializer="zeros", name="intercept")

    def call(self, words):
        there = ops.cast(words >= 0, self.compute_dtype)[..., None]
        vectors = ops.take(self.vectors, ops.maximum(words, 0), axis=0)
        return ops.sum(vectors * there, axis=1) + self.intercept

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary,
            "units": self.units,
            "initializer": keras.initializers.serialize(self.initializer),
        }


def _starts(seed: int):
    """Glorot initialisers that differ from layer to layer and are the same for the same seed."""
    while True:
        yield keras.initializers.GlorotUniform(seed)
        seed += 1_000_003  # far from the seeds that a study uses
