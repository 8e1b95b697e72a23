"""A class of honest and hostile students is graded once; every hostile one is contained."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import psutil
import pytest
import tiny
from hostile import CASES, GOOD
from tiny import RIGHT_MEAN as MEAN
from walled import WHY_NOT

from lecturekit.course.spread import Spread
from lecturekit.homework.feedback import for_student
from lecturekit.homework.grading import grade
from lecturekit.homework.limits import Limits
from lecturekit.homework.release import student_version
from lecturekit.homework.source import load
from lecturekit.homework.submissions import collect
from lecturekit.homework.table import rows_of
from lecturekit.homework.untrusted import LARGEST, shown

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "there is a wall")
LIMITS = Limits(cell=3, whole=25, memory=700, processes=12, output=5, disk=50)
SEED = 7
HONEST = ("Ada", "Emmy", "Zoë")
HTML = "<script>alert(1)</script> They \ud800grow."
NAMES = (
    *("-rf", "a;touch HACKED", "$(touch HACKED)", "<img src=x onerror=alert(1)>", "=HYPERLINK(1)"),
    *("%2e%2e%2fetc", "new\nline", "\u202etxt.exe", "caf\udce9", "x" * 200, "CON", "~"),
)
PROBLEMS = {  # file that is handed in -> how the problem begins
    "empty": "empty",
    "corrupt": "damaged",
    "not utf-8": "damaged",
    "a bomb of brackets": "damaged",
    "a list": "not a notebook",
    "no cells": "not a notebook",
    "cells of another kind": "damaged",
    "huge": "30 MiB, more than 20",
    "link to the source": "a link",
    "link in a folder": "squares.ipynb is a link",
    "pipe": "pipe.ipynb is no file",
    "no notebook": "no notebook in the folder",
}


def change_tests(raw):
    cell_of(raw, "test_square")["source"] = "pass"


def change_points(raw):
    cell_of(raw, "test_square")["metadata"]["nbgrader"]["points"] = 200


def change_types(raw):
    for name in ("test_square", "square"):
        cell_of(raw, name)["cell_type"] = "markdown"


def change_answer(raw):
    cell_of(raw, "why")["cell_type"] = "code"


def delete_tests(raw):
    raw["cells"] = [c for c in raw["cells"] if not name_of(c).startswith("test_")]


def copy_cells(raw):
    raw["cells"] += [cell_of(raw, "test_square") | {"source": "pass"}]


def change_set_up(raw):
    cell_of(raw, "setup")["source"] = "close = refuses = without_loop = print"


def change_kernel(raw):
    raw["metadata"] = {"kernelspec": {"name": "ir", "language": "R"}, "points": 99}


def change_names(raw):
    cell_of(raw, "mean")["metadata"]["nbgrader"]["grade_id"] = "../../gradebook"


TAMPERED = {  # what is changed -> points, flags
    delete_tests: ([2, 3, None], ["test test_square was deleted", "test test_mean was deleted"]),
    change_tests: ([2, 3, None], ["test test_square was edited"]),
    change_points: ([2, 3, None], ["points of test_square were changed"]),
    change_types: (
        [0, 3, None],
        ["cell square is now of type markdown", "test test_square is now of type markdown"],
    ),
    change_answer: ([2, 3, 0], ["cell why is now of type code"]),
    copy_cells: ([2, 3, None], ["test test_square is there 2 times"]),
    change_set_up: ([2, 3, None], ["cell setup was edited"]),
    change_kernel: ([2, 3, None], ["its kernel speaks R; it was run as Python"]),
    change_names: ([2, 3, None], ["cell mean was deleted"]),
}


def name_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def cell_of(raw, name):
    return next(cell for cell in raw["cells"] if name_of(cell) == name)


def write_class(folder: Path, released, lecturer: Path, marker: str) -> None:
    """The folder as it comes from the place where students hand in."""
    places = {"LECTURER": str(lecturer), "MARKER": marker, "GOOD": GOOD}
    good = {"square": GOOD, "mean": MEAN, "why": HTML}

    def placed(text):
        for word, meant in places.items():
            text = text.replace(word, meant)
        return text

    for name in (*HONEST, *NAMES):
        tiny.write(folder / f"{name}.ipynb", tiny.answered(released, **good))
    for case in CASES:
        raw = tiny.answered(released, **good | {"square": placed(case.code)})
        if case.before:
            raw["cells"].insert(
                2, {"cell_type": "code", "metadata": {}, "source": placed(case.before)}
            )
        tiny.write(folder / case.name / "squares.ipynb", raw)
    for change in TAMPERED:
        raw = tiny.answered(released, **good)
        change(raw)
        tiny.write(folder / change.__name__ / "squares.ipynb", raw)
    write_files(folder, lecturer)


def write_files(folder: Path, lecturer: Path) -> None:
    """What is no notebook at all."""
    for name, data in {
        "empty": b"",
        "corrupt": b'{"cells": [',
        "not utf-8": b'{"cells": ["\xff\xfe"]}',
        "a bomb of brackets": b'{"cells":' + b"[" * 10**6,
        "a list": b"[]",
        "no cells": b'{"cells": {}, "nbformat": 4}',
        "cells of another kind": b'{"cells": [3]}',
    }.items():
        (folder / f"{name}.ipynb").write_bytes(data)
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(LARGEST + LARGEST // 2)
    (folder / "link to the source.ipynb").symlink_to(lecturer / "squares.ipynb")
    (folder / "link in a folder").mkdir()
    (folder / "link in a folder" / "squares.ipynb").symlink_to(lecturer / "squares.ipynb")
    (folder / "no notebook").mkdir()
    os.mkfifo(folder / "pipe.ipynb")


class Graded:
    """What is there after grading."""

    def __init__(self, folder: Path) -> None:
        self.marker = f"hostile-{os.getpid()}"
        self.lecturer, self.out, given = folder / "lecturer", folder / "out", folder / "given"
        given.mkdir()
        self.homework = load(tiny.write(self.lecturer / "squares.ipynb"))
        (self.lecturer / "gradebook.csv").write_text("Ada,5\n")
        self.before = self.files()
        write_class(given, student_version(self.homework), self.lecturer, self.marker)
        submissions = collect(given, "squares")
        done = list(
            grade(self.homework, submissions, self.out, Spread(2), limits=LIMITS, seed=SEED)
        )
        self.done = sorted(one.slug for one in done)
        self.given = sorted(one.slug for one in submissions)
        stored = [json.loads(path.read_text("utf-8")) for path in self.results()]
        self.of = {result["student"]: result for result in stored}

    def results(self):
        return sorted((self.out / "results").iterdir())

    def files(self):
        return {path.name: path.read_bytes() for path in self.lecturer.iterdir()}

    def points(self, student):
        return [mark["points"] for mark in self.of[student]["marks"]]

    def texts(self):
        """All that students or the lecturer will read."""
        pages = [for_student("Squares", row, self.homework.points) for row in rows_of(self.out)]
        results = [str(result | {"key": ""}) for result in self.of.values()]
        return "\n".join([*pages, *results])


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return Graded(tmp_path_factory.mktemp("class"))


def test_the_set_is_large_and_every_student_is_graded_once(graded):
    assert len(CASES) + len(TAMPERED) + len(PROBLEMS) >= 60
    assert graded.done == graded.given
    assert [path.stem for path in graded.results()] == graded.given
    assert len(graded.of) == len(CASES) + len(TAMPERED) + len(PROBLEMS) + len(HONEST) + len(NAMES)


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_what_they_earned_and_no_flag(graded, student):
    assert graded.points(student) == [2, 3, None]
    assert graded.of[student]["flags"] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_attempt_costs_at_most_its_own_task(graded, case):
    result = graded.of[case.name]
    square, mean, why = result["marks"]
    assert (mean["points"], mean["why"]) == (3, "")
    assert why["points"] is None
    assert square["points"] == (0 if case.why else 2)
    assert square["why"].startswith(case.why) and bool(square["why"]) == bool(case.why)
    assert result["problem"] == ""


@pytest.mark.parametrize("case", [c for c in CASES if c.flags], ids=lambda case: case.name)
def test_the_lecturer_is_told_of_what_was_ended(graded, case):
    assert graded.of[case.name]["flags"] == list(case.flags)


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_tampering_changes_no_test_and_no_points_and_is_flagged(graded, change):
    points, flags = TAMPERED[change]
    assert graded.points(change.__name__) == points
    assert [mark["of"] for mark in graded.of[change.__name__]["marks"]] == [2, 3, 2]
    assert graded.of[change.__name__]["flags"] == flags


@pytest.mark.parametrize("student", PROBLEMS)
def test_a_file_that_cannot_be_graded_says_why(graded, student):
    assert graded.of[student]["problem"].startswith(PROBLEMS[student])
    assert graded.of[student]["marks"] == []


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_only_a_name(graded, name):
    assert graded.points(shown(name)) == [2, 3, None]


def test_files_outside_stay_as_they_were(graded):
    assert graded.files() == graded.before
    assert sorted(path.name for path in graded.out.iterdir()) == ["class.json", "results"]
    for path in graded.results():
        assert path.stem.replace("_", "").replace("-", "").isalnum() and path.stem.isascii()
    for folder in (Path.cwd(), graded.out, graded.lecturer, graded.lecturer.parent, Path("/tmp")):
        assert not (folder / "HACKED").exists() and not (folder / "mine").exists()


def test_nothing_survives(graded):
    found = [
        p.info["pid"]
        for p in psutil.process_iter(["pid", "cmdline"])
        if graded.marker in (p.info["cmdline"] or ())
    ]
    assert found == []
    assert [p for p in psutil.Process().children(recursive=True) if p.name() == "bwrap"] == []


def test_no_number_of_a_hidden_test_comes_out(graded):
    texts = graded.texts()
    numbers = np.abs(np.random.default_rng(SEED).normal(size=7))
    assert int(numbers[1] * 1e6) > 10**5  # this one is what the attempts try to get out
    for number in numbers:
        for told in (str(number)[:7], str(number).replace(".", "_")[:7], str(int(number * 1e9))):
            assert told not in texts
    assert str(int(numbers[1] * 1e6)) not in texts
    for line in (*MEAN.splitlines()[2:], "total += number"):
        assert line not in texts


def test_what_students_write_is_a_text_on_their_pages(graded):
    for row in rows_of(graded.out):
        page = for_student("Squares", row, graded.homework.points)
        assert "<script" not in page and "<img" not in page and "\x1b" not in page
        assert page.encode("utf-8")
    assert graded.of["Ada"]["marks"][2]["answer"] == "<script>alert(1)</script> They ?grow."
