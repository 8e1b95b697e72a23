"""Merging as a search: all groupings once, candidates see only what they kept; pairs of depths."""

from __future__ import annotations

from itertools import combinations

import keras
import numpy as np
import pytest

from lecturekit.fusion.depths import DepthSearch, activations
from lecturekit.fusion.merging import Grouped, Search, groupings, in_words, partitions
from lecturekit.fusion.study import Fusion, Trained

RNG = np.random.default_rng(0)
BELL = [1, 1, 2, 5, 15, 52, 203]

# ------------------------------------------------------------------ groupings


@pytest.mark.parametrize("count", range(7))
def test_partitions_are_counted_by_bell(count):
    found = list(partitions(range(count)))
    assert len({frozenset(map(frozenset, p)) for p in found}) == len(found) == BELL[count]
    for partition in found:
        assert sorted(m for group in partition for m in group) == list(range(count))
        assert all(partition)


def test_groupings_of_two_and_three():
    assert groupings(1) == [((0,),)]
    assert groupings(2) == [((0,),), ((1,),), ((0, 1),), ((0,), (1,))]
    pairs = [g for a, b in combinations(range(3), 2) for g in (((a, b),), ((a,), (b,)))]
    splits = [((0, 1, 2),), ((0,), (1, 2)), ((0, 1), (2,)), ((0, 2), (1,)), ((0,), (1,), (2,))]
    assert set(groupings(3)) == {((0,),), ((1,),), ((2,),), *pairs, *splits}


@pytest.mark.parametrize("count", range(1, 6))
def test_groupings_are_partitions_of_all_choices(count):
    found = groupings(count)
    assert len(set(found)) == len(found) == BELL[count + 1] - 1
    kept = [sorted(m for group in g for m in group) for g in found]
    assert all(len(set(k)) == len(k) for k in kept)
    assert [len(k) for k in kept] == sorted(len(k) for k in kept)  # few modalities come first
    for size in range(1, count + 1):
        for chosen in combinations(range(count), size):
            assert kept.count(list(chosen)) == BELL[size]


@pytest.mark.parametrize("count", [0, 7])
def test_a_search_has_its_limits(count):
    with pytest.raises(ValueError, match=f"made for 1 to 6 modalities, not {count}: the number"):
        groupings(count)


def test_groupings_in_words():
    names = ("audio", "video", "text", "touch")
    assert in_words(((0, 2), (3,)), names) == "audio+text, touch"
    assert in_words(((1,),), names) == "video"


# ------------------------------------------------------------------ the search


SIZES, ROWS = (1, 2, 1), 192
SIGN = RNG.choice([-1.0, 1.0], size=(ROWS, 2))
LABEL = (SIGN.prod(1) > 0).astype(np.int32)  # the product of two modalities' signs
X = [
    (SIGN[:, :1] + 0.2 * RNG.normal(size=(ROWS, 1))).astype(np.float32),
    np.stack([SIGN[:, 1], RNG.normal(size=ROWS)], 1).astype(np.float32),
    RNG.normal(size=(ROWS, 1)).astype(np.float32),
]
TOGETHER = [any({0, 1} <= set(group) for group in g) for g in groupings(3)]


@pytest.fixture(scope="module")
def search():
    """All 14 groupings of three modalities, trained on an exclusive or of the first two."""
    made = Search(SIZES, hidden=8, steps=250, seed=0)
    made.train(X, LABEL, seed=0)
    return made


def logits(search, inputs):
    return search.stack.predict(np.concatenate(inputs, 1))


@pytest.mark.parametrize("modality", range(3))
def test_candidates_see_exactly_what_they_kept(search, modality):
    moved = [x + 0.7 * (m == modality) for m, x in enumerate(X)]
    moved = [x.astype(np.float32) for x in moved]
    changed = np.abs(logits(search, moved) - logits(search, X)).max((0, 2))
    for grouping, change in zip(search.candidates, changed, strict=True):
        kept = any(modality in group for group in grouping)
        assert change > 0.01 if kept else change == 0


