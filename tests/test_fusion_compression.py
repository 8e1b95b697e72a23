"""Compression by a stacked auto-encoder: what its error means, and what it can and can't keep."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.fusion.compression import StackedAutoEncoder

RNG = np.random.default_rng(0)
ROWS, SIZE = 256, 6
PLANE = (RNG.normal(size=(ROWS, 2)) @ RNG.normal(size=(2, SIZE)) + 3).astype(np.float32)


@pytest.fixture(scope="module")
def encoder():
    return StackedAutoEncoder(SIZE, (12, 2), steps=800)


@pytest.fixture(scope="module")
def trained(encoder):
    """Code and error of features in a plane, trained twice."""
    found = []
    for _ in range(2):
        encoder.train(PLANE, seed=3)
        found.append((encoder.code(PLANE), encoder.error(PLANE)))
    return found


def linear(weights):
    """A single layer to as many codes as features, with these kernels and biases."""
    made = StackedAutoEncoder(3, (3,))
    made._trainer.model.set_weights(weights)
    return made


def test_error_is_none_for_a_copy_and_one_for_the_mean():
    x = RNG.normal(loc=[0, 5, -2], scale=[1, 2, 3], size=(50, 3)).astype(np.float32)
    zero, one, none = np.zeros((3, 3)), np.eye(3), np.zeros(3)
    assert linear([one, none, one, none]).error(x) == pytest.approx(0, abs=1e-12)
    assert linear([zero, none, zero, x.mean(0)]).error(x) == pytest.approx(1, rel=1e-5)
    half = linear([one, -x.mean(0), one / 2, x.mean(0)])  # half way from the mean
    assert half.error(x) == pytest.approx(0.25, rel=1e-4)
    np.testing.assert_allclose(half.code(x), x - x.mean(0), atol=1e-5)


def test_two_numbers_hold_a_plane(encoder, trained):
    code, error = trained[0]
    assert code.shape == (ROWS, 2) and error < 0.05
    assert encoder.error(PLANE) == pytest.approx(error)


def test_two_numbers_don_t_hold_independent_features(encoder):
    """A plane through 6 independent features of equal variance leaves 4/6; no net does wonders."""
    noise = np.random.default_rng(1).normal(size=(ROWS, SIZE)).astype(np.float32)
    encoder.train(noise, seed=0)
    assert 0.3 < encoder.error(noise) < 0.85


def test_training_starts_over(trained):
    (code, error), (again, error_again) = trained
    np.testing.assert_array_equal(code, again)
    assert error == error_again


def test_the_code_is_the_middle_of_the_network(encoder, trained):
    encoder.train(PLANE, seed=3)
    k1, b1, k2, b2, k3, b3, k4, b4 = encoder._trainer.model.get_weights()
    assert [k.shape for k in (k1, k2, k3, k4)] == [(6, 12), (12, 2), (2, 12), (12, 6)]
    code = np.maximum(PLANE @ k1 + b1, 0) @ k2 + b2
    np.testing.assert_allclose(encoder.code(PLANE), code, atol=1e-3)
    rebuilt = np.maximum(code @ k3 + b3, 0) @ k4 + b4
    wanted = ((rebuilt - PLANE) ** 2).mean() / PLANE.var(0).mean()
    assert encoder.error(PLANE) == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize(("size", "widths"), [(0, (4,)), (5, ()), (5, (4, 0)), (5, (-1,))])
def test_sizes_below_one_are_refused(size, widths):
    with pytest.raises(ValueError, match=f"sizes must be positive, got {size} features and widths"):
        StackedAutoEncoder(size, widths)


def test_a_batch_needs_64_rows(encoder):
    with pytest.raises(ValueError, match="a batch of 64 is larger than the 63 rows"):
        encoder.train(PLANE[:63], seed=0)
