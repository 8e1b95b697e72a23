"""The compiled loop against a plain one, and everything that can end a fit early."""

from __future__ import annotations

import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.func_graph import FuncGraph

from lecturekit.training import History, Trainer, fit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3)).astype(np.float32)
Y = (X @ [0.3, -0.6, 0.15] + 0.3).astype(np.float32)  # small losses: 1e-6 is many ulp
ORDER = RNG.integers(0, 20, (3, 4, 5))  # three chunks of four steps with batches of five


def mean_squared(model, x, y):
    return tf.reduce_mean(tf.square(y - model(x)[:, 0]))


def network(seed=0, **first):
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((3,)), keras.layers.Dense(4, "tanh", **first), keras.layers.Dense(1)]
    return keras.Sequential(layers)


def adam():
    return keras.optimizers.Adam(0.05)


@pytest.fixture(scope="module", params=[True, False], ids=["jit", "no jit"])
def trained(request):
    """A trainer and the weights that it starts from; compiled once for all tests."""
    model = network()
    return Trainer(model, mean_squared, adam, jit=request.param), model.get_weights()


def plain_loop(model, optimizer, penalty=lambda: 0.0):
    """What `fit` must compute, one eager step after the other: losses, weights per chunk."""
    losses, snapshots = [], []
    for chunk in ORDER:
        for rows in chunk:
            with tf.GradientTape() as tape:
                loss = mean_squared(model, X[rows], Y[rows]) + penalty()
            weights = model.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
            losses.append(float(loss))
        snapshots.append(model.get_weights())
    return losses, snapshots


def same(left, right, tolerance=0.0):
    return all(np.max(np.abs(a - b)) <= tolerance for a, b in zip(left, right, strict=True))


def test_one_graph_is_a_plain_loop(trained):
    trainer, start = trained
    trainer.reset(start)
    history = fit(trainer, (X, Y), ORDER, snapshot=trainer.model.get_weights)
    losses, snapshots = plain_loop(network(), adam())
    assert history.loss.shape == (12,)
    assert same([history.loss], [losses], 1e-6)
    assert all(same(a, b, 1e-6) for a, b in zip(history.snapshots, snapshots, strict=True))
    assert history.steps == [4, 8, 12] and history.best is None and not history.interrupted
    assert history.watched == {}


def test_gradient_descent_in_closed_form():
    """On (1 − w)² a step of 1/4 halves the distance: the loss falls by 4 in every step."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1))])
    trainer = Trainer(model, mean_squared, lambda: keras.optimizers.SGD(0.25), jit=False)
    one = np.ones((1, 1), np.float32)
    history = fit(trainer, (one, one[0]), np.zeros((2, 3, 1), int))
    np.testing.assert_allclose(history.loss, 0.25 ** np.arange(6.0), rtol=1e-5)
    np.testing.assert_allclose(trainer.predict(one), [[1 - 2.0**-6]], rtol=1e-6)


@pytest.mark.parametrize("jit", [True, False])
def test_rows_that_look_up_one_weight_move_it_as_one(jit):
    """Adam's first step is the step size, whatever the gradient; Keras alone takes √rows of it."""
    model = keras.Sequential([keras.Input((), dtype="int32"), keras.layers.Embedding(3, 1)])
    model.set_weights([np.zeros((3, 1))])
    looked_up, wanted = np.array([0, 0, 0, 0, 1], np.int32), np.ones(5, np.float32)
    trainer = Trainer(model, lambda m, x, y: -tf.reduce_sum(m(x)[:, 0] * y), adam, jit=jit)
    fit(trainer, (looked_up, wanted), np.arange(5)[None, None])
    np.testing.assert_allclose(model.get_weights()[0][:, 0], [0.05, 0.05, 0], atol=1e-6)


