"""What every kernel pays: imports, start, memory, and what its memory consists of."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from bench.rows import Budget, Row, at_most, tell

RUNS = 3
TRAINING = """
from lecturekit import datasets
from lecturekit.multitask import splits, study
study.Rung("heads", epochs=2).train(splits.folds(datasets.load_exams(), 1)[0])
"""
FIGURE = """
import lecturekit.explore
import plotly.graph_objects as go
go.Figure().add_scatter(x=[0, 1], y=[0, 1]).to_json()
"""
STAGES = {  # each on top of those before
    "Python itself": "",
    "numpy": "import numpy",
    "TensorFlow and Keras": "import tensorflow, keras",
    "one small training": TRAINING,
    "plotly, explorers, one figure": FIGURE,
    "UMAP": "import umap",
}
MEMORY = """
def peak():
    import pathlib, psutil
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return int(next(l for l in lines if l.startswith("VmHWM")).split()[1]) / 1024
    memory = psutil.Process().memory_info()
    return getattr(memory, "peak_wset", memory.rss) / 2**20
"""
TIMED = """
import time
start = time.perf_counter()
{code}
seconds = time.perf_counter() - start
{memory}
print(seconds, peak())
"""


def python(code: str, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def imports(code: str) -> tuple[float, float]:
    """Seconds and peak MiB of a fresh process that does this; medians."""
    runs = []
    for _ in range(RUNS):
        out = python(TIMED.format(code=code, memory=MEMORY)).stdout
        runs.append([float(word) for word in out.split()[-2:]])
    seconds, peaks = zip(*runs, strict=True)
    return median(seconds), median(peaks)


def an_import(what: str, budget: Budget | None = None) -> Row:
    seconds, peak = imports(what)
    return Row(what, seconds, "s", budget=budget, note=f"{peak:.0f} MiB")


def dominating() -> str:
    """Which packages the import of TensorFlow and Keras spends its time in, by name."""
    listed = python("import tensorflow, keras", "-X", "importtime").stderr
    own: Counter[str] = Counter()
    for line in listed.splitlines():
        found = re.match(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\w+)", line)
        if found:
            own[found[2]] += int(found[1])
    shares = [f"{name} {own_time / sum(own.values()):.0%}" for name, own_time in own.most_common(5)]
    return "its own time: " + ", ".join(shares)


def memory() -> Iterator[Row]:
    """MiB after each stage, in one process."""
    shown = "\n".join(
        f"{code}\nprint({stage!r}, resident(), sep='\\t')" for stage, code in STAGES.items()
    )
    resident = "import psutil\nresident = lambda: psutil.Process().memory_info().rss / 2**20\n"
    before = 0.0
    for line in python(resident + shown).stdout.splitlines():
        stage, _, size = line.partition("\t")
        if stage in STAGES:
            added = f"{float(size) - before:+.0f} MiB" if before else ""
            yield Row(f"memory of a process: {stage}", float(size), "MiB", note=added)
            before = float(size)


def kernels() -> Iterator[Row]:
    """From starting a Jupyter kernel to its first answer; its peak after one training."""
    starts, peaks = [], []
    for _ in range(RUNS):
        seconds, peak = kernel([TRAINING, MEMORY, "print(peak())"])
        starts.append(seconds)
        peaks.append(peak)
    yield Row("a Jupyter kernel, from its start to its first answer", median(starts), "s")
    what = "a Jupyter kernel that imported lecturekit and trained once, peak memory"
    yield Row(what, median(peaks), "MiB", budget=at_most(900))


def kernel(cells: Sequence[str]) -> tuple[float, float]:
    """Seconds to the first answer, and the number that the last of the cells prints."""
    from jupyter_client.manager import KernelManager

    printed: list[str] = []

    def listen(message: dict) -> None:
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            printed.append(message["content"]["text"])

    manager = KernelManager()
    start = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive("1 + 1", timeout=60, output_hook=listen)
        seconds = time.perf_counter() - start
        for cell in cells:
            reply = client.execute_interactive(cell, timeout=120, output_hook=listen)
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"the kernel says {reply['content'].get('evalue')}")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return seconds, float("".join(printed).split()[-1])


def rows() -> Iterator[Row]:
    yield an_import("import lecturekit", at_most(0.3))
    yield an_import("import lecturekit.claims, lecturekit.datasets")
    row = an_import("import tensorflow, keras")
    yield Row(row.what, row.value, row.unit, note=f"{row.note}; {dominating()}")
    yield from kernels()
    yield from memory()


if __name__ == "__main__":
    tell(rows())
