"""One network of the ladder: trained, stopped early, measured; many splits as if each alone."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from lecturekit.metrics import explained_variance
from lecturekit.multitask import batches, ladder, splits
from lecturekit.multitask import rung as multitask_rung
from lecturekit.multitask.rung import AT_ONCE, Rung
from lecturekit.training import History, fit


def adam():
    return keras.optimizers.Adam(0.02)


@pytest.fixture(scope="module")
def trained(four_tasks):
    """A rung trained on one fold, another, and the first again: rung, folds, outcomes, weights."""
    rung = Rung("pooled + intercept", optimizer=adam, epochs=12, batch=16)
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


def test_an_outcome_holds_validation_and_test_errors_of_every_epoch(trained):
    rung, (on, _), (*_, out), _ = trained
    assert len(out.validation) == len(out.test) == 12
    assert out.best == int(np.argmin(out.validation))
    for curve, rows in ((out.validation, on.valid), (out.test, on.test)):
        error = np.mean((on.y[rows] - rung.model([on.x[rows], on.task[rows]])) ** 2)
        assert curve[out.best] == pytest.approx(error, rel=1e-4)
    spread = np.mean((on.y[on.test] - on.y[on.test].mean()) ** 2)
    assert out.last == pytest.approx(100 * (1 - out.test[-1] / spread), rel=1e-5)


def test_a_rung_forgets_the_fold_before(trained):
    _, _, (first, other, again), weights = trained
    assert first.validation == again.validation != other.validation
    np.testing.assert_array_equal(first.prediction, again.prediction)
    assert all(map(np.array_equal, weights[0], weights[2]))
    assert all(map(np.array_equal, weights[0], first.weights))


def test_a_step_size_holds_for_one_run(trained):
    rung, (on, _), (*_, before), weights = trained
    rung.train(on, learning_rate=0.0)
    start = ladder.build("pooled + intercept", 3, 4, on.seed).get_weights()
    assert all(map(np.array_equal, rung.model.get_weights(), start))
    after = rung.train(on)
    assert after.validation == before.validation
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
    rung, (on, _), _, _ = trained
    asked = []

    def recorded(trainer, data, order, **options):
        asked.append((data, order))
        return fit(trainer, data, order, **options)

    monkeypatch.setattr(multitask_rung, "fit", recorded)
    monkeypatch.setattr(rung, "schedule", schedule)
    monkeypatch.setattr(rung, "batch", batch)
    rung.train(on)
    ((data, order),) = asked
    assert order.shape == shape
    assert set(order.ravel()) <= set(on.train)
    assert len(set(order.ravel())) > 0.8 * len(on.train)
    for array, wanted in zip(data, (on.x, on.task, on.y), strict=True):
        np.testing.assert_array_equal(array, wanted)
    if schedule is batches.method_two:
        assert all(len(set(on.task[step])) == 1 for step in order.reshape(-1, 10))


def test_ctrl_c_ends_a_study(trained, monkeypatch):
    rung, (on, _), _, _ = trained
    monkeypatch.setattr(multitask_rung, "fit", lambda *_, **__: History(interrupted=True))
    with pytest.raises(KeyboardInterrupt):
        rung.train(on)


def test_a_rung_names_what_it_cannot_do(four_tasks):
    (on,) = splits.folds(four_tasks, 1)
    with pytest.raises(ValueError, match="batch of 64 is larger than the 51 training rows; choose"):
        Rung("pooled").train(on)
    with pytest.raises(ValueError, match="no model 'polled'; choose one of independent, pooled,"):
        Rung("polled", batch=8).train(on)
    with pytest.raises(RuntimeError, match=r"'pooled' has not been trained yet: call train\(fold"):
        _ = Rung("pooled").model


def test_a_rung_refuses_data_of_another_shape(four_tasks, exams):
    rung = Rung("pooled", epochs=1, batch=8)
    rung.train(splits.folds(four_tasks, 1)[0])
    with pytest.raises(ValueError, match="make a new Rung for other data"):
        rung.train(splits.folds(exams, 1)[0])


def test_folds_side_by_side_are_trained_as_if_alone(four_tasks):
    """Also more folds than go side by side, and one with fewer batches, which goes by itself."""
    options = {"optimizer": adam, "epochs": 4, "batch": 8}
    folds = splits.folds(four_tasks, AT_ONCE + 2)
    folds[1] = replace(folds[1], train=folds[1].train[:40], valid=folds[1].valid[:5])
    rung = Rung("heads", **options)
    together = rung.train_all(folds)
    assert len(together) == len(folds)
    for out, on in zip(together, folds, strict=True):
        alone = rung.train(on)
        assert out.prediction.shape == on.test.shape
        np.testing.assert_allclose(out.prediction, alone.prediction, atol=1e-4)
        np.testing.assert_allclose(out.validation, alone.validation, rtol=1e-3)
        np.testing.assert_allclose(out.test, alone.test, rtol=1e-3)
        assert out.best == alone.best
        for own, other in zip(out.weights, alone.weights, strict=True):
            np.testing.assert_allclose(own, other, atol=1e-4)


def test_folds_of_unequal_size_share_a_graph_where_their_batches_are_equally_many(
    four_tasks, monkeypatch
):
    asked = []

    def recorded(trainer, data, order, **options):
        asked.append(order.shape)
        return fit(trainer, data, order, **options)

    monkeypatch.setattr(multitask_rung, "fit", recorded)
    first, second = splits.folds(four_tasks, 2)
    second = replace(second, test=second.test[:7], train=second.train[1:])
    outcomes = Rung("heads", epochs=2, batch=8).train_all([first, second])
    assert asked == [(2, 6, 16)]  # 51 and 50 rows are six batches of 8 rows, of two networks
    assert [len(out.prediction) for out in outcomes] == [20, 7]


@pytest.mark.parametrize("name", ["soft sharing", "gate, FiLM", "gate, low rank"])
def test_layers_of_tasks_stand_side_by_side(four_tasks, name):
    """Soft sharing too, whose pull is a loss that its layers add."""
    folds = splits.folds(four_tasks, 2)
    options = {"optimizer": lambda: keras.optimizers.SGD(0.05), "epochs": 2, "batch": 16}
    rung = Rung(name, **options)
    for out, on in zip(rung.train_all(folds), folds, strict=True):
        alone = rung.train(on)
        np.testing.assert_allclose(out.prediction, alone.prediction, atol=1e-5)
