"""ILEA School data: 15,362 students of 139 schools, with ten official splits. Doesn't ship."""

from __future__ import annotations

import io
import os

import numpy as np

from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read
from lecturekit.datasets.table import Split, TaskTable

SHA256 = {
    "b": "973f1ca99d0d41a838ec6ae86001a48e7b69391eb74646b9e4fc54f62866a146",
    "1_indexes": "030c9ca0a73d6264aa1eeac49aba1d760a1b5692cd3124667e74a7a2b7751bc5",
    "2_indexes": "63d3a076a4cdd3de81825d3cf0c030b93bdc60e912eaed4763ee224efab163f8",
    "3_indexes": "f7f68e3adb50db8094e230c2b83d548790379cd93ad98fadb35ff2999762dbe6",
    "4_indexes": "02643928224056a61e25dec8d4841dba5195ed9affdc76fdc697854a2506d142",
    "5_indexes": "6ed00a453d582dce4397f6f49120cff803c22f53cfb2dd63a3826c359c24bcdf",
    "6_indexes": "ca853babe5b7f0f5812e7f4261f8b5e5728f1b3b06711e56a76b27b7f959f379",
    "7_indexes": "b72105509c70f94f48c7c8b0e1359c6c0ea630c7ac588337b412f946ede62283",
    "8_indexes": "8ad60073b135220f1a6f49fdd79b4430b6a0c8ce9925a22dcc5a09141f5b1c04",
    "9_indexes": "0de74247d93c413b690ebb65e2e7beb1c55f05b2a2d5db46469e673a552cccf2",
    "10_indexes": "b408742eab66cd124563493057b080fd39e5075f48b4c391c53e5f6a1a4c8df1",
}

CARD = Card(
    name="schools",
    title="ILEA School data",
    source=(
        "exam records of the Inner London Education Authority, 1985–87, a random half of the "
        "students, as coded for multi-task learning: school_b.mat and ten splits, in the GitHub "
        "repository 8000net/LectureNotesMaster"
    ),
    licence="none stated: fetched or found on the user's machine, never shipped with the project",
    citation="H. Goldstein, Multilevel modelling of survey data, The Statistician 40 (1991)",
    splits=(
        "the ten that come with the file: 11,472 train and 3,890 test rows, 3 : 1 in each school"
    ),
    not_for=(
        "judging or ranking real schools or groups of students: 1980s, a sample, coarse features; "
        "its ethnic groups are kept only because published results use them"
    ),
    files={f"school/school_{part}.mat": value for part, value in SHA256.items()},
    address=(
        "https://raw.githubusercontent.com/8000net/LectureNotesMaster/master/images/school_splits"
    ),
    stand_in="load_exams() (real, 65 schools) and make_schools(seed) (synthetic)",
)
SPLITS = 10

# The file has no names. Sums of one-hot groups, values constant within a school, boys' and girls'
# schools, and the mean score per VR band (30, 19 and 11 for bands 1, 2 and 3) confirm this order.
FEATURES = (
    "year 1985", "year 1986", "year 1987",
    "school: % with free meals", "school: % in VR band 1",
    "girl", "boy",
    "VR band 3", "VR band 1", "VR band 2",
    "born in Britain or Ireland", "African", "Arab", "Bangladeshi", "Caribbean", "Greek",
    "Indian", "Pakistani", "South-East Asian", "Turkish", "other group",
    "mixed school", "boys' school", "girls' school",
    "maintained", "Church of England", "Roman Catholic",
)  # fmt: skip


def load_schools(path: str | os.PathLike[str] | None = None) -> TaskTable:
    """The School data as a TaskTable: 15,362 rows, 27 features, 139 tasks of 22–251 students.

    Target: exam score, integer 1–70 points (mean 20.6, SD 12.7). Rows are sorted by school, tasks
    numbered 0 … 138, the last student is there. The features keep the published coding, redundant
    one-hot groups and all, so that results compare; the 28th, a constant, is dropped (models have
    their own bias). The last six never vary within a school. VR is the verbal reasoning band at 11,
    1 the highest; 15 students have none.

    `splits` holds the ten official ones as 0-based rows; row order is the published one: by school.
    Where the files are looked for: `lecturekit.datasets.files.read`. Raises DataError.
    """
    content = _matrix(read(CARD, "school/school_b.mat", path))
    starts = content["task_indexes"].ravel().astype(np.int64) - 1
    scores = content["y"].ravel()
    sizes = np.diff(starts, append=len(scores))
    return TaskTable(
        x=content["x"].T[:, : len(FEATURES)],
        y=scores,
        task=np.repeat(np.arange(len(sizes)), sizes),
        features=FEATURES,
        tasks=tuple(f"school {number}" for number in range(1, len(sizes) + 1)),
        target="exam score (points, 1–70)",
        card=CARD,
        splits=tuple(_split(number, path) for number in range(1, SPLITS + 1)),
    )


def _split(number: int, path: str | os.PathLike[str] | None) -> Split:
    rows = _matrix(read(CARD, f"school/school_{number}_indexes.mat", path))
    train, test = (rows[part].ravel().astype(np.int64) - 1 for part in ("tr", "tst"))
    return train, test


def _matrix(data: bytes) -> dict[str, np.ndarray]:
    from scipy.io import loadmat

    return loadmat(io.BytesIO(data))
