"""A notebook as a file: read with a clear word when it is damaged, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from lecturekit.course.errors import CourseError

Raw = dict[str, Any]  # a notebook, or a cell of it, as it stands in the file


class Unreadable(CourseError):
    """A file that is not a notebook."""


def read(path: Path) -> Raw:
    """The notebook in `path`, as it stands there (nbformat would fill in what is missing).

    Raises:
        Unreadable: no file, an empty or damaged one, or one of another notebook format.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8") or "null")
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Unreadable(damaged(path, f"is damaged ({error})")) from error
    if raw is None:
        raise Unreadable(damaged(path, "is empty"))
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise Unreadable(damaged(path, "is not a notebook: it has no cells"))
    if raw.get("nbformat") != 4:
        raise Unreadable(damaged(path, f"has notebook format {raw.get('nbformat')}, not 4"))
    return raw


def damaged(path: Path, what: str) -> str:
    """The message for a file that is not what it should be."""
    return f"{path.name} {what}.\nGet it back with: git checkout -- {path.parent.name}/{path.name}"


def source(cell: Raw) -> str:
    """The text of a cell, which the file may hold as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def tags(cell: Raw) -> list[str]:
    """The tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def code_cells(raw: Raw) -> list[Raw]:
    """The cells that a kernel would run."""
    return [c for c in raw["cells"] if c.get("cell_type") == "code" and source(c).strip()]


def as_text(raw: Raw) -> str:
    """The file's text for a notebook, laid out as nbformat does it, so that diffs stay small."""
    return json.dumps(raw, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all; its folder is made when missing.

    Raises:
        OSError: it cannot be written; nothing half-written stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = unfinished_name(path)
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # a full disk may show only here
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def unfinished_name(path: Path) -> Path:
    """Where `write_text` keeps a file until it is whole."""
    return path.with_name(f".{path.name}.part")
