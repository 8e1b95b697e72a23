"""A fusion is trained by seed, refuses what doesn't fit together, and is damaged as told."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.fusion import study
from lecturekit.fusion.networks import FUSIONS, decide
from lecturekit.fusion.study import (
    Fusion,
    Trained,
    check_inputs,
    damaged,
    noisy_copies,
    sum_of_heads,
)

RNG = np.random.default_rng(0)
SIZES, CLASSES, ROWS = (3, 4), 3, 64
LABEL = RNG.permutation(ROWS) % CLASSES
X = [
    (2 * RNG.normal(size=(CLASSES, size))[LABEL] + RNG.normal(size=(ROWS, size))).astype(np.float32)
    for size in SIZES
]


@pytest.fixture(scope="module")
def fusion():
    """Both kinds of randomness: dropout and dropped modalities."""
    return Fusion("ModDrop", SIZES, CLASSES, steps=120, batch=16, rate=0.01, widths=(12, 8))


@pytest.fixture(scope="module")
def trained(fusion):
    return fusion.train(X, LABEL, seed=3)


def same(one, other):
    return all((a == b).all() for a, b in zip(one.weights, other.weights, strict=True))


# ------------------------------------------------------------------ training


def test_rows_gathered_in_parts_train_the_same_network(monkeypatch):
    """Neither weights nor optimiser nor the random modalities start anew between two parts."""
    weights = []
    for at_once in (100, 7):  # all 20 steps, and 7 + 7 + 6
        monkeypatch.setattr(study, "STEPS_AT_ONCE", at_once)
        small = Fusion("ModDrop", SIZES, CLASSES, steps=20, batch=16, widths=(12, 8))
        weights.append(small.train(X, LABEL, seed=1).weights)
    for whole, parts in zip(*weights, strict=True):
        np.testing.assert_allclose(parts, whole, rtol=1e-5, atol=1e-6)


def test_a_fusion_learns(fusion, trained):
    assert trained.accuracy(X, LABEL) > 90
    untrained = Trained(fusion, [0 * w for w in trained.weights])
    assert untrained.accuracy(X, LABEL) == pytest.approx(100 * (LABEL == 0).mean())


def test_a_seed_says_all(fusion, trained):
    """Weights, order of rows, dropout: also after another training in between."""
    assert not same(trained, fusion.train(X, LABEL, seed=4))
    assert same(trained, fusion.train(X, LABEL, seed=3))


def test_trainings_keep_their_own_weights(fusion, trained):
    before = trained.logits(X)
    other = fusion.train(X, (LABEL + 1) % CLASSES, seed=3)
    assert other.accuracy(X, LABEL) < 10
    np.testing.assert_array_equal(trained.logits(X), before)


def test_a_modality_that_never_changes_does_no_harm(fusion):
    still = [X[0], np.zeros_like(X[1])]
    result = fusion.train(still, LABEL, seed=0)
    assert all(np.isfinite(w).all() for w in result.weights)
    assert result.accuracy(still, LABEL) > 80
    assert np.isfinite(result.logits([0 * X[0], still[1]])).all()


def test_a_decision_is_made_of_the_logits(trained):
    logits = trained.logits(X)
    assert logits.shape == (ROWS, 1, CLASSES)
    found = trained.log_probability(X)
    np.testing.assert_array_equal(found, decide("ModDrop", logits))
    wanted = sum(row.argmax() == k for row, k in zip(found, LABEL, strict=True)) / ROWS * 100
    assert trained.accuracy(X, LABEL) == pytest.approx(wanted)
    float64 = [x.astype(float) for x in X]
    np.testing.assert_array_equal(trained.logits(float64), logits)


@pytest.mark.parametrize("heads", [1, 3])
def test_the_loss_is_the_sum_of_the_heads(heads):
    logits = RNG.normal(size=(ROWS, heads, CLASSES))
    wanted = 0.0
    for head in range(heads):
        p = np.exp(logits[:, head]) / np.exp(logits[:, head]).sum(1, keepdims=True)
        wanted += np.mean([-np.log(p[row, LABEL[row]]) for row in range(ROWS)])

    def model(x, training):
        assert training and (len(x) == 2 if isinstance(x, list) else x.shape == X[0].shape)
        return tf.constant(logits)

    for inputs in (X, X[:1]):
        found = sum_of_heads(model, *map(tf.constant, inputs), tf.constant(LABEL))
        assert float(found) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("fusion_name", [f for f in FUSIONS if f != "summed logits"])
def test_features_are_what_the_first_head_sees(fusion_name):
    """Its logits are one linear map of them, which no other features would allow."""
    other = Fusion(fusion_name, SIZES, CLASSES, widths=(9, 7))
    trained = Trained(
        other, [w + 0.1 * RNG.normal(size=w.shape) for w in other.model.get_weights()]
    )
    features = trained.features(X)
    assert features.shape == (ROWS, 7)
    one = np.concatenate([features, np.ones((ROWS, 1))], 1)
    first = trained.logits(X)[:, 0]
    residual = first - one @ np.linalg.lstsq(one, first, rcond=None)[0]
    assert np.abs(residual).max() < 1e-3 < 0.05 < first.std()


def test_parameters_and_a_single_modality():
    """early: (3 + 1) 5 + (5 + 1) 4 + (4 + 1) 3 = 59."""
    alone = Fusion("early", (3,), 3, widths=(5, 4))
    assert alone.parameters == 59
    trained = Trained(alone, alone.model.get_weights())
    assert trained.logits(X[:1]).shape == (ROWS, 1, 3) and trained.features(X[:1]).shape[1] == 4


# ------------------------------------------------------------------ bad input


BAD = [
    ([X[0], X[1][:-3]], r"different lengths, \[64, 61\] rows: row i of each must be the same"),
    (X[:1], "built for 2 modalities, got 1; for a missing one give zeros"),
    ([*X, X[0]], "built for 2 modalities, got 3"),
    ([], "built for 2 modalities, got 0"),
    (X[::-1], r"must be \[rows, size\] of sizes \[3, 4\], got \[\(64, 4\), \(64, 3\)\]"),
    ([X[0], X[1][:, :, None]], r"must be \[rows, size\] of sizes \[3, 4\], got"),
    ([x[0] for x in X], r"must be \[rows, size\] of sizes"),
    ([x[:0] for x in X], "there are no rows"),
    ([X[0], X[1][:0]], r"different lengths, \[64, 0\] rows"),
]


@pytest.mark.parametrize(("inputs", "text"), BAD)
def test_modalities_that_don_t_fit_are_refused(fusion, trained, inputs, text):
    for call in (
        lambda: check_inputs(inputs, SIZES),
        lambda: fusion.train(inputs, LABEL, seed=0),
        lambda: trained.logits(inputs),
        lambda: trained.features(inputs),
    ):
        with pytest.raises(ValueError, match=text):
            call()


@pytest.mark.parametrize(("label", "text"), [
    (LABEL[:-1], r"one label for each of the 64 rows, got shape \(63,\)"),
    (np.eye(3)[LABEL], r"one label for each of the 64 rows, got shape \(64, 3\)"),
    (LABEL + 1, "labels go from 0 to 2, not 1 to 3"),
    (LABEL - 1, "labels go from 0 to 2, not -1 to 1"),
])  # fmt: skip
def test_labels_that_don_t_fit_are_refused(fusion, label, text):
    with pytest.raises(ValueError, match=text):
        fusion.train(X, label, seed=0)


def test_a_batch_needs_as_many_rows(fusion):
    with pytest.raises(ValueError, match="a batch of 16 is larger than the 15 rows"):
        fusion.train([x[:15] for x in X], LABEL[:15], seed=0)


def test_gaps_in_a_modality_are_refused(fusion):
    gap = X[1].copy()
    gap[5, 2] = np.nan
    with pytest.raises(ValueError, match=r"data\[1\] holds NaN or infinity"):
        fusion.train([X[0], gap], LABEL, seed=0)


def test_options_reach_the_network():
    with pytest.raises(ValueError, match="unknown fusion 'none'"):
        Fusion("none", SIZES)
    with pytest.raises(ValueError, match="at least one feature"):
        Fusion("late", ())


# ------------------------------------------------------------------ damage


def test_no_noise_is_no_damage():
    for before, after in zip(X, damaged(X, noise=(0, 0)), strict=True):
        np.testing.assert_array_equal(after, before)
        assert after.dtype == np.float32


def test_noise_has_the_strength_that_was_asked_for():
    zeros = [np.zeros((4000, 5), np.float32)] * 2
    found = damaged(zeros, noise=(0.5, 2.0), seed=1)
    assert [x.std() for x in found] == pytest.approx([0.5, 2.0], rel=0.03)
    assert abs(np.corrcoef(found[0].ravel(), found[1].ravel())[0, 1]) < 0.03
    assert [x.dtype for x in found] == [np.float32] * 2


def test_the_same_noise_is_drawn_at_any_setting():
    one = damaged(X, noise=(1.0, 1.0), seed=7)
    np.testing.assert_allclose(
        damaged(X, noise=(0, 3.0), seed=7)[1] - X[1], 3 * (one[1] - X[1]), atol=1e-5
    )
    gone = damaged(X, noise=(1.0, 1.0), missing=(True, False), seed=7)
    assert not gone[0].any()
    np.testing.assert_array_equal(gone[1], one[1])
    assert (damaged(X, noise=(1.0, 1.0), seed=8)[0] != one[0]).any()


def test_missing_may_be_an_array():
    found = damaged(X, noise=np.zeros(2), missing=np.array([False, True]))
    np.testing.assert_array_equal(found[0], X[0])
    assert found[1].shape == X[1].shape and not found[1].any()


@pytest.mark.parametrize(("noise", "missing", "text"), [
    ((1.0,), (), "one noise and one missing for each of 2 modalities"),
    ((1.0, 1.0), (True,), "one noise and one missing for each of 2 modalities"),
    ((1.0, -0.5), (), "noise is a standard deviation, 0 or more, not -0.5"),
])  # fmt: skip
def test_damage_that_cannot_be(noise, missing, text):
    with pytest.raises(ValueError, match=text):
        damaged(X, noise=noise, missing=missing)


def test_noisy_copies_touch_one_modality_of_each_row():
    copies, rows = 50, np.tile(np.arange(ROWS), 50)
    noisy, label = noisy_copies(X, LABEL, copies=copies, strongest=2.0, seed=0)
    np.testing.assert_array_equal(label, LABEL[rows])
    assert all(x.dtype == np.float32 and len(x) == copies * ROWS for x in noisy)
    touched = np.stack([(n != x[rows]).any(1) for n, x in zip(noisy, X, strict=True)])
    assert (touched.sum(0) == 1).all()
    assert touched.mean(1) == pytest.approx([0.5, 0.5], abs=0.04)
    # strength s uniform in 0 … 2, so the mean square of what is added is E s² = 4/3
    for hit, n, x in zip(touched, noisy, X, strict=True):
        square = ((n - x[rows])[hit] ** 2).mean(1)
        assert square.mean() == pytest.approx(4 / 3, rel=0.15)
        assert np.quantile(square, 0.1) < 0.1 and np.quantile(square, 0.9) > 2


def test_noisy_copies_belong_to_their_seed():
    draws = [noisy_copies(X, LABEL, copies=2, seed=seed)[0][0] for seed in (0, 0, 1)]
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()
    still, _ = noisy_copies(X, LABEL, copies=2, strongest=0.0, seed=0)
    np.testing.assert_array_equal(still[1], np.concatenate([X[1], X[1]]))
