"""Augmentations q(x̂ | x) that run inside the compiled training graph, with a seed of their own.

An augmentation is a callable ``(x, seed) -> x̂`` of the same shape; `seed` is two integers, so that
the same seed gives the same x̂. It should change what doesn't matter for the label, and only that.
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike


class Images:
    """Rotate, shear, scale and shift a picture, then cut a square hole into it.

    Args:
        rotation: largest angle in degrees; 180 makes a 9 of a 6.
        shear: largest shear, as the tangent of its angle.
        scale: largest relative change of size.
        shift: largest shift in pixels.
        hole: side of the hole in pixels; its centre may lie anywhere.
    """

    def __init__(
        self,
        *,
        rotation: float = 25.0,
        shear: float = 0.15,
        scale: float = 0.2,
        shift: float = 3.0,
        hole: int = 10,
    ) -> None:
        self.rotation, self.shear, self.scale = rotation, shear, scale
        self.shift, self.hole = shift, hole

    def __call__(self, x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """x: float32 [batch, height, width, 1], 0 is the background."""
        _, height, width, _ = x.shape
        u = tf.random.stateless_uniform([7, tf.shape(x)[0]], seed, -1.0, 1.0)
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=x, transforms=self._transforms(u, height, width), output_shape=[height, width],
            interpolation="BILINEAR", fill_mode="CONSTANT", fill_value=0.0,
        )  # fmt: skip
        rows = _near(height, u[5], self.hole)
        columns = _near(width, u[6], self.hole)
        return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], 0.0, moved)

    def _transforms(self, u: tf.Tensor, height: int, width: int) -> tf.Tensor:
        """Eight numbers for each picture: where a pixel of x̂ is looked up in x."""
        angle = u[0] * (self.rotation * math.pi / 180)
        size, slant = 1 + self.scale * u[1], self.shear * u[2]
        cos, sin = tf.cos(angle), tf.sin(angle)
        a, b = size * (cos + slant * sin), size * (slant * cos - sin)
        c, d = size * sin, size * cos
        x, y = (width - 1) / 2, (height - 1) / 2  # the centre stays
        right = x - a * x - b * y + self.shift * u[3]
        down = y - c * x - d * y + self.shift * u[4]
        zero = tf.zeros_like(a)
        return tf.stack([a, b, right, c, d, down, zero, zero], 1)


def _near(length: int, u: tf.Tensor, hole: int) -> tf.Tensor:
    """Which pixels of a side lie in the hole, bool [batch, length]; u in −1 … 1 is its centre."""
    centre = (length + u * length) / 2
    return tf.abs(tf.range(length, dtype=tf.float32)[None] + 0.5 - centre[:, None]) < hole / 2


class Words:
    """Replace words by others that are as good: each word knows how often, and by which.

    Both tables are variables: other tables are another augmentation in the same compiled graph.

    Args:
        swap: [vocabulary] probability that a word is replaced, 0 … 1.
        others: int [vocabulary, choices] equally likely replacements.
    Raises:
        ValueError: tables of other shapes, probabilities outside 0 … 1, words out of range.
    """

    def __init__(self, swap: ArrayLike, others: ArrayLike) -> None:
        swap, others = _tables(swap, others)
        self.swap = tf.Variable(swap, trainable=False, name="swap")
        self.others = tf.Variable(others, trainable=False, name="others")

    def become(self, swap: ArrayLike, others: ArrayLike) -> None:
        """Take other tables of the same shapes."""
        swap, others = _tables(swap, others)
        self.swap.assign(swap)
        self.others.assign(others)

    def __call__(self, x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """x: int32 [batch, words], −1 where a text has ended, which stays."""
        u = tf.random.stateless_uniform([2, tf.shape(x)[0], x.shape[1]], seed)
        word = tf.maximum(x, 0)
        choices = self.others.shape[1]
        pick = word * choices + tf.cast(u[0] * choices, tf.int32)
        other = tf.gather(tf.reshape(self.others, [-1]), pick)
        replaced = (u[1] < tf.gather(self.swap, word)) & (x >= 0)
        return tf.where(replaced, other, x)


def _tables(swap: ArrayLike, others: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    swap, others = np.asarray(swap, np.float32), np.asarray(others, np.int32)
    if swap.ndim != 1 or others.ndim != 2 or len(swap) != len(others) or not others.size:
        raise ValueError(
            f"swap must be [vocabulary] and others [vocabulary, choices], got {swap.shape} and "
            f"{others.shape}"
        )
    if not (swap.min() >= 0 and swap.max() <= 1):
        raise ValueError("swap holds probabilities: give numbers between 0 and 1")
    if others.min() < 0 or others.max() >= len(swap):
        raise ValueError(f"others names words outside 0 … {len(swap) - 1}")
    return swap, others
