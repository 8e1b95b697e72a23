"""Fusions by name: their heads, what depends on what, their sizes; and one decision of many."""

from __future__ import annotations

from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.fusion import parameters
from lecturekit.fusion.decision import decision_fusion, log_softmax
from lecturekit.fusion.networks import FUSIONS, build, decide

RNG = np.random.default_rng(0)
SIZES, CLASSES, WIDTHS, ROWS = (3, 2, 4), 3, (6, 5), 7
X = [RNG.normal(size=(ROWS, size)).astype(np.float32) for size in SIZES]
HEADS = {"late": lambda count: count, "central": lambda count: count + 1}


def model_of(fusion, count=3, **options):
    return build(fusion, SIZES[:count], CLASSES, **{"widths": WIDTHS, **options})


def called(model, inputs):
    return model(inputs if len(inputs) > 1 else inputs[0])


@pytest.fixture(scope="module")
def models():
    """Each fusion of three modalities; biases drawn too, so that few features are dead."""
    made = {fusion: model_of(fusion) for fusion in FUSIONS}
    for model in made.values():
        for weight in model.trainable_weights:
            weight.assign(weight + 0.3 * RNG.normal(size=weight.shape))
    return made


# ------------------------------------------------------------------ networks


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_each_fusion_has_its_heads(fusion, count):
    model = model_of(fusion, count)
    logits = np.asarray(called(model, X[:count]))
    assert logits.shape == (ROWS, HEADS.get(fusion, lambda _: 1)(count), CLASSES)
    assert len(np.unique(logits.round(6))) > ROWS  # rows differ
    np.testing.assert_array_equal(called(model, X[:count]), logits)  # no dropout, no draws
    decided = decide(fusion, logits)
    np.testing.assert_allclose(np.exp(decided).sum(1), 1, atol=1e-6)
    assert decided.shape == (ROWS, CLASSES)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_each_fusion_can_be_built_as_it_comes(fusion):
    assert build(fusion, (4, 2), 10).output_shape[2] == 10


def reach(model):
    """Which head's logits change with which modality: bool [heads, M], by gradient."""
    inputs = [tf.convert_to_tensor(x) for x in X]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        logits = model(inputs)
        heads = [tf.reduce_sum(logits[:, h, 0]) for h in range(logits.shape[1])]
    zero = {"unconnected_gradients": tf.UnconnectedGradients.ZERO}
    found = [tape.gradient(head, inputs, **zero) for head in heads]
    return [[bool(tf.reduce_any(g != 0)) for g in row] for row in found]


@pytest.mark.parametrize("fusion", FUSIONS)
def test_who_sees_what(models, fusion):
    """Late heads and the side heads of CentralNet see their own modality, all others everything."""
    own = np.eye(3, dtype=bool).tolist()
    wanted = {"late": own, "central": [[True] * 3, *own]}.get(fusion, [[True] * 3])
    assert reach(models[fusion]) == wanted


@pytest.mark.parametrize("fusion", [f for f in FUSIONS if f not in HEADS])
def test_only_the_sum_of_logits_is_additive(models, fusion):
    """f(a, b) − f(a', b) is the same for every b, or it isn't."""
    first, second = ([x[k : k + 1] for x in X] for k in (0, 1))
    other = [3 * x[2:3] for x in X[1:]]
    f = models[fusion]
    change = f(first) - f([second[0], *first[1:]])
    elsewhere = f([first[0], *other]) - f([second[0], *other])
    additive = np.allclose(change, elsewhere, atol=1e-5)
    assert additive == (fusion == "summed logits")


def head(width=WIDTHS[-1]):
    return parameters.early((width,), CLASSES)


def encoders(sizes):
    """Of each modality: [dₘ → 6 → 5]."""
    return parameters.separate(sizes, WIDTHS[0]) + len(sizes) * parameters.early((6,), 5)


SIZE = {
    "early": lambda s: parameters.early(s, 6) + parameters.early((6,), 5) + head(),
    "late": lambda s: encoders(s) + len(s) * head(),
    "summed logits": lambda s: encoders(s) + len(s) * head(),
    "intermediate": lambda s: encoders(s) + parameters.early([5] * len(s), 5) + head(),
    "ModDrop": lambda s: encoders(s) + parameters.early([5] * len(s), 5) + head(),
    "gated": lambda s: encoders(s) + parameters.gated([5] * len(s), 5) + head(),
    "low-rank": lambda s: encoders(s) + parameters.low_rank([5] * len(s), 5, rank=4) + head(),
    "outer product": lambda s: (
        encoders(s) + parameters.separate([5] * len(s), 24)
        + parameters.outer_product([24] * len(s), 5) + head()
    ),
    # the centre: M weights of a sum, a layer 6 → 5, M + 1 weights, a layer 5 → 5; M + 1 heads
    "central": lambda s: (
        encoders(s) + len(s) + parameters.early((6,), 5)
        + len(s) + 1 + parameters.early((5,), 5) + (len(s) + 1) * head()
    ),
}  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_networks_have_as_many_weights_as_the_formulas_say(fusion, count):
    count = min(count, 2 if fusion == "outer product" else 3)  # 25³ products would take long
    assert model_of(fusion, count).count_params() == SIZE[fusion](SIZES[:count])


