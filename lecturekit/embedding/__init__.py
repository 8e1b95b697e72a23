"""Encoders trained on pairs, and what one does with their embeddings: verify, enrol, identify."""

from lecturekit.embedding.encoders import classifier, encoder
from lecturekit.embedding.gallery import NOBODY, Gallery
from lecturekit.embedding.objective import Recipe
from lecturekit.embedding.training import Embedder, Softmax

__all__ = ["NOBODY", "Embedder", "Gallery", "Recipe", "Softmax", "classifier", "encoder"]
