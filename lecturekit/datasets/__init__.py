"""Data sets as small frozen tables, each with a card that says what it is and what it isn't for.

Shipped: `load_exams`. Real, found or fetched: `load_schools`, `load_survey`. Synthetic, for turning
knobs: `make_schools`, `make_survey`. All give a `TaskTable`; all failures are a `DataError`.
"""

from .card import Card, DataError
from .exams import load_exams
from .schools import load_schools
from .schools_like import make_schools
from .split import Scaled, scale, split
from .survey import load_survey, ratings
from .survey_like import make_survey
from .table import TaskTable

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
