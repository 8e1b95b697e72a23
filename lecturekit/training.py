"""One loop for everything: many steps in one compiled graph, Python sees it once per snapshot.

A Python loop pays about 2 ms of bookkeeping for every step; the steps of this lecture compute for
0.1 ms. So the loop itself is compiled: the caller says *which rows* make up each batch, as an array
of row numbers, and the graph gathers, differentiates and updates until the next snapshot.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tqdm import tqdm

Loss = Callable[..., tf.Tensor]


@dataclass
class History:
    """What a fit leaves behind.

    Attributes:
        loss: [steps] training loss of every step.
        watched: name → one value per snapshot.
        snapshots: what `snapshot` returned, one per snapshot.
        steps: steps done at each snapshot.
        best: index of the snapshot whose weights were kept, None if the last ones were.
        interrupted: True if Ctrl-C ended the fit; everything above is kept.
    """

    loss: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    watched: dict[str, list[float]] = field(default_factory=dict)
    snapshots: list[Any] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    best: int | None = None
    interrupted: bool = False


class Trainer:
    """A model, its loss and its optimiser in one compiled graph, used again for every seed.

    Made within the scope of a `tf.distribute` strategy, together with its model, it shares each
    batch among the devices: device k of n takes rows k, k + n, … of it. The loss must then be a
    mean over rows, and the batch size a multiple of n, for the steps to be those of one device.

    Args:
        model: a built Keras model.
        loss: ``loss(model, *batch) -> scalar``; `batch` holds the rows of each data array.
        optimizer: makes a fresh optimiser, e.g. ``lambda: keras.optimizers.Adam(1e-3)``.
        jit: compile with XLA: 3 times faster steps for small dense networks, 10 times slower ones
            for convolutions. Ignored on several devices.
        variables: what to train; all trainable weights of the model if None.
    """

    def __init__(
        self,
        model: keras.Model,
        loss: Loss,
        optimizer: Callable[[], keras.optimizers.Optimizer] = lambda: keras.optimizers.Adam(1e-3),
        *,
        jit: bool = True,
        variables: Sequence[keras.Variable] | None = None,
    ) -> None:
        self.model, self.loss = model, loss
        self.strategy = tf.distribute.get_strategy()
        self.devices = self.strategy.num_replicas_in_sync
        self.variables = list(model.trainable_variables if variables is None else variables)
        self.optimizer = optimizer()
        self.optimizer.build(self.variables)
        self._fresh_optimizer = [v.numpy() for v in self.optimizer.variables]
        self._run = tf.function(self._steps, jit_compile=jit and self.devices == 1)
        self._forward: Callable[..., tf.Tensor] | None = None

    def reset(self, weights: Sequence[NDArray]) -> None:
        """Start again from `weights` (as of ``model.get_weights()``) with a fresh optimiser."""
        self.model.set_weights(weights)
        for variable, value in zip(self.optimizer.variables, self._fresh_optimizer, strict=True):
            variable.assign(value)

    def predict(self, *inputs: NDArray) -> NDArray:
        """The model's output for whole arrays, in one graph call."""
        if self._forward is None:  # one graph for any number of rows
            any_rows = [
                tf.TensorSpec([None, *np.shape(i)[1:]], np.asarray(i).dtype) for i in inputs
            ]
            self._forward = tf.function(
                lambda *given: self.model(given if len(given) > 1 else given[0], training=False),
                input_signature=any_rows,
            )
        return self._forward(*map(tf.convert_to_tensor, inputs)).numpy()

    def _steps(self, data: tuple[tf.Tensor, ...], order: tf.Tensor) -> tf.Tensor:
        losses = tf.TensorArray(tf.float32, order.shape[0])
        for step in tf.range(order.shape[0]):
            if self.devices == 1:
                loss = self._step([tf.gather(d, order[step]) for d in data])
            else:
                parts = self.strategy.run(self._share, args=(data, order[step]))
                loss = self.strategy.reduce("SUM", parts, axis=None)
            losses = losses.write(step, loss)
        return losses.stack()

    @tf.autograph.experimental.do_not_convert
    def _share(self, data: tuple[tf.Tensor, ...], rows: tf.Tensor) -> tf.Tensor:
        """One device's rows of a batch, and its share of the loss."""
        mine = rows[tf.distribute.get_replica_context().replica_id_in_sync_group :: self.devices]
        return self._step([tf.gather(d, mine) for d in data])

    @tf.autograph.experimental.do_not_convert
    def _step(self, batch: list[tf.Tensor]) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = self.loss(self.model, *batch)
            if self.model.losses:  # penalties that layers added
                loss += tf.add_n(self.model.losses)
            if self.devices > 1:
                loss /= self.devices  # the optimiser sums what the devices found
        # Dense, as where several rows look up one weight Keras's Adam would square their gradients
        # one by one instead of their sum.
        gradients = tape.gradient(loss, self.variables)
        self._update([g if g is None else tf.convert_to_tensor(g) for g in gradients])
        return loss

    def _update(self, gradients: list[tf.Tensor | None]) -> None:
        if self.devices > 1:
            self.optimizer.apply(gradients, self.variables)
            return
        # As one replica of one, Keras would sum the gradients of all, and the way in which it does
        # keeps every graph alive for ever. Merged, there is nothing left to sum.
        tf.distribute.get_replica_context().merge_call(
            lambda _: self.optimizer.apply(gradients, self.variables)
        )


