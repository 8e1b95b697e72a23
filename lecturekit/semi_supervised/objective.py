"""The objective of UDA with all its switches, compiled once: a recipe is data, not another graph.

L = CE(labels, p(labelled x)) + λ · consistency(p(x), p(x̂))        (Xie et al. 2020, eq. 1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import keras
import tensorflow as tf

from lecturekit.losses import alignment, consistency, training_signal
from lecturekit.losses.consistency import SCHEDULES

Augmentation = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
ANNEALINGS = ("none", *SCHEDULES)
MEMORY = 0.97  # of the running mean prediction: the last 30 batches or so


@dataclass(frozen=True)
class Recipe:
    """What to do with unlabelled rows; the default is plain consistency, as on the slide's figure.

    Attributes:
        weight: λ of the consistency loss; 0 is supervised learning.
        threshold: β, only predictions more certain than this count.
        temperature: τ, sharpens the target when below 1.
        stop_gradient: no gradient through the prediction on x; the slide's code forgets it.
        align: undo a drift of the mean prediction (distribution alignment).
        augment_labels: labelled rows are augmented too; without it a comparison is unfair.
        annealing: TSA schedule that leaves out labelled rows that are already certain.
    """

    weight: float = 1.0
    threshold: float = 0.0
    temperature: float = 1.0
    stop_gradient: bool = True
    align: bool = False
    augment_labels: bool = True
    annealing: Literal["none", "linear", "log", "exp"] = "none"

    def __post_init__(self) -> None:
        if not self.weight >= 0:
            raise ValueError(f"the weight λ must not be negative, got {self.weight}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"the threshold β is a probability, got {self.threshold}")
        if not self.temperature > 0:
            raise ValueError(f"the temperature τ must be positive, got {self.temperature}")
        if self.annealing not in ANNEALINGS:
            raise ValueError(f"no annealing {self.annealing!r}; choose {', '.join(ANNEALINGS)}")


SUPERVISED = Recipe(weight=0.0, augment_labels=False)
AUGMENTED = Recipe(weight=0.0)


class Objective:
    """``loss(model, x, y)`` for a batch whose first rows are the labelled ones.

    Args:
        augment: q, for labelled and unlabelled rows alike.
        classes: number of classes; `align` expects them equally often.
        labelled: how many rows of a batch carry a label; the labels of the others aren't looked at.
        steps: length of a run, for the annealing.
    """

    def __init__(self, augment: Augmentation, classes: int, labelled: int, steps: int) -> None:
        self.augment, self.classes, self.labelled, self.steps = augment, classes, labelled, steps
        self.step, self.seed = tf.Variable(0), tf.Variable(0)
        self.prior = tf.ones(classes) / classes
        self.running = tf.Variable(self.prior)  # mean prediction of the last batches
        self.knobs = {name: tf.Variable(value) for name, value in _numbers(Recipe()).items()}

    def become(self, recipe: Recipe, seed: int) -> None:
        """Follow another recipe from its first step on, with the random numbers of this seed."""
        for name, value in _numbers(recipe).items():
            self.knobs[name].assign(value)
        self.step.assign(0)
        self.seed.assign(seed)
        self.running.assign(self.prior)

    def __call__(self, model: keras.Model, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """x: [rows, …]; y: int32 [rows]. A batch of labelled rows only is supervised learning."""
        augmented = self.augment(x, tf.stack([self.seed, self.step]))
        self.step.assign_add(1)
        n, knobs = self.labelled, self.knobs
        seen = tf.where(knobs["augment_labels"], augmented[:n], x[:n])
        if x.shape[0] == n:
            return self.supervised(y, model(seen))
        original = model(x[n:])
        target = tf.where(knobs["stop_gradient"], tf.stop_gradient(original), original)
        out = model(tf.concat([seen, augmented[n:]], 0))
        paired = consistency(
            target, out[n:], stop_gradient=False,
            temperature=knobs["temperature"], threshold=knobs["threshold"],
            correction=self.correction(original),
        )  # fmt: skip
        return self.supervised(y[:n], out[:n]) + knobs["weight"] * paired.loss

    def supervised(self, y: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Mean cross-entropy of the labelled rows that the annealing keeps."""
        rows = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        progress = tf.cast(self.step, tf.float32) / self.steps
        limits = [training_signal(progress, self.classes, a) for a in SCHEDULES]
        limit = tf.gather(tf.stack([1.0, *limits]), self.knobs["annealing"])
        kept = tf.stop_gradient(tf.cast(tf.exp(-rows) <= limit, tf.float32))
        return tf.math.divide_no_nan(tf.reduce_sum(kept * rows), tf.reduce_sum(kept))

    def correction(self, logits: tf.Tensor) -> tf.Tensor:
        """Factors of the distribution alignment; ones without it."""
        mean = tf.stop_gradient(tf.reduce_mean(tf.nn.softmax(logits), 0))
        self.running.assign(MEMORY * self.running + (1 - MEMORY) * mean)
        return tf.where(self.knobs["align"], alignment(self.running, self.prior), 1.0)


def _numbers(recipe: Recipe) -> dict[str, float | bool | int]:
    return {**asdict(recipe), "annealing": ANNEALINGS.index(recipe.annealing)}
