"""The machine that was measured, without its name."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import joblib
import psutil

PACKAGES = ("tensorflow", "keras", "numpy", "plotly", "umap-learn")


def threads() -> int:
    """Cores that this process may use, containers and affinity counted."""
    return joblib.cpu_count()


def processor() -> str:
    """Its model, as far as the system says it."""
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe() -> str:
    """Cores, processor, memory, system and versions in one line."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{threads()} cores ({processor()}), {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, {packages}"
    )


def load() -> float | None:
    """How many processes wanted to compute in the last minute; None where it is not counted."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
