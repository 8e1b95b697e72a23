"""The triplet loss: the positive shall be nearer to the anchor than the negative, by a margin.

The slide sums D(a, p) − D(a, n) + α as it is. Published forms stop where the order is right:
FaceNet (Schroff, Kalenichenko, Philbin 2015) by max(0, …) of squared distances between unit
vectors, Hermans, Beyer, Leibe 2017 by max(0, …) or softly by ln(1 + exp …) of plain distances.
Slides "Triplet loss" and "More on triplet loss".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf

from lecturekit.losses import checks
from lecturekit.losses.distances import as_embeddings, root, springs_gradient, squared_distances

Form = Literal["slide", "facenet", "hermans", "soft"]
FORMS: tuple[Form, ...] = ("slide", "facenet", "hermans", "soft")


@dataclass(frozen=True)
class Triplet:
    """The loss, and what it was made of.

    Attributes:
        loss: mean over the triplets that count, scalar.
        terms: loss of each triplet, [triplets], or [batch, batch, batch] from `batch_all`; 0 for
            what is no triplet. To look at: the gradient flows through `loss`.
        active: share of the triplets that miss the margin, D(a, p) + α > D(a, n).
    """

    loss: tf.Tensor
    terms: tf.Tensor
    active: tf.Tensor


def triplet(
    embeddings: tf.Tensor,
    triplets: tf.Tensor,
    *,
    margin: float | tf.Tensor,
    form: Form = "hermans",
    anchor_gradient: bool = True,
) -> Triplet:
    """The loss of the triplets that were chosen, see `lecturekit.mining`; others cost nothing.

    Args:
        embeddings: [batch, dimensions]; unit vectors for ``facenet``.
        triplets: row numbers (anchor, positive, negative), [triplets, 3]. Where the positive is the
            anchor itself there is no triplet, and nothing is counted.
        margin: α ≥ 0, or one for each triplet [triplets]. ``soft`` is published without: give 0.
        form: ``slide`` D(a, p) − D(a, n) + α without hinge, ``facenet`` squared with a hinge,
            ``hermans`` with a hinge, ``soft`` ln(1 + exp …).
        anchor_gradient: False holds the anchor still, as in the figure of the slide.
    Raises:
        ValueError: shapes that do not fit, no triplet, margin < 0, an unknown form, or (eagerly)
            row numbers outside the batch or embeddings that are not finite.
    """
    embeddings = as_embeddings(embeddings)
    triplets = _checked(embeddings, triplets)
    margin = _margin(margin, form, triplets.shape[:1])

    points = tf.stop_gradient(embeddings)
    anchor, positive, negative = (tf.gather(points, triplets[:, k]) for k in range(3))
    pull, ap, pull_scale = _apart(positive - anchor, form)
    push, an, push_scale = _apart(negative - anchor, form)
    exists = triplets[:, 0] != triplets[:, 1]
    terms, slope = _shaped(ap - an + margin, form)
    terms, slope = tf.where(exists, terms, 0.0), tf.where(exists, slope, 0.0)
    count = tf.maximum(_sum(exists), 1.0)

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        force = (upstream / count) * slope
        on_positive = (force * pull_scale)[:, None] * pull
        on_negative = -(force * push_scale)[:, None] * push
        moved, rows = [on_positive, on_negative], [triplets[:, 1], triplets[:, 2]]
        if anchor_gradient:
            moved, rows = [-on_positive - on_negative, *moved], [triplets[:, 0], *rows]
        return tf.math.unsorted_segment_sum(
            tf.concat(moved, 0), tf.concat(rows, 0), tf.shape(points)[0]
        )

    loss = _with_gradient(tf.reduce_sum(terms) / count, embeddings, gradient)
    return Triplet(loss, terms, _sum(exists & (ap - an + margin > 0)) / count)


def batch_all(
    embeddings: tf.Tensor,
    labels: tf.Tensor,
    *,
    margin: float | tf.Tensor,
    form: Form = "hermans",
    anchor_gradient: bool = True,
) -> Triplet:
    """The loss of every triplet of a batch, batch³ terms (Hermans et al. 2017, "batch all").

    With a hinge the mean is over the triplets that miss the margin, since the others would only
    dilute the step; else over all triplets.

    Args:
        embeddings: [batch, dimensions], up to a few hundred rows.
        labels: whole numbers [batch].
        margin: α ≥ 0, or [batch, batch], one for each anchor and negative, as HTL has.
        form, anchor_gradient: see `triplet`.
    Raises:
        ValueError: as `triplet`, or (eagerly) labels of one class, or all different: no triplet.
    """
    embeddings, labels = as_embeddings(embeddings), tf.convert_to_tensor(labels)
    checks.one_label_each(embeddings, labels)
    checks.both_kinds(labels)
    margin = _margin(margin, form, [labels.shape[0]] * 2)
    same = labels[:, None] == labels[None, :]
    other = ~tf.eye(tf.shape(labels)[0], dtype=tf.bool)
    exists = (same & other)[:, :, None] & ~same[:, None, :]

    points = tf.stop_gradient(embeddings)
    d2 = squared_distances(points)
    distance, inverse = root(d2)
    distance, scale = (d2, 2.0) if form == "facenet" else (distance, inverse)
    missing = distance[:, :, None] - (distance - margin)[:, None, :]
    terms, slope = _shaped(missing, form)
    terms, slope = tf.where(exists, terms, 0.0), tf.where(exists, slope, 0.0)
    missed = exists & (missing > 0)
    count = tf.maximum(_sum(missed if form in ("facenet", "hermans") else exists), 1.0)

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        pulled = tf.reduce_sum(slope, 2) - tf.reduce_sum(slope, 1)  # by anchor i on row j
        stiffness = (upstream / count) * pulled * scale
        on_others = tf.transpose(stiffness)
        both = stiffness + on_others
        return springs_gradient(both if anchor_gradient else on_others, points)

    loss = _with_gradient(tf.reduce_sum(terms) / count, embeddings, gradient)
    return Triplet(loss, terms, tf.math.divide_no_nan(_sum(missed), _sum(exists)))


def _with_gradient(
    value: tf.Tensor, embeddings: tf.Tensor, gradient: Callable[[tf.Tensor], tf.Tensor]
) -> tf.Tensor:
    """`value`, whose gradient with respect to `embeddings` is known."""

    @tf.custom_gradient
    def known(embeddings: tf.Tensor):
        return tf.identity(value), gradient

    return known(embeddings)


def _shaped(missing: tf.Tensor, form: Form) -> tuple[tf.Tensor, tf.Tensor]:
    """Loss and its slope, of D(a, p) − D(a, n) + α."""
    if form == "slide":
        return missing, tf.ones_like(missing)
    if form == "soft":
        return tf.math.softplus(missing), tf.math.sigmoid(missing)
    return tf.maximum(missing, 0.0), tf.cast(missing > 0, tf.float32)


def _apart(difference: tf.Tensor, form: Form) -> tuple[tf.Tensor, tf.Tensor, Any]:
    """The difference of two rows, their D or D², and what makes the one the slope of the other."""
    d2 = tf.reduce_sum(tf.square(difference), 1)
    if form == "facenet":
        return difference, d2, 2.0
    return difference, *root(d2)


def _margin(margin: float | tf.Tensor, form: Form, shape: Any) -> tf.Tensor:
    """The margin as a tensor: one number, or of this shape."""
    if form not in FORMS:
        raise ValueError(f"there is no form {form!r}; choose one of {', '.join(FORMS)}")
    if isinstance(margin, int | float):
        checks.between(margin, 0, math.inf, "margin")
    margin = tf.convert_to_tensor(margin, tf.float32)
    if margin.shape.rank and not margin.shape.is_compatible_with(shape):
        raise ValueError(f"margin must be a number or {tf.TensorShape(shape)}, got {margin.shape}")
    if tf.executing_eagerly() and not tf.reduce_all(margin >= 0):
        raise ValueError(f"margin must be at least 0, got {tf.reduce_min(margin):g}")
    return margin


def _checked(embeddings: tf.Tensor, triplets: Any) -> tf.Tensor:
    triplets = tf.convert_to_tensor(triplets)
    if triplets.shape.rank != 2 or triplets.shape[1] != 3 or triplets.dtype.is_floating:
        raise ValueError(
            "triplets must be row numbers (anchor, positive, negative), [triplets, 3], got "
            f"{triplets.dtype.name} of shape {triplets.shape}"
        )
    if triplets.shape[0] == 0:
        raise ValueError("no triplet: a batch needs two rows of one class and one of another")
    if tf.executing_eagerly():
        rows = embeddings.shape[0]
        if tf.reduce_min(triplets) < 0 or tf.reduce_max(triplets) >= rows:
            raise ValueError(f"a triplet names a row outside the batch of {rows}")
    return triplets


def _sum(which: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(which, tf.float32))
