"""How far a trajectory can be believed: numbers beside the picture, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.latent.checks import Snapshots, as_snapshots
from lecturekit.metrics import distances, map_at_r, recall_at_k

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Quality:
    """Numbers of a trajectory. Those of the original space do not depend on any map.

    Attributes:
        trustworthiness: [frames] 0 … 1: near in the map are near in the original space (Venna,
            Kaski 2001).
        overlap: [frames] 0 … 1: share of the k nearest neighbours that both have.
        recall_at_1, map_at_r: [frames] percent, in the original space.
        mean_distance: [frames] mean distance of two rows in the original space: near 0, the
            embedding has collapsed, whatever the map looks like.
        step: [frames − 1] mean displacement of a point in the map, in units of the spread of the
            frame that it goes to (root mean square distance from the middle, per axis).
        motion_correlation: −1 … 1, displacements in the map with those in the original space,
            over all points and steps; NaN where either never varies. High: where *one point* moves
            much in the map, it really does.
        pace_correlation: the same of the means over all points, one pair of numbers a step. High:
            the map moves much *when* the embedding does; it says nothing about single points.
    """

    trustworthiness: Floats
    overlap: Floats
    recall_at_1: Floats
    map_at_r: Floats
    mean_distance: Floats
    step: Floats
    motion_correlation: float
    pace_correlation: float

    @property
    def largest_step(self) -> float:
        """The largest jump, in units of a frame's spread."""
        return float(self.step.max())


def quality(snapshots: Snapshots, layout: Snapshots, labels: ArrayLike, *, k: int = 10) -> Quality:
    """What can be said about a layout of these snapshots.

    Args:
        snapshots: [frames, rows, dimensions]; layout: [frames, rows, 2]; labels: [rows].
        k: neighbours that are compared, fewer than half of the rows.
    Raises:
        ValueError: shapes that do not fit, NaN, k out of range, or a class with a single row.
    """
    snapshots, labels = as_snapshots(snapshots), np.asarray(labels)
    layout = as_snapshots(layout)
    frames, rows = snapshots.shape[:2]
    if layout.shape[:2] != (frames, rows) or labels.shape != (rows,):
        raise ValueError(
            f"{frames} frames of {rows} rows need a layout and a label for each, got "
            f"{layout.shape} and {labels.shape}"
        )
    if not 1 <= k < rows / 2:
        raise ValueError(f"k must be at least 1 and below half of the {rows} rows, got {k}")
    per_frame = [_frame(*each, labels, k) for each in zip(snapshots, layout, strict=True)]
    moved = np.linalg.norm(np.diff(layout.astype(float), axis=0), axis=2)
    really = np.linalg.norm(np.diff(snapshots.astype(float), axis=0), axis=2)
    spread = np.sqrt(layout.astype(float).var(axis=1).mean(axis=1))[1:]
    still = moved.max(1) == 0
    step = np.where(still, 0.0, moved.mean(1) / np.where(spread > 0, spread, np.nan))
    step = np.nan_to_num(step, nan=np.inf)  # all points jump onto one place
    trust, overlap, recall, precision, distance = np.array(per_frame).T
    motion, pace = _together(moved, really), _together(moved.mean(1), really.mean(1))
    return Quality(trust, overlap, recall, precision, distance, step, motion, pace)


def _frame(points: NDArray, flat: NDArray, labels: NDArray, k: int) -> tuple[float, ...]:
    """Trustworthiness, overlap, R@1, MAP@R and mean distance of one frame."""
    original, seen = distances(points), distances(flat)
    near, near_seen = _nearest(original, k), _nearest(seen, k)
    both = (near[:, :, None] == near_seen[:, None, :]).any(2)
    rows = len(labels)
    return (
        _trustworthiness(original, near_seen),
        float(both.mean()),
        recall_at_k(original, labels),
        map_at_r(original, labels),
        float(original.sum() / (rows * (rows - 1))),
    )


def _nearest(distance: Floats, k: int) -> NDArray[np.int64]:
    """The k nearest other rows of each, [rows, k]; equal distances by row number."""
    distance = distance.copy()
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1, kind="stable")[:, :k]


def _trustworthiness(original: Floats, near_seen: NDArray[np.int64]) -> float:
    """1 − a penalty for each map neighbour by how far beyond rank k it really is."""
    rows, k = near_seen.shape
    order = _nearest(original, rows - 1)
    rank = np.zeros((rows, rows), np.int64)
    np.put_along_axis(rank, order, np.arange(1, rows), axis=1)
    beyond = np.maximum(np.take_along_axis(rank, near_seen, 1) - k, 0)
    return 1 - float(beyond.sum()) * 2 / (rows * k * (2 * rows - 3 * k - 1))


def _together(moved: Floats, really: Floats) -> float:
    if moved.size < 2 or np.ptp(moved) == 0 or np.ptp(really) == 0:
        return float("nan")
    return float(np.corrcoef(moved.ravel(), really.ravel())[0, 1])
