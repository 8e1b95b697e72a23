"""Attention and embeddings against plain loops; causality, permutation, counts, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from lecturekit.modalities.attention import CausalTimeAttention, ModalityAttention
from lecturekit.modalities.branches import BranchDense, stacked
from lecturekit.modalities.cost import PairwiseAttention, pairwise_products, rcft_products
from lecturekit.modalities.rcft import RCFTLayer
from lecturekit.modalities.subchannel import SubchannelEmbedding, weights_of

ROWS, STEPS, MODALITIES, WIDTH = 2, 5, 3, 8
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, STEPS, MODALITIES, WIDTH)).astype(np.float32)


def filled(layer, x=X):
    """The layer, built and given random weights."""
    layer(x)
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def softmax(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def dense(layer, x, m):
    m = 0 if layer.tied else m
    return x @ layer.kernel.numpy()[m] + layer.bias.numpy()[m]


@pytest.mark.parametrize("tied", [False, True])
def test_a_branch_has_weights_of_its_own_unless_tied(tied):
    layer = filled(BranchDense(4, "relu", tied))
    made = layer(X).numpy()
    for m in range(MODALITIES):
        np.testing.assert_allclose(made[:, :, m], np.maximum(dense(layer, X[:, :, m], m), 0), 1e-4)
    assert layer.count_params() == (1 if tied else MODALITIES) * (WIDTH * 4 + 4)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_attention_in_time_is_a_loop_over_heads_and_steps(groups):
    layer = filled(CausalTimeAttention(4, groups))
    made, maps = layer(X, maps=True)
    wanted = np.zeros_like(X)
    for b in range(ROWS):
        for m in range(MODALITIES):
            q, k, v = (dense(layer.project[n], X[b, :, m], m) for n in ("query", "key", "value"))
            for t in range(STEPS):
                heads = []
                for h in range(4):
                    own, g = slice(2 * h, 2 * h + 2), h // (4 // groups)
                    shared = slice(2 * g, 2 * g + 2)
                    w = softmax(k[: t + 1, shared] @ q[t, own] / np.sqrt(2))
                    np.testing.assert_allclose(maps[b, m, h, t, : t + 1], w, atol=1e-5)
                    heads.append(w @ v[: t + 1, shared])
                wanted[b, t, m] = dense(layer.out, np.concatenate(heads), m)
    np.testing.assert_allclose(made, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("groups", [2, 4])
def test_one_branch_agrees_with_grouped_queries_of_keras(groups):
    """Keras' layer, given the same numbers, is a second oracle."""
    own = filled(CausalTimeAttention(4, groups), X[:, :, :1])
    theirs = keras.layers.GroupQueryAttention(2, 4, groups)
    x = X[:, :, 0]
    theirs(x, x, use_causal_mask=True)
    weights = []
    for name, heads in (("query", 4), ("key", groups), ("value", groups)):
        weights += [own.project[name].kernel[0].numpy().reshape(WIDTH, heads, 2)]
        weights += [own.project[name].bias[0].numpy().reshape(heads, 2)]
    weights += [own.out.kernel[0].numpy().reshape(4, 2, WIDTH), own.out.bias[0].numpy()]
    theirs.set_weights(weights)
    wanted = theirs(x, x, use_causal_mask=True)
    np.testing.assert_allclose(own(X[:, :, :1])[:, :, 0], wanted, rtol=1e-3, atol=1e-3)


