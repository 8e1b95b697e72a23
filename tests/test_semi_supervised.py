"""Augmentations, the objective with its switches, studies, and the theorem's simulation."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.losses import consistency
from lecturekit.semi_supervised import augment, components, networks, published
from lecturekit.semi_supervised.objective import AUGMENTED, SUPERVISED, Objective, Recipe
from lecturekit.semi_supervised.study import Draw, Study, errors
from lecturekit.semi_supervised.teacher import MeanTeacher

SEED = tf.constant([1, 2])
RNG = np.random.default_rng(0)
STILL = {"rotation": 0, "shear": 0, "scale": 0, "shift": 0, "hole": 0}


# ------------------------------------------------------------------ augmentation


def test_images_stay_as_they_are_when_every_change_is_turned_off():
    x = RNG.uniform(size=(3, 8, 10, 1)).astype("float32")
    np.testing.assert_allclose(augment.Images(**STILL)(x, SEED), x, atol=1e-5)


def test_the_hole_is_a_square_of_its_side_or_its_part_inside():
    x = np.ones((200, 20, 24, 1), "float32")
    holes = augment.Images(**{**STILL, "hole": 6})(x, SEED).numpy()[..., 0] == 0
    rows, columns = holes.any(2).sum(1), holes.any(1).sum(1)
    np.testing.assert_array_equal(holes.sum((1, 2)), rows * columns)  # a rectangle
    assert rows.max() == columns.max() == 6
    assert rows.min() >= 2  # the centre lies in the picture


def test_a_shift_moves_the_picture_at_most_so_far():
    x = np.zeros((200, 21, 21, 1), "float32")
    x[:, 10, 10] = 1
    moved = augment.Images(**{**STILL, "shift": 3})(x, SEED).numpy()[..., 0]
    centre = np.einsum("bhw,h->b", moved, np.arange(21)) / moved.sum((1, 2))
    np.testing.assert_array_less(np.abs(centre - 10), 3 + 1e-4)
    assert np.ptp(centre) > 4


def test_a_rotation_turns_around_the_centre():
    x = np.zeros((100, 21, 21, 1), "float32")
    x[:, 10, 15] = 1  # five pixels right of the centre
    turned = augment.Images(**{**STILL, "rotation": 180})(x, SEED).numpy()[..., 0]
    there = turned.sum((1, 2)) > 0.5
    away = [
        np.einsum("bhw,hw->b", turned, grid - 10) / turned.sum((1, 2))
        for grid in np.mgrid[:21, :21]
    ]
    np.testing.assert_allclose(np.hypot(*away)[there], 5, atol=0.3)
    assert np.ptp(away[0][there]) > 8  # all directions


def test_the_same_seed_augments_alike_and_another_one_differently():
    x = RNG.uniform(size=(4, 28, 28, 1)).astype("float32")
    q = augment.Images()
    np.testing.assert_array_equal(q(x, SEED), q(x, SEED))
    assert np.abs(q(x, SEED) - q(x, SEED + 1)).max() > 0.5


def test_words_are_swapped_as_often_as_their_table_says():
    swap = np.array([0.0, 0.25, 1.0, 0.0, 0.0, 0.0])
    others = np.array([[5, 5], [4, 5], [3, 4], [0, 0], [0, 0], [0, 0]])
    x = np.tile(np.array([0, 1, 2, -1], np.int32), (4000, 1))
    for q in (augment.Words(swap, others), tf.function(augment.Words(swap, others))):
        found = q(tf.constant(x), SEED).numpy()
        np.testing.assert_array_equal(found[:, 0], 0)
        np.testing.assert_array_equal(found[:, 3], -1)  # the end of a text stays
        assert set(found[:, 1]) == {1, 4, 5}
        assert np.mean(found[:, 1] != 1) == pytest.approx(0.25, abs=0.03)
        assert set(found[:, 2]) == {3, 4}
        assert np.mean(found[:, 2] == 3) == pytest.approx(0.5, abs=0.04)


def test_other_tables_are_another_augmentation_in_the_same_graph():
    q = augment.Words([0.0, 0.0], [[0], [0]])
    compiled = tf.function(q)
    x = tf.constant([[0, 1]])
    np.testing.assert_array_equal(compiled(x, SEED), [[0, 1]])
    q.become([1.0, 1.0], [[1], [0]])
    np.testing.assert_array_equal(compiled(x, SEED), [[1, 0]])


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        (([0.5, 1.5], [[0], [0]]), "between 0 and 1"),
        (([0.5, 0.5], [[0], [2]]), "words outside 0 … 1"),
        (([0.5], [[0], [0]]), r"swap must be \[vocabulary\]"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tables, says):
    with pytest.raises(ValueError, match=says):
        augment.Words(*tables)


# ------------------------------------------------------------------ the objective


def turned(x, _):
    """An augmentation without chance: the last feature changes its sign."""
    return x * tf.constant([1.0, 1.0, -1.0])


def linear(seed, classes=3):
    x = keras.Input((3,))
    start = keras.initializers.GlorotUniform(seed)
    return keras.Model(x, keras.layers.Dense(classes, kernel_initializer=start)(x))


X = RNG.normal(size=(6, 3)).astype("float32")
LABEL = np.array([0, 2, 9, 9, 9, 9], np.int32)  # only the first two are looked at


def objective(recipe, steps=10):
    made = Objective(turned, classes=3, labelled=2, steps=steps)
    made.become(recipe, seed=0)
    return made


def test_the_loss_is_supervision_plus_weight_times_consistency():
    model, recipe = linear(0), Recipe(weight=2.0, threshold=0.6, temperature=0.5)
    x = tf.constant(X)
    made = consistency(model(x[2:]), model(turned(x, 0)[2:]), threshold=0.6, temperature=0.5)
    rows = keras.losses.sparse_categorical_crossentropy(
        LABEL[:2], model(turned(x, 0)[:2]), from_logits=True
    )
    assert 0 < np.sum(made.kept) < 4
    assert float(objective(recipe)(model, x, LABEL)) == pytest.approx(
        float(tf.reduce_mean(rows) + 2 * made.loss), rel=1e-5
    )


def test_labelled_rows_alone_are_supervised_learning_with_or_without_augmentation():
    model, x = linear(0), tf.constant(X[:2])
    for recipe, seen in ((SUPERVISED, x), (AUGMENTED, turned(x, 0))):
        rows = keras.losses.sparse_categorical_crossentropy(
            LABEL[:2], model(seen), from_logits=True
        )
        found = objective(recipe)(model, x, tf.constant(LABEL[:2]))
        assert float(found) == pytest.approx(float(tf.reduce_mean(rows)), rel=1e-5)


def kernel_gradient(recipe):
    model, made = linear(0), objective(recipe)
    with tf.GradientTape() as tape:
        loss = made(model, tf.constant(X), tf.constant(LABEL))
    return tape.gradient(loss, model.trainable_variables)[0].numpy()


def test_stop_gradient_changes_the_gradient_and_not_the_loss():
    losses = {
        stop: float(objective(Recipe(stop_gradient=stop))(linear(0), X, LABEL))
        for stop in (True, False)
    }
    assert losses[True] == pytest.approx(losses[False], rel=1e-6)
    stopped, free = (kernel_gradient(Recipe(stop_gradient=stop)) for stop in (True, False))
    assert np.abs(stopped - free).max() > 0.01


def test_alignment_follows_the_mean_prediction():
    model, made = linear(0), objective(Recipe(align=True))
    for _ in range(200):
        made(model, tf.constant(X), tf.constant(LABEL))
    mean = tf.reduce_mean(tf.nn.softmax(model(X[2:])), 0)
    np.testing.assert_allclose(made.running, mean, atol=0.01)
    np.testing.assert_allclose(made.correction(model(X[2:])), 1 / 3 / mean, atol=0.05)
    made.become(Recipe(), seed=0)
    np.testing.assert_allclose(made.running, 1 / 3)  # forgotten
    np.testing.assert_allclose(made.correction(model(X[2:])), 1.0)


def test_annealing_leaves_certain_rows_out_until_the_end():
    model, x = linear(0), tf.constant(X[:2])
    model.set_weights([np.zeros((3, 3)), np.array([1.0, 0, 0])])  # row 0 at .58, row 1 at .21
    rows = -np.log(np.exp([1.0, 0.0]) / (np.e + 2))
    made = objective(Recipe(weight=0, annealing="linear"), steps=100)
    early = float(made(model, x, tf.constant(LABEL[:2])))
    assert early == pytest.approx(rows[1], rel=1e-5)
    made.step.assign(99)
    assert float(made(model, x, tf.constant(LABEL[:2]))) == pytest.approx(rows.mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"weight": -1}, "weight λ must not be negative"),
        ({"threshold": 1.5}, "threshold β is a probability"),
        ({"temperature": 0}, "temperature τ must be positive"),
        ({"annealing": "quick"}, "no annealing 'quick'"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(knobs, says):
    with pytest.raises(ValueError, match=says):
        Recipe(**knobs)


# ------------------------------------------------------------------ studies


def blobs(seed, spread=0.3):
    """Three clouds around the corners of a triangle, a label or two for each."""
    rng = np.random.default_rng(seed)
    y = np.arange(90, dtype=np.int32) % 3
    x = np.eye(3)[y] * 3 + spread * rng.normal(size=(90, 3))
    return Draw(x.astype("float32"), y, np.arange(6), np.arange(60), np.arange(60, 90), seed)


def shaken(x, seed):
    return x + 0.1 * tf.random.stateless_normal(tf.shape(x), seed)


@pytest.fixture(scope="module")
def study():
    return Study(linear, shaken, 3, steps=60, batch=(6, 12), rate=0.05)


def test_a_study_learns_and_measures(study):
    runs = study.compare([blobs(0), blobs(1)], {"supervised": SUPERVISED, "uda": Recipe()})
    assert errors(runs["uda"]).max() < 5
    last = runs["uda"][0]
    assert last.confusion.sum() == 30
    np.testing.assert_array_equal(last.confusion.sum(1), 10)
    assert last.error[-1] == pytest.approx(100 * (1 - np.trace(last.confusion) / 30))
    assert last.largest[-1] == pytest.approx(last.confusion.sum(0).max() / 30)


def test_the_same_draw_gives_the_same_run_and_snapshots_do_not_change_it(study):
    once, again = (study.run(blobs(3, 1.5), Recipe(), snapshots=n) for n in (1, 6))
    assert once.error[-1] == again.error[-1]
    assert once.entropy[-1] == pytest.approx(again.entropy[-1], abs=1e-6)
    assert len(again.error) == len(again.confident) == 6


def test_a_start_replaces_the_random_weights(study):
    good = [np.eye(3) * 9, np.zeros(3)]
    first = study.run(blobs(0), AUGMENTED, start=good, snapshots=6)
    assert first.error[0] == 0


def test_labels_of_unlabelled_and_test_rows_are_never_used(study):
    draw = blobs(0, 1.0)
    hidden = draw.y.copy()
    hidden[6:60] = 0
    lying = Draw(draw.x, hidden, draw.labelled, draw.unlabelled, draw.test, draw.seed)
    assert study.run(draw, Recipe()).error == study.run(lying, Recipe()).error


def test_draws_that_would_mean_nothing_are_refused():
    y = np.zeros(4, np.int32)
    with pytest.raises(ValueError, match="one class only"):
        Draw(np.zeros((4, 3)), y, np.arange(2), np.arange(3), np.arange(3, 4), 0)
    with pytest.raises(ValueError, match="test rows are among the training rows"):
        Draw(np.zeros((4, 3)), np.arange(4), np.arange(2), np.arange(3), np.arange(2, 4), 0)


def test_snapshots_divide_the_steps(study):
    with pytest.raises(ValueError, match="7 snapshots do not divide 60 steps"):
        study.run(blobs(0), Recipe(), snapshots=7)


def test_mean_teacher_follows_the_student_and_learns():
    teaching = Study(
        linear, shaken, 3, steps=60, batch=(6, 12), rate=0.05,
        objective=partial(MeanTeacher, build=linear, memory=0.9),
    )  # fmt: skip
    assert teaching.run(blobs(0), Recipe()).error[-1] < 5
    for mean, weight in zip(
        teaching.objective.teacher.weights, teaching.trainer.model.weights, strict=True
    ):
        assert 0 < np.abs(mean - weight).max() < 0.5
    assert teaching.run(blobs(0), SUPERVISED).error[-1] < 20


# ------------------------------------------------------------------ networks


def test_a_bag_of_words_is_a_dense_layer_on_counts():
    layer = networks.BagOfWords(5, 4)
    words = np.array([[0, 3, 3, -1], [-1, -1, -1, -1]])
    found = layer(words).numpy()
    counts = np.array([[1, 0, 0, 2, 0], [0] * 5], "float32")
    np.testing.assert_allclose(found, counts @ layer.vectors.numpy(), atol=1e-6)
    assert layer.compute_output_shape((2, 4)) == (2, 4)
    again = networks.BagOfWords.from_config(layer.get_config())
    assert (again.vocabulary, again.units) == (5, 4)


def test_networks_start_alike_for_a_seed_and_differ_otherwise():
    one, same, other = (networks.digit_network(seed).get_weights() for seed in (1, 1, 2))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(one[0] - other[0]).max() > 0.1
    made = networks.text_network(0, vocabulary=5, length=4, classes=3)
    assert made.output_shape == (None, 3)


# ------------------------------------------------------------------ theorem and table


def test_mass_without_label_of_two_halves():
    assert components.mass_without_label([0.5, 0.5], 1) == pytest.approx(0.5)
    assert components.mass_without_label([0.5, 0.5], 3) == pytest.approx(0.125)
    assert components.mass_without_label([0.2, 0.8], 0) == pytest.approx(1)


@pytest.mark.parametrize("labels", [1, 4, 16])
def test_the_simulation_agrees_with_the_theorem(labels):
    masses = np.array([0.4, 0.3, 0.2, 0.05, 0.05])
    found = components.spread(masses, [0, 1, 0, 1, 0], labels, repeats=20_000)
    assert found == pytest.approx(components.mass_without_label(masses, labels), abs=0.01)


def test_a_link_between_classes_costs_what_no_label_repairs():
    halves = [0.5, 0.5]
    assert components.spread(halves, [0, 1], 1000, joined=0.5) == pytest.approx(0.5, abs=1e-9)
    assert components.spread(halves, [0, 1], 1000) == 0
    assert components.spread(halves, [0, 0], 1000, joined=1.0) == 0  # nothing to confuse


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: components.mass_without_label([0.5, 0.4], 1), "add up to 1"),
        (lambda: components.mass_without_label([1.0], -1), "at least 0, got -1"),
        (lambda: components.spread([1.0], [0, 1], 1), "every component needs its class"),
        (lambda: components.spread([1.0], [0], 1, joined=2), "between 0 and 1, got 2"),
        (lambda: published.relative_reduction([0.0], [0.0]), "can't be reduced"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_relative_reductions_of_the_table():
    found = published.relative_reduction(published.WITHOUT, published.WITH)
    np.testing.assert_array_equal(np.round(found[0]), [42, 79, 19, 64, 21, 82])
    assert np.round(found[3, 2], 1) == 1.0
    assert np.round(found[3, 4], 1) == 0.5
    assert np.isnan(found[3, 5])
