"""Counting formulas against layers of Keras and against enumeration."""

from __future__ import annotations

from itertools import combinations, permutations, product

import keras
import pytest

from lecturekit.fusion import merging, parameters
from lecturekit.fusion.layers import GatedUnit, LowRankTensor, OuterProduct

SIZES = [(5,), (4, 3), (2, 3, 4)]
WIDTH = 6


def weights(sizes, join):
    """Trainable numbers of the network that `join` makes of the inputs."""
    inputs = [keras.Input((size,)) for size in sizes]
    return keras.Model(inputs, join(inputs)).count_params()


def concatenated(inputs):
    return keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]


def dense(x, width=WIDTH, **options):
    return keras.layers.Dense(width, **options)(x)


@pytest.mark.parametrize("sizes", SIZES)
def test_formulas_count_the_weights_of_keras(sizes):
    assert parameters.early(sizes, WIDTH) == weights(sizes, lambda x: dense(concatenated(x)))
    assert parameters.separate(sizes, WIDTH) == weights(sizes, lambda x: [dense(v) for v in x])
    assert parameters.gated(sizes, WIDTH) == weights(sizes, GatedUnit(WIDTH))
    assert parameters.outer_product(sizes, WIDTH) == weights(
        sizes, lambda x: dense(OuterProduct()(x))
    )
    for rank in (1, 4):
        found = weights(sizes, LowRankTensor(WIDTH, rank))
        assert parameters.low_rank(sizes, WIDTH, rank) == found


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("factor", [1, 2])
def test_layers_as_wide_as_their_input(sizes, factor):
    together = weights(sizes, lambda x: dense(concatenated(x), factor * sum(sizes), use_bias=False))
    alone = weights(sizes, lambda x: [dense(v, factor * v.shape[1], use_bias=False) for v in x])
    assert parameters.early_proportional(sizes, factor) == together
    assert parameters.separate_proportional(sizes, factor) == alone


@pytest.mark.parametrize("count", [1, 2, 5])
def test_early_fusion_explodes_only_where_layers_grow(count):
    """Of M equal modalities: M times as many if width follows the input, else fewer biases."""
    sizes = (7,) * count
    early, separate = parameters.early_proportional, parameters.separate_proportional
    assert early(sizes, 0.5) == count * separate(sizes, 0.5)
    difference = parameters.separate(sizes, 10) - parameters.early(sizes, 10)
    assert difference == (count - 1) * 10


def test_a_pca_first_leaves_few_weights():
    sizes, components = (50, 2, 9), 8
    reduced = (8, 2, 8)  # what has fewer features stays as it is
    assert parameters.early_reduced(sizes, WIDTH, components) == 18 * WIDTH + WIDTH
    assert parameters.early_reduced(sizes, WIDTH, components) == parameters.early(reduced, WIDTH)


@pytest.mark.parametrize("count", range(1, 7))
def test_numbers_of_choices_by_enumeration(count):
    modalities = range(count)
    assert parameters.ordered_pairs(count) == len(list(permutations(modalities, 2)))
    assert parameters.pairs(count) == len(list(combinations(modalities, 2)))
    subsets = [s for k in range(2, count + 1) for s in combinations(modalities, k)]
    assert parameters.subsets(count) == len(subsets)


def test_numbers_of_choices_by_hand():
    assert [parameters.ordered_pairs(m) for m in (2, 3, 4)] == [2, 6, 12]
    assert [parameters.pairs(m) for m in (2, 3, 4)] == [1, 3, 6]
    assert [parameters.subsets(m) for m in (1, 2, 3, 4)] == [0, 1, 4, 11]
    assert [parameters.groupings(m) for m in (1, 2, 3, 4, 5, 6, 7)] == [
        1, 4, 14, 51, 202, 876, 4139,
    ]  # fmt: skip


@pytest.mark.parametrize("count", range(1, 6))
def test_groupings_are_those_of_the_search(count):
    assert parameters.groupings(count) == len(merging.groupings(count))


def test_choices_of_layers():
    assert parameters.layer_choices((5, 3), 2, 4) == 810_000  # MFAS on AV-MNIST
    one = list(product(range(2), range(3), "rs"))
    assert parameters.layer_choices((2, 3), 2, 2) == len(list(product(one, one)))


@pytest.mark.parametrize("formula", [
    lambda sizes: parameters.early(sizes, 3), lambda sizes: parameters.separate(sizes, 3),
    lambda sizes: parameters.early_proportional(sizes, 2.0),
    lambda sizes: parameters.separate_proportional(sizes, 2.0),
    lambda sizes: parameters.early_reduced(sizes, 3, 2),
    lambda sizes: parameters.outer_product(sizes, 3), lambda sizes: parameters.gated(sizes, 3),
    lambda sizes: parameters.low_rank(sizes, 3, 2),
    lambda sizes: parameters.layer_choices(sizes, 2, 2),
])  # fmt: skip
@pytest.mark.parametrize("sizes", [(), (4, 0), (-1,)])
def test_sizes_below_one_are_refused(formula, sizes):
    with pytest.raises(ValueError, match="at least one feature, got sizes"):
        formula(sizes)


@pytest.mark.parametrize(("call", "text"), [
    (lambda: parameters.early((3,), 0), "width must be 1 or more, not 0"),
    (lambda: parameters.gated((3,), -2), "width must be 1 or more, not -2"),
    (lambda: parameters.low_rank((3,), 2, 0), "rank must be 1 or more, not 0"),
    (lambda: parameters.early_reduced((3,), 2, 0), "components must be 1 or more, not 0"),
    (lambda: parameters.layer_choices((3,), 0, 2), "activations must be 1 or more, not 0"),
])  # fmt: skip
def test_widths_below_one_are_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call()
