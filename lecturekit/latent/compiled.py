"""UMAP, compiled once: what numba makes of it is kept in a folder for the next process.

umap-learn compiles itself anew in every process, which takes longer than the maps of this lecture.
numba can keep compiled functions, but umap does not ask it to; here it is asked, while umap is
imported and while it computes, and everything is put back afterwards.
"""

from __future__ import annotations

import importlib.metadata
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTS = ("notebooks", "data", "pyproject.toml")
PACKAGES = ("umap-learn", "pynndescent", "numba", "numpy", "scikit-learn")


def build_folder() -> Path | None:
    """`build/latent` of the checkout that lecturekit runs from; None where nothing can be kept."""
    root = Path(__file__).resolve().parents[2]
    if not all((root / part).exists() for part in PARTS):
        return None
    folder = root / "build" / "latent"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def versions() -> str:
    """The versions that a map depends on, as one text."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} ?")
    return ", ".join(found)


@contextmanager
def umap_ready(folder: Path | None = None) -> Iterator[Any]:
    """The module `umap`, for use inside the ``with``; what it compiles there is kept.

    Args:
        folder: where to; by default below `build_folder()`, else where numba keeps its own.
    """
    import numba

    if folder is None and (build := build_folder()) is not None:
        folder = build / "numba" / versions().replace(", ", "+").replace(" ", "-")
    config: Any = numba.config  # its names are made at run time
    stock, place = numba.njit, getattr(config, "CACHE_DIR", "")

    def keeping(*args: Any, **options: Any) -> Any:
        options.setdefault("cache", True)
        try:
            return stock(*args, **options)
        except RuntimeError:  # nowhere to keep it
            return stock(*args, **{**options, "cache": False})

    numba.njit = keeping
    if folder is not None:
        config.CACHE_DIR = str(folder)
    try:
        with warnings.catch_warnings():
            # A seed makes UMAP take one thread, which it says every time.
            warnings.filterwarnings("ignore", message="n_jobs value")
            warnings.filterwarnings("ignore", category=numba.NumbaWarning)
            import umap
            import umap.aligned_umap

            yield umap
    finally:
        numba.njit, config.CACHE_DIR = stock, place
