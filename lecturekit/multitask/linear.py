"""Linear rungs of the ladder, in closed form: cheap, strong, and too often forgotten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def ridge(x: Floats, y: Floats, penalty: Floats | float) -> Floats:
    """Weights that minimise ‖y − Xw‖² + Σ λ_k w_k²: [features].

    Args:
        x: [rows, features]; y: [rows].
        penalty: λ ≥ 0, one for all or one per feature.
    """
    if np.any(np.asarray(penalty) < 0):
        raise ValueError("a ridge penalty must be at least 0")
    gram = x.T @ x + np.diag(np.broadcast_to(np.asarray(penalty, float), x.shape[1]))
    return np.linalg.solve(gram, x.T @ y)


def _with_one(x: Floats) -> NDArray[np.float64]:
    return np.column_stack([np.asarray(x, float), np.ones(len(x))])


def pooled_ridge(x: Floats, y: Floats, new: Floats, penalty: float = 1.0) -> Floats:
    """One ridge regression for everybody; predictions for `new` [rows]."""
    weights = ridge(_with_one(x), y, np.r_[np.full(x.shape[1], penalty), 1e-9])
    return _with_one(new) @ weights


def ridge_per_task(
    x: Floats, y: Floats, task: NDArray, new: Floats, new_task: NDArray, penalty: float = 1.0
) -> Floats:
    """A ridge regression per task on its own rows; a task never seen predicts 0, the mean."""
    prediction = np.zeros(len(new))
    for t in np.unique(task):
        own, asked = task == t, new_task == t
        if asked.any():
            prediction[asked] = pooled_ridge(x[own], y[own], new[asked], penalty)
    return prediction


def ridge_with_intercepts(
    x: Floats,
    y: Floats,
    task: NDArray,
    new: Floats,
    new_task: NDArray,
    *,
    penalty: float = 1.0,
    shrinkage: float = 7.0,
) -> Floats:
    """Pooled ridge plus a shrunk intercept per task, as in multilevel modelling (Goldstein 1991).

    Args:
        shrinkage: λ of the intercepts. The best linear prediction uses (variance within tasks) /
            (variance between tasks): about 7 where tasks hold an eighth of the variance.
    """
    tasks = int(max(task.max(), new_task.max())) + 1

    def design(rows: Floats, of: NDArray) -> Floats:
        return np.hstack([_with_one(rows), np.eye(tasks)[of]])

    penalties = np.r_[np.full(x.shape[1], penalty), 1e-9, np.full(tasks, shrinkage)]
    return design(new, new_task) @ ridge(design(x, task), y, penalties)
