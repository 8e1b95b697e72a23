"""How good an embedding is on people it has never seen. All scores in percent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.embedding.gallery import Gallery
from lecturekit.metrics import (
    distances,
    error_rates,
    map_at_r,
    pairs_of,
    recall_at_k,
    verification,
)

Rows = NDArray[np.int64]


class Turn(NamedTuple):
    """Row numbers: the photos that are enrolled, and the others, which are to be identified."""

    enrolled: Rows
    asked: Rows


def turns(labels: ArrayLike, people: ArrayLike, photos: int) -> Iterator[Turn]:
    """Every way to enrol `photos` photos in a row of each of these people: as many as photos.

    Turn k enrols photos k, k + 1, … of every person, counted around.

    Args:
        labels: [rows]; people: labels of those to enrol, with equally many photos each.
        photos: fewer than each person has.
    Raises:
        ValueError: people with different numbers of photos, or no photo left to identify.
    """
    rows = [np.flatnonzero(np.asarray(labels) == person) for person in np.unique(people)]
    counts = {len(own) for own in rows}
    if len(counts) != 1 or not 1 <= photos < min(counts):
        raise ValueError(
            f"cannot enrol {photos} photos and identify the rest: people have {sorted(counts)} "
            "photos; give people with equally many, and enrol fewer than that"
        )
    table = np.stack(rows)
    for turn in range(table.shape[1]):
        turned = np.roll(table, -turn, axis=1)
        yield Turn(turned[:, :photos].ravel(), turned[:, photos:].ravel())


def identified(embeddings: ArrayLike, labels: ArrayLike, asked: Rows, *galleries: Rows) -> float:
    """Share of photos whose nearest template is of the right person.

    Args:
        embeddings: [rows, dimensions]; labels: [rows].
        asked: row numbers to identify; galleries: row numbers to enrol, one template per person.
    """
    points, labels = np.asarray(embeddings), np.asarray(labels)
    enrolled, gallery = np.concatenate(galleries), Gallery()
    people = np.unique(labels[enrolled])
    for person in people:
        gallery = gallery.enrol(str(person), points[enrolled[labels[enrolled] == person]])
    who = people[gallery.identify(points[asked]).who]
    return 100 * float(np.mean(who == labels[asked]))


def on_unseen(embeddings: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """AUC, EER, MAP@R, Recall@1, and 1-shot identification among these people, mean of all turns.

    Args:
        embeddings: [photos, dimensions] of people that were not trained on; labels: [photos].
    Raises:
        ValueError: one person only, or people with a single photo.
    """
    found = distances(embeddings)
    rates = verification(*pairs_of(found, labels))
    labels, shots = np.asarray(labels), []
    for enrolled, asked in turns(labels, labels, 1):
        nearest = enrolled[found[np.ix_(asked, enrolled)].argmin(1)]
        shots.append(100 * np.mean(labels[nearest] == labels[asked]))
    return {
        "AUC": rates.auc,
        "EER": rates.eer,
        "MAP@R": map_at_r(found, labels),
        "Recall@1": recall_at_k(found, labels),
        "1-shot": float(np.mean(shots)),
    }


def at_transferred_threshold(embeddings: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """FAR and FRR at a threshold that comes from other people.

    The people are divided in two halves. The threshold of equal errors in one half is applied to
    the other, and the other way round; the mean of both.

    Args:
        embeddings: [photos, dimensions]; labels: [photos] of four people or more.
    Raises:
        ValueError: fewer than four people.
    """
    points, labels = np.asarray(embeddings), np.asarray(labels)
    people = np.unique(labels)
    if len(people) < 4:
        raise ValueError(f"two halves need two people each; there are {len(people)} in all")
    first = np.isin(labels, people[: len(people) // 2])
    sides = [pairs_of(distances(points[half]), labels[half]) for half in (first, ~first)]
    rates = [
        error_rates(*here, verification(*there).eer_threshold)
        for here, there in (sides, sides[::-1])
    ]
    far, frr = np.mean(rates, axis=0)
    return {"FAR": float(far), "FRR": float(frr)}
