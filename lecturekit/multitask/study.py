"""Climb the ladder: train every rung on every split and measure it on rows it has never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder, linear
from lecturekit.multitask.rung import Outcome, Rung, Schedule
from lecturekit.multitask.splits import Fold
from lecturekit.training import progress_bar

PER_TASK = {
    "schedule": batches.method_one,
    "batch": 8,
    "optimizer": lambda: keras.optimizers.Adam(3e-3),
}
"""Networks without a shared trunk take 8 rows of every task in each step."""


def climb(
    folds: Sequence[Fold], rungs: Iterable[str] = tuple(ladder.LADDER), **options: Any
) -> dict[str, list[Outcome]]:
    """Train each rung on each fold; `options` go to `Rung`. Returns name → one outcome per fold."""
    rungs = list(rungs)
    results: dict[str, list[Outcome]] = {}
    with progress_bar("ladder", len(rungs)) as bar:
        for name in rungs:
            bar.set_postfix_str(name)
            own = PER_TASK if name in ("independent", "soft sharing") else {}
            results[name] = Rung(name, **{**own, **options}).train_all(folds)
            bar.update()
    return results


def explained(results: dict[str, list[Outcome]]) -> dict[str, NDArray[np.float64]]:
    """Explained variance in percent, name → [folds]."""
    return {name: np.array([o.explained for o in outs]) for name, outs in results.items()}


def step_size_sweep(
    folds: Sequence[Fold],
    rates: Sequence[float],
    schedules: dict[str, Schedule],
    *,
    optimizer: Callable[[], keras.optimizers.Optimizer] = lambda: keras.optimizers.SGD(0.1),
    epochs: int = 6,
    batch: int = 64,
) -> dict[str, NDArray[np.float64]]:
    """Test error of the heads network after a few epochs, without early stopping, by step size.

    Returns: schedule → test mean squared error in units of the variance of y, [rates, folds]; a run
        that diverged counts as infinite.
    """
    errors = {name: np.empty((len(rates), len(folds))) for name in schedules}
    for name, schedule in schedules.items():
        rung = Rung("heads", schedule=schedule, optimizer=optimizer, epochs=epochs, batch=batch)
        for i, rate in enumerate(rates):
            errors[name][i] = _last_errors(rung, folds, rate)
    return errors


def _last_errors(rung: Rung, folds: Sequence[Fold], rate: float) -> list[float]:
    """Test error of each fold after the last epoch, infinite where training diverged."""
    try:
        return [1 - out.last / 100 for out in rung.train_all(folds, learning_rate=rate)]
    except FloatingPointError:
        if len(folds) == 1:
            return [np.inf]
        return [_last_errors(rung, [on], rate)[0] for on in folds]  # which of them?


def linear_rungs(folds: Sequence[Fold]) -> dict[str, NDArray[np.float64]]:
    """Explained variance (percent) of the linear rungs, name → [folds].

    They need no early stopping, so they are fitted on training and validation rows.
    """
    results: dict[str, list[float]] = {}
    for on in folds:
        seen = np.concatenate([on.train, on.valid])
        x, y, task = on.x[seen], on.y[seen], on.task[seen]
        new, new_task = on.x[on.test], on.task[on.test]
        predictions = {
            "ridge per task": linear.ridge_per_task(x, y, task, new, new_task),
            "ridge, pooled": linear.pooled_ridge(x, y, new),
            "ridge, pooled + intercept": linear.ridge_with_intercepts(x, y, task, new, new_task),
        }
        for name, prediction in predictions.items():
            results.setdefault(name, []).append(explained_variance(on.y[on.test], prediction))
    return {name: np.array(values) for name, values in results.items()}
