"""Is this computer ready for the lecture? Facts with a plain verdict."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from dataclasses import dataclass

from lecturekit import memory

NEEDED = ("tensorflow", "keras", "jupyterlab", "ipywidgets", "plotly", "umap-learn", "papermill")
KERNEL_MIB = 1536  # peak of the largest notebook


@dataclass(frozen=True)
class Check:
    """One fact: what was looked at, what was found, whether that will do, and the remedy if not."""

    what: str
    found: str
    good: bool
    remedy: str = ""


def checks() -> list[Check]:
    """Look at Python, the packages, memory and processor cores. Loads no package."""
    version = ".".join(map(str, sys.version_info[:3]))
    found = [
        Check(
            "Python", version, (3, 11) <= sys.version_info[:2] <= (3, 13),
            "start the lab with Python 3.11, 3.12 or 3.13: make lab",
        )
    ]  # fmt: skip
    for name in NEEDED:
        try:
            found.append(Check(name, importlib.metadata.version(name), True))
        except importlib.metadata.PackageNotFoundError:
            found.append(Check(name, "missing", False, "set up again: make setup"))
    free = memory.free()
    found.append(Check("free memory", str(free), free.mib >= KERNEL_MIB, free.remedy))
    found.append(Check("processor cores", str(os.cpu_count()), True))
    return found


def verdict(found: list[Check]) -> str:
    """One sentence: ready, or the first thing to do."""
    wrong = [check for check in found if not check.good]
    if not wrong:
        return "Ready: everything the lecture needs is here."
    first = wrong[0]
    more = f" ({len(wrong) - 1} more below)" if len(wrong) > 1 else ""
    return f"Not ready: {first.what} is {first.found}. To do: {first.remedy}.{more}"
