"""HTL and its rivals on equal terms: quick fits of a few steps."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.embedding.heads import GROUPS, HEADS, boosted_heads, cascaded_heads, one_head, parts
from lecturekit.embedding.published import METHODS, Published, Rivals, retrieval

RNG = np.random.default_rng(0)
LABELS = np.repeat(np.arange(5), 8)
X = (RNG.normal(size=(40, 6)) + 2 * RNG.normal(size=(5, 6))[LABELS]).astype("float32")
RIVALS = Rivals((6,), 5, per_batch=4, steps=12, epoch=2)


@pytest.fixture(scope="module")
def fitted():
    """method → losses, embedding."""
    return {m: (RIVALS.fit(m, X, LABELS, seed=1), RIVALS.embed(X)) for m in METHODS}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_returns_unit_vectors_of_63_dimensions(fitted, method):
    losses, points = fitted[method]
    assert losses.shape == (12,) and points.shape == (40, 63)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)


def test_the_tree_takes_over_after_a_third_and_only_then(fitted):
    plain = fitted["baseline"][0]
    for method in ("HTL", "tree batches", "tree margins"):
        losses = fitted[method][0]
        assert (losses[:4] == plain[:4]).all() and (losses[4:] != plain[4:]).any(), method
    assert RIVALS.tree is not None and len(RIVALS.tree.names) == 5


@pytest.mark.parametrize("method", ["HTL", "HDC", "BIER"])
def test_the_seed_decides(fitted, method):
    assert (RIVALS.fit(method, X, LABELS, seed=1) == fitted[method][0]).all()
    assert (RIVALS.fit(method, X, LABELS, seed=2) != fitted[method][0]).any()


def test_the_trunks_start_alike_and_heads_lie_side_by_side():
    nets = [build(3, (6,)) for build in (one_head, cascaded_heads, boosted_heads)]
    firsts = [net.get_weights()[0] for net in nets]
    assert (firsts[0] == firsts[1]).all() and (firsts[0] == firsts[2]).all()
    thirds, steps = [1 / 3] * 3, [1 / 6, 1 / 3, 1 / 2]
    for net, sizes, shares in ((nets[1], HEADS, thirds), (nets[2], GROUPS, steps)):
        points = net(X).numpy()
        each = [part.numpy() @ part.numpy().T for part in parts(points, sizes)]
        expected = sum(s * c for s, c in zip(shares, each, strict=True))
        np.testing.assert_allclose(points @ points.T, expected, atol=1e-4)


def test_training_teaches():
    before = retrieval(X, LABELS)["MAP@R"]
    rivals = Rivals((6,), 5, per_batch=4, steps=60, epoch=10)
    rivals.fit("baseline", X, LABELS, seed=0)
    assert retrieval(rivals.embed(X), LABELS)["MAP@R"] > before + 10


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="there is no method 'best'"):
        RIVALS.fit("best", X, LABELS, seed=0)
    with pytest.raises(ValueError, match="rows of 5 classes"):
        RIVALS.fit("HTL", X, LABELS % 4, seed=0)
    with pytest.raises(ValueError, match="does not divide"):
        Rivals((6,), 5, steps=10, epoch=3)
    with pytest.raises(ValueError, match="no method 'best'"):
        Rivals((6,), 5, {"best": Published()})
    with pytest.raises(ValueError, match="above 0"):
        Published(rate=0)
    with pytest.raises(ValueError, match="fit a method first"):
        Rivals((6,), 5).embed(X)
