"""Refuse what would turn into NaN later: shapes always, values where they can be seen, eagerly.

Inside a compiled graph values are not known while it is built, so there only shapes are checked.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

TOLERANCE = 1e-3  # of a sum of float32 probabilities


def same_shape(a: Any, b: Any, what: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Both as float tensors [batch, classes] of one shape; ValueError otherwise, or when empty."""
    a, b = (tf.cast(tf.convert_to_tensor(each), tf.float32) for each in (a, b))
    if a.shape.rank != 2 or b.shape.rank != 2 or not a.shape.is_compatible_with(b.shape):
        raise ValueError(f"{what} must both be [batch, classes], got {a.shape} and {b.shape}")
    not_empty(a, what)
    return a, b


def not_empty(a: tf.Tensor, what: str) -> None:
    """Raise ValueError for a batch without rows: its mean would be NaN."""
    if a.shape[0] == 0:
        raise ValueError(f"{what}: the batch is empty, so there is nothing to average")


def probabilities(p: tf.Tensor, what: str) -> None:
    """Raise ValueError unless every row is a distribution: finite, not negative, sum 1."""
    if not tf.executing_eagerly():
        return
    finite(p, what)
    if tf.reduce_min(p) < 0:
        raise ValueError(f"{what} holds a negative probability; are these logits? softmax them")
    total = tf.reduce_sum(p, -1)
    worst = total[tf.argmax(tf.abs(total - 1))]
    if abs(worst - 1) > TOLERANCE:
        raise ValueError(f"a row of {what} sums to {worst:.3g}, not to 1; are these logits?")


def finite(values: tf.Tensor, what: str) -> None:
    """Raise ValueError for NaN or infinity, where values can be seen."""
    if tf.executing_eagerly() and not bool(tf.reduce_all(tf.math.is_finite(values))):
        raise ValueError(f"{what} holds NaN or infinity; try a smaller learning rate")


def between(value: Any, low: float, high: float, what: str, *, open_low: bool = False) -> None:
    """Raise ValueError for a plain number outside [low, high]; tensors are let through."""
    if isinstance(value, tf.Tensor | tf.Variable):
        return
    low_fits = low < value if open_low else low <= value
    if not (low_fits and value <= high):
        start = f"above {low:g}" if open_low else f"at least {low:g}"
        end = "" if high == float("inf") else f" and at most {high:g}"
        raise ValueError(f"{what} must be {start}{end}, got {value}")


def one_label_each(embeddings: tf.Tensor, labels: tf.Tensor) -> None:
    """Raise ValueError unless labels are [batch] for embeddings [batch, dimensions]."""
    if labels.shape.rank != 1 or not embeddings.shape[:1].is_compatible_with(labels.shape):
        raise ValueError(
            f"every embedding needs its label: {embeddings.shape} and labels {labels.shape}"
        )


def both_kinds(labels: tf.Tensor) -> None:
    """Raise ValueError where labels can be seen and have no similar, or no dissimilar pair."""
    if not tf.executing_eagerly():
        return
    classes = len(tf.unique(labels)[0])
    if classes == 1:
        raise ValueError("labels of one class only: no dissimilar pair, everything collapses")
    if classes == labels.shape[0]:
        raise ValueError("every row has a label of its own: there is no similar pair")


def distances_of_labels(distances: Any, labels: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Both as tensors, [batch, batch] and [batch], with pairs of both kinds, or a ValueError."""
    distances, labels = tf.convert_to_tensor(distances), tf.convert_to_tensor(labels)
    rows = labels.shape[0]
    if labels.shape.rank != 1 or not distances.shape.is_compatible_with([rows, rows]):
        raise ValueError(
            f"distances must be [batch, batch] and labels [batch], got {distances.shape} and "
            f"{labels.shape}"
        )
    both_kinds(labels)
    return distances, labels
