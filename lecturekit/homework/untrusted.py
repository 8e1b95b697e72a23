"""A stranger's file and a stranger's words, read without trust."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

from lecturekit.course.notebook import Raw
from lecturekit.homework.limits import MIB

LARGEST = 20 * MIB
SHOWN = 80  # characters of a name


class Unusable(Exception):
    """A submission that cannot be graded; its text says why, with the remedy."""


def read_safely(path: Path, flags: list[str]) -> Raw:
    """The notebook in `path`, reduced to what grading reads; `flags` takes what is strange.

    Raises:
        Unusable: a link, a pipe, a huge, damaged or foreign file.
    """
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except OSError as error:
        link = error.errno in (errno.ELOOP, errno.EMLINK)
        what = "a link, which is not followed" if link else f"unreadable ({error.strerror})"
        raise Unusable(f"{shown(path.name)} is {what}: hand in the notebook itself") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(f"{shown(path.name)} is no file: hand in the notebook itself")
        if status.st_size > LARGEST:
            size = f"{status.st_size / MIB:.0f} MiB"
            raise Unusable(
                f"{size}, more than {LARGEST // MIB}: clear all outputs and hand in again"
            )
        data = file.read(LARGEST + 1)
    try:
        raw = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        what = "empty" if not data.strip() else "damaged (not a notebook's text)"
        raise Unusable(f"{what}: open it in JupyterLab, save it, hand in again") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise Unusable("not a notebook of today's format: open it in JupyterLab and save it")
    kernel = raw.get("metadata", {})
    kernel = kernel.get("kernelspec", {}) if isinstance(kernel, dict) else {}
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    if language != "python":
        flags.append(f"its kernel speaks {shown(str(language))}; it was run as Python")
    return {"cells": [plain(cell) for cell in raw["cells"]]}


def plain(cell: Any) -> Raw:
    """A cell's type, text and what nbgrader noted, each of the type that it should have.

    Raises:
        Unusable: it is none.
    """
    if not isinstance(cell, dict):
        raise Unusable("damaged (a cell is none): open it in JupyterLab, save it, hand in again")
    text = cell.get("source", "")
    text = "".join(text) if isinstance(text, list) and all(type(t) is str for t in text) else text
    noted = cell.get("metadata")
    noted = noted.get("nbgrader") if isinstance(noted, dict) else None
    noted = noted if isinstance(noted, dict) else {}
    kept: dict[str, Any] = {}
    if isinstance(noted.get("grade_id"), str):
        kept["grade_id"] = noted["grade_id"]
    if isinstance(noted.get("points"), (int, float)):
        kept["points"] = noted["points"]
    text = text if isinstance(text, str) else ""
    return {
        "cell_type": shown(str(cell.get("cell_type"))),
        "source": text.encode("utf-8", "replace").decode("utf-8"),  # half characters have no code
        "metadata": {"nbgrader": kept},
    }


def shown(text: str, most: int = SHOWN) -> str:
    """A name or another foreign text, fit for a page, a table and a terminal.

    Args:
        most: characters that are kept.
    """
    text = text[: most + 1].encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= most else text[: most - 1] + "…"