def test_reset_reruns_to_the_last_bit(trained):
    trainer, start = trained
    runs = []
    for rate in (None, 1.0, None):
        trainer.reset(start)
        if rate:  # a changed step size must not survive the next reset
            trainer.optimizer.learning_rate.assign(rate)
        history = fit(trainer, (X, Y), ORDER)
        runs.append([history.loss, *trainer.model.get_weights()])
    first, other, second = runs
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not same(first, other)


def test_a_fit_goes_on_where_the_last_one_ended(trained):
    trainer, start = trained
    trainer.reset(start)
    whole = fit(trainer, (X, Y), ORDER).loss
    trainer.reset(start)
    parts = [fit(trainer, (X, Y), chunk[None]).loss for chunk in ORDER]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@pytest.mark.parametrize(
    ("values", "best"),
    [([3.0, 1.0, 2.0], 1), ([1.0, 2.0, 3.0], 0), ([3.0, 2.0, 1.0], 2), ([1.0, 1.0, 1.0], 0)],
)
def test_the_best_weights_are_put_back(trained, values, best):
    trainer, start = trained
    trainer.reset(start)
    scores = iter(values)
    history = fit(
        trainer,
        (X, Y),
        ORDER,
        watch=lambda: {"train": 0.0, "validation": next(scores)},
        keep="validation",
        snapshot=trainer.model.get_weights,
    )
    assert history.best == best and history.watched["validation"] == values
    assert not same(history.snapshots[0], history.snapshots[2])
    assert same(trainer.model.get_weights(), history.snapshots[best])


def test_without_keep_the_last_weights_stay(trained):
    trainer, start = trained
    trainer.reset(start)
    scores = iter([1.0, 2.0, 3.0])
    history = fit(
        trainer, (X, Y), ORDER,
        watch=lambda: {"validation": next(scores)}, snapshot=trainer.model.get_weights,
    )  # fmt: skip
    assert history.best is None
    assert same(trainer.model.get_weights(), history.snapshots[-1])


@pytest.mark.parametrize(("keep", "kept"), [("validation", 0), (None, 1)])
def test_ctrl_c_keeps_what_was_done(trained, keep, kept):
    trainer, start = trained
    trainer.reset(start)
    after = []

    def watch():
        after.append(trainer.model.get_weights())
        if len(after) == 2:
            raise KeyboardInterrupt
        return {"validation": 1.0}

    history = fit(trainer, (X, Y), ORDER, watch=watch, keep=keep)
    assert history.interrupted and history.watched == {"validation": [1.0]}
    assert history.loss.shape == (8,) and np.isfinite(history.loss).all()
    assert same(trainer.model.get_weights(), after[kept])


def test_ctrl_c_before_the_first_step_leaves_an_empty_history(trained, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trained[0], "_run", interrupted)
    history = fit(trained[0], (X, Y), ORDER)
    assert history.interrupted and history.loss.shape == (0,) and history.steps == []


def test_no_chunks_no_steps(trained):
    history = fit(trained[0], (X, Y), ORDER[:0])
    assert history.loss.shape == History().loss.shape == (0,) and not history.interrupted


def test_penalties_of_layers_are_part_of_the_loss():
    def made():
        return network(kernel_regularizer=keras.regularizers.L2(0.1))

    trainer = Trainer(made(), mean_squared, adam, jit=False)
    history = fit(trainer, (X, Y), ORDER)
    model = made()
    kernel = model.layers[0].kernel
    losses, snapshots = plain_loop(model, adam(), lambda: 0.1 * tf.reduce_sum(kernel.value**2))
    assert same([history.loss], [losses], 1e-6)
    assert same(trainer.model.get_weights(), snapshots[-1], 1e-6)


def test_only_the_named_variables_move():
    model = network()
    before = model.get_weights()
    head = model.layers[-1].trainable_variables
    fit(Trainer(model, mean_squared, adam, jit=False, variables=head), (X, Y), ORDER)
    after = model.get_weights()
    assert same(before[:2], after[:2])
    assert not same(before[2:3], after[2:3]) and not same(before[3:], after[3:])


