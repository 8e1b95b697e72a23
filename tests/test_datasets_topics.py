"""News topics: what the shipped counts contain."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import (
    few_labels,
    load_other_topics,
    load_topics,
)


@pytest.fixture(scope="module")
def topics():
    return load_topics()


def test_topics(topics):
    assert repr(topics) == (
        "News topics: 1,670 texts of up to 39 words, vocabulary of 2,500, 6 classes"
    )
    assert np.bincount(topics.label).tolist() == [290, 290, 290, 290, 270, 240]
    labelled, pool, test = few_labels(topics, 3, test=600, seed=0)
    assert (len(labelled), len(pool), len(test)) == (18, 1070, 600)


def test_other_topics_share_the_vocabulary_and_no_class(topics):
    others = load_other_topics()
    assert repr(others) == (
        "News topics: 1,573 texts of up to 663 words, vocabulary of 2,500, 46 classes"
    )
    assert others.vocabulary == topics.vocabulary and len(set(topics.vocabulary)) == 2500
    assert {"ship", "sugar", "money-supply"} <= set(others.names)


def test_words_are_in_the_order_of_the_vocabulary(topics):
    for texts in (topics, load_other_topics()):
        known = np.where(texts.words < 0, 9999, texts.words)
        assert (np.diff(known, axis=1) >= 0).all()  # so the stories cannot be read


def test_vocabulary_is_words_that_tell(topics):
    assert not {"the", "of", "and", "said"} & set(topics.vocabulary)
    assert all(word.isalpha() and word.islower() and len(word) > 1 for word in topics.vocabulary)


def test_topics_are_told_by_their_words(topics):
    share = np.array([(topics.x[topics.label == topic] > 0).mean(0) for topic in range(6)])
    telling = dict(zip(topics.names, (share - share.mean(0)).argmax(1), strict=True))
    assert topics.vocabulary[telling["crude oil"]] == "oil"
    assert topics.vocabulary[telling["trade"]] == "trade"


def test_topics_card_says_the_terms(topics):
    card = topics.card
    assert "research purposes only" in card.licence and "no text" in card.licence
    assert "commercial use" in card.not_for and "restoring the stories" in card.not_for
