"""Wordings, starts, and the shipped runs of the UDA lab, some of which are run again."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.datasets import Wording, load_digits, load_other_topics, load_topics
from lecturekit.semi_supervised import augment, lab, problems, starts, wordings
from lecturekit.semi_supervised.objective import AUGMENTED
from lecturekit.semi_supervised.study import errors

TINY = Wording(classes=2, concepts=2, synonyms=3, noise=4)


# ------------------------------------------------------------------ wordings


def test_synonyms_stay_in_their_concept_and_noise_stays_noise():
    swap, others = wordings.synonyms(TINY, meaning=0.4, noise=0.9, choices=60)
    np.testing.assert_allclose(swap, [0.4] * 12 + [0.9] * 4)
    for word in range(12):
        first = word // 3 * 3
        np.testing.assert_array_equal(np.unique(others[word]), [first, first + 1, first + 2])
        assert np.bincount(others[word])[first:].tolist() == [20, 20, 20]
    for word in range(12, 16):
        assert set(others[word]) == {12, 13, 14, 15}


@pytest.mark.parametrize("wrong", [0.0, 0.25, 1.0])
def test_a_lie_is_a_word_of_another_class(wrong):
    wording = Wording(classes=3, concepts=2, synonyms=2, noise=3)
    _, others = wordings.synonyms(wording, wrong=wrong, choices=400)
    own = np.arange(wording.meaningful)
    lies = wording.topic(others[own]) != wording.topic(own)[:, None]
    assert (others[own] < wording.meaningful).all()
    np.testing.assert_allclose(lies.mean(1), wrong)
    if wrong:  # and all words of all other classes are among them
        assert all(len(np.unique(others[word][lies[word]])) == 8 for word in own)


def test_uninformative_words_are_replaced_and_come_in():
    topics = load_topics()
    swap, others = wordings.uninformative(topics, share=0.3, choices=4000)
    count = topics.x.sum(0)
    assert swap @ count / count.sum() == pytest.approx(0.3, abs=0.01)
    idf = wordings.inverse_frequency(topics)
    assert np.corrcoef(swap[swap < 1], idf[swap < 1])[0, 1] == pytest.approx(-1, abs=1e-3)
    drawn = np.bincount(others[0], minlength=len(count))
    telling = (count * idf).argmax()
    assert drawn[telling] == 0  # the most telling word never comes in
    assert (others == others[0]).all()


def test_inverse_frequency_closed_form():
    class Four:
        x = np.array([[1, 0, 2], [1, 1, 0], [3, 0, 0], [1, 0, 0]], float)

        def __len__(self):
            return 4

    np.testing.assert_allclose(wordings.inverse_frequency(Four()), np.log([1, 4, 4]))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: wordings.synonyms(TINY, wrong=1.5), "wrong is a probability"),
        (lambda: wordings.synonyms(TINY, meaning=-1), "meaning is a probability"),
        (lambda: wordings.uninformative(load_topics(), share=2), "between 0 and 1, got 2"),
    ],
)
def test_shares_that_are_none_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# ------------------------------------------------------------------ problems and starts


def test_draws_share_their_test_rows_and_differ_in_labels():
    digits = load_digits()
    one, other, more = (problems.digit_draw(digits, *at) for at in ((0, 2), (1, 2), (0, 5)))
    np.testing.assert_array_equal(one.test, other.test)
    assert not np.array_equal(one.labelled, other.labelled)
    assert set(one.labelled) < set(more.labelled)
    np.testing.assert_array_equal(np.bincount(one.y[one.labelled]), 2)


def test_other_digits_are_as_large_as_ours_and_look_like_digits():
    x, y = starts.other_digits()
    assert x.shape == (1797, 28, 28, 1)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    ours = load_digits()
    means = [
        np.stack([images[label == k].mean(0).ravel() for k in range(10)])
        for images, label in ((x, y), (ours.x, ours.label))
    ]
    alike = np.corrcoef(*means)[:10, 10:]
    assert np.diag(alike).min() > 0.6
    assert np.diag(alike).mean() > alike[~np.eye(10, dtype=bool)].mean() + 0.1


def test_word_vectors_put_words_of_the_same_texts_together():
    topics = load_topics()
    vectors = starts.word_vectors([topics, load_other_topics()])
    assert vectors.shape == (2500, 64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = topics.vocabulary
    oil, barrels, dollar = (vectors[words.index(w)] for w in ("oil", "barrels", "dollar"))
    assert oil @ barrels > oil @ dollar + 0.2


def test_pairs_are_learnt_without_labels():
    digits = load_digits()
    seen = []

    def loss(embeddings, which):
        seen.append((embeddings.shape, which.shape))
        return lab.pair_loss(embeddings, which)

    weights, losses = starts.digits_from_pairs(digits.x[:500], loss, steps=30, batch=16)
    assert losses[-5:].mean() < losses[:5].mean()
    assert seen[0] == ((32, 32), (32,))
    study = lab.study_of("digits")
    for own, other in zip(study.build(0).get_weights(), weights, strict=False):
        assert own.shape == other.shape


def test_a_start_of_another_shape_is_refused():
    study = lab.study_of("documents")
    with pytest.raises(ValueError, match=r"\(780, 64\) cannot start from \(3, 3\)"):
        study.run(lab.draw_of("documents", 0), AUGMENTED, start=[np.zeros((3, 3))])


# ------------------------------------------------------------------ the shipped runs


@pytest.fixture(scope="module")
def shipped():
    return lab.load()


def test_the_lab_holds_every_combination(shipped):
    assert shipped.runs.shape == (2, 4, 4, 3, 2, 2, 3, 4, 10)
    assert shipped.by_labels.shape == (3, 4, 10)
    assert shipped.by_start.shape == (3, 2, 10)
    for array in (shipped.runs, shipped.by_labels, shipped.by_start):
        assert np.isfinite(array).all()
    error, entropy, confident, largest = np.moveaxis(shipped.runs, -2, 0)
    assert error.min() >= 0
    assert error.max() <= 100
    assert entropy.max() <= np.log(10) + 0.01
    for share in (confident, largest):
        assert share.min() >= 0
        assert share.max() <= 1


def test_curves_find_their_combination(shipped):
    knobs = {
        "weight": 3.0, "threshold": 0.7, "temperature": 0.1, "stop_gradient": False, "align": True,
    }  # fmt: skip
    curves = shipped.curves("digits", **knobs)
    np.testing.assert_array_equal(curves["error"], shipped.runs[1, 3, 2, 2, 1, 0, :, 0])
    np.testing.assert_array_equal(curves["largest"], shipped.runs[1, 3, 2, 2, 1, 0, :, 3])


@pytest.mark.parametrize(
    "knobs",
    [
        dict(weight=1.0, threshold=0.9, temperature=0.4, stop_gradient=True, align=False),
        dict(weight=1.0, threshold=0.0, temperature=1.0, stop_gradient=False, align=False),
        dict(weight=0.1, threshold=0.5, temperature=1.0, stop_gradient=True, align=True),
    ],
    ids=["mask and sharpening", "the slide's code", "weak, aligned"],
)
def test_shipped_runs_of_documents_come_out_again(shipped, knobs):
    """To the means of three seeds: on another processor a single run may part ways."""
    study = lab.study_of("documents")
    now = [lab.recompute(study, lab.draw_of("documents", seed), **knobs) for seed in lab.SEEDS]
    curves = shipped.curves("documents", **knobs)
    assert np.mean([n[0, -1] for n in now]) == pytest.approx(curves["error"][:, -1].mean(), abs=8)
    assert np.mean([n[3, -1] for n in now]) == pytest.approx(
        curves["largest"][:, -1].mean(), abs=0.1
    )


def test_shipped_runs_of_digits_come_out_again(shipped):
    study = lab.study_of("digits")
    first = starts.digits_from_elsewhere(study)
    few = [lab.draw_of("digits", seed) for seed in lab.MANY_SEEDS[:4]]
    elsewhere = errors(study.run(draw, AUGMENTED, start=first) for draw in few)
    assert elsewhere.mean() == pytest.approx(shipped.by_start[1, 0, :4].mean(), abs=4)
    many = [lab.draw_of("digits", seed, 10) for seed in lab.MANY_SEEDS[:3]]
    uda = errors(study.run(draw, lab.ALIGNED) for draw in many)
    assert uda.mean() == pytest.approx(shipped.by_labels[2, 3, :3].mean(), abs=3)
    assert shipped.by_start[0].tolist() == shipped.by_labels[0, [1, 3]].tolist()


def test_words_of_documents_are_those_of_the_augmentation():
    draw = lab.draw_of("documents", 0)
    q = augment.Words(*wordings.synonyms(Wording()))
    other = q(tf.constant(draw.x), tf.constant([0, 1])).numpy()
    topic = Wording().topic
    np.testing.assert_array_equal(topic(draw.x), topic(other))
    assert 0.5 < np.mean(other != draw.x) < 0.7  # .375 of the telling, nearly .7 of the noise
