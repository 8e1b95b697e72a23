"""The trajectory that ships is what its card says, and its numbers are those of its maps."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import DataError, few_labels, load_digits
from lecturekit.latent import geometric_steps, shipped
from lecturekit.latent.shipped import FRAMES, PER_CLASS, ROWS, SEED, STEPS, WAYS, load_evolution


@pytest.fixture(scope="module")
def found():
    return load_evolution()


def test_shapes_and_steps(found):
    assert tuple(found.maps) == tuple(found.quality) == WAYS
    assert {layout.shape for layout in found.maps.values()} == {(FRAMES, ROWS, 2)}
    assert found.steps.tolist() == geometric_steps(STEPS, FRAMES).tolist()
    aligned = found.quality["aligned"]
    assert len(aligned.map_at_r) == FRAMES == len(aligned.step) + 1


def test_rows_are_digits_that_nobody_trained_on(found):
    digits = load_digits()
    draw = few_labels(digits, PER_CLASS, seed=SEED)
    assert (digits.label[found.rows] == found.label).all()
    assert not set(found.rows) & set(draw.pool)


def test_steps_of_the_map_are_what_the_coordinates_say(found):
    for name, quality in found.quality.items():
        layout = found.maps[name].astype(float)
        moved = np.linalg.norm(np.diff(layout, axis=0), axis=2).mean(1)
        spread = np.sqrt(layout.var(1).mean(1))[1:]
        np.testing.assert_allclose(quality.step, moved / spread, rtol=1e-4)


def test_the_original_space_is_one_and_retrieval_improves(found):
    for name in ("recall_at_1", "map_at_r", "mean_distance"):
        first, *others = (getattr(quality, name) for quality in found.quality.values())
        assert all((first == other).all() for other in others)
    assert found.quality["aligned"].map_at_r[-1] > found.quality["aligned"].map_at_r[0] + 30


def test_the_map_reaches_what_was_asked_of_it(found):
    aligned = found.quality["aligned"]
    assert aligned.trustworthiness.mean() >= 0.95
    assert aligned.largest_step <= 0.3
    assert aligned.pace_correlation >= 0.75


def test_the_others_are_there_because_they_mislead(found):
    aligned, warm, last, _ = found.quality.values()
    assert warm.largest_step > 2 * aligned.largest_step
    assert last.pace_correlation < aligned.pace_correlation - 0.3


def test_a_damaged_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "evolution.npy.bz2").write_bytes(b"?")
    monkeypatch.setattr("lecturekit.datasets.files.SHIPPED", tmp_path)
    with pytest.raises(DataError, match=r"truncated or altered"):
        shipped.load_evolution()
