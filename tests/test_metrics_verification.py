"""Error rates, ROC and equal error rate: numbers by hand, and a plain loop over thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.metrics import error_rates, pairs_of, tar_at_far, verification

RNG = np.random.default_rng(0)
SAME = RNG.random(200) < 0.3
DISTANCE = np.round(RNG.normal(size=200) + 1.2 * ~SAME, 1)  # with ties
# By hand: same pairs at 1, 2, 4; different ones at 3, 5, 6, 7.
D, S = np.array([1.0, 2, 4, 3, 5, 6, 7]), np.array([True, True, True, False, False, False, False])


def test_rates_by_hand():
    found = verification(D, S)
    assert found.threshold.tolist() == [-np.inf, 1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_allclose(found.far, [0, 0, 0, 25, 25, 50, 75, 100])
    np.testing.assert_allclose(found.frr, np.array([3, 2, 1, 1, 0, 0, 0, 0]) * 100 / 3)
    assert found.auc == pytest.approx(100 * 11 / 12)  # 11 of 12 same-different pairs in order
    # From τ = 3 (25, 33.3) to τ = 4 (25, 0): FAR = FRR at 25.
    assert found.eer == pytest.approx(25)
    assert found.eer_threshold == 3


def test_every_threshold_is_what_a_loop_counts():
    found = verification(DISTANCE, SAME)
    for threshold, far, frr in zip(found.threshold, found.far, found.frr, strict=True):
        accepted = [d <= threshold for d in DISTANCE]
        wrong = [a for a, s in zip(accepted, SAME, strict=True) if not s]
        right = [a for a, s in zip(accepted, SAME, strict=True) if s]
        assert far == pytest.approx(100 * sum(wrong) / len(wrong))
        assert frr == pytest.approx(100 - 100 * sum(right) / len(right))
        assert error_rates(DISTANCE, SAME, threshold) == pytest.approx((far, frr))


def test_the_area_counts_ordered_pairs_and_half_of_the_ties():
    wins = [
        1.0 if near < far else 0.5 if near == far else 0.0
        for near in DISTANCE[SAME]
        for far in DISTANCE[~SAME]
    ]
    assert verification(DISTANCE, SAME).auc == pytest.approx(100 * np.mean(wins))


def test_equal_error_lies_where_both_lines_cross():
    found = verification(DISTANCE, SAME)
    grid = np.linspace(0, 1, 20001)  # along the polyline of (FAR, FRR)
    place = np.arange(len(found.far))
    far = np.interp(grid * place[-1], place, found.far)
    frr = np.interp(grid * place[-1], place, found.frr)
    assert found.eer == pytest.approx(far[np.argmin(np.abs(far - frr))], abs=0.05)


def test_perfect_and_useless_distances():
    perfect = verification([1, 2, 3, 4], np.array([True, True, False, False]))
    assert (perfect.auc, perfect.eer, perfect.eer_threshold) == (100, 0, 2)
    useless = verification([1, 1, 1, 1], np.array([True, True, False, False]))
    assert (useless.auc, useless.eer) == (50, 50)


def test_acceptance_at_a_given_rate():
    assert tar_at_far(D, S, 0) == pytest.approx(200 / 3)
    assert tar_at_far(D, S, 24) == pytest.approx(200 / 3)
    assert tar_at_far(D, S, 25) == tar_at_far(D, S, 100) == 100


def test_pairs_are_unordered_and_without_the_diagonal():
    distance = np.arange(16.0).reshape(4, 4)
    found, same = pairs_of(distance, ["a", "b", "a", "b"])
    assert found.tolist() == [1, 2, 3, 6, 7, 11]
    assert same.tolist() == [False, True, False, False, True, False]


@pytest.mark.parametrize(
    ("distance", "same", "message"),
    [
        (D, np.ones(7, bool), "only same pairs"),
        (D, np.zeros(7, bool), "only different pairs"),
        ([], np.zeros(0, bool), "only different pairs"),
        (D, S[:3], "for each pair"),
        (D, S.astype(int), "same is int64"),
        (np.where(S, np.nan, D), S, "must be finite"),
    ],
)
def test_bad_pairs_are_refused(distance, same, message):
    with pytest.raises(ValueError, match=message):
        verification(distance, same)
    with pytest.raises(ValueError, match=message):
        error_rates(distance, same, 1.0)


@pytest.mark.parametrize("far", [-1, 101])
def test_a_rate_beyond_percent_is_refused(far):
    with pytest.raises(ValueError, match="between 0 and 100"):
        tar_at_far(D, S, far)


@pytest.mark.parametrize(
    ("distance", "labels"), [(np.eye(3), [0, 1]), (np.zeros((2, 3)), [0, 1]), (np.eye(1), [0])]
)
def test_pairs_of_shapes_that_do_not_fit_are_refused(distance, labels):
    with pytest.raises(ValueError, match=r"\[rows, rows\]"):
        pairs_of(distance, labels)
