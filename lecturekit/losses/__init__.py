"""Losses as pure functions of tensors; each in the slide's form and in the published one."""

from lecturekit.losses.consistency import (
    Consistency,
    alignment,
    consistency,
    cross_entropy,
    entropy,
    kl_divergence,
    training_signal,
)

__all__ = [
    "Consistency",
    "alignment",
    "consistency",
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "training_signal",
]
