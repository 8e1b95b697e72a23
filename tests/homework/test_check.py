"""A student's own check: the visible tests alone, anywhere, with a clear word for each mishap."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import tiny
from test_source import cell
from tiny import RIGHT_MEAN as MEAN
from tiny import RIGHT_SQUARE as SQUARE

from lecturekit.course.errors import CourseError
from lecturekit.homework.check import as_lines, check
from lecturekit.homework.judge import Graded, Mark
from lecturekit.homework.release import student_version
from lecturekit.homework.source import made_from


@pytest.fixture(scope="module")
def released():
    """What the students were given."""
    return student_version(made_from("squares", tiny.source()))


def lines(tmp_path, raw):
    """What the check says of a notebook."""
    return as_lines(check(tiny.write(tmp_path / "squares.ipynb", raw)))


def test_the_command_runs_in_an_empty_folder_with_the_notebook_alone(tmp_path, released):
    raw = tiny.answered(released, square=SQUARE, mean="def mean(x):\n    return 0", why="Grow.")
    tiny.write(tmp_path / "squares.ipynb", raw)
    command = [sys.executable, "-m", "lecturekit.course.cli", "homework", "check", "squares.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == [
        "✔ square",
        "✘ mean: The mean of 1 and 3 lies half way.",
        "… why: will be read by a person",
        "2 of 3. Hidden tests are asked at grading.",
    ]
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["squares.ipynb"]


def test_the_blank_is_not_done_yet(tmp_path, released):
    assert lines(tmp_path, released) == [
        "✘ square: It is not done yet.",
        "✘ mean: It is not done yet.",
        "✘ why: Not answered.",
        "0 of 3. Hidden tests are asked at grading.",
    ]


def test_all_solved_passes(tmp_path, released):
    solved = tiny.answered(released, square=SQUARE, mean=MEAN, why="They grow.")
    assert lines(tmp_path, solved)[-1] == "3 of 3. Hidden tests are asked at grading."


def test_an_error_is_told_with_its_words_and_its_line(tmp_path, released):
    raw = tiny.answered(released, square="def square(x):\n    return x.shapes", mean=MEAN)
    assert lines(tmp_path, raw)[0] == (
        "✘ square: It stopped with AttributeError in line 2 of its cell: "
        "'list' object has no attribute 'shapes'"
    )


def test_hidden_tests_are_not_asked_even_where_they_stand(tmp_path):
    raw = tiny.source()  # a lecturer checks the source
    wrong = "def square(x):\n    return [1, 4] if len(x) == 2 else 0"
    assert lines(tmp_path, tiny.answered(raw, square=wrong))[0] == "✔ square"


@pytest.mark.parametrize("change", ["text", "points"])
def test_an_edited_test_is_named(tmp_path, released, change):
    raw = tiny.answered(released, square="def square(x):\n    return 0", mean=MEAN)
    if change == "text":
        cell(raw, "test_square")["source"] = "square(1)"
    else:
        cell(raw, "test_square")["metadata"]["nbgrader"]["points"] = 20
    told = lines(tmp_path, raw)
    assert "! test_square was edited: the grade goes by the test as it was given out" in told
    assert [line for line in told if line.startswith("!")] == told[3:-1]


def test_own_lines_are_no_edit(tmp_path, released):
    raw = tiny.answered(released, square=SQUARE, mean=MEAN, why="They grow.")
    raw["cells"].append({"cell_type": "code", "id": "own", "metadata": {}, "source": "1"})
    assert not [line for line in lines(tmp_path, raw) if line.startswith("!")]


def refused(tmp_path, content):
    """What is said of a file that cannot be checked."""
    path = tmp_path / "squares.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(CourseError) as error:
        check(path)
    assert "squares.ipynb" in str(error.value)
    return str(error.value)


def test_a_file_that_is_none_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "gone.ipynb"):
        with pytest.raises(CourseError, match="is no file: give the path of your notebook"):
            check(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [1]}', '{"cells": [], "nbformat": 3}'])
def test_a_damaged_file_is_named(tmp_path, text):
    assert refused(tmp_path, text)


def test_a_notebook_without_tasks_is_named(tmp_path):
    raw = tiny.source() | {"cells": tiny.source()["cells"][:1]}
    assert "is no homework: no cell of it gets points.\nTake the notebook" in refused(tmp_path, raw)


@pytest.mark.parametrize("damage", [{"points": "x"}, {"points": [1]}, {"grade_id": None}])
def test_damaged_tasks_are_named(tmp_path, released, damage):
    raw = tiny.answered(released)
    cell(raw, "test_mean")["metadata"]["nbgrader"].update(damage)
    assert "are damaged" in refused(tmp_path, raw)
    raw = tiny.answered(released)
    cell(raw, "mean")["metadata"] = [1]
    assert "are damaged" in refused(tmp_path, raw)


def test_a_set_up_or_test_that_does_not_run_is_named(tmp_path, released):
    said = refused(tmp_path, tiny.answered(released, setup="import no_such_module"))
    assert "No module named 'no_such_module'" in said
    assert "setup was edited" in said
    assert "SyntaxError" in refused(tmp_path, tiny.answered(released, test_mean="def"))


def test_all_that_waits_for_a_hand_counts_as_done():
    graded = Graded([Mark("why", None, 2, "Waits to be read.", "Yes.")], ["strange"])
    assert as_lines(graded) == [
        "… why: will be read by a person", "! strange", "1 of 1. Hidden tests are asked at grading."
    ]  # fmt: skip


def test_a_check_leaves_the_settings_of_its_process_alone(tmp_path, released):
    before = dict(os.environ)
    lines(tmp_path, released)
    assert dict(os.environ) == before
