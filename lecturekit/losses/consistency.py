"""Consistency losses: a prediction should survive an augmentation of its input.

KL(p ‖ q) = CE(p, q) − H(p). With a stop-gradient on p, CE and KL have the same gradient; without
it they differ by the gradient of H(p). Slides "Consistency loss" and "Intuition of final model";
Xie et al. 2020 (UDA, arXiv 1904.12848).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import tensorflow as tf

from lecturekit.losses import checks

Schedule = Literal["linear", "log", "exp"]
SCHEDULES: tuple[Schedule, ...] = ("linear", "log", "exp")


def cross_entropy(p: tf.Tensor, q: tf.Tensor) -> tf.Tensor:
    """CE(p, q) = −Σ p log q in nats, [batch]. Infinite where p > 0 meets q = 0.

    Args:
        p, q: probabilities [batch, classes].
    Raises:
        ValueError: other shapes, an empty batch, or (eagerly) rows that are no distribution.
    """
    p, q = _pair(p, q)
    return -tf.reduce_sum(tf.math.xlogy(p, q), -1)


def entropy(p: tf.Tensor) -> tf.Tensor:
    """H(p) = −Σ p log p in nats, [batch]; 0 for a certain prediction, log C for an even one."""
    p, _ = _pair(p, p)
    return -tf.reduce_sum(tf.math.xlogy(p, p), -1)


def kl_divergence(p: tf.Tensor, q: tf.Tensor) -> tf.Tensor:
    """KL(p ‖ q) = Σ p log(p / q) in nats, [batch]; 0 only where p = q. Gradients flow through both.

    Args, raises: as `cross_entropy`.
    """
    p, q = _pair(p, q)
    return tf.reduce_sum(tf.math.xlogy(p, p) - tf.math.xlogy(p, q), -1)


@dataclass(frozen=True)
class Consistency:
    """The loss, and what it was made of.

    Attributes:
        loss: mean over the whole batch, masked rows counting as zero, scalar.
        target: what the augmented prediction is pulled to, [batch, classes].
        kept: 1 where a row was confident enough to count, [batch].
    """

    loss: tf.Tensor
    target: tf.Tensor
    kept: tf.Tensor


def consistency(
    logits: tf.Tensor,
    augmented: tf.Tensor,
    *,
    stop_gradient: bool = True,
    temperature: float | tf.Tensor = 1.0,
    threshold: float | tf.Tensor = 0.0,
    correction: tf.Tensor | None = None,
) -> Consistency:
    """Cross-entropy from the prediction on x to the prediction on its augmentation x̂ (UDA, eq. 1).

    Args:
        logits: of x, [batch, classes]; augmented: of x̂, same shape.
        stop_gradient: treat the first prediction as data, as the slide's figure says ("no back
            prop") and its two lines of code do not.
        temperature: below 1 sharpens the target (UDA: 0.4 on images).
        threshold: rows whose largest probability, *before* sharpening, is not above it don't count
            (UDA's β, 0.8 on CIFAR-10). The mean still divides by the whole batch.
        correction: [classes] factors on the target's probabilities, from `alignment`.
    Raises:
        ValueError: other shapes, an empty batch, logits that are not finite (eagerly), a
            temperature of 0 or less, a threshold outside [0, 1].
    """
    logits, augmented = checks.same_shape(logits, augmented, "the two predictions")
    checks.finite(logits, "the logits of x")
    checks.finite(augmented, "the logits of the augmented x")
    checks.between(temperature, 0, math.inf, "temperature", open_low=True)
    checks.between(threshold, 0, 1, "threshold")
    if stop_gradient:
        logits = tf.stop_gradient(logits)
    if correction is not None:  # p·c / Σ p·c, said in logits
        logits += tf.math.log(correction)
    confidence = tf.stop_gradient(tf.reduce_max(tf.nn.softmax(logits), -1))
    kept = tf.cast(confidence > threshold, tf.float32)
    target = tf.nn.softmax(logits / temperature)
    rows = -tf.reduce_sum(target * tf.nn.log_softmax(augmented), -1)
    return Consistency(tf.reduce_mean(kept * rows), target, kept)


def alignment(running: tf.Tensor, prior: tf.Tensor) -> tf.Tensor:
    """Distribution alignment: factors that undo a drift of the mean prediction, [classes].

    prior / running mean prediction (Berthelot et al. 2020, ReMixMatch). A class that is predicted
    too often is turned down in the targets.

    Args:
        running: mean prediction so far, [classes]; prior: how often the classes are expected.
    """
    return prior / tf.maximum(running, 1e-6)


def training_signal(
    progress: float | tf.Tensor,
    classes: int,
    schedule: Schedule = "linear",
) -> tf.Tensor:
    """Training-signal annealing: labelled rows more certain than this are left out (UDA, app. A.1).

    η = α (1 − 1/C) + 1/C with α = t (linear), 1 − e^{−5t} (log), e^{5(t − 1)} (exp): from chance
    towards 1. `exp` releases labels late, for few labels; `log` early.

    Args:
        progress: t, the share of training that is done, 0 … 1.
        classes: C, at least 2.
    Raises:
        ValueError: progress outside [0, 1], fewer than two classes, or an unknown schedule.
    """
    checks.between(progress, 0, 1, "progress")
    if classes < 2:
        raise ValueError(f"with {classes} class there is nothing to anneal: give two or more")
    t = tf.cast(progress, tf.float32)
    grown = {"linear": t, "log": 1 - tf.exp(-5 * t), "exp": tf.exp(5 * (t - 1))}
    if schedule not in grown:
        raise ValueError(f"there is no schedule {schedule!r}; choose {', '.join(grown)}")
    return grown[schedule] * (1 - 1 / classes) + 1 / classes


def _pair(p: tf.Tensor, q: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    p, q = checks.same_shape(p, q, "p and q")
    checks.probabilities(p, "p")
    checks.probabilities(q, "q")
    return p, q
