"""What is trained in the room of modalities: on problems whose answer is known beforehand."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecturekit.modalities import maps, students
from lecturekit.modalities.classifiers import FUSIONS, attention_of, classifier
from lecturekit.modalities.families import make_families
from lecturekit.modalities.sharing import SharedDense, Sharing
from lecturekit.modalities.streams import make_streams
from lecturekit.modalities.trunks import TrunkTransfer, every_loss, heterogeneity
from lecturekit.modalities.views import CONTROL, as_views

RNG = np.random.default_rng(0)
SHAPES = [(4, 4, 3)] * 3


# ------------------------------------------------------------------ streams


def test_the_label_is_the_product_and_no_modality_alone_tells_it():
    made = make_streams(0, 4000, steps=6)
    np.testing.assert_array_equal(made.label, made.cue[:, None] * made.signs > 0)
    for bits in (np.repeat(made.cue[:, None], 6, 1), made.signs):
        agree = np.mean((bits > 0) == made.label)
        assert abs(agree - 0.5) < 0.02  # 4,000 cues: two standard deviations are 0.016


def test_the_cue_sounds_once_and_questions_start_with_it():
    made = make_streams(1, 300, noise=0, modalities=4)
    assert len(made.x) == 4 and made.x[0].shape == (300, 8, 4, 3)
    loud = np.abs(made.x[0]).sum((2, 3)) > 0
    assert (loud.sum(1) == 1).all()
    np.testing.assert_array_equal(made.asked, np.cumsum(loud, 1))
    assert (loud.argmax(1) < 4).all() and set(loud.argmax(1)) == {0, 1, 2, 3}
    pattern = made.x[1] * made.signs[..., None, None]
    np.testing.assert_array_equal(pattern, np.broadcast_to(pattern[:1, :1], pattern.shape))


def test_one_step_is_enough_and_too_little_is_refused():
    assert (make_streams(0, 5, steps=1).asked == 1).all()
    for options, words in (({"modalities": 1}, "at least 2"), ({"steps": 0}, "at least 1")):
        with pytest.raises(ValueError, match=words):
            make_streams(0, 5, **options)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_classifiers_are_causal_and_say_something_at_every_step(fusion):
    model = classifier(0, SHAPES, fusion=fusion)
    x = [RNG.normal(size=(2, *shape)).astype(np.float32) for shape in SHAPES]
    before = model(x).numpy()
    assert before.shape == (2, 4, 2)
    x[1][:, 2] += 1
    moved = np.abs(model(x).numpy() - before).max((0, 2))
    if fusion == "joined":  # a hidden layer at each step, nothing through time after it
        assert (moved[2:] > 0).all()
    np.testing.assert_array_equal(moved[:2], 0)


def test_late_fusion_adds_opinions_and_the_others_do_not():
    """f(a, b) − f(a, b') does not depend on a in late fusion, whatever the weights are."""
    for fusion in FUSIONS:
        model = classifier(1, SHAPES, fusion=fusion)
        (a, b, c), (other_a, other_b, _) = (
            [RNG.normal(size=(1, *shape)).astype(np.float32) for shape in SHAPES] for _ in range(2)
        )
        here = model([a, b, c]) - model([a, other_b, c])
        there = model([other_a, b, c]) - model([other_a, other_b, c])
        assert (np.abs(here - there).max() < 1e-5) == (fusion == "late")


def test_attention_can_be_looked_at():
    model = classifier(0, SHAPES, repetitions=2)
    x = [RNG.normal(size=(2, *shape)).astype(np.float32) for shape in SHAPES]
    found = attention_of(model, x, repetition=1)
    assert found["time"].shape == (2, 3, 4, 4, 4) and found["modality"].shape == (2, 4, 4, 3, 3)
    np.testing.assert_allclose(found["modality"].sum(-1), 1, rtol=1e-5)
    with pytest.raises(ValueError, match="no layer 'rcft2'"):
        attention_of(model, x, repetition=2)
    with pytest.raises(ValueError, match="no layer"):
        attention_of(classifier(0, SHAPES, fusion="late"), x)


def test_classifiers_refuse_what_cannot_be_fused():
    with pytest.raises(ValueError, match="no fusion 'early'"):
        classifier(0, SHAPES, fusion="early")
    with pytest.raises(ValueError, match="number of time steps"):
        classifier(0, [(4, 4, 3), (5, 4, 3)])
    with pytest.raises(ValueError, match="nothing to fuse"):
        classifier(0, [])


# ------------------------------------------------------------------ trunks and sharing


def families(seed=0):
    return make_families(seed, families=2, classes=3, clumps=3, latent=4, width=5, train=300,
                         test=200)[0]  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return TrunkTransfer(4, 5, 3, steps=(150, 150), rate=1e-2, code=5, hidden=(16,))


def test_own_trunks_are_worth_more_than_untrained_ones(study):
    accuracy, untrained = study.run(families(), 0, [0, 1, 2, 3])
    assert accuracy.shape == (4, 4) and untrained.shape == (4,)
    assert np.diagonal(accuracy).mean() > untrained.mean() + 0.05
    trained = study._own.model.get_weights()[2:]
    kept = study._into_all.model.get_weights()[2:]
    for one, other in zip(trained, kept, strict=True):  # a trunk stays frozen
        np.testing.assert_array_equal(one, other[:-1])


def test_the_same_seed_gives_the_same_matrix_and_other_views_are_refused(study):
    one, again = (study.run(families(), 0, [0, 1])[0] for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (4, 2)
    with pytest.raises(ValueError, match="compiled for"):
        study.run(make_families(0, train=50, test=20)[0], 0, [0])
    with pytest.raises(ValueError, match="two modalities or more"):
        TrunkTransfer(1, 5, 3)


def test_the_control_is_a_source_and_no_target(study):
    views = families()
    named = replace(views, names=("a", "b", "c", CONTROL))
    found = heterogeneity([named], study=study)
    assert found.targets == ("a", "b", "c") and found.sources == named.names
    assert found.accuracy.shape == (1, 4, 3)
    with pytest.raises(ValueError, match="control must come last"):
        heterogeneity([replace(views, names=(CONTROL, "a", "b", "c"))], study=study)


def test_the_first_seed_is_that_of_the_first_views(study):
    views = families()
    found = heterogeneity([views, views], study=study, first_seed=3)
    for k, seed in enumerate((3, 4)):
        wanted, _ = study.run(views, seed, [0, 1, 2, 3])
        np.testing.assert_array_equal(found.accuracy[k], wanted)


def test_every_loss_is_a_sum_over_networks():
    logits = RNG.normal(size=(5, 3, 4)).astype(np.float32)
    label = np.array([0, 1, 2, 3, 0])
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    wanted = sum(-np.log([p[i, k, label[i]] for i in range(5)]).mean() for k in range(3))
    found = every_loss(lambda x: x, tf.constant(logits), tf.constant(label))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_shared_layers_are_a_loop_over_modalities():
    layer, x = SharedDense(4, "relu"), RNG.normal(size=(5, 3, 2)).astype(np.float32)
    layer(x)
    groups = [1, 0, 1]
    for weight in (layer.kernel, layer.bias):
        weight.assign(RNG.normal(size=weight.shape))
    layer.assign(groups)
    kernel, bias = layer.kernel.numpy(), layer.bias.numpy()
    for m, g in enumerate(groups):
        wanted = np.maximum(x[:, m] @ kernel[g] + bias[g], 0)
        np.testing.assert_allclose(layer(x)[:, m], wanted, rtol=1e-4, atol=1e-5)
    for bad in ([0, 1], [0, 1, 3], [-1, 0, 0]):
        with pytest.raises(ValueError, match="3 numbers 0 … 2"):
            layer.assign(bad)
    with pytest.raises(ValueError, match="modality, features"):
        SharedDense(4)(x[0])


def test_weights_are_counted_as_keras_counts_them():
    """Two modalities of 3 and 2 features, each a trunk: no padding weight, all else."""
    study = Sharing((3, 2), 5, code=4, hidden=(6,))
    adapters = (3 * 4 + 4) + (2 * 4 + 4)
    trunk = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6), keras.layers.Dense(5)])
    for groups, trunks in (([0, 1], 2), ([0, 0], 1)):
        wanted = {"adapters": adapters, "trunks": trunks * trunk.count_params()}
        assert study.weights(groups) == {**wanted, "all": sum(wanted.values())}


