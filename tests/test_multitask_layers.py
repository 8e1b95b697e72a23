"""Layers that gather by task against a loop over rows; gate = heads; one graph = all tapes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.multitask import batches, ladder
from lecturekit.multitask.layers import GATES, TaskDense, TaskGate, TaskHeads, TaskIntercept
from lecturekit.multitask.losses import squared_error

TASKS, ROWS, WIDTH = 3, 12, 5
RNG = np.random.default_rng(0)
H = RNG.normal(size=(ROWS, WIDTH)).astype(np.float32)
TASK = RNG.permutation(np.arange(ROWS) % TASKS).astype(np.int32)


def filled(layer, hidden=H):
    """The layer, built and given random weights, with these weights by name."""
    layer([hidden, TASK])
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])
    return layer, {w.name: w.numpy() for w in layer.weights}


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def test_heads_are_a_loop_over_rows():
    layer, w = filled(TaskHeads(TASKS))
    wanted = [w["heads"][t] @ h + w["intercept"][t] for h, t in zip(H, TASK, strict=True)]
    np.testing.assert_allclose(layer([H, TASK]), wanted, atol=1e-5)


def test_intercepts_are_a_loop_over_rows():
    layer, w = filled(TaskIntercept(TASKS), H[:, 0])
    wanted = [h + w["intercept"][t] for h, t in zip(H[:, 0], TASK, strict=True)]
    np.testing.assert_allclose(layer([H[:, 0], TASK]), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("activation", "function"),
    [("relu", lambda v: np.maximum(v, 0)), ("tanh", np.tanh), (None, lambda v: v)],
)
def test_task_dense_is_a_loop_over_rows(activation, function):
    layer, w = filled(TaskDense(TASKS, 4, activation))
    wanted = [function(h @ w["kernel"][t] + w["bias"][t]) for h, t in zip(H, TASK, strict=True)]
    np.testing.assert_allclose(layer([H, TASK]), wanted, atol=1e-5)


GATE_OF_A_ROW = {
    "free": lambda w, h, t: w["gate"][t] * h,
    "sigmoid": lambda w, h, t: sigmoid(w["gate"][t]) * h,
    "film": lambda w, h, t: w["gate"][t] * h + w["shift"][t],
    "low_rank": lambda w, h, t: (
        h + h * sum(w["task_code"][t, r] * w["mixing"][r] for r in range(len(w["mixing"])))
    ),
}


@pytest.mark.parametrize("kind", GATES)
def test_gates_are_a_loop_over_rows(kind):
    layer, w = filled(TaskGate(TASKS, kind, rank=2))
    wanted = [GATE_OF_A_ROW[kind](w, h, t) for h, t in zip(H, TASK, strict=True)]
    np.testing.assert_allclose(layer([H, TASK]), wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "count"),
    [("free", 15), ("sigmoid", 15), ("film", 30), ("low_rank", 2 * 3 + 2 * 5)],
)
def test_gates_have_as_many_weights_as_they_say(kind, count):
    layer, _ = filled(TaskGate(TASKS, kind, rank=2))
    assert layer.count_params() == count


def test_a_gate_is_a_set_of_heads():
    """ŷ = w·(g_t ⊙ h) + c_t = (w ⊙ g_t)·h + c_t, and the other way round with w = 1."""
    gate, g = filled(TaskGate(TASKS, "free"))
    intercept, c = filled(TaskIntercept(TASKS), H[:, 0])
    heads, _ = filled(TaskHeads(TASKS))
    out = RNG.normal(size=WIDTH).astype(np.float32)

    def gated():
        return intercept([tf.linalg.matvec(gate([H, TASK]), out), TASK])

    heads.set_weights([out * g["gate"], c["intercept"]])
    np.testing.assert_allclose(gated(), heads([H, TASK]), atol=1e-5)

    own, _ = filled(TaskHeads(TASKS))
    out = np.ones(WIDTH, np.float32)
    gate.set_weights(own.get_weights()[:1])
    intercept.set_weights(own.get_weights()[1:])
    np.testing.assert_allclose(gated(), own([H, TASK]), atol=1e-5)


def test_a_low_rank_gate_of_full_rank_is_a_free_gate():
    free, g = filled(TaskGate(TASKS, "free"))
    low, _ = filled(TaskGate(TASKS, "low_rank", rank=TASKS))
    low.set_weights([np.eye(TASKS), g["gate"] - 1])
    np.testing.assert_allclose(low([H, TASK]), free([H, TASK]), atol=1e-5)


def test_film_without_shift_is_a_free_gate():
    free, g = filled(TaskGate(TASKS, "free"))
    film, _ = filled(TaskGate(TASKS, "film"))
    film.set_weights([g["gate"], np.zeros((TASKS, WIDTH))])
    np.testing.assert_array_equal(film([H, TASK]), free([H, TASK]))


@pytest.mark.parametrize("size", [0.1, 1.0, 6.0])
def test_a_sigmoid_gate_only_turns_down(size):
    """0 < gate < 1: no feature changes its sign and none grows, whatever the weights are."""
    layer, w = filled(TaskGate(TASKS, "sigmoid"))
    layer.set_weights([size * w["gate"]])
    gates = np.asarray(layer([np.ones_like(H), TASK]))
    assert (gates > 0).all() and (gates < 1).all()
    gated = np.asarray(layer([H, TASK]))
    assert (np.sign(gated) == np.sign(H)).all() and (np.abs(gated) < np.abs(H)).all()


@pytest.mark.parametrize(("kind", "start"), [("free", 1.0), ("film", 1.0), ("sigmoid", 0.5)])
def test_gates_start_equal(kind, start):
    np.testing.assert_array_equal(TaskGate(TASKS, kind)([H, TASK]), start * H)


@pytest.mark.parametrize(
    ("layer", "limit"),
    [
        (lambda: TaskHeads(TASKS), (6 / (WIDTH + 1)) ** 0.5),
        (lambda: TaskDense(TASKS, 4), (6 / (WIDTH + 4)) ** 0.5),
    ],
    ids=["heads", "dense"],
)
def test_all_tasks_start_with_one_glorot_draw(layer, limit):
    draws = []
    for seed in (0, 0, 1):
        keras.utils.set_random_seed(seed)
        made = layer()
        made([H, TASK])
        first, bias = made.get_weights()
        assert (first == first[0]).all() and not bias.any()
        assert 0.2 * limit < np.abs(first).max() <= limit
        assert len(np.unique(first[0])) == first[0].size
        draws.append(first)
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).all()


def test_soft_sharing_pulls_to_the_mean():
    """Kernels 1 and 3, biases 0 and 2: each pair lies 1 from its mean, so Σ = 4 and μ Σ = 2."""
    layer = TaskDense(2, 1, pull=0.5)
    inputs = [np.ones((2, 1), np.float32), np.array([0, 1])]
    layer(inputs)
    layer.set_weights([np.array([[[1.0]], [[3.0]]]), np.array([[0.0], [2.0]])])
    layer(inputs)
    assert [float(penalty) for penalty in layer.losses] == [pytest.approx(2.0)]


def test_strangers_are_not_pulled():
    layer, _ = filled(TaskDense(TASKS, 4))
    layer([H, TASK])
    assert layer.losses == []


@pytest.mark.parametrize("rung", ["heads", "gate, FiLM", "independent"])
def test_one_gathered_graph_is_method_one(rung):
    """One tape per task, averaged over tasks, is the gradient of one batch with all of them."""
    model = ladder.build(rung, features=4, tasks=TASKS, seed=0)
    task = np.repeat(np.arange(TASKS), [7, 20, 33]).astype(np.int32)
    x = RNG.normal(size=(60, 4)).astype(np.float32)
    y = (0.2 * (x[:, 0] * task + RNG.normal(size=60))).astype(np.float32)
    (rows,) = batches.method_one(task, 6, 1, np.random.default_rng(1))
    weights = model.trainable_variables

    def gradient(chosen):
        with tf.GradientTape() as tape:
            loss = squared_error(model, x[chosen], task[chosen], y[chosen])
        return [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, weights)]

    tapes = [gradient(rows[task[rows] == t]) for t in range(TASKS)]
    for gathered, *single in zip(gradient(rows), *tapes, strict=True):
        np.testing.assert_allclose(gathered, np.mean(single, axis=0), atol=1e-6)
        assert np.abs(gathered).max() > 1e-3


LAYERS = {
    "intercept": lambda: TaskIntercept(TASKS, name="mine"),
    "heads": lambda: TaskHeads(TASKS),
    "dense": lambda: TaskDense(TASKS, 4, "tanh", pull=0.25),
    "gate": lambda: TaskGate(TASKS, "low_rank", rank=2),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_come_back_from_their_configuration(name):
    hidden = H[:, 0] if name == "intercept" else H
    layer, _ = filled(LAYERS[name](), hidden)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config() and again.name == layer.name
    stored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    for copy in (again, stored):
        copy([hidden, TASK])
        copy.set_weights(layer.get_weights())
        np.testing.assert_array_equal(copy([hidden, TASK]), layer([hidden, TASK]))
        assert [float(v) for v in copy.losses] == [float(v) for v in layer.losses]


@pytest.mark.parametrize(("name", "field", "value"), [
    ("heads", "tasks", TASKS), ("dense", "units", 4), ("dense", "pull", 0.25),
    ("dense", "activation", "tanh"), ("gate", "kind", "low_rank"), ("gate", "rank", 2),
])  # fmt: skip
def test_configurations_say_all(name, field, value):
    assert LAYERS[name]().get_config()[field] == value


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's
@pytest.mark.parametrize("rung", ["soft sharing", "gate, low rank"])
def test_a_saved_network_needs_no_custom_objects(rung, tmp_path):
    model = ladder.build(rung, features=WIDTH, tasks=TASKS, seed=0)
    model.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again([H, TASK]), model([H, TASK]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TaskHeads(0), "at least one task, got tasks=0"),
        (lambda: TaskDense(TASKS, 4, pull=-0.1), "pull must be at least 0, got -0.1"),
        (lambda: TaskGate(TASKS, "soft"), "no gate 'soft'; choose one of free, sigmoid, film, low"),
    ],
)
def test_layers_that_cannot_be(make, message):
    with pytest.raises(ValueError, match=message):
        make()
