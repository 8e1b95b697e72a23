"""Sub-channel embedding: mix within a channel, then across channels, then to one vector a step.

Slide "Currently in Review": X [T, C_f, C_s] → Y [T, C_f, C_ds] → Z [T, C_dm, C_ds] → E [T, C_dm].
No paper is public; the text of the slide gives the shapes, its figure the linear shortcut. The
activation and the single layer in each FFN are choices made here.
"""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("lecturekit")
class SubchannelEmbedding(keras.layers.Layer):
    """[batch, time, channel, sub-channel] → [batch, time, width].

    Args:
        width: C_dm, features of the embedding.
        subwidth: C_ds, latent width of a sub-channel.
        activation: after each of the two FFNs.
        shortcut: add a linear map of the whole input, as in the figure.
    """

    def __init__(
        self,
        width: int,
        subwidth: int,
        activation: str = "gelu",
        shortcut: bool = True,
        **options: object,
    ) -> None:
        super().__init__(**options)
        if width < 1 or subwidth < 1:
            raise ValueError(
                f"width and subwidth must be at least 1, got width={width}, subwidth={subwidth}"
            )
        self.width, self.subwidth, self.shortcut = width, subwidth, shortcut
        self.activation = keras.activations.get(activation)
        self.sub = layers.Dense(subwidth, activation=activation, name="sub")
        self.channel = layers.Dense(width, activation=activation, name="channel")
        self.linear = layers.Dense(width, name="linear")
        self.direct = layers.Dense(width, use_bias=False, name="direct") if shortcut else None

    def build(self, shape: tuple) -> None:
        if len(shape) != 4 or None in shape[1:]:
            raise ValueError(
                f"a modality must be [batch, time, channel, sub-channel], got shape {shape}"
            )
        rows, steps, channels, subchannels = shape
        self.sub.build((rows, steps, channels, subchannels))
        self.channel.build((rows, steps, self.subwidth, channels))
        self.linear.build((rows, steps, self.width * self.subwidth))
        if self.direct:
            self.direct.build((rows, steps, channels * subchannels))

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        y = self.sub(x)  # [b, T, C_f, C_ds]
        z = self.channel(ops.transpose(y, (0, 1, 3, 2)))  # [b, T, C_ds, C_dm]
        e = self.linear(ops.reshape(z, (-1, x.shape[1], self.subwidth * self.width)))
        if self.direct:
            e = e + self.direct(ops.reshape(x, (-1, x.shape[1], x.shape[2] * x.shape[3])))
        return e

    def compute_output_shape(self, shape: tuple) -> tuple:
        return (*shape[:2], self.width)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "width": self.width,
            "subwidth": self.subwidth,
            "activation": keras.activations.serialize(self.activation),
            "shortcut": self.shortcut,
        }


def weights_of(
    channels: int, subchannels: int, width: int, subwidth: int, *, shortcut: bool = True
) -> dict[str, int]:
    """Weights without biases, by part, beside those of one dense layer on the flat input.

    Returns: ``sub`` C_s·C_ds, ``channel`` C_f·C_dm, ``linear`` C_dm²·C_ds, ``direct`` C_f·C_s·C_dm
        (0 without the shortcut), and ``flat`` C_f·C_s·C_dm to compare with.
    """
    flat = channels * subchannels * width
    return {
        "sub": subchannels * subwidth,
        "channel": channels * width,
        "linear": width * width * subwidth,
        "direct": flat if shortcut else 0,
        "flat": flat,
    }
