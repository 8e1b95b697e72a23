"""The whole School study: nine networks on ten splits of 139 schools, early stopping included."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.rows import Row, at_most, tell
from lecturekit import datasets
from lecturekit.multitask import splits, study


def rows() -> Iterator[Row]:
    try:
        table = datasets.load_schools()
    except datasets.DataError:
        table = datasets.make_schools(seed=0)
    folds = splits.folds(table, 10)
    start = time.perf_counter()
    study.climb(folds)
    seconds = time.perf_counter() - start
    what = f"{table.card.title}: nine networks on ten splits, early stopping included"
    yield Row(what, seconds, "s", budget=at_most(100))


if __name__ == "__main__":
    tell(rows())
