"""A folder that is replaced as a whole: what was there stays until the new one is complete."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from lecturekit.course.errors import CourseError


@contextlib.contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give an empty folder; when the block ends well, it takes the place of `target`.

    Raises:
        CourseError: it cannot be written; `target` is as it was.
    """
    new, old = (target.with_name(f".{target.name}.{os.getpid()}.{end}") for end in ("new", "old"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        tidy(target)
        new.mkdir()
        yield new
        try:
            if target.exists():
                target.rename(old)
            new.rename(target)
        finally:
            if old.exists() and not target.exists():
                old.rename(target)
    except OSError as error:
        raise CourseError(
            f"{target} could not be written: {error.strerror or error}.\n"
            "What was there before is unchanged. Make room or set the permissions, then repeat."
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def tidy(target: Path) -> None:
    """Clear away what processes left that were ended by force, between two moves even."""
    import psutil

    for left in sorted(target.parent.glob(f".{target.name}.*.*")):
        pid = left.name.split(".")[-2]
        if pid == str(os.getpid()) or (pid.isdigit() and not psutil.pid_exists(int(pid))):
            if left.suffix == ".old" and not target.exists():
                left.rename(target)
            else:
                shutil.rmtree(left, ignore_errors=True)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their names relative to `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk may show only here
