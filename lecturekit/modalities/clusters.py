"""Who may share weights: cut a matrix of distances into groups, and ask how far to trust them.

Agglomerative clustering as on the slide of HighMMT: repeatedly join the two nearest groups; cut
where distances get larger than asked.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Linkage = Literal["average", "single", "complete"]
LINKAGES: tuple[Linkage, ...] = ("average", "single", "complete")


def from_triangle(rows: ArrayLike) -> Floats:
    """The symmetric matrix of a lower triangle without its diagonal, row after row: [n, n].

    Args:
        rows: d(2, 1), d(3, 1), d(3, 2), d(4, 1), …, as a slide prints them.
    Raises:
        ValueError: a number of entries that fills no triangle.
    """
    entries = np.asarray(rows, float).ravel()
    size = round((1 + np.sqrt(1 + 8 * len(entries))) / 2)
    if size * (size - 1) // 2 != len(entries) or size < 2:
        raise ValueError(f"{len(entries)} entries fill no lower triangle; 1, 3, 6, 10, … do")
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size, -1)] = entries
    return matrix + matrix.T


def links(distances: ArrayLike, linkage: Linkage = "average") -> Floats:
    """Merges as `scipy.cluster.hierarchy.linkage` lists them, [n − 1, 4].

    Raises:
        ValueError: no square, symmetric, finite matrix of at least two with zeros on its diagonal
            and nothing below 0, or no such linkage.
    """
    from scipy.cluster.hierarchy import linkage as joined
    from scipy.spatial.distance import squareform

    matrix = np.asarray(distances, float)
    if linkage not in LINKAGES:
        raise ValueError(f"there is no linkage {linkage!r}; choose one of {', '.join(LINKAGES)}")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(
            f"distances must be a square of two rows or more, got shape {matrix.shape}"
        )
    if not np.isfinite(matrix).all():
        raise ValueError("distances hold NaN: a target learned nothing, leave it out")
    if (matrix < 0).any() or np.diag(matrix).any() or not np.allclose(matrix, matrix.T):
        raise ValueError(
            "distances must be symmetric, 0 on the diagonal and nowhere below 0; symmetrise "
            "transfer in both directions first"
        )
    return joined(squareform(matrix, checks=False), linkage)


def clusters(
    distances: ArrayLike,
    *,
    cut: float | None = None,
    count: int | None = None,
    linkage: Linkage = "average",
) -> NDArray[np.int64]:
    """Group of each row, numbered 0 … in the order in which groups first appear, [n].

    Args:
        distances: [n, n], see `links`.
        cut: join groups up to this distance; or
        count: stop when this many groups are left. Exactly one of the two.
    Raises:
        ValueError: both or neither of `cut` and `count`, a count outside 1 … n, or what `links`
            refuses.
    """
    from scipy.cluster.hierarchy import fcluster

    if (cut is None) == (count is None):
        raise ValueError("say where to stop: exactly one of cut= and count=")
    made = links(distances, linkage)
    if count is not None:
        if not 1 <= count <= len(made) + 1:
            raise ValueError(f"count must be 1 … {len(made) + 1}, got {count}")
        heights = np.r_[-np.inf, made[:, 2]]  # after n − count merges, count groups are left
        found = _after(made, len(heights) - count)
    else:
        found = fcluster(made, cut, "distance")
    return in_order(found)


def _after(made: Floats, merges: int) -> NDArray[np.int64]:
    """Groups after that many merges; unlike `fcluster`, exact where two merges are equally high."""
    size = len(made) + 1
    group = np.arange(size)
    members = {k: [k] for k in range(size)}
    for node, (one, other, *_) in enumerate(made[:merges], size):
        members[node] = members[int(one)] + members[int(other)]
        group[members[node]] = node
    return group


def in_order(groups: ArrayLike) -> NDArray[np.int64]:
    """The same groups with the numbers 0, 1, … in order of first appearance."""
    groups = np.asarray(groups)
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def as_sets(groups: ArrayLike, names: tuple[str, ...] | list[str]) -> list[tuple[str, ...]]:
    """The names in each group."""
    groups = np.asarray(groups)
    if len(groups) != len(names):
        raise ValueError(f"{len(groups)} rows have a group, but there are {len(names)} names")
    return [
        tuple(n for n, g in zip(names, groups, strict=True) if g == k)
        for k in range(int(groups.max()) + 1)
    ]


def apart(groups: ArrayLike, others: ArrayLike) -> int:
    """In how many pairs of rows two groupings disagree whether both are together; 0 if equal."""
    one, other = np.asarray(groups), np.asarray(others)
    if one.shape != other.shape:
        raise ValueError(f"groupings of the same rows are needed, got {one.shape}, {other.shape}")
    pairs = combinations(range(len(one)), 2)
    return sum((one[i] == one[j]) != (other[i] == other[j]) for i, j in pairs)


def together(groupings: ArrayLike) -> Floats:
    """Share of the groupings [seeds, n] in which two rows are in one group, [n, n]: stability."""
    groupings = np.asarray(groupings)
    return (groupings[:, :, None] == groupings[:, None, :]).mean(0)
