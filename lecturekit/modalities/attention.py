"""Two kinds of attention for branches [batch, time, modality, d]: through time, over modalities.

Through time, a branch looks at its own past; M maps of T × T. Over modalities, all branches of one
moment look at each other; T maps of M × M.
"""

from __future__ import annotations

import keras
from keras import ops

from lecturekit.modalities.branches import BranchDense

NEVER = -1e9  # a score whose softmax is exactly 0 in float32


def softmax(scores: keras.KerasTensor, axis: int = -1) -> keras.KerasTensor:
    """Keras' own stops at five axes and warns of an axis of one entry."""
    weights = ops.exp(scores - ops.max(scores, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


class _Attention(keras.layers.Layer):
    """Options and projections that both kinds share; heads · size = d."""

    def __init__(
        self, heads: int = 4, groups: int | None = None, tied: bool = False, **options: object
    ) -> None:
        super().__init__(**options)
        groups = heads if groups is None else groups
        if heads < 1 or groups < 1 or heads % groups:
            raise ValueError(
                f"{heads} query heads cannot share {groups} key-value heads: heads must be a "
                "multiple of groups"
            )
        self.heads, self.groups, self.tied = heads, groups, tied

    def build(self, shape: tuple) -> None:
        width = shape[-1]
        if width % self.heads:
            raise ValueError(f"{self.heads} heads do not divide {width} features evenly")
        self.size = width // self.heads
        self.project = {
            name: BranchDense(self.size * heads, tied=self.tied, name=name)
            for name, heads in (("query", self.heads), ("key", self.groups), ("value", self.groups))
        }
        self.out = BranchDense(width, tied=self.tied, name="out")
        for layer in self.project.values():
            layer.build(shape)
        self.out.build(shape)

    def _split(self, x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        """[b, t, M, heads · size] → [b, t, M, groups, heads per group, size]; 1 for key, value."""
        per = self.heads // self.groups if name == "query" else 1
        made = self.project[name](x)
        return ops.reshape(made, (-1, *x.shape[1:3], self.groups, per, self.size))

    def compute_output_shape(self, shape: tuple) -> tuple:
        return shape

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "heads": self.heads,
            "groups": self.groups,
            "tied": self.tied,
        }


@keras.saving.register_keras_serializable("lecturekit")
class CausalTimeAttention(_Attention):
    """Causal grouped-query self-attention of each branch. [b, t, M, d] → [b, t, M, d].

    Grouped queries (Ainslie et al. 2023): `heads` queries share `groups` keys and values.
    Outputs at t use inputs up to t only.

    Args:
        heads: query heads; they divide d.
        groups: key-value heads; they divide `heads`. None: as many as queries, plain attention.
        tied: the same weights for all modalities.
    """

    def call(self, x: keras.KerasTensor, maps: bool = False) -> keras.KerasTensor | tuple:
        """With `maps` also the weights, [b, M, heads, t, t], rows sum to 1."""
        query, key, value = (self._split(x, name) for name in ("query", "key", "value"))
        score = ops.einsum("btmgrk,bsmgok->bmgrts", query, key) / self.size**0.5
        steps = ops.arange(x.shape[1])
        past = steps[:, None] >= steps[None, :]
        weight = softmax(ops.where(past, score, NEVER))
        seen = ops.einsum("bmgrts,bsmgok->btmgrk", weight, value)
        made = self.out(ops.reshape(seen, (-1, *x.shape[1:])))
        by_head = (-1, x.shape[2], self.heads, x.shape[1], x.shape[1])
        return (made, ops.reshape(weight, by_head)) if maps else made


@keras.saving.register_keras_serializable("lecturekit")
class ModalityAttention(_Attention):
    """Multi-head attention over modalities at each time step. [b, t, M, d] → [b, t, M, d].

    Args:
        dropout: share of the values that training leaves out, as in the figure.
        heads, groups, tied: as in `CausalTimeAttention`.
    """

    def __init__(
        self,
        heads: int = 4,
        dropout: float = 0.0,
        *,
        groups: int | None = None,
        tied: bool = False,
        **options: object,
    ) -> None:
        super().__init__(heads, groups, tied, **options)
        self.dropout = dropout
        self.drop = keras.layers.Dropout(dropout)

    def call(
        self,
        x: keras.KerasTensor,
        present: keras.KerasTensor | None = None,
        maps: bool = False,
        training: bool | None = None,
    ) -> keras.KerasTensor | tuple:
        """
        Args:
            present: [b, M] bool, False where a modality is missing: nobody looks at it. With no
                modality at all the weights are 0.
            maps: also return the weights, [b, t, heads, M, M]: row looks at column.
        """
        query, key, value = (self._split(x, name) for name in ("query", "key", "value"))
        value = self.drop(value, training=training)
        # Products and sums: thousands of matrices of M × M are too small for matrix products.
        score = ops.sum(query[:, :, :, None] * key[:, :, None], -1) / self.size**0.5
        if present is None:
            weight = softmax(score, axis=3)  # [b, t, M, M, groups, heads per group]
        else:
            here = ops.cast(present, "bool")[:, None, None, :, None, None]
            weight = softmax(ops.where(here, score, NEVER), axis=3) * ops.cast(here, score.dtype)
        seen = ops.sum(weight[..., None] * value[:, :, None], 3)
        made = self.out(ops.reshape(seen, (-1, *x.shape[1:])))
        if not maps:
            return made
        weight = ops.transpose(weight, (0, 1, 4, 5, 2, 3))
        return made, ops.reshape(weight, (-1, x.shape[1], self.heads, x.shape[2], x.shape[2]))

    def get_config(self) -> dict:
        return {**super().get_config(), "dropout": self.dropout}
