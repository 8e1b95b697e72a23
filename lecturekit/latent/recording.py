"""Snapshots of an embedding while it is trained, dense at first, when most happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Trained(Protocol):
    """What can be recorded, such as `embedding.Embedder`."""

    steps: int

    def start(self, recipe: Any = None, *, seed: int) -> None: ...
    def fit(
        self,
        x: NDArray[np.float32],
        labels: ArrayLike,
        recipe: Any,
        *,
        seed: int,
        snapshots: int,
        snapshot: Callable[[], None],
    ) -> object: ...
    def embed(self, x: NDArray[np.float32]) -> NDArray[np.float32]: ...


class Recording(NamedTuple):
    """steps: [frames] updates done; snapshots: float32 [frames, rows, dimensions]."""

    steps: NDArray[np.int64]
    snapshots: NDArray[np.float32]


def geometric_steps(steps: int, frames: int) -> NDArray[np.int64]:
    """0, then rising by a constant factor from 1 to `steps` as far as whole numbers can.

    Raises:
        ValueError: fewer than two frames, or more frames than steps + 1.
    """
    if not 2 <= frames <= steps + 1:
        raise ValueError(
            f"{frames} frames of {steps} steps: give at least 2 and at most {steps + 1}"
        )
    made = [0]
    for wanted in np.geomspace(1, steps, frames - 1):
        made.append(max(made[-1] + 1, round(wanted)))
    return np.minimum(made, steps - np.arange(frames)[::-1])


def record(
    embedder: Trained,
    x: NDArray[np.float32],
    labels: ArrayLike,
    shown: NDArray[np.float32],
    *,
    frames: int,
    seed: int,
    recipe: Any = None,
) -> Recording:
    """Train, and embed `shown` at geometric steps; the first frame is the untrained network.

    Args:
        x, labels: what is trained on; shown: what is embedded, the same rows in every frame.
        frames: 2 … steps + 1; seed and recipe: see `Embedder.fit`.
    Raises:
        ValueError: too many frames, or what `Embedder.fit` refuses.
    """
    wanted = geometric_steps(embedder.steps, frames)
    embedder.start(recipe, seed=seed)
    snapshots, due, done = [embedder.embed(shown)], set(wanted.tolist()), 0

    def look() -> None:
        nonlocal done
        done += 1
        if done in due:
            snapshots.append(embedder.embed(shown))

    # a pause after every step costs little, and one compiled graph serves all distances
    embedder.fit(x, labels, recipe, seed=seed, snapshots=embedder.steps, snapshot=look)
    return Recording(wanted, np.stack(snapshots))
