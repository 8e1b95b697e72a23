"""The triplet loss against numbers by hand, plain loops, and a tape without our gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf

from lecturekit import by_hand
from lecturekit.losses.triplet import FORMS, batch_all, triplet

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(8, 5)).astype("float32")
LABELS = np.array([0, 1, 0, 2, 2, 0, 1, 2], "int32")
ALL = np.array(
    [
        (a, p, n)
        for a in range(8)
        for p in range(8)
        for n in range(8)
        if a != p and LABELS[a] == LABELS[p] != LABELS[n]
    ],
    "int32",
)
MARGINS = RNG.random((8, 8)).astype("float32")  # by anchor and negative
HINGED = ("facenet", "hermans")
BALANCED = np.repeat(np.arange(3), 4).astype("int32")  # 3 classes of 4 rows
TWELVE = RNG.normal(size=(12, 5)).astype("float32")


def with_gradient(loss, points, compiled=None):
    """Value and gradient; `compiled`: None for eager, else whether to use jit."""

    def both(points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = loss(points)
        return value, tape.gradient(value, points)

    run = both if compiled is None else tf.function(both, jit_compile=compiled)
    value, gradient = run(tf.constant(points))
    return float(value), gradient.numpy()


def naive_terms(points, triplets, margins, form, anchor_gradient):
    """Triplet by triplet, as the formula stands; the gradient is the tape's own."""
    found = []
    for (a, p, n), margin in zip(triplets, margins, strict=True):
        anchor = points[a] if anchor_gradient else tf.stop_gradient(points[a])
        ap, an = (tf.reduce_sum(tf.square(anchor - points[k])) for k in (p, n))
        missing = ap - an + margin if form == "facenet" else tf.sqrt(ap) - tf.sqrt(an) + margin
        if form == "soft":
            missing = tf.math.log(1 + tf.exp(missing))
        found.append(tf.maximum(missing, 0.0) if form in HINGED else missing)
    return tf.stack(found)


# ------------------------------------------------------------------ values by hand


@pytest.mark.parametrize(
    ("form", "missed", "kept"),
    [
        ("slide", 0.3 - 0.5 + 0.4, 0.3 - 0.5 + 0.1),
        ("hermans", 0.2, 0.0),
        ("facenet", 0.09 - 0.25 + 0.4, 0.0),
        ("soft", math.log(1 + math.exp(0.2)), math.log(1 + math.exp(-0.1))),
    ],
)
def test_three_points_on_a_line(form, missed, kept):
    """D(a, p) = 0.3 and D(a, n) = 0.5, under margins that are missed and kept."""
    line = [[0.0], [0.3], [0.5]]
    for margin, value, active in ((0.4, missed, 1), (0.1, kept, 0)):
        for found in (
            triplet(line, [(0, 1, 2)], margin=margin, form=form),
            triplet(line, [(0, 1, 2), (1, 1, 2)], margin=margin, form=form),
        ):
            assert float(found.loss) == pytest.approx(value, abs=1e-6)
            assert float(found.terms[0]) == pytest.approx(value, abs=1e-6)
            assert float(found.active) == active


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("slide", [0, 1, -1]),
        ("hermans", [0, 1, -1]),
        ("facenet", [2 * (0.5 - 0.3), 2 * 0.3, -2 * 0.5]),
        ("soft", [0, 1 / (1 + math.exp(-0.2)), -1 / (1 + math.exp(-0.2))]),
    ],
)
def test_the_forces_on_a_line(form, expected):
    """Both forces on the anchor point to the right, and cancel unless distances are squared."""
    line = np.array([[0.0], [0.3], [0.5]], "float32")
    for held, first in ((False, expected[0]), (True, 0)):
        _, gradient = with_gradient(
            lambda e, held=held: (
                triplet(e, [(0, 1, 2)], margin=0.4, form=form, anchor_gradient=not held).loss
            ),
            line,
        )
        np.testing.assert_allclose(gradient[:, 0], [first, *expected[1:]], atol=1e-6)


def test_unit_vectors_at_known_angles():
    """At 0°, 60° and 90°: D² = 2 − 2 cos φ is 1 and 2."""
    angles = np.radians([0, 60, 90])
    circle = np.stack([np.cos(angles), np.sin(angles)], 1)
    found = triplet(circle, [(0, 1, 2)], margin=1.5, form="facenet")
    assert float(found.loss) == pytest.approx(0.5, rel=1e-5)
    found = triplet(circle, [(0, 1, 2)], margin=1.0)
    assert float(found.loss) == pytest.approx(2 - math.sqrt(2), rel=1e-5)


