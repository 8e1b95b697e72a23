"""What fusion costs as modalities are added: counted, and as layers whose time can be taken.

RCFT attends through time within each of M branches, M maps of T × T, and over modalities at each
step, T maps of M × M. Pairwise fusion (MulT, Tsai et al. 2019) lets every modality attend to the
whole time of every other one: M (M − 1) maps of T × T.
"""

from __future__ import annotations

import keras
from keras import ops

from lecturekit.modalities.attention import NEVER, softmax
from lecturekit.modalities.branches import BranchDense


def rcft_products(modalities: int, steps: int, width: int) -> dict[str, int]:
    """Multiplications in the attention of one RCFT layer and row, without projections.

    Scores and weighted sums: ``time`` 2·M·T²·d and ``modality`` 2·T·M²·d.

    Raises:
        ValueError: a number below 1.
    """
    _counted(modalities, steps, width)
    return {
        "time": 2 * modalities * steps**2 * width,
        "modality": 2 * steps * modalities**2 * width,
    }


def pairwise_products(modalities: int, steps: int, width: int) -> int:
    """The same for attention between every ordered pair of modalities: 2·M(M − 1)·T²·d.

    Raises:
        ValueError: a number below 1.
    """
    _counted(modalities, steps, width)
    return 2 * modalities * (modalities - 1) * steps**2 * width


def _counted(*numbers: int) -> None:
    if min(numbers) < 1:
        raise ValueError(f"modalities, steps and width must be at least 1, got {numbers}")


@keras.saving.register_keras_serializable("lecturekit")
class PairwiseAttention(keras.layers.Layer):
    """Every modality attends to every other one through all of its past. [b, t, M, d] → same.

    The cross-modal attention of MulT in its plainest form: one head, causal like RCFT, outputs of
    all partners averaged. Needs two modalities or more.
    """

    def build(self, shape: tuple) -> None:
        if len(shape) != 4 or shape[2] < 2:
            raise ValueError(
                f"pairs need [batch, time, modality, d] with two modalities, got shape {shape}"
            )
        self.query, self.key, self.value = (
            BranchDense(shape[3], name=name) for name in ("query", "key", "value")
        )
        for layer in (self.query, self.key, self.value):
            layer.build(shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        query, key, value = self.query(x), self.key(x), self.value(x)
        _, steps, modalities, width = x.shape
        score = ops.einsum("btmd,bsnd->bmnts", query, key) / width**0.5
        past = ops.arange(steps)[:, None] >= ops.arange(steps)[None, :]
        weight = softmax(ops.where(past, score, NEVER))
        others = 1 - ops.eye(modalities, dtype=weight.dtype)
        weight = weight * others[:, :, None, None] / (modalities - 1)
        return ops.einsum("bmnts,bsnd->btmd", weight, value)

    def compute_output_shape(self, shape: tuple) -> tuple:
        return shape
