"""Which channels foretell each other: Granger's test between all pairs, and clusters of channels.

The slide's fourth recipe, "Granger cluster data in each modality and combine" (cited as Sylvester
et al. 2023, a paper that could not be identified). The test is Granger's (1969); the distance and
the clustering are our stand-in. It needs stationary series, and *foretells* is not *causes*.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MOST = 300.0  # −log₁₀ p of what is too small for a float


def f_statistics(series: ArrayLike, lags: int = 2) -> Floats:
    """F of "the past of channel i helps to foretell channel j", [channels, channels], diagonal 0.

    F = ((RSSᵣ − RSSᵤ) / p) / (RSSᵤ / (n − 2p − 1)): a regression of j on p lags of itself, against
    one that also has p lags of i; n predicted moments. A channel that never changes neither
    foretells nor is foretold: its F is 0.

    Args:
        series: [time, channels], at least two channels.
        lags: p ≥ 1.
    Raises:
        ValueError: too short for the lags, one channel only, NaN.
    """
    x = np.asarray(series, np.float64)
    if x.ndim != 2 or x.shape[1] < 2:
        raise ValueError(f"series must be [time, two or more channels], got shape {x.shape}")
    if lags < 1:
        raise ValueError(f"lags must be 1 or more, not {lags}")
    if not np.isfinite(x).all():
        raise ValueError("the series hold NaN or infinity; fill or cut those moments first")
    count = len(x) - lags
    free = count - 2 * lags - 1
    if free < 1:
        raise ValueError(
            f"{len(x)} moments are too few for {lags} lags: {3 * lags + 2} are the least"
        )
    changes = np.ptp(x, axis=0) > 0
    x = (x - x.mean(0)) / np.where(changes, x.std(0), 1)  # F has no unit, least squares has
    channels = x.shape[1]
    # [lags, count, channels]
    past = np.stack([x[lags - k : len(x) - k] for k in range(1, lags + 1)])
    now, one = x[lags:], np.ones((count, 1))
    found = np.zeros((channels, channels))
    for j in np.flatnonzero(changes):
        own = np.concatenate([one, past[:, :, j].T], axis=1)
        alone = _residual(own, now[:, j])
        for i in np.flatnonzero(changes):
            if i != j:
                both = _residual(np.concatenate([own, past[:, :, i].T], axis=1), now[:, j])
                found[i, j] = (alone - both) / lags / max(both / free, 1e-300)
    return np.maximum(found, 0)


def _residual(design: Floats, target: Floats) -> float:
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    return float(((target - design @ solution) ** 2).sum())


def strength(series: ArrayLike, lags: int = 2) -> Floats:
    """−log₁₀ of the p-values, the larger of both directions, [channels, channels], symmetric.

    Of M (M − 1) tests some come out small by chance: compare with 2 + log₁₀(M (M − 1)), Bonferroni
    at 1 %.
    """
    from scipy.stats import f

    found = f_statistics(series, lags)
    free = len(np.asarray(series)) - 3 * lags - 1
    with np.errstate(divide="ignore"):  # a channel that another one determines: p = 0
        size = np.minimum(-f.logsf(found, lags, free) / np.log(10), MOST)
    size = np.maximum(size, size.T)
    np.fill_diagonal(size, 0)
    return size


def clusters(series: ArrayLike, *, count: int | None = None, lags: int = 2) -> NDArray[np.int32]:
    """Channels that foretell each other, as cluster numbers 0, 1, … [channels], by average linkage.

    Args:
        count: number of clusters; if None, channels stay together whose mean strength passes
            Bonferroni at 1 %.
    Raises:
        ValueError: more clusters than channels; see `f_statistics`.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    size = strength(series, lags)
    channels = len(size)
    if count is not None and not 1 <= count <= channels:
        raise ValueError(f"{channels} channels make 1 to {channels} clusters, not {count}")
    largest = size.max() if size.max() > 0 else 1.0
    distance = largest - size
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    if count is not None:
        label = fcluster(tree, count, "maxclust")
    else:
        least = 2 + np.log10(channels * (channels - 1))
        label = fcluster(tree, largest - least, "distance")
    return np.unique(label, return_inverse=True)[1].astype(np.int32)


def make_channels(
    *, groups: int = 3, each: int = 3, length: int = 400, coupling: float = 0.5, seed: int
) -> tuple[Floats, NDArray[np.int32]]:
    """Channels of known groups: [length, groups · each] in shuffled order, and each one's group.

    Within a group the first channel drives the second at lag 1, the second the third, …; all have a
    memory of .5 and noise of their own.
    """
    if min(groups, each) < 1 or groups * each < 2:
        raise ValueError(f"at least two channels, got {groups} groups of {each}")
    draw = np.random.default_rng(seed)
    start = 50  # forgotten, so that the series is stationary
    x = draw.normal(size=(length + start, groups, each))
    for t in range(1, len(x)):
        x[t] += 0.5 * x[t - 1]
        x[t, :, 1:] += coupling * x[t - 1, :, :-1]
    shuffled = draw.permutation(groups * each)
    group = np.repeat(np.arange(groups, dtype=np.int32), each)
    return x[start:].reshape(length, -1)[:, shuffled], group[shuffled]
