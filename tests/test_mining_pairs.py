"""Samplers of pairs against plain loops, and batches of people by photos."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.losses.distances import pairwise_distances
from lecturekit.mining import SAMPLERS, evenly, pair_weights, people_by_photos

RNG = np.random.default_rng(0)
LABELS = np.array([0, 1, 0, 2, 1, 0, 2, 3], "int32")  # class 3 has one row: no similar pair
DISTANCES = pairwise_distances(RNG.normal(size=(8, 4)).astype("float32")).numpy()
SAME = LABELS[:, None] == LABELS


def weights(name, seed=(0, 0)):
    return pair_weights(name, DISTANCES, LABELS, seed).numpy()


def one_of_each(choose_similar, choose_dissimilar):
    """A loop over rows: the chosen similar and dissimilar row get a 1."""
    made = np.zeros((8, 8))
    for i in range(8):
        similar = [j for j in range(8) if j != i and LABELS[j] == LABELS[i]]
        dissimilar = [j for j in range(8) if LABELS[j] != LABELS[i]]
        for choose, rows in ((choose_similar, similar), (choose_dissimilar, dissimilar)):
            if rows:
                made[i, choose(rows, key=lambda j, i=i: DISTANCES[i, j])] = 1
    return made


@pytest.mark.parametrize("name", SAMPLERS)
def test_no_row_is_paired_with_itself_and_the_seed_decides(name):
    found = weights(name)
    assert (np.diag(found) == 0).all() and set(np.unique(found)) == {0, 1}
    assert (found == weights(name)).all()
    compiled = tf.function(lambda d, y: pair_weights(name, d, y, (0, 0)), jit_compile=True)
    assert (found == compiled(DISTANCES, LABELS).numpy()).all()


def test_all_pairs_count_once_each_way():
    assert (weights("all") == 1 - np.eye(8)).all()


def test_easy_and_hard_are_what_a_loop_finds():
    assert (weights("easy") == one_of_each(min, max)).all()
    assert (weights("hard") == one_of_each(max, min)).all()


@pytest.mark.parametrize("name", ["balanced", "random"])
def test_random_pairs_change_with_the_seed(name):
    assert any((weights(name, (0, k)) != weights(name, (0, 0))).any() for k in range(1, 9))


def test_balanced_draws_one_of_each_kind_evenly():
    drawn = np.mean([weights("balanced", (1, k)) for k in range(600)], axis=0)
    for i in range(8):
        for kind in (SAME[i] & (np.arange(8) != i), ~SAME[i]):
            if kind.any():
                assert drawn[i, kind].sum() == pytest.approx(1)
                np.testing.assert_allclose(drawn[i, kind], 1 / kind.sum(), atol=0.08)


def test_random_keeps_its_share_of_unordered_pairs():
    drawn = [weights("random", (1, k)) for k in range(400)]
    assert all((one == one.T).all() for one in drawn)
    share = np.mean(drawn, axis=0)[~np.eye(8, dtype=bool)]
    np.testing.assert_allclose(share, 0.15, atol=0.07)


def test_no_gradient_goes_through_the_choice():
    distances = tf.constant(DISTANCES)
    with tf.GradientTape() as tape:
        tape.watch(distances)
        total = tf.reduce_sum(pair_weights("hard", distances, LABELS))
    assert tape.gradient(total, distances) is None


@pytest.mark.parametrize(
    ("name", "distances", "labels", "message"),
    [
        ("hardest", DISTANCES, LABELS, "choose one of easy, balanced"),
        ("all", DISTANCES, np.zeros(8, int), "labels of one class only"),
        ("all", DISTANCES, np.arange(8), "a label of its own"),
        ("all", DISTANCES[:3], LABELS, r"must be \[batch, batch\]"),
        ("all", DISTANCES, LABELS[:, None], r"must be \[batch, batch\]"),
        ("all", DISTANCES, LABELS[:3], r"must be \[batch, batch\]"),
    ],
)
def test_bad_input_is_refused(name, distances, labels, message):
    with pytest.raises(ValueError, match=message):
        pair_weights(name, distances, labels)


# ------------------------------------------------------------------ batches


def test_people_by_photos_takes_different_rows_of_different_people():
    labels = np.repeat([5, 3, 9, 4], [4, 6, 5, 4])[RNG.permutation(19)]
    order = people_by_photos(labels, 3, 4, 200, np.random.default_rng(0))
    assert order.shape == (200, 12)
    for batch in order.reshape(200, 3, 4):
        assert all(len(set(rows)) == 4 and len(set(labels[rows])) == 1 for rows in batch)
        assert len(set(labels[batch[:, 0]])) == 3
    seen = np.bincount(order.ravel(), minlength=19)
    for person, count in zip(*np.unique(labels, return_counts=True), strict=True):
        expected = 200 * 3 / 4 * 4 / count
        np.testing.assert_allclose(seen[labels == person], expected, rtol=0.25)


def test_the_seed_decides_the_batches():
    labels = np.repeat([0, 1, 2], 4)
    one, same, other = (
        people_by_photos(labels, 2, 2, 5, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert (one == same).all() and (one != other).any()


@pytest.mark.parametrize(
    ("people", "photos", "message"),
    [
        (1, 2, "no pairs of both kinds"),
        (2, 1, "no pairs of both kinds"),
        (4, 2, "a batch of 4 people needs as many, there are 3"),
        (2, 3, "class 2 has 2 rows, fewer than 3 photos"),
    ],
)
def test_batches_that_cannot_be_made_are_refused(people, photos, message):
    with pytest.raises(ValueError, match=message):
        people_by_photos([0, 0, 0, 1, 1, 1, 2, 2], people, photos, 3, np.random.default_rng(0))


def test_evenly_gives_every_class_the_same_number_of_turns():
    labels = np.array([7, 8, 7, 7, 9, 7, 7])
    order = evenly(labels, 6, 50, np.random.default_rng(0))
    assert order.shape == (50, 6)
    assert [np.sum(labels[order] == name) for name in (7, 8, 9)] == [100, 100, 100]
    assert set(order[labels[order] == 7]) == {0, 2, 3, 5, 6}