def test_candidates_are_sums_of_small_networks(search):
    first, b1, second, b2 = search.stack.trainer.model.get_weights()
    columns = [(0,), (1, 2), (3,)]
    x, found = np.concatenate(X, 1), logits(search, X)
    for c, grouping in enumerate(search.candidates):
        wanted = 0.0
        for slot, group in enumerate(grouping):
            k = 3 * c + slot
            own = [column for m in group for column in columns[m]]
            hidden = np.maximum(x[:, own] @ first[k][own] + b1[k], 0)
            wanted = wanted + hidden @ second[k] + b2[k]
        np.testing.assert_allclose(found[:, c], wanted, atol=1e-4)


def test_only_early_pairs_solve_an_exclusive_or(search):
    found = search.accuracy(X, LABEL)
    assert found.shape == (14,)
    assert found[TOGETHER].min() > 95
    assert found[~np.array(TOGETHER)].max() < 75
    wanted = (logits(search, X).argmax(2) == LABEL[:, None]).mean(0) * 100
    np.testing.assert_allclose(found, wanted)


def test_candidates_can_be_given():
    few = Search(SIZES, candidates=[((0, 2),), ((2,),)], hidden=4)
    assert few.candidates == [((0, 2),), ((2,),)]
    assert logits(few, X).shape == (ROWS, 2, 2)
    first, *_ = few.stack.trainer.model.get_weights()
    assert first.shape == (2, 4, 4)  # one slot each is enough


@pytest.mark.parametrize("bad", [((0, 3),), ((-1,),), (), ((0,), ())])
def test_candidates_that_cannot_be(bad):
    with pytest.raises(ValueError, match="is no grouping of 3 modalities"):
        Search(SIZES, candidates=[((0,),), bad])


def test_a_mask_comes_back_from_its_configuration():
    mask = np.array([[1, 0, 0], [0, 1, 1]])
    layer = Grouped(mask)
    stored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(layer(x), x[:, None] * mask)
    np.testing.assert_array_equal(stored(x), layer(x))


# ------------------------------------------------------------------ depths


LATE_SIZES = (3, 4)
INPUTS = [RNG.normal(size=(80, size)).astype(np.float32) for size in LATE_SIZES]
SAME = ((INPUTS[0][:, 0] * INPUTS[1][:, 0]) > 0).astype(np.int32)


def random_fusion(fusion="late", widths=(6, 5)):
    made = Fusion(fusion, LATE_SIZES, 2, widths=widths)
    return Trained(made, [w + 0.2 * RNG.normal(size=w.shape) for w in made.model.get_weights()])


@pytest.fixture(scope="module")
def late():
    return random_fusion()


def test_activations_are_what_the_layers_put_out(late):
    found = activations(late, INPUTS, 3)
    late.of.model.set_weights(late.weights)
    dense = [x for x in late.of.model.layers if isinstance(x, keras.layers.Dense)]  # by depth
    for m, x in enumerate(INPUTS):
        wanted = [x]
        for layer in dense[m:4:2]:
            kernel, bias = layer.get_weights()
            wanted.append(np.maximum(wanted[-1] @ kernel + bias, 0))
        assert [w.shape[1] for w in wanted] == [LATE_SIZES[m], 6, 5]
        for one, other in zip(found[m], wanted, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)
        kernel, bias = dense[4 + m].get_weights()  # and the head agrees
        logits = late.logits(INPUTS)[:, m]
        np.testing.assert_allclose(found[m][-1] @ kernel + bias, logits, atol=1e-5)


def test_activations_of_fewer_depths(late):
    one, two, three = (activations(late, INPUTS, depths) for depths in (1, 2, 3))
    for m in range(2):
        assert [len(found[m]) for found in (one, two, three)] == [1, 2, 3]
        np.testing.assert_array_equal(one[m][0], INPUTS[m])
        np.testing.assert_array_equal(two[m][1], three[m][1])


