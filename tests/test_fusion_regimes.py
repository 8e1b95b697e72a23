"""Modalities made to order: what either one tells, and what only both tell, in closed form."""

from __future__ import annotations

from math import cos, erf, pi, sin, sqrt

import numpy as np
import pytest

from lecturekit.fusion.regimes import (
    EVIDENCE,
    INTERACTION,
    NUISANCE,
    REGIMES,
    make_dial,
    make_regime,
)

ROWS, SIZE = 20_000, 6


def normal_below(z):
    return (1 + erf(z / sqrt(2))) / 2


def signs(data):
    return 2.0 * data.label - 1


def own_direction(x, sign):
    """Unit vector from one class to the other, and their distance."""
    difference = x[sign > 0].mean(0) - x[sign < 0].mean(0)
    size = float(np.linalg.norm(difference))
    return difference / size, size


def linear_accuracy(x, sign):
    """Of the best linear classifier, fitted on one half (least squares) and tested on the other."""
    x = np.concatenate([x, np.ones((len(x), 1))], 1)
    half = len(x) // 2
    weights = np.linalg.lstsq(x[:half], sign[:half], rcond=None)[0]
    return (np.sign(x[half:] @ weights) == sign[half:]).mean()


@pytest.fixture(scope="module", params=[0, 1])
def dialled(request):
    """Dial → data of this seed."""
    return {dial: make_dial(dial, ROWS, seed=request.param, size=SIZE) for dial in (0, 0.5, 1)}


def test_redundant_modalities_each_tell_the_label(dialled):
    """x·u = E s + ε: correlation E / √(E² + 1), classes 2 E apart."""
    data = dialled[0]
    for x in (data.first, data.second):
        direction, apart = own_direction(x, signs(data))
        assert apart == pytest.approx(2 * EVIDENCE, abs=0.05)
        found = np.corrcoef(x @ direction, signs(data))[0, 1]
        assert found == pytest.approx(EVIDENCE / sqrt(EVIDENCE**2 + 1), abs=0.02)
        assert linear_accuracy(x, signs(data)) == pytest.approx(normal_below(EVIDENCE), abs=0.02)


def test_redundant_modalities_are_independent_given_the_label(dialled):
    """Together Φ(√2 E), and within a class no correlation."""
    data = dialled[0]
    both = np.concatenate([data.first, data.second], 1)
    wanted = normal_below(sqrt(2) * EVIDENCE)
    assert linear_accuracy(both, signs(data)) == pytest.approx(wanted, abs=0.02)
    for label in (0, 1):
        rows = both[data.label == label]
        across = np.corrcoef(rows.T)[:SIZE, SIZE:]
        assert np.abs(across).max() < 5 / sqrt(len(rows))


def test_synergy_is_an_exclusive_or(dialled):
    data, chance = dialled[1], 4 * sqrt(0.25 / (ROWS / 2))
    for x in (data.first, data.second, np.concatenate([data.first, data.second], 1)):
        assert linear_accuracy(x, signs(data)) == pytest.approx(0.5, abs=chance)
    product = np.ones(ROWS)
    for x in (data.first, data.second):  # the sign's direction is the one of largest variance
        spread, along = np.linalg.eigh(np.cov(x.T))
        assert spread[-1] == pytest.approx(1 + INTERACTION**2, rel=0.05)
        product *= np.sign(x @ along[:, -1])
    error = normal_below(-INTERACTION)
    right = (product == signs(data)).mean()
    right = max(right, 1 - right)  # an eigenvector has no sign
    assert right == pytest.approx((1 - error) ** 2 + error**2, abs=0.003)


def test_half_way_has_both(dialled):
    data = dialled[0.5]
    for x in (data.first, data.second):
        _, apart = own_direction(x, signs(data))
        assert apart == pytest.approx(2 * EVIDENCE * cos(pi / 4), abs=0.1)
        largest = np.linalg.eigvalsh(np.cov(x.T))[-1]
        assert largest == pytest.approx(1 + (INTERACTION * sin(pi / 4)) ** 2, rel=0.05)


def test_the_size_of_the_interaction_can_be_chosen():
    data = make_dial(1, ROWS, seed=3, size=SIZE, interaction=5.0)
    assert np.linalg.eigvalsh(np.cov(data.first.T))[-1] == pytest.approx(26, rel=0.05)


def test_a_shared_nuisance_is_to_be_subtracted():
    """First alone Φ(2E / √(N² + 1)); with the second N² leaves N² / (N² + 1); second alone ½."""
    data = make_regime("shared nuisance", ROWS, seed=0, size=SIZE)
    sign, shift, square = signs(data), 2 * EVIDENCE, NUISANCE**2
    alone = normal_below(shift / sqrt(square + 1))
    both = normal_below(shift / sqrt(1 + square / (square + 1)))
    assert linear_accuracy(data.first, sign) == pytest.approx(alone, abs=0.02)
    assert linear_accuracy(data.second, sign) == pytest.approx(0.5, abs=0.02)
    together = np.concatenate([data.first, data.second], 1)
    assert linear_accuracy(together, sign) == pytest.approx(both, abs=0.02)
    assert both - alone > 0.15


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("rows", [2, 7, 30])
def test_labels_are_balanced_and_arrays_as_promised(regime, rows):
    data = make_regime(regime, rows, seed=4, size=3)
    assert data.first.shape == data.second.shape == (rows, 3)
    assert data.first.dtype == data.second.dtype == np.float32
    assert data.label.dtype == np.int32 and data.label.sum() == rows // 2


@pytest.mark.parametrize("regime", REGIMES)
def test_data_belong_to_their_seed(regime):
    one, again, other = (make_regime(regime, 50, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(one, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


@pytest.mark.parametrize(("regime", "dial"), [("independent", 0), ("synergy", 1)])
def test_two_regimes_are_the_ends_of_the_dial(regime, dial):
    for a, b in zip(make_regime(regime, 20, seed=5), make_dial(dial, 20, seed=5), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_cannot_be_made():
    with pytest.raises(ValueError, match="unknown regime 'xor'; choose one of independent, synerg"):
        make_regime("xor", 10, seed=0)
    for dial in (-0.1, 1.01, float("nan")):
        with pytest.raises(ValueError, match=r"from 0 \(redundancy\) to 1 \(synergy\), not to"):
            make_dial(dial, 10, seed=0)
    for regime in REGIMES:
        with pytest.raises(ValueError, match="at least 2 rows and 2 features a modality, got 1 an"):
            make_regime(regime, 1, seed=0)
        with pytest.raises(ValueError, match="2 features a modality, got 10 and 1"):
            make_regime(regime, 10, seed=0, size=1)
