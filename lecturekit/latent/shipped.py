"""A trajectory that ships: 500 digits over 20 moments of a training on semi-hard triplets.

`data/evolve.py` makes the file (`python data/evolve.py`, two minutes); `measure` is what it calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lecturekit.datasets import few_labels, load_digits
from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped, unpacked
from lecturekit.latent.layouts import aligned, last_then_transform, warm_start
from lecturekit.latent.linear import principal
from lecturekit.latent.quality import Quality, quality
from lecturekit.latent.recording import Recording, record

SEED, MAP_SEED = 0, 0
ROWS, FRAMES, STEPS, PER_CLASS, DIMENSIONS = 500, 20, 300, 20, 32
WAYS = ("aligned", "warm start", "last, then transformed", "fixed plane")
PER_FRAME = ("trustworthiness", "overlap", "recall_at_1", "map_at_r", "mean_distance")

CARD = Card(
    name="evolution",
    title="An embedding of digits that evolves",
    source="lecturekit.latent.shipped, measured by data/evolve.py on two processor cores",
    licence="that of the project",
    citation="none",
    splits="one training, 200 labelled digits (seed 0), and 500 digits of its test rows",
    not_for="statements about trainings in general: it is a single run, made to be looked at",
    files={"evolution.npy.bz2": "aae65f6035a5d02b17c8a1786f8a1be144cb767a5f9bc35636317cab71575c35"},
)


@dataclass(frozen=True, eq=False)
class Evolution:
    """The shipped trajectory.

    Attributes:
        steps: [frames] updates done; rows: [rows] of `load_digits()`; label: [rows] its digits.
        maps: name of `WAYS` → [frames, rows, 2], rounded to 16 bits: the aligned map, two others
            for contrast, and the fixed plane as a control.
        quality: name → the quality of that map.
    """

    steps: NDArray[np.int64]
    rows: NDArray[np.int64]
    label: NDArray[np.int64]
    maps: dict[str, NDArray[np.float32]]
    quality: dict[str, Quality]


def load_evolution() -> Evolution:
    """The shipped trajectory. Raises DataError when the file is missing or damaged."""
    whole, maps, numbers, ends = unpacked(read_shipped(CARD, "evolution.npy.bz2"), 4)
    found = [
        Quality(
            **dict(zip(PER_FRAME, per_frame, strict=True)),
            step=step[1:],
            motion_correlation=float(motion),
            pace_correlation=float(pace),
        )
        for (*per_frame, step), (motion, pace) in zip(numbers.astype(float), ends, strict=True)
    ]
    whole = whole.astype(np.int64)
    moments, rows, label = np.split(whole, [FRAMES, FRAMES + ROWS])
    named = dict(zip(WAYS, maps.astype(np.float32), strict=True))
    return Evolution(moments, rows, label, named, dict(zip(WAYS, found, strict=True)))


def trained(x: NDArray, label: NDArray, shown: NDArray, *, frames: int, seed: int) -> Recording:
    """The recipe of the mining race, recorded: digits, strided convolutions, semi-hard triplets."""
    from functools import partial

    from lecturekit.embedding import Embedder, encoder
    from lecturekit.semi_supervised.augment import Images

    embedder = Embedder(
        partial(encoder, shape=(28, 28, 1), dimensions=DIMENSIONS), on="triplets",
        augment=Images(rotation=15, shear=0.1, scale=0.1, shift=2, hole=0), mirrored=False,
        people=10, photos=4, steps=STEPS,
    )  # fmt: skip
    return record(embedder, x, label, shown, frames=frames, seed=seed)


def measure() -> tuple[NDArray, ...]:
    """The arrays of the file: whole numbers, maps, numbers per frame, numbers of the whole."""
    digits = load_digits()
    draw = few_labels(digits, PER_CLASS, seed=SEED)
    rows = draw.test[:ROWS]
    known, label = draw.labelled, digits.label
    steps, snapshots = trained(
        digits.x[known], label[known], digits.x[rows], frames=FRAMES, seed=SEED
    )
    by_umap = [way(snapshots, seed=MAP_SEED) for way in (aligned, warm_start, last_then_transform)]
    maps = np.stack([*by_umap, principal(snapshots)]).astype(np.float16)
    numbers, ends = [], []
    for layout in maps.astype(np.float32):  # of what is shipped, rounding included
        found = quality(snapshots, layout, label[rows])
        numbers.append([*(getattr(found, name) for name in PER_FRAME), [0, *found.step]])
        ends.append([found.motion_correlation, found.pace_correlation])
    whole = np.concatenate([steps, rows, label[rows]]).astype(np.int16)
    return whole, maps, np.array(numbers, np.float32), np.array(ends, np.float32)
