"""Data sets as small frozen objects, each with a card that says what it is and isn't for.

Shipped: `load_digits` and `load_faces` (`Images`), `load_spoken_digits` (`Sounds`), both digits
together by `pair_digits`, `load_topics` and `load_other_topics` (`Texts`), `load_exams`
(`TaskTable`). Real, found or fetched: `load_schools`, `load_survey`. Synthetic, for turning knobs:
`make_documents`, `make_schools`, `make_survey`, `make_superclasses`. Failures are a `DataError`.
"""

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.classes import FewLabels, by_person, few_labels
from lecturekit.datasets.digits import load_digits
from lecturekit.datasets.documents import make_documents
from lecturekit.datasets.exams import load_exams
from lecturekit.datasets.faces import load_faces
from lecturekit.datasets.images import Images
from lecturekit.datasets.pairs import DigitPairs, pair_digits
from lecturekit.datasets.schools import load_schools
from lecturekit.datasets.schools_like import make_schools
from lecturekit.datasets.split import Scaled, scale, split
from lecturekit.datasets.spoken import Sounds, load_spoken_digits
from lecturekit.datasets.superclasses import Superclasses, make_superclasses
from lecturekit.datasets.survey import load_survey, ratings
from lecturekit.datasets.survey_like import make_survey
from lecturekit.datasets.table import TaskTable
from lecturekit.datasets.texts import Texts, counts
from lecturekit.datasets.topics import load_other_topics, load_topics
from lecturekit.datasets.wording import Wording

__all__ = [
    "Card",
    "DataError",
    "DigitPairs",
    "FewLabels",
    "Images",
    "Scaled",
    "Sounds",
    "Superclasses",
    "TaskTable",
    "Texts",
    "Wording",
    "by_person",
    "counts",
    "few_labels",
    "load_digits",
    "load_exams",
    "load_faces",
    "load_other_topics",
    "load_schools",
    "load_spoken_digits",
    "load_survey",
    "load_topics",
    "make_documents",
    "make_schools",
    "make_superclasses",
    "make_survey",
    "pair_digits",
    "ratings",
    "scale",
    "split",
]
