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
from lecturekit.losses.contrastive import Contrastive, contrastive
from lecturekit.losses.distances import pairwise_distances

__all__ = [
    "Consistency",
    "Contrastive",
    "alignment",
    "consistency",
    "contrastive",
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "pairwise_distances",
    "training_signal",
]
