"""Layers that join modalities: against loops and numpy, and what they drop or keep closed."""

from __future__ import annotations

from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.fusion.gradual import BlockDense
from lecturekit.fusion.layers import GatedUnit, LowRankTensor, ModDrop, OuterProduct
from lecturekit.fusion.networks import WeightedSum

RNG = np.random.default_rng(0)
ROWS, SIZES = 6, (3, 2, 4)
X = [RNG.normal(size=(ROWS, size)).astype(np.float32) for size in SIZES]
SAME = [RNG.normal(size=(ROWS, 4)).astype(np.float32) for _ in SIZES]


def filled(layer, streams=X):
    """The layer, built and given random weights (masks stay as they are)."""
    layer(streams)
    for weight in layer.trainable_weights:
        weight.assign(RNG.normal(size=weight.shape))
    return layer


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


# ------------------------------------------------------------------ ModDrop


def kept(streams, dropped):
    """What was kept, bool [rows, M]; each stream is whole or zero."""
    result = []
    for before, after in zip(streams, dropped, strict=True):
        after = np.asarray(after)
        whole, zero = (after == before).all(1), (after == 0).all(1)
        assert (whole ^ zero).all()  # and not rescaled
        result.append(whole)
    return np.stack(result, 1)


@pytest.mark.parametrize(("rate", "count"), [(0.3, 2), (0.3, 3), (0.8, 3)])
def test_moddrop_draws_subsets_as_bernoulli_that_keeps_something(rate, count):
    """P(S) = (1 − r)^|S| r^(M − |S|) / (1 − r^M) of the non-empty S."""
    rows = 20_000
    ones = [np.ones((rows, 2), np.float32)] * count
    found = kept(ones, ModDrop(rate, seed=1)(ones, training=True))
    assert found.any(1).all()
    for subset in product([False, True], repeat=count):
        size = sum(subset)
        odds = (1 - rate) ** size * rate ** (count - size) / (1 - rate**count) if size else 0
        share = (found == subset).all(1).mean()
        assert share == pytest.approx(odds, abs=5 * (odds / rows) ** 0.5)


def test_moddrop_leaves_prediction_and_single_modalities_alone():
    for layer, streams, training in [
        (ModDrop(0.9), X, False),
        (ModDrop(0.9), X[:1], True),
        (ModDrop(0.0), X, True),
    ]:
        for before, after in zip(streams, layer(streams, training=training), strict=True):
            np.testing.assert_array_equal(after, before)


def test_moddrop_draws_anew_inside_a_compiled_graph():
    ones = [np.ones((500, 1), np.float32)] * 2
    layer = ModDrop(0.5, seed=0)
    layer(ones)
    compiled = tf.function(lambda *x: layer(list(x), training=True), jit_compile=True)
    first, second = kept(ones, compiled(*ones)), kept(ones, compiled(*ones))
    assert (first != second).any()
    for found in (first, second):  # conditional on one at least: (1/4) / (3/4) each
        assert found.any(1).all()
        assert (~found).mean() == pytest.approx(1 / 3, abs=0.08)


def test_moddrop_repeats_its_seed():
    draws = [kept(X, ModDrop(0.5, seed=seed)(X, training=True)) for seed in (3, 3, 4)]
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_moddrop_refuses_other_rates(rate):
    with pytest.raises(ValueError, match=r"rate is the chance to drop a modality, 0 … below 1"):
        ModDrop(rate)


def test_moddrop_refuses_more_than_it_can_enumerate():
    with pytest.raises(ValueError, match="up to 12 modalities, not 13"):
        ModDrop(0.3)([X[0]] * 13)


# ------------------------------------------------------------------ gated unit


@pytest.mark.parametrize("scalar", [False, True])
def test_a_gated_unit_is_a_loop_over_rows_and_features(scalar):
    units = 5
    layer = filled(GatedUnit(units, scalar=scalar))
    gate, offset = layer.gate.get_weights()
    shares = np.asarray(layer.shares(X))
    assert shares.shape == (ROWS, 3, 1 if scalar else units)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    wanted = np.zeros((ROWS, units))
    for row in range(ROWS):
        score = (np.concatenate([x[row] for x in X]) @ gate + offset).reshape(3, -1)
        for u in range(units):
            z = np.exp(score[:, 0 if scalar else u])
            for m in range(3):
                w, b = layer.project[m].get_weights()
                wanted[row, u] += z[m] / z.sum() * np.tanh(X[m][row] @ w[:, u] + b[u])
    np.testing.assert_allclose(layer(X), wanted, atol=1e-5)


