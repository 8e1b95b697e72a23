"""A made-up language: classes have concepts, concepts have synonyms, and the rest is noise.

Words are numbered so that plain arithmetic answers what an augmentation asks, in NumPy and in a
compiled graph alike. With C classes, K concepts each, S synonyms each and N noise words:

    word = (class · K + concept) · S + synonym     for the C · K · S words that mean something
    word = C · K · S + 0 … N − 1                   for noise
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from lecturekit.datasets.card import DataError
from lecturekit.datasets.texts import PAD


@dataclass(frozen=True)
class Wording:
    """How many classes, concepts per class, synonyms per concept and noise words there are.

    Raises DataError for fewer than two classes or fewer than one of anything else.
    """

    classes: int = 4
    concepts: int = 30
    synonyms: int = 4
    noise: int = 300

    def __post_init__(self) -> None:
        for field in fields(self):
            least, value = (2 if field.name == "classes" else 1), getattr(self, field.name)
            if value < least:
                raise DataError(f"{field.name}={value}: give {least} or more")

    @property
    def meaningful(self) -> int:
        """Words that mean something; they are numbered 0 … meaningful − 1, noise follows."""
        return self.classes * self.concepts * self.synonyms

    @property
    def size(self) -> int:
        """Words in all."""
        return self.meaningful + self.noise

    def concept(self, words: np.ndarray) -> np.ndarray:
        """The concept of each word, 0 … C·K−1 over all classes; −1 for noise and for no word."""
        known = (words != PAD) & (words < self.meaningful)
        return np.where(known, words // self.synonyms, -1)

    def topic(self, words: np.ndarray) -> np.ndarray:
        """The class of each word; −1 for noise and for no word."""
        return np.where(self.concept(words) < 0, -1, self.concept(words) // self.concepts)

    def names(self) -> tuple[str, ...]:
        """Every word by name, e.g. "topic 1, concept 3, synonym b" or "noise 17"."""
        spelled = (
            f"topic {topic + 1}, concept {concept + 1}, synonym {letter(synonym)}"
            for topic in range(self.classes)
            for concept in range(self.concepts)
            for synonym in range(self.synonyms)
        )
        return (*spelled, *(f"noise {number + 1}" for number in range(self.noise)))


def letter(number: int) -> str:
    """a … z, then numbers."""
    return "abcdefghijklmnopqrstuvwxyz"[number] if number < 26 else str(number + 1)
