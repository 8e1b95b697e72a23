"""One Method One epoch over 139 schools: gathered heads in one graph against the lecture's way.

Both start from the same network (27 → 32 → 16 → a head per school) and pass once over all training
students per epoch. The lecture's way records a tape for each of 139 models that share their first
layers, then lets 139 optimisers step. Ours gathers the heads from one tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import tensorflow as tf

from bench.lectures_way import LecturesWay
from bench.rows import Row, at_least, tell
from bench.turns import in_turns, ratio, timed
from lecturekit import datasets
from lecturekit.multitask import batches, ladder, splits
from lecturekit.multitask.losses import squared_error
from lecturekit.training import Trainer

ROUNDS, REPEATS = 3, 9
WAYS = {"one step an epoch": None, "batches of 64": 64}


def fold() -> tuple[str, splits.Fold]:
    """The real School data where they are at hand, else made-up data of the same size."""
    try:
        table = datasets.load_schools()
    except datasets.DataError:
        table = datasets.make_schools(seed=0)
    return table.card.title, splits.folds(table, 1)[0]


def our_epoch(on: splits.Fold, batch: int) -> Callable[[], float]:
    """Measures an epoch of gathered heads: the median of a few, as each takes milliseconds."""
    trainer = Trainer(ladder.build("heads", on.x.shape[1], on.tasks, 0), squared_error)
    data = tuple(tf.constant(a) for a in (on.x, on.task, on.y))
    rng = np.random.default_rng(0)
    rows = batches.mixed(on.task[on.train], batch, len(on.train) // batch, rng)
    order = tf.constant(on.train[rows].astype(np.int32))
    once = timed(lambda: trainer._run(data, order).numpy())
    return lambda: median(once() for _ in range(REPEATS))


def rows() -> Iterator[Row]:
    title, on = fold()
    theirs = LecturesWay(on.x[on.train], on.task[on.train], on.y[on.train])
    ways = {name: our_epoch(on, batch or len(on.train)) for name, batch in WAYS.items()}
    times = in_turns({"theirs": timed(theirs.epoch), **ways}, ROUNDS, warm=1)
    slow = f"one model and one tape per school, {number_of(times['theirs'])} s an epoch"
    for name in ways:
        yield Row(
            f"{title}, {on.tasks} schools, one Method One epoch, {name}",
            1000 * median(times[name]), "ms", slow, ratio(times, "theirs", name), "times faster",
            at_least(200, "ratio"),
        )  # fmt: skip


def number_of(seconds: list[float]) -> str:
    return f"{median(seconds):.2f}"


if __name__ == "__main__":
    tell(rows())
