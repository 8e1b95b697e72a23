"""What the kernel benches run: our losses, their limit, and a first attempt; all with gradients.

The limit is the two matrix products that a loss over all pairs needs: the gram matrix E Eᵀ and one
symmetric [batch, batch] times E. The first attempt holds all differences, [batch, batch, dims].
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import psutil
import tensorflow as tf

from lecturekit.losses.contrastive import contrastive
from lecturekit.losses.distances import squared_distances
from lecturekit.losses.triplet import triplet
from lecturekit.mining import batch_hard

DIMENSIONS, CLASSES, MARGIN, TRIPLET_MARGIN = 128, 32, 1.0, 0.2
FLOATS_OF_NAIVE = 3  # tensors [batch, batch, dims] alive at once: differences, squares, gradient
Batch = tuple[tf.Tensor, tf.Tensor]
Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def a_batch(rows: int) -> Batch:
    """Unit vectors [rows, 128] and labels [rows] of 32 classes."""
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(rows, DIMENSIONS)).astype("float32")
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return tf.constant(drawn), tf.constant(rng.integers(0, CLASSES, rows).astype("int32"))


def pulled_and_pushed(form: str, embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return contrastive(embeddings, labels, margin=MARGIN, form=form).loss


def hard_triplets(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    distances = squared_distances(tf.stop_gradient(embeddings))
    same = labels[:, None] == labels[None, :]
    chosen = batch_hard(distances, same, tf.constant([0, 0]), 0)
    return triplet(embeddings, chosen, margin=TRIPLET_MARGIN).loss


def naive(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """What one writes first: it broadcasts differences and needs an epsilon at distance 0."""
    difference = embeddings[:, None, :] - embeddings[None, :, :]
    distance = tf.sqrt(tf.reduce_sum(tf.square(difference), -1) + 1e-12)
    same = tf.cast(labels[:, None] == labels[None, :], tf.float32)
    return tf.reduce_mean(same * distance + (1 - same) * tf.maximum(MARGIN - distance, 0))


def with_gradient(loss: Loss) -> Callable[[tf.Tensor, tf.Tensor], Batch]:
    """``(embeddings, labels) -> (loss, its gradient)``."""

    def both(embeddings: tf.Tensor, labels: tf.Tensor) -> Batch:
        with tf.GradientTape() as tape:
            tape.watch(embeddings)
            value = loss(embeddings, labels)
        return value, tape.gradient(value, embeddings)

    return both


def two_products(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.matmul(tf.matmul(embeddings, embeddings, transpose_b=True), embeddings)


def kernels() -> dict[str, Callable]:
    """Name → compiled kernel of a batch. The first attempt runs as a graph without XLA, which
    would fuse its large tensors away."""
    fused = partial(tf.function, jit_compile=True)
    return {
        "two products": fused(two_products),
        "contrastive, slide": fused(with_gradient(partial(pulled_and_pushed, "slide"))),
        "contrastive, Hadsell": fused(with_gradient(partial(pulled_and_pushed, "hadsell"))),
        "batch-hard": fused(with_gradient(hard_triplets)),
        "naive": tf.function(with_gradient(naive)),
    }


def run(kernel: Callable, batch: Batch) -> Callable[[], object]:
    """Run a kernel until its result is in memory."""
    return lambda: tf.nest.flatten(kernel(*batch))[-1].numpy()


def bytes_of_naive(rows: int) -> int:
    """What the first attempt holds at once, about."""
    return FLOATS_OF_NAIVE * 4 * rows * rows * DIMENSIONS


def fits(rows: int) -> bool:
    """Whether the first attempt leaves half of the free memory alone."""
    return bytes_of_naive(rows) < psutil.virtual_memory().available / 2