def test_fusions_start_by_seed():
    one, again, other = (model_of("gated", seed=seed).get_weights() for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's
@pytest.mark.parametrize("fusion", ["ModDrop", "central"])
def test_a_saved_network_needs_no_custom_objects(models, fusion, tmp_path):
    models[fusion].save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again(X), models[fusion](X))


@pytest.mark.parametrize(("fusion", "sizes", "text"), [
    ("middle", (3, 2), "unknown fusion 'middle'; choose one of early, late, summed logits, inter"),
    ("late", (), r"each modality needs at least one feature, got sizes \[\]"),
    ("late", (3, 0), r"at least one feature, got sizes \[3, 0\]"),
])  # fmt: skip
def test_networks_that_cannot_be(fusion, sizes, text):
    with pytest.raises(ValueError, match=text):
        build(fusion, sizes, CLASSES)


# ------------------------------------------------------------------ one decision


PRIOR = np.array([0.6, 0.3, 0.1])
LIKELIHOOD = np.random.default_rng(1).dirichlet(np.ones(4), size=(3, 3))  # p(xₘ | y) [M, y, x]
EVENTS = list(product(range(4), repeat=3))  # all x₁, x₂, x₃


def by_bayes(seen):
    """p(y | what is seen), {modality: value}, by multiplying and normalising."""
    joint = [PRIOR[y] * np.prod([LIKELIHOOD[m, y, v] for m, v in seen.items()]) for y in range(3)]
    return np.array(joint) / sum(joint)


SINGLE = np.log([[by_bayes({m: event[m]}) for event in EVENTS] for m in range(3)])


def test_decision_fusion_is_bayes_where_modalities_are_independent():
    wanted = [by_bayes(dict(enumerate(event))) for event in EVENTS]
    np.testing.assert_allclose(np.exp(decision_fusion(SINGLE, PRIOR)), wanted, atol=1e-12)
    forgotten = np.exp(decision_fusion(SINGLE))  # counts the prior three times
    assert np.abs(forgotten - wanted).max() > 0.1
    cubed = np.log(wanted) + 2 * np.log(PRIOR)
    np.testing.assert_allclose(forgotten, np.exp(log_softmax(cubed)), atol=1e-12)


def test_missing_modalities_are_left_out():
    for there in product([False, True], repeat=3):
        wanted = [by_bayes({m: e[m] for m in range(3) if there[m]}) for e in EVENTS]
        found = decision_fusion(SINGLE, PRIOR, present=there)
        np.testing.assert_allclose(np.exp(found), wanted, atol=1e-12)
    nothing = decision_fusion(SINGLE, PRIOR, [False] * 3)
    np.testing.assert_allclose(np.exp(nothing), np.tile(PRIOR, (64, 1)), atol=1e-12)


def test_each_row_can_miss_another_modality():
    there = np.random.default_rng(2).random((3, len(EVENTS))) < 0.5
    wanted = [
        by_bayes({m: event[m] for m in range(3) if there[m, row]})
        for row, event in enumerate(EVENTS)
    ]
    gone = np.where(there[..., None], SINGLE, np.nan)  # what isn't there may be anything
    found = decision_fusion(gone, PRIOR, there)
    np.testing.assert_allclose(np.exp(found), wanted, atol=1e-12)
    column = decision_fusion(SINGLE, PRIOR, there[:, :1])
    np.testing.assert_array_equal(column, decision_fusion(SINGLE, PRIOR, there[:, 0]))


def test_log_softmax_by_hand_and_far_out():
    np.testing.assert_allclose(log_softmax([0, np.log(3)]), np.log([0.25, 0.75]))
    np.testing.assert_allclose(log_softmax([[1e4, 0], [0, -1e4]]), [[0, -1e4]] * 2)


@pytest.mark.parametrize("prior", [[0.5, 0.5], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [1.5, -0.25, -0.25],
                                   [0.5, 0.5, np.nan]])  # fmt: skip
def test_priors_are_distributions(prior):
    with pytest.raises(ValueError, match="prior must be 3 positive numbers that sum to 1, got"):
        decision_fusion(SINGLE, prior)


@pytest.mark.parametrize("present", [[True] * 2, True, np.ones((3, 5)), np.ones((3, 1, 1)),
                                     np.ones((64, 3))])  # fmt: skip
def test_present_fits_the_modalities(present):
    with pytest.raises(ValueError, match=r"present must be \[3\] or \[3, 64\], got"):
        decision_fusion(SINGLE, PRIOR, present)


@pytest.mark.parametrize("shape", [(64, 3), (0, 64, 3), (3, 0, 3), (3, 64, 3, 1)])
def test_probabilities_have_three_axes(shape):
    with pytest.raises(ValueError, match=r"must be \[modalities, rows, classes\], got"):
        decision_fusion(np.zeros(shape))


@pytest.mark.parametrize("fusion", FUSIONS)
def test_late_fusion_multiplies_and_the_others_believe_their_first_head(fusion):
    heads = RNG.normal(size=(ROWS, 3, CLASSES))
    found = decide(fusion, heads, PRIOR)
    late = fusion == "late"
    wanted = np.exp(heads.sum(1)) / PRIOR**2 if late else np.exp(heads[:, 0])
    np.testing.assert_allclose(np.exp(found), wanted / wanted.sum(1, keepdims=True), atol=1e-9)
