"""Miners of triplets against plain loops, and by how often they draw what."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.losses.distances import pairwise_distances
from lecturekit.losses.triplet import triplet
from lecturekit.mining import MINERS, mine
from lecturekit.mining.triplets import DIMENSIONS, FARTHEST, NEAREST

RNG = np.random.default_rng(0)
LABELS = np.array([0, 1, 0, 2, 1, 0, 2, 3, 0], "int32")  # class 3 has one row: no positive
POINTS = RNG.normal(size=(9, 4)).astype("float32")
POINTS /= np.linalg.norm(POINTS, axis=1, keepdims=True)
DISTANCES = pairwise_distances(POINTS).numpy()
PAIRS = [(i, j) for i in range(9) for j in range(9) if i != j and LABELS[i] == LABELS[j]]
RANDOM = ("random", "distance-weighted")


def mined(name, seed=(0, 0), distances=DISTANCES, labels=LABELS):
    return mine(name, distances, labels, seed).numpy()


def compiled(name, positives, seed=(0, 0), jit=True, distances=DISTANCES, labels=LABELS):
    function = tf.function(
        lambda d, y: mine(name, d, y, seed, positives=positives), jit_compile=jit
    )
    return function(tf.constant(distances), tf.constant(labels)).numpy()


def others(row, same):
    return [j for j in range(9) if j != row and (LABELS[j] == LABELS[row]) == same]


def as_set(triplets):
    return sorted(map(tuple, np.asarray(triplets).tolist()))


# ------------------------------------------------------------------ every miner


@pytest.mark.parametrize("name", MINERS)
def test_every_triplet_is_one(name):
    for seed in range(20):
        found = mined(name, (3, seed))
        assert found.dtype == np.int32 and found.shape[1] == 3
        a, p, n = found.T
        assert (a != p).all() and (LABELS[a] == LABELS[p]).all() and (LABELS[a] != LABELS[n]).all()
        if name in ("random", "batch-hard"):
            assert a.tolist() == [0, 1, 2, 3, 4, 5, 6, 8]  # row 7 has no positive
        else:
            assert as_set(found[:, :2]) == sorted(PAIRS)


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "jit"])
@pytest.mark.parametrize("name", MINERS)
def test_a_graph_finds_the_same_and_fills_up_with_what_does_not_count(name, jit):
    found = compiled(name, 3, (5, 6), jit)
    assert len(found) == (9 if name in ("random", "batch-hard") else 27)
    counts = found[:, 0] != found[:, 1]
    assert as_set(found[counts]) == as_set(mined(name, (5, 6)))
    assert (found[found[:, 0] == 7, 1] == 7).all() and (found >= 0).all() and (found < 9).all()
    loss = triplet(POINTS, found, margin=0.5).loss
    assert float(loss) == pytest.approx(float(triplet(POINTS, found[counts], margin=0.5).loss))


@pytest.mark.parametrize("name", MINERS)
def test_the_seed_decides_where_something_is_drawn(name):
    runs = [as_set(mined(name, (0, seed))) for seed in (0, 0, 1, 2, 3, 4)]
    assert runs[0] == runs[1]
    assert any(run != runs[0] for run in runs[2:]) == (name in RANDOM)


@pytest.mark.parametrize("name", MINERS)
def test_no_gradient_goes_through_the_choice(name):
    distances = tf.constant(DISTANCES)
    with tf.GradientTape() as tape:
        tape.watch(distances)
        rows = tf.reduce_sum(tf.cast(mine(name, distances, LABELS), tf.float32))
    assert tape.gradient(rows, distances) is None


@pytest.mark.parametrize("name", MINERS)
@pytest.mark.parametrize("labels", [np.zeros(9, "int32"), np.arange(9)], ids=["one class", "all"])
def test_a_graph_without_any_triplet_costs_nothing(name, labels):
    """Eagerly such labels are refused; a graph cannot look, and counts no triplet."""
    found = compiled(name, 3, labels=labels.astype("int32"))
    assert (found[:, 0] == found[:, 1]).all()
    points = tf.constant(POINTS)
    with tf.GradientTape() as tape:
        tape.watch(points)
        loss = triplet(points, found, margin=0.5).loss
    assert float(loss) == 0 and (tape.gradient(loss, points).numpy() == 0).all()


@pytest.mark.parametrize("name", MINERS)
@pytest.mark.parametrize("apart", [np.zeros((9, 9)), np.full((9, 9), 1.2)], ids=["same", "alike"])
def test_equal_distances_still_give_triplets(name, apart):
    """Duplicates, or a collapsed batch, where every comparison is a tie."""
    found = mined(name, distances=apart.astype("float32"))
    a, p, n = found.T
    assert (a != p).all() and (LABELS[a] == LABELS[p]).all() and (LABELS[a] != LABELS[n]).all()
    assert set(a) == set(range(9)) - {7}


# ------------------------------------------------------------------ one by one


def test_batch_hard_is_what_a_loop_finds():
    expected = [
        (
            i,
            max(others(i, True), key=lambda j, i=i: DISTANCES[i, j]),
            min(others(i, False), key=lambda j, i=i: DISTANCES[i, j]),
        )
        for i in range(9)
        if others(i, True)
    ]
    assert mined("batch-hard").tolist() == list(map(list, expected))
    squared = mined("batch-hard", distances=np.square(DISTANCES))
    assert squared.tolist() == mined("batch-hard").tolist()


def test_semi_hard_is_what_a_loop_finds():
    expected, fallbacks = [], 0
    for i, j in PAIRS:
        beyond = [k for k in others(i, False) if DISTANCES[i, k] > DISTANCES[i, j]]
        if beyond:
            negative = min(beyond, key=lambda k, i=i: DISTANCES[i, k])
        else:
            negative = max(others(i, False), key=lambda k, i=i: DISTANCES[i, k])
            fallbacks += 1
        expected.append((i, j, negative))
    assert 0 < fallbacks < len(PAIRS)  # both happen here
    assert as_set(mined("semi-hard")) == sorted(expected)


def test_semi_hard_on_a_line():
    """Positives at 1 and 3, negatives at 0.5, 2 and 2.5 of the anchor: 2, and 2.5 as a fallback."""
    line = np.array([0.0, 1.0, 3.0, -0.5, 2.0, -2.5])
    found = mined("semi-hard", distances=np.abs(line[:, None] - line), labels=[0, 0, 0, 1, 1, 1])
    assert [0, 1, 4] in found.tolist() and [0, 2, 5] in found.tolist()


def test_random_triplets_are_drawn_evenly():
    drawn = np.concatenate([mined("random", (1, k)) for k in range(600)])
    for i in set(range(9)) - {7}:
        a, p, n = drawn[drawn[:, 0] == i].T
        assert len(a) == 600
        for column, rows in ((p, others(i, True)), (n, others(i, False))):
            share = np.bincount(column, minlength=9)[rows] / 600
            np.testing.assert_allclose(share, 1 / len(rows), atol=0.08)  # 4 standard errors


# ------------------------------------------------------------------ distance-weighted


def drawn_at(apart, seeds):
    """How often each of some dissimilar rows is drawn, if these are their distances to all."""
    similar, negatives = 21, len(apart)
    distances = np.zeros((similar + negatives,) * 2, "float32")
    distances[:similar, similar:] = apart
    labels = np.repeat([0, 1], [similar, negatives]).astype("int32")
    rows = np.concatenate([mined("distance-weighted", (2, k), distances, labels) for k in seeds])
    rows = rows[rows[:, 0] < similar]
    assert len(rows) == len(seeds) * similar * (similar - 1)
    return np.bincount(rows[:, 2] - similar, minlength=negatives)


def log_weight(d):
    """−log q(D) of Wu et al. 2017, for a sphere of so many dimensions."""
    return -((DIMENSIONS - 2) * np.log(d) + (DIMENSIONS - 3) / 2 * np.log(1 - d**2 / 4))


def chi_square(counts, weights):
    expected = counts.sum() * weights / weights.sum()
    return np.sum(np.square(counts - expected) / expected)


def test_distance_weights_are_those_of_the_formula():
    """Below 18.5 = the 99.9 % quantile of χ² with 4 degrees of freedom; equal weights are not."""
    apart = np.array([1.0, 1.03, 1.06, 1.1, 1.15])
    counts = drawn_at(apart, range(10))
    assert chi_square(counts, np.exp(log_weight(apart))) < 18.5
    assert chi_square(counts, np.ones(5)) > 100


def test_what_is_nearer_than_the_limit_counts_as_at_the_limit():
    apart = np.array([0.0, 0.2, NEAREST, 0.52])
    counts = drawn_at(apart, range(10))
    weights = np.exp(log_weight(np.maximum(apart, NEAREST)))
    assert chi_square(counts, weights) < 16.3  # 99.9 %, 3 degrees of freedom
    assert counts[3] < counts[:3].min()


def test_what_is_farther_than_the_limit_is_drawn_only_if_nothing_else_is_left():
    counts = drawn_at(np.array([1.3, FARTHEST + 0.01, 1.9, 2.0]), range(4))
    assert counts[0] > 0 and (counts[1:] == 0).all()
    counts = drawn_at(np.array([1.5, 1.7, 1.9, 2.0]), range(10))  # then evenly
    assert chi_square(counts, np.ones(4)) < 16.3


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("name", "distances", "labels", "message"),
    [
        ("hardest", DISTANCES, LABELS, "choose one of random, semi-hard"),
        ("random", DISTANCES, np.zeros(9, int), "labels of one class only"),
        ("random", DISTANCES, np.arange(9), "a label of its own"),
        ("random", DISTANCES[:3], LABELS, r"must be \[batch, batch\]"),
        ("random", DISTANCES, LABELS[:, None], r"must be \[batch, batch\]"),
        ("random", DISTANCES, LABELS[:3], r"must be \[batch, batch\]"),
    ],
)
def test_bad_input_is_refused(name, distances, labels, message):
    with pytest.raises(ValueError, match=message):
        mine(name, distances, labels)


def test_a_graph_must_be_told_how_many_positives_a_row_has():
    with pytest.raises(ValueError, match="say how many positives"):
        compiled("semi-hard", None)
