"""From effects to a verdict: the criterion is part of the call, the verdict is computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

MIME = "application/vnd.lecturekit.claim+json"
FEWEST_SEEDS = 5
MARKS = {"supported": "✔", "conditional": "◐", "refuted": "✘", "open": "?"}


def interval(
    effects: Sequence[float] | NDArray[np.floating], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Mean and Student-t confidence interval of per-seed (paired) effects.

    Args:
        effects: one number per seed or split, at least two.
        confidence: coverage of the interval, in (0, 1).
    Returns: (mean, low, high) in the unit of `effects`.
    Raises:
        ValueError: fewer than two effects, or one that is not finite.
    """
    values = np.asarray(effects, dtype=float)
    if not np.isfinite(values).all():
        raise ValueError(f"effects must be finite numbers, got {effects}")
    if values.ndim != 1 or values.size < 2:
        raise ValueError(
            f"an interval needs two or more effects in a row, got shape {values.shape}"
        )
    from scipy.stats import t

    mean = float(values.mean())
    half = float(t.ppf(0.5 + confidence / 2, values.size - 1) * values.std(ddof=1)) / math.sqrt(
        values.size
    )
    return mean, mean - half, mean + half


@dataclass(frozen=True)
class Setting:
    """One condition under which a claim was put to the test (made by `measured` or `identity`)."""

    name: str
    verdict: str
    criterion: str
    bound: float
    effect: float
    low: float
    high: float
    seeds: int
    unit: str

    def __str__(self) -> str:
        if self.seeds == 0:
            return f"{self.name}: largest difference {self.effect:.1e} ({self.criterion})"
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.name}: {_signed(self.effect)} [{_signed(self.low)}, {_signed(self.high)}]"
            f"{unit}, n = {self.seeds} ({self.criterion})"
        )


def measured(
    name: str,
    effects: Sequence[float],
    *,
    above: float | None = None,
    below: float | None = None,
    unit: str = "",
) -> Setting:
    """Judge an effect that was measured once per seed or split (paired where possible).

    The whole 95 % interval on the right side of the bound: *supported*; wholly on the wrong side:
    *refuted*; across it, or from fewer than five seeds: *open*.

    Args:
        name: the condition, as a reader would say it.
        effects: one effect per seed.
        above, below: the bound, exactly one of them.
        unit: unit of the effect.
    """
    if (above is None) == (below is None):
        raise ValueError(f"setting {name!r} needs exactly one criterion: above= or below=")
    if len(effects) == 0:
        raise ValueError(f"setting {name!r} has no effect: pass at least one, from one seed")
    if len(effects) == 1 and math.isfinite(effects[0]):
        mean = low = high = float(effects[0])  # too few to judge, but a quick run should not stop
    else:
        mean, low, high = interval(effects)
    if above is not None:
        bound, sign, holds, fails = above, ">", low > above, high < above
    else:
        assert below is not None
        bound, sign, holds, fails = below, "<", high < below, low > below
    criterion = f"criterion: {sign} {bound:g}"
    verdict = "supported" if holds else "refuted" if fails else "open"
    if len(effects) < FEWEST_SEEDS:
        criterion, verdict = f"{criterion}; fewer than {FEWEST_SEEDS} seeds judge nothing", "open"
    return Setting(name, verdict, criterion, float(bound), mean, low, high, len(effects), unit)


def identity(
    name: str, residual: float, tolerance: float = 1e-6, *, against: bool = False
) -> Setting:
    """Judge a derivation by the largest difference between its two sides.

    Args:
        name: the equality, in words.
        residual: largest absolute difference found.
        tolerance: the equality counts as shown up to this.
        against: True if the equality speaks *against* the claim.
    Raises:
        ValueError: the residual is negative or not a number.
    """
    residual = float(residual)
    if not residual >= 0:
        raise ValueError(f"the residual of {name!r} must be a number of at least 0, got {residual}")
    verdict = "supported" if (residual <= tolerance) != against else "refuted"
    same = f"equal up to {tolerance:g}"
    return Setting(name, verdict, same, tolerance, residual, residual, residual, 0, "")


@dataclass(frozen=True)
class Claim:
    """A judged claim. In a notebook it shows a card and leaves a machine-readable record."""

    number: int
    statement: str
    slide: str
    settings: tuple[Setting, ...]
    fails_when: str = ""

    @property
    def verdict(self) -> str:
        """That of all settings if they agree; *conditional* if some support it, else *open*."""
        verdicts = {setting.verdict for setting in self.settings}
        if len(verdicts) == 1:
            return verdicts.pop()
        return "conditional" if "supported" in verdicts else "open"

    @property
    def record(self) -> dict:
        """Everything a later reader needs, as plain JSON."""
        return {
            **asdict(self),
            "settings": [asdict(s) for s in self.settings],
            "verdict": self.verdict,
        }

    def __str__(self) -> str:
        return f"Claim {self.number} {self.verdict}: {self.statement}"

    def _repr_mimebundle_(self, **_: object) -> dict:
        evidence = "\n".join(f"  {MARKS[s.verdict]} {s.verdict}: {s}" for s in self.settings)
        return {MIME: self.record, "text/html": self.card, "text/plain": f"{self}\n{evidence}"}

    @property
    def card(self) -> str:
        """The card as HTML."""
        from lecturekit.claims.card import card

        return card(self)


def claim(
    number: int, statement: str, *, slide: str, settings: Iterable[Setting], fails_when: str = ""
) -> Claim:
    """Put a numbered claim of the lecture on record.

    Args:
        number: 1 … 43, the number of the claim in the lecture's list.
        statement: the claim, in our words.
        slide: title of the slide that makes it.
        settings: what was measured, from `measured` and `identity`.
        fails_when: the known limits, in one sentence.
    Raises:
        ValueError: no setting, two settings of one name, or a number outside 1 … 43.
    """
    settings = tuple(settings)
    names = [setting.name for setting in settings]
    if not 1 <= number <= 43:
        raise ValueError(f"the lecture makes claims 1 to 43, there is no claim {number}")
    if not settings:
        raise ValueError(
            f"claim {number} has no setting: nothing was measured, so nothing can be judged"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"claim {number} has two settings of the same name: {names}")
    return Claim(number, statement, slide, settings, fails_when)


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")
