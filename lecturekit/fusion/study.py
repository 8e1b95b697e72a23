"""Train a fusion on as many draws of data as asked, and see what damage does to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from lecturekit.fusion.networks import build, decide
from lecturekit.stacked import batches
from lecturekit.training import Trainer, fit

Inputs = Sequence[NDArray[np.float32]]
STEPS_AT_ONCE = 100  # rows of so many steps are gathered, which copies them


def sum_of_heads(model: keras.Model, *batch: tf.Tensor) -> tf.Tensor:
    """Mean over rows of the cross-entropies of all heads; the last tensor is the label, [rows]."""
    *x, label = batch
    logits = model(x if len(x) > 1 else x[0], training=True)
    labels = tf.repeat(label[:, None], logits.shape[1], axis=1)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(tf.reduce_sum(losses, axis=1))


class Fusion:
    """One fusion, compiled once.

    Args:
        fusion: key of `networks.FUSIONS`. sizes: features of each modality.
        classes: outputs of a head. A task with fewer may use the first of them, so that one graph
            serves several tasks.
        steps, batch, rate: of Adam. jit: compile with XLA: as fast for five trainings of these
            networks, faster for more, and 40 MiB more each. options: to `networks.build`.
    Raises:
        ValueError: see `networks.build`.
    """

    def __init__(
        self,
        fusion: str,
        sizes: Sequence[int],
        classes: int = 10,
        *,
        steps: int = 400,
        batch: int = 64,
        rate: float = 2e-3,
        jit: bool = False,
        **options: Any,
    ) -> None:
        self.fusion, self.sizes, self.classes = fusion, tuple(sizes), classes
        self.steps, self.batch, self.options = steps, batch, options
        self.model = build(fusion, self.sizes, classes, **options)
        self._readers: dict[tuple[str, ...], Callable[..., list[tf.Tensor]]] = {}
        self._trainer = Trainer(
            self.model, sum_of_heads, lambda: keras.optimizers.Adam(rate), jit=jit
        )

    def train(
        self, inputs: Inputs, label: NDArray[np.integer], *, seed: int, steps: int | None = None
    ) -> Trained:
        """Start anew with the weights of this seed, and train.

        Args:
            inputs: one array [rows, size] per modality. label: int [rows], below `classes`.
        Raises:
            ValueError: modalities of different lengths or other sizes, a label out of range, or
                fewer rows than a batch.
        """
        check_inputs(inputs, self.sizes)
        label = np.asarray(label, np.int32)
        if label.shape != (len(inputs[0]),):
            raise ValueError(
                f"one label for each of the {len(inputs[0])} rows, got shape {label.shape}"
            )
        if label.min() < 0 or label.max() >= self.classes:
            raise ValueError(
                f"labels go from 0 to {self.classes - 1}, not {label.min()} to {label.max()}"
            )
        start = build(self.fusion, self.sizes, self.classes, **{**self.options, "seed": seed})
        self._trainer.reset(start.get_weights())
        for own, fresh in zip(self.model.variables, start.variables, strict=True):
            own.assign(fresh)  # the random state of dropout as well, which is no weight
        (order,) = batches(len(label), steps or self.steps, self.batch, seed)
        for start in range(0, len(order), STEPS_AT_ONCE):
            # The graph is made anew for another number of rows or steps: so it gets the rows of as
            # many steps as always, one after the other; few of them, as they are copies.
            chunk = order[start : start + STEPS_AT_ONCE]
            rows = [np.asarray(array)[chunk.ravel()] for array in (*inputs, label)]
            fit(self._trainer, rows, np.arange(chunk.size).reshape(1, *chunk.shape))
        return Trained(self, self.model.get_weights())

    def read(self, tensors: Sequence[keras.KerasTensor], inputs: Inputs) -> list[NDArray]:
        """The values of tensors inside the model, of its present weights; compiled once for each.

        Raises ValueError for inputs of other sizes.
        """
        check_inputs(inputs, self.sizes)
        key = tuple(tensor.name for tensor in tensors)
        if key not in self._readers:
            inside = keras.Model(self.model.inputs, list(tensors))
            any_rows = [tf.TensorSpec([None, size], tf.float32) for size in self.sizes]
            self._readers[key] = tf.function(
                lambda *x: tf.nest.flatten(inside(list(x), training=False)),
                input_signature=any_rows,
            )
        values = self._readers[key](*(tf.convert_to_tensor(x, tf.float32) for x in inputs))
        return [value.numpy() for value in values]

    @property
    def parameters(self) -> int:
        """Weights and biases that training changes."""
        return self.model.count_params()


@dataclass(frozen=True, eq=False)
class Trained:
    """The weights that one training left behind. Raises ValueError for inputs of other sizes."""

    of: Fusion
    weights: list[NDArray] = field(repr=False)

    def logits(self, inputs: Inputs) -> NDArray[np.float32]:
        """[rows, heads, classes]."""
        check_inputs(inputs, self.of.sizes)
        self.of.model.set_weights(self.weights)
        return self.of._trainer.predict(*(np.asarray(x, np.float32) for x in inputs))

    def log_probability(self, inputs: Inputs, prior: ArrayLike | None = None) -> NDArray:
        """[rows, classes]; see `networks.decide`."""
        return decide(self.of.fusion, self.logits(inputs), prior)

    def accuracy(self, inputs: Inputs, label: NDArray[np.integer]) -> float:
        """Percent of the rows."""
        return 100 * float((self.log_probability(inputs).argmax(1) == label).mean())

    def features(self, inputs: Inputs) -> NDArray[np.float32]:
        """What the (first) head sees, [rows, features]: the fused latent."""
        self.of.model.set_weights(self.weights)
        layers = self.of.model.layers
        logits = next(x for x in layers if isinstance(x, keras.layers.Reshape)).input
        head = next(x for x in layers if isinstance(x, keras.layers.Dense) and x.output is logits)
        return self.of.read([head.input], inputs)[0]


def check_inputs(inputs: Inputs, sizes: Sequence[int]) -> None:
    """Raises ValueError unless there is one array [rows, size] for each size, of equal rows."""
    shapes = [np.shape(x) for x in inputs]
    if len(shapes) != len(sizes):
        raise ValueError(
            f"this fusion was built for {len(sizes)} modalities, got {len(shapes)}; for a missing "
            "one give zeros, the mean of a standardised modality"
        )
    if any(len(s) != 2 or s[1] != size for s, size in zip(shapes, sizes, strict=True)):
        raise ValueError(f"modalities must be [rows, size] of sizes {list(sizes)}, got {shapes}")
    if not any(s[0] for s in shapes):
        raise ValueError("there are no rows; give at least one event")
    if len({s[0] for s in shapes}) != 1:
        raise ValueError(
            f"modalities of different lengths, {[s[0] for s in shapes]} rows: row i of each must "
            "be the same event. Align them first, or leave out rows that lack a partner"
        )


def damaged(
    inputs: Inputs, *, noise: Sequence[float], missing: Sequence[bool] = (), seed: int = 0
) -> list[NDArray[np.float32]]:
    """The same rows with normal noise added to each modality, or with a modality set to zero.

    Args:
        noise: standard deviation for each modality, in spreads of its features.
        missing: True where a modality is not there (all zero, its mean); noise doesn't matter then.
    Raises:
        ValueError: not one strength for each modality, or a negative one.
    """
    missing = list(missing) or [False] * len(inputs)
    if len(noise) != len(inputs) or len(missing) != len(inputs):
        raise ValueError(f"one noise and one missing for each of {len(inputs)} modalities")
    if min(noise) < 0:
        raise ValueError(f"noise is a standard deviation, 0 or more, not {min(noise)}")
    draw = np.random.default_rng(seed)
    result = []
    for x, strength, gone in zip(inputs, noise, missing, strict=True):
        # drawn always: the same at any setting
        added = draw.normal(size=x.shape).astype(np.float32)
        result.append(np.zeros_like(x) if gone else x + np.float32(strength) * added)
    return result


def noisy_copies(
    inputs: Inputs, label: NDArray, *, copies: int = 4, strongest: float = 3.0, seed: int
) -> tuple[list[NDArray[np.float32]], NDArray]:
    """Every row `copies` times, each time with noise of random strength on one random modality."""
    draw = np.random.default_rng(seed)
    rows = np.tile(np.arange(len(label)), copies)
    hit = draw.integers(len(inputs), size=len(rows))
    strength = draw.uniform(0, strongest, len(rows))
    noisy = [
        x[rows]
        + (strength * (hit == m))[:, None].astype(np.float32)
        * draw.normal(size=(len(rows), x.shape[1])).astype(np.float32)
        for m, x in enumerate(inputs)
    ]
    return noisy, label[rows]
