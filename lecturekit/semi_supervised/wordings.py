"""Tables of replacements for the two text sets, for `augment.Words`: (swap, others)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lecturekit.datasets import Texts, Wording

Tables = tuple[NDArray[np.float32], NDArray[np.int32]]
CHOICES = 1024


def synonyms(
    wording: Wording,
    *,
    meaning: float = 0.5,
    noise: float = 0.7,
    wrong: float = 0.0,
    choices: int = CHOICES,
) -> Tables:
    """Any synonym for a word that means something, any noise word for noise.

    It idealises what UDA does: back-translation finds synonyms, and a replacement by TF-IDF changes
    the words that say little.

    Args:
        meaning, noise: probability that a word of that kind is replaced.
        wrong: share of the replacements of a meaningful word that belong to another class, which is
            what a careless augmentation does.
    Raises:
        ValueError: a probability outside 0 … 1.
    """
    for name, share in (("meaning", meaning), ("noise", noise), ("wrong", wrong)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is a probability, between 0 and 1, got {share}")
    rng, word = np.random.default_rng(0), np.arange(wording.size)
    means = word < wording.meaningful
    others = wording.meaningful + rng.integers(wording.noise, size=(wording.size, choices))
    first = word[means] // wording.synonyms * wording.synonyms
    others[means] = first[:, None] + np.arange(choices) % wording.synonyms
    foreign = round(wrong * choices)
    per_class = wording.concepts * wording.synonyms
    away = rng.integers(per_class, wording.meaningful, size=(wording.meaningful, foreign))
    start = word[means] // per_class * per_class
    others[means, choices - foreign :] = (start[:, None] + away) % wording.meaningful
    return np.where(means, meaning, noise).astype(np.float32), others.astype(np.int32)


def uninformative(texts: Texts, *, share: float = 0.3, choices: int = CHOICES) -> Tables:
    """Words that say little for words that say little, after UDA's replacement by TF-IDF.

    With idf(w) = ln(texts / texts with w), a word is replaced with probability proportional to the
    largest idf minus its own, and comes in proportional to max S − S(w), S = frequency · idf.
    UDA looks at the TF-IDF within each text; a table per word needs no text.

    Args:
        texts: labels are not looked at.
        share: share of the words to replace, on average over all texts.
    Raises:
        ValueError: a share outside 0 … 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is the share of words to replace, between 0 and 1, got {share}")
    count, within = texts.x.sum(0), (texts.x > 0).sum(0)
    idf = inverse_frequency(texts)
    gap = idf.max() - idf
    swap = np.minimum(1, share * gap * count.sum() / np.maximum(count @ gap, 1e-9))
    spare = np.where(within > 0, (count * idf).max() - count * idf, 0.0)
    drawn = np.random.default_rng(0).choice(len(idf), choices, p=spare / spare.sum())
    return swap.astype(np.float32), np.tile(drawn, (len(idf), 1)).astype(np.int32)


def inverse_frequency(texts: Texts) -> NDArray[np.float64]:
    """idf(w) = ln(texts / texts with w), [vocabulary]; 0 for a word that all have."""
    return np.log(len(texts) / np.maximum((texts.x > 0).sum(0), 1))
