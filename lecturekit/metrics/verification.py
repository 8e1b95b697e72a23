"""Are these two the same person? A pair is accepted if its distance is at most a threshold τ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verification:
    """Every threshold and what it costs; all rates in percent.

    Attributes:
        threshold: τ, increasing, from "accept nobody" (−∞) through all distances found, [n].
        far: false acceptance rate, share of different pairs with D ≤ τ, [n].
        frr: false rejection rate, share of same pairs with D > τ, [n]; 100 − FRR against FAR is
            the receiver operating characteristic (ROC).
        auc: area under the ROC, the chance that a same pair is nearer than a different one.
        eer: equal error rate, FAR = FRR, interpolated between thresholds.
        eer_threshold: the τ at which FAR and FRR are most alike.
    """

    threshold: Floats
    far: Floats
    frr: Floats
    auc: float
    eer: float
    eer_threshold: float


def pairs_of(distance: ArrayLike, labels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Distances of all unordered pairs of rows, and whether their labels are the same, [pairs].

    Args:
        distance: between all rows [rows, rows]; labels: [rows].
    Raises:
        ValueError: shapes that do not fit, or fewer than two rows.
    """
    distance, labels = np.asarray(distance, float), np.asarray(labels)
    rows = len(labels)
    if labels.ndim != 1 or rows < 2 or distance.shape != (rows, rows):
        raise ValueError(
            "distances must be [rows, rows] and labels [rows] of two rows or more, got "
            f"{distance.shape} and {labels.shape}"
        )
    i, j = np.triu_indices(rows, 1)
    return distance[i, j], labels[i] == labels[j]


def verification(distance: ArrayLike, same: ArrayLike) -> Verification:
    """Error rates at every threshold, AUC and EER.

    Args:
        distance: [pairs]; same: bool [pairs].
    Raises:
        ValueError: shapes that do not fit, distances that are not finite, or pairs of one kind.
    """
    near, far = _two_kinds(distance, same)
    threshold = np.concatenate([[-np.inf], np.unique(np.concatenate([near, far]))])
    accepted = 100 * np.searchsorted(np.sort(far), threshold, "right") / len(far)
    rejected = 100 - 100 * np.searchsorted(np.sort(near), threshold, "right") / len(near)
    auc = float(np.trapezoid(100 - rejected, accepted)) / 100
    gap = accepted - rejected  # from −100 up to 100
    after = int(np.argmax(gap >= 0))
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    eer = accepted[after - 1] + share * (accepted[after] - accepted[after - 1])
    best = float(threshold[1:][np.argmin(np.abs(gap[1:]))])
    return Verification(threshold, accepted, rejected, auc, float(eer), best)


def error_rates(distance: ArrayLike, same: ArrayLike, threshold: float) -> tuple[float, float]:
    """(FAR, FRR) in percent at a threshold that was chosen elsewhere.

    Args, raises: as `verification`.
    """
    near, far = _two_kinds(distance, same)
    return 100 * float(np.mean(far <= threshold)), 100 * float(np.mean(near > threshold))


def tar_at_far(distance: ArrayLike, same: ArrayLike, far: float = 1.0) -> float:
    """True acceptance rate in percent at the largest threshold whose FAR is at most `far` percent.

    Args, raises: as `verification`; also for `far` outside 0 … 100.
    """
    if not 0 <= far <= 100:
        raise ValueError(f"a false acceptance rate lies between 0 and 100 percent, got {far}")
    found = verification(distance, same)
    return float(100 - found.frr[np.flatnonzero(found.far <= far)[-1]])


def _two_kinds(distance: ArrayLike, same: ArrayLike) -> tuple[Floats, Floats]:
    """Distances of the same and of the different pairs."""
    distance, same = np.asarray(distance, float), np.asarray(same)
    if distance.ndim != 1 or distance.shape != same.shape or same.dtype != bool:
        raise ValueError(
            f"distances {distance.shape} and same {same.shape} must be one number and one truth "
            f"value for each pair; same is {same.dtype}"
        )
    if not np.isfinite(distance).all():
        raise ValueError("distances must be finite; look for NaN in the embeddings")
    if same.all() or not same.any():
        kind = "same" if same.all() and same.size else "different"
        raise ValueError(f"only {kind} pairs: error rates need both kinds, so two or more classes")
    return distance[same], distance[~same]
