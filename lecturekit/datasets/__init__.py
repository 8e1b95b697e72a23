"""Data sets as small frozen tables, each with a card that says what it is and what it isn't for.

Shipped: `load_exams`. Real, found or fetched: `load_schools`, `load_survey`. Synthetic, for turning
knobs: `make_schools`, `make_survey`. All give a `TaskTable`; all failures are a `DataError`.
"""

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.exams import load_exams
from lecturekit.datasets.schools import load_schools
from lecturekit.datasets.schools_like import make_schools
from lecturekit.datasets.split import Scaled, scale, split
from lecturekit.datasets.survey import load_survey, ratings
from lecturekit.datasets.survey_like import make_survey
from lecturekit.datasets.table import TaskTable

__all__ = [
    "Card",
    "DataError",
    "Scaled",
    "TaskTable",
    "load_exams",
    "load_schools",
    "load_survey",
    "make_schools",
    "make_survey",
    "ratings",
    "scale",
    "split",
]
