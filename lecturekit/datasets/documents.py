"""Documents in a made-up language, for turning knobs: what is a good augmentation, and what if not?

Three words of a text tell its class, of 120 that can; twelve are noise. So few labels show few of
the telling words, and only texts without labels, said in other words, connect them.
"""

from __future__ import annotations

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.texts import Texts
from lecturekit.datasets.wording import Wording

CARD = Card(
    name="documents",
    title="Made-up documents",
    source="lecturekit.datasets.make_documents, a random generator; not real texts",
    licence="that of the project",
    citation="none",
    splits="none official; few_labels(documents, per_class=5, seed=…) leaves 1,000 to test on",
    not_for=(
        "any statement about real texts or how well a method does on them: every text is made up, "
        "and its augmentation knows the language perfectly, as no real one does"
    ),
)


def make_documents(
    seed: int,
    *,
    count: int = 2520,
    telling: int = 3,
    noise: int = 12,
    wording: Wording | None = None,
) -> Texts:
    """`count` texts of `telling` words of their class and `noise` words of none, in any order.

    Every word is drawn by itself: class (all equally often), concept, synonym, noise word. The
    default count makes a pool of 1,520 and a test set of 1,000 with `few_labels`. The seed
    decides everything.

    Raises DataError for fewer texts than classes or no telling word.
    """
    wording = wording or Wording()
    if count < wording.classes:
        raise DataError(f"count={count}: ask for {wording.classes} texts or more, one per class")
    if telling < 1 or noise < 0:
        raise DataError(f"telling={telling}, noise={noise}: give 1 or more, and 0 or more")
    draw = np.random.default_rng(seed)
    label = draw.permutation(np.arange(count) % wording.classes)
    per_class = wording.concepts * wording.synonyms
    tell = label[:, None] * per_class + draw.integers(per_class, size=(count, telling))
    rest = wording.meaningful + draw.integers(wording.noise, size=(count, noise))
    words = draw.permuted(np.concatenate([tell, rest], axis=1), axis=1)
    names = tuple(f"topic {number + 1}" for number in range(wording.classes))
    return Texts(words, label, names, wording.names(), CARD)
