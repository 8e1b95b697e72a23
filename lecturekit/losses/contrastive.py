"""The contrastive loss: similar pairs are pulled, dissimilar ones pushed, up to a margin.

The slide sums D over similar and max(0, m − D) over dissimilar pairs. Hadsell, Chopra, LeCun 2006
square both: ½ D² and ½ max(0, m − D)². Slides "Dealing with data sparsity" and "Contrastive loss".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf

from lecturekit.losses import checks
from lecturekit.losses.distances import as_embeddings, root, springs_gradient, squared_distances

Form = Literal["slide", "hadsell"]


@dataclass(frozen=True)
class Contrastive:
    """The loss, and what it was made of.

    Attributes:
        loss: weighted mean over the pairs, scalar.
        distances: D between all rows, [batch, batch].
        active: share of the dissimilar pairs that lie inside the margin and so feel a force.
    """

    loss: tf.Tensor
    distances: tf.Tensor
    active: tf.Tensor


def contrastive(
    embeddings: tf.Tensor,
    labels: tf.Tensor,
    *,
    margin: float | tf.Tensor,
    form: Form = "slide",
    weights: tf.Tensor | None = None,
) -> Contrastive:
    """The contrastive loss over the pairs of a batch; two rows of one label are similar.

    Forward and backward cost one matrix product each.

    Args:
        embeddings: [batch, dimensions].
        labels: whole numbers [batch].
        margin: m > 0; between unit vectors D is at most 2, and about √2 for unrelated ones.
        form: ``slide`` (D, max(0, m − D)) or ``hadsell`` (½ D², ½ max(0, m − D)²).
        weights: [batch, batch] ≥ 0, how much each pair counts, as made by `lecturekit.mining`; all
            pairs count equally if None. The diagonal never counts. The slide's plain sum is the
            loss times the sum of the weights.
    Raises:
        ValueError: shapes that do not fit, fewer than two rows, margin ≤ 0, an unknown form, or
            (eagerly) embeddings that are not finite, negative weights, no pair that counts.
    """
    embeddings, labels = as_embeddings(embeddings), tf.convert_to_tensor(labels)
    checks.between(margin, 0, math.inf, "margin", open_low=True)
    if form not in ("slide", "hadsell"):
        raise ValueError(f"there is no form {form!r}; choose slide or hadsell")
    margin = tf.convert_to_tensor(margin, tf.float32)
    weights, total = _weights(weights, embeddings, labels)
    same = labels[:, None] == labels[None, :]

    @tf.custom_gradient
    def mean_loss(embeddings: tf.Tensor):
        d2 = squared_distances(embeddings)
        distance, inverse = root(d2)
        inside = tf.maximum(margin - distance, 0.0)
        if form == "slide":
            losses, scale = tf.where(same, distance, inside), 1.0
            stiffness = tf.where(same, inverse, tf.where(inside > 0, -inverse, 0.0))  # force / D
        else:
            losses, scale = tf.where(same, d2, tf.square(inside)), 0.5
            stiffness = tf.where(same, 1.0, -tf.nn.relu(margin * inverse - 1))

        def gradient(upstream: tf.Tensor) -> tf.Tensor:  # every pair is there twice
            return (2 * upstream / total) * springs_gradient(weights * stiffness, embeddings)

        # By a product with ones, as XLA sums a whole matrix on one core.
        sums = tf.linalg.matvec(weights * losses, tf.ones_like(distance[0]))
        return scale * tf.reduce_sum(sums) / total, gradient

    distances, _ = root(squared_distances(tf.stop_gradient(embeddings)))
    pushed = ~same & (distances < margin)
    active = tf.math.divide_no_nan(_count(pushed), _count(~same))
    return Contrastive(mean_loss(embeddings), distances, active)


def _weights(weights: Any, embeddings: tf.Tensor, labels: tf.Tensor) -> tuple[Any, tf.Tensor]:
    """Symmetric weights and their sum; a plain 1 for all pairs, which costs no product.

    That 1 needs no zero diagonal: a row is similar to itself, at distance 0.
    """
    known = embeddings.shape[0]
    checks.one_label_each(embeddings, labels)
    if known == 1:
        raise ValueError("a batch of one row has no pair; give two rows or more")
    rows = tf.shape(embeddings)[0]
    if weights is None:
        count = tf.cast(rows, tf.float32)
        return 1.0, count * (count - 1)
    weights = tf.cast(tf.convert_to_tensor(weights), tf.float32)
    if not weights.shape.is_compatible_with([known, known]):
        raise ValueError(f"weights must be [batch, batch] of {known} rows, not {weights.shape}")
    weights = (weights + tf.transpose(weights)) * (1 - tf.eye(rows))
    total = tf.reduce_sum(weights)
    if tf.executing_eagerly():
        if not tf.reduce_min(weights) >= 0:
            raise ValueError("weights must be numbers of at least 0; the labels say who repels")
        if total == 0:
            raise ValueError("no pair counts: all weights are 0; mine another batch")
    return weights, tf.maximum(total, 1e-12)


def _count(which: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(which, tf.float32))
