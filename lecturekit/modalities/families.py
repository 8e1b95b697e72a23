"""Made-up modalities with a known answer: which of them are relatives.

Each family has a latent space of its own, in which every class consists of several clumps, at
places that no other family shares. A modality shows its family's latent point rotated at random
among nuisance. A linear map can undo a rotation, but cannot move the clumps of one family onto
those of another. So a trunk is worth as much as one's own within a family, and little outside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lecturekit.modalities.views import Views, as_views

Floats = NDArray[np.float32]


def make_families(
    seed: int,
    *,
    families: int = 3,
    members: int = 2,
    kinship: float = 0.0,
    classes: int = 10,
    clumps: int = 6,
    latent: int = 12,
    width: int = 16,
    train: int = 2000,
    test: int = 1000,
) -> tuple[Views, NDArray[np.int64]]:
    """Views of all members of all families, and the family of each, [families · members].

    Args:
        kinship: 0 … 1, how far all families share their places: 0 strangers, 1 one large family.
        clumps: of each class; with one, a linear classifier would do.
        latent: dimensions of a family's space; width: features of a modality, at least `latent`.
    Raises:
        ValueError: fewer than one family, member, class or clump, a kinship outside 0 … 1, or a
            width below `latent`.
    """
    if min(families, members, classes, clumps, latent) < 1:
        raise ValueError("families, members, classes, clumps and latent must be at least 1")
    if not 0 <= kinship <= 1:
        raise ValueError(f"kinship must be 0 … 1, got {kinship}")
    if width < latent:
        raise ValueError(f"{width} features cannot show {latent} latent dimensions")
    rng = np.random.default_rng([seed, 5])
    rows = train + test
    label = rng.permutation(np.arange(rows) % classes)
    size = (classes, clumps, latent)
    common = rng.normal(size=size)
    seen: dict[str, Floats] = {}
    for family in range(families):
        own = rng.normal(size=size)
        places = 3 * (np.sqrt(kinship) * common + np.sqrt(1 - kinship) * own)
        for member in range(members):
            clump = rng.integers(0, clumps, rows)
            point = places[label, clump] + 0.5 * rng.normal(size=(rows, latent))
            nuisance = rng.normal(size=(rows, width - latent))
            rotation = np.linalg.qr(rng.normal(size=(width, width)))[0]
            name = f"{'ABCDEFGH'[family % 8]}{member + 1}"
            seen[name] = (np.hstack([point, nuisance]) @ rotation).astype(np.float32)
    views = as_views(
        {name: x[:train] for name, x in seen.items()},
        {name: x[train:] for name, x in seen.items()},
        label[:train],
        label[train:],
    )
    return views, np.repeat(np.arange(families), members)
