"""Why Method Two is noisier: the anatomy of the shared gradient.

The gradient of a batch is the mean of the gradients of its rows. So one table of per-row gradients
[rows, weights] is enough to measure the noise of *any* way of drawing batches, at any batch size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.multitask.batches import by_task

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.floating]
Scheme = Literal["one", "mixed", "two"]


@dataclass(frozen=True)
class Anatomy:
    """Where the variance of a shared gradient comes from.

    Attributes:
        mean: ḡ, squared norm of the mean gradient.
        noise: σ̄², mean over tasks of the variance within a task (trace of the covariance).
        diversity: D, mean over tasks of ‖g_t − ḡ‖²: how much the tasks disagree.
        tasks: T.
    """

    mean: float
    noise: float
    diversity: float
    tasks: int

    def variance(self, scheme: Scheme, batch: int) -> float:
        """Trace of the covariance of one update that uses `batch` rows, drawn with replacement.

        ``one``: batch/T rows of every task, σ̄²/batch. ``mixed``: rows of all tasks,
        (σ̄² + D)/batch. ``two``: all rows from one random task, σ̄²/batch + D: the second term is
        a floor that no batch size removes.
        """
        if batch < 1:
            raise ValueError(f"batch must be at least 1, got {batch}")
        match scheme:
            case "one":
                return self.noise / batch
            case "mixed":
                return (self.noise + self.diversity) / batch
            case "two":
                return self.noise / batch + self.diversity
        raise ValueError(f"there is no scheme {scheme!r}; choose one, mixed or two")


def anatomy(
    gradients: Floats, task: ArrayLike, *, weights: Literal["tasks", "rows"] = "tasks"
) -> Anatomy:
    """Split the variance of per-row gradients into noise within tasks and diversity between them.

    Args:
        gradients: [rows, weights of the shared part].
        task: [rows].
        weights: every task counts equally, or every row does.
    """
    if weights not in ("tasks", "rows"):
        raise ValueError(f"weights must be 'tasks' or 'rows', got {weights!r}")
    groups = by_task(task)
    share = np.array([rows.size if weights == "rows" else 1 for rows in groups], float)
    share /= share.sum()
    centres = np.stack([gradients[rows].mean(0) for rows in groups])
    mean = share @ centres
    spreads = np.array([gradients[rows].var(0).sum() for rows in groups])
    noise = float(share @ spreads)
    diversity = float(share @ np.sum((centres - mean) ** 2, axis=1))
    return Anatomy(float(mean @ mean), noise, diversity, len(groups))


def update_variance(gradients: Floats, order: NDArray[np.integer]) -> float:
    """Measured trace of the covariance of the updates that the batches in `order` would make.

    Args:
        gradients: [rows, weights]; order: [updates, batch], two or more updates.
    """
    if len(order) < 2:
        raise ValueError("the variance of updates needs two or more of them")
    updates = np.stack([gradients[rows].mean(0) for rows in order])
    return float(updates.var(0, ddof=1).sum())


def per_row_gradients(
    model: keras.Model, variables: Sequence[keras.Variable], x: Floats, task: NDArray, y: Floats
) -> NDArray[np.float32]:
    """Gradient of every row's squared error with respect to the shared `variables`.

    Args:
        model: called as ``model([x, task]) -> [rows]``.
        variables: the shared weights, e.g. those of the trunk.
        x, task, y: [rows, features], [rows], [rows].
    Returns: [rows, weights], all variables flattened side by side.
    """
    import tensorflow as tf

    rows = tf.TensorSpec([None])
    table = tf.TensorSpec([None, x.shape[1]])

    @tf.function(input_signature=(table, tf.TensorSpec([None], tf.int32), rows))
    def chunk(x: tf.Tensor, task: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            error = tf.square(y - model([x, task]))
        parts = tape.jacobian(error, [v.value for v in variables])
        return tf.concat([tf.reshape(p, (tf.shape(x)[0], -1)) for p in parts], 1)

    pieces = np.array_split(np.arange(len(x)), max(1, len(x) // 256))
    return np.concatenate([chunk(x[p], task[p], y[p]).numpy() for p in pieces])
