"""Latent-space transfer in closed form: a linear map, or only a turn, from pairs of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearMap:
    """x ↦ (x − middle) @ matrix + shift; matrix [features, latent]."""

    matrix: Floats
    middle: Floats
    shift: Floats

    def __call__(self, x: ArrayLike) -> NDArray[np.float32]:
        """[rows, features] → [rows, latent]."""
        return ((np.asarray(x, float) - self.middle) @ self.matrix + self.shift).astype(np.float32)


def least_squares(x: ArrayLike, target: ArrayLike, *, ridge: float = 1e-3) -> LinearMap:
    """The linear map that minimises ‖xW − target‖² + λ n ‖W‖², both sides centred.

    Args:
        x: [rows, features]; target: [rows, latent], the same rows.
        ridge: λ ≥ 0; features that never vary get weight 0 either way.
    Raises:
        ValueError: other numbers of rows, fewer than two, λ < 0, or NaN.
    """
    a, b, middle, shift = _centred(x, target)
    if not ridge >= 0:
        raise ValueError(f"ridge must be at least 0, got {ridge}")
    size, axes = np.linalg.eigh(a.T @ a)
    keep = size > 1e-12 * max(float(size[-1]), 1e-300)
    factor = np.divide(1, size + ridge * len(a), out=np.zeros_like(size), where=keep)
    return LinearMap((axes * factor) @ (axes.T @ (a.T @ b)), middle, shift)


def orthogonal(x: ArrayLike, target: ArrayLike) -> LinearMap:
    """Orthogonal Procrustes (Schönemann 1966): turn, mirror, stretch by one factor and shift.

    With X = UΣVᵀ of xᵀ·target the best turn is UVᵀ. Where x has more features than the target has
    dimensions, its columns are orthonormal, where fewer, its rows: distances within the common
    dimensions stay what they were.

    Raises:
        ValueError: as `least_squares`.
    """
    a, b, middle, shift = _centred(x, target)
    u, size, v = np.linalg.svd(a.T @ b, full_matrices=False)
    turn = u @ v
    seen = float(np.sum((a @ turn) ** 2))
    return LinearMap(turn * (size.sum() / seen if seen > 0 else 0.0), middle, shift)


def principal(x: ArrayLike, count: int) -> LinearMap:
    """Onto the first `count` principal axes of x, fewer if x has fewer features."""
    a, _, middle, _ = _centred(x, x)
    axes = np.linalg.eigh(a.T @ a)[1][:, ::-1][:, :count]
    return LinearMap(axes, middle, np.zeros(axes.shape[1]))


def _centred(x: ArrayLike, target: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    a, b = np.asarray(x, float), np.asarray(target, float)
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b) or len(a) < 2:
        raise ValueError(
            f"pairs of two rows or more are needed, [rows, …] twice, got {a.shape} and {b.shape}"
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("pairs hold NaN or infinity; clean them first")
    middle, shift = a.mean(0), b.mean(0)
    return a - middle, b - shift, middle, shift
