"""What of the machine each notebook gets: cores, memory, an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lecturekit import memory
from lecturekit.course.writable import can_write
from lecturekit.environment import KERNEL_MIB
from lecturekit.memory import Memory

LIGHT = {"00_start_here": 256}  # MiB; it does without TensorFlow


def machine() -> tuple[int, float]:
    """Cores that this process may use (containers and affinity counted), MiB of free memory."""
    import joblib

    return joblib.cpu_count(), memory.free().mib


def jobs_that_pay(notebooks: int, cores: int, free_mib: float) -> int:
    """How many notebooks to run at a time: two cores each (two TensorFlow processes that fight
    for two cores run 3 to 5 times slower each), and memory for their largest."""
    return max(1, min(notebooks, cores // 2, int(free_mib // KERNEL_MIB)))


def needed(name: str) -> int:
    """MiB that the notebook of this name takes at most."""
    return LIGHT.get(name, KERNEL_MIB)


def tight(names: Sequence[str], jobs: int, free: Memory) -> str:
    """What to say before a run that may lack memory; "" when there is enough."""
    at_once = sorted(names, key=needed)[-jobs:]
    need = sum(map(needed, at_once))
    if free.mib >= need:
        return ""
    alone = len(at_once) == 1
    who = at_once[0] if alone else f"{len(at_once)} notebooks at a time"
    remedy = free.remedy + ("" if alone else ", or use --jobs 1")
    return f"{who} may take {need:,} MiB of memory, {free} are free: {remedy}."


def too_little(name: str, free: Memory) -> str:
    """Why the notebook is not even started: with less than half of what it may take (TensorFlow
    alone takes 680 MiB) the system would kill its kernel. "" when it may try."""
    if free.mib >= needed(name) / 2:
        return ""
    return (
        f"was not started: it may take {needed(name):,} MiB of memory, {free} are free\n"
        f"To do: {free.remedy}; or run fewer at a time (--jobs 1)."
    )


def place_for_numba(scratch: Path) -> dict[str, str]:
    """A folder for what numba compiles, where the user's own cannot be written: without any,
    UMAP's packages refuse to be imported. A checkout that can be written has its own anyway."""
    from platformdirs import user_cache_path

    if "NUMBA_CACHE_DIR" in os.environ or can_write(user_cache_path()):
        return {}
    return {"NUMBA_CACHE_DIR": str(scratch / "numba")}


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
        **place_for_numba(scratch),
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
