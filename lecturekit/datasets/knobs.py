"""The knobs that School-like and survey-like data have in common, and what they turn.

A score is a sum of four parts, each scaled to its share of the variance:

    slopes that all tasks share + slopes of each task's own + a constant per task + noise

`noise` is the share that no model can predict and `intercepts` the share that a constant per task
explains; the features explain the rest. `relatedness` is the correlation between the slopes of two
tasks: at 1 all tasks have the same slopes, at 0 one task says nothing about another. The shares add
up to 1 whatever the knobs say, so the score keeps its mean and spread while a knob is turned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecturekit.datasets.card import DataError

NOT_FOR = "any statement about real schools, students, people or products: every row is made up"


@dataclass(frozen=True)
class Knobs:
    """Relatedness 0 … 1, and the shares of variance of intercepts and noise. Raises DataError."""

    relatedness: float
    intercepts: float
    noise: float

    def __post_init__(self) -> None:
        if not 0 <= self.relatedness <= 1:
            raise DataError(f"relatedness={self.relatedness}: give a correlation between 0 and 1")
        if not (self.intercepts >= 0 and self.noise >= 0 and self.intercepts + self.noise < 1):
            raise DataError(
                f"intercepts={self.intercepts} and noise={self.noise} are shares of the variance: "
                "give none below 0, and leave some for the features (their sum below 1)"
            )

    def mix(
        self, draw: np.random.Generator, task: np.ndarray, shared: np.ndarray, own: np.ndarray
    ) -> np.ndarray:
        """The score per row, mean 0 and SD 1, from the two parts that features make.

        The parts are made uncorrelated first: with few tasks they would overlap by chance, and the
        shares would say one thing and the data another.
        """
        shared = unit(shared)
        between = (np.bincount(task, shared) / np.bincount(task))[task]
        constants = draw.normal(size=task.max() + 1)[task]
        if task.max() > 1:  # two constants alone have no room to step aside
            constants = _apart(constants, between)
        slopes = 1 - self.intercepts - self.noise
        return unit(
            np.sqrt(slopes * self.relatedness) * shared
            + np.sqrt(slopes * (1 - self.relatedness)) * unit(_apart(own, shared))
            + np.sqrt(self.intercepts) * unit(constants)
            + np.sqrt(self.noise) * unit(draw.normal(size=len(task)))
        )


def unit(values: np.ndarray) -> np.ndarray:
    """Shifted and scaled to mean 0 and standard deviation 1."""
    return (values - values.mean()) / values.std()


def _apart(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`values` without what they share with `other` by chance; unchanged where `other` is 0."""
    return values - other * (values @ other) / max(other @ other, 1e-9)
