"""How well the nearest neighbours of a row are of its own class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def distances(
    a: ArrayLike,
    b: ArrayLike | None = None,
    metric: Literal["euclidean", "cosine", "manhattan"] = "euclidean",
) -> Floats:
    """Distances from each row of `a` to each row of `b` (of `a` if None), [rows of a, rows of b].

    Args:
        a, b: [rows, dimensions].
        metric: ``euclidean`` ‖a − b‖₂, ``cosine`` 1 − cos of the angle, ``manhattan`` ‖a − b‖₁.
            Between unit vectors the first two rank alike: ‖a − b‖² = 2 (1 − cos).
    Raises:
        ValueError: shapes that do not fit, NaN or infinity, a zero vector under cosine, or an
            unknown metric.
    """
    a = _rows(a)
    b = a if b is None else _rows(b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"rows of {a.shape[1]} and of {b.shape[1]} dimensions have no distance")
    if metric == "manhattan":
        return np.stack([np.abs(row - b).sum(1) for row in a])
    if metric == "cosine":
        lengths = [np.linalg.norm(side, axis=1) for side in (a, b)]
        if min(length.min() for length in lengths) == 0:
            raise ValueError("a vector of zeros has no direction, so no cosine")
        return 1 - np.clip(a @ b.T / np.outer(*lengths), -1, 1)
    if metric != "euclidean":
        raise ValueError(f"there is no metric {metric!r}; choose euclidean, cosine or manhattan")
    squared = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0))


def recall_at_k(distance: ArrayLike, labels: ArrayLike, k: int = 1) -> float:
    """Recall@K in percent: rows with one of their own class among their K nearest other rows.

    Equal distances are ranked by row number.

    Args:
        distance: between all rows [rows, rows]; labels: [rows].
        k: 1 … rows − 1.
    Raises:
        ValueError: shapes that do not fit, numbers that are not finite, or k out of range.
    """
    return _recall(_hits(distance, labels), k)


def _recall(hits: NDArray[np.bool_], k: int) -> float:
    if not 1 <= k <= hits.shape[1]:
        raise ValueError(f"k must be 1 … {hits.shape[1]}, the other rows; got {k}")
    return 100 * float(hits[:, :k].any(1).mean())


def map_at_r(distance: ArrayLike, labels: ArrayLike) -> float:
    """Mean average precision at R in percent (Musgrave, Belongie, Lim 2020).

    For a row with R others of its class: mean over ranks i = 1 … R of the precision among the i
    nearest, counted where rank i is a hit. Stricter than Recall@1, so it saturates later.

    Args:
        distance: between all rows [rows, rows]; labels: [rows].
    Raises:
        ValueError: as `recall_at_k`, or a class with a single row, for which R is 0.
    """
    return _map_at_r(_hits(distance, labels), np.asarray(labels))


def recalls_and_map(
    distance: ArrayLike, labels: ArrayLike, ks: Sequence[int] = (1, 2, 4, 8)
) -> dict[str, float]:
    """Recall@K for each K of `ks`, named R@1 …, and MAP@R, ranked once; in percent.

    Args, raises: as `recall_at_k` and `map_at_r`.
    """
    hits = _hits(distance, labels)
    recalls = {f"R@{k}": _recall(hits, k) for k in ks}
    return {**recalls, "MAP@R": _map_at_r(hits, np.asarray(labels))}


def _map_at_r(hits: NDArray[np.bool_], labels: NDArray) -> float:
    names, which, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"class {names[counts.argmin()]} has a single row, so nothing can be retrieved for it; "
            "leave it out"
        )
    others = (counts - 1)[which]
    rank = np.arange(1, hits.shape[1] + 1)
    counted = hits & (rank <= others[:, None])
    precision = np.cumsum(hits, 1) / rank
    return 100 * float(np.mean(np.sum(precision * counted, 1) / others))


def _hits(distance: ArrayLike, labels: ArrayLike) -> NDArray[np.bool_]:
    """For every row whether its nearest, second nearest, … other row has its label."""
    distance, labels = np.array(distance, float), np.asarray(labels)
    rows = len(labels)
    if labels.ndim != 1 or distance.shape != (rows, rows) or rows < 2:
        raise ValueError(
            "distances must be [rows, rows] and labels [rows] of two rows or more, got "
            f"{distance.shape} and {labels.shape}"
        )
    if not np.isfinite(distance).all():
        raise ValueError("distances must be finite; look for NaN in the embeddings")
    np.fill_diagonal(distance, -np.inf)  # a row itself comes first and is left out
    nearest = np.argsort(distance, axis=1, kind="stable")[:, 1:]
    return labels[nearest] == labels[:, None]


def _rows(a: ArrayLike) -> Floats:
    a = np.asarray(a, float)
    if a.ndim != 2 or 0 in a.shape:
        raise ValueError(f"rows must be [rows, dimensions] and not empty, got shape {a.shape}")
    if not np.isfinite(a).all():
        raise ValueError("an embedding holds NaN or infinity; distances would mean nothing")
    return a
