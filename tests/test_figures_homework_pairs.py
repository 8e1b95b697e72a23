"""The figures of the homework on paired losses draw what the definitions say."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from lecturekit.figures.homework_pairs import (
    cloud,
    mining_board,
    mining_board_in_words,
    semi_hard_of,
)
from lecturekit.figures.style import styled
from lecturekit.mining import mine
from lecturekit.portable import is_portable, translate

BOARD = [[0.0, 0.0], [0.8, 0.0], [0.0, 0.5], [0.0, -1.0], [-0.9, 0.0], [2.0, 0.0]]


def named(drawn: dict, name: str) -> dict:
    (trace,) = [trace for trace in drawn["data"] if trace["name"] == name]
    return trace


def test_the_nearest_negative_between_positive_and_margin_is_taken():
    assert semi_hard_of(BOARD, 0.3)["row"] == 4
    assert semi_hard_of(BOARD, 0.1 - 1e-9)["row"] == -1
    assert semi_hard_of(BOARD[:4], 0.3)["row"] == 3
    assert semi_hard_of(BOARD, 0.3)["distances"] == pytest.approx([0.5, 1, 0.9, 2])


def test_it_is_the_negative_of_the_miner_for_networks_where_there_is_one():
    rng, found = np.random.default_rng(0), 0
    for _ in range(20):
        points = rng.uniform(-2, 2, (6, 2))
        row = semi_hard_of(points.tolist(), 1.0)["row"]
        D = np.linalg.norm(points[:, None] - points, axis=-1).astype("float32")
        triplets = np.asarray(mine("semi-hard", D, np.array([0, 0, 1, 1, 1, 1])))
        if row > 0:
            found += 1
            assert [0, 1, row] in triplets.tolist()
    assert found > 5


def test_the_answer_and_its_zones_are_hidden_until_asked_for():
    shown, hidden = mining_board(BOARD, 0.3, True), mining_board(BOARD, 0.3, False)
    answer = named(shown, "the one that is mined")
    assert [answer["x"][1], answer["y"][1]] == BOARD[4] and answer["visible"]
    assert "is 4" in shown["layout"]["title"]["text"]
    assert [trace["name"] for trace in hidden["data"] if trace.get("visible") is False] == [
        trace["name"] for trace in shown["data"] if trace.get("visible") is True
    ]
    assert "4" not in hidden["layout"]["title"]["text"]
    assert "takes row 4" in mining_board_in_words(BOARD, 0.3, True)
    assert "takes" not in mining_board_in_words(BOARD, 0.3, False)


def test_no_candidate_gets_no_ring():
    answer = named(mining_board(BOARD, 0.05, True), "the one that is mined")
    assert answer["marker"]["size"] == [0, 0]
    assert "takes none" in mining_board_in_words(BOARD, 0.05, True)


def test_the_circles_have_the_radii_of_the_definition():
    drawn = mining_board(BOARD, 0.3, True)
    for name, radius in (("inside: hard negatives", 0.8), ("between the circles: semi-hard", 1.1)):
        ring = named(drawn, name)
        np.testing.assert_allclose(np.hypot(ring["x"], ring["y"]), radius)


def test_plotly_accepts_the_board_at_the_corners_of_its_controls_and_a_page_can_move_it():
    ends = [[-2.0, -2.0], [2.0, 2.0], [0.0, 0.0]]
    for a, p, n in itertools.product(ends, repeat=3):
        for margin, reveal in itertools.product((0.1, 1), (False, True)):
            points = [a, p, n, [1.0, 0.0], [0.0, 1.0], n]
            assert styled(mining_board(points, margin, reveal)).layout.title.text
            assert not re.search("nan|inf|None", mining_board_in_words(points, margin, reveal))
    for function in (mining_board, mining_board_in_words):
        assert is_portable(function) and translate(function)


def test_a_cloud_shows_classes_by_marker_and_keeps_its_axes():
    points, labels = np.arange(12).reshape(6, 2) / 10, np.array([3, 3, 5, 5, 5, 8])
    made = cloud(points, labels, title="t", below="b", span=2)
    assert [trace.name for trace in made.data] == ["class 3", "class 5", "class 8"]
    assert len({trace.marker.symbol for trace in made.data}) == 3
    np.testing.assert_array_equal(made.data[1].x, points[2:5, 0])
    assert tuple(made.layout.xaxis.range) == tuple(made.layout.yaxis.range) == (-2, 2)
