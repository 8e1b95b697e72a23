"""The anatomy of a gradient: loops, the law of total variance, the table of methods by draws."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.multitask import ladder
from lecturekit.multitask.batches import method_one, method_two, mixed
from lecturekit.multitask.variance import Anatomy, anatomy, per_row_gradients, update_variance

TASKS, EACH = 4, 30
RNG = np.random.default_rng(0)
TASK = np.repeat(np.arange(TASKS), EACH)
GRADIENTS = RNG.normal(size=(TASKS, 3))[TASK] + RNG.normal(size=(TASKS * EACH, 3)) * [1, 2, 0.5]
UNEVEN = np.repeat(np.arange(TASKS), [10, 20, 30, 60])


@pytest.mark.parametrize("weights", ["tasks", "rows"])
def test_anatomy_is_a_loop_over_tasks_and_rows(weights):
    own = [GRADIENTS[np.isin(UNEVEN, t)] for t in range(TASKS)]
    share = [len(g) / 120 if weights == "rows" else 1 / TASKS for g in own]
    centre = [sum(g) / len(g) for g in own]
    mean = sum(s * c for s, c in zip(share, centre, strict=True))
    noise = diversity = 0.0
    for s, c, g in zip(share, centre, own, strict=True):
        noise += s * sum(np.sum((row - c) ** 2) for row in g) / len(g)
        diversity += s * np.sum((c - mean) ** 2)
    found = anatomy(GRADIENTS, UNEVEN, weights=weights)
    assert found.tasks == TASKS
    assert (found.mean, found.noise, found.diversity) == pytest.approx(
        (np.sum(mean**2), noise, diversity)
    )


def test_tasks_count_equally_unless_told_otherwise():
    assert anatomy(GRADIENTS, UNEVEN) == anatomy(GRADIENTS, UNEVEN, weights="tasks")
    assert anatomy(GRADIENTS, UNEVEN) != anatomy(GRADIENTS, UNEVEN, weights="rows")


def test_noise_and_diversity_make_up_the_whole_variance():
    parts = anatomy(GRADIENTS, UNEVEN, weights="rows")
    assert parts.noise + parts.diversity == pytest.approx(GRADIENTS.var(0).sum())


def test_anatomy_by_hand():
    """Tasks at −1 ± 1 and 3 ± 2: mean 1, noise (1 + 4)/2, diversity (4 + 4)/2."""
    found = anatomy(np.array([[-2.0], [0.0], [1.0], [5.0]]), [0, 0, 1, 1])
    assert found == Anatomy(mean=1.0, noise=2.5, diversity=4.0, tasks=2)


@pytest.mark.parametrize(
    ("scheme", "batch", "trace"),
    [("one", 1, 6), ("one", 12, 0.5), ("mixed", 4, 2), ("two", 12, 2.5), ("two", 10**9, 2)],
)
def test_variance_of_an_update_by_hand(scheme, batch, trace):
    assert Anatomy(9.0, 6.0, 2.0, 3).variance(scheme, batch) == pytest.approx(trace)


# Every row of the table: batches, factor on their mean, variance in terms of σ̄², D, T and b.
B, UPDATES = 5, 24_000
TABLE = {
    "One, mean": (
        lambda rng: method_one(TASK, B, UPDATES, rng, replace=True), 1, 1,
        lambda s, d: s / (TASKS * B),
    ),
    "One, sum": (
        lambda rng: method_one(TASK, B, UPDATES, rng, replace=True), TASKS, 1,
        lambda s, d: TASKS * s / B,
    ),
    "Two": (
        lambda rng: method_two(TASK, B, UPDATES, rng, weights="tasks", replace=True), 1, 1,
        lambda s, d: s / B + d,
    ),
    "Two × T, with replacement": (
        lambda rng: method_two(TASK, B, UPDATES, rng, weights="tasks", replace=True), 1, TASKS,
        lambda s, d: s / (TASKS * B) + d / TASKS,
    ),
    "Two × T, shuffled": (
        lambda rng: method_two(TASK, B, UPDATES, rng, shuffled=True, replace=True), 1, TASKS,
        lambda s, d: s / (TASKS * B),
    ),
    "mixed": (
        lambda rng: mixed(TASK, TASKS * B, UPDATES, rng, replace=True), 1, 1,
        lambda s, d: (s + d) / (TASKS * B),
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_the_table_of_methods_within_five_percent(row):
    """`UPDATES` draws give a variance to about 2 %; `rounds` batches at frozen θ are averaged."""
    draw, factor, rounds, formula = TABLE[row]
    order = draw(np.random.default_rng(1)).reshape(UPDATES // rounds, -1)
    parts = anatomy(GRADIENTS, TASK)
    found = update_variance(factor * GRADIENTS, order)
    assert found == pytest.approx(formula(parts.noise, parts.diversity), rel=0.05)
    update = factor * GRADIENTS[order].mean((0, 1))
    np.testing.assert_allclose(update, factor * GRADIENTS.mean(0), atol=0.05 * factor)


@pytest.mark.parametrize(
    ("scheme", "draw"),
    [
        ("one", lambda rng: method_one(TASK, 2, UPDATES, rng, replace=True)),
        ("mixed", lambda rng: mixed(TASK, 8, UPDATES, rng, replace=True)),
        ("two", lambda rng: method_two(TASK, 8, UPDATES, rng, weights="tasks", replace=True)),
    ],
)
def test_formula_and_draws_agree_at_an_equal_number_of_rows(scheme, draw):
    order = draw(np.random.default_rng(2))
    assert order.shape[1] == 8
    wanted = anatomy(GRADIENTS, TASK).variance(scheme, 8)
    assert update_variance(GRADIENTS, order) == pytest.approx(wanted, rel=0.05)


def test_update_variance_is_a_loop_over_updates():
    order = RNG.integers(0, 120, (6, 7))
    updates = [sum(GRADIENTS[row] for row in batch) / 7 for batch in order]
    mean = sum(updates) / 6
    wanted = sum(np.sum((u - mean) ** 2) for u in updates) / 5
    assert update_variance(GRADIENTS, order) == pytest.approx(wanted)


@pytest.fixture(scope="module")
def network():
    """A network with a gathered head per task, 1,030 rows, and its trunk's weights."""
    model = ladder.build("heads", features=3, tasks=TASKS, seed=0)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(1030, 3)).astype(np.float32)
    task = rng.integers(0, TASKS, 1030).astype(np.int32)
    y = rng.normal(size=1030).astype(np.float32)
    return model, model.trainable_variables[:4], x, task, y


