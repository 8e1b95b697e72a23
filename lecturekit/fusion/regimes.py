"""Two modalities made to order: what they share decides which fusion can work.

The label s = ±1 hides in two vectors of unit noise, in directions drawn anew for every seed.
Notation and the three regimes: science of slide *Early and Late Stage Fusion*.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

REGIMES = ("independent", "synergy", "shared nuisance")
EVIDENCE = 0.8  # each modality's own shift, in standard deviations of the noise
INTERACTION = 3.0  # size of the sign that only means something beside the other modality's
NUISANCE = 3.0  # size of what both modalities carry and the label doesn't need


class TwoModalities(NamedTuple):
    """first, second: float32 [n, size]. label: int32 [n], 0 or 1, balanced."""

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    label: NDArray[np.int32]


def make_dial(
    dial: float, rows: int, *, seed: int, size: int = 10, interaction: float = INTERACTION
) -> TwoModalities:
    """From redundancy (dial 0) to synergy (dial 1).

    Each modality m holds  cos(½π·dial)·E·s·uₘ + sin(½π·dial)·I·bₘ·vₘ + noise,  with a fair sign
    b₁ = ±1 and b₂ = s·b₁. At 0 either modality alone tells the label, and given the label they are
    independent. At 1 neither alone says anything: s is the *product* of two signs (XOR).

    Raises ValueError: a dial outside 0 … 1, fewer than 2 rows or 2 features.
    """
    if not 0 <= dial <= 1:
        raise ValueError(f"the dial goes from 0 (redundancy) to 1 (synergy), not to {dial}")
    own, joint = EVIDENCE * np.cos(np.pi / 2 * dial), interaction * np.sin(np.pi / 2 * dial)
    draw, sign, along, noise = _start(rows, size, seed)
    secret = draw.choice([-1.0, 1.0], rows)
    signals = (
        np.outer(own * sign, along[0][0]) + np.outer(joint * secret, along[0][1]),
        np.outer(own * sign, along[1][0]) + np.outer(joint * secret * sign, along[1][1]),
    )
    return _finished(signals, noise, sign)


def make_regime(regime: str, rows: int, *, seed: int, size: int = 10) -> TwoModalities:
    """One of `REGIMES`.

    ``independent``: `make_dial(0)`. ``synergy``: `make_dial(1)`. ``shared nuisance``: the first
    modality holds (E'·s + N·z)·u₁ with a normal z, the second N·z·u₂: useless alone, yet it tells
    what to subtract. Given the label the two are strongly dependent.

    Raises ValueError for another name.
    """
    if regime == "independent":
        return make_dial(0, rows, seed=seed, size=size)
    if regime == "synergy":
        return make_dial(1, rows, seed=seed, size=size)
    if regime != "shared nuisance":
        raise ValueError(f"unknown regime {regime!r}; choose one of {', '.join(REGIMES)}")
    draw, sign, along, noise = _start(rows, size, seed)
    shared = NUISANCE * draw.normal(size=rows)
    first = np.outer(2 * EVIDENCE * sign + shared, along[0][0])
    return _finished((first, np.outer(shared, along[1][0])), noise, sign)


def _start(rows: int, size: int, seed: int) -> tuple:
    if rows < 2 or size < 2:
        raise ValueError(f"at least 2 rows and 2 features a modality, got {rows} and {size}")
    draw = np.random.default_rng(seed)
    sign = draw.permutation(np.where(np.arange(rows) % 2, 1.0, -1.0))
    along = [np.linalg.qr(draw.normal(size=(size, 2)))[0].T for _ in range(2)]
    return draw, sign, along, draw.normal(size=(2, rows, size))


def _finished(signals: tuple, noise: NDArray, sign: NDArray) -> TwoModalities:
    first, second = ((s + n).astype(np.float32) for s, n in zip(signals, noise, strict=True))
    return TwoModalities(first, second, (sign > 0).astype(np.int32))
