"""What joins modalities inside a network, as small Keras layers.

All are called with a list of M tensors [rows, d₁], … [rows, d_M], one per modality.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

MOST = 12  # modalities whose 2^M subsets are drawn from at once


class Join(keras.layers.Layer):
    """Checks that it is given a list of at least one [rows, features]."""

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        if not shapes or not all(isinstance(s, tuple | list) and len(s) == 2 for s in shapes):
            raise ValueError(
                f"{type(self).__name__} joins a list of tensors [rows, features], one per "
                f"modality; got shapes {shapes}"
            )
        self.sizes = [int(shape[-1]) for shape in shapes]


@keras.saving.register_keras_serializable("lecturekit")
class ModDrop(Join):
    """Drops whole modalities of a row while training, so that no stream is leant on alone.

    Neverova et al., *ModDrop* (arXiv 1501.00102). Each modality is dropped with probability `rate`;
    a draw that would drop all of them is drawn again. What is kept is **not** rescaled: at test
    time a missing modality is a zero as well.

    Args:
        rate: 0 … below 1.
    Returns:
        a list like the input; the input itself outside training or for a single modality.
    """

    def __init__(self, rate: float = 0.3, *, seed: int | None = None, **options: object) -> None:
        super().__init__(**options)
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the chance to drop a modality, 0 … below 1, not {rate}")
        self.rate, self.seed = rate, seed
        self.draws = keras.random.SeedGenerator(seed)

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        super().build(shapes)
        count = len(self.sizes)
        if count > MOST:
            raise ValueError(f"ModDrop is made for up to {MOST} modalities, not {count}")
        # Drawing again until something is kept is drawing one of the non-empty subsets.
        subsets = np.array([[s >> m & 1 for m in range(count)] for s in range(1, 2**count)])
        kept = subsets.sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = kept * np.log(1 - self.rate) + np.where(
                kept < count, (count - kept) * np.log(self.rate), 0.0
            )
        self.subsets = subsets.astype("float32")
        self.odds = np.maximum(odds, -1e9).astype("float32")

    def call(self, streams: Sequence, training: bool = False) -> list:
        if not training or len(streams) == 1 or self.rate == 0:
            return list(streams)
        rows = ops.shape(streams[0])[0]
        # Gumbel's trick: the largest of log-odds + noise is a draw from them.
        noise = keras.random.uniform((rows, len(self.odds)), 1e-20, 1.0, seed=self.draws)
        drawn = ops.argmax(self.odds - ops.log(-ops.log(noise)), axis=-1)
        keep = ops.take(ops.convert_to_tensor(self.subsets), drawn, axis=0)
        return [stream * keep[:, m : m + 1] for m, stream in enumerate(streams)]

    def get_config(self) -> dict:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@keras.saving.register_keras_serializable("lecturekit")
class GatedUnit(Join):
    """Gated multimodal unit: each hidden feature is a mixture of the modalities' own.

    Arevalo et al. 2017 (arXiv 1702.01992):  hₘ = tanh(Wₘxₘ + bₘ),  z = softmax over m of
    V[x₁ … x_M],  h = Σₘ zₘ ⊙ hₘ. For two modalities the softmax is the paper's sigmoid.

    Args:
        units: features of h. scalar: one gate for all features instead of one for each.
    """

    def __init__(self, units: int, *, scalar: bool = False, **options: object) -> None:
        super().__init__(**options)
        self.units, self.scalar = units, scalar

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        super().build(shapes)
        self.project = [keras.layers.Dense(self.units, "tanh") for _ in self.sizes]
        for layer, size in zip(self.project, self.sizes, strict=True):
            layer.build((None, size))
        gates = 1 if self.scalar else self.units
        self.gate = keras.layers.Dense(len(self.sizes) * gates)
        self.gate.build((None, sum(self.sizes)))

    def shares(self, streams: Sequence) -> keras.KerasTensor:
        """How much of each feature comes from each modality: [rows, M, units or 1], sums to 1."""
        scores = self.gate(ops.concatenate(list(streams), axis=-1))
        scores = ops.reshape(scores, (-1, len(self.sizes), self.gate.units // len(self.sizes)))
        return ops.exp(scores - ops.logsumexp(scores, axis=1, keepdims=True))

    def call(self, streams: Sequence) -> keras.KerasTensor:
        hidden = ops.stack([f(x) for f, x in zip(self.project, streams, strict=True)], axis=1)
        return ops.sum(self.shares(streams) * hidden, axis=1)

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units, "scalar": self.scalar}


@keras.saving.register_keras_serializable("lecturekit")
class LowRankTensor(Join):
    """All products of features of different modalities, at the price of their sum.

    Liu et al. 2018 (arXiv 1806.00064):  h = Σᵣ ∏ₘ (Wₘʳ [xₘ; 1]) / rank + b. The full weight tensor
    would have units · ∏(dₘ + 1) entries; this has rank · units · Σ(dₘ + 1).
    """

    def __init__(self, units: int, rank: int = 4, **options: object) -> None:
        super().__init__(**options)
        if rank < 1:
            raise ValueError(f"rank must be 1 or more, not {rank}")
        self.units, self.rank = units, rank

    def build(self, shapes: Sequence[tuple[int | None, int]]) -> None:
        super().build(shapes)
        self.factors = [
            self.add_weight(shape=(size, self.rank, self.units), initializer="glorot_uniform")
            for size in self.sizes
        ]
        self.ones = self.add_weight(
            shape=(len(self.sizes), self.rank, self.units), initializer="ones"
        )  # at the start the other modality passes through unchanged
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, streams: Sequence) -> keras.KerasTensor:
        product = 1.0
        for m, (stream, factor) in enumerate(zip(streams, self.factors, strict=True)):
            product = product * (ops.einsum("ri,iku->rku", stream, factor) + self.ones[m])
        return ops.sum(product, axis=1) / self.rank + self.bias

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units, "rank": self.rank}


@keras.saving.register_keras_serializable("lecturekit")
class OuterProduct(Join):
    """Every product of features of different modalities: [rows, ∏(dₘ + 1)].

    Zadeh et al. 2017 (arXiv 1707.07250). The appended 1 keeps each modality's own features.
    """

    def call(self, streams: Sequence) -> keras.KerasTensor:
        outer = ops.ones_like(streams[0][:, :1])
        for stream in streams:
            with_one = ops.concatenate([stream, ops.ones_like(stream[:, :1])], axis=-1)
            outer = ops.expand_dims(outer, 2) * ops.expand_dims(with_one, 1)
            outer = ops.reshape(outer, (-1, outer.shape[1] * outer.shape[2]))
        return outer
