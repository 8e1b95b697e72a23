"""Layouts that were computed before are read again: a second opening is instant.

A file is named by a digest of all that its content depends on, so it never has to be refreshed.
"""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecturekit.datasets.files import write_whole
from lecturekit.latent.checks import Floats
from lecturekit.latent.compiled import build_folder, versions


def kept(
    method: Callable[..., Floats],
    points: ArrayLike,
    *,
    again: bool = False,
    folder: Path | None = None,
    **settings: Any,
) -> Floats:
    """``method(points, **settings)``, from a file where the same was computed before.

    Args:
        method: `aligned`, `warm_start`, `last_then_transform` or `flat`.
        points: [frames, rows, dimensions] or [rows, dimensions].
        again: compute, whatever is stored, and store that.
        folder: where files lie; by default `build/latent` of the checkout. Where nothing can be
            written it only computes.
    Raises:
        ValueError: what the method refuses.
    """
    folder = build_folder() if folder is None else Path(folder)
    if folder is None:
        return method(points, **settings)
    file = folder / f"{method.__name__}-{_digest(method, points, settings)}.layout"
    found = None if again else _read(file, np.shape(points)[:-1])
    if found is None:
        found = method(points, **settings)
        _write(file, found)
    return found


def _digest(method: Callable[..., Floats], points: ArrayLike, settings: dict[str, Any]) -> str:
    """Changes with the points, the settings, the method's module and the libraries."""
    points = np.ascontiguousarray(points, np.float32)
    about = [inspect.getsource(sys.modules[method.__module__]), versions(), list(points.shape)]
    text = json.dumps([*about, sorted(settings.items())])
    return hashlib.sha256(text.encode() + points.tobytes()).hexdigest()[:24]


def _read(file: Path, start: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The stored layout; None where there is none, or a damaged one."""
    try:
        data = file.read_bytes()
        written, body = data[:32], data[32:]
        if hashlib.sha256(body).digest() != written:
            return None
        found = np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
    except (OSError, ValueError):
        return None
    return found if found.shape == (*start, 2) and found.dtype == np.float32 else None


def _write(file: Path, layout: NDArray[np.float32]) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(layout), (1, 0), allow_pickle=False)
    body = stream.getvalue()
    try:
        write_whole(file, hashlib.sha256(body).digest() + body)
    except OSError:  # a place that cannot be written to, or a full disk: it was computed, so go on
        return
