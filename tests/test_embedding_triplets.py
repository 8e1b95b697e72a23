"""Encoders trained on triplets: small networks on made-up people."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.embedding import Embedder, Recipe, TripletRecipe, encoder, mined
from lecturekit.embedding.mined import fit_on_hard_list, fit_on_hardest, random_rows
from lecturekit.embedding.training import both_ways
from lecturekit.embedding.triplets import MINING, TripletObjective
from lecturekit.losses.distances import pairwise_distances
from lecturekit.losses.triplet import FORMS, batch_all, triplet
from lecturekit.mining import MINERS, HardList, hardest_of_all, mine

RNG = np.random.default_rng(0)
SHAPE = (8, 6, 1)
WHO = np.repeat(np.arange(6), 5).astype("int32")
X = (RNG.random((6, *SHAPE))[WHO] + 0.3 * RNG.normal(size=(30, *SHAPE))).astype("float32")
SMALL = partial(encoder, shape=SHAPE, dimensions=4, kind="dense")
PEOPLE, PHOTOS, STEPS = 4, 4, 60  # 16 rows: five given triplets and a row to spare
BATCH = np.concatenate([np.flatnonzero(k == WHO)[:PHOTOS] for k in range(PEOPLE)])
RATE = 3e-3


@pytest.fixture(scope="module")
def embedder():
    return Embedder(
        SMALL,
        on="triplets",
        mirrored=False,
        augment=None,
        people=PEOPLE,
        photos=PHOTOS,
        steps=STEPS,
        jit=False,  # XLA's compiling would be most of this file's time; notebook 03 uses it
    )


def missed(points):
    """Share of all triplets that miss a margin of 0.2."""
    return float(batch_all(points, WHO, margin=0.2).active)


def alike(one, other):
    return all((a == b).all() for a, b in zip(one, other, strict=True))


# ------------------------------------------------------------------ the objective


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mining", MINING)
def test_a_recipe_is_the_loss_of_its_triplets(mining, form):
    model, labels = SMALL(0), tf.constant(WHO[BATCH])
    objective = TripletObjective(None, PEOPLE, PHOTOS, form)
    objective.become(TripletRecipe(mining, margin=0.3, form=form), seed=9)
    points = model(X[BATCH])
    if mining == "batch-all":
        expected = batch_all(points, labels, margin=0.3, form=form)
    else:
        chosen = np.arange(15).reshape(5, 3)
        if mining in MINERS:
            chosen = mine(mining, pairwise_distances(points), labels, (9, 1))
        expected = triplet(points, chosen, margin=0.3, form=form)
    found = float(objective(model, X[BATCH], labels))
    assert found == pytest.approx(float(expected.loss), rel=1e-5)
    assert float(objective.active) == pytest.approx(float(expected.active))
    if mining == "given":
        np.testing.assert_allclose(objective.terms, expected.terms, rtol=1e-5)


def test_an_objective_augments_by_seed_and_step():
    seen = []

    def augment(x, seed):
        seen.append(seed.numpy().tolist())
        return x

    model, labels = SMALL(0), tf.constant(WHO[BATCH])
    objective = TripletObjective(augment, PEOPLE, PHOTOS)
    for start in (4, 4, 5):
        objective.become(TripletRecipe(), seed=start)
        objective(model, X[BATCH], labels)
        objective(model, X[BATCH], labels)
    assert seen == [[4, 1], [4, 2]] * 2 + [[5, 1], [5, 2]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mining": "luck"}, "no mining 'luck'; choose one of random, semi-hard"),
        ({"form": "cubed"}, "choose one of slide, facenet, hermans, soft"),
        ({"margin": -0.1}, "margin and warm_up must be at least 0"),
        ({"margin": float("nan")}, "margin and warm_up must be at least 0"),
        ({"rate": 0.0}, "rate above 0"),
        ({"warm_up": -1}, "margin and warm_up must be at least 0"),
    ],
)
def test_recipes_that_cannot_be_followed_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        TripletRecipe(**given)


# ------------------------------------------------------------------ training


@pytest.mark.parametrize("mining", [name for name in MINING if name != "given"])
def test_every_mining_trains_and_a_second_run_is_the_same(embedder, mining):
    recipe = TripletRecipe(mining, rate=RATE)
    history = embedder.fit(X, WHO, recipe, seed=0)
    first, weights = embedder.embed(X), embedder.weights
    assert history.loss.shape == (STEPS,) and np.isfinite(history.loss).all()
    assert history.loss[-15:].mean() < 0.8 * history.loss[:15].mean()
    assert missed(first) < 0.6 * missed(SMALL(0)(X))
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, rtol=1e-5)
    embedder.fit(X, WHO, TripletRecipe("random", form="soft"), seed=1)  # another in between
    assert not alike(embedder.weights, weights)
    again = embedder.fit(X, WHO, recipe, seed=0)
    assert (again.loss == history.loss).all() and alike(embedder.weights, weights)
    other = embedder.fit(X, WHO, recipe, seed=1)
    assert (other.loss != history.loss).any()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_trains(embedder, form):
    margin = 0.0 if form == "soft" else 0.2
    embedder.fit(X, WHO, TripletRecipe(margin=margin, form=form, rate=RATE), seed=0)
    assert missed(embedder.embed(X)) < 0.6 * missed(SMALL(0)(X))


def test_watch_sees_the_share_of_active_triplets(embedder):
    def watch():
        return {"active": float(embedder.objective.active.numpy())}

    history = embedder.fit(
        X, WHO, TripletRecipe("random", rate=RATE), seed=0, snapshots=6, watch=watch
    )
    active = history.watched["active"]
    assert history.steps == [10, 20, 30, 40, 50, 60]
    assert len(active) == 6 and all(0 <= a <= 1 for a in active) and active[-1] < active[0]


def test_the_first_steps_take_semi_hard_triplets(embedder):
    def run(mining, warm_up=0):
        recipe = TripletRecipe(mining, rate=RATE, warm_up=warm_up)
        return embedder.fit(X, WHO, recipe, seed=0).loss, embedder.weights

    semi_hard, hard = run("semi-hard"), run("batch-hard")
    assert alike(run("batch-hard", STEPS)[1], semi_hard[1])
    losses, weights = run("batch-hard", 3)
    assert (losses[:3] == semi_hard[0][:3]).all() and (losses != semi_hard[0]).any()
    assert not alike(weights, semi_hard[1]) and not alike(weights, hard[1])
    assert alike(run("batch-all", 0)[1], run("batch-all")[1])


def test_given_rows_are_the_triplets_of_a_step(embedder):
    """One step of Adam with the loss written out for five triplets."""
    given = random_rows(WHO, 5, np.random.default_rng(1))
    order = np.append(given.ravel(), 29)[None, None]
    embedder.start(TripletRecipe("given", margin=0.5, rate=RATE), seed=3)
    history = embedder.go_on(X, WHO, order)
    model, step = SMALL(3), keras.optimizers.Adam(RATE)
    before = model.get_weights()
    with tf.GradientTape() as tape:
        points = model(X)
        terms = [
            tf.nn.relu(tf.norm(points[a] - points[p]) - tf.norm(points[a] - points[n]) + 0.5)
            for a, p, n in given
        ]
        loss = tf.add_n(terms) / 5
    step.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    assert history.loss == pytest.approx([float(loss)], rel=1e-5)
    np.testing.assert_allclose(embedder.objective.terms, tf.stack(terms), rtol=1e-4, atol=1e-6)
    for found, expected, old in zip(embedder.weights, model.get_weights(), before, strict=True):
        # Adam's first step is RATE whatever the gradient, unless rounding decides its sign
        agree = np.isclose(found, expected, atol=1e-2 * RATE)
        assert agree.mean() > 0.99 and np.abs(found - old).max() <= 1.01 * RATE
        assert (found != old).any()


def test_going_on_goes_on(embedder):
    """Two halves are the whole: neither weights nor optimiser nor random numbers start anew."""
    recipe = TripletRecipe("distance-weighted", rate=RATE)
    order = np.array([RNG.permutation(BATCH) for _ in range(8)])[None]
    embedder.start(recipe, seed=0)
    embedder.go_on(X, WHO, order)
    whole = embedder.weights
    embedder.start(recipe, seed=0)
    embedder.go_on(X, WHO, order[:, :4])
    assert not alike(embedder.weights, whole)
    embedder.go_on(X, WHO, order[:, 4:])
    assert alike(embedder.weights, whole)


def test_recipes_of_the_other_kind_are_refused(embedder):
    with pytest.raises(ValueError, match=r"on triplets and needs a TripletRecipe, not a Recipe"):
        embedder.fit(X, WHO, Recipe(), seed=0)
    pairs = Embedder(SMALL, augment=None, people=4, photos=3, steps=2)
    with pytest.raises(ValueError, match=r"on pairs and needs a Recipe, not a TripletRecipe"):
        pairs.fit(X, WHO, TripletRecipe(), seed=0)
    with pytest.raises(ValueError, match="needs an embedder on triplets"):
        fit_on_hardest(pairs, X, WHO, seed=0, every=1)
    with pytest.raises(ValueError, match="needs an embedder on triplets"):
        fit_on_hard_list(pairs, X, WHO, seed=0)
    with pytest.raises(ValueError, match="cannot train on 'quadruplets'"):
        Embedder(SMALL, on="quadruplets")


def test_what_is_no_mirror_image_is_not_mirrored(embedder):
    embedder.start(seed=0)
    plain = SMALL(0)(X).numpy()
    np.testing.assert_allclose(embedder.embed(X), plain, rtol=1e-4, atol=1e-6)
    mirrored = Embedder(SMALL, on="triplets", augment=None, people=4, photos=4, steps=1)
    mirrored.start(seed=0)
    expected = both_ways(lambda x: SMALL(0)(x).numpy(), X)
    np.testing.assert_allclose(mirrored.embed(X), expected, rtol=1e-4, atol=1e-6)
    assert np.abs(expected - plain).max() > 0.01


# ------------------------------------------------------------------ mined between the steps


@pytest.mark.parametrize("way", [partial(fit_on_hardest, every=10), fit_on_hard_list])
def test_training_on_what_was_mined_between_the_steps(embedder, way):
    recipe = TripletRecipe(rate=RATE)
    histories = way(embedder, X, WHO, recipe, seed=0)
    weights = embedder.weights
    assert sum(len(h.loss) for h in histories) == STEPS
    assert missed(embedder.embed(X)) < 0.6 * missed(SMALL(0)(X))
    way(embedder, X, WHO, recipe, seed=1)
    assert not alike(embedder.weights, weights)
    way(embedder, X, WHO, TripletRecipe(rate=RATE, mining="batch-all", warm_up=9), seed=0)
    assert alike(embedder.weights, weights)  # only margin, form and rate of a recipe count here


def test_the_whole_set_is_searched_every_few_steps(embedder, monkeypatch):
    searched, shown, looks = [], [], []

    def search(points, labels):
        searched.append(hardest_of_all(points, labels))
        return searched[-1]

    def go_on(x, labels, order, **given):
        shown.append(order)
        return Embedder.go_on(embedder, x, labels, order, **given)

    monkeypatch.setattr(mined, "hardest_of_all", search)
    monkeypatch.setattr(embedder, "go_on", go_on)
    histories = fit_on_hardest(
        embedder,
        X,
        WHO,
        TripletRecipe(rate=RATE),
        seed=0,
        every=15,
        watch=lambda: {"look": float(len(searched))},
        snapshot=lambda: looks.append(len(searched)),
    )
    assert len(searched) == len(histories) == STEPS // 15
    assert [h.watched["look"] for h in histories] == [[1], [2], [3], [4]] and looks == [1, 2, 3, 4]
    assert (searched[0] != searched[-1]).any()
    for found, order in zip(searched, shown, strict=True):
        assert order.shape == (1, 15, 16)
        given = order[0, :, :15].reshape(-1, 3).tolist()
        assert all(one in found.tolist() for one in given)
        assert sorted({row[0] for row in given}) == list(range(30))  # all, before any comes again


def test_a_batch_takes_its_share_from_the_hard_list(embedder, monkeypatch):
    """Three of five triplets come from the list, and all are scored by what they cost."""
    scored, looks = [], []

    class Watched(HardList):
        def draw(self, count, rng):
            drawn = super().draw(count, rng)
            scored.append([count, drawn])
            return drawn

        def score(self, triplets, losses):
            scored[-1] += [triplets, np.array(losses)]
            super().score(triplets, losses)

    hard = Watched(percentile=0)
    histories = fit_on_hard_list(
        embedder,
        X,
        WHO,
        TripletRecipe(rate=RATE),
        seed=0,
        share=0.6,
        hard=hard,
        look_every=20,
        watch=lambda: looks.append(len(scored)) or {"n": 1.0},
    )
    assert len(scored) == len(histories) == STEPS and looks == [20, 40, 60]
    assert [bool(h.watched) for h in histories].count(True) == 3
    for (count, drawn, triplets, losses), history in zip(scored, histories, strict=True):
        assert count == 3 and len(drawn) <= 3 and triplets.shape == (5, 3)
        assert (triplets[: len(drawn)] == drawn).all()
        assert losses.mean() == pytest.approx(float(history.loss[0]), rel=1e-5, abs=1e-6)
    assert len(scored[0][1]) == 0 and any(len(drawn) == 3 for _, drawn, _, _ in scored)


def test_random_rows_are_triplets_drawn_evenly():
    labels = np.array([7, 5, 7, 5, 5, 9, 9])
    drawn = random_rows(labels, 7000, np.random.default_rng(0))
    a, p, n = drawn.T
    assert (a != p).all() and (labels[a] == labels[p]).all() and (labels[a] != labels[n]).all()
    np.testing.assert_allclose(np.bincount(a), 1000, atol=120)
    of_one = drawn[a == 1]
    np.testing.assert_allclose(np.bincount(of_one[:, 1])[[3, 4]] / len(of_one), 1 / 2, atol=0.07)
    np.testing.assert_allclose(
        np.bincount(of_one[:, 2])[[0, 2, 5, 6]] / len(of_one), 1 / 4, atol=0.06
    )
    assert (random_rows(labels, 9, np.random.default_rng(4)) == random_rows(
        labels, 9, np.random.default_rng(4)
    )).all()  # fmt: skip


@pytest.mark.parametrize(
    ("way", "given", "message"),
    [
        (fit_on_hardest, {"every": 7}, "every=7 does not divide 60 steps"),
        (fit_on_hardest, {"every": 0}, "every=0 does not divide 60 steps"),
        (fit_on_hard_list, {"share": -0.1}, "must be 0 … 1"),
        (fit_on_hard_list, {"share": 1.1}, "must be 0 … 1"),
        (fit_on_hard_list, {"share": float("nan")}, "must be 0 … 1"),
        (fit_on_hardest, {"labels": np.zeros(30, int)}, "needs two classes"),
        (fit_on_hard_list, {"labels": np.zeros(30, int)}, "needs two classes"),
        (fit_on_hard_list, {"labels": np.arange(30)}, "two rows of each"),
        (fit_on_hardest, {"labels": np.arange(30)}, "two rows of each"),
        (fit_on_hardest, {"labels": WHO[:4]}, "every row needs its label"),
        (fit_on_hard_list, {"labels": WHO[:10]}, "every photo needs a whole number"),
    ],
)
def test_what_cannot_be_mined_is_refused(embedder, way, given, message):
    with pytest.raises(ValueError, match=message):
        way(embedder, X, **{"labels": WHO, "seed": 0, **given})