@pytest.mark.parametrize(("depths", "fusion"), [(0, "late"), (4, "late"), (3, "intermediate")])
def test_activations_that_are_not_there(late, depths, fusion):
    trained = late if fusion == "late" else random_fusion(fusion)
    text = f"needs the networks of a late fusion and 1 to 3 of their depths, got '{fusion}' and "
    with pytest.raises(ValueError, match=text + str(depths)):
        activations(trained, INPUTS, depths)
    with pytest.raises(ValueError, match="different lengths"):
        activations(late, [INPUTS[0], INPUTS[1][:-1]], 2)


@pytest.fixture(scope="module")
def depth_search(late):
    """3 × 2 pairs of depths, relu and tanh: the search, its training data, and it is trained."""
    layers = activations(late, INPUTS, 3)
    layers[1] = layers[1][:2]
    search = DepthSearch((3, 2), size=4, hidden=16, steps=400, seed=0)
    search.fit_components(layers)
    reduced = search.reduced(layers)
    search.stack.train((reduced,), SAME)
    return search, layers, reduced


def test_every_pair_of_depths_is_a_candidate(depth_search):
    search, *_ = depth_search
    wanted = [(i, j, a) for i in range(3) for j in range(2) for a in ("relu", "tanh")]
    assert search.candidates == wanted


def test_layers_are_reduced_to_white_components(depth_search):
    """Of the training rows: no mean, unit variances, uncorrelated; zeros where there are fewer."""
    _, layers, reduced = depth_search
    flat = [layer - layer.mean(0) for network in layers for layer in network]
    ranks = [min(4, np.linalg.matrix_rank(layer, tol=1e-4)) for layer in flat]
    assert min(ranks[1:]) < 4  # a unit that is always off must not be blown up
    assert reduced.shape == (80, 5, 4) and reduced.dtype == np.float32
    np.testing.assert_allclose(reduced.mean(0), 0, atol=1e-5)
    for k, size in enumerate(ranks):
        np.testing.assert_allclose(np.cov(reduced[:, k, :size].T), np.eye(size), atol=1e-3)
        assert not reduced[:, k, size:].any()


def test_components_belong_to_the_training_rows(depth_search):
    search, layers, reduced = depth_search
    few = [[layer[:7] for layer in network] for network in layers]
    np.testing.assert_allclose(search.reduced(few), reduced[:7], atol=1e-4)


def test_a_candidate_is_a_layer_on_its_pair_of_depths(depth_search):
    search, _, reduced = depth_search
    first, b1, second, b2 = search.stack.trainer.model.get_weights()
    found = search.stack.predict(reduced)
    for k, (i, j, name) in enumerate(search.candidates):
        pair = np.concatenate([reduced[:, i], reduced[:, 3 + j]], 1) @ first[k] + b1[k]
        hidden = np.tanh(pair) if name == "tanh" else np.maximum(pair, 0)
        np.testing.assert_allclose(found[:, k], hidden @ second[k] + b2[k], atol=1e-4)


def test_accuracies_are_laid_out_by_depth(depth_search):
    search, _, reduced = depth_search
    found = search.accuracy(reduced, SAME)
    assert found.shape == (3, 2, 2)
    right = search.stack.predict(reduced).argmax(2) == SAME[:, None]
    for k, (i, j, name) in enumerate(search.candidates):
        at = i, j, ("relu", "tanh").index(name)
        assert found[at] == pytest.approx(100 * right[:, k].mean())
    assert found[0, 0].min() > 85  # of the inputs, the product of signs can be learnt


@pytest.mark.parametrize("depths", [(3,), (2, 2, 2), (0, 2)])
def test_two_networks_are_merged(depths):
    with pytest.raises(ValueError, match="two networks of one or more depths, got"):
        DepthSearch(depths)


def test_components_come_first(depth_search):
    _, layers, _ = depth_search
    search = DepthSearch((3, 2), size=4)
    with pytest.raises(ValueError, match="5 layers, but components of 0: call fit_components"):
        search.reduced(layers)
