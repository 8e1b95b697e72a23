"""What students handed in: found in a folder and read without trust.

Any of these layouts will do, also mixed: `STUDENT/HOMEWORK/HOMEWORK.ipynb` (nbgrader's),
`STUDENT/HOMEWORK.ipynb`, `STUDENT.ipynb`, and what Moodle packs, with its numbers in the names.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Raw
from lecturekit.homework.untrusted import Unusable, read_safely, shown

DEEPEST, MOST = 3, 1000  # folders below a student's, and files in each of them
JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini")  # that systems leave in a folder or an archive
# How Moodle calls what it packs: NAME_12345_assignsubmission_file, also before the file's own name.
MOODLE = re.compile(r"(.+?)_\d+_assignsubmission_.*", re.DOTALL)


@dataclass
class Submission:
    """One student's work.

    Attributes:
        student: the name of the folder or file, fit to be shown.
        slug: another form of it, fit to be the name of a file, and of no other student.
        raw: the notebook, reduced to what grading reads; None when there is a problem.
        problem: why it cannot be graded, with the remedy.
        flags: what the lecturer should know.
    """

    student: str
    slug: str
    raw: Raw | None = None
    problem: str = ""
    flags: list[str] = field(default_factory=list)


def collect(folder: Path, homework: str, students: Sequence[str] | None = None) -> list[Submission]:
    """All submissions in `folder`, by student; with a list of students, those missing as well.

    Raises:
        CourseError: the folder cannot be read, or holds nothing.
    """
    try:
        with os.scandir(folder) as entries:
            seen = [e for e in entries if not e.name.startswith(".") and e.name not in JUNK]
            found = sorted(seen, key=lambda entry: entry.name)
    except OSError as error:
        raise CourseError(f"{folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise CourseError(f"{folder} is empty: put one folder or notebook a student into it.")
    groups: dict[str, list[os.DirEntry]] = {}
    for entry in found:
        groups.setdefault(same(student_of(entry)), []).append(entry)
    known = None if students is None else {same(name): name for name in students}
    submissions = [take(entries, homework, known) for entries in groups.values()]
    for key, name in (known or {}).items():
        if key not in groups:
            submissions.append(Submission(shown(name), slug(name), problem="nothing was handed in"))
    return sorted(submissions, key=lambda one: (one.student.casefold(), one.slug))


def read_students(path: Path) -> list[str]:
    """The names in the first column of a list of students (csv; a head called `student` is
    skipped).

    Raises:
        CourseError: it cannot be read, is empty, or names someone twice.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        rows = csv.reader(lines, delimiter=";" if lines and ";" in lines[0] else ",")
        names = [row[0].strip() for row in rows if row and row[0].strip()]
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(
            f"{path} is no list of students ({error}): save it as csv in UTF-8."
        ) from error
    if names and names[0].casefold() in ("student", "students", "name", "id"):
        names = names[1:]
    keys = [same(name) for name in names]
    twice = sorted({name for name in names if keys.count(same(name)) > 1})
    if twice or not names:
        what = f"names {', '.join(twice)} more than once" if twice else "names no student"
        raise CourseError(f"{path} {what}: one student a line, please.")
    return names


def take(entries: list[os.DirEntry], homework: str, known: dict[str, str] | None) -> Submission:
    """The submission in all that is called after one student."""
    name = student_of(entries[0])
    name = (known or {}).get(same(name), name)
    submission = Submission(shown(name), slug(name))
    try:
        if known is not None and same(name) not in known:
            raise Unusable("no such student in the list: correct the name, or add it to the list")
        if len(entries) > 1:
            names = ", ".join(shown(entry.name) for entry in entries)
            raise Unusable(
                f"handed in {len(entries)} times ({names}): keep one; rename it if it is another's"
            )
        path = choose(entries[0], homework)
        if path.stem != homework and entries[0].is_dir(follow_symlinks=False):
            submission.flags.append(f"called {shown(path.name)} instead of {homework}.ipynb")
        submission.raw = read_safely(path, submission.flags)
    except Unusable as error:
        submission.problem = str(error)
    except OSError as error:
        submission.problem = f"a folder of it is unreadable ({error.strerror}): hand in again"
    return submission


def choose(entry: os.DirEntry, homework: str) -> Path:
    """The one notebook that a student means.

    Raises:
        Unusable: there is none, or it isn't clear which.
    """
    if entry.is_symlink():
        raise Unusable("a link, which is not followed: hand in the notebook itself")
    if not entry.is_dir(follow_symlinks=False):
        if not entry.name.endswith(".ipynb"):
            raise Unusable("not a notebook: hand in the file that ends in .ipynb")
        return Path(entry.path)
    paths = list(notebooks(Path(entry.path)))
    right = [path for path in paths if path.name == f"{homework}.ipynb"]
    if len(right) == 1 or (not right and len(paths) == 1):
        return (right or paths)[0]
    if not paths:
        raise Unusable(f"no notebook in the folder: it should hold {homework}.ipynb")
    which = f"{homework}.ipynb is there {len(right)} times" if right else f"{len(paths)} notebooks"
    raise Unusable(f"{which}: keep one and call it {homework}.ipynb")


def notebooks(folder: Path, depth: int = 0) -> Iterator[Path]:
    """The notebooks in a folder and those in it; links are not followed."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name)[:MOST]:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
                yield from notebooks(Path(entry.path), depth + 1)
            elif entry.name.endswith(".ipynb"):
                yield Path(entry.path)


def student_of(entry: os.DirEntry) -> str:
    """The student whose name a folder or file bears."""
    packed = MOODLE.fullmatch(entry.name)
    if packed:
        return packed[1]
    return entry.name if entry.is_dir(follow_symlinks=False) else entry.name.removesuffix(".ipynb")


def same(name: str) -> str:
    """Equal for names that a person would call the same."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def slug(name: str) -> str:
    """A name fit for a file, and different for different names."""
    digest = hashlib.sha256(same(name).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', name).strip('_')[:40] or 'student'}-{digest}"
