"""One Method One epoch over 139 schools: our way against one Keras model and one tape per school.

Both ways start from the same network (27 → 32 → 16 → a head per school) and make one pass over all
training students per epoch. The lecture's way records a tape for each of 139 models that share
their first layers, then lets 139 optimisers step. Ours gathers the heads from one tensor.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from lecturekit import datasets
from lecturekit.multitask import batches, ladder, splits
from lecturekit.multitask.losses import squared_error
from lecturekit.training import Trainer


def load() -> splits.Fold:
    """The real School data where they are at hand, else made-up data of the same size."""
    try:
        table = datasets.load_schools()
    except datasets.DataError:
        table = datasets.make_schools(seed=0)
    print(f"data: {table.card.title}, {len(table):,} students, {len(table.tasks)} schools")
    return splits.folds(table, 1)[0]


def lectures_way(fold: splits.Fold, epochs: int = 3) -> list[float]:
    """Seconds per epoch with a model, a tape and an optimiser for each school."""
    rows = [fold.train[r] for r in batches.by_task(fold.task[fold.train])]
    shared = [keras.layers.Dense(32, "relu"), keras.layers.Dense(16, "relu")]
    models, optimizers = [], []
    for _ in rows:
        x = keras.Input((fold.x.shape[1],))
        models.append(keras.Model(x, keras.layers.Dense(1)(shared[1](shared[0](x)))))
        optimizers.append(keras.optimizers.Adam(1e-3))
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        steps = []
        for model, own in zip(models, rows, strict=True):
            with tf.GradientTape() as tape:
                prediction = model(fold.x[own], training=True)[:, 0]
                loss = tf.reduce_mean(tf.square(fold.y[own] - prediction))
            steps.append(tape.gradient(loss, model.trainable_variables))
        for model, optimizer, step in zip(models, optimizers, steps, strict=True):
            optimizer.apply_gradients(zip(step, model.trainable_variables, strict=True))
        seconds.append(time.perf_counter() - start)
    return seconds


def our_way(fold: splits.Fold, batch: int, epochs: int = 20) -> list[float]:
    """Seconds per epoch with gathered heads in one graph, after compiling."""
    trainer = Trainer(ladder.build("heads", fold.x.shape[1], fold.tasks, 0), squared_error)
    data = tuple(tf.constant(a) for a in (fold.x, fold.task, fold.y))
    steps, rng = len(fold.train) // batch, np.random.default_rng(0)
    seconds = []
    for _ in range(epochs + 1):
        order = fold.train[batches.mixed(fold.task[fold.train], batch, steps, rng)]
        start = time.perf_counter()
        trainer._run(data, tf.constant(order.astype(np.int32))).numpy()
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


if __name__ == "__main__":
    fold = load()
    theirs = lectures_way(fold)
    print(f"lecture's way, steady epoch     {min(theirs):9.4f} s   (first {theirs[0]:.2f} s)")
    for name, batch in (("one step an epoch", len(fold.train)), ("batches of 64", 64)):
        ours = our_way(fold, batch)
        ratio = min(theirs) / float(np.median(ours))
        reached = "reached" if ratio >= 200 else "NOT reached"
        print(f"gathered heads, {name:18s} {np.median(ours):8.4f} s   {ratio:6.0f} × faster "
              f"(goal 200 ×: {reached})")  # fmt: skip
