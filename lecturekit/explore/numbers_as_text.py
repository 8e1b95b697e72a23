"""Positions of a slider as short texts that stay distinct."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real

DIGITS = 12  # of a position: enough for any slider, too few to show 0.30000000000000004


def clean(number: float | Real) -> float:
    """Return a plain int, or a float without rounding dust in its last digits."""
    return int(number) if isinstance(number, Integral) else float(f"{number:.{DIGITS}g}")


def number_texts(numbers: Sequence[float], *, even: bool) -> list[str]:
    """Return one text per number: equal decimals when evenly spaced, else three digits or more."""
    if even:
        decimals = max(_decimals(number) for number in numbers)
        if decimals <= 4:
            return [f"{number:,.{decimals}f}" for number in numbers]
    for digits in range(3, DIGITS):
        texts = [_significant(number, digits) for number in numbers]
        if len(set(texts)) == len(texts):
            return texts
    return [repr(number) for number in numbers]


def _decimals(number: float) -> int:
    return len(f"{number:.{DIGITS}f}".rstrip("0").partition(".")[2])


def _significant(number: float, digits: int) -> str:
    if number == 0 or 1e-4 <= abs(number) < 1e6:
        return f"{float(f'{number:.{digits}g}'):,.{DIGITS}g}"
    mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"
