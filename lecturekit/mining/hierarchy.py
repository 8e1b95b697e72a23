"""A tree of the classes, which says how far apart two of them should be, and who meets in a batch.

Hierarchical triplet loss (Ge, Huang, Dong, Scott, ECCV 2018, arXiv 1810.06951). Classes that look
alike merge low in the tree, others high. A triplet's margin grows with the level at which the
classes of its anchor and its negative merge; a batch brings classes together with their nearest
ones. All distances are squared distances of unit vectors, 0 … 4. The paper leaves open how nodes
are joined; here it is average linkage. Slide "More on triplet loss", table row HTL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LARGEST = 4.0  # squared distance of two opposite unit vectors
LEVELS = 16  # the slide's "depth=16"
BASE = 0.1  # β, what every margin has
ROUNDING = 1e-9
UNIT = 1e-3  # how far from 1 the length of a unit vector in float32 may be


@dataclass(frozen=True, eq=False)
class Tree:
    """Classes and how they merge.

    Attributes:
        names: labels of the classes, ascending, [classes].
        distances: mean squared distance of the rows of two classes, [classes, classes]; on the
            diagonal s, that of two different rows of one class.
        thresholds: d₀ … d_L, [levels + 1]: d₀ = mean of s, then even steps up to 4.
        links: merges as `scipy.cluster.hierarchy.linkage` lists them, [classes − 1, 4].
        merge: level at which two classes merge, 0 … L, [classes, classes]; 0 on the diagonal.
    """

    names: NDArray
    distances: Floats
    thresholds: Floats
    links: Floats
    merge: NDArray[np.int64]

    @property
    def within(self) -> Floats:
        """s of every class, [classes]."""
        return np.diag(self.distances)

    def clusters(self, level: int) -> NDArray[np.int64]:
        """Which classes are together at this level: numbers 0 … in order of first class, [classes].

        Raises:
            ValueError: a level outside 0 … L.
        """
        if not 0 <= level < len(self.thresholds):
            raise ValueError(f"level must be 0 … {len(self.thresholds) - 1}, got {level}")
        together = self.merge <= level
        np.fill_diagonal(together, True)
        return np.unique(together.argmax(1), return_inverse=True)[1]

    def margins(self, base: float = BASE) -> Floats:
        """α = β + d_H(a, n) − s_a ≥ 0 of anchors of one class and negatives of another.

        d_H is the threshold of the level at which the two merge. [classes, classes], squared
        distances; the diagonal, which no triplet has, is 0.

        Args:
            base: β ≥ 0.
        Raises:
            ValueError: β < 0.
        """
        if not base >= 0:
            raise ValueError(f"β must be at least 0, got {base}")
        found = base + self.thresholds[self.merge] - self.within[:, None]
        np.fill_diagonal(found, 0)
        return np.maximum(found, 0)

    def nearest_to(self, count: int) -> int:
        """The lowest level whose number of clusters is nearest to `count`.

        A cut that knows how many superclasses there are, but not which class is in which.

        Raises:
            ValueError: fewer clusters than 1.
        """
        if count < 1:
            raise ValueError(f"there is no cut into {count} clusters; ask for 1 or more")
        missed = [abs(int(self.clusters(k).max()) + 1 - count) for k in range(len(self.thresholds))]
        return int(np.argmin(missed))

    def widest_gap(self) -> int:
        """The level at which to cut without knowing any superclass.

        Merge heights leave gaps. In the widest one, among cuts that leave two clusters or more and
        merge two classes or more, the number of clusters is least in doubt: cut at the level that
        the merge below the gap is rounded up to. With two classes it is the level below the merge.
        """
        heights = self.links[:, 2]
        if len(heights) < 2:
            return max(int(self.merge.max()) - 1, 0)
        below = heights[np.argmax(np.diff(heights))]
        return int(_rounded_up(below, self.thresholds))


def class_tree(points: ArrayLike, labels: ArrayLike, *, levels: int = LEVELS) -> Tree:
    """The tree of the classes of these points.

    If all points are equal, all classes merge at level 0 and all margins are β.

    Args:
        points: unit vectors [rows, dimensions]; labels: [rows], two classes or more, two rows each.
        levels: L, 1 or more.
    Raises:
        ValueError: other shapes, NaN, other lengths than 1, one class, a class with a single row
            (it has no distance within), or no level.
    """
    from scipy.cluster.hierarchy import cophenet, linkage
    from scipy.spatial.distance import squareform

    if levels < 1:
        raise ValueError(f"a tree needs one level or more, got {levels}")
    names, distances = class_distances(points, labels)
    floor = float(np.diag(distances).mean())
    thresholds = floor + np.arange(levels + 1) * (LARGEST - floor) / levels
    links = linkage(squareform(distances - np.diag(np.diag(distances))), "average")
    merge = _rounded_up(squareform(cophenet(links)), thresholds)
    return Tree(names, distances, thresholds, links, merge)


def class_distances(points: ArrayLike, labels: ArrayLike) -> tuple[NDArray, Floats]:
    """Labels of the classes, and mean squared distances between their rows [classes, classes].

    For unit vectors the mean over all pairs of rows of p and q is 2 − 2 μ_p·μ_q, with the mean
    vectors μ, so no pair has to be visited. The diagonal leaves out a row's distance to itself.

    Args, raises: as `class_tree`.
    """
    points, labels = np.asarray(points, float), np.asarray(labels)
    if points.ndim != 2 or labels.shape != points.shape[:1] or 0 in points.shape:
        raise ValueError(
            f"points must be [rows, dimensions] and labels [rows], got {points.shape} and "
            f"{labels.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError("a point holds NaN or infinity; try a smaller learning rate")
    length = np.linalg.norm(points, axis=1)
    if np.abs(length - 1).max() > UNIT:
        raise ValueError(
            f"points must be unit vectors, one has length {length[np.abs(length - 1).argmax()]:.3g}"
            "; divide each by its length"
        )
    exact = points / length[:, None]  # float32 rounding
    names, which, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise ValueError("one class only: a tree needs two or more")
    if counts.min() < 2:
        raise ValueError(
            f"class {names[counts.argmin()]} has a single row, so no distance within; leave it out"
        )
    mean = np.zeros((len(names), exact.shape[1]))
    np.add.at(mean, which, exact)
    mean /= counts[:, None]
    found = 2 - 2 * mean @ mean.T
    found[np.diag_indices(len(names))] *= counts / (counts - 1)
    found[np.abs(found) < ROUNDING] = 0
    return names, np.clip((found + found.T) / 2, 0, LARGEST)


def neighbourhoods(
    tree: Tree,
    labels: ArrayLike,
    *,
    anchors: int,
    near: int,
    photos: int,
    steps: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Row numbers [steps, anchors · near · photos] of anchor-neighbourhood batches.

    l' random classes, each with its m − 1 nearest ones, t rows of each. A class that is near two
    anchors comes twice, with other rows as long as it has any left.

    Args:
        tree: of these classes; labels: [rows].
        anchors: l', different classes; near: m, the anchor among them; photos: t, at least 2.
    Raises:
        ValueError: more anchors or neighbours than classes, fewer than 2 of a class or classes in a
            batch, labels with other classes than the tree, a class with fewer than t rows.
    """
    labels, count = np.asarray(labels), len(tree.names)
    names, sizes = np.unique(labels, return_counts=True)
    if not np.array_equal(names, tree.names):
        raise ValueError("the labels have other classes than the tree; make the tree from these")
    if not (1 <= anchors <= count and 1 <= near <= count and anchors * near >= 2):
        raise ValueError(
            f"{anchors} anchors with {near - 1} neighbours each need 2 to {count} classes; there "
            f"are {count}"
        )
    if not 2 <= photos <= sizes.min():
        raise ValueError(
            f"{photos} rows of a class in a batch: take 2 to {sizes.min()}, the smallest class"
        )
    nearest = np.argsort(tree.distances + np.diag(np.full(count, -np.inf)), axis=1, kind="stable")
    rows = [np.flatnonzero(labels == name) for name in names]
    drawn = np.empty((steps, anchors * near, photos), np.int64)
    for batch in drawn:
        # rows of a class in the order in which this batch takes them
        shuffled: dict[np.integer, NDArray[np.int64]] = {}
        for slot, k in enumerate(nearest[rng.permutation(count)[:anchors], :near].ravel()):
            if len(shuffled.get(k, ())) < photos:
                shuffled[k] = rng.permutation(rows[k])
            batch[slot], shuffled[k] = shuffled[k][:photos], shuffled[k][photos:]
    return drawn.reshape(steps, -1)


def _rounded_up(heights: ArrayLike, thresholds: Floats) -> NDArray[np.int64]:
    """The first level whose threshold is not below these heights."""
    level = np.searchsorted(thresholds + ROUNDING, heights)
    return np.minimum(level, len(thresholds) - 1)
