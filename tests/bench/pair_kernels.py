"""Losses over all pairs of a batch, forward and backward, against the matrix products they need.

The limit is two products: the gram matrix E Eᵀ and one symmetric [batch, batch] times E. Loss and
limit run in turns, so that both meet the same machine; what is compared is the median of ratios.
For contrast, the way of a first attempt: all differences as a tensor [batch, batch, dimensions].
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from lecturekit.losses.contrastive import contrastive

DIMENSIONS, CLASSES, MARGIN, ROUNDS = 128, 32, 1.0, 31


def a_batch(rows: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Unit vectors and labels."""
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(rows, DIMENSIONS)).astype("float32")
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return tf.constant(drawn), tf.constant(rng.integers(0, CLASSES, rows).astype("int32"))


def naive(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """What one writes first: it broadcasts differences and has no gradient at distance 0."""
    difference = embeddings[:, None, :] - embeddings[None, :, :]
    distance = tf.sqrt(tf.reduce_sum(tf.square(difference), -1) + 1e-12)
    same = tf.cast(labels[:, None] == labels[None, :], tf.float32)
    return tf.reduce_mean(same * distance + (1 - same) * tf.maximum(MARGIN - distance, 0))


def with_gradient(loss: Callable[..., tf.Tensor]) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    def both(embeddings: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(embeddings)
            value = loss(embeddings, labels)
        return value, tape.gradient(value, embeddings)

    return both


def ours(form: str, embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return contrastive(embeddings, labels, margin=MARGIN, form=form).loss


@tf.function(jit_compile=True)
def two_products(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The limit."""
    return tf.matmul(tf.matmul(embeddings, embeddings, transpose_b=True), embeddings)


def milliseconds(function: Callable[..., object], batch: tuple[tf.Tensor, tf.Tensor]) -> float:
    start = time.perf_counter()
    tf.nest.flatten(function(*batch))[-1].numpy()
    return 1000 * (time.perf_counter() - start)


def in_turns(kernels: dict[str, Callable[..., object]], rows: int, rounds: int) -> None:
    """Print the median time of every kernel, and the median ratio to the limit."""
    batch = a_batch(rows)
    for kernel in kernels.values():  # compile, warm up
        milliseconds(kernel, batch)
        milliseconds(kernel, batch)
    times: dict[str, list[float]] = {name: [] for name in kernels}
    for _ in range(rounds):
        for name, kernel in kernels.items():
            times[name].append(milliseconds(kernel, batch))
    limit = times["two products"]
    for name, found in times.items():
        ratio = median(a / b for a, b in zip(found, limit, strict=True))
        goal = "   goal <= 1.5" if name.startswith("ours") and rows >= 1024 else ""
        print(
            f"batch {rows:5d}  {name:30s} {median(found):9.2f} ms   {ratio:7.2f} × the limit{goal}"
        )


if __name__ == "__main__":
    compiled = partial(tf.function, jit_compile=True)
    kernels = {
        "two products": two_products,
        "ours, the slide's form": compiled(with_gradient(partial(ours, "slide"))),
        "ours, Hadsell's form": compiled(with_gradient(partial(ours, "hadsell"))),
    }
    for rows in (256, 1024, 4096):
        in_turns(kernels, rows, ROUNDS)
    for rows in (256, 1024):
        first_attempt = {"two products": two_products, "naive": with_gradient(naive)}
        in_turns(first_attempt, rows, 3)