def test_attention_over_modalities_is_a_loop():
    layer = filled(ModalityAttention(4))
    made, maps = layer(X, maps=True)
    wanted = np.zeros_like(X)
    for b in range(ROWS):
        for t in range(STEPS):
            q, k, v = (
                np.stack([dense(layer.project[n], X[b, t, m], m) for m in range(MODALITIES)])
                for n in ("query", "key", "value")
            )
            for m in range(MODALITIES):
                heads = []
                for h in range(4):
                    own = slice(2 * h, 2 * h + 2)
                    w = softmax(k[:, own] @ q[m, own] / np.sqrt(2))
                    np.testing.assert_allclose(maps[b, t, h, m], w, atol=1e-5)
                    heads.append(w @ v[:, own])
                wanted[b, t, m] = dense(layer.out, np.concatenate(heads), m)
    np.testing.assert_allclose(made, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("layer", [RCFTLayer(4, 2), CausalTimeAttention(4, 2), PairwiseAttention()])
def test_the_past_does_not_know_the_future(layer):
    filled(layer)
    changed = X.copy()
    changed[:, 3] += 1
    moved = np.abs(layer(changed).numpy() - layer(X).numpy()).max((0, 2, 3))
    np.testing.assert_array_equal(moved[:3], 0)
    assert (moved[3:] > 1e-3).all()


def test_modalities_only_meet_in_the_fusion():
    time, fusion = filled(CausalTimeAttention(4, 2)), filled(ModalityAttention(4))
    changed = X.copy()
    changed[:, :, 1] += 1
    for layer, meet in ((time, False), (fusion, True)):
        moved = np.abs(layer(changed).numpy() - layer(X).numpy()).max((0, 1, 3))
        assert moved[1] > 1e-3 and ((moved[[0, 2]] > 1e-3) == meet).all()


@pytest.mark.parametrize("tied", [True, False])
def test_the_order_of_modalities_matters_only_if_weights_are_their_own(tied):
    layer, order = filled(RCFTLayer(4, 2, tied=tied)), [2, 0, 1]
    off = np.abs(layer(X[:, :, order]).numpy() - layer(X).numpy()[:, :, order]).max()
    assert (off < 1e-4) == tied


def test_a_missing_modality_is_as_if_it_had_never_been_there():
    """What it holds is not seen, and the others agree with a layer that knows only them."""
    layer = filled(ModalityAttention(4, tied=True))
    present = np.array([[True, True, False]] * ROWS)
    changed = X.copy()
    changed[:, :, 2] = 100
    made = layer(X, present).numpy()
    np.testing.assert_allclose(layer(changed, present)[:, :, :2], made[:, :, :2], atol=1e-5)
    np.testing.assert_allclose(layer(X[:, :, :2]), made[:, :, :2], atol=1e-4)
    _, maps = layer(X, np.zeros((ROWS, 3), bool), maps=True)
    np.testing.assert_array_equal(maps, 0)


def test_one_modality_and_one_step_are_allowed():
    layer = filled(RCFTLayer(4, 2), X[:, :1, :1])
    made, maps = layer(X[:, :1, :1], maps=True)
    assert made.shape == (ROWS, 1, 1, WIDTH) and np.isfinite(made).all()
    np.testing.assert_array_equal(maps["time"], 1)
    np.testing.assert_array_equal(maps["modality"], 1)


def test_a_channel_that_never_varies_is_harmless():
    flat = np.zeros_like(X)
    assert np.isfinite(filled(RCFTLayer(4, 2), flat)(flat)).all()


def test_dropout_is_on_the_values_and_only_in_training():
    layer = filled(ModalityAttention(4, dropout=0.5))
    np.testing.assert_array_equal(layer(X), layer(X, training=False))
    one, other = (layer(X, maps=True, training=True) for _ in range(2))
    assert np.abs(one[0] - other[0]).max() > 1e-3
    np.testing.assert_array_equal(one[1], other[1])


def test_the_embedding_is_a_loop_over_steps_and_channels():
    x = RNG.normal(size=(ROWS, 4, 7, 3)).astype(np.float32)
    layer = filled(SubchannelEmbedding(6, 5, "relu"), x)
    w = {v.path.split("/")[-2] + "/" + v.name: v.numpy() for v in layer.weights}
    for b in range(ROWS):
        for t in range(4):
            y = np.stack([np.maximum(c @ w["sub/kernel"] + w["sub/bias"], 0) for c in x[b, t]])
            z = np.stack(
                [np.maximum(s @ w["channel/kernel"] + w["channel/bias"], 0) for s in y.T], 1
            )  # [C_dm, C_ds]
            assert y.shape == (7, 5) and z.shape == (6, 5)
            wanted = z.T.ravel() @ w["linear/kernel"] + w["linear/bias"]
            wanted = wanted + x[b, t].ravel() @ w["direct/kernel"]
            np.testing.assert_allclose(layer(x)[b, t], wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shortcut", [True, False])
def test_the_embedding_has_as_many_weights_as_counted(shortcut):
    layer = SubchannelEmbedding(6, 5, shortcut=shortcut)
    layer.build((None, 4, 7, 3))
    counted = weights_of(7, 3, 6, 5, shortcut=shortcut)
    biases = 5 + 6 + 6
    assert layer.count_params() == sum(counted.values()) - counted["flat"] + biases
    assert counted["flat"] == 7 * 3 * 6 and counted["linear"] == 6 * 6 * 5


def test_pairwise_attention_is_a_loop_over_pairs():
    layer = filled(PairwiseAttention())
    made = layer(X).numpy()
    for b in range(ROWS):
        q, k, v = (
            [dense(w, X[b, :, m], m) for m in range(MODALITIES)]
            for w in (layer.query, layer.key, layer.value)
        )
        for m in range(MODALITIES):
            for t in range(STEPS):
                seen = [
                    softmax(k[n][: t + 1] @ q[m][t] / np.sqrt(WIDTH)) @ v[n][: t + 1]
                    for n in range(MODALITIES) if n != m
                ]  # fmt: skip
                np.testing.assert_allclose(made[b, t, m], np.mean(seen, 0), rtol=1e-3, atol=1e-3)


def test_products_are_counted_by_enumeration():
    """One multiplication for each number of each query-key pair, and as many for the values."""
    modalities, steps, width = 3, 4, 5
    time = sum(2 * width for _ in range(modalities) for _ in range(steps) for _ in range(steps))
    over = sum(
        2 * width for _ in range(steps) for _ in range(modalities) for _ in range(modalities)
    )
    assert rcft_products(modalities, steps, width) == {"time": time, "modality": over}
    pairs = sum(1 for m in range(modalities) for n in range(modalities) if m != n)
    assert pairwise_products(modalities, steps, width) == pairs * steps * steps * 2 * width
    assert pairwise_products(1, steps, width) == 0


@pytest.mark.parametrize(
    "layer",
    [
        BranchDense(4, "gelu", True), CausalTimeAttention(4, 2), ModalityAttention(4, 0.2),
        RCFTLayer(4, 2, 0.1, True), SubchannelEmbedding(6, 5, "relu", False), PairwiseAttention(),
    ],
)  # fmt: skip
def test_layers_are_built_again_from_their_configuration(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    first, second = filled(layer), filled(again)
    second.set_weights(first.get_weights())
    np.testing.assert_array_equal(first(X), second(X))


def test_branches_are_put_side_by_side():
    parts = [X[:, :, m] for m in range(MODALITIES)]
    np.testing.assert_array_equal(stacked(parts), X)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "nothing to fuse"),
        ([X], "must be .batch, time, features"),
        ([X[:, :, 0], X[:1, :, 0]], "number of rows"),
        ([X[:, :, 0], X[:, :4, 0]], "number of time steps"),
        ([X[:, :, 0], X[:, :, 0, :4]], "number of features"),
    ],
)
def test_branches_that_do_not_fit_are_refused(parts, words):
    with pytest.raises(ValueError, match=words):
        stacked(parts)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="multiple of groups"):
        CausalTimeAttention(4, 3)
    with pytest.raises(ValueError, match="3 heads do not divide 8"):
        CausalTimeAttention(3, 3)(X)
    with pytest.raises(ValueError, match="branches must be"):
        RCFTLayer(4)(X[:, :, 0])
    with pytest.raises(ValueError, match="branches must be"):
        BranchDense(4)(X[0])
    with pytest.raises(ValueError, match="at least 1"):
        SubchannelEmbedding(0, 4)
    with pytest.raises(ValueError, match="sub-channel"):
        SubchannelEmbedding(4, 4)(X[:, :, 0])
    with pytest.raises(ValueError, match="two modalities"):
        PairwiseAttention()(X[:, :, :1])
    with pytest.raises(ValueError, match="at least 1"):
        rcft_products(0, 4, 4)


def test_the_rest_of_a_layer_does_not_see_what_is_missing():
    layer = filled(RCFTLayer(4, 2))
    present, changed = np.array([[True, False, True]] * ROWS), X.copy()
    changed[:, :, 1] = 0
    made, other = layer(X, present).numpy(), layer(changed, present).numpy()
    np.testing.assert_allclose(made[:, :, [0, 2]], other[:, :, [0, 2]], atol=1e-5)
    assert np.abs(layer(X).numpy() - layer(changed).numpy())[:, :, 0].max() > 1e-3
