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
from lecturekit.losses.triplet import Triplet, batch_all, triplet

__all__ = [
    "Consistency",
    "Contrastive",
    "Triplet",
    "alignment",
    "batch_all",
    "consistency",
    "contrastive",
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "pairwise_distances",
    "training_signal",
    "triplet",
]