def test_two_gates_are_the_papers_sigmoid():
    """softmax of (a, b) = sigmoid(a − b):  h = z h₁ + (1 − z) h₂."""
    layer = filled(GatedUnit(4), X[:2])
    gate, offset = layer.gate.get_weights()
    score = np.concatenate(X[:2], 1) @ gate + offset
    z = sigmoid(score[:, :4] - score[:, 4:])
    first, second = (np.asarray(f(x)) for f, x in zip(layer.project, X, strict=False))
    np.testing.assert_allclose(layer(X[:2]), z * first + (1 - z) * second, atol=1e-5)


def test_one_modality_has_the_whole_gate():
    layer = filled(GatedUnit(4), X[:1])
    np.testing.assert_array_equal(layer.shares(X[:1]), np.ones((ROWS, 1, 4)))
    np.testing.assert_allclose(layer(X[:1]), layer.project[0](X[0]), atol=1e-6)


# ------------------------------------------------------------------ products


def test_an_outer_product_is_a_loop():
    wanted = []
    for row in range(ROWS):
        ones = [[*x[row], 1.0] for x in X]
        wanted.append([a * b * c for a in ones[0] for b in ones[1] for c in ones[2]])
    found = OuterProduct()(X)
    assert found.shape == (ROWS, 4 * 3 * 5)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_an_outer_product_of_one_modality_is_itself_and_one():
    np.testing.assert_array_equal(
        OuterProduct()(X[:1]), np.concatenate([X[0], np.ones((ROWS, 1))], 1)
    )


def factors(layer, m):
    """Wₘʳ of [xₘ; 1]: [dₘ + 1, rank, units]."""
    return np.concatenate([layer.factors[m].numpy(), layer.ones.numpy()[m][None]])


def test_a_low_rank_tensor_is_a_loop():
    rank, units = 3, 2
    layer = filled(LowRankTensor(units, rank))
    wanted = np.tile(layer.bias.numpy().astype(float), (ROWS, 1))
    for row, u, r in product(range(ROWS), range(units), range(rank)):
        one = 1.0
        for m, x in enumerate(X):
            one *= np.append(x[row], 1) @ factors(layer, m)[:, r, u]
        wanted[row, u] += one / rank
    np.testing.assert_allclose(layer(X), wanted, rtol=1e-3, atol=1e-4)


def test_a_low_rank_tensor_is_a_dense_layer_on_the_outer_product():
    """Its full weight tensor is Σᵣ a ⊗ b ⊗ c / rank."""
    layer = filled(LowRankTensor(units=2, rank=3))
    full = np.einsum("iru,jru,kru->ijku", *(factors(layer, m) for m in range(3))) / 3
    wanted = np.asarray(OuterProduct()(X)) @ full.reshape(-1, 2) + layer.bias.numpy()
    np.testing.assert_allclose(layer(X), wanted, rtol=1e-3, atol=1e-4)


def test_rank_one_by_hand():
    """(2·3 + 1) (−1·5 + 4) + 0.5 = −6.5."""
    layer = LowRankTensor(units=1, rank=1)
    streams = [np.array([[3.0]], np.float32), np.array([[5.0]], np.float32)]
    layer(streams)
    for weight, value in zip(layer.factors, (2.0, -1.0), strict=True):
        weight.assign(np.full((1, 1, 1), value))
    layer.ones.assign(np.array([1.0, 4.0]).reshape(2, 1, 1))
    layer.bias.assign([0.5])
    assert float(layer(streams)[0, 0]) == pytest.approx(-6.5)


def test_a_zero_modality_passes_the_others_at_the_start():
    layer = LowRankTensor(units=3, rank=2)
    alone = layer([X[0], 0 * X[1]])
    np.testing.assert_allclose(
        alone, (np.einsum("ri,iku->rku", X[0], layer.factors[0].numpy()) + 1).mean(1), atol=1e-5
    )


@pytest.mark.parametrize("rank", [0, -2])
def test_a_rank_below_one_is_refused(rank):
    with pytest.raises(ValueError, match=f"rank must be 1 or more, not {rank}"):
        LowRankTensor(4, rank)


# ------------------------------------------------------------------ blocks


def gradients(layer, streams):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(streams) - 1.0))
    keys, blocks = zip(*layer.blocks.items(), strict=True)
    found = tape.gradient(loss, [block.value for block in blocks])
    return dict(zip(keys, map(np.asarray, found), strict=True))


def test_closed_blocks_are_separate_dense_layers():
    layer = filled(BlockDense(5, "tanh"))  # also the closed blocks hold numbers, without effect
    wanted = [
        np.tanh(x @ layer.blocks[m, m].numpy() + layer.bias.numpy()[m]) for m, x in enumerate(X)
    ]
    np.testing.assert_allclose(layer(X), np.concatenate(wanted, 1), atol=1e-5)


