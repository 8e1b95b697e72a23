"""Augmentation of face photos inside the compiled graph: mirror, shift, brighten."""

from __future__ import annotations

import tensorflow as tf


def faces(x: tf.Tensor, seed: tf.Tensor, *, shift: int = 2, light: float = 0.1) -> tf.Tensor:
    """Each photo mirrored or not, shifted by up to `shift` pixels, lighter or darker.

    Args:
        x: float32 [batch, height, width, 1], 0 … 1; seed: two integers, the same give the same.
        shift: in pixels; edges are repeated into the gap. light: largest change of grey level.
    """
    _, height, width, _ = x.shape
    count = tf.shape(x)[0]
    u = tf.random.stateless_uniform([4, count], seed, alg="philox")  # with jit the same as without

    def places(length: int, u: tf.Tensor) -> tf.Tensor:
        """Where each pixel of a side is looked up, [batch, length]."""
        by = tf.cast(u[:, None] * (2 * shift + 1), tf.int32) - shift
        return tf.clip_by_value(tf.range(length)[None] + by, 0, length - 1)

    down, right = places(height, u[1]), places(width, u[2])
    right = tf.where(u[0, :, None] < 0.5, width - 1 - right, right)
    photo = tf.range(count)[:, None, None]
    flat = (photo * height + down[:, :, None]) * width + right[:, None, :]
    moved = tf.gather(tf.reshape(x, [-1]), flat)[..., None]
    return moved + light * (2 * u[3, :, None, None, None] - 1)
