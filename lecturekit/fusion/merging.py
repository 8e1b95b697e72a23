"""Merging as a search: which modalities to keep, which to fuse early, all candidates side by side.

Slide *Multi-modal merging*: "handle exponentially many pairs", "automatically merge meaningful
modes". A *grouping* such as ``((0, 1), (2,))`` of four modalities fuses 0 and 1 early, lets 2 vote
late, and discards 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from lecturekit import stacked

Grouping = tuple[tuple[int, ...], ...]


def partitions(items: Sequence[int]) -> Iterator[Grouping]:
    """All ways to split `items` into groups, each once."""
    items = tuple(items)
    if not items:
        yield ()
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield ((first,), *smaller)
        for k, group in enumerate(smaller):
            yield (*smaller[:k], (first, *group), *smaller[k + 1 :])


def groupings(modalities: int) -> list[Grouping]:
    """All choices of at least one modality, split in all ways; Bell(M + 1) − 1 of them.

    Raises ValueError for more than 6 modalities: 876 groupings; 7 have 4,139.
    """
    if not 1 <= modalities <= 6:
        raise ValueError(
            f"an exhaustive search is made for 1 to 6 modalities, not {modalities}: the number of "
            "groupings grows faster than exponentially"
        )
    found = []
    for chosen in range(1, 2**modalities):
        kept = [m for m in range(modalities) if chosen >> m & 1]
        found += [tuple(sorted(map(tuple, g))) for g in partitions(kept)]
    return sorted(set(found), key=lambda g: (sum(map(len, g)), len(g), g))


def in_words(grouping: Grouping, names: Sequence[str]) -> str:
    """“A+B, C”: + is early, a comma is late."""
    return ", ".join("+".join(names[m] for m in group) for group in grouping)


@keras.saving.register_keras_serializable("lecturekit")
class Grouped(keras.layers.Layer):
    """Copies the input for each group of each candidate and hides what is not in the group.

    [rows, Σdₘ] → [rows, candidates · M, Σdₘ]; a candidate with fewer than M groups has empty ones.
    """

    def __init__(self, mask: NDArray, **options: object) -> None:
        super().__init__(**options)
        self.mask = np.asarray(mask, "float32")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.expand_dims(x, 1) * self.mask

    def get_config(self) -> dict:
        return {**super().get_config(), "mask": self.mask.tolist()}


class Search:
    """Every grouping of M modalities as a small network, all trained in one graph.

    A group is a network of one hidden layer on its concatenated modalities (early); the groups'
    logits are added (late).

    Args:
        sizes: features of each modality. candidates: all of `groupings` if None.
    Raises:
        ValueError: an empty candidate, or one with a modality that is not there.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        classes: int = 2,
        *,
        candidates: Sequence[Grouping] | None = None,
        hidden: int = 16,
        steps: int = 400,
        seed: int = 0,
    ) -> None:
        self.candidates = list(candidates or groupings(len(sizes)))
        for grouping in self.candidates:
            named = [m for group in grouping for m in group]
            if not named or not all(grouping) or not set(named) <= set(range(len(sizes))):
                raise ValueError(f"{grouping} is no grouping of {len(sizes)} modalities")
        owner = np.repeat(np.arange(len(sizes)), sizes)
        slots = max(map(len, self.candidates))
        mask = np.zeros((len(self.candidates), slots, len(owner)))
        for c, grouping in enumerate(self.candidates):
            for slot, group in enumerate(grouping):
                mask[c, slot] = np.isin(owner, group)
        there = mask.any(-1).astype("float32")  # an empty group has no say
        copies = len(self.candidates) * slots
        x = keras.Input((len(owner),))
        h = Grouped(mask.reshape(copies, -1))(x)
        h = stacked.dense(copies, hidden, "relu", seed=seed)(h)
        h = stacked.dense(copies, classes, seed=seed + 1)(h)
        h = keras.layers.Reshape((len(self.candidates), slots, classes))(h)
        logits = keras.layers.Lambda(lambda v: ops.sum(v * there[..., None], axis=2))(h)
        self.stack = stacked.Stack(keras.Model(x, logits), steps=steps, decay=0.03, jit=True)

    def train(self, inputs: Sequence[NDArray], label: NDArray, *, seed: int) -> None:
        """Train all candidates on the same rows; one array [rows, size] per modality."""
        self.stack.train((np.concatenate(inputs, axis=1),), label, seed=seed)

    def accuracy(self, inputs: Sequence[NDArray], label: NDArray) -> NDArray[np.float64]:
        """Percent right of each candidate, [candidates]."""
        return 100 * stacked.accuracy(self.stack.predict(np.concatenate(inputs, axis=1)), label)
