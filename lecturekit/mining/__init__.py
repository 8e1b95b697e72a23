"""Which pairs and triplets of a batch count; and which rows make a batch."""

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
from lecturekit.mining.triplets import (
    MINERS,
    batch_hard,
    distance_weighted,
    mine,
    random_triplets,
    semi_hard,
)
from lecturekit.mining.whole import HardList, hardest_of_all

__all__ = [
    "MINERS",
    "SAMPLERS",
    "HardList",
    "all_pairs",
    "balanced",
    "batch_hard",
    "distance_weighted",
    "easy",
    "evenly",
    "hard",
    "hardest_of_all",
    "mine",
    "pair_weights",
    "people_by_photos",
    "random_pairs",
    "random_triplets",
    "semi_hard",
]
