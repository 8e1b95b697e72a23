"""The generators keep to the figures that they state, and the knobs do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import DataError, make_schools, make_survey, ratings, split

SEEDS = (0, 1, 2)


def between(table) -> float:
    """Share of the target's variance that lies between tasks."""
    y = table.y.astype(float)
    means = np.bincount(table.task, y) / table.sizes
    return float((table.sizes * (means - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def explained(table, seed=0) -> tuple[float, float]:
    """Held-out variance explained by one linear model, then with a shrunk constant per task."""
    train, test = split(table, seed=seed)
    y = table.y.astype(float)
    x = np.c_[np.ones(len(y)), table.x]
    residual = y - x @ np.linalg.lstsq(x[train], y[train], rcond=None)[0]
    rows = np.bincount(table.task[train], minlength=len(table.tasks))
    shift = np.bincount(table.task[train], residual[train]) / (rows + 10)
    left = residual[test] - shift[table.task[test]]
    total = ((y[test] - y[test].mean()) ** 2).sum()
    return 1 - (residual[test] ** 2).sum() / total, 1 - (left**2).sum() / total


@pytest.mark.parametrize("seed", SEEDS)
def test_schools_keep_the_stated_figures(seed):
    made = make_schools(seed)
    assert made.x.shape == (15374, 27) and len(made.tasks) == 139
    assert (made.sizes.min(), made.sizes.max()) == (22, 251)
    assert made.sizes.mean() == pytest.approx(110, abs=1)
    assert np.array_equal(made.y, made.y.round()) and (made.y.min(), made.y.max()) == (1, 70)
    assert made.y.mean() == pytest.approx(20.6, abs=0.1)
    assert made.y.std() == pytest.approx(12.7, abs=0.1)
    assert between(made) == pytest.approx(0.115, abs=0.015)
    spread = np.array([np.ptp(made.x[made.task == t], axis=0) for t in range(139)]).max(0)
    assert (spread == 0).sum() == 8


def test_schools_ladder_pooled_then_constants():
    steps = np.array([explained(make_schools(seed), seed) for seed in SEEDS])
    assert 0.32 < steps[:, 0].mean() < 0.36
    assert 0.36 < steps[:, 1].mean() < 0.40
    assert (np.diff(steps) > 0.025).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_survey_keeps_the_stated_figures(seed):
    made = make_survey(seed)
    assert made.x.shape == (3800, 13) and (made.sizes == 20).all()
    x, y = ratings(made)
    assert set(np.unique(x)) == {-1, 1} and (x.sum(0) == 0).all()
    assert np.linalg.matrix_rank(np.c_[np.ones(20), x]) == 14
    assert set(np.unique(y)) == set(range(11))
    assert y.mean() == pytest.approx(4.75, abs=0.05) and y.std() == pytest.approx(2.81, abs=0.06)
    assert between(made) == pytest.approx(0.28, abs=0.02)
    assert y.mean(1).var() / y.var() == pytest.approx(0.24, abs=0.02)


def test_relatedness_one_is_the_same_taste_and_zero_none_in_common():
    same = ratings(make_survey(0, relatedness=1, intercepts=0, noise=0))[1]
    none = ratings(make_survey(0, relatedness=0, intercepts=0, noise=0))[1]
    assert (same == same[:, :1]).all()
    assert none.mean(1).var() / none.var() < 0.02


def test_relatedness_moves_what_a_pooled_model_explains():
    pooled = [explained(make_schools(0, relatedness=r))[0] for r in (0.0, 0.5, 1.0)]
    assert pooled[0] < 0.03 and pooled[0] < pooled[1] - 0.1 < pooled[2] - 0.2


def test_intercepts_and_noise_are_shares():
    assert between(make_survey(1, intercepts=0.8, noise=0.1)) == pytest.approx(0.8, abs=0.03)
    assert between(make_schools(1, intercepts=0.0, noise=0.9)) < 0.04
    assert explained(make_schools(1, noise=0.94))[1] < 0.07


@pytest.mark.parametrize("knob", [{"relatedness": 0}, {"intercepts": 0.3}, {"noise": 0.9}])
def test_mean_and_spread_stay_put_while_a_knob_turns(knob):
    made = make_schools(0, **knob)
    assert made.y.mean() == pytest.approx(20.6, abs=0.2)
    assert made.y.std() == pytest.approx(12.7, abs=0.2)


def test_the_seed_decides_everything():
    assert np.array_equal(make_schools(3).x, make_schools(3).x)
    assert np.array_equal(make_survey(3).y, make_survey(3).y)
    assert not np.array_equal(make_survey(3).y, make_survey(4).y)


def test_other_sizes():
    assert make_schools(0, schools=2).sizes.tolist() in ([22, 251], [251, 22])
    made = make_survey(0, people=3, computers=15)
    assert made.sizes.tolist() == [15, 15, 15] and np.abs(made.x[:15].sum(0)).max() == 1


@pytest.mark.parametrize("make", [make_schools, make_survey])
def test_never_presented_as_real(make):
    made = make(0)
    assert "synthetic" in made.card.title and "not real" in made.card.source
    assert "made-up" in made.target and "every row is made up" in made.card.not_for
    assert not made.card.files


@pytest.mark.parametrize(
    ("make", "knob", "message"),
    [
        (make_schools, {"relatedness": 1.2}, "relatedness=1.2: give a correlation"),
        (make_schools, {"noise": 0.96}, "noise=0.96 are shares of the variance"),
        (make_survey, {"intercepts": -0.1}, "intercepts=-0.1"),
        (make_survey, {"noise": float("nan")}, "noise=nan"),
        (make_schools, {"schools": 1}, "one task only: schools=1"),
        (make_survey, {"people": 1}, "one task only: people=1"),
        (make_survey, {"computers": 13}, "computers=13 are too few.*14 or more"),
    ],
)
def test_bad_knobs(make, knob, message):
    with pytest.raises(DataError, match=message):
        make(0, **knob)
