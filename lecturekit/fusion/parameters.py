"""How many numbers a fusion has to learn, as formulas. A network of Keras agrees with each of them.

M modalities with dₘ features each; a layer of `width` units. Slide *Early and Late Stage Fusion*:
"architecture parameter explosion". Whether there is one depends on what grows with what.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, prod

Sizes = Sequence[int]


def _sizes(sizes: Sizes, **others: int) -> list[int]:
    if not sizes or min(sizes) < 1:
        raise ValueError(f"each modality needs at least one feature, got sizes {list(sizes)}")
    for name, value in others.items():
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, not {value}")
    return list(sizes)


def early(sizes: Sizes, width: int) -> int:
    """One layer on the concatenation: Σdₘ · width + width."""
    return sum(_sizes(sizes, width=width)) * width + width


def separate(sizes: Sizes, width: int) -> int:
    """A layer of the same width for each modality: Σdₘ · width + M · width. Not fewer."""
    return sum(_sizes(sizes, width=width)) * width + len(sizes) * width


def early_proportional(sizes: Sizes, factor: float) -> float:
    """As `early`, the layer as wide as its input times `factor`, no biases: factor · (Σdₘ)²."""
    return factor * sum(_sizes(sizes)) ** 2


def separate_proportional(sizes: Sizes, factor: float) -> float:
    """As `separate`, each layer as wide as its own input times `factor`: factor · Σdₘ².

    M times fewer than early fusion when the sizes are equal: *this* is the explosion of the slide.
    """
    return factor * sum(size**2 for size in _sizes(sizes))


def early_reduced(sizes: Sizes, width: int, components: int) -> int:
    """As `early`, each modality first reduced to k `components` by a PCA: M · k · width + width.

    The Σdₘ · k numbers of the PCA are computed, not trained; a modality with fewer features than
    components stays as it is.
    """
    kept = sum(min(size, components) for size in _sizes(sizes, width=width, components=components))
    return kept * width + width


def outer_product(sizes: Sizes, width: int) -> int:
    """One layer on all products of features, ∏(dₘ + 1) · width + width: the real explosion."""
    return prod(size + 1 for size in _sizes(sizes, width=width)) * width + width


def low_rank(sizes: Sizes, width: int, rank: int) -> int:
    """The same products through `rank` factors: rank · width · Σ(dₘ + 1) + width."""
    return rank * width * sum(size + 1 for size in _sizes(sizes, width=width, rank=rank)) + width


def gated(sizes: Sizes, width: int) -> int:
    """Gated unit with a gate for each feature: Σdₘ · width · (1 + M) + 2 M · width."""
    count = len(_sizes(sizes, width=width))
    return sum(sizes) * width * (1 + count) + 2 * count * width


def ordered_pairs(modalities: int) -> int:
    """Cross-modal attentions, each modality asking each other: M (M − 1)."""
    return modalities * (modalities - 1)


def pairs(modalities: int) -> int:
    """M (M − 1) / 2: quadratic, not "exponentially many"."""
    return comb(modalities, 2)


def subsets(modalities: int) -> int:
    """Sets of at least two modalities that could be fused: 2^M − M − 1. These are exponential."""
    return 2**modalities - modalities - 1


def groupings(modalities: int) -> int:
    """Ways to choose some modalities and to split them into early-fused groups: Bell(M + 1) − 1."""
    row = [1]
    for _ in range(modalities):  # Bell's triangle
        following = [row[-1]]
        for value in row:
            following.append(following[-1] + value)
        row = following
    return row[-1] - 1


def layer_choices(layers: Sizes, activations: int, fusions: int) -> int:
    """Networks of a layer-wise search: (∏ layers · activations)^fusions (MFAS, 2019)."""
    return (prod(_sizes(layers, activations=activations)) * activations) ** fusions
