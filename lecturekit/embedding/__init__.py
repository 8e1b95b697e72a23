"""Encoders trained on pairs or triplets, and what one does with them: verify, enrol, identify."""

from lecturekit.embedding.encoders import classifier, encoder
from lecturekit.embedding.gallery import NOBODY, Gallery
from lecturekit.embedding.objective import Recipe
from lecturekit.embedding.training import Embedder, Softmax
from lecturekit.embedding.triplets import TripletRecipe

__all__ = [
    "NOBODY",
    "Embedder",
    "Gallery",
    "Recipe",
    "Softmax",
    "TripletRecipe",
    "classifier",
    "encoder",
]