def test_all_triplets_of_four_points_on_a_line():
    """Pairs {0, .1} and {1, 1.3}, margin 1: of eight triplets, five miss it."""
    found = batch_all([[0.0], [0.1], [1.0], [1.3]], [0, 0, 1, 1], margin=1.0)
    missing = [0.1 - 1 + 1, 0.1 - 0.9 + 1, 0.3 - 1 + 1, 0.3 - 0.9 + 1, 0.3 - 1.3 + 1]
    missing += [0.3 - 1.2 + 1]  # of anchor 1.3; 0.3 − 1.3 + 1 = 0 is no miss
    missed = [m for m in missing if m > 1e-9]
    assert len(missed) == 5
    assert float(found.loss) == pytest.approx(sum(missed) / 5, rel=1e-4)
    assert float(found.active) == pytest.approx(5 / 8)
    assert found.terms.shape == (4, 4, 4) and float(found.terms[0, 0, 2]) == 0
    assert float(found.terms[0, 1, 2]) == pytest.approx(0.1, rel=1e-4)
    slide = batch_all([[0.0], [0.1], [1.0], [1.3]], [0, 0, 1, 1], margin=1.0, form="slide")
    missing += [0.1 - 1.3 + 1, 0.1 - 1.2 + 1]
    assert float(slide.loss) == pytest.approx(sum(missing) / 8, rel=1e-4)


@pytest.mark.parametrize(("form", "hinge"), [("hermans", True), ("slide", False)])
def test_it_agrees_with_the_loss_by_hand(form, hinge):
    for points in RNG.normal(size=(12, 3, 2)).astype("float32"):
        found = by_hand.triplet(*points.tolist(), 0.5, hinge)
        value, gradient = with_gradient(
            lambda e: triplet(e, [(0, 1, 2)], margin=0.5, form=form).loss, points
        )
        assert value == pytest.approx(found["loss"], abs=1e-5)
        expected = [found[who] for who in ("anchor", "positive", "negative")]
        np.testing.assert_allclose(gradient, expected, atol=1e-5)


# ------------------------------------------------------------------ plain loops


