"""Labelled grey images of one size: digits and faces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.classes import check_labels


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """A frozen set of images, each of one class.

    images: uint8 [n, height, width], 0 black … 255 white. label: int32 [n], 0 … C−1, an index into
    `names`. Both are copies and read-only.

    Raises DataError for anything that would go wrong silently later: other types, unequal lengths,
    a label out of range, a class without an image, one class only.
    """

    images: np.ndarray
    label: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __post_init__(self) -> None:
        images, label = np.array(self.images, order="C"), np.array(self.label)
        if images.dtype != np.uint8 or images.ndim != 3 or 0 in images.shape[1:]:
            raise DataError(
                "images must be uint8 [n, height, width], grey levels 0 … 255; "
                f"these are {images.dtype} {images.shape}"
            )
        label = check_labels(label, len(images), self.names, "image")
        for name, array in (("images", images), ("label", label)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @cached_property
    def x(self) -> np.ndarray:
        """What networks take: float32 [n, height, width, 1], 0 … 1; computed once, read-only."""
        x = self.images[..., None].astype(np.float32) / np.float32(255)
        x.setflags(write=False)
        return x

    def shrunk(self, factor: int) -> Images:
        """The same set with sides `factor` times shorter: means of `factor` × `factor` pixels."""
        return replace(self, images=mean_pooled(self.images, factor))

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        return (
            f"{self.card.title}: {len(self):,} images, {height} × {width} pixels, "
            f"{len(self.names)} classes"
        )


def mean_pooled(images: np.ndarray, factor: int) -> np.ndarray:
    """Means of `factor` × `factor` pixels, rounded half up to whole grey levels.

    images: uint8 [n, height, width]. Returns uint8 [n, height / factor, width / factor].
    Raises DataError when `factor` does not divide both sides.
    """
    count, height, width = images.shape
    if factor < 1 or height % factor or width % factor:
        raise DataError(f"factor={factor} does not divide {height} × {width} pixels")
    blocks = images.reshape(count, height // factor, factor, width // factor, factor)
    total = blocks.sum(axis=(2, 4), dtype=np.int64)  # whole numbers: the same on every machine
    return ((total + factor**2 // 2) // factor**2).astype(np.uint8)
