"""Granger's F against normal equations in a loop, and clusters of channels with known groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lecturekit.fusion.granger import MOST, clusters, f_statistics, make_channels, strength

RNG = np.random.default_rng(0)
LENGTH = 120
SERIES = RNG.normal(size=(LENGTH, 3))
SERIES[1:, 1] += 0.8 * SERIES[:-1, 0]  # 0 foretells 1; nobody else anybody
CONSTANTS = (0.0, 0.1, 1e6 + 0.1)


def by_normal_equations(x, lags):
    """F of all pairs, regression by regression, row by row."""
    count, channels = x.shape
    found = np.zeros((channels, channels))

    def residual(j, helpers):
        rows = [
            [1.0, *(x[t - k, h] for h in helpers for k in range(1, lags + 1))]
            for t in range(lags, count)
        ]
        design, target = np.array(rows), x[lags:, j]
        weights = np.linalg.solve(design.T @ design, design.T @ target)
        return sum((y - row @ weights) ** 2 for y, row in zip(target, design, strict=True))

    for i in range(channels):
        for j in range(channels):
            if i != j:
                alone, both = residual(j, [j]), residual(j, [j, i])
                free = count - lags - 2 * lags - 1
                found[i, j] = ((alone - both) / lags) / (both / free)
    return found


@pytest.mark.parametrize("lags", [1, 2, 3])
def test_f_is_two_regressions(lags):
    np.testing.assert_allclose(
        f_statistics(SERIES, lags), by_normal_equations(SERIES, lags), rtol=1e-8, atol=1e-10
    )


def test_direction_and_unit_don_t_mix():
    found = f_statistics(SERIES, 1)
    assert found[0, 1] > 20 and np.delete(found.ravel(), 1).max() < 8
    for scaled in (SERIES * [1e-9, 5, 1e9], SERIES + np.array([0, 3, -100])):
        np.testing.assert_allclose(f_statistics(scaled, 1), found, rtol=1e-6)


def test_f_is_distributed_as_f_where_nothing_foretells():
    """Of 300 independent channels' F, as many are below F's quantiles as should be."""
    noise = np.random.default_rng(1).normal(size=(100, 18))
    found = f_statistics(noise, 2)[~np.eye(18, dtype=bool)]
    for share in (0.25, 0.5, 0.9):
        below = (found < stats.f.ppf(share, 2, 100 - 7)).mean()
        assert below == pytest.approx(share, abs=0.08)


def test_strength_is_the_smaller_p_value_of_both_directions():
    found = strength(SERIES, 2)
    p = stats.f.sf(f_statistics(SERIES, 2), 2, LENGTH - 7)
    for i in range(3):
        for j in range(3):
            wanted = 0 if i == j else -np.log10(min(p[i, j], p[j, i]))
            assert found[i, j] == pytest.approx(wanted)


@pytest.mark.parametrize("value", CONSTANTS)
def test_a_channel_that_never_changes_foretells_nothing(value):
    x = np.insert(SERIES, 1, value, axis=1)
    found = f_statistics(x)
    assert not found[1].any() and not found[:, 1].any()
    np.testing.assert_allclose(np.delete(np.delete(found, 1, 0), 1, 1), f_statistics(SERIES))
    assert not strength(np.full((30, 3), value)).any()
    assert len(set(clusters(x, count=4))) == 4


def test_an_exact_delay_is_as_strong_as_can_be():
    x = SERIES.copy()
    x[1:, 2] = x[:-1, 0]
    assert strength(x)[0, 2] == MOST
    np.testing.assert_array_equal(clusters(x), [0, 0, 0])  # 0 also foretells 1
    x[:, 1] = RNG.normal(size=LENGTH)
    found = clusters(x)
    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [None, 3])
def test_groups_are_found_again(seed, count):
    series, group = make_channels(seed=seed)
    found = clusters(series, count=count)
    assert found.dtype == np.int32 and set(found) == {0, 1, 2}
    same = np.equal.outer
    np.testing.assert_array_equal(same(found, found), same(group, group))


def test_channels_that_foretell_nothing_stay_alone():
    """Also the strongest of pairs that don't pass; wrong in about 1 of 100 draws."""
    draws = [np.random.default_rng(seed).normal(size=(200, 6)) for seed in range(5)]
    assert sum(len(set(clusters(noise))) == 6 for noise in draws) >= 4
    for count in (1, 2, 6):
        assert set(clusters(draws[0], count=count)) == set(range(count))


def test_made_channels():
    series, group = make_channels(groups=2, each=3, length=5000, seed=1)
    assert series.shape == (5000, 6) and sorted(group) == [0, 0, 0, 1, 1, 1]
    again, _ = make_channels(groups=2, each=3, length=5000, seed=1)
    np.testing.assert_array_equal(series, again)
    first = min(range(6), key=lambda c: series[:, c].var())  # a driver: x = .5 x' + noise
    assert series[:, first].var() == pytest.approx(1 / (1 - 0.5**2), rel=0.1)
    lagged = np.corrcoef(series[1:, first], series[:-1, first])[0, 1]
    assert lagged == pytest.approx(0.5, abs=0.05)


def test_made_channels_without_coupling_are_alone():
    assert len(set(clusters(make_channels(coupling=0.0, seed=0)[0]))) == 9


@pytest.mark.parametrize("shape", [(50,), (50, 1), (50, 2, 2)])
def test_two_channels_are_the_least(shape):
    with pytest.raises(ValueError, match=r"series must be \[time, two or more channels\], got"):
        f_statistics(RNG.normal(size=shape))


@pytest.mark.parametrize("lags", [1, 2, 3, 5])
def test_the_shortest_series(lags):
    least = 3 * lags + 2
    assert np.isfinite(f_statistics(SERIES[:least], lags)).all()
    text = f"{least - 1} moments are too few for {lags} lags: {least} are the least"
    with pytest.raises(ValueError, match=text):
        f_statistics(SERIES[: least - 1], lags)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gaps_are_refused(bad):
    with pytest.raises(ValueError, match="series hold NaN or infinity; fill or cut those moments"):
        f_statistics(np.where(SERIES[3, 1] == SERIES, bad, SERIES))


def test_other_bad_input():
    with pytest.raises(ValueError, match="lags must be 1 or more, not 0"):
        f_statistics(SERIES, 0)
    for count in (0, 4):
        with pytest.raises(ValueError, match=f"3 channels make 1 to 3 clusters, not {count}"):
            clusters(SERIES, count=count)
    with pytest.raises(ValueError, match="at least two channels, got 1 groups of 1"):
        make_channels(groups=1, each=1, seed=0)
    with pytest.raises(ValueError, match="at least two channels, got 0 groups of 3"):
        make_channels(groups=0, seed=0)
