"""Which pairs of a batch count, and how much; and which rows make a batch."""

from lecturekit.mining.batches import evenly, people_by_photos
from lecturekit.mining.pairs import (
    SAMPLERS,
    all_pairs,
    balanced,
    easy,
    hard,
    pair_weights,
    random_pairs,
)

__all__ = [
    "SAMPLERS",
    "all_pairs",
    "balanced",
    "easy",
    "evenly",
    "hard",
    "pair_weights",
    "people_by_photos",
    "random_pairs",
]
