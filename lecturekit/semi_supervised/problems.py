"""The three problems of the lesson: made-up documents, written digits, news topics."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np

from lecturekit.datasets import (
    Images,
    Texts,
    Wording,
    few_labels,
    make_documents,
)
from lecturekit.semi_supervised import augment, networks, wordings
from lecturekit.semi_supervised.study import Draw, Study

SPLIT = 0  # of the real sets: all seeds share the test rows, and differ in labels and weights


def document_draw(seed: int, per_class: int = 5) -> Draw:
    """2,520 new documents of 4 classes: 1,520 to learn from, 1,000 to test on."""
    documents = make_documents(seed)
    return _draw(documents, few_labels(documents, per_class, seed=seed), seed)


def digit_draw(digits: Images, seed: int, per_class: int = 2) -> Draw:
    """4,000 digits to learn from, `per_class` of each labelled, 1,000 to test on."""
    return _draw(digits, few_labels(digits, per_class, seed=seed, split=SPLIT), seed)


def topic_draw(topics: Texts, seed: int, per_class: int = 3) -> Draw:
    """1,070 stories to learn from, `per_class` of each topic labelled, 600 to test on."""
    rows = few_labels(topics, per_class, test=600, seed=seed, split=SPLIT)
    return _draw(topics, rows, seed)


def document_network(seed: int) -> keras.Model:
    """Words to classes by 64 rectified sums of word vectors."""
    wording = Wording()
    return networks.text_network(
        seed, vocabulary=wording.size, length=15, classes=wording.classes, units=64
    )


def document_study(**options) -> Study:
    """Synonyms and noise words are replaced; `options` go to `Study`."""
    augmentation = augment.Words(*wordings.synonyms(Wording()))
    settings = {"steps": 600, "batch": (20, 192), "rate": 1.5e-3, "jit": True}
    return Study(document_network, augmentation, 4, **{**settings, **options})


def digit_study(**options) -> Study:
    """A small convolutional network; digits are turned, sheared, scaled, shifted and cut."""
    return Study(networks.digit_network, augment.Images(), 10, **options)


def topic_network(topics: Texts, seed: int) -> keras.Model:
    """Words to topics by the sum of 64 word vectors, scaled to one length."""
    return networks.text_network(
        seed, vocabulary=len(topics.vocabulary), length=topics.words.shape[1],
        classes=len(topics.names), units=64, unit_norm=True,
    )  # fmt: skip


def topic_study(topics: Texts) -> Study:
    """The topic network; words that say little are replaced by words that say little."""
    return Study(
        partial(topic_network, topics), augment.Words(*wordings.uninformative(topics)),
        len(topics.names), batch=(18, 64), jit=True,
    )  # fmt: skip


def _draw(data: Images | Texts, rows, seed: int) -> Draw:
    x = data.x if isinstance(data, Images) else data.words
    return Draw(np.asarray(x), np.asarray(data.label), rows.labelled, rows.pool, rows.test, seed)