@pytest.mark.parametrize("jit", [True, False])
def test_a_trainer_leaves_no_graph_behind(jit):
    """A notebook makes dozens, of five MiB and more; Keras's way to sum gradients keeps them."""

    def graphs():
        gc.collect()
        every = gc.get_objects()
        return {id(g): g for g in every if issubclass(type(g), FuncGraph)}  # no proxies

    before = graphs().keys()
    trainer = Trainer(network(), mean_squared, jit=jit)
    fit(trainer, (X, Y), ORDER)
    trainer.predict(X)
    made = {g.name: weakref.ref(g) for key, g in graphs().items() if key not in before}
    assert "_steps" in made
    del trainer
    gc.collect()
    assert [name for name, graph in made.items() if graph() is not None] == []


def test_predict_is_the_model(trained):
    trainer, start = trained
    trainer.reset(start)
    np.testing.assert_allclose(trainer.predict(X), trainer.model(X), atol=1e-6)
    assert trainer.predict(X[:7]).shape == (7, 1)


def test_predict_leaves_nothing_out():
    """Dropout belongs to training: a prediction sees the whole network, twice the same."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5)])
    np.testing.assert_array_equal(Trainer(model, mean_squared, jit=False).predict(X), X)


def test_predict_takes_several_inputs():
    inputs = [keras.Input((3,)), keras.Input((3,))]
    model = keras.Model(inputs, keras.layers.Subtract()(inputs))
    trainer = Trainer(model, mean_squared, jit=False)
    np.testing.assert_array_equal(trainer.predict(X, 2 * X), -X)


def test_progress_is_shown_only_when_asked_and_watched(trained, capsys, monkeypatch):
    for static in ("1", "grid"):
        monkeypatch.setenv("LECTUREKIT_STATIC", static)
        fit(trained[0], (X, Y), ORDER, progress="heads")
    monkeypatch.delenv("LECTUREKIT_STATIC")
    fit(trained[0], (X, Y), ORDER)
    assert capsys.readouterr() == ("", "")
    fit(trained[0], (X, Y), ORDER, progress="heads, seed 3")
    shown = capsys.readouterr()
    assert shown.out == "" and "heads, seed 3" in shown.err


def test_divergence_names_the_remedy():
    trainer = Trainer(network(), mean_squared, lambda: keras.optimizers.SGD(1e12), jit=False)
    with pytest.raises(FloatingPointError, match=r"within step (4|8|12); try a smaller learning r"):
        fit(trainer, (X, Y), ORDER)


def broken(value):
    wrong = X.copy()
    wrong[3, 1] = value
    return wrong


@pytest.mark.parametrize(
    ("data", "order", "message"),
    [
        ((X, Y[:-1]), ORDER, r"same number of rows, got \[19, 20\]"),
        ((X, Y), ORDER[0], r"\[chunks, steps, batch\], got shape \(4, 5\)"),
        ((X, Y), ORDER[None], r"got shape \(1, 3, 4, 5\)"),
        ((X, Y), ORDER + 20 - ORDER.max(), "rows outside 0 … 19"),
        ((X, Y), ORDER - 1 - ORDER.min(), "rows outside 0 … 19"),
        ((broken(np.nan), Y), ORDER, r"data\[0\] holds NaN or infinity; clean it"),
        ((X, broken(np.inf)[:, 1]), ORDER, r"data\[1\] holds NaN or infinity"),
    ],
)
def test_bad_input_is_named(trained, data, order, message):
    trainer, start = trained
    trainer.reset(start)
    with pytest.raises(ValueError, match=message):
        fit(trainer, data, order)
    assert same(trainer.model.get_weights(), start)


@pytest.mark.parametrize("watch", [None, lambda: {"test": 1.0}])
def test_keep_names_a_watched_number(trained, watch):
    with pytest.raises(ValueError, match=r"best 'validation': watch.* does not return it"):
        fit(trained[0], (X, Y), ORDER, watch=watch, keep="validation")
