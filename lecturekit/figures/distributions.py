"""Two categorical distributions: cross-entropy = entropy + divergence, and what the logits feel."""

from __future__ import annotations

from lecturekit.by_hand import cross_entropy, entropy, kl_divergence, logit_gradients
from lecturekit.figures.plane import bars, chart
from lecturekit.portable import portable

WIDTH = 0.36  # of a bar
PATTERNS = ["", "/"]


def places(k: int, side: int) -> float:
    """Where bar k of distribution `side` (0: p, 1: q) stands."""
    return k + (2 * side - 1) * WIDTH / 2


def bars_of(values: list, side: int, name: str) -> dict:
    """One distribution or gradient as bars beside those of the other."""
    x = [places(k, side) for k in range(len(values))]
    return bars(x, values, WIDTH, name, side, PATTERNS[side])


@portable
def distributions(p: list, q: list, stop: bool, names: list = ["cat", "dog", "fox"]) -> list:  # noqa: B006
    """p and q as bars, and beside them the gradients of CE(p, q) in the logits of both.

    Args:
        p, q: probabilities; stop: no gradient flows through p.
    """
    ticks = {
        "tickvals": [k for k in range(len(names))],
        "ticktext": names,
        "title": {"text": ""},
        "range": [-0.55, len(names) - 0.45],
    }
    ce, h, kl = cross_entropy(p, q), entropy(p), kl_divergence(p, q)
    left = chart(
        "Two predictions", f"CE {ce:.2f} = H(p) {h:.2f} + KL {kl:.2f} nats", "", "probability"
    )
    left["xaxis"], left["yaxis"]["range"] = ticks, [0, 1.05]
    found = logit_gradients(p, q)
    through_p = [0.0 for _ in p] if stop else found["ce"]
    right = chart("Gradient of CE in the logits", "minus this is the force", "", "gradient")
    right["xaxis"], right["yaxis"]["range"] = ticks, [-1.05, 1.05]
    return [
        {"data": [bars_of(p, 0, "p, photo"), bars_of(q, 1, "q, augmented photo")], "layout": left},
        {"data": [bars_of(through_p, 0, "of p"), bars_of(found["q"], 1, "of q: q − p")],
         "layout": right},
    ]  # fmt: skip


@portable
def distributions_in_words(p: list, q: list, stop: bool) -> str:
    """What `distributions` shows."""
    ce, h, kl = cross_entropy(p, q), entropy(p), kl_divergence(p, q)
    felt = "p feels no gradient" if stop else "p feels a gradient too"
    return (
        f"Two distributions as bars: cross-entropy {ce:.2f} is entropy {h:.2f} plus divergence "
        f"{kl:.2f}. Beside them the gradients in the logits: q feels q minus p, {felt:s}."
    )
