"""The whole study: nine networks on ten splits of 139 schools, early stopping included."""

from __future__ import annotations

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from lecturekit import datasets
from lecturekit.claims import interval
from lecturekit.multitask import batches, splits, study

if __name__ == "__main__":
    try:
        table = datasets.load_schools()
    except datasets.DataError:
        table = datasets.make_schools(seed=0)
    folds = splits.folds(table, 10)
    start = time.perf_counter()
    climbed = study.climb(folds)
    seconds = time.perf_counter() - start
    scores = study.explained(climbed) | study.linear_rungs(folds)
    for name, values in scores.items():
        mean, low, high = interval(values)
        last = [o.last for o in climbed.get(name, [])]
        without = f"   without early stopping {sum(last) / 10:5.1f}" if last else ""
        print(f"{name:26s} {mean:5.1f} % [{low:5.1f}, {high:5.1f}]{without}")
    two = study.explained(study.climb(folds, ["heads"], schedule=batches.method_two))["heads"]
    wins = {
        "heads (Method One) above pooled": scores["heads"] > scores["pooled"],
        "heads: Method One above Method Two": scores["heads"] > two,
    }
    for what, won in wins.items():
        print(f"{what}: {won.sum()} of 10 splits")
    reached = "reached" if seconds < 100 else "NOT reached"
    print(f"{table.card.title}: nine models, ten splits: {seconds:.0f} s (goal 100 s: {reached})")
