"""Whether files can be written where they are wanted: found out by trying, before the work."""

from __future__ import annotations

import tempfile
from pathlib import Path


def try_to_write(folder: Path) -> None:
    """Write a file that is gone at once; the folder is made when it is missing. Permissions alone
    do not tell: a file system may be read-only, root may write anyway.

    Raises:
        OSError: why it cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def can_write(folder: Path) -> bool:
    """Whether `try_to_write` succeeds."""
    try:
        try_to_write(folder)
    except OSError:
        return False
    return True
