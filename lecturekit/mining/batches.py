"""Batches in which every class appears several times, so that there are similar pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def people_by_photos(
    labels: ArrayLike, people: int, photos: int, steps: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Row numbers [steps, people · photos]: `photos` different rows of each of `people` classes.

    Called PK batches (Hermans, Beyer, Leibe 2017). Rows of one class stand together.

    Args:
        labels: whole numbers [rows].
        people, photos: at least 2 each, or one kind of pair is missing.
    Raises:
        ValueError: fewer than 2 of either, fewer classes than `people`, or a class with fewer rows
            than `photos`; the class is named.
    """
    labels = np.asarray(labels)
    if people < 2 or photos < 2:
        raise ValueError(
            f"{people} people with {photos} photos have no pairs of both kinds; take 2 or more"
        )
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < people:
        raise ValueError(f"a batch of {people} people needs as many, there are {len(names)}")
    if counts.min() < photos:
        raise ValueError(
            f"class {names[counts.argmin()]} has {counts.min()} rows, fewer than {photos} photos "
            "in a batch; leave it out or take fewer"
        )
    chosen = rng.permuted(np.tile(np.arange(len(names)), (steps, 1)), axis=1)[:, :people]
    draws = rng.random((steps, people, counts.max()))
    draws[np.arange(counts.max()) >= counts[chosen][..., None]] = 2.0  # rows that do not exist
    within = np.argsort(draws, axis=2)[..., :photos]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    order = np.argsort(labels, kind="stable")
    return order[first[chosen][..., None] + within].reshape(steps, people * photos)


def evenly(
    labels: ArrayLike, batch: int, steps: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Row numbers [steps, batch]; every class comes equally often, however many rows it has.

    Classes take turns in random order; a row of the class is drawn at random.
    """
    names, which, counts = np.unique(labels, return_inverse=True, return_counts=True)
    rounds = -(-steps * batch // len(names))
    turns = rng.permuted(np.tile(np.arange(len(names)), (rounds, 1)), axis=1).ravel()
    turns = turns[: steps * batch]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    drawn = first[turns] + (rng.random(len(turns)) * counts[turns]).astype(int)
    return np.argsort(which, kind="stable")[drawn].reshape(steps, batch)
