"""Encoders trained on pairs, galleries and scores: small networks on made-up people."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from lecturekit.embedding import NOBODY, Embedder, Gallery, Recipe, Softmax, encoder, scores
from lecturekit.embedding.augment import faces
from lecturekit.embedding.objective import PairObjective
from lecturekit.embedding.training import both_ways
from lecturekit.losses.contrastive import contrastive
from lecturekit.losses.distances import pairwise_distances
from lecturekit.metrics import distances, error_rates, pairs_of, verification
from lecturekit.mining import SAMPLERS, pair_weights

RNG = np.random.default_rng(0)
SHAPE = (8, 6, 1)
WHO = np.repeat(np.arange(6), 5).astype("int32")
PATTERN = RNG.random((6, *SHAPE))  # of each person, alike on both sides, under noise
X = PATTERN + PATTERN[:, :, ::-1]
X = (X[WHO] + 0.1 * RNG.normal(size=(30, *SHAPE))).astype("float32")
SMALL = partial(encoder, shape=SHAPE, dimensions=4, kind="dense")
E = RNG.normal(size=(30, 3)) + 2 * RNG.normal(size=(6, 3))[WHO]
E /= np.linalg.norm(E, axis=1, keepdims=True)


# ------------------------------------------------------------------ encoders and augmentation


@pytest.mark.parametrize("kind", ["convolutional", "dense"])
def test_an_encoder_makes_unit_vectors_and_its_seed_decides(kind):
    one, same, other = (encoder(seed, SHAPE, kind=kind)(X).numpy() for seed in (1, 1, 2))
    assert one.shape == (30, 64)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, rtol=1e-5)
    assert (one == same).all() and (one != other).any()


def test_an_unknown_encoder_is_refused():
    with pytest.raises(ValueError, match="choose convolutional or dense"):
        encoder(0, SHAPE, kind="recurrent")


def looked_up(photo, mirrored, down, right, light):
    """A plain loop: pixel (i, j) shows the photo at the shifted, clipped, mirrored place."""
    height, width = photo.shape
    made = np.zeros_like(photo)
    for i in range(height):
        for j in range(width):
            a, b = min(max(i + down, 0), height - 1), min(max(j + right, 0), width - 1)
            made[i, j] = photo[a, width - 1 - b if mirrored else b] + light
    return made


def test_augmented_photos_are_mirrored_shifted_and_lighter():
    made = faces(tf.constant(X), tf.constant([3, 4]), shift=2, light=0.1).numpy()[..., 0]
    seen = set()
    for photo, found in zip(X[..., 0], made, strict=True):
        fits = [
            (mirrored, down, right)
            for mirrored in (False, True)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if np.ptp(found - looked_up(photo, mirrored, down, right, 0.0)) < 1e-5
        ]
        assert len(fits) == 1
        light = (found - looked_up(photo, *fits[0], 0.0)).mean()
        assert abs(light) <= 0.1 + 1e-5
        seen.add(fits[0])
    assert len({m for m, _, _ in seen}) == 2 and len({d for _, d, _ in seen}) == 5


def test_the_seed_decides_the_augmentation_with_jit_or_without():
    compiled = tf.function(faces, jit_compile=True)
    one, other = faces(tf.constant(X), [0, 1]), faces(tf.constant(X), [0, 2])
    np.testing.assert_allclose(compiled(X, [0, 1]), one, atol=1e-6)
    assert (one.numpy() != other.numpy()).any()


# ------------------------------------------------------------------ the objective


@pytest.mark.parametrize("form", ["slide", "hadsell"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_recipe_is_the_loss_on_the_pairs_of_its_sampler(form, sampler):
    model = SMALL(0)
    objective = PairObjective(augment=None)
    objective.become(Recipe(sampler, margin=0.7, form=form, pull=2.5), seed=9)
    points, same = model(X), WHO[:, None] == WHO
    weights = pair_weights(sampler, pairwise_distances(points), WHO, (9, 1))
    weights = weights.numpy() * np.where(same, 2.5, 1)
    expected = contrastive(points, WHO, margin=0.7, form=form, weights=weights).loss
    assert float(objective(model, X, tf.constant(WHO))) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sampler": "luck"}, "choose one of easy"),
        ({"form": "cubed"}, "choose slide or hadsell"),
        ({"margin": 0}, "margin and rate must be above 0"),
        ({"rate": -1}, "margin and rate must be above 0"),
        ({"pull": -1}, "pull at least 0"),
        ({"margin": float("nan")}, "margin and rate must be above 0"),
    ],
)
def test_recipes_that_cannot_be_followed_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**given)


# ------------------------------------------------------------------ training


@pytest.fixture(scope="module")
def embedder():
    return Embedder(SMALL, augment=None, people=4, photos=3, steps=60)


def test_training_separates_people_and_a_second_run_is_the_same(embedder):
    recipe = Recipe("all", margin=1.0, rate=1e-2)
    before = scores.on_unseen(SMALL(0)(X).numpy(), WHO)
    history = embedder.fit(X, WHO, recipe, seed=0)
    first, weights = embedder.embed(X), embedder.weights
    after = scores.on_unseen(first, WHO)
    assert after["MAP@R"] > max(90, before["MAP@R"]) and after["EER"] < 10
    assert history.loss.shape == (60,)
    embedder.fit(X, WHO, Recipe("easy", form="slide"), seed=1)  # another in between
    assert (embedder.embed(X) != first).any()
    embedder.fit(X, WHO, recipe, seed=0)
    assert (embedder.embed(X) == first).all()
    embedder.fit(X, WHO, recipe, seed=1)
    embedder.use(weights)
    assert (embedder.embed(X) == first).all()


def test_snapshots_see_the_embedding_grow(embedder):
    history = embedder.fit(X, WHO, seed=0, snapshots=3, snapshot=lambda: embedder.embed(X))
    assert history.steps == [20, 40, 60] and len(history.snapshots) == 3
    with pytest.raises(ValueError, match="7 snapshots do not divide 60 steps"):
        embedder.fit(X, WHO, seed=0, snapshots=7)


def test_an_embedding_is_the_mean_direction_of_both_mirror_images():
    model = SMALL(0)
    total = model(X).numpy() + model(X[:, :, ::-1]).numpy()
    expected = total / np.linalg.norm(total, axis=1, keepdims=True)
    np.testing.assert_allclose(both_ways(lambda x: model(x).numpy(), X), expected, rtol=1e-5)
    np.testing.assert_allclose(
        both_ways(lambda x: model(x).numpy(), X[:, :, ::-1]), expected, rtol=1e-4, atol=1e-6
    )


def test_an_embedding_that_is_not_finite_is_refused():
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        both_ways(lambda x: np.full((len(x), 2), np.nan), X)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (WHO[:4], "every photo needs a whole number"),
        (WHO.astype(float), "every photo needs a whole number"),
        (np.zeros(30, int), "a batch of 4 people needs as many, there are 1"),
        (np.arange(30), "fewer than 3 photos"),
    ],
)
def test_labels_that_make_no_batch_are_refused(embedder, labels, message):
    with pytest.raises(ValueError, match=message):
        embedder.fit(X, labels, seed=0)


@pytest.fixture(scope="module")
def softmax():
    made = Softmax(6, SHAPE, augment=lambda x, seed: x, batch=12)
    made.fit(X[WHO < 4], WHO[WHO < 4], seed=0, steps=200)
    return made


def test_the_classifier_knows_whom_it_was_shown_and_nobody_else(softmax):
    guesses = softmax.predict(X)
    assert (guesses[WHO < 4] == WHO[WHO < 4]).mean() > 0.95
    assert (guesses < 4).all()
    features = softmax.features(X)
    assert features.shape == (30, 64)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)


def test_retraining_goes_on_from_weights_and_learns_new_people(softmax):
    start = softmax.weights
    history = softmax.fit(X, WHO, seed=0, steps=100, start=start)
    assert (softmax.predict(X) == WHO).mean() > 0.9
    softmax.fit(X, WHO, seed=0, steps=100)
    fresh = softmax.fit(X, WHO, seed=0, steps=100)
    assert history.loss[0] != fresh.loss[0]
    softmax.fit(X[WHO < 4], WHO[WHO < 4], seed=0, steps=200)
    assert all((a == b).all() for a, b in zip(softmax.weights, start, strict=True))


@pytest.mark.parametrize(
    ("labels", "steps", "message"),
    [(WHO + 1, 100, "a new person needs a new classifier"), (WHO, 150, "steps must be hundreds")],
)
def test_a_classifier_refuses_strangers_and_odd_steps(softmax, labels, steps, message):
    with pytest.raises(ValueError, match=message):
        softmax.fit(X, labels, seed=0, steps=steps)


# ------------------------------------------------------------------ the gallery


def test_a_template_is_the_mean_direction_and_the_nearest_wins():
    gallery = Gallery().enrol("a", [[1.0, 0], [0, 1.0]]).enrol("b", [[-1.0, 0]])
    np.testing.assert_allclose(gallery.templates, [[0.5**0.5, 0.5**0.5], [-1, 0]])
    found = gallery.identify([[0.8, 0.6], [-1.0, 0.0]])
    assert found.who.tolist() == [0, 1] and found.distance[1] == 0
    expected = np.hypot(0.8 - 0.5**0.5, 0.6 - 0.5**0.5)
    assert found.distance[0] == pytest.approx(expected)
    assert gallery.identify([[0.8, 0.6], [-1.0, 0.0]], threshold=0.1).who.tolist() == [NOBODY, 1]


def test_enrolling_leaves_the_old_gallery_as_it_was():
    one = Gallery().enrol("a", [[1.0, 0]])
    two = one.enrol("b", [[0.0, 1]])
    assert (one.names, two.names) == (("a",), ("a", "b"))
    assert one.templates.shape == (1, 2) and two.templates.shape == (2, 2)


@pytest.mark.parametrize(
    ("name", "points", "message"),
    [
        ("a", [[0.0, 1]], "enrolled already"),
        ("b", [0.0, 1], r"\[photos, dimensions\]"),
        ("b", np.zeros((0, 2)), r"\[photos, dimensions\]"),
        ("b", [[0.0, np.nan]], "NaN or infinity"),
        ("b", [[0.0, 1], [0.0, -1]], "cancel out"),
        ("b", [[0.0, 1, 0]], "templates have 2 dimensions, 'b' has 3"),
    ],
)
def test_people_who_cannot_be_enrolled(name, points, message):
    with pytest.raises(ValueError, match=message):
        Gallery().enrol("a", [[1.0, 0]]).enrol(name, points)


def test_an_empty_gallery_identifies_nobody():
    with pytest.raises(ValueError, match="enrol somebody first"):
        Gallery().identify([[1.0, 0]])


# ------------------------------------------------------------------ scores


@pytest.mark.parametrize("photos", [1, 2, 4])
def test_turns_enrol_every_photo_equally_often(photos):
    made = list(scores.turns(WHO, [1, 4], photos))
    assert len(made) == 5
    for turn in made:
        assert len(turn.enrolled) == 2 * photos and len(turn.asked) == 2 * (5 - photos)
        assert set(turn.enrolled) | set(turn.asked) == set(np.flatnonzero(np.isin(WHO, [1, 4])))
    counts = np.bincount(np.concatenate([turn.enrolled for turn in made]), minlength=30)
    assert set(counts[np.isin(WHO, [1, 4])]) == {photos}


@pytest.mark.parametrize(
    ("labels", "photos"), [(WHO, 5), (WHO, 0), (np.array([0, 0, 1]), 1), (np.array([0, 1]), 1)]
)
def test_turns_without_a_photo_to_identify_are_refused(labels, photos):
    with pytest.raises(ValueError, match=f"cannot enrol {photos} photos"):
        next(scores.turns(labels, labels, photos))


def test_scores_are_what_plain_loops_count():
    found = scores.on_unseen(E, WHO)
    between = distances(E)
    right = []
    for turn in range(5):
        enrolled = [5 * person + turn for person in range(6)]
        for row in set(range(30)) - set(enrolled):
            right.append(WHO[min(enrolled, key=lambda k, row=row: between[row, k])] == WHO[row])
    assert found["1-shot"] == pytest.approx(100 * np.mean(right))
    rates = verification(*pairs_of(between, WHO))
    assert (found["AUC"], found["EER"]) == (rates.auc, rates.eer)
    (turn, *_) = scores.turns(WHO, [4, 5], 2)
    known = np.flatnonzero(WHO < 4)
    enrolled = [np.flatnonzero(p == WHO)[: 5 if p < 4 else 2] for p in range(6)]
    templates = [E[rows].mean(0) for rows in enrolled]
    nearest = [
        min(range(6), key=lambda p, row=row: np.linalg.norm(E[row] - _unit(templates[p])))
        for row in turn.asked
    ]
    expected = 100 * np.mean(np.array(nearest) == WHO[turn.asked])
    assert scores.identified(E, WHO, turn.asked, turn.enrolled, known) == pytest.approx(expected)


def _unit(v):
    return v / np.linalg.norm(v)


def test_a_threshold_is_transferred_between_halves_of_the_people():
    halves = [WHO < 3, WHO >= 3]
    rates = []
    for here, there in (halves, halves[::-1]):
        tau = verification(*pairs_of(distances(E[there]), WHO[there])).eer_threshold
        rates.append(error_rates(*pairs_of(distances(E[here]), WHO[here]), tau))
    found = scores.at_transferred_threshold(E, WHO)
    assert tuple(found.values()) == pytest.approx(tuple(np.mean(rates, 0)))


def test_too_few_people_for_two_halves():
    with pytest.raises(ValueError, match="there are 3 in all"):
        scores.at_transferred_threshold(E[WHO < 3], WHO[WHO < 3])


def test_a_person_with_a_single_photo_has_no_score():
    with pytest.raises(ValueError, match=r"people have \[1, 2, 3\] photos"):
        scores.on_unseen(E[:6], [0, 0, 0, 1, 1, 9])
