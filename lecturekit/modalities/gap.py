"""Heterogeneity of two modalities as a normalised gap of accuracies, and what may go wrong in it.

    h(s → t) = (acc(t → t) − acc(s → t)) / (acc(t → t) − acc(untrained → t))

acc(s → t): test accuracy on the target t with a trunk that was trained on the source s. 0: as good
as the target's own trunk; 1: worth no more than an untrained one. The raw difference of accuracies
cannot be compared between targets: where a linear adapter does all the work, everybody looks near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def normalised_gap(accuracy: ArrayLike, untrained: ArrayLike) -> Floats:
    """h of every source (row) and target (column), [..., sources, targets].

    Args:
        accuracy: [..., sources, targets]. The first sources are the targets in this order, so that
            the diagonal holds acc(t → t); further rows are sources only, such as a control.
        untrained: [..., targets], accuracy with an untrained trunk.
    Returns: h; NaN in the column of a target whose own trunk is worth no more than an untrained
        one, since then nothing can be said about any source.
    Raises:
        ValueError: shapes that do not fit, or fewer than two targets.
    """
    accuracy, untrained = np.asarray(accuracy, float), np.asarray(untrained, float)
    if accuracy.ndim < 2 or accuracy.shape[-2] < accuracy.shape[-1]:
        raise ValueError(f"accuracy must be [..., sources, targets], got shape {accuracy.shape}")
    if untrained.shape != (*accuracy.shape[:-2], accuracy.shape[-1]):
        raise ValueError(
            f"one untrained accuracy is needed for each target, got {untrained.shape} for "
            f"{accuracy.shape}"
        )
    if accuracy.shape[-1] < 2:
        raise ValueError("one modality alone differs from nothing: give two targets or more")
    own = np.diagonal(accuracy, axis1=-2, axis2=-1)
    worth = np.where(own > untrained, own - untrained, np.nan)
    return (own[..., None, :] - accuracy) / worth[..., None, :]


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """Accuracies of trunks on targets over several seeds, and what follows from them.

    Attributes:
        sources: names of the trunks, those of the targets first.
        accuracy: [seeds, sources, targets] test accuracy, 0 … 1.
        untrained: [seeds, targets], with an untrained trunk.
    """

    sources: tuple[str, ...]
    accuracy: Floats
    untrained: Floats

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.sources[: self.accuracy.shape[-1]]

    @property
    def gap(self) -> Floats:
        """h(s → t), [seeds, sources, targets]."""
        return normalised_gap(self.accuracy, self.untrained)

    @property
    def distances(self) -> Floats:
        """d = (h(s → t) + h(t → s)) / 2 of two targets, at least 0; [seeds, targets, targets].

        Below 0 it is noise: another trunk was a little better than one's own.
        """
        square = self.gap[:, : self.accuracy.shape[-1]]
        return np.maximum((square + square.swapaxes(-1, -2)) / 2, 0)

    def between(self, one: str, other: str) -> Floats:
        """Their distance in every seed, [seeds].

        Raises:
            ValueError: a name that is no target.
        """
        for name in (one, other):
            if name not in self.targets:
                raise ValueError(f"{name!r} is no target; there are {', '.join(self.targets)}")
        return self.distances[:, self.targets.index(one), self.targets.index(other)]
