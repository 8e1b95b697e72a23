"""Train and test rows, and scaling that has seen the train rows only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecturekit.datasets.card import DataError
from lecturekit.datasets.table import Split, TaskTable, check_rows


def split(table: TaskTable, *, test: float = 0.25, seed: int) -> Split:
    """(train rows, test rows), each ascending: the share `test` of every task, drawn at random.

    Stratified by task: a task of n rows gives round(test · n) of them to the test set, but always
    keeps one for training, so every task can be learnt. With equal tasks the counts are exact:
    test=0.25 on the 20 ratings per person of the survey is 15 to learn from and 5 to test.

    Raises DataError when `test` isn't between 0 and 1, or leaves no row to test on.
    """
    if not 0 < test < 1:
        raise DataError(f"test={test}: give the share of rows to test on, between 0 and 1")
    generator = np.random.default_rng(seed)
    shuffled = generator.permutation(len(table))
    shuffled = shuffled[np.argsort(table.task[shuffled], kind="stable")]  # mixed within each task
    starts = np.cumsum(table.sizes) - table.sizes
    place = np.arange(len(table)) - np.repeat(starts, table.sizes)
    take = np.minimum(np.floor(test * table.sizes + 0.5), table.sizes - 1)
    in_test = place < np.repeat(take, table.sizes)
    if not in_test.any():
        raise DataError(f"test={test} leaves no row to test on: the tasks are too small, raise it")
    return np.sort(shuffled[~in_test]), np.sort(shuffled[in_test])


@dataclass(frozen=True, eq=False)
class Scaled:
    """All rows of a table in units of the train rows: mean 0 and standard deviation 1 over these.

    x: float32 [rows, features]; y: float32 [rows]. A squared error of this y is in units of the
    train rows' variance: 1.0 is what predicting the train mean costs, up to sampling.
    The means and scales (float64; scale 0 marks a column that is constant in the train rows)
    lead back to raw units.
    """

    x: np.ndarray
    y: np.ndarray
    x_mean: np.ndarray
    x_scale: np.ndarray
    y_mean: float
    y_scale: float

    def raw(self, y: np.ndarray) -> np.ndarray:
        """Predictions or targets in the raw unit of the table's target."""
        return np.asarray(y) * self.y_scale + self.y_mean


def scale(table: TaskTable, train: np.ndarray) -> Scaled:
    """Standardise features and target of all rows with the statistics of the `train` rows alone.

    Means and scales that have seen test rows leak them into training. A feature that is constant
    in the train rows tells nothing and becomes 0 everywhere, also in test rows that differ.

    Raises DataError for row numbers out of range, or a target that is constant in the train rows.
    """
    train = np.asarray(train)
    check_rows(train, len(table), "train rows")
    x, y = table.x.astype(np.float64), table.y.astype(np.float64)
    x_mean, y_mean, y_scale = x[train].mean(0), y[train].mean(), y[train].std()
    x_scale = np.where(np.ptp(x[train], axis=0) > 0, x[train].std(0), 0.0)
    if np.ptp(y[train]) == 0:
        raise DataError(f"{table.target!r} is constant in the train rows: nothing to learn")
    informative = np.where(x_scale > 0, x_scale, np.inf)
    return Scaled(
        x=((x - x_mean) / informative).astype(np.float32),
        y=((y - y_mean) / y_scale).astype(np.float32),
        x_mean=x_mean,
        x_scale=x_scale,
        y_mean=float(y_mean),
        y_scale=float(y_scale),
    )
