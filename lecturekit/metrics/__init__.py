"""Numbers that say how good a prediction or an embedding is. NumPy in, plain numbers out."""

from lecturekit.metrics.collapse import collapsed, spread
from lecturekit.metrics.regression import (
    BlandAltman,
    bland_altman,
    calibrated_slope,
    explained_variance,
    mean_squared_error,
)
from lecturekit.metrics.retrieval import distances, map_at_r, recall_at_k, recalls_and_map
from lecturekit.metrics.verification import (
    Verification,
    error_rates,
    pairs_of,
    tar_at_far,
    verification,
)

__all__ = [
    "BlandAltman",
    "Verification",
    "bland_altman",
    "calibrated_slope",
    "collapsed",
    "distances",
    "error_rates",
    "explained_variance",
    "map_at_r",
    "mean_squared_error",
    "pairs_of",
    "recall_at_k",
    "recalls_and_map",
    "spread",
    "tar_at_far",
    "verification",
]
