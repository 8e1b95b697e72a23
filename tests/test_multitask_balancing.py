"""Balancing against brute force and plain loops, and two conflicting tasks."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.metrics import explained_variance
from lecturekit.multitask import balancing, conflict

RNG = np.random.default_rng(0)
TWO = [RNG.normal(size=(2, 3)) * RNG.choice([1, 5], (2, 1)) for _ in range(12)]
THREE = [RNG.normal(size=(3, 4)) * RNG.choice([1, 5], (3, 1)) for _ in range(12)]


def call(method, gradients, *options) -> np.ndarray:
    return method(tf.constant(gradients, tf.float32), *options).numpy()


def simplex(tasks: int, parts: int = 200) -> np.ndarray:
    """All weights k/parts that sum to 1: [points, tasks]."""
    first = np.arange(parts + 1)
    if tasks == 2:
        return np.stack([first, parts - first], 1) / parts
    grid = np.stack(np.meshgrid(first, first), -1).reshape(-1, 2)
    grid = grid[grid.sum(1) <= parts]
    return np.column_stack([grid, parts - grid.sum(1)]) / parts


def pcgrad_loop(gradients):
    """Yu et al. 2020, algorithm 1, with the other tasks in their given order."""
    total = np.zeros(gradients.shape[1])
    for i, own in enumerate(gradients.astype(float)):
        for j, other in enumerate(gradients):
            if j != i and own @ other < 0:
                own = own - own @ other / (other @ other) * other
        total += own
    return total


def test_the_plain_step_is_the_sum():
    np.testing.assert_allclose(call(balancing.plain, THREE[0]), THREE[0].sum(0), rtol=1e-6)


@pytest.mark.parametrize("gradients", [*TWO, *THREE])
def test_pcgrad_is_its_loop(gradients):
    np.testing.assert_allclose(call(balancing.pcgrad, gradients), pcgrad_loop(gradients), atol=1e-4)


def test_pcgrad_by_hand():
    """(1, 0) and (−1, 1): each loses its part along the other, (½, ½) and (0, 1)."""
    assert call(balancing.pcgrad, [[1, 0], [-1, 1]]).tolist() == [0.5, 1.5]
    assert call(balancing.pcgrad, [[1, 0], [1, 1]]).tolist() == [2, 1]  # no conflict: the sum
    assert call(balancing.pcgrad, [[1, 0], [0, 0]]).tolist() == [1, 0]  # no NaN at a zero gradient


def test_pcgrad_does_not_project_a_gradient_onto_itself():
    """After two projections what is left of (10, −1) points against (10, −1) itself."""
    gradients = np.array([[-1.0, 0.0], [-1.0, 1.0], [10.0, -1.0]])
    np.testing.assert_allclose(call(balancing.pcgrad, gradients), pcgrad_loop(gradients), atol=1e-5)


@pytest.mark.parametrize(
    ("gradients", "step"),
    [
        ([[1, 0], [0, 1]], [0.5, 0.5]),
        ([[2, 0], [0, 1]], [0.4, 0.8]),  # weights 1/5 and 4/5
        ([[1, 0], [3, 0]], [1, 0]),  # the shorter one alone
        ([[3, 1], [1, 0]], [1, 0]),
        ([[1, 0], [-3, 0]], [0, 0]),  # they cannot both improve
        ([[1, 2], [1, 2]], [1, 2]),
        ([[0, 0], [0, 0]], [0, 0]),
    ],
)
def test_mgda_of_two_tasks_by_hand(gradients, step):
    np.testing.assert_allclose(call(balancing.mgda, gradients), step, atol=1e-6)


@pytest.mark.parametrize(("gradients", "slack"), [(TWO, 1e-6), (THREE, 0.01)])
def test_mgda_is_the_shortest_vector_on_the_simplex(gradients, slack):
    for g in gradients:
        step, scale = call(balancing.mgda, g), np.max(np.sum(g**2, 1))
        shortest = np.min(np.sum((simplex(len(g)) @ g) ** 2, 1))
        assert step @ step <= shortest + slack * scale
        inside = np.linalg.lstsq(np.vstack([g.T, np.ones(len(g))]), np.r_[step, 1], rcond=None)[0]
        assert (inside > -1e-4).all()  # it lies in the hull


@pytest.mark.parametrize("g", TWO)
def test_mgda_makes_no_task_worse(g):
    step = call(balancing.mgda, g)
    assert (g @ step >= step @ step - 1e-4).all()


def unscaled_cagrad(g, c):
    return call(balancing.cagrad, g, c) * (1 + c**2) / len(g)


@pytest.mark.parametrize("c", [0.2, 0.5, 0.9])
def test_cagrad_is_the_best_step_for_the_worst_task(c):
    """Against a search of the ball ‖d − ḡ‖ ≤ c ‖ḡ‖ in the plane for the largest min ⟨g_t, d⟩."""
    turn, share = np.meshgrid(np.linspace(0, 2 * np.pi, 361), np.linspace(0, 1, 21))
    ball = np.stack([share * np.cos(turn), share * np.sin(turn)], -1).reshape(-1, 2)
    for g in (*(g[:, :2] for g in TWO), *(g[:, :2] for g in THREE)):
        mean = g.mean(0)
        radius, scale = c * np.linalg.norm(mean), np.linalg.norm(g, axis=1).max()
        best = np.max(np.min((mean + radius * ball) @ g.T, 1))
        step = unscaled_cagrad(g, c)
        assert np.linalg.norm(step - mean) <= radius * (1 + 1e-4)
        assert np.min(g @ step) >= best - 0.08 * radius * scale


def test_cagrad_without_a_ball_is_the_sum():
    np.testing.assert_allclose(call(balancing.cagrad, THREE[1], 0.0), THREE[1].sum(0), rtol=1e-5)


def test_cagrad_by_hand():
    """(1, 0) and (0, 1): worst and mean point the same way, so d = (1 + c) ḡ."""
    step = call(balancing.cagrad, [[1, 0], [0, 1]], 0.5)
    np.testing.assert_allclose(step, 1.5 * np.array([1, 1]) / 1.25, atol=0.02)
    assert call(balancing.cagrad, [[0, 0], [0, 0]]).tolist() == [0, 0]


@pytest.mark.parametrize("c", [-0.1, 1.0, np.nan])
def test_cagrad_refuses_a_ball_around_zero(c):
    with pytest.raises(ValueError, match=r"c must lie in \[0, 1\), got"):
        balancing.cagrad(tf.ones((2, 2)), c)


def test_uncertainty_by_hand_and_at_its_optimum():
    losses = tf.constant([0.5, 2.0, 9.0])
    assert float(balancing.uncertainty(losses, tf.zeros(3))) == pytest.approx(11.5 / 2)
    logs = tf.math.log(losses)
    with tf.GradientTape() as tape:
        tape.watch(logs)
        value = balancing.uncertainty(losses, logs)
    np.testing.assert_allclose(tape.gradient(value, logs), 0, atol=1e-6)  # e^s = L
    assert float(value) == pytest.approx(np.sum(1 + np.log([0.5, 2, 9])) / 2)
    for away in ([0.1, 0, 0], [0, -0.1, 0], [0, 0, 0.1]):
        assert float(balancing.uncertainty(losses, logs + tf.constant(away))) > float(value)


def test_uncertainty_divides_each_gradient_by_its_loss():
    losses = tf.constant([0.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(losses)
        value = balancing.uncertainty(losses, tf.math.log([0.5, 2.0]))
    np.testing.assert_allclose(tape.gradient(value, losses), [1, 0.25], rtol=1e-6)


@pytest.mark.parametrize(
    ("alpha", "value"),
    [(0.0, 1 + 1), (1.0, 5 / 3 + 5 / 3), (2.0, (32 / 9 - 1) + (3 - 8 / 9))],
)
def test_gradnorm_by_hand(alpha, value):
    """w n = (1, 3), mean 2; rates 4/3 and 2/3 of their mean; targets 2 (4/3)^α and 2 (2/3)^α."""
    norms, losses, first = (tf.constant(v) for v in ([1.0, 3.0], [1.0, 1.0], [1.0, 2.0]))
    found = balancing.gradnorm(norms, losses, first, tf.ones(2), alpha)
    assert float(found) == pytest.approx(value, rel=1e-5)


def test_the_target_of_gradnorm_has_no_gradient():
    """Only |w n − target| is differentiated, with the target held: ± n, not a mean of both."""
    norms, losses, first = (tf.constant(v) for v in ([1.0, 3.0], [1.0, 1.0], [1.0, 2.0]))
    weights = tf.constant([0.8, 1.2])
    with tf.GradientTape() as tape:
        tape.watch([weights, losses])
        gap = balancing.gradnorm(norms, losses, first, weights)
    by_weights, by_losses = tape.gradient(gap, [weights, losses])
    assert by_weights.numpy().tolist() == [-1, 3]
    assert by_losses is None or not by_losses.numpy().any()


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="no method 'Nash'; choose one of plain sum"):
        conflict.balanced_loss("Nash")


# Two tasks fight for a narrow trunk


def test_conflicting_tasks_differ_in_unit_only():
    x, y = conflict.conflicting_tasks(1, rows=4000)
    other_x, other_y = conflict.conflicting_tasks(1, rows=4000, scale=5.0)
    assert x.shape == (4000, 10) and y.shape == (4000, 2) and y.dtype == np.float32
    np.testing.assert_array_equal(x, other_x)
    np.testing.assert_allclose(other_y, y * [1, 5], rtol=1e-6)
    np.testing.assert_allclose(y.var(0), 1, atol=0.06)
    assert (conflict.conflicting_tasks(2, rows=4000)[1] != y).any()


@pytest.fixture(scope="module")
def narrow():
    """A network with a trunk of two units, its batch, and each task's gradients by plain tapes."""
    x, y = conflict.conflicting_tasks(0, rows=50, scale=3.0)
    model = conflict.TwoTaskNet(2, seed=0)
    model(x)
    model.task_weights.assign([0.3, -0.5])
    trunk, out = model.trunk.trainable_variables, model.out.trainable_variables
    losses, gradients, outer = [], [], []
    for t in (0, 1):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y[:, t] - model(x)[:, t]))
        of_trunk, of_out = tape.gradient(loss, [trunk, out])
        losses.append(float(loss))
        gradients.append(flat(of_trunk))
        outer.append(flat(of_out))
    return model, x, y, np.array(losses), np.array(gradients), np.array(outer)


