"""Digits and faces: what is in them, what a set refuses, and who takes part in a split."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import Card, DataError, Images, by_person, few_labels
from lecturekit.datasets import load_digits as digits_from_disk
from lecturekit.datasets import load_faces as faces_from_disk
from lecturekit.datasets.images import mean_pooled

CARD = Card("toy", "Toy", "here", "free", "none", "none", "anything")


@pytest.fixture(scope="module")
def digits():
    return digits_from_disk()


@pytest.fixture(scope="module")
def faces():
    return faces_from_disk()


def toy(label=(0, 0, 0, 1, 1, 1), **change) -> Images:
    images = np.arange(6 * 8, dtype=np.uint8).reshape(6, 4, 2)
    given = {"images": images, "label": np.array(label), "names": ("cat", "dog"), "card": CARD}
    return Images(**{**given, **change})


def test_digits(digits):
    assert repr(digits) == "Handwritten digits: 5,000 images, 28 × 28 pixels, 10 classes"
    assert np.bincount(digits.label).tolist() == [500] * 10
    assert digits.label[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (digits.images[0].min(), digits.images[0].max()) == (0, 255)
    assert digits.x.shape == (5000, 28, 28, 1) and digits.x.dtype == np.float32
    centre = np.array([digits.images[digits.label == n][:, 12:16, 12:16].mean() for n in (0, 1)])
    assert centre[0] < 20 < 160 < centre[1]  # a nought is empty in the middle, a one is not


def test_no_digit_is_there_twice(digits):
    assert len(np.unique(digits.images.reshape(5000, -1), axis=0)) == 5000


def test_faces(faces):
    assert repr(faces) == "ORL faces: 400 images, 56 × 46 pixels, 40 classes"
    assert np.array_equal(faces.label, np.repeat(np.arange(40), 10))
    assert (faces.names[0], faces.names[39]) == ("person 1", "person 40")
    assert repr(faces.shrunk(2)) == "ORL faces: 400 images, 28 × 23 pixels, 40 classes"
    assert faces.shrunk(2).card is faces.card


def test_faces_are_nearest_to_their_own_person(faces):
    flat = faces.shrunk(2).x.reshape(400, -1).astype(np.float64)
    square = (flat**2).sum(1)
    distance = square[:, None] + square - 2 * flat @ flat.T
    np.fill_diagonal(distance, np.inf)
    assert (faces.label[distance.argmin(1)] == faces.label).mean() > 0.95


def test_faces_card_says_what_they_are_not_for(faces, digits):
    assert "identifying, watching" in faces.card.not_for and "groups" in faces.card.not_for
    assert "AT&T Laboratories Cambridge" in faces.card.citation and "1994" in faces.card.citation
    assert "1998" in digits.card.citation and "neither states a licence" in digits.card.licence


def test_x_is_white_1_black_0_and_read_only():
    made = toy(images=np.full((6, 4, 2), 255, np.uint8))
    assert made.x.shape == (6, 4, 2, 1) and made.x.max() == made.x.min() == 1
    assert toy().x[1, 2, 1, 0] == np.float32(13) / np.float32(255)
    assert made.x is made.x
    for array in (made.x, made.images, made.label):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_set_keeps_copies():
    images, label = np.zeros((6, 4, 2), np.uint8), np.array([0, 1] * 3)
    made = toy(label, images=images)
    images[0], label[0] = 9, 1
    assert made.images[0].max() == 0 and made.label[0] == 0 and made.label.dtype == np.int32


def test_mean_pooled_rounds_half_up_like_a_plain_loop():
    assert mean_pooled(np.array([[[0, 1], [1, 0]]], np.uint8), 2).tolist() == [[[1]]]  # .5
    assert mean_pooled(np.array([[[0, 1], [0, 0]]], np.uint8), 2).tolist() == [[[0]]]  # .25
    assert mean_pooled(np.full((1, 3, 3), 255, np.uint8), 3).tolist() == [[[255]]]
    images = np.random.default_rng(0).integers(0, 256, (2, 6, 9), dtype=np.uint8)
    pooled = mean_pooled(images, 3)
    assert pooled.dtype == np.uint8 and pooled.shape == (2, 2, 3)
    for n, i, j in np.ndindex(pooled.shape):
        block = images[n, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3].astype(float)
        assert pooled[n, i, j] == np.floor(block.mean() + 0.5)
    assert np.array_equal(mean_pooled(images, 1), images)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((6, 4, 2))}, r"must be uint8.*these are float64 \(6, 4, 2\)"),
        ({"images": np.zeros((6, 8), np.uint8)}, r"must be uint8 \[n, height, width\].*\(6, 8\)"),
        ({"images": np.zeros((6, 0, 2), np.uint8)}, r"\(6, 0, 2\)"),
        ({"images": np.zeros((5, 4, 2), np.uint8)}, r"5 images but labels \(6,\)"),
        ({"label": np.zeros((6, 1), int)}, r"6 images but labels \(6, 1\)"),
        ({"label": np.array([0.0, 1] * 3)}, "labels must be integers 0 … C−1, these are float64"),
        ({"label": np.array([1, 2] * 3)}, "labels run from 1 to 2, but 2 classes.*start at 1 need"),
        ({"label": np.array([0, -1] * 3)}, "labels run from -1 to 0"),
        ({"label": np.zeros(6, int)}, r"class 'dog' \(label 1\) has no image"),
        ({"label": np.zeros(6, int), "names": ("cat",)}, "one class only: cat"),
        ({"label": np.zeros(6, int), "names": ()}, "one class only: none named"),
        ({"images": np.zeros((0, 4, 2), np.uint8), "label": np.zeros(0, int)}, "has no image"),
    ],
)
def test_bad_images_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        toy(**change)


@pytest.mark.parametrize("factor", [0, -2, 3])
def test_sides_that_do_not_divide_are_refused(factor):
    with pytest.raises(DataError, match=f"factor={factor} does not divide 4 × 2 pixels"):
        toy().shrunk(factor)


def test_few_labels_of_digits(digits):
    labelled, pool, test = few_labels(digits, 2, seed=0)
    assert (len(labelled), len(pool), len(test)) == (20, 4000, 1000)
    assert np.bincount(digits.label[labelled]).tolist() == [2] * 10
    assert np.isin(labelled, pool).all()
    assert np.array_equal(np.sort(np.concatenate([pool, test])), np.arange(5000))


def test_more_labels_contain_the_fewer_and_leave_the_test_rows(digits):
    few, more = few_labels(digits, 2, seed=4), few_labels(digits, 10, seed=4)
    assert np.isin(few.labelled, more.labelled).all()
    assert np.array_equal(few.test, more.test) and np.array_equal(few.pool, more.pool)


def test_few_labels_depend_on_the_seed_alone_and_reach_every_row():
    again = [few_labels(toy(), 1, test=2, seed=seed) for seed in range(40)]
    for seed, drawn in enumerate(again):
        assert all(map(np.array_equal, drawn, few_labels(toy(), 1, test=2, seed=seed)))
    assert {row for drawn in again for row in drawn.labelled} == set(range(6))
    assert {row for drawn in again for row in drawn.test} == set(range(6))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"per_class": 3, "test": 1}, "per_class=3: class '(cat|dog)' has only 2 rows"),
        ({"per_class": 0, "test": 1}, "per_class=0: every class needs one label"),
        ({"per_class": 1, "test": 0}, "test=0: give a number of test rows between 1 and 5"),
        ({"per_class": 1, "test": 6}, "test=6"),
    ],
)
def test_labels_that_are_not_there(wanted, message):
    with pytest.raises(DataError, match=message):
        few_labels(toy(), **wanted, seed=0)


def test_people_are_never_in_both(faces):
    for seed in range(5):
        known, unseen = by_person(faces, train=30, seed=seed)
        assert (len(known), len(unseen)) == (300, 100)
        assert not set(faces.label[known]) & set(faces.label[unseen])
        assert np.array_equal(np.sort(np.concatenate([known, unseen])), np.arange(400))


def test_people_depend_on_the_seed(faces):
    drawn = [tuple(by_person(faces, train=30, seed=seed)[1]) for seed in range(5)]
    assert len(set(drawn)) == 5
    assert drawn[3] == tuple(by_person(faces, train=30, seed=3)[1])


@pytest.mark.parametrize("train", [0, -1, 40, 41])
def test_people_that_do_not_exist(faces, train):
    with pytest.raises(DataError, match=f"train={train}: there are 40 people.*1 to 39"):
        by_person(faces, train=train, seed=0)
