"""`lecturekit.training` against Keras `fit`: the same network, data, batches and steps.

Both start from the same weights; that they end at the same ones is checked before time is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import keras
import numpy as np
import tensorflow as tf

from bench.rows import Row, tell
from bench.turns import in_turns, ratio, timed
from lecturekit.embedding import classifier
from lecturekit.training import Trainer, fit

ROUNDS, BATCH = 5, 64
TOLERANCE = 1e-2  # of weights after all steps: XLA adds in another order


@dataclass(frozen=True)
class Case:
    """A network and what it is trained on; `jit` is what pays for it."""

    name: str
    build: Callable[[], keras.Model]
    x: np.ndarray
    y: np.ndarray
    loss: str
    steps: int
    jit: bool


def dense() -> Case:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400 * BATCH, 27)).astype("float32")
    y = x[:, :1] + rng.normal(size=(len(x), 1)).astype("float32")

    def build() -> keras.Model:
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(n, "relu") for n in (32, 16)]
        return keras.Sequential([keras.Input((27,)), *layers, keras.layers.Dense(1)])

    return Case("a dense network (27, 32, 16, 1)", build, x, y, "mse", 400, True)


def convolutional() -> Case:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50 * BATCH, 28, 28, 1)).astype("float32")
    y = rng.integers(0, 10, len(x)).astype("int32")

    def build() -> keras.Model:
        return classifier(0, (28, 28, 1), people=10)

    return Case("a convolutional network (28 × 28)", build, x, y, "crossentropy", 50, False)


def losses(name: str) -> tuple[Callable, keras.losses.Loss]:
    """The loss as our loop takes it, and as Keras does."""
    if name == "mse":
        return (
            lambda model, x, y: tf.reduce_mean(tf.square(model(x, training=True) - y)),
            keras.losses.MeanSquaredError(),
        )
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
    return (
        lambda model, x, y: tf.reduce_mean(entropy(y, model(x, training=True))),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )


def ways(case: Case) -> tuple[dict[str, Callable[[], object]], dict[str, keras.Model]]:
    """Name → one pass over the data; and the model that each of them trains."""
    ours, theirs = losses(case.loss)
    models = {name: case.build() for name in ("ours", "fit", "tuned fit")}
    trainer = Trainer(models["ours"], ours, jit=case.jit)
    order = np.arange(len(case.x)).reshape(1, case.steps, BATCH)
    passes: dict[str, Callable[[], object]] = {
        "ours": lambda: fit(trainer, (case.x, case.y), order)
    }
    tuned = {"jit_compile": case.jit, "steps_per_execution": case.steps}
    for name, options in (("fit", {}), ("tuned fit", tuned)):
        model = models[name]
        model.compile(keras.optimizers.Adam(1e-3), theirs, **options)
        passes[name] = lambda model=model: model.fit(
            case.x, case.y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0
        )
    return passes, models


def rows() -> Iterator[Row]:
    for case in (dense(), convolutional()):
        passes, models = ways(case)
        first = in_turns({name: timed(one) for name, one in passes.items()}, 1, warm=0)
        for name in ("fit", "tuned fit"):
            check_same(models["ours"], models[name], f"{case.name}: {name}")
        times = in_turns({name: timed(one) for name, one in passes.items()}, ROUNDS, warm=1)
        start = {name: first[name][0] - median(times[name]) for name in passes}
        about = {
            "fit": "Keras fit as it comes",
            "tuned fit": f"Keras fit told to do {case.steps} steps at a time",
        }
        for name, compared in about.items():
            per_second = case.steps / median(times[name])
            yield Row(
                f"training {case.name}, {case.steps} steps of {BATCH} rows",
                case.steps / median(times["ours"]), "steps a second",
                f"{compared}, {per_second:,.0f} steps a second",
                ratio(times, name, "ours"), "times faster",
            )  # fmt: skip
        yield Row(
            f"compiling {case.name}", start["ours"], "s",
            f"Keras fit as it comes, {start['fit']:.1f} s; tuned, {start['tuned fit']:.1f} s",
            start["ours"] / start["fit"],
        )  # fmt: skip


def check_same(one: keras.Model, other: keras.Model, what: str) -> None:
    """Raise where two networks that did the same steps are not the same."""
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    apart = max(float(np.abs(a - b).max()) for a, b in pairs)
    if not apart < TOLERANCE:
        raise RuntimeError(f"{what}: weights differ by {apart:.2g}, so other steps were done")


if __name__ == "__main__":
    tell(rows())
