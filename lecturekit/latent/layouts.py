"""Trajectories by UMAP: joined over time, and two easier ways that mislead.

UMAP: McInnes, Healy, Melville 2018. AlignedUMAP: umap-learn 0.5, class of this name. A map says who
is whose neighbour. It says nothing about sizes of clusters, distances between them, or spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lecturekit.latent.checks import Floats, Snapshots, as_points, as_snapshots
from lecturekit.latent.compiled import umap_ready
from lecturekit.latent.linear import procrustes


def flat(points: ArrayLike, *, seed: int, neighbours: int = 15) -> Floats:
    """One map of one embedding, [rows, 2]. Where all points coincide, all lie at 0.

    Args:
        points: [rows, dimensions]; seed: of the map; neighbours: of each point, fewer than rows.
    Raises:
        ValueError: see `checks.as_points`.
    """
    points = as_points(points, neighbours=neighbours)
    if _collapsed(points):
        return np.zeros((len(points), 2), np.float32)
    with umap_ready() as umap:
        model = umap.UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1)
        return _placed(model.fit_transform(points))


def aligned(
    snapshots: Snapshots,
    *,
    seed: int,
    neighbours: int = 15,
    strength: float = 0.05,
    window: int = 2,
    epochs: int = 150,
) -> Floats:
    """All frames laid out together, each point tied to itself in the frames next to it.

    It does not jump, and moves when the embedding moves; which point moves far says little. Takes
    10 to 20 seconds for 300 rows × 12 frames on one core, more the first time, see `compiled`.

    Args:
        snapshots: [frames, rows, dimensions], or a sequence of [rows, dimensions].
        seed: of the layout; neighbours: of each point, fewer than rows.
        strength: of the ties, > 0; window: over how many frames they reach, at least 1.
        epochs: of the layout.
    Returns:
        float32 [frames, rows, 2]; frames in which all points coincide lie at one place.
    Raises:
        ValueError: see `checks.as_snapshots`; strength, window or epochs out of range.
    """
    snapshots = as_snapshots(snapshots, neighbours=neighbours)
    if not (strength > 0 and window >= 1 and epochs >= 1):
        raise ValueError(
            "strength must be above 0, window and epochs at least 1, got "
            f"strength={strength}, window={window}, epochs={epochs}"
        )
    healthy = np.array([not _collapsed(points) for points in snapshots])
    if healthy.sum() < 2:
        return np.zeros((*snapshots.shape[:2], 2), np.float32)
    shown = snapshots[healthy]
    same = {row: row for row in range(shown.shape[1])}
    with umap_ready() as umap:
        model = umap.AlignedUMAP(
            n_neighbors=neighbours, alignment_regularisation=strength, n_epochs=epochs,
            alignment_window_size=window, random_state=seed, transform_seed=seed,
        )  # fmt: skip
        found = model.fit_transform(list(shown), relations=[same] * (len(shown) - 1))
    made = np.zeros((*snapshots.shape[:2], 2), np.float32)
    made[healthy] = [_placed(points) for points in found]
    return made


def warm_start(
    snapshots: Snapshots, *, seed: int, neighbours: int = 15, epochs: int = 60
) -> Floats:
    """A map for every frame that starts from the map before, then turned onto it. For contrast.

    It jitters: UMAP stretches a start to its own size, and nothing holds a point where it was.
    Arguments and result as for `aligned`.
    """
    snapshots = as_snapshots(snapshots, neighbours=neighbours)
    made = np.zeros((*snapshots.shape[:2], 2), np.float32)
    before = None
    with umap_ready() as umap:
        for frame, points in enumerate(snapshots):
            if _collapsed(points):
                continue
            start = "spectral" if before is None else before
            model = umap.UMAP(
                n_neighbors=neighbours, n_epochs=epochs, init=start, random_state=seed, n_jobs=1
            )
            placed = _placed(model.fit_transform(points))
            before = placed if before is None else procrustes(placed, before)
            made[frame] = before
    return made


def last_then_transform(snapshots: Snapshots, *, seed: int, neighbours: int = 15) -> Floats:
    """A map of the last frame, into which the earlier frames are sorted. For contrast.

    It shows early frames among neighbours that they only get later, or as mere noise.
    Arguments and result as for `aligned`.
    """
    snapshots = as_snapshots(snapshots, neighbours=neighbours)
    if _collapsed(snapshots[-1]):
        return np.zeros((*snapshots.shape[:2], 2), np.float32)
    with umap_ready() as umap:
        model = umap.UMAP(
            n_neighbors=neighbours, random_state=seed, transform_seed=seed, n_jobs=1
        ).fit(snapshots[-1])
        earlier = [_placed(model.transform(points)) for points in snapshots[:-1]]
    return np.stack([*earlier, _placed(model.embedding_)])


def _collapsed(points: Floats) -> bool:
    """Whether all points are one, for which UMAP has no answer."""
    return bool((points == points[0]).all())


def _placed(points: ArrayLike) -> Floats:
    """UMAP leaves a point without any neighbour undefined: it goes to the middle of the others."""
    points = np.array(points, np.float32)
    lost = ~np.isfinite(points).all(1)
    points[lost] = points[~lost].mean(0) if not lost.all() else 0.0
    return points
