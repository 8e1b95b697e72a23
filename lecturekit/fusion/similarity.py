"""Where two trained networks think alike: linear CKA between all their layers.

The slide's third recipe, "fully train each modality, merge based on similarity in activations"
(cited as Lu and Xu 2018, a paper that could not be identified), needs a similarity. CKA is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def linear_cka(x: ArrayLike, y: ArrayLike) -> float:
    """Centred kernel alignment of two sets of activations of the same rows, 0 … 1.

    ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of centred columns (Kornblith et al. 2019): 1 for activations that agree
    up to rotation and one scale. Activations that never change are like nothing: 0.

    Args:
        x, y: [rows, features], features may differ.
    Raises:
        ValueError: other shapes, different or fewer than two rows, NaN.
    """
    a, b = (np.asarray(v, np.float64) for v in (x, y))
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b) or len(a) < 2:
        raise ValueError(
            f"CKA compares activations of the same two or more rows, got {a.shape} and {b.shape}"
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("the activations hold NaN or infinity; did the training diverge?")
    a, b = (np.where(np.ptp(v, 0) > 0, v - v.mean(0), 0) for v in (a, b))  # constants: exactly 0
    size = np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)
    return float(np.linalg.norm(b.T @ a) ** 2 / size) if size > 0 else 0.0


def cka_matrix(first: Sequence[ArrayLike], second: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """[layers of the first network, layers of the second]."""
    return np.array([[linear_cka(x, y) for y in second] for x in first])


def most_similar(matrix: ArrayLike) -> tuple[int, int]:
    """The pair of layers with the largest similarity; of equals the deepest."""
    matrix = np.asarray(matrix)
    last = np.flatnonzero(matrix == matrix.max())[-1]
    row, column = np.unravel_index(last, matrix.shape)
    return int(row), int(column)
