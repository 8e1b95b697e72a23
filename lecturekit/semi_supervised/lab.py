"""The UDA lab: real runs of every combination of switches, measured once and shipped as numbers.

`data/measure.py` makes the file (about half an hour); `recompute` runs one combination anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.datasets import load_digits
from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped, unpacked
from lecturekit.losses.contrastive import contrastive
from lecturekit.semi_supervised import problems, starts
from lecturekit.semi_supervised.objective import AUGMENTED, SUPERVISED, Recipe
from lecturekit.semi_supervised.study import Draw, Study, errors

WEIGHTS = (0.03, 0.1, 1.0, 3.0)
THRESHOLDS = (0.0, 0.5, 0.7, 0.9)
TEMPERATURES = (1.0, 0.4, 0.1)
SWITCHES = (True, False)
AXES = {
    "weight": WEIGHTS, "threshold": THRESHOLDS, "temperature": TEMPERATURES,
    "stop_gradient": SWITCHES, "align": SWITCHES,
}  # fmt: skip
PROBLEMS = ("documents", "digits")
SEEDS = (0, 1, 2)
SNAPSHOTS = 10
CURVES = ("error", "entropy", "confident", "largest")

LABELS = (2, 5, 10)  # per class, of the digits
UDA = Recipe(weight=2.0, threshold=0.7, temperature=0.5)  # chosen on seeds from 100 on
ALIGNED = Recipe(weight=2.0, threshold=0.7, temperature=0.5, align=True)
METHODS = {
    "supervised": SUPERVISED, "+ augmentation": AUGMENTED, "UDA": UDA, "UDA, aligned": ALIGNED,
}  # fmt: skip
STARTS = ("random", "other digits", "pairs of the pool")
MANY_SEEDS = tuple(range(10))

CARD = Card(
    name="uda_lab",
    title="Measured runs of the UDA lab",
    source="lecturekit.semi_supervised, measured by data/measure.py on two processor cores",
    licence="that of the project",
    citation="none",
    splits="seeds 0 to 2 of the lab, 0 to 9 of label counts and starts",
    not_for="statements about other networks, data or sizes",
    files={"uda_lab.npy.bz2": "c49c96dca389fbad41d530f5c9be445d758e182aa4b77714285e024f018e5b0d"},
)


@dataclass(frozen=True)
class Lab:
    """The shipped runs.

    Attributes:
        runs: [problems, weights, thresholds, temperatures, stop, align, seeds, curves, snapshots].
        by_labels: test errors of the digits in percent, [labels, methods, seeds].
        by_start: the same with 20 labels, [starts, (augmentation, aligned UDA), seeds].
    """

    runs: NDArray[np.float16]
    by_labels: NDArray[np.float16]
    by_start: NDArray[np.float16]

    def curves(self, problem: str, **knobs: float | bool) -> dict[str, NDArray]:
        """Name of a curve → [seeds, snapshots], for one combination of all knobs in `AXES`."""
        place = [PROBLEMS.index(problem), *(AXES[k].index(knobs[k]) for k in AXES)]
        found = self.runs[tuple(place)].astype(np.float64)
        return {name: found[:, i] for i, name in enumerate(CURVES)}


def load() -> Lab:
    """The shipped runs. Raises DataError when the file is missing or damaged."""
    return Lab(*unpacked(read_shipped(CARD, "uda_lab.npy.bz2"), 3))


def study_of(problem: str) -> Study:
    """A new study of one of `PROBLEMS`."""
    return problems.document_study() if problem == "documents" else problems.digit_study()


def draw_of(problem: str, seed: int, per_class: int | None = None) -> Draw:
    """What a seed of one of `PROBLEMS` sees."""
    if problem == "documents":
        return problems.document_draw(seed, per_class or 5)
    return problems.digit_draw(load_digits(), seed, per_class or 2)


def recompute(study: Study, draw: Draw, **knobs: Any) -> NDArray[np.float64]:
    """One combination of knobs on one draw, run now: [curves, snapshots]."""
    found = study.run(draw, Recipe(**knobs), snapshots=SNAPSHOTS)
    return np.array([getattr(found, name) for name in CURVES])


def measure(problem: str) -> NDArray[np.float16]:
    """All combinations of one problem, as in `Lab.runs` without its first axis."""
    study, draws = study_of(problem), [draw_of(problem, seed) for seed in SEEDS]
    shape = [len(values) for values in AXES.values()]
    found = np.zeros([*shape, len(SEEDS), len(CURVES), SNAPSHOTS], np.float16)
    for place in product(*map(range, shape)):
        knobs = {name: values[i] for (name, values), i in zip(AXES.items(), place, strict=True)}
        for k, draw in enumerate(draws):
            found[place][k] = recompute(study, draw, **knobs)
    return found


def measure_labels(study: Study) -> NDArray[np.float16]:
    """Test errors of the digits, as in `Lab.by_labels`."""
    found = np.zeros((len(LABELS), len(METHODS), len(MANY_SEEDS)), np.float16)
    for i, count in enumerate(LABELS):
        draws = [draw_of("digits", seed, count) for seed in MANY_SEEDS]
        for j, recipe in enumerate(METHODS.values()):
            found[i, j] = errors([study.run(draw, recipe) for draw in draws])
    return found


def measure_starts(study: Study) -> NDArray[np.float16]:
    """Test errors of the digits, as in `Lab.by_start`."""
    draws = [draw_of("digits", seed) for seed in MANY_SEEDS]
    pool = draws[0].x[draws[0].unlabelled]
    firsts = (
        None,
        starts.digits_from_elsewhere(study),
        starts.digits_from_pairs(pool, pair_loss)[0],
    )
    found = np.zeros((len(STARTS), 2, len(draws)), np.float16)
    for i, first in enumerate(firsts):
        for j, recipe in enumerate((AUGMENTED, ALIGNED)):
            found[i, j] = errors([study.run(draw, recipe, start=first) for draw in draws])
    return found


def pair_loss(embeddings: tf.Tensor, which: tf.Tensor) -> tf.Tensor:
    """Hadsell's contrastive loss; a similar pair counts ten times a dissimilar one."""
    same = which[:, None] == which[None, :]
    return contrastive(
        embeddings, which, margin=1.0, form="hadsell", weights=tf.where(same, 10.0, 1.0)
    ).loss
