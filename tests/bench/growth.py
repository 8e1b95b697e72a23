"""How time grows: batch 128 to 8,192, 8 to 10,000 tasks, 2 to 16 modalities, 100 to 5,000 points.

All times are kept in build/bench/growth.json and drawn to build/bench/growth.png; the table gets
the far end of each curve.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import keras
import numpy as np
import tensorflow as tf

from bench import growth_picture, pairs
from bench.lectures_way import LecturesWay
from bench.other_library import NAME, OtherLibrary, other_library
from bench.rows import Row, tell
from bench.turns import Times, in_turns, timed
from lecturekit import latent
from lecturekit.course.notebook import write_text
from lecturekit.modalities.cost import PairwiseAttention
from lecturekit.modalities.rcft import RCFTLayer
from lecturekit.multitask import batches, ladder
from lecturekit.multitask.losses import squared_error
from lecturekit.training import Trainer

OUT = Path(__file__).resolve().parents[2] / "build" / "bench"
BATCHES = (128, 256, 512, 1024, 2048, 4096, 8192)
TASKS, TASKS_OF_LECTURE = (8, 32, 128, 512, 2048, 10_000), 128
MODALITIES = (2, 4, 8, 16)
POINTS, FRAMES = (100, 300, 1000, 2500, 5000), 4
STEPS = 10  # of training in one measurement
Curves = dict[str, dict[int, float]]  # series → size → seconds


def grow(sizes: tuple[int, ...], measure: Callable[[int], Times]) -> Curves:
    """Medians over the rounds; a series ends where `measure` leaves it out."""
    curves: Curves = {}
    for size in sizes:
        for name, seconds in measure(size).items():
            curves.setdefault(name, {})[size] = median(seconds)
    return curves


def kernels(other: OtherLibrary | str) -> Curves:
    """Losses over all pairs of a batch, forward and backward."""
    compiled = pairs.kernels()
    names = {
        "two matrix products": "two products",
        "contrastive": "contrastive, slide",
        "batch-hard triplets": "batch-hard",
    }

    def measure(rows: int) -> Times:
        batch = pairs.a_batch(rows)
        things = {n: timed(pairs.run(compiled[kernel], batch)) for n, kernel in names.items()}
        rounds = min(15, max(3, 2 * 4096**2 // rows**2))
        times = in_turns(things, rounds)
        slow = {}
        if pairs.fits(rows):
            slow["naive broadcast"] = timed(pairs.run(compiled["naive"], batch))
        if not isinstance(other, str):
            other.load(batch)
            slow[NAME] = other.seconds("batch-hard")
        return times | in_turns(slow, 5 if rows < 1024 else 1, warm=1)

    return grow(BATCHES, measure)


def heads() -> Curves:
    """One step over 8 rows of every task, or over 64 rows, as the number of tasks grows."""
    rng = np.random.default_rng(0)

    def measure(tasks: int) -> Times:
        task = np.repeat(np.arange(tasks, dtype="int32"), 8)
        x = rng.normal(size=(len(task), 27)).astype("float32")
        y = rng.normal(size=len(task)).astype("float32")
        data = tuple(map(tf.constant, (x, task, y)))
        ours = {}
        for name, batch in (("heads, 8 rows a task", len(task)), ("heads, 64 rows", 64)):
            trainer = Trainer(ladder.build("heads", 27, tasks, 0), squared_error)
            order = tf.constant(batches.mixed(task, batch, STEPS, rng))
            ours[name] = timed(lambda t=trainer, o=order: t._run(data, o).numpy())
        times = in_turns(ours, 5)
        times = {name: [s / STEPS for s in seconds] for name, seconds in times.items()}
        if tasks <= TASKS_OF_LECTURE:
            lecture = LecturesWay(x, task, y)
            name = "lecture's way, 8 rows a task"
            times |= in_turns({name: timed(lecture.epoch)}, 2, warm=1)
        return times

    return grow(TASKS, measure)


def modalities() -> Curves:
    """A layer that fuses modalities, forward and backward: 16 rows, 32 steps of time, width 32."""

    def measure(count: int) -> Times:
        x = tf.random.stateless_normal([16, 32, count, 32], [0, 0])
        layers = {"RCFT": RCFTLayer(), "every pair of modalities": PairwiseAttention()}
        return in_turns({n: timed(backward(layer, x)) for n, layer in layers.items()}, 9)

    return grow(MODALITIES, measure)


def backward(layer: keras.Layer, x: tf.Tensor) -> Callable[[], object]:
    layer.build(x.shape)

    @tf.function
    def gradients() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x)))
        return tape.gradient(loss, layer.trainable_variables)

    return lambda: gradients()[-1].numpy()


def trajectories() -> Curves:
    """The map of an embedding over 4 snapshots: aligned UMAP, and the plane that controls it."""
    rng = np.random.default_rng(0)

    def snapshots(points: int) -> np.ndarray:
        middles = 4 * rng.normal(size=(10, 16))[rng.integers(0, 10, points)]
        moved = [middles * (1 + frame) / FRAMES for frame in range(FRAMES)]
        return (np.stack(moved) + rng.normal(size=(points, 16))).astype("float32")

    def measure(points: int) -> Times:
        made = snapshots(points)
        umap = {"aligned UMAP": timed(lambda: latent.aligned(made, seed=0))}
        plane = {"plane of principal axes": timed(lambda: latent.principal(made))}
        return in_turns(umap, 1, warm=0) | in_turns(plane, 5)

    latent.aligned(snapshots(POINTS[0]), seed=0)  # what numba compiles is compiled now
    return grow(POINTS, measure)


def far_end(curves: Curves, name: str, size: int, counted: str, other: str = "") -> Row:
    """The last point of a curve, beside that of another one."""
    seconds, first = curves[name][size], min(curves[name])
    steps = f"{seconds / curves[name][first]:,.1f} times the time of {first:,}"
    what, ratio, compared = f"{name}, {size:,} {counted}", None, ""
    if other in curves:
        last = max(curves[other])
        ratio = curves[other][last] / curves[name][last]
        compared = f"{other}, both at {last:,} {counted}"
    measured, unit = (seconds, "s") if seconds >= 10 else (1000 * seconds, "ms")
    return Row(what, measured, unit, compared, ratio, "times faster", note=steps)


def rows() -> Iterator[Row]:
    panels = {}
    with other_library() as other:
        panels["batch"] = kernels(other)
    for name in ("contrastive", "batch-hard triplets"):
        compared = "naive broadcast" if name == "contrastive" else NAME
        yield far_end(panels["batch"], name, BATCHES[-1], "rows", compared)
    panels["tasks"] = heads()
    slow = "lecture's way, 8 rows a task"
    yield far_end(panels["tasks"], "heads, 8 rows a task", TASKS[-1], "tasks", slow)
    yield far_end(panels["tasks"], "heads, 64 rows", TASKS[-1], "tasks")
    panels["modalities"] = modalities()
    pairwise = "every pair of modalities"
    yield far_end(panels["modalities"], "RCFT", MODALITIES[-1], "modalities", pairwise)
    panels["points"] = trajectories()
    write_text(OUT / "growth.json", json.dumps(panels, indent=1, ensure_ascii=False) + "\n")
    growth_picture.save(panels, OUT / "growth.png")
    yield far_end(panels["points"], "aligned UMAP", POINTS[-1], f"points × {FRAMES} snapshots")


if __name__ == "__main__":
    tell(rows())
