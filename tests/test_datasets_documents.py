"""Made-up documents: statistics of the generator, and the numbering of the words."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import (
    DataError,
    Wording,
    few_labels,
    make_documents,
)

TINY = Wording(classes=2, concepts=2, synonyms=3, noise=4)  # 16 words, of which 12 mean something


def test_default_documents_are_those_of_the_lesson():
    made = make_documents(0)
    assert repr(made) == (
        "Made-up documents: 2,520 texts of up to 15 words, vocabulary of 780, 4 classes"
    )
    labelled, pool, test = few_labels(made, 5, seed=0)
    assert (len(labelled), len(pool), len(test)) == (20, 1520, 1000)
    assert np.bincount(made.label).tolist() == [630] * 4


def test_three_words_tell_the_class_and_twelve_are_noise():
    made, wording = make_documents(1), Wording()
    topic = wording.topic(made.words)
    assert ((topic >= 0).sum(1) == 3).all()
    assert (np.where(topic < 0, made.label[:, None], topic) == made.label[:, None]).all()


def test_every_word_is_as_frequent_as_it_should_be():
    made = make_documents(2, count=20_000)
    found = made.x.sum(0)
    for part, expected in ((found[:480], 20_000 * 3 / 480), (found[480:], 20_000 * 12 / 300)):
        deviation = (part - expected) / np.sqrt(expected)  # of a Poisson count
        assert abs(deviation.mean()) < 0.2 and 0.8 < deviation.std() < 1.2
        assert abs(deviation).max() < 5


def test_places_in_a_text_tell_nothing():
    made = make_documents(3, count=20_000)
    share = (Wording().concept(made.words) >= 0).mean(0)
    assert abs(share - 0.2).max() < 5 * np.sqrt(0.16 / 20_000)


def test_the_seed_decides_everything():
    one, same, other = make_documents(5), make_documents(5), make_documents(6)
    assert np.array_equal(one.words, same.words) and np.array_equal(one.label, same.label)
    assert not np.array_equal(one.words, other.words)


def test_words_have_names_in_the_order_of_their_numbers():
    names = TINY.names()
    assert len(names) == TINY.size == 16 and TINY.meaningful == 12
    assert names[0] == "topic 1, concept 1, synonym a" and names[11] == (
        "topic 2, concept 2, synonym c"
    )
    assert names[12] == "noise 1" and names[15] == "noise 4"
    assert make_documents(0, count=9, wording=TINY).vocabulary == names


def test_concept_and_topic_closed_form():
    words = np.array([[0, 2, 3, 5, 6, 11, 12, 15, -1]])
    assert TINY.concept(words).tolist() == [[0, 0, 1, 1, 2, 3, -1, -1, -1]]
    assert TINY.topic(words).tolist() == [[0, 0, 0, 0, 1, 1, -1, -1, -1]]


@pytest.mark.parametrize(
    ("knob", "message"),
    [
        ({"count": 3}, "count=3: ask for 4 texts or more"),
        ({"telling": 0}, "telling=0, noise=12: give 1 or more"),
        ({"noise": -1}, "noise=-1"),
    ],
)
def test_bad_documents_are_refused(knob, message):
    with pytest.raises(DataError, match=message):
        make_documents(0, **knob)


@pytest.mark.parametrize("knob", ["classes", "concepts", "synonyms", "noise"])
def test_bad_wording_is_refused(knob):
    with pytest.raises(DataError, match=f"{knob}=0: give [12] or more"):
        Wording(**{knob: 0})


def test_never_presented_as_real():
    card = make_documents(0).card
    assert "not real" in card.source and "every text is made up" in card.not_for and not card.files
