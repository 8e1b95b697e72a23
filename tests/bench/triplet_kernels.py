"""Batch-hard triplets, forward and backward, against their limit and pytorch-metric-learning.

The limit is two matrix products, as for pairs. The other library runs in a process of its own, in
turns with ours, on the same batch and as many threads. It is no dependency of the project: its
environment is made once, in build/bench-venv. Last, what exhaustive search costs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from pair_kernels import CLASSES, a_batch, in_turns, milliseconds, two_products, with_gradient

from lecturekit.losses.distances import squared_distances
from lecturekit.losses.triplet import triplet
from lecturekit.mining import batch_hard, hardest_of_all

THREADS, MARGIN, ROUNDS = 2, 0.2, 31
PLACE = Path(__file__).parents[2] / "build" / "bench-venv"
PYTHON = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PACKAGES = ("torch<2.14", "pytorch-metric-learning")
THEIRS = f"""
import sys, time
import numpy as np, torch
from pytorch_metric_learning.losses import TripletMarginLoss
from pytorch_metric_learning.miners import BatchHardMiner
torch.set_num_threads({THREADS})
miner, loss = BatchHardMiner(), TripletMarginLoss(margin={MARGIN})
print("ready", flush=True)
for line in sys.stdin:
    if line.startswith("load"):
        batch = np.load(line[5:].strip())
        points, labels = torch.tensor(batch["points"]), torch.tensor(batch["labels"]).long()
        print("loaded", flush=True)
        continue
    own = points.clone().requires_grad_(True)
    start = time.perf_counter()
    loss(own, labels, miner(own, labels)).backward()
    own.grad.numpy()
    print(1000 * (time.perf_counter() - start), flush=True)
"""


def ours(embeddings: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    distances = squared_distances(tf.stop_gradient(embeddings))
    same = labels[:, None] == labels[None, :]
    chosen = batch_hard(distances, same, tf.constant([0, 0]), 0)
    return triplet(embeddings, chosen, margin=MARGIN).loss


def other_library() -> subprocess.Popen | None:
    """The process of pytorch-metric-learning, waiting for lines; None where it cannot be had."""
    try:
        if not PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
        check = [str(PYTHON), "-c", "import torch, pytorch_metric_learning"]
        if subprocess.run(check, capture_output=True).returncode:
            install = [str(PYTHON), "-m", "pip", "install", "-q", *PACKAGES]
            subprocess.run(install, check=True)
        process = subprocess.Popen(
            [str(PYTHON), "-c", THEIRS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"pytorch-metric-learning cannot be installed, so it is left out: {problem}")
        return None
    if process.stdout.readline().strip() != "ready":
        print("pytorch-metric-learning does not start, so it is left out")
        process.kill()
        return None
    return process


def ask(process: subprocess.Popen, line: str) -> str:
    process.stdin.write(line + "\n")
    process.stdin.flush()
    answer = process.stdout.readline().strip()
    if not answer:
        raise SystemExit("the process of pytorch-metric-learning ended; its message is above")
    return answer


def against(process: subprocess.Popen, kernel, rows: int, rounds: int) -> None:
    """Print both medians and their ratio."""
    batch, place = a_batch(rows), PLACE / "batch.npz"
    np.savez(place, points=batch[0].numpy(), labels=batch[1].numpy())
    ask(process, f"load {place}")
    mine, theirs = [], []
    for number in range(rounds + 2):
        both = milliseconds(kernel, batch), float(ask(process, "go"))
        if number >= 2:  # warmed up
            mine.append(both[0])
            theirs.append(both[1])
    ratio = median(theirs) / median(mine)
    goal = f"   goal >= 4: {'reached' if ratio >= 4 else 'NOT reached'}" if rows == 1024 else ""
    print(
        f"batch {rows:5d}  ours {median(mine):.2f} ms, pytorch-metric-learning "
        f"{median(theirs):.2f} ms   {ratio:.1f} × faster{goal}",
        flush=True,
    )


def search(rows: int, dimensions: int = 32) -> None:
    """Print how long one exhaustive search takes."""
    rng, times = np.random.default_rng(0), []
    points = rng.normal(size=(rows, dimensions)).astype("float32")
    labels = np.arange(rows) % CLASSES
    for _ in range(3):
        start = time.perf_counter()
        hardest_of_all(points, labels)
        times.append(1000 * (time.perf_counter() - start))
    print(f"exhaustive search of {rows:5d} rows, {dimensions} dimensions {median(times):9.1f} ms")


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    kernel = tf.function(with_gradient(ours), jit_compile=True)
    kernels = {"two products": two_products, "ours, batch-hard": kernel}
    for rows in (256, 1024, 4096):
        in_turns(kernels, rows, ROUNDS if rows < 4096 else 9)
    process = other_library()
    if process:
        for rows in (256, 1024, 4096):
            against(process, kernel, rows, ROUNDS if rows < 4096 else 3)
        process.stdin.close()
        process.wait()
    for rows in (500, 1000, 2000, 4000, 8000):
        search(rows)
