"""Hard triplets of a whole set: all at once by exhaustive search, or in a list as they come up.

Both are on the slide "More on triplet loss". They live outside the compiled graph, between steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Triplets = NDArray[np.int64]
BLOCK = 512  # anchors whose distances are in memory at a time


def hardest_of_all(embeddings: ArrayLike, labels: ArrayLike) -> Triplets:
    """For every row its farthest similar and nearest dissimilar row of the whole set, [rows, 3].

    Every row meets every other: rows² · dimensions multiplications, each time the embedding moves.

    Args:
        embeddings: [rows, dimensions]; labels: [rows].
    Raises:
        ValueError: shapes that do not fit, NaN, one class only, or a class with a single row.
    """
    points, labels = np.asarray(embeddings, np.float32), np.asarray(labels)
    if points.ndim != 2 or labels.shape != (len(points),):
        raise ValueError(
            f"every row needs its label: embeddings {points.shape}, labels {labels.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError("an embedding holds NaN or infinity; its distances mean nothing")
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < 2 or counts.min() < 2:
        raise ValueError(
            "a triplet needs two classes, and two rows of each: "
            f"{len(names)} classes, the smallest of {counts.min() if len(counts) else 0} rows"
        )
    square = np.sum(points**2, 1)
    found = []
    for start in range(0, len(points), BLOCK):
        rows = slice(start, start + BLOCK)
        d2 = square[rows, None] + square - 2 * points[rows] @ points.T
        same = labels[rows, None] == labels
        itself = np.arange(len(points))[rows, None] == np.arange(len(points))
        positive = np.where(same & ~itself, d2, -np.inf).argmax(1)
        negative = np.where(same, np.inf, d2).argmin(1)
        found.append(np.stack([itself.argmax(1), positive, negative], 1))
    return np.concatenate(found)


class HardList:
    """Triplets that were hard when they came up, kept to be shown again.

    A triplet enters if its loss reaches a percentile of those it came with, is scored again
    whenever it is shown, and leaves after `patience` visits in a row at which it was satisfied, or
    as the oldest when the list is full.

    Args:
        capacity: most triplets kept; percentile: 0 … 100; patience: visits, at least 1.
    Raises:
        ValueError: one of them out of range.
    """

    def __init__(self, capacity: int = 200, *, percentile: float = 75.0, patience: int = 2) -> None:
        if capacity < 1 or not 0 <= percentile <= 100 or patience < 1:
            raise ValueError(
                "capacity and patience must be at least 1 and percentile 0 … 100, got "
                f"capacity={capacity}, patience={patience}, percentile={percentile}"
            )
        self.capacity, self.percentile, self.patience = capacity, percentile, patience
        self._satisfied: dict[tuple[int, ...], int] = {}  # visits in a row; the oldest first

    def __len__(self) -> int:
        return len(self._satisfied)

    def draw(self, count: int, rng: np.random.Generator) -> Triplets:
        """Up to `count` different triplets of the list, [drawn, 3]."""
        listed = np.array(list(self._satisfied), int).reshape(-1, 3)
        return listed[rng.permutation(len(listed))[:count]]

    def score(self, triplets: ArrayLike, losses: Sequence[float] | NDArray) -> None:
        """Tell the list what was just shown, drawn from it or new, and what it cost.

        Args:
            triplets: [shown, 3]; losses: [shown] ≥ 0, 0 where the margin is kept.
        Raises:
            ValueError: shapes that do not fit, or a loss that is not a number.
        """
        shown, losses = np.asarray(triplets, int), np.asarray(losses, float)
        if shown.ndim != 2 or shown.shape[1] != 3 or losses.shape != shown.shape[:1]:
            raise ValueError(
                f"every triplet needs its loss: {shown.shape} triplets, {losses.shape} losses"
            )
        if not np.isfinite(losses).all():
            raise ValueError("a loss is NaN or infinite: the training has failed")
        known = [tuple(row) in self._satisfied for row in shown.tolist()]
        fresh = losses[~np.array(known, bool)]
        bar = np.percentile(fresh, self.percentile) if len(fresh) else np.inf
        for row, loss, listed in zip(map(tuple, shown.tolist()), losses, known, strict=True):
            if listed and row in self._satisfied:
                self._satisfied[row] = 0 if loss > 0 else self._satisfied[row] + 1
                if self._satisfied[row] >= self.patience:
                    del self._satisfied[row]
            elif not listed and loss > 0 and loss >= bar:
                self._satisfied[row] = 0
        while len(self._satisfied) > self.capacity:
            del self._satisfied[next(iter(self._satisfied))]
