"""The opinions of two senses and a prior as bars, and what three rules make of them."""

from __future__ import annotations

from lecturekit.figures.plane import bars, chart
from lecturekit.portable import portable

WIDTH = 0.26  # of a bar
PATTERNS = ["", "/", "."]
DIGITS = ["three", "five", "eight"]
RULES = ["average", "product", "Bayes"]  # the last divides the prior out of the product


def places(k: int, side: int) -> float:
    """Where bar k of series `side` (0, 1, 2) stands."""
    return k + (side - 1) * WIDTH


def normalised(values: list) -> list:
    """Positive numbers, divided by their sum."""
    total = sum(values)
    return [value / total for value in values]


def likeliest(p: list) -> int:
    """Number of the largest probability; of equals the first."""
    best = 0
    for k in range(len(p)):
        if p[k] > p[best]:
            best = k
    return best


def fused(image: list, sound: list, prior: list) -> list:
    """Posteriors by the three `RULES`; the last is exact for senses independent given the class."""
    each = [[a, b, p] for a, b, p in zip(image, sound, prior, strict=True)]
    return [
        [(a + b) / 2 for a, b, p in each],
        normalised([a * b for a, b, p in each]),
        normalised([a * b / p for a, b, p in each]),
    ]


def bars_of(values: list, side: int, name: str, look: int) -> dict:
    """One distribution as bars, third `side` of each class."""
    x = [places(k, side) for k in range(len(values))]
    return bars(x, values, WIDTH, name, look, PATTERNS[side])


def axes(title: str, below: str) -> dict:
    """The layout of one panel: three classes, probabilities 0 … 1."""
    made = chart(title, below, "", "probability")
    made["xaxis"] = {
        "tickvals": [0, 1, 2],
        "ticktext": DIGITS,
        "title": {"text": ""},
        "range": [-0.55, 2.55],
    }
    made["yaxis"]["range"] = [0, 1.05]
    return made


@portable
def opinions(image: list, sound: list, prior: list) -> list:
    """What two senses and the prior say about three digits, and beside it what is made of it.

    Args:
        image, sound: posteriors of the senses, [3]; prior: of the classes, [3]; all positive.
    """
    series = [image, sound, prior]
    names = ["image", "sound", "prior"]
    given = [bars_of(series[k], k, names[k], k) for k in range(3)]
    found = fused(image, sound, prior)
    made = [bars_of(found[k], k, RULES[k], k + 3) for k in range(3)]
    said = [DIGITS[likeliest(p)] for p in found]
    best = 100 * max(found[2])
    left = axes(
        "Two opinions and a prior",
        f"image says {DIGITS[likeliest(image)]:s}, sound says {DIGITS[likeliest(sound)]:s}",
    )
    right = axes(
        f"Bayes says {said[2]:s}, {best:.0f} %",
        f"average says {said[0]:s}, product says {said[1]:s}",
    )
    return [{"data": given, "layout": left}, {"data": made, "layout": right}]


@portable
def opinions_in_words(image: list, sound: list, prior: list) -> str:
    """What `opinions` shows."""
    found = fused(image, sound, prior)
    said = [DIGITS[likeliest(p)] for p in found]
    return (
        f"Bars of two posteriors and a prior over three digits: the image says "
        f"{DIGITS[likeliest(image)]:s}, the sound {DIGITS[likeliest(sound)]:s}. Beside them three "
        f"rules: their average says {said[0]:s}, their product {said[1]:s}, and with the prior "
        f"divided out it is {said[2]:s} with {100 * max(found[2]):.0f} %."
    )
