"""The contrastive loss with all its switches, compiled once: a recipe is data, not a new graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import tensorflow as tf

from lecturekit.losses.contrastive import Form, contrastive
from lecturekit.losses.distances import pairwise_distances
from lecturekit.mining import SAMPLERS

Augmentation = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Recipe:
    """How to train on pairs. The default was tuned on other splits of people than are judged.

    Attributes:
        sampler: which pairs of a batch count, a key of `mining.SAMPLERS`.
        margin: m > 0; unit vectors are at most 2 apart.
        form: ``hadsell`` or ``slide``, see `losses.contrastive`.
        pull: factor ≥ 0 on the weight of similar pairs.
        rate: step size of Adam.
    """

    sampler: str = "hard"
    margin: float = 0.5
    form: Form = "hadsell"
    pull: float = 1.0
    rate: float = 1e-3

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            raise ValueError(f"no sampler {self.sampler!r}; choose one of {', '.join(SAMPLERS)}")
        if self.form not in ("slide", "hadsell"):
            raise ValueError(f"there is no form {self.form!r}; choose slide or hadsell")
        if not (self.margin > 0 and self.rate > 0 and self.pull >= 0):
            raise ValueError(
                "margin and rate must be above 0 and pull at least 0, got "
                f"margin={self.margin}, rate={self.rate}, pull={self.pull}"
            )


class Objective(Protocol):
    """A loss of a batch that follows a recipe of its kind."""

    def become(self, recipe: Any, seed: int) -> None: ...
    def __call__(self, model: keras.Model, x: tf.Tensor, labels: tf.Tensor) -> tf.Tensor: ...


class PairObjective:
    """``loss(model, x, labels)`` of a batch, following a recipe that can be replaced.

    Args:
        augment: ``(x, seed) -> x`` inside the graph; None to show photos as they are.
    """

    def __init__(self, augment: Augmentation | None) -> None:
        self.augment = augment
        self.seed, self.step = tf.Variable(0), tf.Variable(0)
        self.sampler, self.squared = tf.Variable(0), tf.Variable(True)
        self.margin, self.pull = tf.Variable(1.0), tf.Variable(1.0)

    def become(self, recipe: Recipe, seed: int) -> None:
        """Follow another recipe, with the random numbers of this seed from their first on."""
        self.seed.assign(seed)
        self.step.assign(0)
        self.sampler.assign(list(SAMPLERS).index(recipe.sampler))
        self.squared.assign(recipe.form == "hadsell")
        self.margin.assign(recipe.margin)
        self.pull.assign(recipe.pull)

    def __call__(self, model: keras.Model, x: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """x: [batch, …]; labels: int32 [batch]."""
        self.step.assign_add(1)
        seed = tf.stack([self.seed, self.step])
        points = model(x if self.augment is None else self.augment(x, seed))
        distances, same = pairwise_distances(points), labels[:, None] == labels[None, :]
        distances = tf.stop_gradient(distances)
        samplers = [lambda f=f: f(distances, same, seed) for f in SAMPLERS.values()]
        weights = tf.switch_case(self.sampler.value(), samplers)
        weights *= tf.where(same, self.pull.value(), 1.0)

        def loss(form: Form) -> Callable[[], tf.Tensor]:
            given = {"margin": self.margin.value(), "weights": weights, "form": form}
            return lambda: contrastive(points, labels, **given).loss

        return tf.cond(self.squared.value(), loss("hadsell"), loss("slide"))
