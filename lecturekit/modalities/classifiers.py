"""Three ways to classify every step of aligned streams; they differ only in where fusion happens.

All embed each modality with `SubchannelEmbedding` and look at its past with the same attention.
``late`` averages one opinion per modality; ``rcft`` lets modalities attend to each other before
that; ``joined`` puts all features side by side and adds a hidden layer, plain intermediate fusion.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import keras
from keras import layers, ops

from lecturekit.modalities.attention import CausalTimeAttention
from lecturekit.modalities.branches import BranchDense, stacked
from lecturekit.modalities.rcft import RCFTLayer
from lecturekit.modalities.subchannel import SubchannelEmbedding

Fusion = Literal["late", "joined", "rcft"]
FUSIONS: tuple[Fusion, ...] = ("late", "joined", "rcft")


def classifier(
    seed: int,
    shapes: Sequence[tuple[int, int, int]],
    *,
    fusion: Fusion = "rcft",
    classes: int = 2,
    width: int = 16,
    subwidth: int = 4,
    repetitions: int = 1,
    heads: int = 4,
    groups: int = 2,
) -> keras.Model:
    """Streams, each [batch, time, channel, sub-channel], to logits [batch, time, classes].

    Args:
        seed: of the first weights.
        shapes: (time, channels, sub-channels) of each modality, all with the same time.
        fusion: see the module; ``repetitions`` counts layers of RCFT, or of attention in time.
    Raises:
        ValueError: no such fusion, no modality, or modalities with different numbers of steps.
    """
    if fusion not in FUSIONS:
        raise ValueError(f"there is no fusion {fusion!r}; choose one of {', '.join(FUSIONS)}")
    keras.utils.set_random_seed(seed)
    given = [keras.Input(shape, name=f"modality{k}") for k, shape in enumerate(shapes)]
    x = stacked([SubchannelEmbedding(width, subwidth)(one) for one in given])
    for k in range(repetitions):
        if fusion == "rcft":
            x = RCFTLayer(heads, groups, name=f"rcft{k}")(x)
        else:
            past = CausalTimeAttention(heads, groups)(x)
            x = layers.LayerNormalization()(x + past)
            own = BranchDense(width, "gelu")(x)
            x = layers.LayerNormalization()(x + own)
    if fusion == "joined":
        flat = layers.Reshape((x.shape[1], x.shape[2] * width))(x)
        return keras.Model(given, layers.Dense(classes)(layers.Dense(32, "gelu")(flat)))
    opinions = BranchDense(classes, name="opinions")(x)
    return keras.Model(given, ops.mean(opinions, axis=2))


def attention_of(model: keras.Model, x: Sequence, repetition: int = 0) -> dict:
    """Attention of one RCFT layer for streams `x`, as `RCFTLayer` returns it, as arrays.

    Raises:
        ValueError: a model without such a layer.
    """
    name = f"rcft{repetition}"
    if name not in {layer.name for layer in model.layers}:
        raise ValueError(f"this model has no layer {name!r}; only fusion='rcft' has")
    layer = model.get_layer(name)
    before = keras.Model(model.inputs, layer.input)(list(x))
    return {kind: ops.convert_to_numpy(a) for kind, a in layer(before, maps=True)[1].items()}