def fit(
    trainer: Trainer,
    data: Sequence[NDArray],
    order: NDArray[np.integer],
    *,
    watch: Callable[[], dict[str, float]] | None = None,
    keep: str | None = None,
    snapshot: Callable[[], Any] | None = None,
    progress: str | None = None,
) -> History:
    """Train over the batches in `order`, pausing after each chunk to look.

    Args:
        trainer: compiled once, reusable.
        data: arrays with one first axis, [rows, …]; a batch takes the same rows of each.
        order: [chunks, steps, batch] row numbers; there is one snapshot after every chunk.
        watch: numbers to record at each snapshot.
        keep: name of a watched number; the weights of its smallest value are put back at the end.
        snapshot: anything to store at each snapshot, such as an embedding.
        progress: text of a progress bar; none if None.
    Raises:
        ValueError: rows outside the data, data of different lengths, NaN in the data, an order
            that is not three-dimensional, or `keep` that is not watched.
        FloatingPointError: the loss is no longer finite; the step size is named as the remedy.
    """
    _check(data, order)
    tensors = tuple(tf.convert_to_tensor(d) for d in data)
    order = np.asarray(order, np.int32)
    history, losses, best = History(), [], (np.inf, None)
    bar = progress_bar(progress, len(order))
    try:
        for chunk in order:
            losses.append(trainer._run(tensors, tf.convert_to_tensor(chunk)).numpy())
            if not np.isfinite(losses[-1]).all():
                raise FloatingPointError(
                    f"the loss stopped being a number within step {sum(map(len, losses))}; "
                    "try a smaller learning rate"
                )
            watched = watch() if watch else {}
            history.steps.append(sum(map(len, losses)))
            for name, value in watched.items():
                history.watched.setdefault(name, []).append(float(value))
            if snapshot:
                history.snapshots.append(snapshot())
            if keep is not None:
                if keep not in history.watched:
                    raise ValueError(f"cannot keep the best {keep!r}: watch() does not return it")
                if history.watched[keep][-1] < best[0]:
                    best = history.watched[keep][-1], trainer.model.get_weights()
                    history.best = len(history.steps) - 1
            bar.update()
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
    if best[1] is not None:
        trainer.model.set_weights(best[1])
    history.loss = np.concatenate(losses) if losses else history.loss
    return history


def _check(data: Sequence[NDArray], order: NDArray[np.integer]) -> None:
    rows = {len(d) for d in data}
    if len(rows) != 1:
        raise ValueError(f"data arrays must have the same number of rows, got {sorted(rows)}")
    if np.ndim(order) != 3:
        raise ValueError(f"order must be [chunks, steps, batch], got shape {np.shape(order)}")
    if np.asarray(order).dtype.kind not in "iu":
        raise ValueError(f"order must hold whole row numbers, got {np.asarray(order).dtype}")
    (count,) = rows
    if np.size(order) and not (np.min(order) >= 0 and np.max(order) < count):
        raise ValueError(f"order names rows outside 0 … {count - 1}")
    for position, array in enumerate(data):
        if np.issubdtype(np.asarray(array).dtype, np.floating) and not np.isfinite(array).all():
            raise ValueError(f"data[{position}] holds NaN or infinity; clean it before training")
        if np.asarray(array).dtype == np.float64:
            raise ValueError(
                f'data[{position}] is float64, networks here compute in float32: .astype("float32")'
            )


def progress_bar(text: str | None, total: int) -> tqdm:
    """A progress bar over `total` steps; hidden without text, or where nobody watches."""
    from tqdm.auto import tqdm

    hidden = text is None or os.environ.get("LECTUREKIT_STATIC") in ("1", "grid")
    return tqdm(total=total, desc=text, leave=False, disable=hidden)
