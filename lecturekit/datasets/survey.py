"""Computer Survey: 190 people rate the same 20 computers. Doesn't ship."""

from __future__ import annotations

import io
import os

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.files import read
from lecturekit.datasets.table import TaskTable

FILE = "computer/conjointAnalysisComputerBuyers.mat"

CARD = Card(
    name="survey",
    title="Computer Survey",
    source=(
        "ratings of 20 made-up personal computers by 190 people, file "
        "conjointAnalysisComputerBuyers.mat in the GitHub repository probml/pmtkdata"
    ),
    licence="none stated: fetched or found on the user's machine, never shipped with the project",
    citation=(
        "P. Lenk, W. DeSarbo, P. Green, M. Young, Hierarchical Bayes conjoint analysis, "
        "Marketing Science 15 (1996)"
    ),
    splits=(
        "none official. split(table, test=0.25, seed=…) holds out 5 of the 20 ratings per person: "
        "new ratings by known people. Holding out the same computers for everybody asks about new "
        "products instead, and ranks methods differently"
    ),
    not_for="statements about today's buyers or prices: about 1995, hypothetical products",
    files={FILE: "6e6b5f98f438c7d15ed6c7adab44322c9345f52263a4f3026322019f184679b5"},
    address=(
        "https://raw.githubusercontent.com/probml/pmtkdata/master/conjointAnalysisComputerBuyers"
    ),
    stand_in="load_exams() (real, schools) and make_survey(seed) (synthetic, same shape)",
)

# The file has no names: this is the order in the publications. The data agree with it: the last
# one has by far the largest effect, and it lowers the rating; then come memory, CPU and CD-ROM.
ATTRIBUTES = (
    "telephone hot line",
    "memory",
    "screen size",
    "CPU speed",
    "hard disk",
    "CD-ROM",
    "cache",
    "colour of the unit",
    "availability",
    "warranty",
    "bundled software",
    "money-back guarantee",
    "price",
)


def load_survey(path: str | os.PathLike[str] | None = None) -> TaskTable:
    """The survey as a TaskTable: 3,800 rows, 13 attributes of ±1, 190 tasks (people) of 20 ratings.

    Target: integer rating 0–10 (mean 4.75, SD 2.81). Rows run person by person, and through the
    same 20 computers in the same order for each; `ratings` shows them as one matrix. The design's
    constant is dropped; with it the 20 computers have rank 14. Facts about the people
    (`computerDataZ` in the file) are not used.

    Where the file is looked for: `lecturekit.datasets.files.read`. Raises DataError.
    """
    from scipy.io import loadmat

    content = loadmat(io.BytesIO(read(CARD, FILE, path)))
    design = content["designMarix"][:, 1:]  # spelt so in the file; column 0 is the constant
    return survey_table(design, content["likeBuy"], CARD, "likelihood of buying (0–10)")


def survey_table(design: np.ndarray, rated: np.ndarray, card: Card, target: str) -> TaskTable:
    """The person-by-person table of a design [computers, 13] and ratings [people, computers]."""
    people, computers = rated.shape
    return TaskTable(
        x=np.tile(design, (people, 1)),
        y=rated.ravel(),
        task=np.repeat(np.arange(people), computers),
        features=ATTRIBUTES,
        tasks=tuple(f"person {number}" for number in range(1, people + 1)),
        target=target,
        card=card,
    )


def ratings(table: TaskTable) -> tuple[np.ndarray, np.ndarray]:
    """The same data as a multi-label problem: one input, a label per task.

    Returns x [inputs, features] and y [inputs, tasks], float32: for the survey 20 computers with
    190 ratings each. Raises DataError unless every task has the same inputs in the same order.
    """
    count = len(table.tasks)
    each = len(table) // count
    in_order = np.array_equal(table.task, np.repeat(np.arange(count), each))
    if not in_order or (table.x.reshape(count, each, -1) != table.x[:each]).any():
        raise DataError(
            f"{table.card.title}: tasks do not share their inputs row by row, so there is no "
            "matrix of labels. Use the survey (load_survey or make_survey), or one label per row."
        )
    return table.x[:each], table.y.reshape(count, each).T
