"""Gaps, clusters, views and made-up families: closed forms, a second oracle, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster
from sklearn.metrics import adjusted_rand_score

from lecturekit.modalities import slide
from lecturekit.modalities.clusters import (
    LINKAGES,
    apart,
    as_sets,
    clusters,
    from_triangle,
    in_order,
    links,
    together,
)
from lecturekit.modalities.families import make_families
from lecturekit.modalities.gap import Heterogeneity, normalised_gap
from lecturekit.modalities.views import CONTROL, as_views, digit_views, standardised

RNG = np.random.default_rng(0)
ACCURACY = np.array([[0.9, 0.7], [0.8, 0.8], [0.5, 0.4]])  # the third row is a control
UNTRAINED = np.array([0.5, 0.4])


def test_the_gap_is_what_is_lost_over_what_a_trunk_is_worth():
    wanted = [[0, 0.25], [0.25, 0], [1, 1]]
    np.testing.assert_allclose(normalised_gap(ACCURACY, UNTRAINED), wanted)


def test_a_target_that_needs_no_trunk_has_no_gap():
    gap = normalised_gap(ACCURACY, [0.5, 0.8])
    assert np.isnan(gap[:, 1]).all() and np.isfinite(gap[:, 0]).all()


def test_distances_are_symmetric_and_nowhere_below_zero():
    better = ACCURACY.copy()
    better[0, 1] = 0.9  # another trunk is better than one's own
    found = Heterogeneity(("a", "b", "c"), np.stack([ACCURACY, better]), np.stack([UNTRAINED] * 2))
    assert found.targets == ("a", "b")
    np.testing.assert_allclose(found.between("a", "b"), [0.25, 0])
    np.testing.assert_allclose(found.distances[0], [[0, 0.25], [0.25, 0]])
    with pytest.raises(ValueError, match="'c' is no target"):
        found.between("a", "c")


@pytest.mark.parametrize(
    ("accuracy", "untrained", "words"),
    [
        (ACCURACY.T, UNTRAINED, "sources, targets"),
        (ACCURACY, [0.5], "one untrained accuracy"),
        ([[0.9], [0.8]], [0.5], "one modality alone"),
    ],
)
def test_gaps_of_other_shapes_are_refused(accuracy, untrained, words):
    with pytest.raises(ValueError, match=words):
        normalised_gap(accuracy, untrained)


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize(
    ("matrix", "groups"),
    [
        (slide.UNIMODAL, slide.UNIMODAL_GROUPS),
        (slide.CROSSMODAL, slide.CROSSMODAL_GROUPS),
    ],
)
def test_the_matrices_of_the_slide_give_its_clusters(matrix, groups, linkage):
    assert tuple(clusters(matrix, cut=2.5, linkage=linkage)) == groups


def test_the_slide_in_its_own_words():
    sets = as_sets(clusters(slide.UNIMODAL, cut=2.5), slide.MODALITIES)
    assert sets == [("1", "2", "4"), ("3",), ("5",)]
    sets = as_sets(clusters(slide.CROSSMODAL, count=2), slide.INTERACTIONS)
    assert sets == [("12", "13", "45"), ("23",)]


def test_a_triangle_is_read_row_by_row():
    wanted = [[0, 1, 2, 4], [1, 0, 3, 5], [2, 3, 0, 6], [4, 5, 6, 0]]
    np.testing.assert_array_equal(from_triangle([1, 2, 3, 4, 5, 6]), wanted)
    for bad in ([], [1, 2]):
        with pytest.raises(ValueError, match="lower triangle"):
            from_triangle(bad)


def test_points_on_a_line_are_joined_by_hand():
    """At 0, 1, 10, 12: first {0, 1} at 1, then {10, 12} at 2, then all at the mean, 10.5."""
    at = np.array([0.0, 1, 10, 12])
    matrix = np.abs(at[:, None] - at)
    np.testing.assert_allclose(links(matrix)[:, 2], [1, 2, 10.5])
    assert list(clusters(matrix, cut=1)) == [0, 0, 1, 2]
    assert list(clusters(matrix, cut=5)) == [0, 0, 1, 1]
    for count, wanted in ((1, [0] * 4), (2, [0, 0, 1, 1]), (3, [0, 0, 1, 2]), (4, [0, 1, 2, 3])):
        assert list(clusters(matrix, count=count)) == wanted


def test_a_count_agrees_with_scipy_and_is_exact_with_ties():
    for seed in range(5):
        matrix = from_triangle(np.random.default_rng(seed).uniform(size=28))
        for count in (2, 3, 5):
            other = fcluster(links(matrix), count, "maxclust")
            assert apart(clusters(matrix, count=count), other) == 0
    equal = from_triangle(np.ones(6))
    assert [clusters(equal, count=k).max() + 1 for k in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_groupings_are_compared_by_pairs():
    assert list(in_order([7, 2, 7, 9])) == [0, 1, 0, 2]
    assert apart([0, 0, 1], [5, 5, 2]) == 0 and apart([0, 0, 1], [0, 1, 1]) == 2
    np.testing.assert_allclose(together([[0, 0, 1], [0, 1, 1]]), [[1, 0.5, 0], [0.5, 1, 0.5],
                                                                 [0, 0.5, 1]])  # fmt: skip


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (slide.UNIMODAL, {}, "exactly one"),
        (slide.UNIMODAL, {"cut": 1, "count": 2}, "exactly one"),
        (slide.UNIMODAL, {"count": 6}, "count must be 1 … 5"),
        (slide.UNIMODAL, {"cut": 1, "linkage": "ward"}, "no linkage 'ward'"),
        (np.zeros((1, 1)), {"cut": 1}, "two rows or more"),
        (np.triu(slide.UNIMODAL), {"cut": 1}, "symmetric"),
        (slide.UNIMODAL + 1, {"cut": 1}, "0 on the diagonal"),
        (slide.UNIMODAL * np.nan, {"cut": 1}, "a target learned nothing"),
    ],
)
def test_clusters_of_what_is_no_distance_are_refused(given, options, words):
    with pytest.raises(ValueError, match=words):
        clusters(given, **options)
    with pytest.raises(ValueError, match="3 names"):
        as_sets([0, 1], ("a", "b", "c"))
    with pytest.raises(ValueError, match="the same rows"):
        apart([0, 1], [0])


IMAGE = RNG.normal(size=(6, 784)).astype(np.float32)
SOUND = RNG.normal(size=(6, 20, 13)).astype(np.float32)


def test_three_views_hold_the_same_numbers_in_another_order():
    views = digit_views(0, IMAGE, SOUND)
    assert list(views)[-1] == CONTROL and len(views) == 9
    for name in ("rotated", "permuted"):
        np.testing.assert_array_equal(np.sort(views[name]), np.sort(views["image"]))
        assert (views[name] != views["image"]).any(axis=1).all()
    np.testing.assert_array_equal(views["rotated"].reshape(6, 14, 14)[:, ::-1].swapaxes(1, 2),
                                  views["image"].reshape(6, 14, 14))  # fmt: skip
    np.testing.assert_array_equal(views["top half"], views["image"][:, :98])
    np.testing.assert_array_equal(views["first half"], views["sound"][:, :130])
    image = IMAGE[0].reshape(28, 28)
    np.testing.assert_allclose(views["image"][0][15], image[2:4, 2:4].mean(), rtol=1e-5)
    np.testing.assert_allclose(views["profiles"][0][:28], image.mean(0), atol=1e-6)


def test_noise_changes_with_the_seed_and_the_permutation_does_not():
    one, other = digit_views(0, IMAGE, SOUND), digit_views(1, IMAGE, SOUND)
    assert (one[CONTROL] != other[CONTROL]).all()
    np.testing.assert_array_equal(one["permuted"], other["permuted"])
    with pytest.raises(ValueError, match="no pairs"):
        digit_views(0, IMAGE, SOUND[:5])


def test_a_constant_feature_becomes_zero_and_a_quiet_one_is_not_blown_up():
    train = np.array([[0, 5, 0], [2, 5, 0.02]], np.float32)
    made, test = standardised(train, np.array([[1, 6, 0.01]], np.float32))
    np.testing.assert_allclose(made, [[-1, 0, -0.1], [1, 0, 0.1]], atol=1e-6)
    np.testing.assert_allclose(test, [[0, 10, 0]], atol=1e-6)
    flat, _ = standardised(np.ones((3, 2), np.float32), np.ones((1, 2), np.float32))
    np.testing.assert_array_equal(flat, 0)


def test_views_are_padded_to_one_width():
    views = as_views({"a": IMAGE[:, :4], "b": IMAGE[:, :2]}, {"a": IMAGE[:3, :4],
                     "b": IMAGE[:3, :2]}, range(6), [0, 9, 1])  # fmt: skip
    assert views.widths == (4, 2) and views.classes == 10
    assert views.train.shape == (6, 2, 4) and views.test.shape == (3, 2, 4)
    np.testing.assert_array_equal(views.train[:, 1, 2:], 0)
    np.testing.assert_allclose(views.train[:, 1, :2].std(0), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ({}, {}, "same modalities"),
        ({"a": IMAGE}, {"b": IMAGE}, "same modalities"),
        ({"a": IMAGE, "b": IMAGE[:5]}, {"a": IMAGE, "b": IMAGE}, "a row for each of 6"),
        ({"a": IMAGE}, {"a": IMAGE[:, :3]}, "other features"),
        ({"a": IMAGE * np.nan}, {"a": IMAGE}, "'a' holds NaN"),
    ],
)
def test_views_that_do_not_fit_are_refused(train, test, words):
    with pytest.raises(ValueError, match=words):
        as_views(train, test, range(6), range(6))


def test_the_control_can_be_left_out():
    views = as_views(*[digit_views(0, IMAGE, SOUND)] * 2, range(6), range(6))
    less = views.without_control()
    assert less.names == views.names[:-1] and less.widths == views.widths[:-1]
    np.testing.assert_array_equal(less.train, views.train[:, :8])
    assert less.without_control() is less


def small(seed=0, **options):
    return make_families(seed, train=200, test=100, **options)


def class_distances(views):
    """Distances between the means of two classes, for each modality, [modalities, 45]."""
    at = np.tril_indices(10, -1)
    means = np.stack([views.train[views.train_label == k].mean(0) for k in range(10)])
    return [np.linalg.norm(m[:, None] - m, axis=-1)[at] for m in np.moveaxis(means, 1, 0)]


def test_only_members_of_a_family_agree_how_far_classes_are_apart():
    """A rotation keeps distances; standardising each feature afterwards bends them a little."""
    views, family = small(clumps=1)
    assert list(family) == [0, 0, 1, 1, 2, 2] and views.names == (
        "A1",
        "A2",
        "B1",
        "B2",
        "C1",
        "C2",
    )
    alike = np.corrcoef(class_distances(views))
    relatives = family[:, None] == family
    assert alike[relatives].min() > 0.7 > 0.6 > alike[~relatives].max()
    alike = np.corrcoef(class_distances(small(clumps=1, kinship=1.0)[0]))
    assert alike.min() > 0.7  # one large family


def test_families_are_drawn_anew_for_every_seed_and_the_same_for_one():
    np.testing.assert_array_equal(small(3)[0].train, small(3)[0].train)
    assert (small(3)[0].train != small(4)[0].train).any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"families": 0}, "at least 1"),
        ({"kinship": 1.1}, "kinship must be"),
        ({"width": 3}, "cannot show"),
    ],
)
def test_families_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        small(**options)


def test_a_perfect_matrix_recovers_the_families():
    _, family = small()
    matrix = (family[:, None] != family).astype(float)
    assert adjusted_rand_score(family, clusters(matrix, count=3)) == 1
