"""Dealing rows into batches: what each method promises about every step, round and task."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.multitask.batches import by_task, method_one, method_two, mixed

TASK = np.random.default_rng(9).permutation(np.repeat([0, 1, 2], [4, 6, 10]))
SIZES = (4, 6, 10)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def rows_of(t: int) -> np.ndarray:
    return np.flatnonzero(np.isin(TASK, t))


def dealt_like_cards(drawn: np.ndarray, rows: np.ndarray) -> bool:
    """All of `rows` come before any comes again: every deal but the last has each once."""
    deals = [drawn[i : i + len(rows)] for i in range(0, len(drawn), len(rows))]
    *whole, last = deals if len(deals[-1]) < len(rows) else [*deals, drawn[:0]]
    return all(sorted(deal) == sorted(rows) for deal in whole) and len(set(last)) == len(last)


def test_by_task_is_a_loop():
    groups = by_task(TASK)
    assert [g.tolist() for g in groups] == [
        [row for row, t in enumerate(TASK) if t == wanted] for wanted in range(3)
    ]


@pytest.mark.parametrize("batch", [1, 3, 7, 20, 47])  # the last is larger than the data
def test_mixed_deals_every_row_before_any_comes_again(batch):
    rows = mixed(TASK, batch, 9, rng())
    assert rows.shape == (9, batch) and rows.dtype == np.int32
    assert dealt_like_cards(rows.ravel(), np.arange(20))
    assert len(set(map(tuple, rows))) == 9  # in a fresh order


@pytest.mark.parametrize("per_task", [1, 3, 9, 25])  # more than a task has, more than the data
def test_method_one_takes_as_many_rows_of_every_task(per_task):
    rows = method_one(TASK, per_task, 8, rng())
    assert rows.shape == (8, 3 * per_task) and rows.dtype == np.int32
    for step in rows:
        assert np.bincount(TASK[step]).tolist() == [per_task] * 3
    for t in range(3):
        own = rows.ravel()[TASK[rows.ravel()] == t]
        assert dealt_like_cards(own, rows_of(t))


@pytest.mark.parametrize("shuffled", [True, False])
@pytest.mark.parametrize("batch", [1, 4, 7, 33])
def test_method_two_takes_all_rows_of_a_step_from_one_task(batch, shuffled):
    rows = method_two(TASK, batch, 40, rng(), shuffled=shuffled)
    assert rows.shape == (40, batch) and rows.dtype == np.int32
    for step in rows:
        (t,) = set(TASK[step])
        assert dealt_like_cards(step, rows_of(t))
    assert set(TASK[rows[:, 0]]) == {0, 1, 2}


@pytest.mark.parametrize("steps", [1, 3, 30, 31])
def test_shuffled_visits_every_task_once_a_round(steps):
    turns = TASK[method_two(TASK, 2, steps, rng(), shuffled=True)[:, 0]]
    assert len(turns) == steps
    assert dealt_like_cards(turns, np.arange(3))
    if steps == 30:
        assert len({tuple(turns[i : i + 3]) for i in range(0, 30, 3)}) > 1  # in a fresh order


@pytest.mark.parametrize(
    ("weights", "shares"), [("rows", np.array(SIZES) / 20), ("tasks", np.full(3, 1 / 3))]
)
def test_method_two_draws_tasks_by_their_weights(weights, shares):
    """20,000 draws: the standard deviation of a share is below .0036."""
    turns = TASK[method_two(TASK, 1, 20_000, rng(), weights=weights)[:, 0]]
    np.testing.assert_allclose(np.bincount(turns) / 20_000, shares, atol=0.015)


def test_method_two_weighs_rows_equally_unless_told_otherwise():
    turns = [method_two(TASK, 2, 50, rng(), **w) for w in ({}, {"weights": "rows"})]
    np.testing.assert_array_equal(*turns)


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed, **how: mixed(TASK, 10, 300, rng(seed), **how),
        lambda seed, **how: method_one(TASK, 2, 300, rng(seed), **how),
        lambda seed, **how: method_two(TASK, 4, 300, rng(seed), weights="tasks", **how),
        lambda seed, **how: method_two(TASK, 4, 300, rng(seed), shuffled=True, **how),
    ],
    ids=["mixed", "one", "two", "two shuffled"],
)
def test_seeds_and_replacement(draw):
    np.testing.assert_array_equal(draw(0), draw(0))
    assert (draw(0) != draw(1)).any()
    assert all(len(set(step)) == len(step) for step in draw(0))
    again = draw(0, replace=True)
    assert again.shape == draw(0).shape and again.dtype == np.int32
    assert any(len(set(step)) < len(step) for step in again)
    assert set(again.ravel()) == set(range(20))


@pytest.mark.parametrize("draw", [method_one, method_two])
def test_replacement_draws_each_row_anew(draw):
    """Four draws from a task of four rows are all different with probability 4!/4⁴ = .094."""
    batches = draw(TASK, 4, 6000, rng(), replace=True)
    four = [own for step in batches if len(own := step[TASK[step] == 0]) == 4]
    different = np.mean([len(set(own)) == 4 for own in four])
    assert different == pytest.approx(24 / 256, abs=0.03)


def test_replacement_draws_all_rows_equally():
    counts = np.bincount(mixed(TASK, 50, 1000, rng(), replace=True).ravel())
    np.testing.assert_allclose(counts / 50_000, 1 / 20, atol=0.005)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: by_task([]), r"one whole number per row, got float64 of shape \(0,\)"),
        (lambda: by_task([[0, 1]]), r"one whole number per row, got int64 of shape \(1, 2\)"),
        (lambda: by_task([0, -1]), "task numbers start at 0, got -1"),
        (lambda: by_task([0, 3, 3]), r"tasks without rows: \[1, 2\]; drop them"),
        (lambda: method_one([1, 1], 2, 2, rng()), r"tasks without rows: \[0\]"),
        (lambda: method_two([1, 1], 2, 2, rng()), r"tasks without rows: \[0\]"),
        (lambda: mixed(TASK, 0, 2, rng()), "batch must be at least 1, got 0"),
        (lambda: mixed(TASK, 2, 0, rng()), "steps must be at least 1, got 0"),
        (lambda: method_one(TASK, -1, 2, rng()), "per_task must be at least 1, got -1"),
        (lambda: method_two(TASK, 2, -3, rng()), "steps must be at least 1, got -3"),
        (lambda: method_two(TASK, 2, 2, rng(), weights="row"), "'rows' or 'tasks', got 'row'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_nothing_to_mix_is_named():
    with pytest.raises(ValueError, match=r"task|row"):
        mixed([], 2, 2, rng())


def test_task_numbers_are_whole():
    """Row 1 belongs to no task; it must not vanish without a word."""
    with pytest.raises(ValueError, match=r"task"):
        by_task([0.0, 0.5, 1.0])
