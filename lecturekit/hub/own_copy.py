"""A student's own copy of the lecture, which is added to and never overwritten."""

from __future__ import annotations

from pathlib import Path

from lecturekit.datasets.files import write_whole

# Not homework/source: it holds the solutions. Not for_lecturers.md: it holds the answers.
FOR_STUDENTS = ("*.ipynb", "for_students.md", "glossary.md", "images/*")


def add_missing(source: Path, target: Path, patterns: tuple[str, ...] = FOR_STUDENTS) -> list[Path]:
    """Copy the files of `source` that `target` has not, and return what was added.

    A file that is there stays as it is, even if the lecture's has changed: it may hold work.
    Whoever wants the lecture's again renames or deletes theirs and starts the server again.

    Args:
        source: a folder; one that is missing adds nothing.
        target: a folder, made where it is missing.
        patterns: which files, relative to `source`; folders and links are left out.
    Raises:
        OSError: a file cannot be read or written; what was added before stays.
    """
    target.mkdir(parents=True, exist_ok=True)
    added = []
    for pattern in patterns:
        for file in sorted(source.glob(pattern)):
            own = target / file.relative_to(source)
            if not file.is_file() or file.is_symlink() or own.exists() or own.is_symlink():
                continue
            write_whole(own, file.read_bytes())
            added.append(own)
    return added
