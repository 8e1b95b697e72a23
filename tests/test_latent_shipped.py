"""The trajectory that ships is what its card says, and its numbers are those of its maps."""

from __future__ import annotations

import numpy as np
import pytest

from lecturekit.datasets import DataError, few_labels, load_digits
from lecturekit.latent import geometric_steps, shipped
from lecturekit.latent.shipped import FRAMES, PER_CLASS, ROWS, SEED, STEPS, load_evolution


@pytest.fixture(scope="module")
def found():
    return load_evolution()


def test_shapes_and_steps(found):
    assert found.aligned.shape == found.principal.shape == (FRAMES, ROWS, 2)
    assert found.steps.tolist() == geometric_steps(STEPS, FRAMES).tolist()
    assert len(found.quality.map_at_r) == FRAMES == len(found.quality.step) + 1


def test_rows_are_digits_that_nobody_trained_on(found):
    digits = load_digits()
    draw = few_labels(digits, PER_CLASS, seed=SEED)
    assert (digits.label[found.rows] == found.label).all()
    assert not set(found.rows) & set(draw.pool)


def test_steps_of_the_map_are_what_the_coordinates_say(found):
    for layout, quality in (
        (found.aligned, found.quality), (found.principal, found.quality_of_plane),
    ):  # fmt: skip
        layout = layout.astype(float)
        moved = np.linalg.norm(np.diff(layout, axis=0), axis=2).mean(1)
        spread = np.sqrt(layout.var(1).mean(1))[1:]
        np.testing.assert_allclose(quality.step, moved / spread, rtol=1e-4)


def test_the_original_space_is_one_and_retrieval_improves(found):
    for name in ("recall_at_1", "map_at_r", "mean_distance"):
        mine, other = getattr(found.quality, name), getattr(found.quality_of_plane, name)
        assert (mine == other).all()
    assert found.quality.map_at_r[-1] > found.quality.map_at_r[0] + 30


def test_the_map_reaches_what_was_asked_of_it(found):
    assert found.quality.trustworthiness.mean() >= 0.95
    assert found.quality.largest_step <= 0.3


def test_a_damaged_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "evolution.npy.bz2").write_bytes(b"?")
    monkeypatch.setattr("lecturekit.datasets.files.SHIPPED", tmp_path)
    with pytest.raises(DataError, match=r"truncated or altered"):
        shipped.load_evolution()
