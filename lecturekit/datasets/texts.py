"""Labelled texts as bags of words: which words a text has and how often, their order forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.classes import check_labels

PAD = -1  # stands where a text has no more words


@dataclass(frozen=True, eq=False, repr=False)
class Texts:
    """A frozen set of texts, each of one class.

    words: int32 [n, length], indices into `vocabulary`; a text shorter than `length` ends in −1.
    label: int32 [n], 0 … C−1, an index into `names`. Both are copies and read-only.

    Raises DataError for words or labels out of range, a text without a word, unequal lengths, a
    class without a text, one class only.
    """

    words: np.ndarray
    label: np.ndarray
    names: tuple[str, ...]
    vocabulary: tuple[str, ...]
    card: Card

    def __post_init__(self) -> None:
        check_words(self.words, len(self.vocabulary))
        words = np.array(self.words, np.int32, order="C")
        empty = np.flatnonzero((words == PAD).all(axis=1))
        if empty.size:
            raise DataError(f"text {empty[0]} has no word of the vocabulary: leave it out")
        label = check_labels(np.asarray(self.label), len(words), self.names, "text")
        for name, array in (("words", words), ("label", label)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @cached_property
    def x(self) -> np.ndarray:
        """What networks take: counts, float32 [n, vocabulary]; computed once, read-only."""
        x = counts(self.words, len(self.vocabulary))
        x.setflags(write=False)
        return x

    def rows(self, which: np.ndarray) -> Texts:
        """The texts with these row numbers, as a set of its own."""
        return replace(self, words=self.words[which], label=self.label[which])

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return (
            f"{self.card.title}: {len(self):,} texts of up to {self.words.shape[1]} words, "
            f"vocabulary of {len(self.vocabulary):,}, {len(self.names)} classes"
        )


def counts(words: np.ndarray, vocabulary: int) -> np.ndarray:
    """How often each of `vocabulary` words occurs: int [n, length] → float32 [n, vocabulary].

    −1 is no word and counts nowhere. Raises DataError for other indices out of range.
    """
    check_words(words, vocabulary)
    row, place = np.nonzero(words != PAD)
    cell = row * vocabulary + words[row, place]
    flat = np.bincount(cell, minlength=len(words) * vocabulary)
    return flat.reshape(len(words), vocabulary).astype(np.float32)


def check_words(words: np.ndarray, vocabulary: int) -> None:
    """DataError unless `words` are int [n, length], each −1 or 0 … vocabulary − 1."""
    words = np.asarray(words)
    if words.ndim != 2 or words.dtype.kind not in "iu":
        raise DataError(f"words must be integers [n, length], got {words.dtype} {words.shape}")
    if words.size and (words.min() < PAD or words.max() >= vocabulary):
        raise DataError(
            f"words run from {words.min()} to {words.max()}, but a vocabulary of {vocabulary} is "
            f"numbered 0 … {vocabulary - 1}, with −1 for no word"
        )
