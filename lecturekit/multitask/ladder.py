"""The ladder from strangers to sharing: every model takes ``[x, task]`` and returns [rows].

All networks have the same trunk, features → 32 → 16 → 1, so that they differ in what is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import keras
from keras import layers

from lecturekit.multitask.layers import GateKind, TaskDense, TaskGate, TaskHeads, TaskIntercept

WIDTHS = (32, 16)
Tensor: TypeAlias = keras.KerasTensor


def trunk(x: Tensor) -> Tensor:
    """The shared feature extractor h(x): [rows, features] → [rows, 16]."""
    for width in WIDTHS:
        x = layers.Dense(width, activation="relu")(x)
    return x


def one_output(hidden: Tensor) -> Tensor:
    """A linear output [rows, K] → [rows]."""
    return keras.ops.squeeze(layers.Dense(1)(hidden), -1)


def independent(x: Tensor, task: Tensor, tasks: int, pull: float = 0.0) -> Tensor:
    """A network per task, all trained side by side; `pull` > 0 ties them softly to their mean."""
    for width in WIDTHS:
        x = TaskDense(tasks, width, pull=pull)([x, task])
    return TaskHeads(tasks)([x, task])


def soft(x: Tensor, task: Tensor, tasks: int) -> Tensor:
    """Soft sharing: a network per task, pulled towards the mean network."""
    return independent(x, task, tasks, pull=0.03)


def pooled(x: Tensor, task: Tensor, tasks: int) -> Tensor:
    """One network for everybody; it never hears of tasks."""
    return one_output(trunk(x))


def intercept(x: Tensor, task: Tensor, tasks: int) -> Tensor:
    """The pooled network plus one number per task: the baseline that the lecture forgot."""
    return TaskIntercept(tasks)([one_output(trunk(x)), task])


def heads(x: Tensor, task: Tensor, tasks: int) -> Tensor:
    """Hard sharing: one trunk, one linear head per task."""
    return TaskHeads(tasks)([trunk(x), task])


def gated(kind: GateKind) -> Callable[[Tensor, Tensor, int], Tensor]:
    """Task gating: the first layer's features times a gate of the task, then shared layers."""

    def network(x: Tensor, task: Tensor, tasks: int) -> Tensor:
        hidden = layers.Dense(WIDTHS[0], activation="sigmoid")(x)
        hidden = TaskGate(tasks, kind)([hidden, task])
        return one_output(layers.Dense(WIDTHS[1], activation="relu")(hidden))

    return network


LADDER: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "independent": independent,
    "pooled": pooled,
    "pooled + intercept": intercept,
    "soft sharing": soft,
    "heads": heads,
    "gate, free": gated("free"),
    "gate, sigmoid": gated("sigmoid"),
    "gate, FiLM": gated("film"),
    "gate, low rank": gated("low_rank"),
}


MAIN_RUNGS = ("independent", "pooled", "pooled + intercept", "heads", "gate, sigmoid")


def build(rung: str, features: int, tasks: int, seed: int) -> keras.Model:
    """The network on one rung, with weights drawn from `seed`.

    Raises:
        ValueError: no such rung.
    """
    if rung not in LADDER:
        raise ValueError(f"there is no model {rung!r}; choose one of {', '.join(LADDER)}")
    keras.utils.set_random_seed(seed)
    x, task = keras.Input((features,), name="x"), keras.Input((), dtype="int32", name="task")
    return keras.Model([x, task], LADDER[rung](x, task, tasks))
