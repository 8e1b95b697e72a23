"""Decision fusion: one decision of several classifiers' probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def log_softmax(logits: ArrayLike) -> Floats:
    """Log-probabilities along the last axis."""
    z = np.asarray(logits, np.float64)
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def decision_fusion(
    log_probability: ArrayLike, prior: ArrayLike | None = None, present: ArrayLike | None = None
) -> Floats:
    """log p(y | x₁ … x_M) of log p(y | xₘ): the sum less (M − 1) log π, normalised.

    Exact where the modalities are independent given the class (Bayes' rule M times). Forgetting the
    prior counts it M times, which only shows where classes are unequal.

    Args:
        log_probability: [M, rows, classes].
        prior: [classes] π, sums to 1; uniform if None.
        present: bool [M] or [M, rows]; a modality that is not there is left out, and where none is
            there the answer is the prior.
    Returns:
        [rows, classes] log-probabilities.
    Raises:
        ValueError: other shapes, or a prior that is no distribution.
    """
    each = np.asarray(log_probability, np.float64)
    if each.ndim != 3 or 0 in each.shape:
        raise ValueError(f"log_probability must be [modalities, rows, classes], got {each.shape}")
    count, rows, classes = each.shape
    pi = np.full(classes, 1 / classes) if prior is None else np.asarray(prior, np.float64)
    if pi.shape != (classes,) or (pi <= 0).any() or not np.isclose(pi.sum(), 1, atol=1e-6):
        raise ValueError(
            f"prior must be {classes} positive numbers that sum to 1, got {pi.tolist()}"
        )
    there = np.ones((count, 1)) if present is None else np.asarray(present, bool)
    if there.shape not in ((count,), (count, 1), (count, rows)):
        raise ValueError(f"present must be [{count}] or [{count}, {rows}], got {there.shape}")
    there = there.reshape(count, -1, 1).astype(float)
    total = np.where(there > 0, each, 0).sum(0) - (there.sum(0) - 1) * np.log(pi)
    return log_softmax(total)
