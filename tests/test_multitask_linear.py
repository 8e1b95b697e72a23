"""Ridge regressions against least squares on augmented data, and shrinkage by its formula."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.multitask.linear import (
    pooled_ridge,
    ridge,
    ridge_per_task,
    ridge_with_intercepts,
)

RNG = np.random.default_rng(0)
X, NEW = RNG.normal(size=(30, 4)), RNG.normal(size=(11, 4))
Y = X @ [1.0, -1.0, 2.0, 0.0] + 3 + 0.5 * RNG.normal(size=30)
TASK, NEW_TASK = RNG.permutation(np.arange(30) % 3), np.arange(11) % 3


def augmented(x, y, penalty):
    """Ridge as least squares: a further row √λ_k e_k with label 0 for every feature k."""
    rows = np.sqrt(np.broadcast_to(penalty, x.shape[1]))
    more = np.vstack([x, np.diag(rows)]), np.r_[y, np.zeros(x.shape[1])]
    return np.linalg.lstsq(*more, rcond=None)[0]


@pytest.mark.parametrize("penalty", [0.0, 2.5, np.array([0.0, 1.0, 10.0, 100.0])])
def test_ridge_is_least_squares_with_further_rows(penalty):
    np.testing.assert_allclose(ridge(X, Y, penalty), augmented(X, Y, penalty), atol=1e-10)


def test_ridge_of_one_feature_by_hand():
    assert ridge(np.array([[1.0], [2.0]]), np.array([2.0, 3.0]), 3.0) == pytest.approx([8 / 8])


@pytest.mark.parametrize("penalty", [-1e-9, np.array([1.0, 1.0, -2.0, 1.0])])
def test_a_negative_penalty_is_refused(penalty):
    with pytest.raises(ValueError, match="penalty must be at least 0"):
        ridge(X, Y, penalty)


def test_the_constant_is_not_penalised():
    """A shift of all labels shifts all predictions; features without meaning predict the mean."""
    moved = pooled_ridge(X, Y + 100, NEW, 5.0) - pooled_ridge(X, Y, NEW, 5.0)
    np.testing.assert_allclose(moved, 100, atol=1e-6)
    np.testing.assert_allclose(pooled_ridge(0 * X, Y, NEW, 5.0), Y.mean(), atol=1e-6)


def test_pooled_ridge_is_ridge_on_centred_data():
    """With a free constant, ridge fits the centred rows: w from X − x̄, constant ȳ − x̄·w."""
    w = augmented(X - X.mean(0), Y - Y.mean(), 5.0)
    wanted = Y.mean() + (NEW - X.mean(0)) @ w
    np.testing.assert_allclose(pooled_ridge(X, Y, NEW, 5.0), wanted, atol=1e-6)


def test_ridge_per_task_is_a_loop_over_tasks():
    found = ridge_per_task(X, Y, TASK, NEW, NEW_TASK, 2.0)
    for row, t in enumerate(NEW_TASK):
        rows = np.isin(TASK, t)
        own = pooled_ridge(X[rows], Y[rows], NEW[row : row + 1], 2.0)
        assert found[row] == pytest.approx(own[0])


def test_a_task_never_seen_predicts_zero():
    found = ridge_per_task(X, Y, TASK, NEW[:2], np.array([7, 1]))
    assert found[0] == 0 and found[1] != 0


@pytest.mark.parametrize("shrinkage", [1.0, 7.0, 50.0])
def test_intercepts_are_shrunken_task_means(shrinkage):
    """Features without meaning, n rows in each task: c_t = n / (n + λ) · (ȳ_t − ȳ)."""
    found = ridge_with_intercepts(
        0 * X, Y, TASK, NEW[:4], np.array([0, 1, 2, 3]), shrinkage=shrinkage
    )
    means = np.array([Y[np.isin(TASK, t)].mean() for t in range(3)])
    wanted = Y.mean() + 10 / (10 + shrinkage) * (means - Y.mean())
    np.testing.assert_allclose(found, [*wanted, Y.mean()], atol=1e-6)  # the last was never seen


def test_intercepts_and_slopes_are_one_least_squares_problem():
    """λ belongs to the intercepts and `penalty` to the slopes, and not the other way round."""
    design = np.column_stack([X, np.ones(30), TASK[:, None] == np.arange(3)])
    w = augmented(design, Y, np.r_[np.full(4, 2.0), 1e-9, np.full(3, 5.0)])
    wanted = NEW @ w[:4] + w[4] + w[5:][NEW_TASK]
    found = ridge_with_intercepts(X, Y, TASK, NEW, NEW_TASK, penalty=2.0, shrinkage=5.0)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_endless_shrinkage_is_pooling():
    found = ridge_with_intercepts(X, Y, TASK, NEW, NEW_TASK, shrinkage=1e12)
    np.testing.assert_allclose(found, pooled_ridge(X, Y, NEW), atol=1e-6)
