"""Climb the ladder: train every rung on every split and measure it on rows it has never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder, linear
from lecturekit.multitask.losses import squared_error
from lecturekit.multitask.splits import Fold
from lecturekit.training import History, Trainer, fit, progress_bar

Schedule = Callable[[NDArray, int, int, np.random.Generator], NDArray]


@dataclass(frozen=True)
class Outcome:
    """What one network did on one fold.

    Attributes:
        prediction: [test rows], in standardised units.
        explained: explained variance on the test rows, percent (definition ``total``).
        last: the same without early stopping, after the last epoch.
        history: validation and test curves; `history.best` is the epoch that was kept.
    """

    prediction: NDArray[np.float32]
    explained: float
    last: float
    history: History


class Rung:
    """A network of the ladder, compiled once and trained on as many folds as asked.

    Args:
        name: key of `ladder.LADDER`.
        schedule: which rows form a batch: `batches.mixed` (Method One) or `batches.method_two`.
        optimizer: makes a fresh optimiser.
        epochs, batch: an epoch is as many batches as it takes to see every row once.
        jit: compile with XLA; costs a second and 20 MiB for each network.
    """

    def __init__(
        self,
        name: str,
        *,
        schedule: Schedule = batches.mixed,
        optimizer: Callable[[], keras.optimizers.Optimizer] = lambda: keras.optimizers.Adam(1e-3),
        epochs: int = 30,
        batch: int = 64,
        jit: bool = False,
    ) -> None:
        self.name, self.schedule, self.optimizer = name, schedule, optimizer
        self.epochs, self.batch, self.jit = epochs, batch, jit
        self._trainer: Trainer | None = None
        self._starts: dict[int, list[NDArray]] = {}  # initial weights by seed
        self._shape: tuple[int, int] | None = None

    def train(self, on: Fold, *, learning_rate: float | None = None) -> Outcome:
        """Train on one fold with early stopping on its validation rows.

        Args:
            learning_rate: replaces the optimiser's own for this run.
        Raises:
            ValueError: fewer training rows than one batch, or data of another shape than before.
        """
        if len(on.train) < self.batch:
            raise ValueError(
                f"a batch of {self.batch} is larger than the {len(on.train)} training rows; "
                "choose a smaller batch"
            )
        shape = (on.x.shape[1], on.tasks)
        if self._shape not in (None, shape):
            raise ValueError(
                f"this {self.name!r} was compiled for {self._shape} features and tasks, the fold "
                f"has {shape}; make a new Rung for other data"
            )
        self._shape = shape
        if on.seed not in self._starts or self._trainer is None:
            model = ladder.build(self.name, *shape, on.seed)
            self._starts[on.seed] = model.get_weights()
            self._trainer = self._trainer or Trainer(
                model, squared_error, self.optimizer, jit=self.jit
            )
        trainer = self._trainer
        trainer.reset(self._starts[on.seed])
        if learning_rate is not None:
            trainer.optimizer.learning_rate.assign(learning_rate)
        task, rng = on.task[on.train], np.random.default_rng(on.seed)
        width = self.schedule(task, self.batch, 1, rng).shape[1]
        steps = max(1, len(on.train) // width)
        order = self.schedule(task, self.batch, self.epochs * steps, rng)

        unseen = np.concatenate([on.valid, on.test])

        def watch() -> dict[str, float]:
            squared = (on.y[unseen] - trainer.predict(on.x[unseen], on.task[unseen])) ** 2
            ahead = len(on.valid)
            return {"validation": squared[:ahead].mean(), "test": squared[ahead:].mean()}

        history = fit(
            trainer,
            (on.x, on.task, on.y),
            on.train[order].reshape(self.epochs, steps, width),
            watch=watch,
            keep="validation",
        )
        if history.interrupted:
            raise KeyboardInterrupt  # half a study compares nothing
        prediction = trainer.predict(on.x[on.test], on.task[on.test])
        spread = float(np.var(on.y[on.test]))
        last = 100 * (1 - history.watched["test"][-1] / spread)
        explained = explained_variance(on.y[on.test], prediction)
        return Outcome(prediction, explained, last, history)

    @property
    def model(self) -> keras.Model:
        """The network with the weights of the latest fold."""
        if self._trainer is None:
            raise RuntimeError(f"{self.name!r} has not been trained yet: call train(fold) first")
        return self._trainer.model


ROWS_THAT_PAY_FOR_JIT = 40_000  # training rows of all folds: about 20,000 steps of a network
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
    rungs, rows = list(rungs), sum(len(on.train) for on in folds)
    results: dict[str, list[Outcome]] = {name: [] for name in rungs}
    with progress_bar("ladder", len(rungs) * len(folds)) as bar:
        for name in rungs:
            own = PER_TASK if name in ("independent", "soft sharing") else {}
            rung = Rung(name, **{"jit": rows > ROWS_THAT_PAY_FOR_JIT, **own, **options})
            for on in folds:
                bar.set_postfix_str(name)
                results[name].append(rung.train(on))
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
    errors = {name: np.full((len(rates), len(folds)), np.inf) for name in schedules}
    for name, schedule in schedules.items():
        rung = Rung("heads", schedule=schedule, optimizer=optimizer, epochs=epochs, batch=batch)
        for i, rate in enumerate(rates):
            for j, on in enumerate(folds):
                try:
                    outcome = rung.train(on, learning_rate=rate)
                except FloatingPointError:
                    continue
                errors[name][i, j] = 1 - outcome.last / 100
    return errors


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
