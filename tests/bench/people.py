"""A new person at the door: from a photo to a row of the gallery, and from a photo to a name."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import numpy as np

from bench.rows import Row, at_most, tell
from bench.turns import in_turns, timed
from lecturekit import datasets
from lecturekit.embedding import Embedder, Gallery


def rows() -> Iterator[Row]:
    faces = datasets.load_faces().shrunk(2)
    embedder = Embedder(steps=1)
    known = np.flatnonzero(faces.label < 30)
    embedder.fit(faces.x[known], faces.label[known], seed=0)
    gallery = Gallery()
    for person in range(30):
        points = embedder.embed(faces.x[faces.label == person])
        gallery = gallery.enrol(str(person), points)
    new = faces.x[faces.label == 30][:1]
    things = {
        "enrolling a new person by one photo": lambda: gallery.enrol("new", embedder.embed(new)),
        "identifying one photo among 30 people": lambda: gallery.identify(embedder.embed(new)),
    }
    times = in_turns({name: timed(thing) for name, thing in things.items()}, 31)
    for name, seconds in times.items():
        budget = at_most(5) if name.startswith("enrolling") else None
        yield Row(f"{name}, from its pixels on", 1000 * median(seconds), "ms", budget=budget)


if __name__ == "__main__":
    tell(rows())
