"""Which rows make up a batch: Method One and Method Two differ in nothing else.

Every function returns row numbers [steps, rows per step], ready for `training.fit`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.int32]


def by_task(task: ArrayLike) -> list[NDArray[np.intp]]:
    """Row numbers of each task.

    Raises:
        ValueError: a negative task number, or a task without rows.
    """
    task = _one_per_row(task)
    if task.min() < 0:
        raise ValueError(f"task numbers start at 0, got {task.min()}")
    groups = [np.flatnonzero(task == t) for t in range(int(task.max()) + 1)]
    empty = [t for t, rows in enumerate(groups) if rows.size == 0]
    if empty:
        raise ValueError(f"tasks without rows: {empty[:5]}; drop them and number the rest 0, 1, …")
    return groups


def _one_per_row(task: ArrayLike) -> NDArray[np.integer]:
    task = np.asarray(task)
    if task.ndim != 1 or task.size == 0 or task.dtype.kind not in "iu":
        raise ValueError(
            f"task must hold one whole number per row, got {task.dtype} of shape {task.shape}"
        )
    return task


def mixed(
    task: ArrayLike, batch: int, steps: int, rng: np.random.Generator, *, replace: bool = False
) -> Rows:
    """Method One as one trains it: batches drawn from the rows of all tasks at once.

    Every row counts equally. Rows are dealt like cards, all of them before any comes again;
    `replace` draws each anew, as the textbook variance formulas assume.
    """
    _positive(batch=batch, steps=steps)
    rows = _draw(np.arange(_one_per_row(task).size), batch * steps, rng, replace)
    return rows.reshape(steps, batch).astype(np.int32)


def method_one(
    task: ArrayLike, per_task: int, steps: int, rng: np.random.Generator, *, replace: bool = False
) -> Rows:
    """Method One of the slide: `per_task` rows of *every* task in every step.

    Each task counts equally; one with fewer rows than `per_task` repeats some.
    """
    _positive(per_task=per_task, steps=steps)
    picks = [
        _draw(rows, per_task * steps, rng, replace).reshape(steps, per_task)
        for rows in by_task(task)
    ]
    return np.concatenate(picks, axis=1).astype(np.int32)


def method_two(
    task: ArrayLike,
    batch: int,
    steps: int,
    rng: np.random.Generator,
    *,
    shuffled: bool = False,
    weights: str = "rows",
    replace: bool = False,
) -> Rows:
    """Method Two of the slide: every step uses rows of one task.

    Args:
        shuffled: tasks take turns in a fresh random order every round (each counts equally);
            otherwise each step draws its task anew.
        weights: of a drawn task: ``rows`` in proportion to its rows, so that every row counts
            equally as in `mixed`; ``tasks`` all equally, as in `method_one`.
        replace: draw the rows of a batch with replacement.
    """
    _positive(batch=batch, steps=steps)
    groups = by_task(task)
    if weights not in ("rows", "tasks"):
        raise ValueError(f"weights must be 'rows' or 'tasks', got {weights!r}")
    if shuffled:
        rounds = -(-steps // len(groups))
        turns = np.concatenate([rng.permutation(len(groups)) for _ in range(rounds)])[:steps]
    else:
        sizes = np.array([rows.size if weights == "rows" else 1 for rows in groups], float)
        turns = rng.choice(len(groups), steps, p=sizes / sizes.sum())
    return np.stack([_draw(groups[t], batch, rng, replace) for t in turns]).astype(np.int32)


def _draw(rows: NDArray, count: int, rng: np.random.Generator, replace: bool) -> NDArray:
    """`count` of `rows`; without replacement, all are dealt before any comes again."""
    if replace:
        return rng.choice(rows, count)
    deals = -(-count // rows.size)
    return np.concatenate([rng.permutation(rows) for _ in range(deals)])[:count]


def _positive(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
