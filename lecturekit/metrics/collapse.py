"""Has an embedding fallen into one point? The loss alone may look quiet when it has."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

NEAR = 0.05  # of the plateau, relatively


def spread(embeddings: ArrayLike) -> float:
    """Distance of the points from their middle, relative to their length, both as root mean square.

    0 if all are one point, 1 if they lie evenly about the origin. All points at the origin: 0.

    Args:
        embeddings: [rows, dimensions].
    Raises:
        ValueError: not two-dimensional, empty, or not finite.
    """
    points = np.asarray(embeddings, float)
    if points.ndim != 2 or not points.size or not np.isfinite(points).all():
        raise ValueError(f"embeddings must be finite [rows, dimensions], got shape {points.shape}")
    length = math.sqrt(np.mean(np.sum(points**2, 1)))
    if length == 0:
        return 0.0
    return math.sqrt(np.mean(np.sum((points - points.mean(0)) ** 2, 1))) / length


def collapsed(embeddings: ArrayLike, loss: float, plateau: float, *, least: float = 0.1) -> bool:
    """Whether the points are one point *and* the loss sits on the plateau that such points cause.

    If D = 0 everywhere, a hinge leaves the margin α, and the soft form ln 2. Either sign alone
    misleads: a loss near α may be a start, a small spread may be a small margin.

    Args:
        loss: of late, not of one batch; plateau: α, or ln 2.
        least: spread of a healthy embedding.
    Raises:
        ValueError: as `spread`, or a plateau that is not above 0.
    """
    if not plateau > 0:
        raise ValueError(f"the plateau must be above 0, got {plateau}: no margin, no plateau")
    return spread(embeddings) < least and abs(loss - plateau) < NEAR * plateau