def flat(parts) -> np.ndarray:
    return np.concatenate([np.ravel(p) for p in parts])


def gradients_of(method, model, x, y):
    variables = [model.trunk.trainable_variables, model.out.trainable_variables]
    with tf.GradientTape() as tape:
        loss = conflict.balanced_loss(method)(model, x, y)
    unused = tf.UnconnectedGradients.ZERO
    trunk, out, weights = tape.gradient(loss, [*variables, model.task_weights.value], None, unused)
    return float(loss), flat(trunk), flat(out), weights.numpy()


@pytest.mark.parametrize("method", ["plain sum", "PCGrad", "MGDA", "CAGrad"])
def test_the_gradient_of_a_balanced_loss_is_the_chosen_step(narrow, method):
    model, x, y, losses, gradients, outer = narrow
    value, trunk, out, weights = gradients_of(method, model, x, y)
    assert value == pytest.approx(losses.sum(), rel=1e-5)
    step = call(conflict.METHODS[method], gradients)
    np.testing.assert_allclose(trunk, step, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(out, outer.sum(0), rtol=1e-4, atol=1e-5)
    assert not weights.any()
    if method != "plain sum":
        assert np.abs(trunk - gradients.sum(0)).max() > 1e-3


def test_uncertainty_weighs_both_losses_and_learns_the_weights(narrow):
    model, x, y, losses, gradients, outer = narrow
    s = np.array([0.3, -0.5])
    value, trunk, out, weights = gradients_of("Uncertainty weighting", model, x, y)
    assert value == pytest.approx(np.sum(losses * np.exp(-s) + s) / 2, rel=1e-5)
    np.testing.assert_allclose(trunk, np.exp(-s) / 2 @ gradients, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(out, np.exp(-s) / 2 @ outer, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(weights, (1 - losses * np.exp(-s)) / 2, rtol=1e-4)


def test_gradnorm_weighs_both_losses_and_moves_the_weights(narrow):
    """Weights 2·softmax; the network sees the weighted sum, the weights see only the gap."""
    model, x, y, losses, gradients, outer = narrow
    s = np.array([0.3, -0.5])
    share = np.exp(s) / np.exp(s).sum()
    _, trunk, out, weights = gradients_of("GradNorm", model, x, y)
    np.testing.assert_allclose(trunk, 2 * share @ gradients, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(out, 2 * share @ outer, rtol=1e-3, atol=1e-5)
    norms, rate = np.linalg.norm(gradients, axis=1), losses / y.var(0)
    target = np.mean(2 * share * norms) * (rate / rate.mean()) ** 1.5
    by_weights = np.sign(2 * share * norms - target) * norms
    wanted = 2 * share * (by_weights - share @ by_weights)  # through the softmax
    np.testing.assert_allclose(weights, wanted, rtol=1e-3, atol=1e-5)


def test_compare_gives_every_method_the_same_start_data_and_batches():
    """After one step of size 0.01 from the same start, methods differ little, seeds a lot."""
    methods = ["plain sum", "Uncertainty weighting"]
    found = conflict.compare([1.0, 5.0], methods, seeds=2, steps=1, batch=8)
    assert list(found) == methods
    plain, weighted = found.values()
    assert plain.shape == weighted.shape == (2, 2, 2)
    np.testing.assert_allclose(plain, weighted, atol=5)
    assert (plain < 100).all() and np.abs(plain[:, 0] - plain[:, 1]).max() > 5
    start, (x, y) = conflict.TwoTaskNet(3, 1), conflict.conflicting_tasks(1, rows=3000)
    untrained = [explained_variance(y[2000:, t], start(x[2000:])[:, t]) for t in (0, 1)]
    np.testing.assert_allclose(plain[0, 1], untrained, atol=5)
    later = conflict.compare([1.0], methods[:1], seeds=1, first_seed=1, steps=1, batch=8)
    np.testing.assert_array_equal(later["plain sum"][0, 0], plain[0, 1])


def test_compare_names_an_unknown_method():
    with pytest.raises(ValueError, match="no method 'Nash'"):
        conflict.compare([1.0], ["Nash"], seeds=1)


def test_a_network_of_two_tasks_comes_from_its_seed():
    x = np.ones((3, 10), np.float32)
    one, same, other = (conflict.TwoTaskNet(3, seed)(x) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert one.shape == (3, 2) and (one.numpy() != other.numpy()).any()
    assert isinstance(conflict.TwoTaskNet(3, 0), keras.Model)
