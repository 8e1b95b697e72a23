"""What of the machine each notebook gets: cores, memory, an environment of its own."""

from __future__ import annotations

import os
from pathlib import Path

MIB_PER_NOTEBOOK = 1536


def machine() -> tuple[int, float]:
    """Cores that this process may use (containers and affinity counted), MiB of free memory."""
    import joblib
    import psutil

    return joblib.cpu_count(), psutil.virtual_memory().available / 2**20


def jobs_that_pay(notebooks: int, cores: int, free_mib: float) -> int:
    """How many notebooks to run at a time: two cores each (two TensorFlow processes that fight
    for two cores run 3 to 5 times slower each), and memory for their largest."""
    return max(1, min(notebooks, cores // 2, int(free_mib // MIB_PER_NOTEBOOK)))


def environment(threads: int, scratch: Path, static: str = "1") -> dict[str, str]:
    """The environment of a worker: repeatable, quiet, and free of the user's IPython settings.

    Args:
        threads: how many it may use.
        scratch: an empty folder.
        static: how explorers show themselves where nobody can touch them: "1" in their default
            state, "grid" with the figures of their other states.
    """
    count = str(threads)
    data = os.environ.get("LECTUREKIT_DATA")
    return os.environ | {
        "LECTUREKIT_STATIC": static,
        **({"LECTUREKIT_DATA": os.path.abspath(data)} if data else {}),  # kernels start elsewhere
        "OMP_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning in every log
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch),
    }
