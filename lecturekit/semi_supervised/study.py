"""Train one recipe after another, seed after seed, in one compiled graph, and look on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.semi_supervised.objective import Augmentation, Objective, Recipe
from lecturekit.training import Trainer, fit, progress_bar


@dataclass(frozen=True)
class Draw:
    """What one seed sees: rows, their labels, and which of them carry one, or are for testing.

    Attributes:
        x: [rows, …]; y: int32 [rows].
        labelled, unlabelled, test: row numbers; test rows are in neither of the others.
        seed: of the batches, the augmentation and the first weights.
    """

    x: NDArray
    y: NDArray[np.int32]
    labelled: NDArray[np.int64]
    unlabelled: NDArray[np.int64]
    test: NDArray[np.int64]
    seed: int

    def __post_init__(self) -> None:
        if len(np.unique(self.y[self.labelled])) < 2:
            raise ValueError("the labelled rows are of one class only: there is nothing to learn")
        if np.isin(self.test, np.concatenate([self.labelled, self.unlabelled])).any():
            raise ValueError("test rows are among the training rows: the test would mean nothing")


@dataclass(frozen=True)
class Run:
    """What a recipe did on one draw; the lists hold one value per snapshot.

    Attributes:
        error: of the test rows, percent.
        entropy: mean H(p) of the predictions on test rows, nats.
        confident: share of test rows above the recipe's threshold.
        largest: share of the class that is predicted most often; 1 is a collapse.
        confusion: counts [true class, predicted class] at the end.
    """

    error: list[float]
    entropy: list[float]
    confident: list[float]
    largest: list[float]
    confusion: NDArray[np.int64]


class Study:
    """One network and one augmentation under many recipes.

    Args:
        build: ``build(seed) -> model`` with fresh weights, from rows to logits.
        augment: q, see `augment`.
        classes: number of classes.
        steps: updates per run; batch: labelled and unlabelled rows of an update.
        rate: step size of Adam, falling to 0 along a cosine.
        objective: takes (augment, classes, labelled rows, steps); another one is another method.
        jit: compile with XLA; pays for the text network, not for convolutions.
    """

    def __init__(
        self,
        build: Callable[[int], keras.Model],
        augment: Augmentation,
        classes: int,
        *,
        steps: int = 300,
        batch: tuple[int, int] = (32, 64),
        rate: float = 4e-3,
        objective: Callable[..., Objective] = Objective,
        jit: bool = False,
    ) -> None:
        self.build, self.steps, self.batch, self.classes = build, steps, batch, classes
        self._starts: dict[int, list[NDArray]] = {}  # first weights by seed
        self.objective = objective(augment, classes, batch[0], steps)
        falling = keras.optimizers.schedules.CosineDecay(rate, steps)
        self.trainer = Trainer(
            build(0), self.objective, lambda: keras.optimizers.Adam(falling), jit=jit
        )

    def run(
        self,
        draw: Draw,
        recipe: Recipe,
        *,
        start: Sequence[NDArray] | None = None,
        snapshots: int = 1,
    ) -> Run:
        """Train on one draw.

        Args:
            start: arrays to begin with in place of the first weights of the network, as made by
                `starts`; the other weights are random.
            snapshots: how often to look; divides the number of steps.
        Raises:
            KeyboardInterrupt: half a run compares nothing.
        """
        if self.steps % snapshots:
            raise ValueError(f"{snapshots} snapshots do not divide {self.steps} steps evenly")
        if draw.seed not in self._starts:
            self._starts[draw.seed] = self.build(draw.seed).get_weights()
        self.trainer.reset(_begin(self._starts[draw.seed], start or []))
        self.objective.become(recipe, draw.seed)
        looks: list[NDArray] = []
        history = fit(
            self.trainer,
            (draw.x, draw.y),
            self._order(draw, supervised=recipe.weight == 0).reshape(
                snapshots, self.steps // snapshots, -1
            ),
            snapshot=lambda: looks.append(self.trainer.predict(draw.x[draw.test])),
        )
        if history.interrupted:
            raise KeyboardInterrupt
        return _measured(looks, draw.y[draw.test], recipe.threshold, self.classes)

    def compare(
        self,
        draws: Sequence[Draw],
        recipes: Mapping[str, Recipe],
        *,
        start: Sequence[NDArray] | None = None,
        progress: str | None = None,
    ) -> dict[str, list[Run]]:
        """Every recipe on every draw: name → one run per draw."""
        runs: dict[str, list[Run]] = {name: [] for name in recipes}
        with progress_bar(progress, len(recipes) * len(draws)) as bar:
            for name, recipe in recipes.items():
                for draw in draws:
                    runs[name].append(self.run(draw, recipe, start=start))
                    bar.update()
        return runs

    def _order(self, draw: Draw, *, supervised: bool) -> NDArray[np.int64]:
        """Row numbers [steps, batch], labelled ones first; the same for all recipes of a draw."""
        rng = np.random.default_rng(draw.seed)
        labelled = _rounds(rng, draw.labelled, self.steps * self.batch[0])
        unlabelled = rng.choice(draw.unlabelled, (self.steps, self.batch[1]))
        labelled = labelled.reshape(self.steps, self.batch[0])
        return labelled if supervised else np.concatenate([labelled, unlabelled], 1)


def errors(runs: Iterable[Run]) -> NDArray[np.float64]:
    """Test error at the end of each run, percent."""
    return np.array([run.error[-1] for run in runs])


def _begin(weights: Sequence[NDArray], first: Sequence[NDArray]) -> list[NDArray]:
    """`weights` with its first arrays replaced. Raises ValueError where shapes do not fit."""
    for own, other in zip(weights, first, strict=False):
        if own.shape != other.shape:
            raise ValueError(f"a weight of shape {own.shape} cannot start from {other.shape}")
    return [*first, *weights[len(first) :]]


def _rounds(rng: np.random.Generator, rows: NDArray, count: int) -> NDArray:
    """`count` rows, every row once before any comes again."""
    rounds = -(-count // len(rows))
    return np.concatenate([rng.permutation(rows) for _ in range(rounds)])[:count]


def _measured(looks: Sequence[NDArray], truth: NDArray, threshold: float, classes: int) -> Run:
    error, entropy, confident, largest = [], [], [], []
    for logits in looks:
        p = tf.nn.softmax(logits).numpy()
        guess = p.argmax(1)
        error.append(100 * float(np.mean(guess != truth)))
        entropy.append(float(-np.sum(p * np.log(np.maximum(p, 1e-30)), 1).mean()))
        confident.append(float(np.mean(p.max(1) > threshold)))
        largest.append(float(np.bincount(guess, minlength=classes).max() / len(guess)))
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, guess), 1)
    return Run(error, entropy, confident, largest, confusion)
