"""Enrol and identify: a gallery with one row per person, and no gradient step.

Slide "Contrastive loss in face detect/identify".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.metrics import distances

NOBODY = -1


class Identified(NamedTuple):
    """Who it is, as row numbers of the gallery or `NOBODY`, and the distance to the nearest row."""

    who: NDArray[np.int64]
    distance: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gallery:
    """One template per person, a unit vector: the mean direction of the photos enrolled.

    Attributes:
        names: one per person, all different.
        templates: [people, dimensions].
    """

    names: tuple[str, ...] = ()
    templates: NDArray[np.float32] | None = None

    def enrol(self, name: str, embeddings: ArrayLike) -> Gallery:
        """A gallery with one row more. The encoder is not touched.

        Args:
            name: not yet in the gallery.
            embeddings: of one or more photos of that person, [photos, dimensions].
        Raises:
            ValueError: the name is taken, no photo, other dimensions than before, embeddings that
                are not finite or cancel out.
        """
        if name in self.names:
            raise ValueError(f"{name!r} is enrolled already; each person has one row")
        points = np.asarray(embeddings, np.float32)
        if points.ndim != 2 or 0 in points.shape:
            raise ValueError(f"embeddings must be [photos, dimensions], got shape {points.shape}")
        if not np.isfinite(points).all():
            raise ValueError(f"an embedding of {name!r} holds NaN or infinity")
        mean = points.mean(0)
        length = np.linalg.norm(mean)
        if length < 1e-6:
            raise ValueError(f"the embeddings of {name!r} cancel out and have no mean direction")
        row = (mean / length)[None]
        if self.templates is None:
            return Gallery((name,), row)
        if row.shape[1] != self.templates.shape[1]:
            raise ValueError(
                f"templates have {self.templates.shape[1]} dimensions, {name!r} has {row.shape[1]}"
            )
        return Gallery((*self.names, name), np.concatenate([self.templates, row]))

    def identify(self, embeddings: ArrayLike, threshold: float = np.inf) -> Identified:
        """The nearest template of each photo; `NOBODY` where even that is beyond the threshold.

        Args:
            embeddings: [photos, dimensions]; threshold: τ, a Euclidean distance.
        Raises:
            ValueError: an empty gallery, shapes that do not fit, or embeddings not finite.
        """
        if self.templates is None:
            raise ValueError("the gallery is empty: enrol somebody first")
        found = distances(embeddings, self.templates)
        nearest = found.argmin(1)
        distance = found[np.arange(len(found)), nearest]
        return Identified(np.where(distance <= threshold, nearest, NOBODY), distance)
