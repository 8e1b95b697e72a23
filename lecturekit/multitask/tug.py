"""Tug of war: two quadratic tasks pull at one point, and every method answers its own way.

Plain arithmetic on two numbers, so that it is portable: the page computes the same way while a hand
drags the point. The methods on whole networks are in ``balancing``.
"""

from __future__ import annotations

import math

import numpy as np

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
CENTRES = [[-1.0, 0.0], [1.0, 0.0]]  # where each task would like θ to be
STRETCH = 4.0  # curvature across a valley over curvature along it
STEPS = 60
TURNS = np.random.default_rng(0).integers(2, size=STEPS).tolist()  # of Method Two: a random task
AWAY = 1e3  # θ that went this far is lost, and stays there


def curvatures(angle: float, stretch: float = STRETCH) -> list:
    """Two 2 × 2 matrices of valleys that cross at `angle` degrees (0: they run side by side)."""
    made = []
    for turn in [-angle * math.pi / 360, angle * math.pi / 360]:
        x, y, excess = math.cos(turn), math.sin(turn), stretch - 1
        made.append([[stretch - excess * x * x, -excess * x * y],
                     [-excess * x * y, stretch - excess * y * y]])  # fmt: skip
    return made


def gradients(point: list, bends: list) -> list:
    """H_t (θ − c_t) of both tasks: [2 tasks][2]."""
    made = []
    for centre, bend in zip(CENTRES, bends, strict=True):
        x, y = point[0] - centre[0], point[1] - centre[1]
        made.append([bend[0][0] * x + bend[0][1] * y, bend[1][0] * x + bend[1][1] * y])
    return made


def losses(point: list, bends: list) -> list:
    """½ (θ − c_t)ᵀ H_t (θ − c_t) of both tasks."""
    made = []
    for centre, slope in zip(CENTRES, gradients(point, bends), strict=True):
        made.append(((point[0] - centre[0]) * slope[0] + (point[1] - centre[1]) * slope[1]) / 2)
    return made


def compromise(bends: list) -> list:
    """Where the mean of both losses is smallest: (H_A + H_B) θ = H_A c_A + H_B c_B."""
    a = bends[0][0][0] + bends[1][0][0]
    b = bends[0][0][1] + bends[1][0][1]
    c = bends[0][1][1] + bends[1][1][1]
    zero = gradients([0.0, 0.0], bends)
    x, y = -zero[0][0] - zero[1][0], -zero[0][1] - zero[1][1]
    whole = a * c - b * b
    return [(c * x - b * y) / whole, (a * y - b * x) / whole]


def dot(u: list, v: list) -> float:
    """Inner product of two vectors of the plane."""
    return u[0] * v[0] + u[1] * v[1]


def mix(u: list, v: list, share: float) -> list:
    """share · u + (1 − share) · v."""
    return [share * u[0] + (1 - share) * v[0], share * u[1] + (1 - share) * v[1]]


def pcgrad(a: list, b: list) -> list:
    """Mean of both gradients, each without what points against the other (Yu et al. 2020)."""
    overlap = min(dot(a, b), 0.0)
    from_a = overlap / dot(b, b) if dot(b, b) > 0 else 0.0
    from_b = overlap / dot(a, a) if dot(a, a) > 0 else 0.0
    return [(a[0] - from_a * b[0] + b[0] - from_b * a[0]) / 2,
            (a[1] - from_a * b[1] + b[1] - from_b * a[1]) / 2]  # fmt: skip


def mgda(a: list, b: list) -> list:
    """The shortest vector between both gradients (Désidéri 2012)."""
    gap = [a[0] - b[0], a[1] - b[1]]
    size = dot(gap, gap)
    share = -dot(gap, b) / size if size > 0 else 0.0
    return mix(a, b, min(max(share, 0.0), 1.0))


