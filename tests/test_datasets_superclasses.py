"""Made-up classes in superclasses: the stated figures, and a tree that finds what is hidden."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from lecturekit.datasets import DataError, few_labels
from lecturekit.datasets.superclasses import NUISANCE, SIGNAL, make_superclasses
from lecturekit.embedding.published import SUPERCLASSES, Rivals
from lecturekit.mining.hierarchy import class_tree


def test_the_stated_figures():
    made = make_superclasses(0, rows=400)
    assert made.x.shape == (8000, SIGNAL + NUISANCE) and len(made.names) == 20
    assert (np.bincount(made.label) == 400).all() and (np.bincount(made.superclass) == 4).all()
    assert all(ord(n[0]) - 65 == k for n, k in zip(made.names, made.superclass, strict=True))
    centred = made.x - np.stack([made.x[made.label == k].mean(0) for k in range(20)])[made.label]
    spread = np.sort(np.sqrt(np.linalg.eigvalsh(np.cov(centred.T))))
    np.testing.assert_allclose(spread[:SIGNAL], 1, rtol=0.1)
    np.testing.assert_allclose(spread[SIGNAL:], 6, rtol=0.1)


def test_superclass_centres_are_as_far_apart_as_said():
    made = make_superclasses(1, rows=3000, own=0.0, nuisance=0.0)
    centre = np.stack([made.x[made.superclass[made.label] == k].mean(0) for k in range(5)])
    apart = np.linalg.norm(centre[:, None] - centre, axis=-1)[np.triu_indices(5, 1)]
    np.testing.assert_allclose(apart, 8, rtol=0.02)


def test_the_seed_decides():
    assert (make_superclasses(3).x == make_superclasses(3).x).all()
    assert (make_superclasses(3).x != make_superclasses(4).x).any()


def test_a_trained_tree_finds_the_superclasses_and_the_raw_input_does_not():
    made = make_superclasses(0)
    rows = few_labels(made, 20, test=400, seed=0).labelled
    x, label = made.x[rows] / made.x[rows].std(), made.label[rows]
    rivals = Rivals((32,), 20, SUPERCLASSES, epoch=10)
    rivals.fit("tree margins", x, label, seed=0)
    found = []
    for points in (x / np.linalg.norm(x, axis=1, keepdims=True), rivals.embed(x)):
        tree = class_tree(points, label)
        found.append(adjusted_rand_score(made.superclass, tree.clusters(tree.nearest_to(5))))
    assert found[0] < 0.3 and found[1] >= 0.9


@pytest.mark.parametrize(
    "changed", [{"superclasses": 1}, {"superclasses": 9}, {"rows": 1}, {"classes": 0}, {"own": -1}]
)
def test_knobs_out_of_range_are_refused(changed):
    with pytest.raises(DataError, match="give"):
        make_superclasses(0, **changed)
