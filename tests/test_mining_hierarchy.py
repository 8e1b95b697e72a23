"""The tree of the classes against plain loops, its margins by hand, and its batches."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.mining.hierarchy import class_distances, class_tree, neighbourhoods

RNG = np.random.default_rng(0)
LABELS = np.repeat([3, 5, 8, 9], [2, 3, 4, 3])


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


POINTS = unit(RNG.normal(size=(12, 4)))


def angles(*degrees):
    """Unit vectors of the plane, two of each angle."""
    turned = np.radians(np.repeat(degrees, 2))
    return np.stack([np.cos(turned), np.sin(turned)], 1)


def loop_distances():
    names = np.unique(LABELS)
    made = np.zeros((4, 4))
    for p, one in enumerate(names):
        for q, other in enumerate(names):
            pairs = [
                sum((POINTS[i] - POINTS[j]) ** 2)
                for i in np.flatnonzero(one == LABELS)
                for j in np.flatnonzero(other == LABELS)
                if i != j
            ]
            made[p, q] = np.mean(pairs)
    return made


def loop_merges(distances, thresholds):
    """Average linkage by hand: join the nearest two nodes, note the level of every pair."""
    nodes = [[k] for k in range(len(distances))]
    level = np.zeros(distances.shape, int)
    while len(nodes) > 1:
        height, i, j = min(
            (np.mean([distances[a, b] for a in nodes[i] for b in nodes[j]]), i, j)
            for i in range(len(nodes))
            for j in range(i)
        )
        for a in nodes[i]:
            for b in nodes[j]:
                level[a, b] = level[b, a] = next(
                    k for k, d in enumerate(thresholds) if height <= d + 1e-9
                )
        nodes[j] += nodes.pop(i)
    return level


def test_class_distances_are_what_a_loop_over_pairs_finds():
    names, found = class_distances(POINTS, LABELS)
    assert list(names) == [3, 5, 8, 9]
    np.testing.assert_allclose(found, loop_distances(), rtol=1e-10)


@pytest.mark.parametrize("levels", [1, 5, 16])
def test_the_tree_merges_as_average_linkage_by_hand(levels):
    tree = class_tree(POINTS, LABELS, levels=levels)
    floor = np.diag(loop_distances()).mean()
    expected = [k * (4 - floor) / levels + floor for k in range(levels + 1)]
    np.testing.assert_allclose(tree.thresholds, expected)
    assert (tree.merge == loop_merges(loop_distances(), tree.thresholds)).all()


def test_margins_of_three_directions_by_hand():
    """Two classes 60° apart, D² = 1, and one opposite to the first; rows of a class are equal."""
    tree = class_tree(angles(0, 60, 180), [0, 0, 1, 1, 2, 2], levels=4)
    np.testing.assert_allclose(tree.thresholds, [0, 1, 2, 3, 4])
    # 0 and 1 merge at 1; the mean of 4 and 3 is 3.5, so 2 joins at level 4
    assert tree.merge.tolist() == [[0, 1, 4], [1, 0, 4], [4, 4, 0]]
    expected = [[0, 1.1, 4.1], [1.1, 0, 4.1], [4.1, 4.1, 0]]
    np.testing.assert_allclose(tree.margins(0.1), expected, atol=1e-9)
    assert tree.clusters(0).tolist() == [0, 1, 2]
    assert tree.clusters(1).tolist() == tree.clusters(3).tolist() == [0, 0, 1]
    assert tree.clusters(4).tolist() == [0, 0, 0]
    assert tree.widest_gap() == 1
    assert [tree.nearest_to(count) for count in (1, 2, 3, 9)] == [4, 1, 0, 0]
    with pytest.raises(ValueError, match="no cut into 0 clusters"):
        tree.nearest_to(0)


def test_margins_are_of_the_anchors_class_and_never_negative():
    tree = class_tree(POINTS, LABELS)
    for base in (0.0, 0.1):
        found = tree.margins(base)
        for a in range(4):
            for n in range(4):
                height = tree.thresholds[tree.merge[a, n]]
                expected = 0 if a == n else max(0, base + height - loop_distances()[a, a])
                assert found[a, n] == pytest.approx(expected, abs=1e-9)


def test_a_class_wider_than_its_distance_to_another_has_margin_zero():
    """One class is a point, the other two opposite points at 90° from it: s = 0 and 4, D² = 2."""
    tree = class_tree([[1, 0], [1, 0], [0, 1], [0, -1]], [0, 0, 1, 1])
    np.testing.assert_allclose(tree.within, [0, 4], atol=1e-9)
    np.testing.assert_allclose(tree.margins(0.1), [[0, 2.1], [0, 0]], atol=1e-9)


def test_equal_points_merge_at_once_with_the_base_as_margin():
    tree = class_tree(np.tile([[1.0, 0.0]], (6, 1)), [0, 0, 1, 1, 2, 2])
    assert (tree.merge == 0).all() and set(tree.clusters(0)) == {0}
    np.testing.assert_allclose(tree.margins(0.1), 0.1 * (1 - np.eye(3)))


def test_two_classes_have_a_cut_too():
    tree = class_tree(angles(0, 90), [0, 0, 1, 1])
    assert tree.clusters(tree.widest_gap()).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("points", "labels", "message"),
    [
        (POINTS, np.zeros(12), "one class only"),
        (POINTS, np.r_[LABELS[:-1], 10], "class 10 has a single row"),
        (2 * POINTS, LABELS, "unit vectors, one has length 2"),
        (np.full((12, 4), np.nan), LABELS, "NaN"),
        (POINTS, LABELS[:4], r"labels \[rows\]"),
        (POINTS[0], LABELS, r"points must be \[rows"),
    ],
)
def test_points_without_a_tree_are_refused(points, labels, message):
    with pytest.raises(ValueError, match=message):
        class_tree(points, labels)


def test_a_tree_refuses_levels_and_bases_that_it_does_not_have():
    tree = class_tree(POINTS, LABELS)
    for level in (-1, 17):
        with pytest.raises(ValueError, match="level must be 0 … 16"):
            tree.clusters(level)
    with pytest.raises(ValueError, match="β must be at least 0"):
        tree.margins(-1)
    with pytest.raises(ValueError, match="one level or more"):
        class_tree(POINTS, LABELS, levels=0)


# ------------------------------------------------------------------ batches

MANY = np.repeat(np.arange(6), 8)[RNG.permutation(48)]
SIX = class_tree(unit(RNG.normal(size=(48, 3)) + 3 * np.eye(6, 3)[MANY]), MANY)


def drawn(**changed):
    given = {"anchors": 2, "near": 3, "photos": 4, "steps": 50, **changed}
    return neighbourhoods(SIX, MANY, rng=np.random.default_rng(1), **given)


def test_a_batch_is_anchors_with_their_nearest_classes():
    found = drawn()
    assert found.shape == (50, 24) and (found == drawn()).all()
    for batch in found.reshape(50, 2, 3, 4):
        classes = MANY[batch]
        assert (classes == classes[:, :, :1]).all()
        assert len(set(classes[:, 0, 0])) == 2
        for anchor, *others in classes[:, :, 0]:
            by_distance = sorted(set(range(6)) - {anchor}, key=lambda k: SIX.distances[anchor, k])
            assert others == by_distance[:2]
    assert set(MANY[found[:, 0]]) == set(range(6))


def test_rows_come_twice_only_when_a_class_has_none_left():
    for batch in drawn():  # a class comes at most twice: 8 rows, and it has 8
        assert len(set(batch)) == 24


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"near": 7}, "need 2 to 6 classes"),
        ({"anchors": 7}, "need 2 to 6 classes"),
        ({"anchors": 1, "near": 1}, "need 2 to 6 classes"),
        ({"photos": 1}, "take 2 to 8"),
        ({"photos": 9}, "take 2 to 8"),
    ],
)
def test_batches_that_cannot_be_made_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        drawn(**changed)


def test_a_tree_of_other_classes_is_refused():
    with pytest.raises(ValueError, match="other classes than the tree"):
        neighbourhoods(
            SIX, MANY + 1, anchors=2, near=2, photos=2, steps=1, rng=np.random.default_rng(0)
        )
