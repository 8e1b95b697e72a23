"""One table for every multi-task data set: rows of features, a target, and the task of each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from lecturekit.datasets.card import Card, DataError

Split = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class TaskTable:
    """A frozen multi-task regression data set: every row has one task and one target value.

    x: float32 [rows, features], raw units. y: float32 [rows], in the unit that `target` names;
    the unit is the same for all tasks, so errors of different tasks may be averaged.
    task: int32 [rows], 0 … T−1, an index into `tasks`. splits: official (train rows, test rows),
    0-based, empty when there are none. All arrays are copies and read-only.

    Raises DataError for anything that would go wrong silently later: unequal lengths, values that
    are not finite, a task id out of range, a task with no row, one task only, a leaking split.
    """

    x: np.ndarray
    y: np.ndarray
    task: np.ndarray
    features: tuple[str, ...]
    tasks: tuple[str, ...]
    target: str
    card: Card
    splits: tuple[Split, ...] = ()

    def __post_init__(self) -> None:
        x, y, task = np.asarray(self.x), np.asarray(self.y), np.asarray(self.task)
        _check_shapes(x, y, task, self.features)
        if task.dtype.kind not in "iu":
            raise DataError(f"task ids must be integers 0 … T−1, these are {task.dtype}")
        _check_tasks(task.astype(np.int64), self.tasks)
        x, y = _frozen(x, np.float32), _frozen(y, np.float32)
        for name, column in zip((*self.features, self.target), (*x.T, y), strict=True):
            _check_finite(name, column)
        pairs = tuple((_frozen(a, np.int64), _frozen(b, np.int64)) for a, b in self.splits)
        for number, (train, test) in enumerate(pairs):
            check_rows(train, len(y), f"split {number}, train rows")
            check_rows(test, len(y), f"split {number}, test rows")
            if np.intersect1d(train, test).size:
                raise DataError(f"split {number} has rows in both train and test: they would leak")
        frozen = {"x": x, "y": y, "task": _frozen(task, np.int32), "splits": pairs}
        for name, value in frozen.items():
            object.__setattr__(self, name, value)

    @property
    def sizes(self) -> np.ndarray:
        """Rows per task, int64 [tasks]."""
        return np.bincount(self.task, minlength=len(self.tasks))

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        return (
            f"{self.card.title}: {len(self):,} rows × {len(self.features)} features, "
            f"{len(self.tasks)} tasks, target {self.target}"
        )


def check_rows(rows: np.ndarray, length: int, what: str) -> None:
    """Refuse row numbers that are no row numbers of a table with `length` rows."""
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
        raise DataError(f"{what}: give a list of row numbers, not {rows.dtype} {rows.shape}")
    if rows.min() < 0 or rows.max() >= length:
        raise DataError(
            f"{what} run from {rows.min()} to {rows.max()}, but rows are numbered 0 … {length - 1} "
            "(row numbers that start at 1 need 1 subtracted)"
        )


def _frozen(array: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    with np.errstate(over="ignore"):  # too big for float32 becomes infinite and is reported as such
        copy = np.array(array, dtype=dtype, order="C")
    copy.setflags(write=False)
    return copy


def _check_shapes(x: np.ndarray, y: np.ndarray, task: np.ndarray, features: tuple) -> None:
    if x.ndim != 2 or y.ndim != 1 or task.ndim != 1:
        raise DataError(
            f"x must be [rows, features], y and task [rows]; got {x.shape}, {y.shape}, {task.shape}"
        )
    if not len(x) == len(y) == len(task):
        raise DataError(
            f"x has {len(x)} rows, y {len(y)} and task {len(task)}: every row needs all three"
        )
    if x.shape[1] != len(features):
        raise DataError(f"x has {x.shape[1]} columns but {len(features)} feature names are given")


def _check_tasks(task: np.ndarray, tasks: tuple) -> None:
    count = len(tasks)
    if count < 2:
        raise DataError(
            f"one task only: {', '.join(tasks) or 'none named'}. Multi-task learning needs two "
            "or more; for a single task fit an ordinary regression."
        )
    wrong = task[(task < 0) | (task >= count)]
    if wrong.size:
        raise DataError(
            f"task id {wrong[0]} is out of range: {count} tasks are numbered 0 … {count - 1} "
            "(ids that start at 1 need 1 subtracted)"
        )
    empty = np.flatnonzero(np.bincount(task, minlength=count) == 0)
    if empty.size:
        raise DataError(
            f"task {tasks[empty[0]]!r} (id {empty[0]}) has no row: leave it out of `tasks` "
            "and renumber the others"
        )


def _check_finite(name: str, column: np.ndarray) -> None:
    bad = np.flatnonzero(~np.isfinite(column))
    if bad.size:
        raise DataError(
            f"{name!r} is NaN or infinite in {bad.size} of {column.size} rows "
            f"(first: row {bad[0]}). Drop these rows or fill them in before making a table."
        )
