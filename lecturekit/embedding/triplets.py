"""The triplet loss with all its switches, compiled once: a recipe is data, not a new graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from lecturekit.embedding.objective import Augmentation
from lecturekit.losses.distances import pairwise_distances
from lecturekit.losses.triplet import FORMS, Form, batch_all, triplet
from lecturekit.mining import MINERS

BATCH_ALL, GIVEN = "batch-all", "given"
MINING = (*MINERS, BATCH_ALL, GIVEN)


@dataclass(frozen=True)
class TripletRecipe:
    """How to train on triplets. The default made the trajectory that ships, `latent.shipped`.

    Attributes:
        mining: a key of `mining.MINERS`; ``batch-all`` for all triplets of a batch; ``given`` if
            the rows of a batch are triplets already, anchor, positive, negative, one after another.
        margin: α ≥ 0.
        form: of the loss, see `losses.triplet`.
        rate: step size of Adam.
        warm_up: first steps that take semi-hard triplets, whatever `mining` says.
    """

    mining: str = "semi-hard"
    margin: float = 0.2
    form: Form = "hermans"
    rate: float = 1e-3
    warm_up: int = 0

    def __post_init__(self) -> None:
        if self.mining not in MINING:
            raise ValueError(f"no mining {self.mining!r}; choose one of {', '.join(MINING)}")
        if self.form not in FORMS:
            raise ValueError(f"there is no form {self.form!r}; choose one of {', '.join(FORMS)}")
        if not (self.margin >= 0 and self.rate > 0 and self.warm_up >= 0):
            raise ValueError(
                "margin and warm_up must be at least 0 and rate above 0, got "
                f"margin={self.margin}, warm_up={self.warm_up}, rate={self.rate}"
            )


class TripletObjective:
    """``loss(model, x, labels)`` of a batch, following a recipe that can be replaced.

    Args:
        augment: ``(x, seed) -> x`` inside the graph; None to show photos as they are.
        people, photos: a batch holds `photos` rows of each of `people` classes.
        form: of the loss; the one thing that a recipe cannot change, since XLA takes long for four.
    Attributes:
        active: share of the latest batch's triplets that miss their margin.
        terms: loss of each triplet of the latest batch of ``given`` ones.
    """

    def __init__(
        self, augment: Augmentation | None, people: int, photos: int, form: Form = "hermans"
    ) -> None:
        self.augment, self.positives, self.form = augment, photos - 1, form
        self.seed, self.step, self.mining = tf.Variable(0), tf.Variable(0), tf.Variable(0)
        self.margin, self.warm_up = tf.Variable(0.2), tf.Variable(0)
        self.active = tf.Variable(0.0)
        self.terms = tf.Variable(tf.zeros(people * photos // 3))

    def become(self, recipe: TripletRecipe, seed: int) -> None:
        """Follow another recipe, with the random numbers of this seed from their first on."""
        self.seed.assign(seed)
        self.step.assign(0)
        self.mining.assign(MINING.index(recipe.mining))
        self.margin.assign(recipe.margin)
        self.warm_up.assign(recipe.warm_up)

    def __call__(self, model: keras.Model, x: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """x: [batch, …]; labels: int32 [batch]."""
        self.step.assign_add(1)
        seed = tf.stack([self.seed, self.step])
        points = model(x if self.augment is None else self.augment(x, seed))
        distances = tf.stop_gradient(pairwise_distances(points))
        same = labels[:, None] == labels[None, :]
        which = tf.where(self.step <= self.warm_up, MINING.index("semi-hard"), self.mining)
        rows = labels.shape[0]

        def mined(name: str) -> Callable[[], tf.Tensor]:
            if name == GIVEN:
                return lambda: _padded(tf.reshape(tf.range(rows // 3 * 3), [-1, 3]), most)
            if name == BATCH_ALL:
                return lambda: tf.zeros([most, 3], tf.int32)
            return lambda: _padded(MINERS[name](distances, same, seed, self.positives), most)

        def loss(of_all: bool) -> Callable[[], tuple[tf.Tensor, ...]]:
            function, which = (batch_all, labels) if of_all else (triplet, triplets)

            def made() -> tuple[tf.Tensor, ...]:
                found = function(points, which, margin=self.margin.value(), form=self.form)
                return found.loss, found.active, tf.reshape(found.terms, [-1])[: rows // 3]

            return made

        most = rows * self.positives
        triplets = tf.switch_case(which, [mined(name) for name in MINING])
        everything = tf.equal(which, MINING.index(BATCH_ALL))
        value, active, terms = tf.cond(everything, loss(of_all=True), loss(of_all=False))
        self.active.assign(active)
        self.terms.assign(terms)
        return value


def _padded(triplets: tf.Tensor, rows: int) -> tf.Tensor:
    """As many rows as the longest list has, by triplets that do not count."""
    return tf.pad(triplets, [[0, rows - triplets.shape[0]], [0, 0]])
