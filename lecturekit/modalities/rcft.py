"""Repetitive Cross-modal Fusion Transformer, reconstructed from the figure of a slide.

Slide "Currently in Review", figure 3; no paper and no code are public. The figure gives the order
of the parts: a branch attends to its own past, then all branches of a moment attend to each other,
then every branch goes on by itself, and all of it repeats. Chosen here: a residual around the
attention in time, GELU, and normalisation after each addition.
"""

from __future__ import annotations

import keras

from lecturekit.modalities.attention import CausalTimeAttention, ModalityAttention
from lecturekit.modalities.branches import BranchDense


@keras.saving.register_keras_serializable("lecturekit")
class RCFTLayer(keras.layers.Layer):
    """One repetition. [batch, time, modality, d] → the same shape; causal in time.

    Args:
        heads: query heads of both attentions; they divide d.
        groups: key-value heads of the attention in time (grouped queries).
        dropout: on the values of the attention over modalities.
        tied: all modalities use the same weights. Then permuting modalities permutes the output.
    """

    def __init__(
        self,
        heads: int = 4,
        groups: int = 2,
        dropout: float = 0.0,
        tied: bool = False,
        **options: object,
    ) -> None:
        super().__init__(**options)
        self.heads, self.groups, self.dropout, self.tied = heads, groups, dropout, tied
        self.time = CausalTimeAttention(heads, groups, tied, name="time")
        self.fusion = ModalityAttention(heads, dropout, tied=tied, name="fusion")
        self.norms = [keras.layers.LayerNormalization(name=f"norm{k}") for k in range(2)]

    def build(self, shape: tuple) -> None:
        if len(shape) != 4 or None in shape[1:]:
            raise ValueError(f"branches must be [batch, time, modality, d], got shape {shape}")
        self.feature = BranchDense(shape[-1], "gelu", self.tied, name="feature")
        for layer in (self.time, self.fusion, self.feature, *self.norms):
            layer.build(shape)

    def call(
        self,
        x: keras.KerasTensor,
        present: keras.KerasTensor | None = None,
        maps: bool = False,
        training: bool | None = None,
    ) -> keras.KerasTensor | tuple:
        """
        Args:
            present: [batch, M] bool, which modalities a row has; all of them if None.
            maps: also return the attention, {"time": [b, M, heads, t, t],
                "modality": [b, t, heads, M, M]}.
        """
        past, in_time = self.time(x, maps=True)
        own = self.feature(self.norms[0](x + past))
        fused, over = self.fusion(own, present, maps=True, training=training)
        made = self.norms[1](own + fused)
        return (made, {"time": in_time, "modality": over}) if maps else made

    def compute_output_shape(self, shape: tuple) -> tuple:
        return shape

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "heads": self.heads,
            "groups": self.groups,
            "dropout": self.dropout,
            "tied": self.tied,
        }
