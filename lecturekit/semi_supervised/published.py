"""The slide's table: error rates of UDA on six text sets (Xie et al. 2020, table 4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

DATA_SETS = ("IMDb", "Yelp-2", "Yelp-5", "Amazon-2", "Amazon-5", "DBpedia")
CLASSES = (2, 2, 5, 2, 5, 14)
LABELS = (20, 20, 2500, 20, 2500, 140)
STARTS = ("Random", "BERT base", "BERT large", "BERT finetune")
# percent; [starts, data sets]; the table leaves two cells open
WITHOUT = np.array([
    [43.27, 40.25, 50.80, 45.39, 55.70, 41.14],
    [18.40, 13.60, 41.00, 26.75, 44.09, 2.58],
    [11.72, 10.55, 38.90, 15.54, 42.30, 1.68],
    [6.50, 2.94, 32.39, 12.17, 37.32, np.nan],
])  # fmt: skip
WITH = np.array([
    [25.23, 8.33, 41.35, 16.16, 44.19, 7.24],
    [5.45, 2.61, 33.80, 3.96, 38.40, 1.33],
    [4.78, 2.50, 33.54, 3.93, 37.80, 1.09],
    [4.20, 2.05, 32.08, 3.50, 37.12, np.nan],
])  # fmt: skip
# What the slide leaves out: BERT large with all labels (table 4, first row), and Yelp-5 from a
# random start by schedule of the training-signal annealing (table 8).
ALL_LABELS = np.array([4.51, 1.89, 29.32, 2.63, 34.17, 0.64])
YELP_5_BY_ANNEALING = {"none": 50.81, "log": 49.06, "linear": 45.41, "exp": 41.35}


def relative_reduction(without: ArrayLike, with_: ArrayLike) -> NDArray[np.float64]:
    """Share of the errors that disappears, percent: 100 · (1 − with / without).

    Raises:
        ValueError: an error rate without UDA of 0 or less, of which no share exists.
    """
    without, with_ = np.asarray(without, float), np.asarray(with_, float)
    if np.any(without <= 0):
        raise ValueError("an error rate of 0 can't be reduced: give rates above 0")
    return 100 * (1 - with_ / without)
