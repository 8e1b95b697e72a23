"""The dendrogram draws the tree that it is given."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.figures.tree import dendrogram
from lecturekit.mining.hierarchy import class_tree

TURNED = np.radians(np.repeat([0, 180, 60], 2))
TREE = class_tree(np.stack([np.cos(TURNED), np.sin(TURNED)], 1), np.repeat(range(3), 2), levels=4)
NAMES = ("cat", "car", "dog")  # cat and dog merge at 1, car joins at 3.5


def drawn(level, **given):
    return dendrogram(TREE, level, names=NAMES, title="T", **given)


def marked(made):
    return {t.name: t.marker for t in made.data if t.mode == "markers"}


@pytest.mark.parametrize(
    ("level", "together"),
    [(0, ["car", "cat", "dog"]), (1, ["car", "cat, dog"]), (4, ["car, cat, dog"])],
)
def test_what_has_merged_looks_alike_and_nothing_else_does(level, together):
    seen = marked(drawn(level))
    assert sorted(seen) == together
    assert len({m.color for m in seen.values()}) == len({m.symbol for m in seen.values()})
    assert len({m.color for m in seen.values()}) == len(seen)


def test_merges_are_drawn_at_their_heights_and_the_line_at_its_level():
    made = drawn(1)
    heights = {round(y, 6) for t in made.data if t.mode == "lines" for y in t.y if y is not None}
    assert heights == {0, 1, 3.5}  # the line is at 1 as well
    line = next(t for t in made.data if t.name == "level 1")
    assert list(line.y) == pytest.approx([1, 1])
    later = next(t for t in made.data if t.name == "merge later")
    assert max(y for y in later.y if y is not None) == pytest.approx(3.5)


def test_leaves_are_named_and_carry_the_margins_of_an_anchor():
    assert sorted(drawn(1).layout.xaxis.ticktext) == sorted(NAMES)
    words = sorted(drawn(1, anchor=0).layout.xaxis.ticktext)
    assert words == ["<b>cat</b><br>anchor", "car<br>4.1", "dog<br>1.1"]


def test_the_same_tree_gives_the_same_figure():
    assert drawn(2, anchor=1).to_json() == drawn(2, anchor=1).to_json()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="3 classes, got 2 names"):
        dendrogram(TREE, 1, names=NAMES[:2], title="T")
    with pytest.raises(ValueError, match="level must be"):
        drawn(5)
    with pytest.raises(ValueError, match="anchor must be"):
        drawn(1, anchor=3)
