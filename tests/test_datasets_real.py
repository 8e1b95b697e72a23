"""The three real data sets: shapes, known figures, splits. Two are tested only where they lie."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from lecturekit.datasets import DataError, load_exams, load_schools, load_survey, ratings, split

ROOT = Path(__file__).resolve().parents[1]
REAL = Path(os.environ.get("LECTUREKIT_DATA") or ROOT.parent / "shared" / "data")
needs_real = pytest.mark.skipif(
    not (REAL / "school").is_dir(),
    reason=f"no real data in {REAL}: set LECTUREKIT_DATA to a folder with school/ and computer/",
)


@pytest.fixture(scope="module")
def exams():
    return load_exams()


@pytest.fixture(scope="module")
def schools():
    return load_schools(REAL)


@pytest.fixture(scope="module")
def survey():
    return load_survey(REAL)


def between(table) -> float:
    """Share of the target's variance that lies between tasks."""
    y = table.y.astype(float)
    means = np.bincount(table.task, y) / table.sizes
    return float((table.sizes * (means - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def test_exams_shape_and_first_student(exams):
    assert exams.x.shape == (4059, 9) and len(exams.tasks) == 65
    assert exams.sizes.min() == 2 and exams.sizes.max() == 198 and exams.sizes.sum() == 4059
    first = dict(zip(exams.features, exams.x[0].round(4).tolist(), strict=True))
    assert (exams.tasks[exams.task[0]], exams.y[0]) == ("school 1", np.float32(0.2613242))
    assert first["reading score at 11"] == pytest.approx(0.6191)
    assert first["girl"] == 1 and first["VR band: top quarter"] == 1
    assert exams.y.mean() == pytest.approx(0, abs=1e-3) and exams.y.std() == pytest.approx(
        1, abs=2e-3
    )


def test_exams_bands_are_the_right_way_round(exams):
    """The source's labels of `intake` are swapped; the best readers are the top quarter."""
    column = exams.features.index
    reading = exams.x[:, 0]
    top = exams.x[:, column("VR band: top quarter")] == 1
    bottom = exams.x[:, column("VR band: bottom quarter")] == 1
    assert reading[top].mean() == pytest.approx(0.917, abs=1e-3)
    assert reading[bottom].mean() == pytest.approx(-1.330, abs=1e-3)
    assert (top.sum(), bottom.sum(), (top & bottom).sum()) == (1176, 539, 0)


def test_exams_school_features_never_vary_within_a_school(exams):
    spread = np.array([np.ptp(exams.x[exams.task == t], axis=0) for t in range(65)]).max(0)
    assert (spread[-5:] == 0).all() and (spread[:4] > 0).all()
    single = exams.x[:, exams.features.index("girls' school")] == 1
    assert exams.x[single, exams.features.index("girl")].min() == 1


def test_exams_card_warns(exams):
    assert "ranking real schools" in exams.card.not_for and "GPL" in exams.card.licence


@needs_real
def test_schools_shape_and_published_figures(schools):
    assert schools.x.shape == (15362, 27) and len(schools.tasks) == 139
    assert schools.sizes.min() == 22 and schools.sizes.max() == 251
    assert (schools.y.min(), schools.y.max()) == (1, 70)
    assert schools.y.mean() == pytest.approx(20.6, abs=0.05)
    assert schools.y.std() == pytest.approx(12.7, abs=0.05)
    assert between(schools) == pytest.approx(0.115, abs=5e-4)
    assert (np.ptp(schools.x, axis=0) > 0).all()  # the constant is gone


@needs_real
def test_schools_last_student_is_there_and_ids_start_at_zero(schools):
    assert schools.sizes[-1] == 23  # the lecture's slice, start:-1, has 22
    assert schools.task[-1] == 138 and schools.task.max() == 138 and schools.task.min() == 0
    assert (schools.tasks[0], schools.tasks[138]) == ("school 1", "school 139")


@needs_real
def test_schools_names_fit_their_columns(schools):
    def where(name):
        return schools.x[:, schools.features.index(name)] == 1

    assert (where("girl") ^ where("boy")).all()
    assert not (where("girls' school") & where("boy")).any()
    assert (where("boys' school") & where("girl")).sum() == 1  # so it is in the file
    means = [schools.y[where(f"VR band {band}")].mean() for band in (1, 2, 3)]
    assert means[0] > 30 > 20 > means[1] > 19 > 12 > means[2]


@needs_real
def test_schools_splits_partition_the_rows_within_each_school(schools):
    assert len(schools.splits) == 10
    for train, test in schools.splits:
        assert (len(train), len(test)) == (11472, 3890)
        assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(15362))
        learnt = np.bincount(schools.task[train], minlength=139)
        assert np.array_equal(learnt, schools.sizes * 3 // 4)
    assert len({train.tobytes() for train, _ in schools.splits}) == 10


@needs_real
def test_schools_pooled_and_intercept_reproduce_the_known_figures(schools):
    """Explained variance on the official split 1: pooled ridge .332, + shrunk intercept .376."""
    train, test = schools.splits[0]
    y = schools.y.astype(float)
    x = np.c_[np.ones(len(y)), (schools.x - schools.x[train].mean(0)) / schools.x[train].std(0)]
    penalty = np.diag([1e-9] + [1.0] * 27)
    weights = np.linalg.lstsq(x[train].T @ x[train] + penalty, x[train].T @ y[train], rcond=None)[0]
    residual = y - x @ weights
    total = ((y[test] - y[test].mean()) ** 2).sum()
    assert 1 - (residual[test] ** 2).sum() / total == pytest.approx(0.332, abs=0.001)
    rows = np.bincount(schools.task[train], minlength=139)
    shift = np.bincount(schools.task[train], residual[train]) / (rows + 10)
    left = residual[test] - shift[schools.task[test]]
    assert 1 - (left**2).sum() / total == pytest.approx(0.376, abs=0.003)


@needs_real
def test_survey_shape_and_published_figures(survey):
    assert survey.x.shape == (3800, 13) and (survey.sizes == 20).all() and len(survey.tasks) == 190
    assert set(np.unique(survey.x)) == {-1, 1}
    assert set(np.unique(survey.y)) == set(range(11))
    x, y = ratings(survey)
    assert x.shape == (20, 13) and y.shape == (20, 190)
    assert np.linalg.matrix_rank(np.c_[np.ones(20), x]) == 14
    assert y.mean() == pytest.approx(4.75, abs=0.005) and y.std() == pytest.approx(2.81, abs=0.005)
    assert between(survey) == pytest.approx(0.28, abs=0.005)
    assert y.mean(1).var() / y.var() == pytest.approx(0.24, abs=0.005)
    effects = np.linalg.lstsq(np.c_[np.ones(20), x], y.mean(1), rcond=None)[0][1:]
    assert survey.features[np.abs(effects).argmax()] == "price" and effects.min() < -1


@needs_real
def test_survey_rows_run_person_by_person(survey):
    _, y = ratings(survey)
    assert np.array_equal(survey.y[20:40], y[:, 1]) and (survey.task[20:40] == 1).all()
    train, test = split(survey, test=0.25, seed=0)
    assert (np.bincount(survey.task[train]) == 15).all()
    assert len(set(test % 20)) == 20  # other computers for other people


def test_exams_have_no_rating_matrix(exams):
    with pytest.raises(DataError, match="tasks do not share their inputs"):
        ratings(exams)
