"""Survey-like data out of a random generator: for turning knobs, never in place of the real thing.

Aimed at are published summary figures of the Computer Survey and nothing else of it: shape, rank,
range, mean, SD, shares of variance. All preferences below, and every rating, are made up.
"""

from __future__ import annotations

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.knobs import NOT_FOR, Knobs
from lecturekit.datasets.survey import ATTRIBUTES, survey_table
from lecturekit.datasets.table import TaskTable

CARD = Card(
    name="survey-like",
    title="Survey-like synthetic data",
    source="lecturekit.datasets.make_survey, a random generator; not real data",
    licence="that of the project",
    citation="none; the summary figures aimed at are those of the Computer Survey",
    splits="none official; split(table, test=0.25, seed=…) draws within each person",
    not_for=NOT_FOR,
)

# What people have in common, in the order of ATTRIBUTES, and the spread of a person's own.
SHARED = np.array([0.3, 0.8, 0.5, 1.2, 0.4, 1.3, 0.2, 0.1, 0.3, 0.4, 0.5, 0.3, -3.2])
OWN = np.array([1.0] * 12 + [2.0])


def make_survey(
    seed: int,
    *,
    people: int = 190,
    computers: int = 20,
    relatedness: float = 0.51,
    intercepts: float = 0.275,
    noise: float = 0.25,
) -> TaskTable:
    """Survey-like data: integer ratings 0–10 of the same `computers` by each of `people`.

    With the defaults, over seeds: 190 people × 20 computers with 13 attributes of ±1, the design
    with its constant of rank 14; ratings of mean 4.75 and SD 2.8; 28 % of the variance between
    people (their means) and 24 % between computers, each within 2 points. Rows run person by
    person; `ratings` gives the matrix. Knobs: `lecturekit.datasets.knobs`.

    Raises DataError for shares out of range, fewer than two people, or fewer than 14 computers.
    """
    knobs = Knobs(relatedness, intercepts, noise)
    if people < 2:
        raise DataError(f"one task only: people={people}. Ask for two or more.")
    if computers <= len(ATTRIBUTES):
        raise DataError(
            f"computers={computers} are too few to tell 13 attributes and a constant apart: "
            "ask for 14 or more"
        )
    draw = np.random.default_rng(seed)
    design = _design(draw, computers)
    person = np.repeat(np.arange(people), computers)
    own = (draw.normal(size=(people, len(OWN))) * OWN) @ design.T
    score = knobs.mix(draw, person, np.tile(design @ SHARED, people), own.ravel())
    rated = np.clip(np.round(4.73 + 3.07 * score), 0, 10).reshape(people, computers)
    return survey_table(design, rated, CARD, "made-up rating (0–10)")


def _design(draw: np.random.Generator, computers: int) -> np.ndarray:
    """±1 [computers, 13]: the best conditioned of 300 random ones, so of rank 14 with a constant.

    Every attribute has each level equally often, but for one computer where they are odd.
    """
    levels = np.resize([1.0, -1.0], (300, len(ATTRIBUTES), computers + computers % 2))
    designs = draw.permuted(levels[:, :, :computers], axis=2).transpose(0, 2, 1)
    whole = np.concatenate([np.ones((300, computers, 1)), designs], axis=2)
    return designs[np.linalg.svd(whole, compute_uv=False)[:, -1].argmax()]
