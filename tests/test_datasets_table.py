"""TaskTable, split and scale: closed-form results, and every bad input by its message."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import Card, DataError, TaskTable, scale, split

CARD = Card("toy", "Toy", "here", "free", "none", "none", "anything")


def table(sizes=(3, 2), **change) -> TaskTable:
    rows = sum(sizes)
    given = {
        "x": np.arange(2.0 * rows).reshape(rows, 2),
        "y": np.arange(1.0 * rows),
        "task": np.repeat(np.arange(len(sizes)), sizes),
        "features": ("age", "height"),
        "tasks": tuple(f"school {t + 1}" for t in range(len(sizes))),
        "target": "score (points)",
        "card": CARD,
    }
    return TaskTable(**{**given, **change})


def with_nan(*places):
    x = np.zeros((5, 2))
    for place in places:
        x[place] = np.nan
    return x


def test_types_sizes_and_summary():
    made = table()
    assert (made.x.dtype, made.y.dtype, made.task.dtype) == (np.float32, np.float32, np.int32)
    assert made.sizes.tolist() == [3, 2]
    assert len(made) == 5
    assert repr(made) == "Toy: 5 rows × 2 features, 2 tasks, target score (points)"


def test_arrays_are_read_only_copies():
    x = np.zeros((5, 2), np.float32)
    made = table(x=x, splits=(([0, 1, 3], [2, 4]),))
    x[0, 0] = 7.0
    assert made.x[0, 0] == 0.0
    for array in (made.x, made.y, made.task, *made.splits[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros(4)}, "x has 5 rows, y 4 and task 5"),
        ({"x": np.zeros(5)}, r"x must be \[rows, features\]"),
        ({"features": ("age",)}, "2 columns but 1 feature names"),
        (
            {"x": with_nan((3, 1), (4, 1))},
            r"'height' is NaN .* in 2 of 5 rows \(first: row 3\).*Drop",
        ),
        ({"x": np.full((5, 2), 1e39)}, r"'age' is NaN or infinite in 5 of 5 rows"),
        ({"y": [0, 1, np.inf, 3, 4]}, r"'score \(points\)' is NaN or infinite in 1 of 5 rows"),
        ({"task": [0, 0, 1, 1, 2]}, r"task id 2 is out of range: 2 tasks are numbered 0 … 1"),
        ({"task": [0, 0, 1, 1, -1]}, "task id -1 is out of range"),
        ({"task": [0.0, 0.0, 1.0, 1.0, 1.0]}, "task ids must be integers"),
        ({"task": [0] * 5}, r"task 'school 2' \(id 1\) has no row"),
        ({"task": [0] * 5, "tasks": ("only",)}, "one task only: only"),
        ({"splits": (([0, 1, 2], [2, 3, 4]),)}, "split 0 has rows in both train and test"),
        ({"splits": (([0, 1, 2], [3, 5]),)}, "test rows run from 3 to 5.*numbered 0 … 4"),
    ],
)
def test_bad_table_is_refused(change, message):
    with pytest.raises(DataError, match=message):
        table(**change)


def test_split_counts_per_task_and_partition():
    made = table(sizes=(1, 2, 4, 5, 20))
    train, test = split(made, test=0.25, seed=3)
    assert np.bincount(made.task[test], minlength=5).tolist() == [0, 1, 1, 1, 5]
    assert np.sort(np.concatenate([train, test])).tolist() == list(range(32))
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()


def test_split_keeps_one_row_to_learn_from():
    made = table(sizes=(1, 2, 3))
    train, _ = split(made, test=0.99, seed=0)
    assert np.bincount(made.task[train]).tolist() == [1, 1, 1]


def test_split_works_on_rows_in_any_order():
    task = np.array([2, 0, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1])
    made = table(sizes=(4, 4, 4), task=task)
    _, test = split(made, test=0.5, seed=1)
    assert np.bincount(made.task[test]).tolist() == [2, 2, 2]


def test_split_depends_on_the_seed_alone_and_reaches_every_row():
    made = table(sizes=(8, 8))
    assert np.array_equal(split(made, seed=5)[1], split(made, seed=5)[1])
    drawn = [tuple(split(made, seed=seed)[1]) for seed in range(40)]
    assert len(set(drawn)) > 20
    assert {row for rows in drawn for row in rows} == set(range(16))


@pytest.mark.parametrize("share", [0.0, 1.0, 15.0, float("nan")])
def test_split_refuses_what_is_no_share(share):
    with pytest.raises(DataError, match="between 0 and 1"):
        split(table(), test=share, seed=0)


def test_split_refuses_an_empty_test_set():
    with pytest.raises(DataError, match="no row to test on"):
        split(table(), test=0.01, seed=0)


def test_scale_closed_form_and_back():
    made = table(sizes=(2, 2), x=[[1, 5], [3, 5], [2, 5], [9, 6]], y=[10, 20, 15, 40])
    scaled = scale(made, [0, 1])
    assert scaled.x.tolist() == [[-1, 0], [1, 0], [0, 0], [7, 0]]  # the constant column is 0
    assert scaled.y.tolist() == [-1, 1, 0, 5]
    assert (scaled.y_mean, scaled.y_scale) == (15.0, 5.0)
    assert scaled.x_mean.tolist() == [2, 5] and scaled.x_scale.tolist() == [1, 0]
    assert scaled.raw(scaled.y).tolist() == [10, 20, 15, 40]


def test_scale_never_looks_at_test_rows():
    made = table(sizes=(4, 4))
    train = np.array([0, 1, 4, 5])
    x, y = made.x.copy(), made.y.copy()
    x[[2, 3, 6, 7]] += 1000.0
    y[[2, 3, 6, 7]] -= 1000.0
    one, other = scale(made, train), scale(table(sizes=(4, 4), x=x, y=y), train)
    assert np.array_equal(one.x[train], other.x[train])
    assert np.array_equal(one.y[train], other.y[train])
    assert one.y[train].mean() == pytest.approx(0, abs=1e-6)
    assert one.y[train].std() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "train rows: give a list of row numbers"),
        ([True] * 5, "train rows: give a list of row numbers, not bool"),
        ([1, 5], "train rows run from 1 to 5.*numbered 0 … 4"),
        ([2, 2], r"'score \(points\)' is constant in the train rows"),
    ],
)
def test_scale_refuses_bad_rows(rows, message):
    with pytest.raises(DataError, match=message):
        scale(table(), rows)


def test_card_shows_itself_in_a_notebook():
    assert CARD._repr_markdown_().splitlines()[-1] == "- *Not for*: anything"
