"""An embedding in groups, each of which learns what the groups before it got wrong.

Boosting independent embeddings robustly (BIER; Opitz, Waltner, Possegger, Bischof, ICCV 2017; the
longer text is arXiv 1801.04815). Online gradient boosting over pairs: learner m is a group of
dimensions, its prediction the cosine of a pair. Slide "More on triplet loss", table row BIER.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from lecturekit.losses import checks
from lecturekit.losses.distances import as_embeddings


@dataclass(frozen=True)
class Boosted:
    """The loss, and what it was made of.

    Attributes:
        loss: mean over the groups, plus the penalty, scalar.
        weights: of the pairs for each group, [groups, batch, batch]; 1 for the first group.
        dependence: squared cross-covariance between groups, summed over pairs of groups, scalar.
    """

    loss: tf.Tensor
    weights: tf.Tensor
    dependence: tf.Tensor


def boosted(
    groups: Sequence[tf.Tensor],
    labels: tf.Tensor,
    *,
    cost: float | tf.Tensor = 25.0,
    sharpness: float = 2.0,
    centre: float = 0.5,
    independence: float | tf.Tensor = 0.0,
) -> Boosted:
    """Binomial deviance log(1 + exp(−x)), x = α (s − β) c, of the cosines s of each group.

    c is 1 for a similar and −C for a dissimilar pair; the mean over the pairs of a kind, both kinds
    summed. The running score S_m = (1 − ν) S_{m−1} + ν s_m, ν = 2 / (m + 1), predicts with the
    first m groups; group m + 1 weights every pair by the negative slope of the deviance at S_m,
    which is near 1 where the first groups are wrong and near 0 where they are right.

    Independence: the paper trains an adversary that predicts one group from another and turns its
    gradient around. A linear adversary has nothing to work with if the cross-covariance is 0, so
    its square (Frobenius norm, over the batch) is the penalty here, without a second network.

    Args:
        groups: [batch, dimensions of the group] each, made unit vectors here.
        labels: whole numbers [batch].
        cost: C > 0; sharpness: α > 0; centre: β, a cosine. Defaults of the authors' code.
        independence: λ ≥ 0, factor on the penalty.
    Raises:
        ValueError: no group, different batches, cost or sharpness ≤ 0, λ < 0, or (eagerly)
            embeddings that are not finite, labels of one class, or all different.
    """
    if not groups:
        raise ValueError("an ensemble needs one group of dimensions or more")
    checks.between(cost, 0, math.inf, "cost", open_low=True)
    checks.between(sharpness, 0, math.inf, "sharpness", open_low=True)
    checks.between(independence, 0, math.inf, "independence")
    labels = tf.convert_to_tensor(labels)
    points = [tf.math.l2_normalize(as_embeddings(group), 1, 1e-12) for group in groups]
    for group in points:
        checks.one_label_each(group, labels)
    checks.both_kinds(labels)
    same = labels[:, None] == labels[None, :]
    similar = tf.cast(same & ~tf.eye(tf.shape(labels)[0], dtype=tf.bool), tf.float32)
    dissimilar = tf.cast(~same, tf.float32)
    kind = tf.where(same, 1.0, -tf.convert_to_tensor(cost, tf.float32))
    share = similar / _sum(similar) + dissimilar / _sum(dissimilar)
    loss, score, weight, weights = 0.0, 0.0, tf.ones_like(share), []
    for m, group in enumerate(points, 1):
        cosine = tf.matmul(group, group, transpose_b=True)
        loss += tf.reduce_sum(
            share * weight * tf.math.softplus(-sharpness * (cosine - centre) * kind)
        )
        weights.append(weight)
        step = 2 / (m + 1)
        score = (1 - step) * score + step * tf.stop_gradient(cosine)
        weight = tf.math.sigmoid(-sharpness * (score - centre) * kind)
    dependence = _dependence(points)
    return Boosted(loss / len(points) + independence * dependence, tf.stack(weights), dependence)


def ensemble_shares(groups: int) -> np.ndarray:
    """How much each group counts in the score of all of them, [groups], sum 1.

    ν = 2 / (m + 1) gives 1 : 2 : 3 : …; unit vectors times the square roots of these shares, one
    beside the other, are a unit vector whose cosine is that score. (The authors' evaluation scales
    groups by their dimensions instead.)
    """
    if groups < 1:
        raise ValueError(f"an ensemble needs one group or more, got {groups}")
    count = np.arange(1, groups + 1, dtype=np.float32)
    return count / count.sum()


def _dependence(points: Sequence[tf.Tensor]) -> tf.Tensor:
    centred = [group - tf.reduce_mean(group, 0) for group in points]
    rows = tf.cast(tf.shape(points[0])[0], tf.float32)
    total = tf.constant(0.0)
    for k, one in enumerate(centred):
        for other in centred[:k]:
            total += tf.reduce_sum(tf.square(tf.matmul(one, other, transpose_a=True) / rows))
    return total


def _sum(values: tf.Tensor) -> tf.Tensor:
    return tf.maximum(tf.reduce_sum(values), 1e-12)
