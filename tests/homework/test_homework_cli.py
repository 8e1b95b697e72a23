"""`lecturekit homework`: what it says, its exit status, and never a traceback."""

from __future__ import annotations

import shutil

import pytest
import tiny

from lecturekit.course import cli
from lecturekit.homework.cli import SOURCES


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout with two homeworks, one of them without hidden tests; the current folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "pyproject.toml").touch()
    tiny.write(tmp_path / SOURCES / "squares.ipynb")
    raw = tiny.source()
    raw["cells"][3]["source"] = "square([1])"
    tiny.write(tmp_path / SOURCES / "broken.ipynb", raw)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(root, capsys):
    """Run the command: exit status, lines on the output, the rest."""

    def run(*words):
        capsys.readouterr()
        try:
            status = cli.main(["homework", *map(str, words)])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return status, said.out, said.err

    return run


def hand_in(root):
    """One submission, and one that is damaged."""
    tiny.write(root / "in" / "anna.ipynb", tiny.answered(tiny.source(), why="They grow."))
    (root / "in" / "ben.ipynb").write_text("{", encoding="utf-8")


def test_release_writes_what_has_no_fault_and_names_the_rest(call, root):
    status, said, warned = call("release")
    assert status == 1
    path = root / "build" / "homework" / "release" / "squares" / "squares.ipynb"
    assert said == f"{path}\n"
    assert path.is_file()
    assert "broken cannot be given out:\n  - test_square: no hidden tests" in warned
    assert not (path.parents[1] / "broken").exists()


def test_release_of_one_into_a_folder(call, root):
    status, said, warned = call("release", "squares", "--out", "given")
    assert (status, warned) == (0, "")
    assert said.strip().endswith("given/squares/squares.ipynb")


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("release", "nothing"), 2, "There is no notebook 'nothing'"),
        (("release", "squares", "--out", "file/out"), 1, "Stopped: "),
        (("grade", "squares", "gone"), 1, "gone cannot be read: No such file"),
        (("grade", "squares", "data"), 1, "data is empty: put one folder or notebook"),
        (("grade", "broken", "in"), 1, "broken cannot be given out"),
        (("grade", "nothing", "in"), 2, "There is no notebook 'nothing'"),
        (("grade", "squares", "in", "--students", "gone.csv"), 1, "gone.csv cannot be read"),
        (("grade", "squares", "in", "--out", "file/out"), 1, "choose another --out"),
        (("grade", "squares", "in", "--executor", "here"), 2, "write it like dask://127.0.0.1"),
        (("grade", "squares", "in", "--executor", "dask://h:1", "--workers", "1"), 2, "give one"),
        (("grade", "squares", "in", "--seed", "-1"), 2, "-1 is below 0"),
        (("grade", "squares", "in", "--seed", "x"), 2, "invalid seed value: 'x'"),
        (("grade", "squares", "in", "--jobs", "0"), 2, "--jobs"),
        (("grade", "squares"), 2, "FOLDER"),
        (("report", "squares"), 1, "holds no grades: give the folder that"),
        (("check", "gone.ipynb"), 1, "gone.ipynb is no file: give the path of your notebook"),
        ((), 2, "ACTION"),
    ],
)
def test_a_slip_is_named_with_its_status(call, root, words, status, told):
    (root / "file").touch()
    hand_in(root)
    ended, _, warned = call(*words)
    assert ended == status
    assert told in warned


def test_a_name_that_means_two_is_named(call, root):
    tiny.write(root / SOURCES / "squares_more.ipynb")
    shutil.move(root / SOURCES / "squares.ipynb", root / SOURCES / "squares_less.ipynb")
    status, _, warned = call("report", "squares")
    assert status == 1
    assert "'squares' means squares_less, squares_more: name one." in warned


def test_no_homework_is_named(call, root):
    shutil.rmtree(root / SOURCES)
    status, _, warned = call("release")
    assert status == 1
    assert "holds no homework.\nGet it back with" in warned


def test_grade_then_points_by_hand_then_report(call, root):
    hand_in(root)
    words = ("squares", "--out", "graded")
    status, said, warned = call("grade", *words, "in", "--without-sandbox", "--jobs", "1")
    lines = said.splitlines()
    assert status == 1, warned  # as one cannot be graded
    assert lines[0] == "1 of 2 graded, 5.0 of 7 points on average"
    assert lines[1].startswith("  anna: look at: test test_square was edited")
    assert lines[2].startswith("  ben: damaged (not a notebook's text): open it in JupyterLab")
    assert lines[3] == (
        "1 wait for points in graded/by_hand.csv; fill them in, then: "
        "lecturekit homework report squares --out graded"
    )
    table = root / "graded" / "by_hand.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("why,2,,", "why,2,2,"), encoding="utf-8"
    )
    status, said, _ = call("report", *words)
    assert status == 1
    assert said.startswith("1 of 2 graded, 7.0 of 7 points on average")
    assert "wait for points" not in said
    table.write_text(
        table.read_text(encoding="utf-8").replace("why,2,2,", "why,2,9,"), encoding="utf-8"
    )
    status, _, warned = call("report", *words)
    assert status == 1
    assert "anna gets '9' points for why; write a number from 0 to 2." in warned


def test_all_graded_is_status_0_and_students_are_counted(call, root):
    hand_in(root)
    (root / "in" / "ben.ipynb").unlink()
    (root / "class.csv").write_text("student\nAnna\n", encoding="utf-8")
    words = ("squares", "in", "--students", "class.csv", "--without-sandbox", "--jobs", "1")
    status, said, warned = call("grade", *words)
    assert status == 0, warned
    assert said.startswith("1 of 1 graded")
    assert (root / "build" / "homework" / "graded" / "squares" / "grades.csv").is_file()
