"""The ladder: its networks, and folds without a leak."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lecturekit.datasets import load_schools
from lecturekit.multitask import ladder, splits

REAL = Path(os.environ.get("LECTUREKIT_DATA", "no such folder"))
TRUNK = 3 * 32 + 32 + 32 * 16 + 16
SIZES = {  # with 3 features and 4 tasks
    "independent": 4 * (TRUNK + 17),
    "pooled": TRUNK + 17,
    "pooled + intercept": TRUNK + 17 + 4,
    "soft sharing": 4 * (TRUNK + 17),
    "heads": TRUNK + 4 * 17,
    "gate, free": TRUNK + 17 + 4 * 32,
    "gate, sigmoid": TRUNK + 17 + 4 * 32,
    "gate, FiLM": TRUNK + 17 + 2 * 4 * 32,
    "gate, low rank": TRUNK + 17 + 4 * 4 + 4 * 32,
}


@pytest.mark.parametrize("rung", ladder.LADDER)
def test_rungs_differ_in_what_is_shared_only(rung):
    model = ladder.build(rung, 3, 4, seed=1)
    assert model.count_params() == SIZES[rung]
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    starts = np.stack([model([x, np.full(6, t, np.int32)]) for t in range(4)])
    assert starts.shape == (4, 6) and np.ptp(starts[0]) > 0
    if rung != "gate, low rank":  # every task starts as the same network
        np.testing.assert_array_equal(starts, starts[:1].repeat(4, 0))
    same, other = (ladder.build(rung, 3, 4, seed).get_weights() for seed in (1, 2))
    assert all(map(np.array_equal, same, model.get_weights()))
    assert not all(map(np.array_equal, other, model.get_weights()))


@pytest.mark.parametrize("rung", ladder.LADDER)
def test_all_but_the_pooled_network_can_tell_tasks_apart(rung):
    model = ladder.build(rung, 3, 4, seed=0)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    x = np.ones((4, 3), np.float32)
    different = len(np.unique(model([x, np.arange(4)])))
    assert different == (1 if rung == "pooled" else 4)


def test_only_soft_sharing_is_pulled():
    x, task = np.ones((2, 3), np.float32), np.array([0, 1])
    pulled = []
    for rung in ladder.LADDER:
        model = ladder.build(rung, 3, 4, seed=0)
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
        model([x, task])
        pulled += [rung] if sum(map(float, model.losses)) > 0 else []
    assert pulled == ["soft sharing"]


def test_main_rungs_are_on_the_ladder():
    assert set(ladder.MAIN_RUNGS) <= set(ladder.LADDER)


def check_folds(folds, table):
    """No test row is trained or stopped on, every task can be learnt, scales are the train's."""
    for on in folds:
        parts = [set(on.train.tolist()), set(on.valid.tolist()), set(on.test.tolist())]
        assert sum(map(len, parts)) == len(on.train) + len(on.valid) + len(on.test)
        assert len(set.union(*parts)) == sum(map(len, parts))
        assert set(table.task[on.train]) == set(range(on.tasks)) == set(range(len(table.tasks)))
        seen = np.concatenate([on.train, on.valid])
        assert len(on.valid) == round(0.15 * len(seen))
        assert on.y[seen].mean() == pytest.approx(0, abs=1e-5)
        assert on.y[seen].std() == pytest.approx(1, abs=1e-4)
        assert abs(on.y.mean()) > 1e-6  # test rows had no say in it
        np.testing.assert_allclose(on.x[seen].mean(0), 0, atol=1e-5)
        scale = table.y[seen].astype(float).std()
        np.testing.assert_allclose(on.y * scale + table.y[seen].mean(), table.y, atol=1e-3)


def test_random_folds_are_drawn_within_tasks(four_tasks):
    folds = splits.folds(four_tasks, 3)
    check_folds(folds, four_tasks)
    assert [on.seed for on in folds] == [0, 1, 2]
    for on in folds:
        assert np.bincount(four_tasks.task[on.test]).tolist() == [2, 4, 6, 8]
        assert len(on.train) + len(on.valid) == 60
    assert (folds[0].test != folds[1].test).any()
    again = splits.folds(four_tasks, 1)[0]
    np.testing.assert_array_equal(again.train, folds[0].train)


def test_random_folds_may_begin_at_another_seed(four_tasks):
    (later,) = splits.folds(four_tasks, 1, first_seed=2)
    same = splits.folds(four_tasks, 3)[2]
    assert later.seed == same.seed == 2
    for part in ("train", "valid", "test"):
        np.testing.assert_array_equal(getattr(later, part), getattr(same, part))


def test_folds_of_the_exams_keep_a_row_of_the_smallest_school(exams):
    check_folds(splits.folds(exams, 2), exams)


def test_official_splits_are_used_and_only_these(four_tasks):
    rows = np.arange(80)
    pairs = tuple((rows[rows % 4 != k], rows[rows % 4 == k]) for k in (2, 0))
    table = replace(four_tasks, splits=pairs)
    folds = splits.folds(table, 2)
    check_folds(folds, table)
    for on, (train, test) in zip(folds, pairs, strict=True):
        np.testing.assert_array_equal(on.test, test)
        assert set(on.train) | set(on.valid) == set(train)
    assert len(splits.folds(table, 1)) == 1
    with pytest.raises(ValueError, match=r"four needs .* at most 2 \(its official splits\).*=3"):
        splits.folds(table, 3)
    (second,) = splits.folds(table, 1, first_seed=1)
    np.testing.assert_array_equal(second.test, pairs[1][1])
    with pytest.raises(ValueError, match=r"at most 1 \(its official splits\).*=2"):
        splits.folds(table, 2, first_seed=1)


@pytest.mark.skipif(not (REAL / "school").is_dir(), reason=f"no School data in {REAL}")
def test_the_ten_official_splits_of_the_schools():
    table = load_schools(REAL)
    folds = splits.folds(table, 10)
    check_folds(folds, table)
    for on, (train, test) in zip(folds, table.splits, strict=True):
        np.testing.assert_array_equal(on.test, test)
        assert set(on.train) | set(on.valid) == set(train)


@pytest.mark.parametrize("seeds", [0, -1])
def test_at_least_one_fold(four_tasks, seeds):
    with pytest.raises(ValueError, match=f"four needs at least 1 seed, got seeds={seeds}"):
        splits.folds(four_tasks, seeds)


def test_too_few_rows_to_stop_early(four_tasks):
    one_each = np.unique(four_tasks.task, return_index=True)[1]
    with pytest.raises(ValueError, match="4 training rows for 4 tasks leave none"):
        splits.fold(four_tasks, one_each, np.setdiff1d(np.arange(80), one_each), seed=0)