def test_open_blocks_are_one_dense_layer():
    layer = filled(BlockDense(2, None))
    for first, second in [(0, 1), (0, 2), (2, 1)]:
        layer.release(first, second)
    weight = np.block([[layer.blocks[i, j].numpy() for j in range(3)] for i in range(3)])
    wanted = np.concatenate(X, 1) @ weight + layer.bias.numpy().reshape(-1)
    np.testing.assert_allclose(layer(X), wanted, atol=1e-5)


def test_release_opens_exactly_that_pair():
    layer = BlockDense(3, None)
    layer(X)
    closed = {(i, j) for i in range(3) for j in range(3) if i != j}
    assert all(not layer.blocks[pair].numpy().any() for pair in closed)
    assert {p for p, g in gradients(layer, X).items() if not g.any()} == closed
    layer.release(2, 0)
    assert {p for p, g in gradients(layer, X).items() if not g.any()} == closed - {(0, 2), (2, 0)}


def test_closed_blocks_stay_zero_under_training():
    layer = BlockDense(3)
    layer(X)
    layer.release(0, 1)
    before = {pair: block.numpy() for pair, block in layer.blocks.items()}
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.1)
    for _ in range(5):
        optimizer.apply([gradients(layer, X)[p] for p in layer.blocks], layer.blocks.values())
    for (i, j), block in layer.blocks.items():
        if i == j or {i, j} == {0, 1}:
            assert (block.numpy() != before[i, j]).any()
        else:
            assert not block.numpy().any()


@pytest.mark.parametrize("pair", [(0, 0), (0, 3), (-1, 1)])
def test_release_wants_a_pair(pair):
    layer = BlockDense(3)
    layer(X)
    text = rf"\({pair[0]}, {pair[1]}\) is no pair of modalities; there are \[\(0, 1\), \(0, 2\)"
    with pytest.raises(ValueError, match=text):
        layer.release(*pair)


def test_release_comes_after_the_first_call():
    with pytest.raises(ValueError, match="known once the layer was called"):
        BlockDense(3).release(0, 1)


# ------------------------------------------------------------------ all of them


def test_a_weighted_sum_starts_as_the_mean_and_learns_its_weights():
    layer = WeightedSum()
    np.testing.assert_allclose(layer(SAME), np.mean(SAME, 0), atol=1e-6)
    layer.alpha.assign([2.0, 0.0, -1.0])
    np.testing.assert_allclose(layer(SAME), 2 * SAME[0] - SAME[2], atol=1e-6)


LAYERS = {
    "ModDrop": lambda: ModDrop(0.4, seed=7, name="mine"),
    "gated": lambda: GatedUnit(3, scalar=True),
    "low-rank": lambda: LowRankTensor(3, rank=2),
    "outer product": lambda: OuterProduct(),
    "blocks": lambda: BlockDense(3, "tanh"),
    "sum": lambda: WeightedSum(),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_come_back_from_their_configuration(name):
    layer = filled(LAYERS[name](), SAME)
    options = {"training": True} if name == "ModDrop" else {}  # the same draws as well
    wanted = np.asarray(layer(SAME, **options))
    again = type(layer).from_config(layer.get_config())
    stored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    for copy in (again, stored):
        assert copy.get_config() == layer.get_config() and copy.name == layer.name
        copy(SAME)
        copy.set_weights(layer.get_weights())
        np.testing.assert_array_equal(np.asarray(copy(SAME, **options)), wanted)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's
def test_a_saved_network_needs_no_custom_objects(tmp_path):
    inputs = [keras.Input((4,)) for _ in SAME]
    blocks = BlockDense(3)
    joined = [GatedUnit(3)(inputs), LowRankTensor(3)(inputs), blocks(ModDrop()(inputs))]
    outer = OuterProduct()([WeightedSum()(inputs), inputs[0]])
    model = keras.Model(inputs, keras.layers.Concatenate()([*joined, outer]))
    blocks.release(0, 2)
    for weight in model.trainable_weights:
        weight.assign(RNG.normal(size=weight.shape))
    model.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again(SAME), model(SAME))


@pytest.mark.parametrize("name", [n for n in LAYERS if n != "sum"])
@pytest.mark.parametrize("given", [X[0], [], [X[0][:, :, None]], [X[0][0]]],
                         ids=["array", "nothing", "images", "a row"])  # fmt: skip
def test_layers_want_a_list_of_flat_modalities(name, given):
    with pytest.raises(ValueError, match=r"joins a list of tensors \[rows, features\], one per"):
        LAYERS[name]()(given)
