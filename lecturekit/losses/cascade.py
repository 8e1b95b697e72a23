"""A cascade of embeddings, each of which learns from what was hard for the one before.

Hard-aware deeply cascaded embedding (HDC; Yuan, Yang, Zhang, ICCV 2017, arXiv 1611.05720). Head k,
which sits deeper than head k − 1, keeps the hardest h_k of the pairs that head k − 1 kept, similar
and dissimilar ones apart. The authors' released layer ranks *all* pairs instead; the paper's
cascade is what is here. Slide "More on triplet loss", table row HDC.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from lecturekit.losses import checks
from lecturekit.losses.distances import as_embeddings, pairwise_distances

SHARES = (1.0, 0.5, 0.2)  # the paper's 100, 50, 20 %


@dataclass(frozen=True)
class Cascade:
    """The loss, and what it was made of.

    Attributes:
        loss: sum over the heads, scalar.
        kept: whether a pair counts for a head, bool [heads, batch, batch], symmetric.
    """

    loss: tf.Tensor
    kept: tf.Tensor


def cascade(
    heads: Sequence[tf.Tensor],
    labels: tf.Tensor,
    *,
    margin: float | tf.Tensor,
    shares: Sequence[float] = SHARES,
) -> Cascade:
    """D² of the similar and max(0, m − D²) of the dissimilar pairs that each head keeps.

    For each head a mean over the kept pairs whose loss is not 0, as in the authors' layer. Hard
    means far apart and similar, or near and dissimilar; so ranked, pairs of loss 0 differ too.

    Args:
        heads: embeddings of the same rows from shallow to deep, each [batch, dimensions].
        labels: whole numbers [batch].
        margin: m > 0, a squared distance; unit vectors have at most 4.
        shares: h_k in (0, 1], of the pairs that the head before kept; as many as heads. At least
            one pair of each kind is kept, and pairs as hard as the last one kept are kept too.
    Raises:
        ValueError: no head, heads of different batches, shares that do not fit, margin ≤ 0, or
            (eagerly) embeddings that are not finite, labels of one class, or all different.
    """
    if not heads or len(heads) != len(shares):
        raise ValueError(f"{len(heads)} heads need as many shares, one or more, got {len(shares)}")
    for share in shares:
        checks.between(share, 0, 1, "a share", open_low=True)
    checks.between(margin, 0, math.inf, "margin", open_low=True)
    heads, labels = [as_embeddings(head) for head in heads], tf.convert_to_tensor(labels)
    for head in heads:
        checks.one_label_each(head, labels)
    checks.both_kinds(labels)
    same = labels[:, None] == labels[None, :]
    kinds = (same & ~tf.eye(tf.shape(labels)[0], dtype=tf.bool), ~same)
    total, kept = 0.0, []
    for head, share in zip(heads, shares, strict=True):
        d2 = pairwise_distances(head, squared=True)
        near = tf.stop_gradient(d2)
        kinds = (hardest(near, kinds[0], share), hardest(-near, kinds[1], share))
        losses = tf.where(kinds[0], d2, 0.0) + tf.where(kinds[1], tf.nn.relu(margin - d2), 0.0)
        total += tf.math.divide_no_nan(tf.reduce_sum(losses), _count(losses > 0))
        kept.append(kinds[0] | kinds[1])
    return Cascade(total, tf.stack(kept))


def hardest(hardness: tf.Tensor, alive: tf.Tensor, share: float) -> tf.Tensor:
    """Of the pairs that are alive the `share` of largest hardness, bool of the same shape.

    Rounded up to one pair or more; ties with the last one are kept too.

    Args:
        hardness: float [batch, batch]; alive: bool [batch, batch]; share: in (0, 1].
    """
    if share == 1:
        return alive
    hardness = tf.where(alive, hardness, -math.inf)
    count = tf.cast(tf.math.ceil(share * _count(alive) - 1e-4), tf.int32)
    ranked = tf.sort(tf.reshape(hardness, [-1]), direction="DESCENDING")
    return alive & (hardness >= ranked[tf.maximum(count - 1, 0)])


def _count(which: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(which, tf.float32))
