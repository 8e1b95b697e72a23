"""Spoken digits, and a written digit paired with a spoken one: who meets whom, and who never."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import (
    Card,
    DataError,
    Sounds,
    load_digits,
    load_spoken_digits,
    pair_digits,
)

CARD = Card("toy", "Toy", "here", "free", "none", "none", "anything")


@pytest.fixture(scope="module")
def sounds():
    return load_spoken_digits()


def test_spoken_digits(sounds):
    assert repr(sounds) == (
        "Spoken digits: 3,000 recordings, 20 frames × 13 coefficients, 10 classes"
    )
    assert np.bincount(sounds.label).tolist() == [300] * 10
    assert sounds.label[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (sounds.length.min(), sounds.length.max(), sounds.length.sum()) == (6, 92, 53999)
    assert abs(sounds.frames.mean((0, 1))).max() < 0.1  # about standardised
    assert (abs(sounds.frames.std((0, 1)) - 1) < 0.1).all()
    assert "ShareAlike" in sounds.card.licence and "six voices" in sounds.card.not_for


def test_no_recording_is_there_twice(sounds):
    assert len(np.unique(sounds.frames.reshape(3000, -1), axis=0)) == 3000


def test_a_recording_is_nearest_to_its_own_digit(sounds):
    flat = sounds.frames.reshape(3000, -1)[:1000].astype(np.float64)
    square = (flat**2).sum(1)
    distance = square[:, None] + square - 2 * flat @ flat.T
    np.fill_diagonal(distance, np.inf)
    assert (sounds.label[:1000][distance.argmin(1)] == sounds.label[:1000]).mean() > 0.9


def toy(**change) -> Sounds:
    given = {
        "frames": np.zeros((4, 3, 2)),
        "length": [3, 3, 5, 9],
        "label": np.array([0, 1, 0, 1]),
        "names": ("yes", "no"),
        "card": CARD,
    }
    return Sounds(**{**given, **change})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frames": np.zeros((4, 6))}, r"\[n, frames, coefficients\].*\(4, 6\)"),
        ({"frames": np.full((4, 3, 2), np.nan)}, "NaN or infinite"),
        ({"length": [3, 3, 5]}, "one positive number a recording"),
        ({"length": [3, 0, 5, 9]}, "one positive number a recording"),
        ({"label": np.array([0, 1, 0])}, "3 labels|labels"),
        ({"label": np.array([0, 0, 0, 0])}, "no"),
    ],
)
def test_bad_sounds_are_refused(change, said):
    with pytest.raises(DataError, match=said):
        toy(**change)


def test_a_set_of_sounds_keeps_read_only_copies():
    frames = np.zeros((4, 3, 2))
    made = toy(frames=frames)
    frames[0] = 7
    assert made.frames.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        made.frames[0] = 1


def test_pairs_show_and_say_the_same_digit(sounds):
    pairs, digits = pair_digits("train", 1000, seed=3), load_digits()
    assert np.array_equal(pairs.digit, pairs.spoken) and pairs.same.all()
    assert np.bincount(pairs.digit).min() > 60  # all digits, not far from equally often
    assert np.array_equal(digits.label[pairs.image_row], pairs.digit)
    assert np.array_equal(sounds.label[pairs.sound_row], pairs.spoken)
    assert np.array_equal(pairs.sound, sounds.frames[pairs.sound_row])
    flat = digits.x.reshape(5000, -1)[pairs.image_row]
    assert np.corrcoef(flat.ravel(), pairs.image.ravel())[0, 1] > 1 - 1e-6
    assert [a.shape for a in pairs.inputs] == [(1000, 784), (1000, 260)]


def test_nothing_is_in_both_parts():
    train, test = pair_digits("train", 3500), pair_digits("test", 1500)
    assert not set(train.image_row) & set(test.image_row)
    assert not set(train.sound_row) & set(test.sound_row)
    assert len(set(train.image_row)) == 3500 and len(set(train.sound_row)) == 2100
    assert len(set(test.image_row)) == 1500 and len(set(test.sound_row)) == 900


def test_everything_is_used_equally_often():
    used = np.bincount(pair_digits("test", 3000).image_row)[3500:]
    assert (used == 2).all()
    said = np.bincount(pair_digits("test", 1800).sound_row)[2100:]
    assert said.min() >= 1 and said.max() <= 3


@pytest.mark.parametrize("wrong", [0.0, 0.3, 0.5, 1.0])
def test_wrong_pairs_are_exactly_as_many_as_asked(wrong):
    pairs = pair_digits("train", 1000, seed=1, wrong=wrong)
    assert pairs.same.sum() == 1000 - round(1000 * wrong)
    if wrong:
        step = (pairs.spoken - pairs.digit)[pairs.same == 0] % 10
        assert set(step) == set(range(1, 10))  # every other digit, never the same one


def test_the_seed_alone_decides():
    one, again, other = (pair_digits("test", 200, seed=s, wrong=0.5) for s in (4, 4, 5))
    assert np.array_equal(one.image_row, again.image_row)
    assert np.array_equal(one.sound_row, again.sound_row)
    assert not np.array_equal(one.image_row, other.image_row)


def test_given_the_digit_image_and_sound_are_independent():
    """A thick written digit says nothing about how loud the spoken one is."""
    pairs = pair_digits("train", 3500)
    thickness, loudness = pairs.image.mean(1), pairs.sound[:, :, 0].mean(1)
    within = [
        np.corrcoef(thickness[pairs.digit == d], loudness[pairs.digit == d])[0, 1]
        for d in range(10)
    ]
    assert abs(np.mean(within)) < 0.05  # ten correlations of 350 pairs: standard error .017


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pair_digits("valid", 10), '"train" or "test"'),
        (lambda: pair_digits("train", 0), "from 1 on"),
        (lambda: pair_digits("train", 2.5), "whole number"),
        (lambda: pair_digits("train", 10, wrong=1.5), "share of the pairs"),
        (lambda: pair_digits("train", 10, wrong=float("nan")), "share of the pairs"),
    ],
)
def test_bad_pairs_are_refused(call, said):
    with pytest.raises(DataError, match=said):
        call()


def test_pairs_are_read_only():
    pairs = pair_digits("test", 20)
    with pytest.raises(ValueError, match="read-only"):
        pairs.sound[0] = 0
