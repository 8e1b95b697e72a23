"""Maps that cannot invent structure: a fixed plane, and turning one map onto another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.latent.checks import Floats, Snapshots, as_points, as_snapshots


def principal(snapshots: Snapshots) -> Floats:
    """All snapshots on the first two principal axes of the last one, [frames, rows, 2].

    The control beside every other map: the axes stay, so all motion is motion of the embedding.

    Args:
        snapshots: [frames, rows, dimensions], or a sequence of [rows, dimensions].
    Raises:
        ValueError: see `checks.as_snapshots`.
    """
    snapshots = as_snapshots(snapshots)
    last = snapshots[-1].astype(np.float64)
    middle = last.mean(0)
    axes = np.linalg.svd(last - middle, full_matrices=False)[2][:2]
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
    plane = (snapshots - middle) @ axes.T
    missing = 2 - plane.shape[2]  # of embeddings with one dimension, or of one row
    return np.pad(plane, [(0, 0), (0, 0), (0, missing)]).astype(np.float32)


def procrustes(moving: ArrayLike, fixed: ArrayLike, *, scale: bool = False) -> NDArray[np.float32]:
    """`moving`, turned or mirrored and shifted so that it lies as near to `fixed` as it can.

    The orthogonal Procrustes problem (Schönemann 1966): a map has no up and no left, so two of them
    are only comparable after this. Points that all coincide are only shifted.

    Args:
        moving, fixed: [rows, dimensions], the same rows.
        scale: also stretch by the best factor.
    Raises:
        ValueError: shapes that do not fit, or NaN.
    """
    moving, fixed = (as_points(side, neighbours=1).astype(np.float64) for side in (moving, fixed))
    if moving.shape != fixed.shape:
        raise ValueError(f"the same rows are needed twice, got {moving.shape} and {fixed.shape}")
    middle = fixed.mean(0)
    a, b = moving - moving.mean(0), fixed - middle
    u, size, v = np.linalg.svd(a.T @ b)
    total = np.sum(a**2)
    factor = size.sum() / total if scale and total > 0 else 1.0
    return (factor * a @ (u @ v) + middle).astype(np.float32)
