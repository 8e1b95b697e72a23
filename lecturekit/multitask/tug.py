"""Tug of war: two quadratic tasks pull at one point, and every method answers its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.multitask import balancing

METHODS = (
    "Method One (mean of both)",
    "Method Two (random task)",
    "Method Two (taking turns)",
    "PCGrad",
    "MGDA",
    "CAGrad",
    "Uncertainty weighting",
    "GradNorm",
)


@dataclass(frozen=True)
class Tasks:
    """Two losses L_t(θ) = ½ (θ − c_t)ᵀ H_t (θ − c_t).

    Attributes:
        centres: [2 tasks, 2] where each task would like θ to be.
        curvatures: [2 tasks, 2, 2] symmetric, positive definite.
    """

    centres: NDArray[np.float32]
    curvatures: NDArray[np.float32]

    def losses(self, points: NDArray) -> NDArray[np.float64]:
        """Both losses at `points` [..., 2]: [..., 2 tasks]."""
        away = np.asarray(points, float)[..., None, :] - self.centres
        return np.einsum("...ti,tij,...tj->...t", away, self.curvatures, away) / 2

    @property
    def compromise(self) -> NDArray[np.float64]:
        """Where the mean of both losses is smallest: [2]."""
        pull = np.einsum("tij,tj->i", self.curvatures, self.centres)
        return np.linalg.solve(self.curvatures.sum(0).astype(float), pull)


def tasks(angle: float = 90.0, stretch: float = 4.0) -> Tasks:
    """Two tasks that want different points and whose long valleys cross at `angle` degrees.

    Args:
        angle: 0 … 180; 0: valleys run side by side.
        stretch: ≥ 1, curvature across a valley over curvature along it.
    """
    if stretch < 1:
        raise ValueError(f"stretch must be at least 1, got {stretch}")

    def curvature(degrees: float) -> NDArray:
        turn = np.deg2rad(degrees)
        along = np.array([np.cos(turn), np.sin(turn)])
        return stretch * np.eye(2) - (stretch - 1) * np.outer(along, along)

    curvatures = np.stack([curvature(-angle / 2), curvature(angle / 2)])
    return Tasks(np.float32([[-1, 0], [1, 0]]), np.float32(curvatures))


def path(
    method: str,
    of: Tasks,
    start: tuple[float, float] = (-0.6, 1.6),
    *,
    step_size: float = 0.1,
    steps: int = 60,
    seed: int = 0,
) -> NDArray[np.float32]:
    """The way of θ under `method`: [steps + 1, 2]; it stays put where it left the picture for good.

    Raises:
        ValueError: unknown method, or a step size that is not positive.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}")
    if not step_size > 0:
        raise ValueError(f"the step size must be positive, got {step_size}")
    rng = np.random.default_rng(seed)
    turns = rng.integers(2, size=steps) if "random" in method else np.arange(steps) % 2
    way = _compiled(method, steps)(
        tf.constant(of.centres),
        tf.constant(of.curvatures),
        tf.constant(start, tf.float32),
        tf.constant(step_size, tf.float32),
        tf.constant(turns, tf.int32),
    ).numpy()
    return np.clip(np.nan_to_num(way, nan=1e3, posinf=1e3, neginf=-1e3), -1e3, 1e3)


@cache
def _compiled(method: str, steps: int) -> Callable[..., tf.Tensor]:
    """One graph per method, so that a moved slider costs milliseconds and no new trace."""

    def gradients(point: tf.Tensor, centres: tf.Tensor, curvatures: tf.Tensor) -> tf.Tensor:
        return tf.linalg.matvec(curvatures, point - centres)

    def losses(point: tf.Tensor, centres: tf.Tensor, curvatures: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(gradients(point, centres, curvatures) * (point - centres), 1) / 2

    @tf.autograph.experimental.do_not_convert  # its choices are Python's, made while tracing
    def update(g: tf.Tensor, value: tf.Tensor, first: tf.Tensor, state: tf.Tensor, turn: tf.Tensor):
        """The step and the next state (log variances, or GradNorm's weights)."""
        match method:
            case "PCGrad":
                return balancing.pcgrad(g) / 2, state
            case "MGDA":
                return balancing.mgda(g), state
            case "CAGrad":
                return balancing.cagrad(g) / 2, state
            case "Uncertainty weighting":
                push = (1 - value * tf.exp(-state)) / 2  # its gradient for the log variances
                return tf.reduce_mean(tf.exp(-state)[:, None] * g, 0), state - 0.1 * push
            case "GradNorm":
                with tf.GradientTape() as tape:
                    tape.watch(state)
                    gap = balancing.gradnorm(tf.norm(g, axis=1), value, first, state)
                weights = tf.maximum(state - 0.05 * tape.gradient(gap, state), 0.05)
                weights *= 2 / tf.reduce_sum(weights)
                return tf.reduce_mean(weights[:, None] * g, 0), weights
            case "Method One (mean of both)":
                return tf.reduce_mean(g, 0), state
        return tf.gather(g, turn), state

    @tf.function
    def run(centres, curvatures, start, step_size, turns):
        way = tf.TensorArray(tf.float32, steps + 1).write(0, start)
        point = start
        first = losses(start, centres, curvatures)
        state = tf.ones(2) if method == "GradNorm" else tf.zeros(2)
        for k in tf.range(steps):
            g = gradients(point, centres, curvatures)
            move, state = update(g, losses(point, centres, curvatures), first, state, turns[k])
            point = point - step_size * move
            way = way.write(k + 1, point)
        return way.stack()

    return run
