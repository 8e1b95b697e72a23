"""Linear CKA: what it doesn't see, and against the double sum that it is."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.fusion.similarity import cka_matrix, linear_cka, most_similar

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 5))
Y = RNG.normal(size=(12, 3)) + X[:, :3]


def hsic(x, y):
    """Σᵢⱼ of the centred kernels' products (the factor cancels), by loops over pairs of rows."""
    rows = len(x)
    k = [[float(a @ b) for b in x] for a in x]
    other = [[float(a @ b) for b in y] for a in y]

    def centred(kernel, i, j):
        return (
            kernel[i][j]
            - sum(kernel[i]) / rows
            - sum(kernel[n][j] for n in range(rows)) / rows
            + sum(map(sum, kernel)) / rows**2
        )

    pairs = [(i, j) for i in range(rows) for j in range(rows)]
    return sum(centred(k, i, j) * centred(other, i, j) for i, j in pairs)


def test_it_is_the_normalised_double_sum():
    wanted = hsic(X, Y) / (hsic(X, X) * hsic(Y, Y)) ** 0.5
    assert linear_cka(X, Y) == pytest.approx(wanted, rel=1e-9)
    assert linear_cka(Y, X) == pytest.approx(wanted, rel=1e-9)
    assert 0.1 < wanted < 0.9


def test_activations_are_like_themselves_turned_scaled_and_moved():
    turn, _ = np.linalg.qr(RNG.normal(size=(5, 5)))
    assert linear_cka(X, X) == pytest.approx(1)
    assert linear_cka(X, -7 * X @ turn + 100) == pytest.approx(1)
    assert linear_cka(X @ turn, Y) == pytest.approx(linear_cka(X, Y))
    assert linear_cka(X, X * [1, 1, 1, 1, 30]) < 0.9  # but not scaled one by one


def test_by_hand():
    """Uncorrelated columns a, b of equal length: a against [a, b] is 1 / √2, a against b 0."""
    a, b = np.array([[1.0, 1, -1, -1]]).T, np.array([[1.0, -1, 1, -1]]).T
    assert linear_cka(a, np.hstack([a, b])) == pytest.approx(2**-0.5)
    assert linear_cka(a, b) == pytest.approx(0)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 + 0.1])
@pytest.mark.parametrize("rows", [7, 12, 100])
def test_activations_that_never_change_are_like_nothing(value, rows):
    constant = np.full((rows, 4), value, np.float32)
    changing = np.random.default_rng(1).normal(size=(rows, 2))
    assert linear_cka(constant, constant) == 0
    assert linear_cka(constant, changing) == linear_cka(changing, constant) == 0
    dead = np.hstack([changing, constant])  # one dead unit counts for nothing
    assert linear_cka(dead, changing) == pytest.approx(1)


def test_the_matrix_holds_all_pairs():
    found = cka_matrix([X, Y], [Y, X, X[:, :1]])
    wanted = [[linear_cka(a, b) for b in (Y, X, X[:, :1])] for a in (X, Y)]
    np.testing.assert_array_equal(found, wanted)
    assert most_similar(found) == (1, 0)


def test_of_equals_the_deepest_pair():
    assert most_similar([[0.2, 0.9], [0.9, 0.1]]) == (1, 0)
    assert most_similar([[0.2, 0.3, 0.1]]) == (0, 1)


@pytest.mark.parametrize(
    ("x", "y"), [(X, Y[:5]), (X[0], Y[0]), (X[:1], Y[:1]), (X[:, :, None], Y), (X[:0], Y[:0])]
)
def test_activations_of_other_rows_are_refused(x, y):
    with pytest.raises(ValueError, match="of the same two or more rows, got"):
        linear_cka(x, y)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_broken_activations_are_refused(bad):
    broken = np.where(np.arange(12)[:, None] == 3, bad, X)
    for pair in [(X, broken), (broken, X)]:
        with pytest.raises(ValueError, match="activations hold NaN or infinity"):
            linear_cka(*pair)
