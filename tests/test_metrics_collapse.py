"""A collapse has two signs, and needs both."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.metrics import collapsed, spread

CIRCLE = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def test_spread_of_known_points():
    assert spread(CIRCLE) == pytest.approx(1)
    assert spread(np.ones((5, 3))) == 0
    assert spread(np.zeros((5, 3))) == 0
    # at (1, 0) and (0, 1): the middle is half a diagonal away from both
    assert spread([[1.0, 0.0], [0.0, 1.0]]) == pytest.approx(np.sqrt(0.5))


def test_spread_does_not_depend_on_the_scale():
    points = np.random.default_rng(0).normal(1, 1, (20, 4))
    assert spread(1000 * points) == pytest.approx(spread(points))


@pytest.mark.parametrize(
    ("points", "loss", "expected"),
    [
        (np.ones((5, 3)), 0.2, True),
        (np.ones((5, 3)), 0.209, True),
        (np.ones((5, 3)), 0.1, False),  # one point, but the loss says something else
        (CIRCLE, 0.2, False),  # on the plateau, but healthy: a start
    ],
)
def test_both_signs_are_needed(points, loss, expected):
    assert collapsed(points, loss, 0.2) is expected


@pytest.mark.parametrize("points", [[], [1.0], [[np.nan]], np.zeros((0, 3))])
def test_what_is_no_embedding_is_refused(points):
    with pytest.raises(ValueError, match="must be finite"):
        spread(points)


@pytest.mark.parametrize("plateau", [0, -1, np.nan])
def test_a_plateau_must_be_above_zero(plateau):
    with pytest.raises(ValueError, match="plateau"):
        collapsed(CIRCLE, 0.2, plateau)
