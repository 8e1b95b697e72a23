"""Made-up vectors of classes in superclasses: for asking whether a tree of classes finds them.

A class centre is its superclass's centre and an offset of its own. Most of a row's length is
nuisance that no class explains, so the raw vectors show little of the order; all dimensions are
mixed by a rotation, so no single one can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.classes import check_labels

SIGNAL, NUISANCE = 8, 24  # dimensions

CARD = Card(
    name="superclasses",
    title="Made-up classes in superclasses",
    source="lecturekit.datasets.make_superclasses, a random generator; not real data",
    licence="that of the project",
    citation="none",
    splits="none official; few_labels(superclasses, per_class=20, test=400, seed=…)",
    not_for=(
        "any statement about real classes: here the superclasses exist, are equally large and do "
        "not overlap by design"
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class Superclasses:
    """Vectors with a class, and classes with a superclass.

    x: float32 [n, dimensions]. label: int32 [n], 0 … C−1, an index into `names`. superclass: int32
    [C], of each class, 0 …. All are copies and read-only.

    Raises DataError for labels that do not fit, or x that is not finite.
    """

    x: np.ndarray
    label: np.ndarray
    names: tuple[str, ...]
    superclass: np.ndarray
    card: Card

    def __post_init__(self) -> None:
        x = np.array(self.x, np.float32)
        if x.ndim != 2 or not np.isfinite(x).all():
            raise DataError(f"x must be finite numbers [n, dimensions], this is {x.shape}")
        label = check_labels(np.asarray(self.label), len(x), self.names, "row")
        superclass = np.array(self.superclass, np.int32)
        if superclass.shape != (len(self.names),):
            raise DataError(f"{len(self.names)} classes need one superclass each")
        for name, array in (("x", x), ("label", label), ("superclass", superclass)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return (
            f"{self.card.title}: {len(self):,} vectors of {self.x.shape[1]} dimensions, "
            f"{len(self.names)} classes in {self.superclass.max() + 1} superclasses"
        )


def make_superclasses(
    seed: int,
    *,
    superclasses: int = 5,
    classes: int = 4,
    rows: int = 60,
    apart: float = 8.0,
    own: float = 1.0,
    nuisance: float = 6.0,
) -> Superclasses:
    """`rows` vectors of each of `classes` classes of each of `superclasses` superclasses.

    32 dimensions: 8 of signal, in which any two superclass centres are `apart` from each other, a
    class's offset from its superclass has SD `own` a dimension and a row's offset from its class
    SD 1; and 24 of nuisance with SD `nuisance`; then a random rotation. Classes are numbered at
    random, so that their numbers say nothing about superclasses. The seed decides everything.

    Raises DataError for superclasses outside 2 … 8, no class in each, fewer than 2 rows, or a
    negative distance or SD.
    """
    if not 2 <= superclasses <= SIGNAL or classes < 1 or rows < 2:
        raise DataError(
            f"superclasses={superclasses}, classes={classes}, rows={rows}: give 2 to {SIGNAL}, "
            "1 or more, 2 or more"
        )
    if min(apart, own, nuisance) < 0:
        raise DataError(f"apart={apart}, own={own}, nuisance={nuisance}: give no negative number")
    draw = np.random.default_rng(seed)
    count = superclasses * classes
    superclass = draw.permutation(np.repeat(np.arange(superclasses), classes))
    centre = apart / np.sqrt(2) * np.eye(SIGNAL)[superclass]
    centre += own * draw.normal(size=(count, SIGNAL))
    label = np.tile(np.arange(count), rows)
    signal = centre[label] + draw.normal(size=(len(label), SIGNAL))
    noise = nuisance * draw.normal(size=(len(label), NUISANCE))
    rotation = np.linalg.qr(draw.normal(size=(SIGNAL + NUISANCE, SIGNAL + NUISANCE)))[0]
    letters = {k: iter(range(1, classes + 1)) for k in range(superclasses)}
    names = tuple(f"{chr(65 + k % 26)}{next(letters[k])}" for k in superclass)
    return Superclasses(np.c_[signal, noise] @ rotation, label, names, superclass, CARD)
