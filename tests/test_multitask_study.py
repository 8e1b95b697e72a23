"""The ladder: its networks, its folds without a leak, and how a rung is trained and measured."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from lecturekit.datasets import load_schools
from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder, splits, study
from lecturekit.multitask.linear import pooled_ridge
from lecturekit.training import History

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


def adam():
    return keras.optimizers.Adam(0.02)


@pytest.fixture(scope="module")
def trained(four_tasks):
    """A rung trained on one fold, another, and the first again: rung, folds, outcomes, weights."""
    rung = study.Rung("pooled + intercept", optimizer=adam, epochs=12, batch=16)
    folds = splits.folds(four_tasks, 2)
    outcomes, weights = [], []
    for on in (*folds, folds[0]):
        outcomes.append(rung.train(on))
        weights.append(rung.model.get_weights())
    return rung, folds, outcomes, weights


def test_an_outcome_is_what_the_kept_weights_predict(trained):
    rung, (on, _), (*_, out), _ = trained
    assert out.prediction.shape == on.test.shape
    again = rung.model([on.x[on.test], on.task[on.test]])
    np.testing.assert_allclose(out.prediction, again, atol=1e-5)
    assert out.explained == pytest.approx(explained_variance(on.y[on.test], out.prediction))
    assert out.explained > 50  # a constant per task is most of it


def test_history_holds_validation_and_test_errors_of_every_epoch(trained):
    rung, (on, _), (*_, out), _ = trained
    history = out.history
    assert history.steps == [3 * k for k in range(1, 13)]  # 51 rows are three batches of 16
    assert {name: len(values) for name, values in history.watched.items()} == {
        "validation": 12,
        "test": 12,
    }
    assert history.best == int(np.argmin(history.watched["validation"]))
    for name, rows in (("validation", on.valid), ("test", on.test)):
        error = np.mean((on.y[rows] - rung.model([on.x[rows], on.task[rows]])) ** 2)
        assert history.watched[name][history.best] == pytest.approx(error, rel=1e-4)
    spread = np.mean((on.y[on.test] - on.y[on.test].mean()) ** 2)
    assert out.last == pytest.approx(100 * (1 - history.watched["test"][-1] / spread), rel=1e-5)


def test_a_rung_forgets_the_fold_before(trained):
    _, _, (first, other, again), weights = trained
    np.testing.assert_array_equal(first.history.loss, again.history.loss)
    np.testing.assert_array_equal(first.prediction, again.prediction)
    assert all(map(np.array_equal, weights[0], weights[2]))
    assert (first.history.loss != other.history.loss).any()


def test_a_step_size_holds_for_one_run(trained):
    rung, (on, _), (*_, before), weights = trained
    rung.train(on, learning_rate=0.0)
    start = ladder.build("pooled + intercept", 3, 4, on.seed).get_weights()
    assert all(map(np.array_equal, rung.model.get_weights(), start))
    after = rung.train(on)
    np.testing.assert_array_equal(after.history.loss, before.history.loss)
    assert all(map(np.array_equal, rung.model.get_weights(), weights[0]))


@pytest.mark.parametrize(
    ("schedule", "batch", "shape"),
    [
        (batches.mixed, 16, (12, 3, 16)),  # 51 training rows
        (batches.method_one, 2, (12, 6, 8)),  # two rows of each of four tasks
        (batches.method_one, 20, (12, 1, 80)),  # a step with more rows than there are
        (batches.method_two, 10, (12, 5, 10)),
    ],
)
def test_an_epoch_is_what_the_rows_give_and_trains_on_training_rows(
    trained, monkeypatch, schedule, batch, shape
):
    rung, (on, _), (*_, out), _ = trained
    asked = []

    def fit(trainer, data, order, **options):
        asked.append((data, order, options["keep"]))
        return out.history

    monkeypatch.setattr(study, "fit", fit)
    monkeypatch.setattr(rung, "schedule", schedule)
    monkeypatch.setattr(rung, "batch", batch)
    rung.train(on)
    ((data, order, keep),) = asked
    assert order.shape == shape and keep == "validation"
    assert set(order.ravel()) <= set(on.train)
    assert len(set(order.ravel())) > 0.8 * len(on.train)
    for array, wanted in zip(data, (on.x, on.task, on.y), strict=True):
        np.testing.assert_array_equal(array, wanted)
    if schedule is batches.method_two:
        assert all(len(set(on.task[step])) == 1 for step in order.reshape(-1, 10))


def test_ctrl_c_ends_a_study(trained, monkeypatch):
    rung, (on, _), (*_, out), _ = trained
    stopped = replace(out.history, interrupted=True)
    monkeypatch.setattr(study, "fit", lambda *_, **__: stopped)
    with pytest.raises(KeyboardInterrupt):
        rung.train(on)


def test_a_rung_names_what_it_cannot_do(four_tasks):
    (on,) = splits.folds(four_tasks, 1)
    with pytest.raises(ValueError, match="batch of 64 is larger than the 51 training rows; choose"):
        study.Rung("pooled").train(on)
    with pytest.raises(ValueError, match="no model 'polled'; choose one of independent, pooled,"):
        study.Rung("polled", batch=8).train(on)
    with pytest.raises(RuntimeError, match=r"'pooled' has not been trained yet: call train\(fold"):
        _ = study.Rung("pooled").model


def test_climbing_trains_each_rung_on_each_fold(four_tasks):
    """Strangers take rows of every task, everybody else mixed batches; options go to all."""
    folds = splits.folds(four_tasks, 2)
    results = study.climb(folds, ["pooled", "independent"], epochs=2, batch=5)
    assert {name: len(outs) for name, outs in results.items()} == {"pooled": 2, "independent": 2}
    assert len(results["pooled"][0].history.loss) == 2 * (51 // 5)
    assert len(results["independent"][0].history.loss) == 2 * (51 // (5 * 4))
    table = study.explained(results)
    assert list(table) == ["pooled", "independent"]
    for name, outs in results.items():
        assert table[name].tolist() == [out.explained for out in outs]
    assert table["pooled"][0] != table["pooled"][1]


@pytest.mark.parametrize(
    ("rows", "options", "jit"), [(101, {}, True), (102, {}, False), (0, {"jit": False}, False)]
)
def test_climbing_compiles_with_xla_where_that_pays(four_tasks, monkeypatch, rows, options, jit):
    """Two folds of 51 training rows; what the caller asks for comes first."""
    asked = []

    class Rung:
        def __init__(self, name, **given):
            asked.append((name, given["jit"]))

        def train(self, on):
            return on.seed

    monkeypatch.setattr(study, "Rung", Rung)
    monkeypatch.setattr(study, "ROWS_THAT_PAY_FOR_JIT", rows)
    found = study.climb(splits.folds(four_tasks, 2), ["heads", "pooled"], **options)
    assert asked == [("heads", jit), ("pooled", jit)]
    assert found == {"heads": [0, 1], "pooled": [0, 1]}


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


def test_a_sweep_measures_the_last_epoch_and_not_the_best(four_tasks, monkeypatch):
    (on,) = splits.folds(four_tasks, 1)
    out = study.Outcome(on.y[on.test], explained=90.0, last=40.0, history=History())
    monkeypatch.setattr(study.Rung, "train", lambda *_, **__: out)
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


def test_a_rung_refuses_data_of_another_shape(four_tasks, exams):
    rung = study.Rung("pooled", epochs=1, batch=8)
    rung.train(splits.folds(four_tasks, 1)[0])
    with pytest.raises(ValueError, match="make a new Rung for other data"):
        rung.train(splits.folds(exams, 1)[0])


def test_too_few_rows_to_stop_early(four_tasks):
    one_each = np.unique(four_tasks.task, return_index=True)[1]
    with pytest.raises(ValueError, match="4 training rows for 4 tasks leave none"):
        splits.fold(four_tasks, one_each, np.setdiff1d(np.arange(80), one_each), seed=0)
