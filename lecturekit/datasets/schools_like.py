"""School-like data out of a random generator: for turning knobs, never in place of the real thing.

Aimed at are published summary figures of the School data and nothing else of it: sizes, range,
mean, SD, shares of variance. All effects below, and every single row, are made up.
"""

from __future__ import annotations

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.knobs import NOT_FOR, Knobs, unit
from lecturekit.datasets.schools import FEATURES as REAL
from lecturekit.datasets.table import TaskTable

CARD = Card(
    name="schools-like",
    title="School-like synthetic data",
    source="lecturekit.datasets.make_schools, a random generator; not real data",
    licence="that of the project",
    citation="none; the summary figures aimed at are those of the ILEA School data",
    splits="none official; split(table, test=0.25, seed=…) draws within each school",
    not_for=NOT_FOR,
)

# Shaped like the real features, with boroughs of a made-up town in place of ethnic groups.
FEATURES = (*REAL[:10], *(f"borough {number}" for number in range(1, 12)), *REAL[21:])
BOROUGHS = np.array([30, 20, 10, 10, 5, 5, 5, 5, 4, 3, 3]) / 100  # of the students

# For each group of features: the effects that schools share, and the spread of a school's own.
GROUPS = (
    ("year", (0, 0, 0.1), 0.03),
    ("% free meals, % in VR band 1", (-0.004, 0.004), 0),
    ("girl, boy", (0.25, 0), 0.2),
    ("VR band 3, 1, 2", (-0.9, 1.3, 0), 0.7),
    ("borough", (0, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3), 0.03),
    ("mixed, boys', girls' school", (0, 0, 0.15), 0),
    ("maintained, Church of England, Roman Catholic", (0, 0.05, 0.1), 0),
)
SHARED = np.concatenate([effects for _, effects, _ in GROUPS])
OWN = np.concatenate([np.full(len(effects), spread) for _, effects, spread in GROUPS])


def make_schools(
    seed: int,
    *,
    schools: int = 139,
    relatedness: float = 0.87,
    intercepts: float = 0.05,
    noise: float = 0.56,
) -> TaskTable:
    """School-like data: 27 features and an integer score 1–70 of the students of `schools` schools.

    With the defaults, over seeds (± 1 SD): 22 to 251 students per school (mean 110, 15,374 in all),
    score mean 20.6 and SD 12.7, 11.5 ± 0.6 % of its variance between schools; of the variance of
    new students a pooled ridge explains 34 ± 1 %, with a shrunk constant per school 38 ± 1 %.
    Eight features never vary within a school: two percentages, its gender, its denomination.
    Knobs: `lecturekit.datasets.knobs`.

    Raises DataError for shares out of range, or fewer than two schools.
    """
    knobs = Knobs(relatedness, intercepts, noise)
    if schools < 2:
        raise DataError(f"one task only: schools={schools}. Ask for two or more.")
    draw = np.random.default_rng(seed)
    sizes = draw.permutation(_sizes(schools))
    school = np.repeat(np.arange(schools), sizes)
    x = _students(draw, school, sizes)
    own = (x * (draw.normal(size=(schools, len(OWN))) * OWN)[school]).sum(1)
    own -= (np.bincount(school, own) / sizes)[school]  # a school's mean is its constant's business
    score = knobs.mix(draw, school, x @ SHARED, own)
    score += 0.105 * (score**2 - 1)  # exam scores have a long right tail
    return TaskTable(
        x=x,
        y=np.clip(np.round(20.5 + 12.9 * unit(score)), 1, 70),
        task=school,
        features=FEATURES,
        tasks=tuple(f"school {number}" for number in range(1, schools + 1)),
        target="made-up exam score (points, 1–70)",
        card=CARD,
    )


def _sizes(schools: int) -> np.ndarray:
    """Students per school: from 22 to 251, many small schools and few large ones, mean 110."""
    return np.round(22 + 229 * np.linspace(0, 1, schools) ** 1.59).astype(np.int64)


def _students(draw: np.random.Generator, school: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Features [students, 27] in the order of FEATURES."""
    schools, students = len(sizes), len(school)
    level = unit(draw.normal(size=schools))  # of a school's intake
    ability = 0.34 * level[school] + 0.94 * draw.normal(size=students)
    quarter = np.digitize(ability, (-0.67, 0.67))  # lowest, the two in the middle, highest
    kind = draw.choice(3, size=schools, p=(0.5, 0.25, 0.25))  # mixed, boys, girls
    boy = np.where(kind[school] == 0, draw.integers(2, size=students), kind[school] == 1)
    faith = draw.choice(3, size=schools, p=(0.6, 0.2, 0.2))
    meals = np.clip(np.round(40 - 8 * level + 12 * draw.normal(size=schools)), 5, 95)
    highest = np.round(100 * np.bincount(school, quarter == 2) / sizes)
    columns = (
        np.eye(3)[draw.integers(3, size=students)],
        meals[school],
        highest[school],
        np.eye(2)[boy],
        np.eye(3)[quarter][:, [0, 2, 1]],  # VR bands 3, 1, 2
        np.eye(11)[draw.choice(11, size=students, p=BOROUGHS)],
        np.eye(3)[kind][school],
        np.eye(3)[faith][school],
    )
    return np.column_stack(columns)
