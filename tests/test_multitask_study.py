"""Climbing the ladder, step sizes, and the linear rivals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder, splits, study
from lecturekit.multitask.linear import pooled_ridge


def test_climbing_trains_each_rung_on_each_fold(four_tasks):
    """Strangers take rows of every task, everybody else mixed batches; options go to all."""
    folds = splits.folds(four_tasks, 2)
    results = study.climb(folds, ["pooled", "independent"], epochs=2, batch=5)
    assert {name: len(outs) for name, outs in results.items()} == {"pooled": 2, "independent": 2}
    assert {len(out.test) for outs in results.values() for out in outs} == {2}
    table = study.explained(results)
    assert list(table) == ["pooled", "independent"]
    for name, outs in results.items():
        assert table[name].tolist() == [out.explained for out in outs]
    assert table["pooled"][0] != table["pooled"][1]


def test_a_diverged_run_counts_as_infinite(four_tasks):
    folds = splits.folds(four_tasks, 2)
    table = study.step_size_sweep(folds, [0.0, 1e9], {"mixed": batches.mixed}, epochs=3, batch=16)
    assert list(table) == ["mixed"] and table["mixed"].shape == (2, 2)
    assert np.isinf(table["mixed"][1]).all()
    for j, on in enumerate(folds):  # a step of size 0 leaves the network as it was built
        start = ladder.build("heads", 3, 4, on.seed)([on.x[on.test], on.task[on.test]])
        y = on.y[on.test]
        error = np.mean((y - start) ** 2) / np.var(y)
        assert table["mixed"][0, j] == pytest.approx(error, rel=1e-4)


def test_one_diverged_run_does_not_spoil_the_others(four_tasks):
    folds = splits.folds(four_tasks, 3)
    folds[1] = replace(folds[1], y=folds[1].y * np.float32(1e30))
    options = {"schedules": {"mixed": batches.mixed}, "epochs": 2, "batch": 16}
    found = study.step_size_sweep(folds, [0.01], **options)["mixed"]
    assert np.isinf(found[0]).tolist() == [False, True, False]
    alone = study.step_size_sweep([folds[2]], [0.01], **options)["mixed"]
    assert found[0, 2] == pytest.approx(alone[0, 0], rel=1e-5)


def test_a_sweep_measures_the_last_epoch_and_not_the_best(four_tasks, monkeypatch):
    (on,) = splits.folds(four_tasks, 1)
    out = study.Outcome(on.y[on.test], 90.0, 40.0, [0.1, 0.6], [0.1, 0.6], best=0, weights=[])
    monkeypatch.setattr(study.Rung, "train_all", lambda *_, **__: [out])
    table = study.step_size_sweep([on], [0.1], {"mixed": batches.mixed})
    assert table["mixed"] == pytest.approx(0.6)


def test_linear_rungs_learn_from_training_and_validation_rows(four_tasks):
    folds = splits.folds(four_tasks, 2)
    found = study.linear_rungs(folds)
    assert list(found) == ["ridge per task", "ridge, pooled", "ridge, pooled + intercept"]
    for j, on in enumerate(folds):
        seen = np.concatenate([on.train, on.valid])
        guess = pooled_ridge(on.x[seen], on.y[seen], on.x[on.test])
        wanted = explained_variance(on.y[on.test], guess)
        assert found["ridge, pooled"][j] == pytest.approx(wanted)
    assert (found["ridge, pooled + intercept"] > 85).all()
    assert (found["ridge per task"] > 85).all() and (found["ridge, pooled"] < 60).all()
