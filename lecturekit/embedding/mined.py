"""Train on triplets that are mined between the steps: by exhaustive search, or from a hard list.

Batches have as many rows as those of `Embedder.fit`, so that a step costs the same: rows // 3
triplets, anchor, positive, negative, one after another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.embedding.training import Embedder, Photos
from lecturekit.embedding.triplets import TripletObjective, TripletRecipe
from lecturekit.mining import HardList, hardest_of_all
from lecturekit.training import History


def fit_on_hardest(
    embedder: Embedder,
    x: Photos,
    labels: ArrayLike,
    recipe: TripletRecipe | None = None,
    *,
    seed: int,
    every: int = 10,
    **looks: Any,
) -> list[History]:
    """Train on the hardest triplets of the whole set, searched again every few steps.

    Args:
        embedder: on triplets; x, labels: as `Embedder.fit` takes them.
        recipe: its margin, form and step size; the tuned one if None.
        every: steps from one search to the next; divides the embedder's steps.
        looks: `snapshot` and `watch`, looked at after every search.
    Raises:
        ValueError: `every` that does not divide the steps, or labels without triplets.
    """
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    _start(embedder, recipe, seed)
    if every < 1 or embedder.steps % every:
        raise ValueError(f"every={every} does not divide {embedder.steps} steps evenly")
    histories = []
    for _ in range(embedder.steps // every):
        found = hardest_of_all(embedder.embed(x), labels)
        count = embedder.batch // 3
        chosen = np.concatenate(
            [rng.permutation(found) for _ in range(-(-every * count // len(found)))]
        )
        order = [_rows(part, embedder.batch) for part in np.split(chosen[: every * count], every)]
        histories.append(embedder.go_on(x, labels, np.array([order]), **looks))
    return histories


def fit_on_random(
    embedder: Embedder,
    x: Photos,
    labels: ArrayLike,
    recipe: TripletRecipe | None = None,
    *,
    seed: int,
    looks: int = 1,
    **seen: Any,
) -> History:
    """Train on random triplets of the whole set, as many a step as the two others: to compare.

    Args:
        embedder, x, labels, recipe: as `fit_on_hardest`.
        looks: how often `snapshot` and `watch` are called; divides the number of steps.
    Raises:
        ValueError: looks that do not divide the steps, or labels without triplets.
    """
    if looks < 1 or embedder.steps % looks:
        raise ValueError(f"{looks} looks do not divide {embedder.steps} steps evenly")
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    _start(embedder, recipe, seed)
    count = embedder.batch // 3
    shown = random_rows(labels, embedder.steps * count, rng).reshape(embedder.steps, count, 3)
    order = np.array([_rows(part, embedder.batch) for part in shown])
    return embedder.go_on(x, labels, order.reshape(looks, -1, embedder.batch), **seen)


def fit_on_hard_list(
    embedder: Embedder,
    x: Photos,
    labels: ArrayLike,
    recipe: TripletRecipe | None = None,
    *,
    seed: int,
    share: float = 0.25,
    hard: HardList | None = None,
    look_every: int = 10,
    **looks: Any,
) -> list[History]:
    """Train on random triplets, and again on those that turned out hard: the slide's online way.

    Args:
        embedder, x, labels, recipe: as `fit_on_hardest`.
        share: of a batch that comes from the list, as far as the list goes.
        hard: the list, empty at first; a new one if None.
        look_every: steps from one look to the next.
        looks: `snapshot` and `watch`.
    Raises:
        ValueError: a share outside 0 … 1, or labels without triplets.
    """
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    if not 0 <= share <= 1:
        raise ValueError(f"the share of a batch from the list must be 0 … 1, got {share}")
    hard = HardList() if hard is None else hard
    _start(embedder, recipe, seed)
    objective = embedder.objective
    assert isinstance(objective, TripletObjective)  # since it has started
    histories, count = [], embedder.batch // 3
    for step in range(1, embedder.steps + 1):
        again = hard.draw(round(share * count), rng)
        shown = np.concatenate([again, random_rows(labels, count - len(again), rng)])
        look = looks if step % look_every == 0 else {}
        histories.append(
            embedder.go_on(x, labels, _rows(shown, embedder.batch)[None, None], **look)
        )
        hard.score(shown, objective.terms.numpy()[:count])
    return histories


def random_rows(labels: ArrayLike, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Random triplets of a whole set, [count, 3]: any anchor, one of its class, one of another.

    Raises:
        ValueError: one class only, or a class with a single row.
    """
    labels = np.asarray(labels)
    counts = np.unique(labels, return_counts=True)[1]
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError("a triplet needs two classes, and two rows of each")
    anchor = rng.integers(0, len(labels), count)
    same = labels[anchor, None] == labels
    itself = anchor[:, None] == np.arange(len(labels))
    positive = np.where(same & ~itself, rng.random(same.shape), -1).argmax(1)
    negative = np.where(same, -1, rng.random(same.shape)).argmax(1)
    return np.stack([anchor, positive, negative], 1)


def _start(embedder: Embedder, recipe: TripletRecipe | None, seed: int) -> None:
    if embedder.on != "triplets":
        raise ValueError("this needs an embedder on triplets: Embedder(…, on='triplets')")
    embedder.start(replace(recipe or TripletRecipe(), mining="given", warm_up=0), seed=seed)


def _rows(triplets: NDArray[np.int64], batch: int) -> NDArray[np.int64]:
    """Triplets as the rows of a batch, filled up with rows that belong to none."""
    return np.pad(triplets.ravel(), (0, batch - triplets.size))
