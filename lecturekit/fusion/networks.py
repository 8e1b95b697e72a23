"""The fusions of the lecture as Keras models: where two or more modalities meet.

One contract for all: inputs are a list of M flat modalities, [rows, dₘ] each; the output holds the
logits of one or more heads, [rows, heads, classes]. Training sums the heads' losses; `decide` makes
one decision of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import layers
from numpy.typing import ArrayLike, NDArray

from lecturekit.fusion.decision import decision_fusion, log_softmax
from lecturekit.fusion.layers import GatedUnit, LowRankTensor, ModDrop, OuterProduct

Tensors = list[keras.KerasTensor]


def encoder(x: keras.KerasTensor, widths: Sequence[int], dropout: float) -> keras.KerasTensor:
    """The same small network for every modality, so that only the fusion differs."""
    for width in widths:
        x = layers.Dropout(dropout)(layers.Dense(width, "relu")(x))
    return x


def _concatenate(streams: Tensors) -> keras.KerasTensor:
    return layers.Concatenate()(streams) if len(streams) > 1 else streams[0]


def _one_head(hidden: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    return layers.Reshape((1, classes))(layers.Dense(classes)(hidden))


def early(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """Concatenate the inputs, then one network."""
    return _one_head(encoder(_concatenate(x), widths, dropout), classes)


def late(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """A classifier for each modality, none knows of the others: M heads."""
    heads = [_one_head(encoder(one, widths, dropout), classes) for one in x]
    return layers.Concatenate(axis=1)(heads) if len(heads) > 1 else heads[0]


def summed_logits(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """As late, but trained as one network: the loss sees only the sum."""
    heads = [_one_head(encoder(one, widths, dropout), classes) for one in x]
    return layers.Add()(heads) if len(heads) > 1 else heads[0]


def intermediate(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """An encoder for each modality; their features are concatenated, then joined in one layer."""
    features = [encoder(one, widths, dropout) for one in x]
    return _one_head(layers.Dense(widths[-1], "relu")(_concatenate(features)), classes)


def moddrop(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """As intermediate, with whole modalities dropped at random while training."""
    features = [encoder(one, widths, dropout) for one in ModDrop(0.3)(x)]
    return _one_head(layers.Dense(widths[-1], "relu")(_concatenate(features)), classes)


def gated(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """As intermediate, joined by a gate that decides for each row and feature whom to believe."""
    features = [encoder(one, widths, dropout) for one in x]
    return _one_head(GatedUnit(widths[-1])(features), classes)


def low_rank(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """As intermediate, joined by products of features, the weight tensor of low rank."""
    features = [encoder(one, widths, dropout) for one in x]
    return _one_head(layers.ReLU()(LowRankTensor(widths[-1])(features)), classes)


def outer_product(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """As intermediate, joined by all products of 24 features of each modality."""
    features = [layers.Dense(24, "relu")(encoder(one, widths, dropout)) for one in x]
    return _one_head(layers.Dense(widths[-1], "relu")(OuterProduct()(features)), classes)


def central(x: Tensors, classes: int, widths: Sequence[int], dropout: float):
    """CentralNet: a network of the modalities' sums beside their own ones, 1 + M heads.

    Vielzeuf et al. 2018 (arXiv 1808.07275):  h⁺ = Dense(α h + Σₘ αₘ hₘ) at every depth, with
    learned weights α. The modalities' own heads are losses beside the first, central one.
    """
    streams, centre = list(x), None
    for width, following in zip(widths, (*widths[1:], widths[-1]), strict=True):
        streams = [encoder(one, (width,), dropout) for one in streams]
        met = streams if centre is None else [centre, *streams]
        # as wide as what it is to be added to at the next depth
        centre = layers.Dropout(dropout)(layers.Dense(following, "relu")(WeightedSum()(met)))
    heads = [_one_head(h, classes) for h in (centre, *streams)]
    return layers.Concatenate(axis=1)(heads)


@keras.saving.register_keras_serializable("lecturekit")
class WeightedSum(layers.Layer):
    """Σ αₖ hₖ of tensors of one shape, with learned α that start equal and sum to 1."""

    def build(self, shapes: Sequence[tuple]) -> None:
        start = keras.initializers.Constant(1 / len(shapes))
        self.alpha = self.add_weight(shape=(len(shapes),), initializer=start)

    def call(self, streams: Tensors) -> keras.KerasTensor:
        return sum(self.alpha[k] * stream for k, stream in enumerate(streams))


FUSIONS: dict[str, Callable] = {
    "early": early,
    "late": late,
    "summed logits": summed_logits,
    "intermediate": intermediate,
    "gated": gated,
    "ModDrop": moddrop,
    "low-rank": low_rank,
    "outer product": outer_product,
    "central": central,
}


def build(
    fusion: str,
    sizes: Sequence[int],
    classes: int,
    *,
    widths: Sequence[int] = (128, 64),
    dropout: float = 0.0,
    seed: int = 0,
) -> keras.Model:
    """One of `FUSIONS` for modalities of these sizes; logits [rows, heads, classes].

    Without dropout: it changed no accuracy here by more than the seeds do, and made early fusion up
    to twenty times slower in XLA, which draws the random numbers anew for every product.

    Raises ValueError: an unknown fusion, no modality, or a modality without features.
    """
    if fusion not in FUSIONS:
        raise ValueError(f"unknown fusion {fusion!r}; choose one of {', '.join(FUSIONS)}")
    if not sizes or min(sizes) < 1:
        raise ValueError(f"each modality needs at least one feature, got sizes {list(sizes)}")
    keras.utils.set_random_seed(seed)
    x = [keras.Input((size,), name=f"modality_{m}") for m, size in enumerate(sizes)]
    logits = FUSIONS[fusion](x, classes, tuple(widths), dropout)
    return keras.Model(x if len(x) > 1 else x[0], logits, name=_name(fusion))


def _name(fusion: str) -> str:
    return fusion.replace(" ", "_").replace("-", "_")


def decide(fusion: str, logits: ArrayLike, prior: ArrayLike | None = None) -> NDArray[np.float64]:
    """Log-probabilities [rows, classes] of the one decision that a fusion makes of its heads.

    Late fusion multiplies its classifiers' probabilities and divides by the prior (uniform if
    None); CentralNet believes its first head.
    """
    each = log_softmax(logits)
    if fusion == "late":
        return decision_fusion(np.moveaxis(each, 1, 0), prior)
    return each[:, 0]
