"""`lecturekit homework …`: release, check, grade, report."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lecturekit.course import checkout
from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import as_text
from lecturekit.course.share import machine
from lecturekit.homework.limits import Limits

if TYPE_CHECKING:
    from lecturekit.homework.source import Source

SOURCES = Path("notebooks") / "homework" / "source"
TRUST = "--without-sandbox"


def add(command: argparse.ArgumentParser, positive: Callable[[str], int]) -> None:
    """The options of `lecturekit homework`."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, allow_abbrev=False)

    release = action("release", "write the students' version, without solutions and hidden tests")
    release.add_argument("names", nargs="*", metavar="NAME", help="like h1; all without a name")
    release.add_argument("--out", type=Path, metavar="DIR", help="(build/homework/release)")

    check = action("check", "a student's own check: the visible tests, task by task")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")

    grade = action("grade", "grade a folder of submissions with the hidden tests")
    grade.add_argument("name", metavar="NAME", help="of the homework, like h1")
    grade.add_argument("submissions", type=Path, metavar="FOLDER")
    grade.add_argument("--out", type=Path, metavar="DIR", help="(build/homework/graded/NAME)")
    grade.add_argument("--students", type=Path, metavar="CSV", help="who belongs to the class")
    grade.add_argument("--seed", type=seed, help="draws other data for hidden tests")
    grade.add_argument("--seconds", type=positive, default=20, help="that one cell may take (20)")
    grade.add_argument("--memory", type=positive, default=3072, help="MiB a submission (3072)")
    grade.add_argument("--jobs", type=positive, help="submissions at a time (one a core)")
    grade.add_argument("--workers", type=positive, help="the same on a Dask cluster made here")
    grade.add_argument("--executor", metavar="dask://HOST:PORT", help="a Dask cluster that runs")
    grade.add_argument(
        TRUST, action="store_true", help="run them as they are: they may do all that you may do"
    )

    report = action("report", "write table and pages anew, with the points in by_hand.csv")
    report.add_argument("name", metavar="NAME")
    report.add_argument("--out", type=Path, metavar="DIR", help="(build/homework/graded/NAME)")


def seed(text: str) -> int:
    """A whole number from 0: NumPy's generators take no other."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number


def act(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    if options.action == "check":  # a student may have the notebook alone
        return check_command(options)
    root = checkout.find()
    match options.action:
        case "release":
            return release_command(root, options)
        case "grade":
            return grade_command(root, options)
        case _:
            return report_command(root, options)


def sources(root: Path, names: list[str]) -> list[Path]:
    """The source notebooks that are meant.

    Raises:
        CourseError: there is none, or no such one.
    """
    found = sorted((root / SOURCES).glob("[!.]*.ipynb"))
    if not found:
        raise CourseError(
            f"{root / SOURCES} holds no homework.\n"
            "Get it back with: git checkout -- notebooks/homework"
        )
    return checkout.select(found, names)


def one_source(root: Path, name: str) -> Path:
    """The one source notebook that is meant.

    Raises:
        CourseError: it is none, or several.
    """
    found = sources(root, [name])
    if len(found) > 1:
        raise CourseError(f"{name!r} means {', '.join(path.stem for path in found)}: name one.")
    return found[0]


def release_command(root: Path, options: argparse.Namespace) -> int:
    """A source with a fault does not keep the others from being written."""
    from lecturekit.homework.release import release
    from lecturekit.homework.source import SourceError, load

    out, status = options.out or root / "build" / "homework" / "release", 0
    for path in sources(root, options.names):
        try:
            print(release(load(path), out))
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


def check_command(options: argparse.Namespace) -> int:
    """0 when all visible tests pass."""
    from lecturekit.homework.check import as_lines, check

    graded = check(options.notebook)
    print("\n".join(as_lines(graded)))
    return 0 if all(not m.why or m.points is None for m in graded.marks) else 1


def grade_command(root: Path, options: argparse.Namespace) -> int:
    """0 when every submission was graded, whatever its grade."""
    from tqdm import tqdm

    from lecturekit.course.interrupt import interruptible
    from lecturekit.course.spread import parse
    from lecturekit.homework.grading import grade
    from lecturekit.homework.source import load
    from lecturekit.homework.submissions import collect, read_students

    homework = load(one_source(root, options.name))
    students = read_students(options.students) if options.students else None
    submissions = collect(options.submissions, homework.name, students)
    spread = parse(options.executor, options.workers, options.jobs or machine()[0])
    limits = Limits(cell=options.seconds, whole=6 * options.seconds, memory=options.memory)
    drawn = own_seed(homework) if options.seed is None else options.seed
    out = options.out or root / "build" / "homework" / "graded" / homework.name
    graded = grade(
        homework, submissions, out, spread,
        limits=limits, seed=drawn, walled=not options.without_sandbox,
    )  # fmt: skip
    try:
        with interruptible():
            for _ in tqdm(graded, total=len(submissions), unit=" submissions", disable=None):
                pass
    except KeyboardInterrupt:
        graded.close()  # ends its processes
        print("Stopped. What is graded is kept: repeat the command to go on.", file=sys.stderr)
        raise
    return told(homework, out)


def own_seed(homework: Source) -> int:
    """A seed for the hidden data that follows from the source, which students do not have."""
    return int(hashlib.sha256(as_text(homework.raw).encode()).hexdigest()[:8], 16)


def report_command(root: Path, options: argparse.Namespace) -> int:
    """0 when every submission was graded."""
    from lecturekit.homework.source import load

    homework = load(one_source(root, options.name))
    return told(homework, options.out or root / "build" / "homework" / "graded" / homework.name)


def told(homework: Source, out: Path) -> int:
    """Write the report and say in a few lines what came out."""
    from lecturekit.homework.report import report

    rows = report(homework, out)
    graded = [row for row in rows if row.marks]
    waits = sum(row.status == "waits for a hand" for row in rows)
    mean = sum(row.points for row in graded) / max(1, len(graded))
    print(
        f"{len(graded)} of {len(rows)} graded, {mean:.1f} of {homework.points:g} points on average"
    )
    for row in rows:
        if not row.marks:
            print(f"  {row.student}: {row.status}")
        elif row.flags:
            print(f"  {row.student}: look at: {'; '.join(row.flags)[:200]}")
    if waits:
        print(f"{waits} wait for points in {out / 'by_hand.csv'}; fill them in, then: "
              f"lecturekit homework report {homework.name} --out {out}")  # fmt: skip
    print(f"{out / 'grades.csv'}\n{out / 'summary.html'}\n{out / 'feedback'}")
    return 0 if len(graded) == len(rows) else 1
