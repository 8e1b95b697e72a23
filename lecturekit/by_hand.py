"""The losses of the lecture on a handful of numbers, with their gradients worked out by hand.

Portable: an explorer runs the very same lines in the browser while something is dragged. Tensors
of whole batches are the business of the losses that train; these are their oracle.
"""

from __future__ import annotations

import math

SMALLEST = 1e-12  # a distance below it has no direction; its gradient is taken as zero


def difference(a: list, b: list) -> list:
    """a − b for two points of the plane."""
    return [a[0] - b[0], a[1] - b[1]]


def length(v: list) -> float:
    """Euclidean length of a vector of the plane."""
    return math.hypot(v[0], v[1])


def direction(v: list) -> list:
    """v / |v|, and zero where v has no direction: the cure for the NaN at distance 0."""
    size = length(v)
    if size < SMALLEST:
        return [0.0, 0.0]
    return [v[0] / size, v[1] / size]


def similar(distance: float, squared: bool) -> list:
    """[loss, its slope in the distance] of a similar pair.

    The slide: D, slope 1. Hadsell, Chopra, LeCun 2006: ½ D², slope D.
    """
    if squared:
        return [distance * distance / 2, distance]
    return [distance, 1.0 if distance >= SMALLEST else 0.0]


def dissimilar(distance: float, margin: float, squared: bool) -> list:
    """[loss, its slope in the distance] of a dissimilar pair; both 0 from the margin on.

    The slide: max(0, m − D), slope −1 inside. Hadsell et al.: ½ max(0, m − D)², slope D − m.
    """
    inside = max(0.0, margin - distance)
    if squared:
        return [inside * inside / 2, -inside]
    return [inside, -1.0 if inside > 0 else 0.0]


def triplet(anchor: list, positive: list, negative: list, margin: float, hinge: bool) -> dict:
    """Loss and gradients of D(a, p) − D(a, n) + α, with or without the hinge that the slide lacks.

    Returns: {"loss", "ap", "an", "zone", "anchor", "positive", "negative"}; the last three are the
        gradients [2]. Zone (Schroff et al. 2015): hard if D(a, n) < D(a, p), semi-hard if less than
        α above it, else easy.
    """
    to_positive = difference(anchor, positive)
    to_negative = difference(anchor, negative)
    ap, an = length(to_positive), length(to_negative)
    loss = ap - an + margin
    if an < ap:
        zone = "hard"
    elif an < ap + margin:
        zone = "semi-hard"
    else:
        zone = "easy"
    pull, push = direction(to_positive), direction(to_negative)
    active = 0.0 if hinge and loss <= 0 else 1.0
    return {
        "loss": loss if active else 0.0,
        "ap": ap,
        "an": an,
        "zone": zone,
        "anchor": [active * (pull[0] - push[0]), active * (pull[1] - push[1])],
        "positive": [-active * pull[0], -active * pull[1]],
        "negative": [active * push[0], active * push[1]],
    }


def entropy(p: list) -> float:
    """H(p) = −Σ p log p in nats."""
    return sum([-x * math.log(x) if x > 0 else 0.0 for x in p])


def cross_entropy(p: list, q: list) -> float:
    """CE(p, q) = −Σ p log q in nats; q must be positive where p is."""
    return sum([-x * math.log(y) if x > 0 else 0.0 for x, y in zip(p, q, strict=True)])


def kl_divergence(p: list, q: list) -> float:
    """KL(p ‖ q) = CE(p, q) − H(p) in nats, without the dust that would read −0.00."""
    return max(cross_entropy(p, q) - entropy(p), 0.0)


def logit_gradients(p: list, q: list) -> dict:
    """Gradients of CE(p, q) and KL(p ‖ q) in the logits of both softmax outputs.

    Returns: {"q": q − p for both, "ce": of CE in p's logits, "kl": of KL in p's logits}; with a
        stop-gradient on p the last two are zero.
    """
    ce, kl = cross_entropy(p, q), kl_divergence(p, q)
    return {
        "q": [y - x for x, y in zip(p, q, strict=True)],
        "ce": [x * (-math.log(y) - ce) if x > 0 else 0.0 for x, y in zip(p, q, strict=True)],
        "kl": [x * (math.log(x / y) - kl) if x > 0 else 0.0 for x, y in zip(p, q, strict=True)],
    }
