"""Streams whose label is the product of two modalities, one of them remembered: a known answer.

A cue a = ±1 sounds once in the first modality, early. The second modality shows a new sign b_t = ±1
at every step; the others show signs that mean nothing. The label at t is whether a·b_t = 1, asked
from the cue on. Alone, no modality tells anything: P(label | one of them) = ½.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Streams:
    """Time-aligned modalities and a label for every step.

    Attributes:
        x: one array [rows, steps, channels, sub-channels] per modality: cue, sign, distractors.
        label: int32 [rows, steps], 0 or 1.
        asked: float32 [rows, steps], 1 from the step of the cue on, 0 before.
        cue, signs: the bits behind them, ±1: [rows], [rows, steps].
    """

    x: tuple[Floats, ...]
    label: NDArray[np.int32]
    asked: Floats
    cue: Floats
    signs: Floats


def make_streams(
    seed: int,
    rows: int = 1024,
    *,
    steps: int = 8,
    modalities: int = 3,
    channels: int = 4,
    subchannels: int = 3,
    noise: float = 0.3,
) -> Streams:
    """Draw streams; the patterns in which a bit shows itself are the same for every seed.

    Args:
        modalities: 2 or more; the third and later ones are distractors.
        noise: standard deviation of every value, ≥ 0; a bit has size 1.
    Raises:
        ValueError: fewer than 2 modalities, 1 row, 1 step, or negative noise.
    """
    if modalities < 2:
        raise ValueError(f"a product of two needs at least 2 modalities, got {modalities}")
    if rows < 1 or steps < 1 or not noise >= 0:
        raise ValueError(
            "rows and steps must be at least 1 and noise at least 0, got "
            f"rows={rows}, steps={steps}, noise={noise}"
        )
    rng = np.random.default_rng(seed)
    patterns = np.sign(np.random.default_rng(0).normal(size=(modalities, channels, subchannels)))
    bits = rng.choice([-1.0, 1.0], (modalities, rows, steps))
    when = rng.integers(0, (steps + 1) // 2, rows)
    sounds = np.arange(steps) == when[:, None]
    cue, signs = bits[0, :, 0].copy(), bits[1]
    bits[0] = cue[:, None] * sounds
    clean = bits[..., None, None] * patterns[:, None, None]
    x = (clean + noise * rng.normal(size=clean.shape)).astype(np.float32)
    label = (cue[:, None] * signs > 0).astype(np.int32)
    asked = (np.arange(steps) >= when[:, None]).astype(np.float32)
    return Streams(tuple(x), label, asked, cue.astype(np.float32), signs.astype(np.float32))
