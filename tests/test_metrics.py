"""Numbers by hand, and the slope that even a perfect predictor shows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lecturekit.metrics import (
    bland_altman,
    calibrated_slope,
    explained_variance,
    mean_squared_error,
)

# Task 0 is predicted perfectly, task 1 by its mean; the grand mean is 9, SST 214, SSE 20.
Y = [0.0, 2.0, 10.0, 12.0, 14.0, 16.0]
GUESS = [0.0, 2.0, 13.0, 13.0, 13.0, 13.0]
TASK = [0, 0, 1, 1, 1, 1]


def test_mean_squared_error_by_hand():
    assert mean_squared_error([1, 2, 3], [1, 2, 5]) == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    ("average", "percent"),
    [("total", 100 * (1 - 20 / 214)), ("tasks", 50.0), ("sizes", (2 * 100 + 4 * 0) / 6)],
)
def test_three_definitions_of_explained_variance_by_hand(average, percent):
    assert explained_variance(Y, GUESS, TASK, average=average) == pytest.approx(percent)


def test_total_needs_no_task_and_is_the_default():
    assert explained_variance(Y, GUESS) == explained_variance(Y, GUESS, TASK, average="total")


def test_explained_variance_of_the_truth_the_mean_and_the_opposite():
    assert explained_variance(Y, Y) == 100
    assert explained_variance(Y, [9.0] * 6) == pytest.approx(0)
    assert explained_variance([-1, 1], [1, -1]) == pytest.approx(-300)  # SSE 8, SST 2


@pytest.mark.parametrize(("average", "percent"), [("tasks", 50.0), ("sizes", 100 / 3)])
def test_a_task_that_never_varies_is_left_out(average, percent):
    y, guess, task = [*Y, 7.0, 7.0, 5.0], [*GUESS, 0.0, 1.0, 2.0], [*TASK, 2, 2, 5]
    assert explained_variance(y, guess, task, average=average) == pytest.approx(percent)


def test_bland_altman_by_hand():
    found = bland_altman([1, 2, 3, 4], [2, 2, 2, 2])
    assert found.mean.tolist() == [1.5, 2, 2.5, 3]
    assert found.difference.tolist() == [-1, 0, 1, 2]
    assert found.bias == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5 - 1.96 * math.sqrt(5 / 3))
    assert found.high == pytest.approx(0.5 + 1.96 * math.sqrt(5 / 3))
    assert found.slope == pytest.approx(2)
    assert found.reference_slope == 2  # worse than the mean counts as R² = 0


def test_slope_is_that_of_least_squares():
    rng = np.random.default_rng(0)
    y, guess = rng.normal(size=(2, 50))
    found = bland_altman(y, guess)
    assert found.slope == pytest.approx(np.polyfit((y + guess) / 2, y - guess, 1)[0])


@pytest.mark.parametrize(("r_squared", "slope"), [(0, 2), (0.34, 1.32 / 2.02), (0.5, 0.4), (1, 0)])
def test_calibrated_slope_by_hand(r_squared, slope):
    assert calibrated_slope(r_squared) == pytest.approx(slope)


@pytest.mark.parametrize("r_squared", [0.1, 0.34, 0.8])
def test_a_calibrated_predictor_has_the_reference_slope(r_squared):
    """y = ŷ + noise with Var ŷ = R²: the slope found, the one expected and the formula agree."""
    rng = np.random.default_rng(1)
    guess = math.sqrt(r_squared) * rng.normal(size=200_000)
    y = guess + math.sqrt(1 - r_squared) * rng.normal(size=200_000)
    found = bland_altman(y, guess)
    assert found.slope == pytest.approx(calibrated_slope(r_squared), abs=0.01)
    assert found.reference_slope == pytest.approx(calibrated_slope(r_squared), abs=0.01)
    outside = np.mean((found.difference < found.low) | (found.difference > found.high))
    assert outside == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize(
    ("y", "guess", "message"),
    [
        ([1, 2], [1, 2, 3], r"truth \(2,\) and prediction \(3,\).*one length"),
        ([[1, 2]], [[1, 2]], "must be vectors"),
        ([], [], "vectors are empty"),
        ([1, math.nan], [1, 2], "look for NaN"),
        ([1, 2], [1, math.inf], "must be finite"),
    ],
)
@pytest.mark.parametrize("metric", [mean_squared_error, explained_variance, bland_altman])
def test_pairs_that_cannot_be_compared(metric, y, guess, message):
    with pytest.raises(ValueError, match=message):
        metric(y, guess)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explained_variance([3, 3], [1, 2]), "y never varies"),
        (
            lambda: explained_variance([3, 3, 4], [1, 2, 3], [0, 0, 1], average="tasks"),
            "never varies within any task",
        ),
        (lambda: explained_variance(Y, GUESS, average="sizes"), "'sizes' needs the task.*task="),
        (lambda: bland_altman([1, 3], [3, 1]), "never varies, so a Bland–Altman slope"),
        (lambda: calibrated_slope(1.01), r"lies in \[0, 1\], got 1.01"),
        (lambda: calibrated_slope(-0.01), r"lies in \[0, 1\]"),
        (lambda: calibrated_slope(math.nan), r"lies in \[0, 1\], got nan"),
    ],
)
def test_messages_for_what_does_not_exist(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_unknown_average_is_refused():
    with pytest.raises(ValueError, match=r"'size'.*total.*tasks.*sizes"):
        explained_variance(Y, GUESS, TASK, average="size")


def test_a_task_for_every_row():
    with pytest.raises(ValueError, match="task"):
        explained_variance(Y, GUESS, TASK[:-1], average="tasks")