def cagrad(a: list, b: list, c: float = 0.5) -> list:
    """Best step for the worse-off task within a ball around the mean (Liu et al. 2021).

    The weight of task A is found by golden-section search: its objective is convex.
    """
    mean = mix(a, b, 0.5)
    radius = c * math.hypot(mean[0], mean[1])
    low, high, golden = 0.0, 1.0, (math.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        at_left, at_right = mix(a, b, left), mix(a, b, right)
        worth_left = dot(at_left, mean) + radius * math.hypot(at_left[0], at_left[1])
        worth_right = dot(at_right, mean) + radius * math.hypot(at_right[0], at_right[1])
        if worth_left < worth_right:
            high = right
        else:
            low = left
    worst = mix(a, b, (low + high) / 2)
    size = math.hypot(worst[0], worst[1])
    push = radius / size if size > 0 else 0.0
    scale = 1 / (1 + c * c)
    return [scale * (mean[0] + push * worst[0]), scale * (mean[1] + push * worst[1])]


def gradnorm_weights(weights: list, norms: list, now: list, first: list) -> list:
    """One update of GradNorm's weights (Chen et al. 2018; α = 1.5), which sum to 2 afterwards."""
    rates = [now[0] / first[0] if first[0] > 0 else 1.0, now[1] / first[1] if first[1] > 0 else 1.0]
    usual = (rates[0] + rates[1]) / 2
    mean = (weights[0] * norms[0] + weights[1] * norms[1]) / 2
    made = []
    for weight, norm, rate in zip(weights, norms, rates, strict=True):
        target = mean * math.pow(rate / usual, 1.5) if usual > 0 else mean
        gap = weight * norm - target
        sign = 1.0 if gap > 0 else (-1.0 if gap < 0 else 0.0)
        made.append(max(weight - 0.05 * sign * norm, 0.05))
    whole = made[0] + made[1]
    return [2 * made[0] / whole, 2 * made[1] / whole]


def path(method: str, bends: list, start: list, step_size: float, turns: list = TURNS) -> list:
    """The way of θ under `method`, one of METHODS: a point per step, `start` first.

    Args:
        bends: of `curvatures`; turns: the task of each step for Method Two (random task).
    """
    point, way = start, [start]
    first = losses(start, bends)
    state = [1.0, 1.0] if method == "GradNorm" else [0.0, 0.0]  # weights, or log variances
    for k, turn in enumerate(turns):
        a, b = gradients(point, bends)
        now = losses(point, bends)
        if method == "Method Two (random task)":
            move = [a, b][turn]
        elif method == "Method Two (taking turns)":
            move = a if k == 2 * (k // 2) else b
        elif method == "PCGrad":
            move = pcgrad(a, b)
        elif method == "MGDA":
            move = mgda(a, b)
        elif method == "CAGrad":
            move = cagrad(a, b)
        elif method == "Uncertainty weighting":
            trust = [math.exp(-state[0]), math.exp(-state[1])]
            move = [
                (trust[0] * a[0] + trust[1] * b[0]) / 2,
                (trust[0] * a[1] + trust[1] * b[1]) / 2,
            ]
            state = [
                max(s - 0.05 * (1 - min(now[t], AWAY) * trust[t]), -20.0)
                for t, s in enumerate(state)
            ]
        elif method == "GradNorm":
            norms = [math.hypot(a[0], a[1]), math.hypot(b[0], b[1])]
            state = gradnorm_weights(state, norms, now, first)
            move = [
                (state[0] * a[0] + state[1] * b[0]) / 2,
                (state[0] * a[1] + state[1] * b[1]) / 2,
            ]
        else:
            move = mix(a, b, 0.5)
        point = [point[0] - step_size * move[0], point[1] - step_size * move[1]]
        if max(abs(point[0]), abs(point[1])) > AWAY:
            point = [min(max(point[0], -AWAY), AWAY), min(max(point[1], -AWAY), AWAY)]
        way.append(point)
    return way
