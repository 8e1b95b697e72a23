"""Why augmentation can replace labels: the theorem behind UDA, as a simulation.

Join x and x̂ whenever an augmentation leads from one to the other. If that never crosses classes,
all rows of a connected component share one label, and a single label settles the whole component
(Xie et al. 2020, theorem 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mass_without_label(masses: ArrayLike, labels: int) -> float:
    """Σ P_i (1 − P_i)^m: the expected share of rows in components that none of m labels falls into.

    Args:
        masses: [components] P_i, the share of rows in each; they add up to 1.
        labels: m ≥ 0 labels, drawn at random.
    Raises:
        ValueError: masses that are no shares, or a negative number of labels.
    """
    masses = _shares(masses)
    if labels < 0:
        raise ValueError(f"give a number of labels of at least 0, got {labels}")
    return float(np.sum(masses * (1 - masses) ** labels))


def spread(
    masses: ArrayLike,
    classes: ArrayLike,
    labels: int,
    *,
    joined: float = 0.0,
    repeats: int = 2000,
    seed: int = 0,
) -> float:
    """Mean share of rows that get no label or a wrong one when labels spread through components.

    Args:
        masses: [components], add up to 1; classes: int [components], the true class of each.
        labels: m labels, drawn at random in each repeat.
        joined: share of components that a wrong augmentation links to a component of another class;
            both then take the label that fell into them most often. 0: the theorem's assumption.
        repeats: simulated label sets.
    Raises:
        ValueError: masses that are no shares, classes of another length, `joined` outside 0 … 1.
    """
    masses, classes = _shares(masses), np.asarray(classes)
    if classes.shape != masses.shape:
        raise ValueError(f"every component needs its class: {masses.shape} and {classes.shape}")
    if not 0 <= joined <= 1:
        raise ValueError(f"joined is a share of the components, between 0 and 1, got {joined}")
    rng = np.random.default_rng(seed)
    group = _links(classes, joined, rng)
    drawn = rng.multinomial(labels, masses, size=repeats)  # [repeats, components]
    votes = np.zeros((repeats, group.max() + 1, classes.max() + 1))
    for component, (g, c) in enumerate(zip(group, classes, strict=True)):
        votes[:, g, c] += drawn[:, component]
    told, named = votes.sum(-1) > 0, votes.argmax(-1)
    right = told[:, group] & (named[:, group] == classes)
    return float(np.mean((~right) @ masses))


def _links(classes: NDArray, joined: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Group number of each component: a share of them moves in with one of another class."""
    group = np.arange(len(classes))
    for component in rng.permutation(len(classes))[: round(joined * len(classes))]:
        others = np.flatnonzero(classes != classes[component])
        if others.size:
            host = group[rng.choice(others)]
            group[group == group[component]] = host
    return np.unique(group, return_inverse=True)[1]


def _shares(masses: ArrayLike) -> NDArray[np.float64]:
    masses = np.asarray(masses, float)
    if masses.ndim != 1 or not masses.size or masses.min() < 0 or abs(masses.sum() - 1) > 1e-6:
        raise ValueError("masses are shares of the rows: none negative, and they add up to 1")
    return masses
