"""Samplers of pairs: weights [batch, batch] that say how much each pair of a batch counts.

A sampler is a function ``(distances, same, seed) -> weights`` of plain TensorFlow operations, so
that it runs inside a compiled training graph. Two integers are its seed: the same ones, the same
pairs. Weights belong to ordered pairs; a loss that needs symmetric ones adds both directions.
Slide "Contrastive loss in face detect/identify".
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from lecturekit.losses import checks

Sampler = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]
SHARE = 0.15  # of the pairs of a batch that `random_pairs` keeps


def pair_weights(
    name: str, distances: tf.Tensor, labels: tf.Tensor, seed: tuple[int, int] | tf.Tensor = (0, 0)
) -> tf.Tensor:
    """Weights of the pairs of a batch, [batch, batch], zero on the diagonal.

    Args:
        name: key of `SAMPLERS`.
        distances: between all rows [batch, batch]; no gradient goes through them.
        labels: whole numbers [batch].
        seed: two integers.
    Raises:
        ValueError: no such sampler, shapes that do not fit, or (eagerly) labels of one class only,
            or of as many classes as rows: then one kind of pair does not exist.
    """
    if name not in SAMPLERS:
        raise ValueError(f"there is no sampler {name!r}; choose one of {', '.join(SAMPLERS)}")
    distances, labels = checks.distances_of_labels(distances, labels)
    same = labels[:, None] == labels[None, :]
    return SAMPLERS[name](tf.stop_gradient(distances), same, tf.convert_to_tensor(seed))


def all_pairs(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Every pair counts once in each direction."""
    return _others(same)


def random_pairs(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """A random share of all pairs, similar or not as it happens."""
    drawn = _uniform(same, seed)
    upper = tf.linalg.band_part(tf.cast(drawn < SHARE, tf.float32), 0, -1)
    return (upper + tf.transpose(upper)) * _others(same)


def balanced(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """For every row one random similar and one random dissimilar row."""
    return _one_of_each(_uniform(same, seed), same)


def easy(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """For every row its nearest similar and its farthest dissimilar row: what it knows already."""
    return _one_of_each(tf.where(same, -distances, distances), same)


def hard(distances: tf.Tensor, same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """For every row its farthest similar and its nearest dissimilar row: where it is most wrong."""
    return _one_of_each(tf.where(same, distances, -distances), same)


SAMPLERS: dict[str, Sampler] = {
    "easy": easy,
    "balanced": balanced,
    "random": random_pairs,
    "all": all_pairs,
    "hard": hard,
}


def _uniform(same: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Uniform numbers of the same shape; one algorithm, so that jit draws what others draw."""
    return tf.random.stateless_uniform(tf.shape(same), seed, alg="philox")


def _others(same: tf.Tensor) -> tf.Tensor:
    """1 for every pair of two different rows."""
    return 1 - tf.eye(tf.shape(same)[0])


def _one_of_each(score: tf.Tensor, same: tf.Tensor) -> tf.Tensor:
    """For every row the similar and the dissimilar row of highest score, where there is one."""
    similar = same & (_others(same) > 0)
    return _best(score, similar) + _best(score, ~same)


def _best(score: tf.Tensor, allowed: tf.Tensor) -> tf.Tensor:
    best = tf.argmax(tf.where(allowed, score, -float("inf")), 1)
    return tf.one_hot(best, tf.shape(score)[1]) * tf.cast(allowed, tf.float32)
