"""Numbers that say how good a predicted number is, and agreement after Bland and Altman."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def _pair(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    """Both as float64 vectors of one length, finite, not empty."""
    y, prediction = np.asarray(y, float), np.asarray(prediction, float)
    if y.shape != prediction.shape or y.ndim != 1:
        raise ValueError(
            f"truth {y.shape} and prediction {prediction.shape} must be vectors of one length"
        )
    if y.size == 0:
        raise ValueError("there is nothing to measure: the vectors are empty")
    if not (np.isfinite(y).all() and np.isfinite(prediction).all()):
        raise ValueError("truth and prediction must be finite; look for NaN before measuring")
    return y, prediction


def mean_squared_error(y: ArrayLike, prediction: ArrayLike) -> float:
    """Mean of (y − ŷ)², in squared units of y. Shapes [rows]."""
    y, prediction = _pair(y, prediction)
    return float(np.mean((y - prediction) ** 2))


def explained_variance(
    y: ArrayLike,
    prediction: ArrayLike,
    task: ArrayLike | None = None,
    *,
    average: Literal["total", "tasks", "sizes"] = "total",
) -> float:
    """Explained variance in percent, 100 · (1 − SSE / SST): 0 equals the mean, 100 is perfect.

    Three definitions are in use, and on the same predictions they differ by twenty points, so
    figures of two papers compare only if both use the same one.

    Args:
        y, prediction: [rows].
        task: [rows] task of each row; needed by the two averages over tasks.
        average: ``total`` one SSE and one SST over all rows (our default), ``tasks`` mean of the
            per-task values, ``sizes`` the same weighted by rows per task. A task whose y never
            varies has no value of its own and is left out of the two averages.
    Raises:
        ValueError: y never varies, or an average over tasks without `task`.
    """
    y, prediction = _pair(y, prediction)
    if average not in ("total", "tasks", "sizes"):
        raise ValueError(f"there is no average {average!r}; choose total, tasks or sizes")
    if average == "total":
        spread = float(np.sum((y - y.mean()) ** 2))
        if spread == 0:
            raise ValueError("y never varies, so there is no variance to explain")
        return 100 * (1 - float(np.sum((y - prediction) ** 2)) / spread)
    if task is None:
        raise ValueError(f"average={average!r} needs the task of each row: pass task=")
    task = np.asarray(task)
    if task.shape != y.shape:
        raise ValueError(f"every row needs its task: {y.size} rows, task of shape {task.shape}")
    groups = [task == t for t in np.unique(task)]
    groups = [g for g in groups if np.ptp(y[g]) > 0]
    if not groups:
        raise ValueError("y never varies within any task, so there is no variance to explain")
    values = [explained_variance(y[g], prediction[g]) for g in groups]
    weights = [int(g.sum()) for g in groups] if average == "sizes" else None
    return float(np.average(values, weights=weights))


@dataclass(frozen=True)
class BlandAltman:
    """Agreement of two measurements (Bland & Altman 1986).

    Attributes:
        mean, difference: the points, (y + ŷ)/2 and y − ŷ, both [rows].
        bias: mean difference.
        low, high: 95 % limits of agreement, bias ± 1.96 SD of the differences. They hold 95 % of
            the *differences*; they are not a confidence interval of the bias.
        slope: least-squares slope of difference on mean.
        reference_slope: the slope that a calibrated predictor of the same quality has by
            necessity, 2(1 − R²)/(1 + 3R²): compare `slope` with this and not with zero.
    """

    mean: Floats
    difference: Floats
    bias: float
    low: float
    high: float
    slope: float
    reference_slope: float


def calibrated_slope(r_squared: float) -> float:
    """Bland–Altman slope of a perfectly calibrated predictor that explains R² of the variance.

    From Cov(y − ŷ, (y + ŷ)/2) = (Var y − Var ŷ)/2 with Var ŷ = Cov(y, ŷ) = R² Var y. It is 0 only
    at R² = 1 and reaches 2 at R² = 0.
    """
    if not 0 <= r_squared <= 1:
        raise ValueError(f"R² of a calibrated predictor lies in [0, 1], got {r_squared}")
    return 2 * (1 - r_squared) / (1 + 3 * r_squared)


def bland_altman(y: ArrayLike, prediction: ArrayLike) -> BlandAltman:
    """Bland–Altman figures of truth against prediction, with the reference slope that they need.

    Args:
        y, prediction: [rows], same unit.
    Raises:
        ValueError: the means (y + ŷ)/2 never vary, so that no slope exists.
    """
    y, prediction = _pair(y, prediction)
    mean, difference = (y + prediction) / 2, y - prediction
    if np.ptp(mean) == 0:
        raise ValueError("(y + ŷ)/2 never varies, so a Bland–Altman slope does not exist")
    bias, spread = float(difference.mean()), float(difference.std(ddof=1)) if y.size > 1 else 0.0
    slope = float(np.cov(difference, mean)[0, 1] / np.var(mean, ddof=1))
    r_squared = min(max(explained_variance(y, prediction) / 100, 0.0), 1.0)
    return BlandAltman(
        mean=mean,
        difference=difference,
        bias=bias,
        low=bias - 1.96 * spread,
        high=bias + 1.96 * spread,
        slope=slope,
        reference_slope=calibrated_slope(r_squared),
    )
