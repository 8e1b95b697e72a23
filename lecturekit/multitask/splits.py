"""Splits of a task table: what a network may learn from, stop by, and be measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lecturekit.datasets import TaskTable, scale, split


@dataclass(frozen=True)
class Fold:
    """One split, standardised on its training rows. Row numbers point into x, y and task.

    Attributes:
        x [rows, features], y [rows], task [rows]; train, valid, test: row numbers.
        seed: draws the weights, the batches and the validation rows.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    task: NDArray[np.int32]
    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]
    seed: int

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return int(self.task.max()) + 1


def folds(table: TaskTable, seeds: int, first_seed: int = 0) -> list[Fold]:
    """`seeds` official splits of a table, or as many random 75/25 splits within tasks.

    15 % of the training rows are set aside for early stopping; test rows decide nothing.

    Args:
        seeds: how many. first_seed: of the random splits, or number of the first official one.
    Raises:
        ValueError: fewer than one fold, or more than there are official splits.
    """
    last = first_seed + seeds
    if seeds < 1 or (table.splits and last > len(table.splits)):
        left = len(table.splits) - first_seed
        most = f" and at most {left} (its official splits)" if table.splits else ""
        raise ValueError(f"{table.card.name} needs at least 1 seed{most}, got seeds={seeds}")
    chosen = range(first_seed, last)
    pairs = table.splits[first_seed:last] or [split(table, test=0.25, seed=k) for k in chosen]
    return [fold(table, *pair, seed) for seed, pair in zip(chosen, pairs, strict=True)]


def fold(table: TaskTable, train: NDArray, test: NDArray, seed: int) -> Fold:
    """One split as a `Fold`.

    Raises:
        ValueError: the training rows are too few to set any aside for early stopping.
    """
    scaled = scale(table, train)
    shuffled = np.random.default_rng(seed).permutation(train)
    _, first = np.unique(table.task[shuffled], return_index=True)  # a row of each task to train on
    rest, cut = np.delete(shuffled, first), round(0.15 * len(train))
    if min(cut, len(rest)) < 1:
        raise ValueError(
            f"{len(train)} training rows for {len(first)} tasks leave none for early stopping"
        )
    kept = np.concatenate([shuffled[first], rest[cut:]])
    return Fold(scaled.x, scaled.y, table.task, kept, rest[:cut], test, seed)
