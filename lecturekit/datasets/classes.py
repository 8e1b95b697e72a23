"""What every labelled set has in common: a class number per row, and who takes part in a split."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from lecturekit.datasets.card import DataError
from lecturekit.datasets.table import Split


class Labelled(Protocol):
    """A set whose rows have a class: `label` int [n], an index into `names`."""

    @property
    def label(self) -> np.ndarray: ...
    @property
    def names(self) -> tuple[str, ...]: ...


class FewLabels(NamedTuple):
    """Row numbers for semi-supervised work, each int64 and ascending.

    labelled: rows whose labels may be used. pool: all rows to learn from, the labelled ones among
    them. test: rows to test on.
    """

    labelled: np.ndarray
    pool: np.ndarray
    test: np.ndarray


def few_labels(
    data: Labelled, per_class: int, *, test: int = 1000, seed: int, split: int | None = None
) -> FewLabels:
    """Draw `test` rows to test on; all others are the pool, `per_class` of each class labelled.

    The seed decides everything; `split`, when given, decides which rows are for testing, so that
    seeds differ only in what is labelled. At one seed `test` rows do not depend on `per_class`, and
    the labelled rows for 2 labels per class are among those for 4, so numbers of labels can be
    compared pairwise. The test rows are a plain random draw: classes are as frequent as they happen
    to be.

    Raises DataError when there are fewer than one label per class, too few rows, or a class with
    fewer rows in the pool than labels asked for.
    """
    rows = len(data.label)
    if not 0 < test < rows:
        raise DataError(f"test={test}: give a number of test rows between 1 and {rows - 1}")
    if per_class < 1:
        raise DataError(f"per_class={per_class}: every class needs one label or more")
    drawn = np.random.default_rng(seed if split is None else split).permutation(rows)
    pool = drawn[test:]
    if split is not None:
        pool = np.random.default_rng(seed).permutation(pool)
    label = data.label[pool]
    have = np.bincount(label, minlength=len(data.names))
    if have.min() < per_class:
        raise DataError(
            f"per_class={per_class}: class {data.names[have.argmin()]!r} has only {have.min()} "
            f"rows that are not in the test set. Ask for fewer labels or fewer test rows."
        )
    labelled = [pool[label == number][:per_class] for number in range(len(data.names))]
    return FewLabels(np.sort(np.concatenate(labelled)), np.sort(pool), np.sort(drawn[:test]))


def by_person(data: Labelled, train: int = 30, *, seed: int) -> Split:
    """(rows of `train` people, rows of all the others), ascending; the seed draws the people.

    Nobody is in both: what is learnt is tested on people never seen.
    Raises DataError unless one person or more is left on either side.
    """
    people = len(data.names)
    if not 0 < train < people:
        raise DataError(
            f"train={train}: there are {people} people, so give a number from 1 to {people - 1}"
        )
    known = np.random.default_rng(seed).permutation(people)[:train]
    seen = np.isin(data.label, known)
    return np.flatnonzero(seen), np.flatnonzero(~seen)


def check_labels(label: np.ndarray, rows: int, names: tuple[str, ...], row: str) -> np.ndarray:
    """`label` as int32, or DataError; `row` is the word for a row, as in "image"."""
    if label.ndim != 1 or len(label) != rows:
        raise DataError(f"{rows} {row}s but labels {label.shape}: every {row} needs one label")
    if label.dtype.kind not in "iu":
        raise DataError(f"labels must be integers 0 … C−1, these are {label.dtype}")
    if len(names) < 2:
        raise DataError(f"one class only: {', '.join(names) or 'none named'}. Give two or more.")
    if rows and (label.min() < 0 or label.max() >= len(names)):
        raise DataError(
            f"labels run from {label.min()} to {label.max()}, but {len(names)} classes are "
            f"numbered 0 … {len(names) - 1} (labels that start at 1 need 1 subtracted)"
        )
    empty = np.flatnonzero(np.bincount(label.astype(np.int64), minlength=len(names)) == 0)
    if empty.size:
        raise DataError(
            f"class {names[empty[0]]!r} (label {empty[0]}) has no {row}: leave it out of `names` "
            "and renumber the others"
        )
    return label.astype(np.int32)