def test_sharing_learns_and_unused_trunks_stay():
    views = families()
    study = Sharing(views.widths, 3, code=5, steps=150, rate=1e-2)
    found = study.accuracy(views, [0, 0, 1, 1], 0)
    assert found.shape == (4,) and found.mean() > 0.6  # chance: 1/3
    first = study._network(0).get_layer(index=3).kernel.numpy()
    last = study._trainer.model.get_layer(index=3).kernel.numpy()
    np.testing.assert_array_equal(first[2:], last[2:])
    assert (first[:2] != last[:2]).any((1, 2)).all()
    with pytest.raises(ValueError, match="compiled for widths"):
        study.accuracy(as_views({"a": views.train[:, 0]}, {"a": views.test[:, 0]},
                                views.train_label, views.test_label), [0], 0)  # fmt: skip


# ------------------------------------------------------------------ latent-space transfer


@pytest.fixture(scope="module")
def taught():
    """A teacher of three clumps in the plane; a new modality that sees them from elsewhere."""
    label = np.arange(300) % 3
    places = np.array([[3.0, 0], [-3, 1], [0, -4]])
    x = (places[label] + 0.4 * RNG.normal(size=(300, 2))).astype(np.float32)
    other = (x @ RNG.normal(size=(2, 5)) + 0.1 * RNG.normal(size=(300, 5))).astype(np.float32)
    teacher = students.Teacher(2, 3, steps=150, rate=1e-2)
    teacher.fit(x, label, seed=0)
    return students.Student(5, teacher, steps=150, rate=1e-2), teacher, x, other, label


