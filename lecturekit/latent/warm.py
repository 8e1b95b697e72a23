"""``python -m lecturekit.latent.warm``: compile UMAP now, for the maps to come.

Set-up runs it. Whoever compiles in a notebook waits about a minute for the first map, and needs 250
to 400 MiB more.
"""

from __future__ import annotations

import os

import numpy as np

from lecturekit.latent.layouts import aligned, flat


def warm() -> None:
    """Lay out a few points in the two ways of the lecture; what numba compiles is kept."""
    moments = np.random.default_rng(0).normal(size=(3, 60, 8)).astype("float32")
    aligned(moments, seed=0, epochs=5)
    flat(moments[0], seed=0)


if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # umap imports TensorFlow, which is talkative
    warm()
