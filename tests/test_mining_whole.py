"""The hardest triplets of a whole set against a plain loop, and the list of hard ones by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.mining import HardList, hardest_of_all, whole

RNG = np.random.default_rng(0)
LABELS = RNG.permutation(np.repeat([3, 5, 9], [4, 7, 12]))
POINTS = RNG.normal(size=(23, 4))
POINTS /= np.linalg.norm(POINTS, axis=1, keepdims=True)


def loop(points, labels):
    found = []
    for i in range(len(points)):
        apart = [np.linalg.norm(points[i] - points[j]) for j in range(len(points))]
        similar = [j for j in range(len(points)) if j != i and labels[j] == labels[i]]
        dissimilar = [j for j in range(len(points)) if labels[j] != labels[i]]
        found.append(
            [i, max(similar, key=apart.__getitem__), min(dissimilar, key=apart.__getitem__)]
        )
    return found


# ------------------------------------------------------------------ exhaustive search


@pytest.mark.parametrize("block", [1, 5, 22, 23, 512])
def test_the_hardest_of_all_are_what_a_loop_finds(monkeypatch, block):
    """Whole blocks, a last block that is shorter, one block for all."""
    monkeypatch.setattr(whole, "BLOCK", block)
    assert hardest_of_all(POINTS, LABELS).tolist() == loop(POINTS, LABELS)


def test_more_rows_than_a_real_block():
    labels = RNG.integers(0, 5, whole.BLOCK + 90)
    points = RNG.normal(size=(len(labels), 3))
    found = hardest_of_all(points, labels)
    rows = RNG.choice(len(labels), 40, replace=False)
    apart = np.linalg.norm(points[rows, None] - points, axis=2)
    same = labels[rows, None] == labels
    assert (found[:, 0] == np.arange(len(labels))).all()
    assert (found[rows, 1] == np.where(same, apart, -1).argmax(1)).all()
    assert (found[rows, 2] == np.where(same, 9, apart).argmin(1)).all()


def test_names_are_labels_too():
    names = np.array(["ant", "bee", "cat"])[np.searchsorted([3, 5, 9], LABELS)]
    assert (hardest_of_all(POINTS, names) == hardest_of_all(POINTS, LABELS)).all()


def test_duplicates_are_hard_negatives_and_never_the_row_itself():
    found = hardest_of_all(np.ones((6, 2)), [0, 0, 1, 1, 1, 0])
    a, p, n = found.T
    labels = np.array([0, 0, 1, 1, 1, 0])
    assert (a != p).all() and (labels[a] == labels[p]).all() and (labels[a] != labels[n]).all()
    points = np.array([[0.0, 1], [1, 0], [0, 1], [0.6, 0.8]])
    assert hardest_of_all(points, [0, 0, 1, 1])[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("points", "labels", "message"),
    [
        (POINTS, LABELS[:4], "every row needs its label"),
        (POINTS[0], LABELS[:4], "every row needs its label"),
        (POINTS, LABELS[:, None], "every row needs its label"),
        (np.full((23, 4), np.nan), LABELS, "NaN or infinity"),
        (np.full((23, 4), np.inf), LABELS, "NaN or infinity"),
        (POINTS, np.zeros(23, int), "1 classes, the smallest of 23 rows"),
        (POINTS, np.arange(23) // 2, "12 classes, the smallest of 1 rows"),
        (POINTS[:0], LABELS[:0], "0 classes, the smallest of 0 rows"),
    ],
)
def test_sets_that_cannot_be_searched_are_refused(points, labels, message):
    with pytest.raises(ValueError, match=message):
        hardest_of_all(points, labels)


# ------------------------------------------------------------------ the hard list


def numbered(*numbers):
    """Made-up triplets that can be told apart."""
    return [[k, k + 100, k + 200] for k in numbers]


def kept(hard):
    return sorted(row[0] for row in hard.draw(10_000, np.random.default_rng(0)).tolist())


def test_what_costs_more_than_a_percentile_enters():
    for percentile, expected in ((0, [1, 2, 3, 4, 5]), (50, [3, 4, 5]), (100, [5])):
        hard = HardList(percentile=percentile)
        hard.score(numbered(1, 2, 3, 4, 5), [0.1, 0.2, 0.3, 0.4, 0.5])
        assert kept(hard) == expected and len(hard) == len(expected)


def test_what_keeps_its_margin_never_enters():
    hard = HardList(percentile=0)
    hard.score(numbered(1, 2, 3), [0.0, 0.2, 0.0])
    assert kept(hard) == [2]
    hard = HardList(percentile=50)
    hard.score(numbered(1, 2, 3), [0, 0, 0])  # all at the percentile
    assert len(hard) == 0


def test_the_percentile_is_that_of_the_new_ones_only():
    hard = HardList(percentile=50)
    hard.score(numbered(1), [9.0])
    hard.score(numbered(1, 2, 3, 4), [9.0, 0.1, 0.2, 0.3])  # median of the three new: 0.2
    assert kept(hard) == [1, 3, 4]


def test_a_triplet_leaves_after_so_many_satisfied_visits_in_a_row():
    hard = HardList(percentile=0, patience=2)
    hard.score(numbered(1, 2), [0.5, 0.5])
    hard.score(numbered(1), [0.0])
    assert kept(hard) == [1, 2]
    hard.score(numbered(1), [0.3])  # violated again: counting starts anew
    hard.score(numbered(1), [0.0])
    assert kept(hard) == [1, 2]
    hard.score(numbered(1), [0.0])
    assert kept(hard) == [2]
    hard.score(numbered(1), [0.4])  # and may come back
    assert kept(hard) == [1, 2]
    impatient = HardList(percentile=0, patience=1)
    impatient.score(numbered(1), [0.5])
    impatient.score(numbered(1), [0.0])
    assert len(impatient) == 0


def test_a_known_triplet_stays_however_little_it_costs():
    hard = HardList(percentile=50)
    hard.score(numbered(1), [0.5])
    hard.score(numbered(1, 2, 3), [1e-6, 0.1, 0.3])
    assert kept(hard) == [1, 3]


def test_a_full_list_drops_its_oldest():
    hard = HardList(3, percentile=0)
    hard.score(numbered(1, 2, 3), [0.5, 0.5, 0.5])
    hard.score(numbered(1), [0.9])  # seen again, but no younger for it
    hard.score(numbered(4), [0.1])
    assert kept(hard) == [2, 3, 4]
    hard.score(numbered(5, 6, 7, 8), [0.1, 0.2, 0.3, 0.4])  # more at once than there is room for
    assert kept(hard) == [6, 7, 8] and len(hard) == 3


def test_the_same_triplet_twice_is_one():
    hard = HardList(percentile=0, patience=2)
    hard.score(numbered(1, 1), [0.5, 0.5])
    assert len(hard) == 1
    hard.score(numbered(1, 1, 1), [0.0, 0.0, 0.0])  # gone after the second
    assert len(hard) == 0


def test_nothing_is_drawn_twice_and_the_seed_decides():
    hard = HardList(percentile=0)
    assert hard.draw(5, np.random.default_rng(0)).shape == (0, 3)
    hard.score(numbered(*range(20)), np.ones(20))
    draws = [hard.draw(8, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert all(len({*map(tuple, drawn.tolist())}) == 8 for drawn in draws)
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()
    assert kept(hard) == list(range(20)) and hard.draw(30, np.random.default_rng(1)).shape == (
        20,
        3,
    )
    counts = np.zeros(20)
    rng = np.random.default_rng(3)
    for _ in range(500):
        counts[hard.draw(4, rng)[:, 0]] += 1
    np.testing.assert_allclose(counts, 100, atol=40)  # evenly; 4 standard errors are 36


def test_an_empty_visit_changes_nothing():
    hard = HardList()
    hard.score(np.zeros((0, 3), int), [])
    assert len(hard) == 0


@pytest.mark.parametrize(
    "given",
    [{"capacity": 0}, {"percentile": -1}, {"percentile": 101}, {"patience": 0}],
)
def test_lists_that_cannot_be_are_refused(given):
    with pytest.raises(ValueError, match="must be at least 1 and percentile 0 … 100"):
        HardList(**given)


@pytest.mark.parametrize(
    ("triplets", "losses", "message"),
    [
        (numbered(1, 2), [0.5], "every triplet needs its loss"),
        (numbered(1)[0], [0.5], "every triplet needs its loss"),
        ([[1, 2]], [0.5], "every triplet needs its loss"),
        (numbered(1), [np.nan], "the training has failed"),
        (numbered(1), [np.inf], "the training has failed"),
    ],
)
def test_scores_that_say_nothing_are_refused(triplets, losses, message):
    hard = HardList()
    with pytest.raises(ValueError, match=message):
        hard.score(triplets, losses)
    assert len(hard) == 0
