"""What every kernel pays: importing lecturekit, TensorFlow, and one small training; peak memory."""

from __future__ import annotations

import subprocess
import sys

STEPS = {
    "import lecturekit": "import lecturekit",
    "import lecturekit.claims, datasets": "import lecturekit.claims, lecturekit.datasets",
    "import tensorflow, keras": "import tensorflow, keras",
    "and one small training": (
        "from lecturekit import datasets\n"
        "from lecturekit.multitask import splits, study\n"
        "study.Rung('heads', epochs=2).train(splits.folds(datasets.load_exams(), 1)[0])"
    ),
}
PROBE = """
import time
start = time.perf_counter()
{code}
seconds = time.perf_counter() - start
import psutil
memory = psutil.Process().memory_info()
peak = getattr(memory, "peak_wset", memory.rss)
print(f"{{seconds:.3f}} {{peak / 2**20:.0f}}")
"""

if __name__ == "__main__":
    for name, code in STEPS.items():
        runs = []
        for _ in range(3):
            done = subprocess.run(
                [sys.executable, "-c", PROBE.format(code=code)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            runs.append(tuple(map(float, done.stdout.split()[-2:])))
        seconds, memory = sorted(runs)[1]
        goal = "   (goal 0.3 s)" if name == "import lecturekit" else ""
        print(f"{name:36s} {seconds:7.3f} s   {memory:6.0f} MiB{goal}")