def test_per_row_gradients_are_one_tape_per_row(network):
    model, weights, x, task, y = network
    table = per_row_gradients(model, weights, x, task, y)
    assert table.shape == (1030, 3 * 32 + 32 + 32 * 16 + 16)
    for row in (0, 1, 511, 512, 514, 515, 516, 1023, 1024, 1029):  # also where chunks may meet
        one = slice(row, row + 1)
        with tf.GradientTape() as tape:
            error = tf.square(y[one] - model([x[one], task[one]]))[0]
        parts = tape.gradient(error, weights)
        wanted = np.concatenate([np.ravel(tf.convert_to_tensor(p)) for p in parts])
        np.testing.assert_allclose(table[row], wanted, atol=1e-6 * max(1, np.abs(wanted).max()))


def test_their_mean_is_the_gradient_of_a_batch(network):
    model, weights, x, task, y = network
    table = per_row_gradients(model, weights, x[:40], task[:40], y[:40])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y[:40] - model([x[:40], task[:40]])))
    wanted = np.concatenate([np.ravel(g) for g in tape.gradient(loss, weights)])
    np.testing.assert_allclose(table.mean(0), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Anatomy(1.0, 1.0, 1.0, 2).variance("three", 4), "no scheme 'three'; choose one,"),
        (lambda: Anatomy(1.0, 1.0, 1.0, 2).variance("one", 0), "batch must be at least 1, got 0"),
        (lambda: update_variance(GRADIENTS, np.zeros((1, 4), int)), "needs two or more"),
        (lambda: anatomy(GRADIENTS, UNEVEN + 1), r"tasks without rows: \[0\]"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_unknown_weights_are_refused():
    with pytest.raises(ValueError, match="'row'"):
        anatomy(GRADIENTS, UNEVEN, weights="row")