@pytest.mark.parametrize("way", students.WAYS)
def test_a_student_learns_from_pairs_what_the_teacher_knows(taught, way):
    student, teacher, x, other, label = taught
    assert np.mean(teacher.read(teacher.latent(x)) == label) > 0.98
    student.fit(other, teacher.latent(x), way, 0, label=label if way == "labels" else None)
    assert student.accuracy(other, label) > 95


def test_a_student_only_learns_from_the_rows_it_is_given(taught):
    student, teacher, x, other, _ = taught
    z, made = teacher.latent(x), []
    for broken in (z, z + 1000.0 * (np.arange(300) >= 50)[:, None].astype(np.float32)):
        student.fit(other, broken, "regress", 0, rows=range(50))
        made.append(student.latent(other))
    np.testing.assert_array_equal(*made)


def test_students_refuse_what_is_no_pair(taught):
    student, teacher, x, other, _ = taught
    with pytest.raises(ValueError, match="no way 'guess'"):
        student.fit(other, teacher.latent(x), "guess", 0)
    with pytest.raises(ValueError, match="299 rows and 300 targets"):
        student.fit(other[:-1], teacher.latent(x), "regress", 0)
    with pytest.raises(ValueError, match="needs label"):
        student.fit(other, teacher.latent(x), "labels", 0)


def test_the_contrastive_loss_by_hand():
    """Orthogonal unit vectors in place: each pair has cosine 1, every other one 0."""
    z = np.eye(4, dtype=np.float32)
    wanted = -np.log(np.exp(1 / 0.5) / (np.exp(1 / 0.5) + 3))
    assert float(students.contrastive(z, z, 0.5)) == pytest.approx(wanted, rel=1e-5)
    assert float(students.contrastive(3 * z, z, 0.5)) == pytest.approx(wanted + 4, rel=1e-5)
    with tf.GradientTape() as tape:
        flat = tf.zeros([4, 4])
        tape.watch(flat)
        loss = students.contrastive(flat, tf.constant(z), 0.5)
    assert np.isfinite(tape.gradient(loss, flat)).all()


def test_a_linear_relation_is_found_exactly():
    x, w = RNG.normal(size=(50, 4)), RNG.normal(size=(4, 3))
    found = maps.least_squares(x, x @ w + 7, ridge=0)
    np.testing.assert_allclose(found.matrix, w, atol=1e-9)
    np.testing.assert_allclose(found(x), x @ w + 7, rtol=1e-5)


def test_ridge_is_the_solution_of_its_normal_equations():
    x, y = RNG.normal(size=(30, 4)), RNG.normal(size=(30, 2))
    a, b = x - x.mean(0), y - y.mean(0)
    wanted = np.linalg.solve(a.T @ a + 0.3 * 30 * np.eye(4), a.T @ b)
    np.testing.assert_allclose(maps.least_squares(x, y, ridge=0.3).matrix, wanted, atol=1e-9)


@pytest.mark.parametrize("ridge", [0, 0.1])
def test_a_channel_without_variance_gets_no_weight(ridge):
    x = np.column_stack([RNG.normal(size=20), np.full(20, 5.0)])
    found = maps.least_squares(x, x[:, :1], ridge=ridge)
    assert found.matrix[1, 0] == pytest.approx(0) and np.isfinite(found(x)).all()


def test_a_turn_is_found_exactly_and_keeps_distances():
    x = RNG.normal(size=(40, 3))
    turn = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    found = maps.orthogonal(x, 2 * x @ turn + 1)
    np.testing.assert_allclose(found.matrix, 2 * turn, atol=1e-9)
    other = maps.orthogonal(x, RNG.normal(size=(40, 3))).matrix
    gram = other.T @ other
    np.testing.assert_allclose(gram, gram[0, 0] * np.eye(3), atol=1e-9)
    flat = maps.orthogonal(np.ones((5, 2)), np.ones((5, 2)))
    np.testing.assert_array_equal(flat(np.ones((5, 2))), 1)


def test_principal_axes_are_ordered_and_orthonormal():
    x = RNG.normal(size=(60, 4)) * [3, 1, 2, 0.5]
    found = maps.principal(x, 2)
    assert (np.abs(found.matrix).argmax(0) == [0, 2]).all()
    np.testing.assert_allclose(found.matrix.T @ found.matrix, np.eye(2), atol=1e-9)
    assert maps.principal(x, 9).matrix.shape == (4, 4)


@pytest.mark.parametrize(
    ("x", "target", "words"),
    [
        (np.ones((3, 2)), np.ones((4, 2)), "two rows or more"),
        (np.ones((1, 2)), np.ones((1, 2)), "two rows or more"),
        (np.full((3, 2), np.nan), np.ones((3, 2)), "NaN"),
    ],
)
def test_maps_refuse_what_is_no_pair(x, target, words):
    for method in (maps.least_squares, maps.orthogonal):
        with pytest.raises(ValueError, match=words):
            method(x, target)
    with pytest.raises(ValueError, match="ridge must be"):
        maps.least_squares(np.eye(3), np.eye(3), ridge=-1)
