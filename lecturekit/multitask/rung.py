"""One network of the ladder: trained on one split or on many, stopped early, and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder
from lecturekit.multitask.losses import squared_error
from lecturekit.multitask.splits import Fold
from lecturekit.side_by_side import SideBySide, apart, together
from lecturekit.training import Trainer, fit

Schedule = Callable[[NDArray, int, int, np.random.Generator], NDArray]

AT_ONCE = 5  # folds in one graph: more need much memory where every task has its own weights


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one network did on one fold.

    Attributes:
        prediction: [test rows], in standardised units.
        explained: explained variance on the test rows, percent (definition ``total``).
        last: the same without early stopping, after the last epoch.
        validation, test: mean squared error after each epoch.
        best: the epoch that was kept, the first with the smallest validation error.
        weights: of that epoch, for `Model.set_weights`.
    """

    prediction: NDArray[np.float32]
    explained: float
    last: float
    validation: list[float] = field(repr=False)
    test: list[float] = field(repr=False)
    best: int
    weights: list[NDArray] = field(repr=False)


class Rung:
    """A network of the ladder, compiled once and trained on as many folds as asked.

    Args:
        name: key of `ladder.LADDER`.
        schedule: which rows form a batch: `batches.mixed` (Method One) or `batches.method_two`.
        optimizer: makes a fresh optimiser.
        epochs, batch: an epoch is as many batches as it takes to see every row once.
    """

    def __init__(
        self,
        name: str,
        *,
        schedule: Schedule = batches.mixed,
        optimizer: Callable[[], keras.optimizers.Optimizer] = lambda: keras.optimizers.Adam(1e-3),
        epochs: int = 30,
        batch: int = 64,
    ) -> None:
        self.name, self.schedule, self.optimizer = name, schedule, optimizer
        self.epochs, self.batch = epochs, batch
        self._network: keras.Model | None = None
        self._shape: tuple[int, int] | None = None
        self._starts: dict[int, list[NDArray]] = {}  # first weights by seed
        self._trainers: dict[int, Trainer] = {}  # by networks side by side

    def train(self, on: Fold, *, learning_rate: float | None = None) -> Outcome:
        """Train on one fold with early stopping on its validation rows; see `train_all`."""
        return self.train_all([on], learning_rate=learning_rate)[0]

    def train_all(
        self, folds: Sequence[Fold], *, learning_rate: float | None = None
    ) -> list[Outcome]:
        """Train on each fold as if alone; up to `AT_ONCE` with equally many batches share a graph.

        Args:
            learning_rate: replaces the optimiser's own for this run.
        Raises:
            ValueError: fewer training rows than one batch, or data of another shape than before.
            FloatingPointError: one of the networks diverged.
        """
        orders = [self._order(on) for on in folds]
        alike: dict[tuple[int, ...], list[int]] = {}
        for k, order in enumerate(orders):
            alike.setdefault(order.shape, []).append(k)
        found: dict[int, Outcome] = {}
        for members in alike.values():
            for first in range(0, len(members), AT_ONCE):
                some = members[first : first + AT_ONCE]
                outcomes = self._side_by_side(
                    [folds[k] for k in some], [orders[k] for k in some], learning_rate
                )
                found.update(zip(some, outcomes, strict=True))
        return [found[k] for k in range(len(folds))]

    def _order(self, on: Fold) -> NDArray[np.int64]:
        """Row numbers of a fold's batches, [epochs, steps, rows of a batch]."""
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
        if on.seed not in self._starts:
            model = ladder.build(self.name, *shape, on.seed)
            self._starts[on.seed] = model.get_weights()
            self._network, self._shape = self._network or model, shape
        task, rng = on.task[on.train], np.random.default_rng(on.seed)
        width = self.schedule(task, self.batch, 1, rng).shape[1]
        steps = max(1, len(on.train) // width)
        order = self.schedule(task, self.batch, self.epochs * steps, rng)
        return on.train[order].reshape(self.epochs, steps, width)

    def _side_by_side(
        self, folds: Sequence[Fold], orders: Sequence[NDArray], learning_rate: float | None
    ) -> list[Outcome]:
        trainer = self._trainer(len(folds))
        trainer.reset(together([self._starts[on.seed] for on in folds]))
        if learning_rate is not None:
            trainer.optimizer.learning_rate.assign(learning_rate)
        x, task, y = (np.concatenate([getattr(on, k) for on in folds]) for k in ("x", "task", "y"))
        first = np.cumsum([0, *(len(on.x) for on in folds[:-1])])
        order = np.concatenate([own + k for own, k in zip(orders, first, strict=True)], axis=2)
        unseen = [
            k + np.concatenate([on.valid, on.test]) for on, k in zip(folds, first, strict=True)
        ]
        longest = max(map(len, unseen))  # all are asked for equally many rows, some twice
        asked = np.stack([np.resize(rows, longest) for rows in unseen])
        curves: list[list[tuple[float, float]]] = [[] for _ in folds]
        kept: list[tuple[NDArray, list[NDArray]]] = [(np.empty(0), [])] * len(folds)

        def look() -> None:
            guess = trainer.predict(x[asked.ravel()], task[asked.ravel()]).reshape(asked.shape)
            weights = trainer.model.get_weights()
            for k, (on, rows) in enumerate(zip(folds, unseen, strict=True)):
                own, ahead = guess[k, : len(rows)], len(on.valid)
                squared = (y[rows] - own) ** 2
                now = float(squared[:ahead].mean())
                if not curves[k] or now < min(validation for validation, _ in curves[k]):
                    kept[k] = own[ahead:], apart(weights, k)
                curves[k].append((now, float(squared[ahead:].mean())))

        if fit(trainer, (x, task, y), order, snapshot=look).interrupted:
            raise KeyboardInterrupt  # half a study compares nothing
        self.model.set_weights(kept[-1][1])
        return [_outcome(*each) for each in zip(folds, curves, kept, strict=True)]

    def _trainer(self, copies: int) -> Trainer:
        if copies not in self._trainers:
            model = SideBySide(self.model, copies)
            loss = model.sum_of_means(squared_error)
            self._trainers[copies] = Trainer(model, loss, self.optimizer, jit=False)
        return self._trainers[copies]

    @property
    def model(self) -> keras.Model:
        """The network with the weights of the fold that was trained last."""
        if self._network is None:
            raise RuntimeError(f"{self.name!r} has not been trained yet: call train(fold) first")
        return self._network


def _outcome(
    on: Fold, curves: Sequence[tuple[float, float]], kept: tuple[NDArray, list[NDArray]]
) -> Outcome:
    (validation, test), (prediction, weights) = map(list, zip(*curves, strict=True)), kept
    truth = on.y[on.test]
    last = 100 * (1 - test[-1] / float(np.var(truth)))
    explained = explained_variance(truth, prediction)
    return Outcome(
        prediction, explained, last, validation, test, int(np.argmin(validation)), weights
    )
