"""pytorch-metric-learning in a process of its own, as many threads as we have.

It is no dependency of the project: its environment is made once, in build/bench-venv.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.machine import threads
from bench.pairs import MARGIN, TRIPLET_MARGIN, Batch

NAME = "pytorch-metric-learning"
PLACE = Path(__file__).resolve().parents[2] / "build" / "bench-venv"
PYTHON = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PACKAGES = ("torch<2.14", "pytorch-metric-learning")
THEIRS = f"""
import sys, time
import numpy as np, torch
from pytorch_metric_learning.losses import ContrastiveLoss, TripletMarginLoss
from pytorch_metric_learning.miners import BatchHardMiner
torch.set_num_threads({threads()})
miner, hinge = BatchHardMiner(), TripletMarginLoss(margin={TRIPLET_MARGIN})
losses = {{
    "contrastive": ContrastiveLoss(neg_margin={MARGIN}),
    "batch-hard": lambda points, labels: hinge(points, labels, miner(points, labels)),
}}
print("ready", flush=True)
for line in sys.stdin:
    word = line.strip()
    if word not in losses:
        batch = np.load(word)
        points, labels = torch.tensor(batch["points"]), torch.tensor(batch["labels"]).long()
        print("loaded", flush=True)
        continue
    own = points.clone().requires_grad_(True)
    start = time.perf_counter()
    losses[word](own, labels).backward()
    own.grad.numpy()
    print(time.perf_counter() - start, flush=True)
"""


class OtherLibrary:
    """The running process, asked by lines."""

    def __init__(self, process: subprocess.Popen, folder: Path) -> None:
        self.process, self.folder = process, folder

    def load(self, batch: Batch) -> None:
        """Give it the batch that the next measurements are about."""
        place = self.folder / "batch.npz"
        np.savez(place, points=batch[0].numpy(), labels=batch[1].numpy())
        self.ask(str(place))

    def seconds(self, loss: str) -> Callable[[], float]:
        """Measures ``contrastive`` or ``batch-hard``, forward and backward, by its own clock."""
        return lambda: float(self.ask(loss))

    def ask(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the process of {NAME} ended; its message is above")
        return answer


@contextmanager
def other_library() -> Iterator[OtherLibrary | str]:
    """The library, ready; or the reason why it is left out."""
    missing = why_missing()
    if missing:
        yield missing
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [str(PYTHON), "-c", THEIRS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        if process.stdout.readline().strip() == "ready":
            yield OtherLibrary(process, Path(folder))
        else:
            yield f"{NAME} does not start"


def why_missing() -> str | None:
    """Install it where it is not yet; None, or what hindered it."""
    try:
        if not PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
        check = [str(PYTHON), "-c", "import torch, pytorch_metric_learning"]
        if subprocess.run(check, capture_output=True).returncode:
            install = [str(PYTHON), "-m", "pip", "install", "-q", *PACKAGES]
            subprocess.run(install, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError):
        return f"{NAME} cannot be installed"
    return None
