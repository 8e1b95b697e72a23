"""A homework's source: each fault is named, with its cell and the remedy; a whole one is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny

from lecturekit.homework.source import SourceError, Task, load, made_from

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = sorted((REPOSITORY / "notebooks" / "homework" / "source").glob("*.ipynb"))


def cell(raw, name):
    """The cell with this grade_id."""
    return next(
        c for c in raw["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def faults(raw):
    """What is said of a source."""
    with pytest.raises(SourceError) as refused:
        made_from("squares", raw)
    return str(refused.value)


def with_text(name, old, new):
    """The tiny source with another text in one cell."""
    raw = tiny.source()
    found = cell(raw, name)
    assert old in found["source"]
    found["source"] = found["source"].replace(old, new)
    return raw


def with_marks(name, **marks):
    """The tiny source with other metadata of one cell."""
    raw = tiny.source()
    cell(raw, name)["metadata"]["nbgrader"].update(marks)
    return raw


def test_a_whole_source_is_read_with_its_tasks_in_order(tmp_path):
    homework = load(tiny.write(tmp_path / "squares.ipynb"))
    tasks = (Task("test_square", 2, False), Task("test_mean", 3, False), Task("why", 2, True))
    assert (homework.name, homework.tasks, homework.points) == ("squares", tasks, 7)
    kinds = {kind: len(homework.cells(kind)) for kind in ("set-up", "solution", "test", "written")}
    assert kinds == {"set-up": 1, "solution": 2, "test": 2, "written": 1}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_sources_of_the_lecture_have_no_fault(path):
    assert load(path).points > 0


BODY = "    return np.asarray(x) ** 2\n"
FAULTS = {
    "solution is empty": (with_text("square", BODY, "\n"), "square: the task is not solved"),
    "solution raises": (
        with_text("square", BODY, "    raise NotImplementedError\n"),
        "square: the task is not solved: its solution does nothing",
    ),
    "solution passes": (with_text("square", BODY, "    pass\n"), "its solution does nothing"),
    "solution is dots": (with_text("square", BODY, "    ...\n"), "its solution does nothing"),
    "written is unsolved": (
        with_text("why", "Squares grow.\n", ""),
        "why: the task is not solved: nothing stands between BEGIN and END SOLUTION",
    ),
    "no hidden tests": (
        with_text("test_square", tiny.TEST_SQUARE[tiny.TEST_SQUARE.index("###") :], ""),
        "test_square: no hidden tests: without them a copied number would pass",
    ),
    "an END is missing": (
        with_text("square", "    ### END SOLUTION", ""),
        "square: BEGIN and END of SOLUTION do not match",
    ),
    "a BEGIN is missing": (
        with_text("test_mean", "### BEGIN HIDDEN TESTS\n", ""),
        "test_mean: BEGIN and END of HIDDEN TESTS do not match",
    ),
    "END before BEGIN": (
        with_text(
            "why",
            "### BEGIN SOLUTION\nSquares grow.\n### END SOLUTION",
            "### END SOLUTION\nSquares grow.\n### BEGIN SOLUTION",
        ),
        "why: BEGIN and END of SOLUTION do not match",
    ),
    "a mark is mistyped": (
        with_text(
            "test_square",
            "### END HIDDEN TESTS",
            "### END HIDDEN TESTS\n### BEGIN HIDDEN TEST\nassert 1\n### END HIDDEN TEST",
        ),
        "test_square: '### BEGIN HIDDEN TEST' is no mark: write ### BEGIN",
    ),
    "a mark is small": (
        with_text("square", "### BEGIN SOLUTION", "### Begin solution"),
        "square: '### Begin solution' is no mark",
    ),
    "a solution in a test": (
        with_text("test_mean", "x = draws", "### BEGIN SOLUTION\nx = draws"),
        "test_mean: SOLUTION stands in a cell that holds none",
    ),
    "hidden tests in the set-up": (
        with_text("setup", "import", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\nimport"),
        "setup: HIDDEN TESTS stands in a cell that holds none",
    ),
    "a solution is no Python": (
        with_text("mean", "if len(x) == 0:", "if len(x) = 0:"),
        "mean: line 4 is no Python",
    ),
    "a test is no Python": (
        with_text("test_mean", "total = 0.0", "total = = 0"),
        "test_mean: line 5 is no Python",
    ),
    "what is left of a solution is broken": (
        with_text("square", '    """The square of every number."""\n    ### BEGIN', "### BEGIN"),
        "square: what students get, without SOLUTION, is broken: line",
    ),
    "what is left of a test is broken": (
        with_text("test_square", "### END HIDDEN TESTS", "### END HIDDEN TESTS\n    x"),
        "test_square: ",
    ),
    "the set-up is no Python": (with_text("setup", "import numpy", "import import"), "setup: line"),
    "points of zero": (with_marks("test_square", points=0), "points must be above 0, not 0"),
    "points below zero": (with_marks("test_square", points=-1), "above 0, not -1"),
    "no points": (with_marks("why", points=None), "why: points must be above 0, not None"),
    "points are a text": (with_marks("why", points="2"), "why: points must be above 0, not '2'"),
    "points are endless": (with_marks("why", points=float("inf")), "above 0, not inf"),
    "a test is not locked": (with_marks("test_mean", locked=False), "test_mean: a test must be"),
    "no grade_id": (with_marks("mean", grade_id=""), "a cell of nbgrader's has no grade_id: 'def"),
    "a strange grade_id": (with_marks("mean", grade_id="a b"), "'a b' is no grade_id"),
    "a grade_id that is no text": (with_marks("mean", grade_id=["a"]), "['a'] is no grade_id"),
    "a grade_id twice": (
        with_marks("mean", grade_id="square"),
        "2 cells are called 'square': give each an own grade_id",
    ),
    "nbgrader's own task cell": (with_marks("why", task=True), "why: it has no place for an ans"),
    "code that is read by hand": (
        with_marks("mean", grade=True, points=1),
        "mean: a code cell is tested, not read",
    ),
    "another kernel": (
        tiny.source() | {"metadata": {"kernelspec": {"name": "ir", "language": "R"} | {
            "display_name": "R"}}},
        "its kernel is not Python",
    ),
    "no test at all": (
        tiny.source() | {"cells": tiny.source()["cells"][:3]},
        "no cell is tested: a test cell has grade, locked and points",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(name):
    raw, told = FAULTS[name]
    said = faults(raw)
    assert told in said
    assert said.startswith("squares cannot be given out:")
    assert said.endswith("Mend it and repeat.")


def test_all_faults_are_named_at_once():
    raw = with_text("square", BODY, "")
    cell(raw, "test_mean")["metadata"]["nbgrader"]["points"] = -3
    cell(raw, "why")["source"] = ""
    said = faults(raw)
    assert said.count("\n  - ") == 3
    for name in ("square: ", "test_mean: ", "why: "):
        assert name in said


def test_words_that_only_look_like_marks_are_no_fault():
    raw = tiny.source()
    raw["cells"][0]["source"] = "# Begin here\nIn the end, solutions are the beginning."
    assert made_from("squares", raw).points == 7


@pytest.mark.parametrize(
    "broken",
    [
        {"cells": [1]},
        {"cells": [{"cell_type": "code", "metadata": [], "source": ""}]},
        {"metadata": {"kernelspec": 3}},
    ],
)
def test_a_damaged_notebook_is_no_traceback(tmp_path, broken):
    path = tiny.write(tmp_path / "squares.ipynb", tiny.source() | broken)
    with pytest.raises(SourceError, match=r"squares\.ipynb is no valid notebook: .*\nOpen it"):
        load(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": []}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, text):
    path = tmp_path / "squares.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"squares\.ipynb"):
        load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.ipynb cannot be read"):
        load(tmp_path / "gone.ipynb")
