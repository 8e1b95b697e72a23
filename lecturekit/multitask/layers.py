"""What belongs to one task in a shared network, as Keras layers that gather by task number.

With one label per row, 139 heads are *one* tensor from which every row gathers its own head; no
loop over tasks and no model per task is needed. All layers are called as ``layer([h, task])`` with
``h`` [rows, width] and ``task`` [rows], int, 0 … tasks − 1. A graph compiled with XLA does not
check the numbers (a wrong one silently gathers a neighbour's head); `datasets.TaskTable` has.
"""

from __future__ import annotations

from typing import Literal

import keras
from keras import ops

GateKind = Literal["free", "sigmoid", "film", "low_rank"]
GATES: tuple[GateKind, ...] = ("free", "sigmoid", "film", "low_rank")


def _equal_start(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    """The same Glorot draw for every task: training starts pooled and tells tasks apart later.

    Strangers' hidden units have no common order, so that "pull towards the mean" and "one trunk for
    all heads" only work for weights that grew out of the same start.
    """
    one = keras.initializers.GlorotUniform()(
        (*shape[1:], 1) if len(shape) == 2 else shape[1:], dtype
    )
    return ops.broadcast_to(ops.reshape(one, (1, *shape[1:])), shape)


class _PerTask(keras.layers.Layer):
    """A layer that knows how many tasks there are."""

    def __init__(self, tasks: int, **options: object) -> None:
        super().__init__(**options)
        if tasks < 1:
            raise ValueError(f"a multi-task layer needs at least one task, got tasks={tasks}")
        self.tasks = tasks

    def get_config(self) -> dict:
        return {**super().get_config(), "tasks": self.tasks}


@keras.saving.register_keras_serializable("lecturekit")
class TaskIntercept(_PerTask):
    """ŷ = f(x) + c_t: the random-intercept baseline of multilevel modelling. [rows] → [rows]."""

    def build(self, shapes: list) -> None:
        self.intercept = self.add_weight(shape=(self.tasks,), initializer="zeros", name="intercept")

    def call(self, inputs: list) -> keras.KerasTensor:
        prediction, task = inputs
        return prediction + ops.take(self.intercept, task)


@keras.saving.register_keras_serializable("lecturekit")
class TaskHeads(_PerTask):
    """ŷ_i = v_t·h_i + c_t, t the task of row i: one linear head per task. [rows, K] → [rows]."""

    def build(self, shapes: list) -> None:
        self.heads = self.add_weight(
            shape=(self.tasks, shapes[0][-1]), initializer=_equal_start, name="heads"
        )
        self.intercept = self.add_weight(shape=(self.tasks,), initializer="zeros", name="intercept")

    def call(self, inputs: list) -> keras.KerasTensor:
        hidden, task = inputs
        return ops.sum(hidden * ops.take(self.heads, task, axis=0), -1) + ops.take(
            self.intercept, task
        )


@keras.saving.register_keras_serializable("lecturekit")
class TaskDense(_PerTask):
    """A dense layer with weights of its own for every task. [rows, K] → [rows, units].

    Args:
        pull: μ of soft sharing; adds μ · Σ_t ‖W_t − mean W‖² to the loss (mean-regularised
            multi-task learning, Evgeniou & Pontil 2004). 0: the tasks are strangers.
    """

    def __init__(
        self, tasks: int, units: int, activation: str = "relu", pull: float = 0.0, **options: object
    ) -> None:
        super().__init__(tasks, **options)
        if pull < 0:
            raise ValueError(f"pull must be at least 0, got {pull}")
        self.units, self.pull = units, pull
        self.activation = keras.activations.get(activation)

    def build(self, shapes: list) -> None:
        self.kernel = self.add_weight(
            shape=(self.tasks, shapes[0][-1], self.units), initializer=_equal_start, name="kernel"
        )
        self.bias = self.add_weight(
            shape=(self.tasks, self.units), initializer="zeros", name="bias"
        )

    def call(self, inputs: list) -> keras.KerasTensor:
        hidden, task = inputs
        if self.pull:
            apart = sum(
                ops.sum(ops.square(w - ops.mean(w, 0, keepdims=True)))
                for w in (self.kernel, self.bias)
            )
            self.add_loss(self.pull * apart)
        own = ops.einsum("rk,rku->ru", hidden, ops.take(self.kernel, task, axis=0))
        return self.activation(own + ops.take(self.bias, task, axis=0))

    def get_config(self) -> dict:
        activation = keras.activations.serialize(self.activation)
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activation,
            "pull": self.pull,
        }


@keras.saving.register_keras_serializable("lecturekit")
class TaskGate(_PerTask):
    """Features times a gate that the task chooses. [rows, K] → [rows, K].

    Args:
        kind: ``free`` g_t ⊙ h; ``sigmoid`` σ(g_t) ⊙ h, as on the slide; ``film`` γ_t ⊙ h + β_t
            (FiLM, Perez et al. 2018); ``low_rank`` (1 + U e_t) ⊙ h, with K·r + T·r weights
            instead of T·K.
        rank: r of ``low_rank``.
    """

    def __init__(
        self, tasks: int, kind: GateKind = "free", rank: int = 4, **options: object
    ) -> None:
        super().__init__(tasks, **options)
        if kind not in GATES:
            raise ValueError(f"there is no gate {kind!r}; choose one of {', '.join(GATES)}")
        self.kind, self.rank = kind, rank

    def build(self, shapes: list) -> None:
        width = shapes[0][-1]
        if self.kind == "low_rank":
            self.task_code = self.add_weight(
                shape=(self.tasks, self.rank), initializer="random_normal", name="task_code"
            )
            self.mixing = self.add_weight(
                shape=(self.rank, width), initializer="glorot_uniform", name="mixing"
            )
            return
        start = "zeros" if self.kind == "sigmoid" else "ones"
        self.gate = self.add_weight(shape=(self.tasks, width), initializer=start, name="gate")
        if self.kind == "film":
            self.shift = self.add_weight(
                shape=(self.tasks, width), initializer="zeros", name="shift"
            )

    def call(self, inputs: list) -> keras.KerasTensor:
        hidden, task = inputs
        if self.kind == "low_rank":
            return hidden * (1 + ops.take(self.task_code, task, axis=0) @ self.mixing)
        gate = ops.take(self.gate, task, axis=0)
        if self.kind == "sigmoid":
            return hidden * ops.sigmoid(gate)
        return hidden * gate + (ops.take(self.shift, task, axis=0) if self.kind == "film" else 0)

    def get_config(self) -> dict:
        return {**super().get_config(), "kind": self.kind, "rank": self.rank}
