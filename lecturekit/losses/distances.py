"""Distances between all rows of a batch by one matrix product, with a gradient that is one more.

‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b, so the gram matrix E Eᵀ holds all distances, and no tensor
[batch, batch, dimensions] is needed. The gradient sees a net of springs: a pair of stiffness Sᵢⱼ
pulls with Sᵢⱼ(eᵢ − eⱼ), which for all pairs together is diag(S1)E − SE, one more product.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from lecturekit.losses import checks

ROUNDING = 1e-6  # float32 leaves up to this of ‖a‖² + ‖b‖² − 2 a·b where a = b, relatively


def pairwise_distances(embeddings: tf.Tensor, squared: bool = False) -> tf.Tensor:
    """Euclidean distances between all rows, [batch, batch], symmetric, 0 on the diagonal.

    Rows nearer than a thousandth of their length, which the gram matrix cannot tell apart in
    float32, are at distance 0. Their gradient is 0, where naive code gets NaN from √.

    Args:
        embeddings: [batch, dimensions].
        squared: D² instead of D.
    Raises:
        ValueError: not two-dimensional, an empty batch, or (eagerly) NaN or infinity.
    """

    @tf.custom_gradient
    def distances(embeddings: tf.Tensor):
        d2 = squared_distances(embeddings)
        distance, inverse = root(d2)

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            stiffness = 2 * upstream if squared else upstream * inverse
            return springs_gradient(stiffness + tf.transpose(stiffness), embeddings)

        return (d2 if squared else distance), gradient

    return distances(as_embeddings(embeddings))


def as_embeddings(embeddings: Any) -> tf.Tensor:
    """`embeddings` as float32 [batch, dimensions], or a ValueError that says what is wrong."""
    embeddings = tf.cast(tf.convert_to_tensor(embeddings), tf.float32)
    if embeddings.shape.rank != 2:
        raise ValueError(f"embeddings must be [batch, dimensions], got shape {embeddings.shape}")
    checks.not_empty(embeddings, "embeddings")
    checks.finite(embeddings, "embeddings")
    return embeddings


def squared_distances(embeddings: tf.Tensor) -> tf.Tensor:
    """D² between all rows [batch, batch], without checks; what may be mere rounding is 0."""
    length = tf.reduce_sum(tf.square(embeddings), 1)
    lengths = length[:, None] + length[None, :]
    found = lengths - 2 * tf.matmul(embeddings, embeddings, transpose_b=True)
    return tf.where(found > ROUNDING * lengths, found, 0.0)


def root(squared: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """D and 1 / D from D²; both are 0 where D is."""
    inverse = tf.where(squared > 0, tf.math.rsqrt(squared), 0.0)
    return tf.sqrt(squared), inverse


def springs_gradient(stiffness: tf.Tensor, embeddings: tf.Tensor) -> tf.Tensor:
    """Gradient of Σ Sᵢⱼ Dᵢⱼ² / 2 over unordered pairs: diag(S1)E − SE.

    stiffness: S, symmetric [batch, batch]; negative where a pair repels.
    """
    total = tf.reduce_sum(stiffness, 1, keepdims=True)
    return total * embeddings - tf.matmul(stiffness, embeddings)
