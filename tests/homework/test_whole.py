"""Each homework as a class meets it: the solutions get every point, the blanks get none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from walled import needs_wall

from lecturekit.course.clean import cleaned
from lecturekit.course.notebook import read
from lecturekit.course.spread import Spread
from lecturekit.homework.grading import grade
from lecturekit.homework.release import student_version
from lecturekit.homework.source import load
from lecturekit.homework.submissions import collect
from lecturekit.homework.table import rows_of

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "notebooks" / "homework" / "source").glob("*.ipynb"))


@pytest.fixture(scope="module", params=SOURCES, ids=lambda path: path.stem)
def graded(request, tmp_path_factory):
    """A homework, and the rows of one who solved it and of one who did nothing."""
    homework, folder = load(request.param), tmp_path_factory.mktemp("class")
    solved = student_version(homework)
    texts = {cell["id"]: cell["source"] for cell in homework.raw["cells"]}
    for cell in solved["cells"]:
        noted = cell["metadata"].get("nbgrader", {})
        if noted.get("solution"):
            cell["source"] = texts[cell["id"]]
    for student, notebook in (("solved", solved), ("blank", student_version(homework))):
        path = folder / student / f"{homework.name}.ipynb"
        path.parent.mkdir()
        path.write_text(json.dumps(notebook), encoding="utf-8")
    out = tmp_path_factory.mktemp("out")
    list(grade(homework, collect(folder, homework.name), out, Spread(2), seed=11))
    return homework, {row.student: row for row in rows_of(out)}


def test_there_are_three():
    assert [path.stem for path in SOURCES] == ["h1_paired_losses", "h2_fusion", "h3_multitask"]


@needs_wall
def test_the_solutions_get_every_point_that_a_machine_gives(graded):
    homework, rows = graded
    marks = {mark.task: mark for mark in rows["solved"].marks}
    for task in homework.tasks:
        expected = None if task.by_hand else task.points
        assert marks[task.name].points == expected, marks[task.name].why
    assert rows["solved"].flags == ()


@needs_wall
def test_the_blanks_get_nothing_and_say_so(graded):
    homework, rows = graded
    assert [mark.points for mark in rows["blank"].marks] == [0] * len(homework.tasks)
    assert {mark.why for mark in rows["blank"].marks} == {"It is not done yet.", "Not answered."}
    assert rows["blank"].flags == ()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_is_committed_without_outputs_and_its_cells_have_names(path):
    raw = read(path)
    assert cleaned(raw) == raw
    names = [cell["id"] for cell in raw["cells"]]
    assert len(set(names)) == len(names) and all(names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_points_and_tasks_are_as_the_title_says(path):
    homework = load(path)
    title = "".join(homework.raw["cells"][0]["source"])
    assert f"*Points:* {homework.points:g}" in title and "hours" in title
    assert sum(task.by_hand for task in homework.tasks) == 1
