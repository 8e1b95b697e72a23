"""How an embedding evolves over its training, on a map; and how far that map can be believed."""

from lecturekit.latent.layouts import aligned, flat, last_then_transform, warm_start
from lecturekit.latent.linear import principal, procrustes
from lecturekit.latent.quality import Quality, quality
from lecturekit.latent.recording import Recording, geometric_steps, record
from lecturekit.latent.stored import kept

__all__ = [
    "Quality",
    "Recording",
    "aligned",
    "flat",
    "geometric_steps",
    "kept",
    "last_then_transform",
    "principal",
    "procrustes",
    "quality",
    "record",
    "warm_start",
]
