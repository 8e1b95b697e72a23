"""Trajectories: fixed planes in closed form, numbers against loops, UMAP on a small moving set."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from lecturekit import latent
from lecturekit.latent.compiled import build_folder, umap_ready
from lecturekit.latent.warm import warm

RNG = np.random.default_rng(0)
LABELS = np.repeat(np.arange(3), 20)
ROWS, FRAMES = len(LABELS), 4
CENTRES = RNG.normal(size=(3, 8))
NOISE = RNG.normal(size=(ROWS, 8))
SPREAD = np.linspace(0, 3, FRAMES)
SNAPSHOTS = np.stack([0.5 * NOISE + s * CENTRES[LABELS] for s in SPREAD]).astype("float32")
UMAPS = (latent.aligned, latent.warm_start, latent.last_then_transform)


@pytest.fixture(scope="module")
def joined():
    """One trajectory, laid out once for the tests of this file."""
    return latent.aligned(SNAPSHOTS, seed=0, neighbours=8, epochs=40)


# ------------------------------------------------------------------ planes


def test_the_plane_is_that_of_the_last_snapshot_and_stays():
    found = latent.principal(SNAPSHOTS)
    last = SNAPSHOTS[-1].astype(float)
    values = np.sort(np.linalg.eigvalsh(np.cov(last.T, bias=True)))[::-1][:2]
    np.testing.assert_allclose(found[-1].var(0), values, rtol=1e-4)
    moved = SNAPSHOTS + np.float32(0)
    moved[0, 5] += 1.0
    assert (latent.principal(moved)[1:] == found[1:]).all()  # one point of one frame moved
    assert (latent.principal(moved)[0, :5] == found[0, :5]).all()


def test_two_dimensions_only_turn_in_the_plane():
    flat = SNAPSHOTS[..., :2]
    lengths = np.linalg.norm(np.diff(flat, axis=0), axis=2)
    shown = np.linalg.norm(np.diff(latent.principal(flat), axis=0), axis=2)
    np.testing.assert_allclose(shown, lengths, atol=1e-5)


def test_one_dimension_lies_on_a_line():
    assert (latent.principal(SNAPSHOTS[..., :1])[..., 1] == 0).all()


@pytest.mark.parametrize("mirror", [1, -1])
def test_procrustes_undoes_a_turn_a_mirror_and_a_shift(mirror):
    fixed = RNG.normal(size=(10, 2))
    cos, sin = np.cos(2.0), np.sin(2.0)
    turned = fixed @ np.array([[cos, -sin], [sin, cos]]) @ np.diag([1, mirror]) + [3, -1]
    np.testing.assert_allclose(latent.procrustes(turned, fixed), fixed, atol=1e-5)
    grown = 2.5 * turned
    np.testing.assert_allclose(latent.procrustes(grown, fixed, scale=True), fixed, atol=1e-5)
    kept = latent.procrustes(grown, fixed)  # its size is its own
    np.testing.assert_allclose(kept.std(0).sum(), 2.5 * fixed.std(0).sum(), rtol=1e-4)


def test_coinciding_points_are_only_shifted():
    fixed = RNG.normal(size=(4, 2))
    found = latent.procrustes(np.ones((4, 2)), fixed, scale=True)
    np.testing.assert_allclose(found, np.tile(fixed.mean(0), (4, 1)), atol=1e-6)


# ------------------------------------------------------------------ numbers


def test_numbers_are_what_sklearn_and_loops_find(joined):
    found = latent.quality(SNAPSHOTS, joined, LABELS, k=5)
    for frame in range(FRAMES):
        points, flat = SNAPSHOTS[frame].astype(float), joined[frame].astype(float)
        expected = trustworthiness(points, flat, n_neighbors=5)
        assert found.trustworthiness[frame] == pytest.approx(expected, abs=1e-6)
        near, hits, total = [], 0, 0.0
        for side in (points, flat):
            apart = np.linalg.norm(side[:, None] - side[None], axis=2)
            total += apart.sum() if side is points else 0
            np.fill_diagonal(apart, np.inf)
            near.append([set(row[:5]) for row in np.argsort(apart, 1)])
            if side is points:
                hits = np.mean(LABELS[apart.argmin(1)] == LABELS)
        shared = np.mean([len(a & b) / 5 for a, b in zip(*near, strict=True)])
        assert found.overlap[frame] == pytest.approx(shared)
        assert found.recall_at_1[frame] == pytest.approx(100 * hits)
        assert found.mean_distance[frame] == pytest.approx(total / ROWS / (ROWS - 1), rel=1e-5)


def test_a_faithful_layout_is_told_from_one_that_lags():
    flat = SNAPSHOTS[..., :2]
    true = latent.quality(flat, flat, LABELS)
    assert true.motion_correlation == pytest.approx(1) == true.pace_correlation
    assert true.trustworthiness.min() == 1 and true.overlap.min() == 1
    jump = flat + np.float32(0)
    jump[2:] += 50  # the map jumps, the embedding does not
    jumped = latent.quality(flat, jump, LABELS)
    assert jumped.largest_step > 10 > true.largest_step
    assert jumped.trustworthiness.min() == 1  # no frame alone would show it


def test_a_step_is_in_units_of_the_spread():
    flat = np.zeros((2, 4, 2), "float32")
    flat[:] = [[1, 1], [1, -1], [-1, 1], [-1, -1]]  # spread 1 along each axis
    flat[1] += [0.3, 0.4]
    found = latent.quality(flat, flat, [0, 0, 1, 1], k=1)
    np.testing.assert_allclose(found.step, [0.5], rtol=1e-5)
    np.testing.assert_allclose(
        latent.quality(10 * flat, 10 * flat, [0, 0, 1, 1], k=1).step, [0.5], rtol=1e-5
    )


def test_a_still_map_has_steps_of_zero_and_no_correlation():
    still = np.repeat(SNAPSHOTS[:1], 3, axis=0)
    found = latent.quality(still, still[..., :2], LABELS)
    assert (found.step == 0).all() and np.isnan(found.motion_correlation)


def test_a_collapsed_embedding_has_a_mean_distance_of_zero():
    found = latent.quality(np.zeros_like(SNAPSHOTS), SNAPSHOTS[..., :2], LABELS)
    assert (found.mean_distance == 0).all() and np.isfinite(found.map_at_r).all()


# ------------------------------------------------------------------ maps


def test_the_joined_map_is_trustworthy_and_does_not_jump(joined):
    assert joined.shape == (FRAMES, ROWS, 2) and joined.dtype == np.float32
    found = latent.quality(SNAPSHOTS, joined, LABELS)
    assert found.trustworthiness[-1] > 0.9
    apart = latent.quality(SNAPSHOTS, latent.warm_start(SNAPSHOTS, seed=0, neighbours=8), LABELS)
    assert found.largest_step < apart.largest_step


def test_the_seed_decides(joined):
    again = latent.aligned(list(SNAPSHOTS), seed=0, neighbours=8, epochs=40)
    assert (again == joined).all()
    other = latent.aligned(SNAPSHOTS, seed=1, neighbours=8, epochs=40)
    assert (other != joined).any()


@pytest.mark.parametrize("method", UMAPS)
def test_every_method_lays_out_all_frames(method):
    found = method(SNAPSHOTS, seed=0, neighbours=8)
    assert found.shape == (FRAMES, ROWS, 2) and np.isfinite(found).all()


def test_a_map_is_blind_to_size():
    points = SNAPSHOTS[-1]
    small = latent.flat(points * np.float32(2**-10), seed=0, neighbours=8)
    np.testing.assert_allclose(small, latent.flat(points, seed=0, neighbours=8), atol=1e-3)


@pytest.mark.parametrize("method", UMAPS)
def test_all_points_equal_lie_at_one_place(method):
    assert (method(np.ones((3, 20, 4)), seed=0, neighbours=5) == 0).all()


def test_a_frame_that_has_collapsed_does_not_spoil_the_others():
    broken = SNAPSHOTS + np.float32(0)
    broken[1] = 1.0
    found = latent.aligned(broken, seed=0, neighbours=8, epochs=20)
    assert np.isfinite(found).all() and (found[1] == 0).all() and np.ptp(found[2]) > 1


def test_nothing_of_numba_stays_changed():
    import numba

    before = numba.njit, numba.config.CACHE_DIR
    latent.flat(SNAPSHOTS[0], seed=0, neighbours=8)
    assert (numba.njit, numba.config.CACHE_DIR) == before
    with pytest.raises(ZeroDivisionError), umap_ready():
        raise ZeroDivisionError
    assert (numba.njit, numba.config.CACHE_DIR) == before


def test_warming_up_keeps_what_is_compiled():
    warm()
    folder = build_folder()
    assert folder is not None and list((folder / "numba").rglob("*.nbi"))


def test_the_room_imports_neither_umap_nor_tensorflow():
    heavy = "{'umap', 'tensorflow', 'plotly'}"
    code = f"import sys, lecturekit.latent; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ------------------------------------------------------------------ kept layouts


@pytest.fixture
def counted():
    """A layout method that counts its calls."""

    def method(points, *, seed):
        method.calls += 1
        return latent.principal(points) + np.float32(seed)

    method.calls = 0
    return method


def test_the_same_again_is_read(counted, tmp_path):
    first = latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    again = latent.kept(counted, SNAPSHOTS.tolist(), folder=tmp_path, seed=1)
    assert counted.calls == 1 and (first == again).all()


def test_other_points_settings_and_versions_are_computed(counted, tmp_path, monkeypatch):
    latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    assert latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=2).max() > 1
    latent.kept(counted, SNAPSHOTS + 1, folder=tmp_path, seed=1)
    monkeypatch.setattr("lecturekit.latent.stored.versions", lambda: "umap-learn 9")
    latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    assert counted.calls == 4


def test_computing_again_is_a_choice(counted, tmp_path):
    for _ in range(2):
        latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1, again=True)
    assert counted.calls == 2


@pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: d[:-1] + b"?", lambda d: b""])
def test_a_damaged_file_is_computed_anew(counted, tmp_path, damage):
    first = latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    again = latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    assert counted.calls == 2 and (first == again).all()
    latent.kept(counted, SNAPSHOTS, folder=tmp_path, seed=1)
    assert counted.calls == 2  # the file is whole again


def test_where_nothing_can_be_written_it_only_computes(counted, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    assert np.isfinite(latent.kept(counted, SNAPSHOTS, folder=blocked / "below", seed=1)).all()


# ------------------------------------------------------------------ recording


def test_steps_rise_geometrically_as_far_as_whole_numbers_can():
    steps = latent.geometric_steps(300, 12)
    assert steps[0] == 0 and steps[1] == 1 and steps[-1] == 300 and (np.diff(steps) > 0).all()
    np.testing.assert_allclose(steps[8:] / steps[7:-1], 300 ** (1 / 10), rtol=0.05)
    assert latent.geometric_steps(5, 6).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("frames", [1, 7])
def test_frames_that_no_steps_have_are_refused(frames):
    with pytest.raises(ValueError, match="at least 2 and at most 6"):
        latent.geometric_steps(5, frames)


class Adding:
    """An embedder that adds its number of steps."""

    steps = 8

    def start(self, recipe=None, *, seed):
        self.done = 0

    def fit(self, x, labels, recipe=None, *, seed, snapshots, snapshot):
        for _ in range(snapshots):
            self.done += 1
            snapshot()

    def embed(self, x):
        return x + self.done


def test_every_frame_is_embedded_at_its_step():
    shown = np.zeros((2, 3), "float32")
    found = latent.record(Adding(), shown, [0, 1], shown, frames=5, seed=0)
    assert found.snapshots[:, 0, 0].tolist() == found.steps.tolist() == [0, 1, 2, 4, 8]


# ------------------------------------------------------------------ bad input

DIFFERENT = [np.zeros((5, 3)), np.zeros((4, 3))]
NAN = np.where(np.arange(FRAMES)[:, None, None] == 2, np.nan, SNAPSHOTS)


@pytest.mark.parametrize("method", [*UMAPS, latent.principal])
@pytest.mark.parametrize(
    ("snapshots", "words"),
    [
        (DIFFERENT, "different sizes"),
        (SNAPSHOTS[:1], "no trajectory"),
        (SNAPSHOTS[0], "frames, rows, dimensions"),
        (5.0, "frames, rows, dimensions"),
        (NAN, "snapshot 2 holds NaN"),
        (SNAPSHOTS[:, :0], "not empty"),
    ],
)
def test_what_is_no_trajectory_is_refused(method, snapshots, words):
    settings = {} if method is latent.principal else {"seed": 0}
    with pytest.raises(ValueError, match=words):
        method(snapshots, **settings)


@pytest.mark.parametrize("method", UMAPS)
def test_fewer_rows_than_neighbours_are_refused(method):
    with pytest.raises(ValueError, match="15 rows do not have 15 neighbours"):
        method(SNAPSHOTS[:, :15], seed=0, neighbours=15)
    with pytest.raises(ValueError, match="whole number"):
        method(SNAPSHOTS, seed=0, neighbours=0)


def test_one_map_refuses_the_same():
    with pytest.raises(ValueError, match="15 neighbours"):
        latent.flat(SNAPSHOTS[0, :10], seed=0)
    with pytest.raises(ValueError, match="NaN"):
        latent.flat(NAN[2], seed=0)


@pytest.mark.parametrize("wrong", [{"strength": 0}, {"window": 0}, {"epochs": 0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="strength must be above 0"):
        latent.aligned(SNAPSHOTS, seed=0, **wrong)


@pytest.mark.parametrize("k", [0, ROWS // 2, ROWS])
def test_k_out_of_range_is_refused(k):
    with pytest.raises(ValueError, match="below half of the 60 rows"):
        latent.quality(SNAPSHOTS, SNAPSHOTS[..., :2], LABELS, k=k)


def test_a_layout_of_other_frames_is_refused():
    with pytest.raises(ValueError, match="4 frames of 60 rows"):
        latent.quality(SNAPSHOTS, SNAPSHOTS[:3, :, :2], LABELS)
    with pytest.raises(ValueError, match="4 frames of 60 rows"):
        latent.quality(SNAPSHOTS, SNAPSHOTS[..., :2], LABELS[:5])
    with pytest.raises(ValueError, match="the same rows"):
        latent.procrustes(SNAPSHOTS[0], SNAPSHOTS[0, :5])
