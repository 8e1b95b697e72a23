"""HDC's loss against a plain loop over pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.losses.cascade import cascade

RNG = np.random.default_rng(0)
HEADS = [RNG.normal(size=(9, d)).astype("float32") for d in (3, 4, 5)]
LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2], "int32")
MARGIN = 6.0


def loop(heads, shares):
    """Loss, and the unordered pairs that each head keeps."""
    pairs = [(i, j) for i in range(9) for j in range(i)]
    alive = {kind: [p for p in pairs if (LABELS[p[0]] == LABELS[p[1]]) == kind] for kind in (1, 0)}
    total, kept = 0.0, []
    for head, share in zip(heads, shares, strict=True):
        d2 = {(i, j): float(sum((head[i] - head[j]) ** 2)) for i, j in pairs}
        for kind, sign in ((1, -1), (0, 1)):
            ranked = sorted(alive[kind], key=lambda p, d2=d2, sign=sign: sign * d2[p])
            alive[kind] = ranked[: math.ceil(share * len(ranked) - 1e-6)]
        losses = [d2[p] for p in alive[1]] + [max(0, MARGIN - d2[p]) for p in alive[0]]
        total += sum(losses) / max(sum(x > 0 for x in losses), 1)
        kept.append(set(alive[0] + alive[1]))
    return total, kept


@pytest.mark.parametrize("shares", [(1, 0.5, 0.2), (0.3, 1, 0.01)])
def test_loss_and_kept_pairs_are_those_of_a_loop(shares):
    found = cascade(HEADS, LABELS, margin=MARGIN, shares=shares)
    loss, kept = loop(HEADS, shares)
    assert float(found.loss) == pytest.approx(loss, rel=1e-5)
    for k in range(3):
        matrix = found.kept[k].numpy()
        assert (matrix == matrix.T).all()
        assert {(i, j) for i in range(9) for j in range(i) if matrix[i, j]} == kept[k]


def test_pairs_that_a_head_drops_feel_nothing_from_the_later_ones():
    heads = [tf.constant(head) for head in HEADS]
    with tf.GradientTape() as tape:
        tape.watch(heads)
        found = cascade(heads, LABELS, margin=MARGIN)
    gradient = tape.gradient(found.loss, heads)[2].numpy()
    touched = found.kept[2].numpy().any(1)
    assert (np.abs(gradient[~touched]).sum() == 0) and np.abs(gradient[touched]).sum() > 0
    assert not touched.all()


def test_one_head_that_keeps_all_by_hand():
    """On a line: similar at D² = 1; dissimilar at D² = 4 and 1 of a margin of 2."""
    found = cascade([[[0.0], [1.0], [2.0]]], [0, 0, 1], margin=2.0, shares=(1,))
    assert float(found.loss) == pytest.approx((1 + 1) / 2)  # 4 is beyond the margin


def test_equal_points_give_numbers():
    same = tf.ones((4, 2))
    with tf.GradientTape() as tape:
        tape.watch(same)
        loss = cascade([same, same], [0, 0, 1, 1], margin=1.0, shares=(1, 0.5)).loss
    assert np.isfinite(loss) and np.isfinite(tape.gradient(loss, same)).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"heads": []}, "need as many shares"),
        ({"shares": (1, 0.5)}, "need as many shares"),
        ({"shares": (1, 0.5, 0)}, "a share must be above 0"),
        ({"shares": (2, 0.5, 0.2)}, "at most 1"),
        ({"margin": 0}, "margin must be above 0"),
        ({"labels": LABELS[:4]}, "every embedding needs its label"),
        ({"labels": np.zeros(9, int)}, "one class only"),
        ({"labels": np.arange(9)}, "a label of its own"),
        ({"heads": [*HEADS[:2], HEADS[2] * np.nan]}, "NaN"),
    ],
)
def test_bad_input_is_refused(changed, message):
    given = {"heads": HEADS, "labels": LABELS, "margin": 1.0, **changed}
    with pytest.raises(ValueError, match=message):
        cascade(given.pop("heads"), given.pop("labels"), **given)
