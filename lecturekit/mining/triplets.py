"""Miners of triplets: row numbers (anchor, positive, negative) that are worth a gradient.

A miner is a function ``(distances, same, seed, positives) -> [triplets, 3]`` of plain TensorFlow
operations and fixed shapes, so that it runs inside a compiled training graph. It only looks: no
gradient goes through it, and the loss computes what was chosen again. Slide "More on triplet loss".
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from lecturekit.losses import checks

Miner = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, int], tf.Tensor]
NEAREST = 0.5  # `distance_weighted` takes nothing nearer for granted (Wu et al. 2017)
FARTHEST = 1.4  # and leaves out what is farther, which no margin reaches
DIMENSIONS = 32  # of the sphere whose distances `distance_weighted` evens out


def mine(
    name: str,
    distances: tf.Tensor,
    labels: tf.Tensor,
    seed: tuple[int, int] | tf.Tensor = (0, 0),
    *,
    positives: int | None = None,
) -> tf.Tensor:
    """Triplets of a batch, int32 [triplets, 3], ready for `losses.triplet`.

    Inside a graph their number is fixed, and where a row has no positive, the anchor itself stands
    in its place, which the loss does not count. Eagerly such rows are left out.

    Args:
        name: key of `MINERS`.
        distances: between all rows [batch, batch]; no gradient goes through them.
        labels: whole numbers [batch].
        seed: two integers.
        positives: at most how many others of its class a row has, K − 1 in PK batches; counted if
            None, which is possible eagerly only.
    Raises:
        ValueError: no such miner, shapes that do not fit, `positives` missing inside a graph, or
            (eagerly) labels of one class only, or of as many classes as rows: then there is no
            triplet.
    """
    if name not in MINERS:
        raise ValueError(f"there is no miner {name!r}; choose one of {', '.join(MINERS)}")
    distances, labels = checks.distances_of_labels(distances, labels)
    if positives is None:
        if not tf.executing_eagerly():
            raise ValueError("inside a graph, say how many positives a row has: positives=K − 1")
        positives = int(tf.reduce_max(tf.unique_with_counts(labels).count)) - 1
    same = labels[:, None] == labels[None, :]
    found = MINERS[name](tf.stop_gradient(distances), same, tf.convert_to_tensor(seed), positives)
    return found[found[:, 0] != found[:, 1]] if tf.executing_eagerly() else found


def random_triplets(
    distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor, positives: int
) -> tf.Tensor:
    """For every row one random similar and one random dissimilar row."""
    return _one_each(_uniform(same, seed), same)


def batch_hard(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor, positives: int) -> tf.Tensor:
    """For every row its farthest similar and its nearest dissimilar row (Hermans et al. 2017).

    `distances` are symmetric, so columns stand for rows: XLA finds their maxima much quicker.
    """
    similar = _similar(same)
    positive = _highest_of_columns(tf.where(similar, distances, -float("inf")))
    negative = _highest_of_columns(tf.where(same, -float("inf"), -distances))
    rows = tf.range(tf.shape(same)[0])
    exists = tf.reduce_any(similar, 0) & tf.reduce_any(~same, 0)
    return tf.stack([rows, tf.where(exists, positive, rows), negative], 1)


def semi_hard(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor, positives: int) -> tf.Tensor:
    """For every similar pair the nearest dissimilar row that is farther than the pair is apart.

    Where there is none, the farthest dissimilar row (Schroff et al. 2015, as it is mostly coded).
    The upper bound D(a, p) + α is left to the hinge of the loss.
    """
    anchor, positive = _similar_pairs(same, positives)
    apart = tf.gather(distances, positive, batch_dims=1)[:, :, None]
    others = distances[:, None, :]
    beyond = tf.where(~same[:, None, :] & (others > apart), others, float("inf"))
    farthest = tf.argmax(tf.where(same, -1.0, distances), 1, tf.int32)[:, None]
    negative = tf.where(
        tf.reduce_min(beyond, 2) < float("inf"), tf.argmin(beyond, 2, tf.int32), farthest
    )
    return _listed(anchor, positive, negative)


def distance_weighted(
    distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor, positives: int
) -> tf.Tensor:
    """For every similar pair a dissimilar row, drawn so that all distances are equally likely.

    Between random unit vectors of n dimensions nearly all distances are about √2. Weights
    1 / q(D), q(D) ∝ Dⁿ⁻² (1 − D²/4)^((n − 3)/2), undo that (Wu et al. 2017).
    """
    anchor, positive = _similar_pairs(same, positives)
    d = tf.clip_by_value(distances, NEAREST, FARTHEST)
    log_weight = (2.0 - DIMENSIONS) * tf.math.log(d)
    log_weight -= 0.5 * (DIMENSIONS - 3) * tf.math.log(1 - tf.square(d) / 4)
    log_weight = tf.where(distances < FARTHEST, log_weight, -1e3)  # only if nothing else is left
    log_weight = tf.where(same, -float("inf"), log_weight)[:, None, :]
    draws = _uniform(tf.tile(log_weight, [1, positives, 1]), seed)
    gumbel = -tf.math.log(-tf.math.log(draws + 1e-20) + 1e-20)
    return _listed(anchor, positive, tf.argmax(log_weight + gumbel, 2, tf.int32))


MINERS: dict[str, Miner] = {
    "random": random_triplets,
    "semi-hard": semi_hard,
    "distance-weighted": distance_weighted,
    "batch-hard": batch_hard,
}


def _uniform(like: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Uniform numbers of the same shape; one algorithm, so that jit draws what others draw."""
    return tf.random.stateless_uniform(tf.shape(like), seed, alg="philox")


def _similar_pairs(same: tf.Tensor, positives: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Anchors and others of their class, [batch, positives]; the anchor itself where there is none.

    An anchor without any dissimilar row has no other either.
    """
    rows = tf.range(tf.shape(same)[0])
    anchor = tf.tile(rows[:, None], [1, positives])
    exists, positive = tf.math.top_k(tf.cast(_similar(same), tf.float32), positives)
    exists = (exists > 0) & tf.reduce_any(~same, 1, keepdims=True)
    return anchor, tf.where(exists, positive, anchor)


def _one_each(score: tf.Tensor, same: tf.Tensor) -> tf.Tensor:
    """For every row the similar and the dissimilar row of highest score."""
    rows, similar = tf.range(tf.shape(same)[0]), _similar(same)
    positive = tf.argmax(tf.where(similar, score, -float("inf")), 1, tf.int32)
    negative = tf.argmax(tf.where(same, -float("inf"), score), 1, tf.int32)
    exists = tf.reduce_any(similar, 1) & tf.reduce_any(~same, 1)
    return tf.stack([rows, tf.where(exists, positive, rows), negative], 1)


def _highest_of_columns(score: tf.Tensor) -> tf.Tensor:
    """The first row of highest score in every column; twice as fast as argmax under XLA."""
    rows = tf.range(tf.shape(score)[0])
    is_top = score == tf.reduce_max(score, 0, keepdims=True)
    found = tf.reduce_min(tf.where(is_top, rows[:, None], tf.shape(score)[0]), 0)
    return tf.minimum(found, tf.shape(score)[0] - 1)  # where NaN is not even equal to itself


def _similar(same: tf.Tensor) -> tf.Tensor:
    return same & ~tf.eye(tf.shape(same)[0], dtype=tf.bool)


def _listed(anchor: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tf.stack([anchor, positive, negative], 2), [-1, 3])
