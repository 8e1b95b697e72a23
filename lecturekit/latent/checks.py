"""What every function of this room asks of its input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Snapshots = NDArray | Sequence[ArrayLike]


def as_snapshots(snapshots: Snapshots, *, neighbours: int = 1) -> Floats:
    """Snapshots as float32 [frames, rows, dimensions], rows more than `neighbours`.

    Raises:
        ValueError: no array of that shape, snapshots of different sizes, fewer than two, NaN or
            infinity, or too few rows.
    """
    shapes = {np.shape(snapshot) for snapshot in snapshots} if np.iterable(snapshots) else set()
    if len(shapes) > 1:
        raise ValueError(
            f"snapshots of different sizes, {sorted(shapes)}: show the same rows in every frame"
        )
    made = np.asarray(snapshots, np.float32)
    if made.ndim != 3 or 0 in made.shape:
        raise ValueError(
            f"snapshots must be [frames, rows, dimensions] and not empty, got shape {made.shape}"
        )
    if len(made) < 2:
        raise ValueError("one snapshot is no trajectory: give two or more, or call flat()")
    for frame, points in enumerate(made):
        _finite(points, f"snapshot {frame}")
    _enough(made.shape[1], neighbours)
    return made


def as_points(points: ArrayLike, *, neighbours: int = 1) -> Floats:
    """One embedding as float32 [rows, dimensions]; raises ValueError as `as_snapshots` does."""
    made = np.asarray(points, np.float32)
    if made.ndim != 2 or 0 in made.shape:
        raise ValueError(f"points must be [rows, dimensions] and not empty, got {made.shape}")
    _finite(made, "the embedding")
    _enough(len(made), neighbours)
    return made


def _finite(points: Floats, name: str) -> None:
    if not np.isfinite(points).all():
        raise ValueError(f"{name} holds NaN or infinity; look at the training before its map")


def _enough(rows: int, neighbours: int) -> None:
    if neighbours < 1 or int(neighbours) != neighbours:
        raise ValueError(f"neighbours must be a whole number of at least 1, got {neighbours}")
    if rows <= neighbours:
        raise ValueError(
            f"{rows} rows do not have {neighbours} neighbours each; take fewer neighbours or more "
            "rows"
        )
