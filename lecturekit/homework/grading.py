"""Grade a folder of submissions: each once, wherever it runs, and on from where it stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Raw, as_text, write_text
from lecturekit.course.spread import Lost, Spread
from lecturekit.course.variables import variables
from lecturekit.homework import wall
from lecturekit.homework.checks import SEED
from lecturekit.homework.judge import Judge
from lecturekit.homework.limits import Limits
from lecturekit.homework.source import Source, made_from
from lecturekit.homework.submissions import Submission

CLASS = "class.json"  # who belongs to the results, in order: slug and student
# In one process, submissions would share the seed's variable and the user whose processes count.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Work:
    """All that grading one submission depends on; can be pickled."""

    name: str  # of the homework
    text: str  # of its source notebook
    submission: Raw
    limits: Limits
    seed: int
    code: str  # digest of what decides about points
    hidden: bool = True
    walled: bool = True

    @property
    def key(self) -> str:
        """Equal for work that must come to the same grades."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def grade_one(work: Work) -> dict[str, Any]:
    """The marks and flags of one submission, as JSON can hold them; "problem" when the judge
    itself fell over it.

    Raises:
        CourseError: this machine cannot wall submissions in, has another lecturekit, or the
            homework's set-up fails on it.
    """
    if work.code != code_digest():
        raise CourseError(
            "A worker has another version of lecturekit than this machine: install the same "
            "checkout on all workers, start them anew, and repeat."
        )
    with ONE_AT_A_TIME:
        judge = judge_of(work.name, work.text, work.limits, work.hidden, work.walled)
        try:
            with variables({SEED: str(work.seed)}):
                return asdict(judge.judge(work.submission))
        except CourseError:
            raise
        except Exception as error:  # one submission does not stop the others
            problem = f"not graded: the grader failed ({type(error).__name__}: {error})"
            return {"marks": [], "flags": [], "problem": problem}


@lru_cache(maxsize=4)
def judge_of(name: str, text: str, limits: Limits, hidden: bool, walled: bool) -> Judge:
    """One judge for all submissions to a homework: its set-up imports TensorFlow once.

    Raises:
        CourseError: no sandbox here, or the set-up fails.
    """
    if walled:
        wall.require()
    homework = made_from(name, json.loads(text))
    try:
        return Judge(homework, limits, hidden=hidden, walled=walled)
    except Exception as error:
        raise CourseError(
            f"The set-up of {name} fails: {type(error).__name__}: {error}.\nMend its set-up cell, "
            "or this environment, and repeat."
        ) from error


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Of the files that decide about points."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def grade(
    homework: Source,
    submissions: list[Submission],
    out: Path,
    spread: Spread,
    *,
    limits: Limits | None = None,
    seed: int = 0,
    walled: bool = True,
) -> Generator[Submission, None, None]:
    """Grade what is not graded yet; results are kept in `out/results/`, one file a student.

    Yields: each submission when its result is there.

    Raises:
        CourseError: submissions cannot be walled in, or `out` cannot be written.
    """
    if walled and not spread.dask:  # the workers of a cluster look at their own machine
        wall.require()
    results = out / "results"
    try:
        results.mkdir(parents=True, exist_ok=True)
        (results / ".write").touch()
        (results / ".write").unlink()
    except OSError as error:
        raise CourseError(
            f"{out} cannot be written ({error.strerror}): choose another --out."
        ) from error
    who = [[one.slug, one.student] for one in submissions]
    write_text(out / CLASS, json.dumps(who, indent=1, ensure_ascii=False) + "\n")
    jobs, whose, text = {}, {}, as_text(homework.raw)
    for submission in submissions:
        if submission.raw is None:
            store(results, submission, "", {"marks": [], "flags": []})
            yield submission
            continue
        work = Work(
            homework.name, text, submission.raw, limits or Limits(), seed, code_digest(),
            walled=walled,
        )  # fmt: skip
        if stored(results, submission).get("key") == work.key:
            yield submission
        else:
            jobs[submission.slug], whose[submission.slug] = work, submission
    with contextlib.closing(spread.run(grade_one, jobs)) as done:
        for name, result in done:
            submission = whose[name]
            if isinstance(result, Lost):
                result = {"marks": [], "flags": [], "problem": f"not graded: {result}"}
            if result.get("problem"):  # without a key it is tried again next time
                submission = replace(submission, raw=None, problem=result["problem"])
            store(results, submission, jobs[name].key if submission.raw else "", result)
            yield submission


def store(results: Path, submission: Submission, key: str, graded: dict[str, Any]) -> None:
    """Write a result, whole or not at all."""
    told = {
        "student": submission.student,
        "slug": submission.slug,
        "key": key,
        "problem": submission.problem,
        "marks": graded["marks"],
        "flags": [*submission.flags, *graded["flags"]],
    }
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_text(results / f"{submission.slug}.json", text)


def stored(results: Path, submission: Submission) -> dict[str, Any]:
    """A result that is there from before; empty when there is none, or a damaged one."""
    try:
        found = json.loads((results / f"{submission.slug}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
