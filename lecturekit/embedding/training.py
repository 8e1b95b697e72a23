"""Train an encoder on pairs, or a classifier on labels; one compiled graph for every split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from lecturekit.embedding.augment import faces
from lecturekit.embedding.encoders import classifier, encoder
from lecturekit.embedding.objective import Augmentation, Objective, PairObjective, Recipe
from lecturekit.embedding.triplets import TripletObjective, TripletRecipe
from lecturekit.mining import evenly, people_by_photos
from lecturekit.training import History, Trainer, fit

Photos = NDArray[np.float32]
DEFAULTS: dict[str, Recipe | TripletRecipe] = {"pairs": Recipe(), "triplets": TripletRecipe()}


class Embedder:
    """An encoder that is trained on pairs or on triplets: `fit`, then `embed`.

    Args:
        build: ``build(seed) -> model`` from photos to unit vectors.
        augment: ``(x, seed) -> x`` inside the graph; None for none.
        people, photos: a batch holds `photos` photos of each of `people` people.
        steps: updates per fit.
        jit: compile with XLA: pays for dense encoders, never for convolutions.
        on: ``pairs``, trained by a `Recipe`, or ``triplets``, by a `TripletRecipe`.
        mirrored: whether a photo seen in a mirror is still of the same class, as faces are, and
            digits are not; then `embed` averages both.
    Raises:
        ValueError: `on` that is neither.
    """

    def __init__(
        self,
        build: Callable[[int], keras.Model] = encoder,
        *,
        on: Literal["pairs", "triplets"] = "pairs",
        mirrored: bool = True,
        augment: Augmentation | None = faces,
        people: int = 8,
        photos: int = 4,
        steps: int = 600,
        jit: bool = False,
    ) -> None:
        if on not in DEFAULTS:
            raise ValueError(f"cannot train on {on!r}; choose one of {', '.join(DEFAULTS)}")
        self.build, self.people, self.photos, self.steps = build, people, photos, steps
        self.on, self.mirrored, self.augment, self.jit = on, mirrored, augment, jit
        self._starts: dict[int, list[NDArray]] = {}  # first weights by seed
        self._trainers: dict[str, tuple[Trainer, Objective]] = {}
        self._follow(DEFAULTS[on])

    def fit(
        self,
        x: Photos,
        labels: ArrayLike,
        recipe: Recipe | TripletRecipe | None = None,
        *,
        seed: int,
        snapshots: int = 1,
        snapshot: Callable[[], Any] | None = None,
        watch: Callable[[], dict[str, float]] | None = None,
    ) -> History:
        """Train from fresh weights on these photos only.

        Args:
            x: float32 [rows, height, width, 1]; labels: whole numbers [rows].
            recipe: the tuned one if None.
            seed: of weights, batches, augmentation and sampled pairs.
            snapshots: how often `snapshot` and `watch` are called; divides the number of steps.
            watch: numbers to record in the history, such as the share of active triplets.
        Raises:
            ValueError: labels that make no batch (see `mining.people_by_photos`), or a recipe of
                the other kind.
            KeyboardInterrupt: half a training compares nothing.
        """
        labels = _labels(x, labels)
        order = people_by_photos(
            labels, self.people, self.photos, self.steps, np.random.default_rng(seed)
        )
        if self.steps % snapshots:
            raise ValueError(f"{snapshots} snapshots do not divide {self.steps} steps evenly")
        self.start(recipe, seed=seed)
        order = order.reshape(snapshots, self.steps // snapshots, -1)
        return self.go_on(x, labels, order, snapshot=snapshot, watch=watch)

    def start(self, recipe: Recipe | TripletRecipe | None = None, *, seed: int) -> None:
        """Fresh weights, a fresh optimiser, and a recipe to follow."""
        recipe = DEFAULTS[self.on] if recipe is None else recipe
        if type(recipe) is not type(DEFAULTS[self.on]):
            raise ValueError(
                f"this embedder trains on {self.on} and needs a "
                f"{type(DEFAULTS[self.on]).__name__}, not a {type(recipe).__name__}"
            )
        self._follow(recipe)
        if seed not in self._starts:
            self._starts[seed] = self.build(seed).get_weights()
        self.trainer.reset(self._starts[seed])
        self.trainer.optimizer.learning_rate.assign(recipe.rate)
        self.objective.become(recipe, seed)

    def go_on(
        self, x: Photos, labels: ArrayLike, order: NDArray[np.integer], **looks: Any
    ) -> History:
        """Train on, over batches that were chosen elsewhere.

        Args:
            order: row numbers [snapshots, steps, batch].
            looks: `snapshot` and `watch`, as `fit` takes them.
        """
        return _whole(fit(self.trainer, (x, _labels(x, labels)), order, **looks))

    def _follow(self, recipe: Recipe | TripletRecipe) -> None:
        """Take the trainer for this recipe: each form of the triplet loss has its own graph."""
        form = recipe.form if isinstance(recipe, TripletRecipe) else ""
        if form not in self._trainers:
            objective = self._objective(recipe)
            trainer = Trainer(self.build(0), objective, _adam, jit=self.jit)
            self._trainers[form] = trainer, objective
        self.trainer, self.objective = self._trainers[form]

    def _objective(self, recipe: Recipe | TripletRecipe) -> Objective:
        if isinstance(recipe, TripletRecipe):
            return TripletObjective(self.augment, self.people, self.photos, recipe.form)
        return PairObjective(self.augment)

    @property
    def batch(self) -> int:
        """Rows of a batch."""
        return self.people * self.photos

    @property
    def weights(self) -> list[NDArray]:
        """A copy of the weights after the latest fit."""
        return self.trainer.model.get_weights()

    def use(self, weights: Sequence[NDArray]) -> None:
        """Embed with the weights of an earlier fit."""
        self.trainer.model.set_weights(weights)

    def embed(self, x: Photos) -> Photos:
        """Unit vectors [rows, dimensions]; where it is `mirrored`, of a photo and its mirror image.

        Raises:
            FloatingPointError: an embedding is not finite, as after too large a step size.
        """
        return (
            both_ways(self.trainer.predict, x) if self.mirrored else _unit(self.trainer.predict(x))
        )


class Softmax:
    """The usual way, for comparison: a classifier with one output per person.

    Args:
        people: outputs. People without a photo in `fit` get an output that never wins.
        batch: photos per update, equally many of every person.
        rate: step size of Adam.
    """

    def __init__(
        self,
        people: int,
        shape: tuple[int, ...] = (28, 23, 1),
        *,
        augment: Augmentation = faces,
        batch: int = 32,
        rate: float = 3e-3,
    ) -> None:
        self.people, self.shape, self.batch = people, shape, batch
        self.augment, self.seed, self.step = augment, tf.Variable(0), tf.Variable(0)
        self.trainer = Trainer(
            classifier(0, shape, people=people), self._loss, partial(_adam, rate), jit=False
        )
        model = self.trainer.model
        self._features = keras.Model(model.input, model.get_layer("features").output)

    def fit(
        self,
        x: Photos,
        labels: ArrayLike,
        *,
        seed: int,
        steps: int = 400,
        start: Sequence[NDArray] | None = None,
    ) -> History:
        """Train on these photos, labels 0 … people − 1.

        Args:
            steps: updates, in hundreds.
            start: weights to go on from, as of an earlier fit; fresh ones if None.
        Raises:
            ValueError: a label without an output, or steps that are no hundreds.
            KeyboardInterrupt: half a training compares nothing.
        """
        labels = _labels(x, labels)
        if labels.min() < 0 or labels.max() >= self.people:
            raise ValueError(
                f"labels run from {labels.min()} to {labels.max()}, the classifier has outputs "
                f"0 … {self.people - 1}: a new person needs a new classifier"
            )
        if steps < 100 or steps % 100:
            raise ValueError(f"steps must be hundreds, got {steps}")
        fresh = classifier(seed, self.shape, people=self.people).get_weights
        self.trainer.reset(fresh() if start is None else start)
        self.seed.assign(seed)
        self.step.assign(0)
        order = evenly(labels, self.batch, steps, np.random.default_rng(seed))
        return _whole(fit(self.trainer, (x, labels), order.reshape(-1, 100, self.batch)))

    @property
    def weights(self) -> list[NDArray]:
        """A copy of the weights after the latest fit, to go on from."""
        return self.trainer.model.get_weights()

    def predict(self, x: Photos) -> NDArray[np.int64]:
        """The most likely person of each photo, [rows]."""
        mirrored = np.ascontiguousarray(x[:, :, ::-1])
        return (self.trainer.predict(x) + self.trainer.predict(mirrored)).argmax(1)

    def features(self, x: Photos) -> Photos:
        """The penultimate features as unit vectors [rows, 64], averaged as in `Embedder.embed`."""
        return both_ways(lambda photos: self._features(photos).numpy(), x)

    def _loss(self, model: keras.Model, x: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        self.step.assign_add(1)
        logits = model(self.augment(x, tf.stack([self.seed, self.step])))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def both_ways(function: Callable[[Photos], Photos], x: Photos) -> Photos:
    """f(photo) + f(mirrored photo) as unit vectors [rows, dimensions]."""
    return _unit(function(x) + function(np.ascontiguousarray(x[:, :, ::-1])))


def _unit(points: Photos) -> Photos:
    if not np.isfinite(points).all():
        raise FloatingPointError("an embedding holds NaN or infinity; try a smaller learning rate")
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)


def _adam(rate: float = 1e-3) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(rate)


def _labels(x: Photos, labels: ArrayLike) -> NDArray[np.int32]:
    labels = np.asarray(labels)
    if labels.shape != (len(x),) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"every photo needs a whole number as its label: {len(x)} photos, labels of shape "
            f"{labels.shape} and type {labels.dtype}"
        )
    return labels.astype(np.int32)


def _whole(history: History) -> History:
    if history.interrupted:
        raise KeyboardInterrupt
    return history
