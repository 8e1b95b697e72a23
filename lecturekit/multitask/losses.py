"""Losses over several labels, with a mask for the labels that are missing."""

from __future__ import annotations

import tensorflow as tf


def squared_error(model, x: tf.Tensor, task: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Single task label per input: mean squared error of ``model([x, task])``, rows equal."""
    return tf.reduce_mean(tf.square(y - model([x, task])))


def multi_label(
    y: tf.Tensor,
    prediction: tf.Tensor,
    mask: tf.Tensor | None = None,
    *,
    per_label: bool = False,
) -> tf.Tensor:
    """Multi-label per input: squared errors of all labels in one scalar.

    Args:
        y, prediction: [rows, labels].
        mask: [rows, labels], 1 where the label is known. A missing label belongs in the mask:
            writing 0 into y would teach the network that the answer is 0.
        per_label: first average each label over its own rows, then over labels, so that rare
            labels count as much as common ones. Labels without rows are left out.
    Returns: Σ m·(y − ŷ)² / Σ m; 0 if nothing is known. Dividing by the batch instead of Σ m would
        silently turn down rare labels.
    """
    mask = tf.ones_like(prediction) if mask is None else tf.cast(mask, prediction.dtype)
    known = mask > 0
    # The inner `where` keeps a NaN that stands for "missing" out of the gradient.
    error = tf.where(known, tf.square(tf.where(known, y, prediction) - prediction) * mask, 0.0)
    if not per_label:
        return tf.math.divide_no_nan(tf.reduce_sum(error), tf.reduce_sum(mask))
    counts = tf.reduce_sum(mask, 0)
    means = tf.math.divide_no_nan(tf.reduce_sum(error, 0), counts)
    labels = tf.reduce_sum(tf.cast(counts > 0, means.dtype))
    return tf.math.divide_no_nan(tf.reduce_sum(means), labels)


def single_label_mask(task: tf.Tensor, tasks: int) -> tf.Tensor:
    """A single task label per input, seen as multi-label: [rows, tasks], 1 at each row's task."""
    return tf.one_hot(task, tasks)
