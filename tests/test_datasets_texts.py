"""Texts as bags of words: counts against a plain loop, and what a set refuses."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import Card, DataError, Texts, counts

CARD = Card("toy", "Toy", "here", "free", "none", "none", "anything")


def toy(**change) -> Texts:
    given = {
        "words": np.array([[0, 1, -1], [2, 2, 1], [0, -1, -1]]),
        "label": np.array([0, 1, 1]),
        "names": ("tea", "oil"),
        "vocabulary": ("a", "b", "c"),
        "card": CARD,
    }
    return Texts(**{**given, **change})


def test_counts_closed_form_and_plain_loop():
    assert toy().x.tolist() == [[1, 1, 0], [0, 1, 2], [1, 0, 0]]
    assert toy().x.dtype == np.float32 and toy().words.dtype == np.int32
    words = np.random.default_rng(0).integers(-1, 7, (20, 9))
    expected = np.zeros((20, 7), np.float32)
    for row, text in enumerate(words):
        for word in text:
            if word >= 0:
                expected[row, word] += 1
    assert np.array_equal(counts(words, 7), expected)


def test_texts_are_read_only_copies():
    words = np.array([[0, 1, -1], [2, 2, 1], [0, -1, -1]])
    made = toy(words=words)
    words[0, 0] = 2
    assert made.words[0, 0] == 0 and len(made) == 3
    assert repr(made) == "Toy: 3 texts of up to 3 words, vocabulary of 3, 2 classes"
    for array in (made.words, made.label, made.x):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words": np.array([[0, 3], [1, 1], [2, 2]])}, "words run from 0 to 3, but a vocabulary"),
        ({"words": np.array([[0, -2], [1, 1], [2, 2]])}, "words run from -2 to 2.*−1 for no word"),
        ({"words": np.zeros((3, 2))}, r"integers \[n, length\], got float64 \(3, 2\)"),
        ({"words": np.zeros(3, int)}, r"integers \[n, length\], got int64 \(3,\)"),
        ({"words": np.array([[0], [-1], [1]])}, "text 1 has no word of the vocabulary"),
        ({"label": np.array([0, 1])}, r"3 texts but labels \(2,\)"),
        ({"label": np.array([0, 0, 0])}, r"class 'oil' \(label 1\) has no text"),
        ({"names": ("tea",)}, "one class only: tea"),
    ],
)
def test_bad_texts_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        toy(**change)