@pytest.mark.parametrize("own_margins", [False, True], ids=["one margin", "own margins"])
@pytest.mark.parametrize("anchor_gradient", [True, False], ids=["anchor moves", "anchor held"])
@pytest.mark.parametrize("form", FORMS)
def test_loss_and_gradient_are_those_of_a_loop(form, anchor_gradient, own_margins):
    alpha = MARGINS if own_margins else np.full((8, 8), 0.4, "float32")
    each = alpha[ALL[:, 0], ALL[:, 2]]
    given = {"form": form, "anchor_gradient": anchor_gradient}

    def naive(points, every):
        terms = naive_terms(points, ALL, each, form, anchor_gradient)
        if every and form in HINGED:
            return tf.reduce_sum(terms) / tf.reduce_sum(tf.cast(terms > 0, tf.float32))
        return tf.reduce_mean(terms)

    def ours(points, every):
        if every:
            margin = tf.constant(alpha) if own_margins else 0.4
            return batch_all(points, LABELS, margin=margin, **given).loss
        return triplet(points, ALL, margin=tf.constant(each) if own_margins else 0.4, **given).loss

    for every in (False, True):
        expected = with_gradient(lambda e, every=every: naive(e, every), POINTS)
        for compiled in (None, True) if own_margins else (None,):
            value, gradient = with_gradient(lambda e, every=every: ours(e, every), POINTS, compiled)
            assert value == pytest.approx(expected[0], rel=1e-4)
            np.testing.assert_allclose(gradient, expected[1], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_terms_and_active_are_those_of_a_loop(form):
    terms = naive_terms(tf.constant(POINTS), ALL, np.full(len(ALL), 0.4, "f"), form, True).numpy()
    distance = np.linalg.norm(POINTS[:, None] - POINTS, axis=2) ** (2 if form == "facenet" else 1)
    a, p, n = ALL.T
    active = np.mean(distance[a, p] + 0.4 > distance[a, n])
    one, every = (
        triplet(POINTS, ALL, margin=0.4, form=form),
        batch_all(POINTS, LABELS, margin=0.4, form=form),
    )
    np.testing.assert_allclose(one.terms, terms, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(every.terms.numpy()[a, p, n], terms, rtol=1e-4, atol=1e-5)
    assert np.count_nonzero(every.terms) == np.count_nonzero(terms)
    assert float(one.active) == float(every.active) == pytest.approx(active)


def test_the_gradient_goes_on_into_a_network():
    kernel = tf.Variable(RNG.normal(size=(5, 3)).astype("float32"))
    margins = np.full(len(ALL), 0.4, "float32")

    def naive(points):
        return tf.reduce_mean(naive_terms(points, ALL, margins, "soft", True))

    gradients = []
    for loss in (
        naive,
        lambda e: triplet(e, ALL, margin=0.4, form="soft").loss,
        lambda e: batch_all(e, LABELS, margin=0.4, form="soft").loss,
    ):
        with tf.GradientTape() as tape:
            value = tf.square(loss(tf.matmul(POINTS, kernel)))  # and what is made of it counts
        gradients.append(tape.gradient(value, kernel))
    for found in gradients[1:]:
        np.testing.assert_allclose(found, gradients[0], rtol=1e-3, atol=1e-5)


# ------------------------------------------------------------------ what the slide leaves out


@pytest.mark.parametrize("function", [triplet, batch_all])
def test_the_slides_gradient_does_not_depend_on_the_margin(function):
    which = ALL if function is triplet else LABELS
    found = [
        with_gradient(lambda e, m=m: function(e, which, margin=m, form="slide").loss, POINTS)
        for m in (0.0, 3.0)
    ]
    assert found[1][0] == pytest.approx(found[0][0] + 3, rel=1e-5)
    assert (found[0][1] == found[1][1]).all() and np.abs(found[0][1]).max() > 0.1
    hinged = [
        with_gradient(lambda e, m=m: function(e, which, margin=m).loss, POINTS)[1] for m in (0, 3)
    ]
    assert np.abs(hinged[0] - hinged[1]).max() > 0.01


def full_and_held(labels, form):
    return (
        with_gradient(
            lambda e, moves=moves: (
                batch_all(e, labels, margin=0.4, form=form, anchor_gradient=moves).loss
            ),
            TWELVE,
        )[1]
        for moves in (True, False)
    )


def test_without_a_hinge_an_anchor_held_still_halves_a_balanced_step():
    """Every pair is met from both ends equally often, so either end gets half of the force."""
    full, held = full_and_held(BALANCED, "slide")
    np.testing.assert_allclose(2 * held, full, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(held.sum(0), 0, atol=1e-5)
    full, held = full_and_held(np.repeat([0, 1, 2], [2, 4, 6]), "slide")
    assert np.abs(2 * held - full).max() > 0.01  # not so when classes differ in size


@pytest.mark.parametrize("form", [*HINGED, "soft"])
def test_with_a_hinge_it_is_not_half_and_the_batch_drifts(form):
    full, held = full_and_held(BALANCED, form)
    np.testing.assert_allclose(full.sum(0), 0, atol=1e-5)
    assert np.abs(2 * held - full).max() > 0.01
    assert np.abs(held.sum(0)).max() > 0.01


# ------------------------------------------------------------------ no NaN, nothing counted twice


@pytest.mark.parametrize("compiled", [None, True], ids=["eager", "jit"])
@pytest.mark.parametrize("function", [triplet, batch_all])
@pytest.mark.parametrize(
    ("form", "margin", "value"),
    [("slide", 0.3, 0.3), ("hermans", 0.3, 0.3), ("facenet", 0.3, 0.3), ("soft", 0, math.log(2))],
)
def test_a_collapsed_batch_costs_the_margin_and_feels_nothing(
    function, form, margin, value, compiled
):
    which = ALL if function is triplet else LABELS
    found, gradient = with_gradient(
        lambda e: function(e, which, margin=margin, form=form).loss,
        np.full((8, 5), 0.7, "float32"),
        compiled,
    )
    assert found == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


@pytest.mark.parametrize("function", [triplet, batch_all])
@pytest.mark.parametrize("form", FORMS)
def test_duplicate_rows_give_numbers(function, form):
    twice = np.repeat(100 * POINTS[:4], 2, axis=0)  # rows 0 = 1, 2 = 3, of one class or two
    which = ALL if function is triplet else LABELS
    value, gradient = with_gradient(lambda e: function(e, which, margin=0.5, form=form).loss, twice)
    assert np.isfinite(value) and np.isfinite(gradient).all() and np.abs(gradient).max() > 0


@pytest.mark.parametrize("form", FORMS)
def test_a_triplet_whose_positive_is_its_anchor_is_not_counted(form):
    fill = np.array([(0, 0, 0), (3, 3, 1), (5, 5, 5)], "int32")
    padded = np.concatenate([fill, ALL, fill])
    expected = with_gradient(lambda e: triplet(e, ALL, margin=0.4, form=form).loss, POINTS)
    found = with_gradient(lambda e: triplet(e, padded, margin=0.4, form=form).loss, POINTS)
    assert found[0] == pytest.approx(expected[0], rel=1e-6)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-5, atol=1e-7)
    made = triplet(POINTS, padded, margin=0.4, form=form)
    assert (made.terms.numpy()[[0, 1, 2, -3, -2, -1]] == 0).all()
    assert float(made.active) == float(triplet(POINTS, ALL, margin=0.4, form=form).active)
    value, gradient = with_gradient(lambda e: triplet(e, fill, margin=0.4, form=form).loss, POINTS)
    assert value == 0 and (gradient == 0).all()  # nothing but fill


@pytest.mark.parametrize("form", HINGED)
def test_where_every_margin_is_kept_nothing_is_left_to_learn(form):
    apart = 10 * np.eye(3, 5, dtype="float32")[LABELS]
    for function, which in ((triplet, ALL), (batch_all, LABELS)):
        made = function(apart, which, margin=0.2, form=form)
        assert float(made.loss) == float(made.active) == 0
        gradient = with_gradient(
            lambda e, f=function, w=which: f(e, w, margin=0.2, form=form).loss, apart
        )[1]
        assert (gradient == 0).all()


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "jit"])
def test_a_form_can_be_switched_inside_a_graph(compiled):
    """As `TripletObjective` does: the gradient must go through `tf.switch_case`."""
    which, margin = tf.Variable(0), tf.Variable(0.0)

    def loss(points):
        ways = [
            lambda form=form, f=f, w=w: f(points, w, margin=margin.value(), form=form).loss
            for f, w in ((triplet, ALL), (batch_all, LABELS))
            for form in FORMS
        ]
        return tf.switch_case(which.value(), ways)

    @tf.function(jit_compile=compiled)
    def both(points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = loss(points)
        return value, tape.gradient(value, points)

    for number in range(2 * len(FORMS)):
        which.assign(number)
        margin.assign(0.1 * number)
        function, given = (triplet, ALL) if number < len(FORMS) else (batch_all, LABELS)
        value, gradient = both(tf.constant(POINTS))
        form = FORMS[number % len(FORMS)]
        expected = with_gradient(
            lambda e, f=function, w=given, m=0.1 * number, form=form: (
                f(e, w, margin=m, form=form).loss
            ),
            POINTS,
        )
        assert float(value) == pytest.approx(expected[0], rel=1e-5)
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": -0.1}, "margin must be at least 0"),
        ({"margin": float("nan")}, "margin must be at least 0"),
        ({"margin": tf.constant(-0.1)}, "margin must be at least 0"),
        ({"margin": np.full(len(ALL), -0.1)}, "margin must be at least 0"),
        ({"margin": np.zeros(3)}, "margin must be a number or"),
        ({"margin": np.zeros((len(ALL), 1))}, "margin must be a number or"),
        ({"form": "squared"}, "choose one of slide, facenet, hermans, soft"),
        ({"embeddings": POINTS[0]}, r"must be \[batch, dimensions\]"),
        ({"embeddings": POINTS[:0]}, "the batch is empty"),
        ({"embeddings": np.full((8, 5), np.nan)}, "NaN or infinity"),
        ({"triplets": ALL[:0]}, "no triplet"),
        ({"triplets": ALL[:, :2]}, "triplets must be row numbers"),
        ({"triplets": ALL[0]}, "triplets must be row numbers"),
        ({"triplets": ALL.astype(float)}, "triplets must be row numbers"),
        ({"triplets": [(0, 2, 8)]}, "outside the batch of 8"),
        ({"triplets": [(0, 2, -1)]}, "outside the batch of 8"),
    ],
)
def test_bad_triplets_are_refused(arguments, message):
    given = {"embeddings": POINTS, "triplets": ALL, "margin": 0.2, **arguments}
    with pytest.raises(ValueError, match=message):
        triplet(given.pop("embeddings"), given.pop("triplets"), **given)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": -0.1}, "margin must be at least 0"),
        ({"margin": -MARGINS}, "margin must be at least 0"),
        ({"margin": MARGINS[0]}, "margin must be a number or"),
        ({"margin": MARGINS[:4, :4]}, "margin must be a number or"),
        ({"form": "squared"}, "choose one of slide, facenet, hermans, soft"),
        ({"embeddings": POINTS[0]}, r"must be \[batch, dimensions\]"),
        ({"embeddings": np.full((8, 5), np.inf)}, "NaN or infinity"),
        ({"labels": LABELS[:4]}, "every embedding needs its label"),
        ({"labels": LABELS[:, None]}, "every embedding needs its label"),
        ({"labels": np.zeros(8, "int32")}, "labels of one class only"),
        ({"labels": np.arange(8)}, "a label of its own"),
    ],
)
def test_bad_batches_are_refused(arguments, message):
    given = {"embeddings": POINTS, "labels": LABELS, "margin": 0.2, **arguments}
    with pytest.raises(ValueError, match=message):
        batch_all(given.pop("embeddings"), given.pop("labels"), **given)
