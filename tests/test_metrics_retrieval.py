"""Distances and retrieval against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lecturekit import metrics
from lecturekit.metrics import distances, map_at_r, recall_at_k

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(7, 3)), RNG.normal(size=(4, 3))
LABELS = np.repeat([0, 1, 2], [6, 3, 5])[RNG.permutation(14)]
POINTS = RNG.normal(size=(14, 2)) + LABELS[:, None]
BETWEEN = distances(POINTS)


def by_loop(a, b, metric):
    if metric == "euclidean":
        return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))
    if metric == "manhattan":
        return sum(abs(x - y) for x, y in zip(a, b, strict=True))
    return 1 - sum(a * b) / math.sqrt(sum(a * a) * sum(b * b))


def neighbours(i):
    return sorted((j for j in range(14) if j != i), key=lambda j: BETWEEN[i, j])


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
@pytest.mark.parametrize("other", [B, None], ids=["two sets", "one set"])
def test_distances_are_those_of_a_loop(metric, other):
    expected = [[by_loop(a, b, metric) for b in (A if other is None else other)] for a in A]
    np.testing.assert_allclose(distances(A, other, metric), expected, atol=1e-7)


def test_between_unit_vectors_squared_distance_is_twice_the_cosine_distance():
    unit = A / np.linalg.norm(A, axis=1, keepdims=True)
    np.testing.assert_allclose(
        distances(unit) ** 2, 2 * distances(unit, metric="cosine"), atol=1e-12
    )


@pytest.mark.parametrize("k", [1, 2, 5, 13])
def test_recall_is_what_a_loop_counts(k):
    hits = [any(LABELS[j] == LABELS[i] for j in neighbours(i)[:k]) for i in range(14)]
    assert recall_at_k(BETWEEN, LABELS, k) == pytest.approx(100 * np.mean(hits))


def test_map_at_r_is_what_a_loop_counts():
    values = []
    for i in range(14):
        others = int(np.sum(LABELS[i] == LABELS)) - 1
        hits = [LABELS[j] == LABELS[i] for j in neighbours(i)[:others]]
        precision = [sum(hits[: k + 1]) / (k + 1) for k in range(others) if hits[k]]
        values.append(sum(precision) / others)
    assert map_at_r(BETWEEN, LABELS) == pytest.approx(100 * np.mean(values))


def test_map_at_r_by_hand():
    """Row 0 has R = 2 and finds hit, miss: (1/1) / 2. Its class finds the same or less."""
    line = np.abs(np.subtract.outer([0.0, 1, 2, 3, 10], [0.0, 1, 2, 3, 10]))
    labels = ["a", "a", "b", "a", "b"]
    # a at 0: a b → 1/2; a at 1: a b (tie by row) → 1/2; a at 3: b a → 1/4; b at 2: a → 0; b: a → 0
    assert map_at_r(line, labels) == pytest.approx(100 * (1 / 2 + 1 / 2 + 1 / 4) / 5)


def test_a_perfect_and_a_collapsed_embedding():
    apart = distances(LABELS[:, None] * 1.0)
    assert map_at_r(apart, LABELS) == recall_at_k(apart, LABELS) == 100
    collapsed = map_at_r(np.zeros((14, 14)), LABELS)  # ranked by row number: mere chance
    assert 0 < collapsed < 60


def test_the_input_is_left_as_it_was():
    before = BETWEEN.copy()
    map_at_r(BETWEEN, LABELS)
    assert (before == BETWEEN).all()


@pytest.mark.parametrize(
    ("distance", "labels", "message"),
    [
        (BETWEEN[:3], LABELS, r"\[rows, rows\]"),
        (BETWEEN, LABELS[:3], r"\[rows, rows\]"),
        (np.zeros((1, 1)), [0], "two rows or more"),
        (np.full((2, 2), np.nan), [0, 0], "must be finite"),
    ],
)
def test_bad_distances_are_refused(distance, labels, message):
    for measure in (map_at_r, recall_at_k):
        with pytest.raises(ValueError, match=message):
            measure(distance, labels)


def test_a_class_with_a_single_row_is_named():
    with pytest.raises(ValueError, match="class 5 has a single row"):
        map_at_r(np.zeros((3, 3)), [4, 4, 5])


@pytest.mark.parametrize("k", [0, 14])
def test_more_neighbours_than_there_are_is_refused(k):
    with pytest.raises(ValueError, match="k must be 1 … 13"):
        recall_at_k(BETWEEN, LABELS, k)


@pytest.mark.parametrize(
    ("a", "b", "metric", "message"),
    [
        (A, B[:, :2], "euclidean", "of 3 and of 2 dimensions"),
        (A[0], None, "euclidean", r"\[rows, dimensions\]"),
        (A[:0], None, "euclidean", "not empty"),
        (A * np.nan, None, "cosine", "NaN or infinity"),
        (A * 0, None, "cosine", "no direction"),
        (A, None, "jaccard", "choose euclidean"),
    ],
)
def test_rows_without_a_distance_are_refused(a, b, metric, message):
    with pytest.raises(ValueError, match=message):
        distances(a, b, metric)


def test_all_at_once_is_one_by_one():
    rng = np.random.default_rng(3)
    distance, labels = metrics.distances(rng.normal(size=(30, 3))), np.repeat(range(5), 6)
    found = metrics.recalls_and_map(distance, labels, (1, 3))
    assert found == {
        "R@1": metrics.recall_at_k(distance, labels, 1),
        "R@3": metrics.recall_at_k(distance, labels, 3),
        "MAP@R": metrics.map_at_r(distance, labels),
    }
