"""A folder of submissions: every layout is found, and what cannot be graded is named."""

from __future__ import annotations

import json
import unicodedata

import pytest
import tiny

from lecturekit.course.errors import CourseError
from lecturekit.homework.submissions import collect, read_students, slug
from lecturekit.homework.untrusted import LARGEST

NAME = "squares"


def hand_in(folder, *paths, text=None):
    """Write a notebook at each of these paths below `folder`."""
    for path in paths:
        tiny.write(folder / path)
        if text is not None:
            (folder / path).write_text(text, encoding="utf-8")
    return folder


def problems(folder, students=None):
    """Student -> the problem, "" without one."""
    return {one.student: one.problem for one in collect(folder, NAME, students)}


@pytest.mark.parametrize(
    "path",
    [
        "anna/squares/squares.ipynb",
        "anna/squares.ipynb",
        "anna.ipynb",
        "anna/deep/er/squares/squares.ipynb",
        "anna_1234_assignsubmission_file/squares.ipynb",
        "anna_1234_assignsubmission_file_/squares.ipynb",
        "anna_1234_assignsubmission_file_squares.ipynb",
        "anna_1234_assignsubmission_file_my own name.ipynb",
    ],
)
def test_each_layout_is_one_submission_of_this_student(tmp_path, path):
    (found,) = collect(hand_in(tmp_path, path), NAME)
    assert (found.student, found.problem, found.flags) == ("anna", "", [])
    assert len(found.raw["cells"]) == 7


def test_layouts_can_be_mixed_and_come_in_the_order_of_names(tmp_path):
    hand_in(tmp_path, "Zoe.ipynb", "anna/squares.ipynb", "Ben/squares/squares.ipynb")
    assert list(problems(tmp_path)) == ["anna", "Ben", "Zoe"]


def test_hidden_files_checkpoints_and_junk_are_no_submissions(tmp_path):
    hand_in(
        tmp_path,
        "anna/squares.ipynb",
        "anna/.ipynb_checkpoints/squares-checkpoint.ipynb",
        "anna/.squares.ipynb",
        ".ipynb_checkpoints/ben.ipynb",
        "__MACOSX/anna/._squares.ipynb",
        "anna/__MACOSX/._squares.ipynb",
    )
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "Thumbs.db").touch()
    assert problems(tmp_path) == {"anna": ""}


def test_a_renamed_notebook_is_taken_and_flagged(tmp_path):
    (found,) = collect(hand_in(tmp_path, "anna/squares (1).ipynb"), NAME)
    assert found.raw is not None
    assert found.flags == ["called squares (1).ipynb instead of squares.ipynb"]


def test_the_right_name_wins_over_other_notebooks(tmp_path):
    hand_in(tmp_path, "anna/squares.ipynb")
    hand_in(tmp_path, "anna/notes.ipynb", text="not looked at")
    (found,) = collect(tmp_path, NAME)
    assert (found.problem, found.flags) == ("", [])


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["a/x.ipynb", "a/y.ipynb"], "2 notebooks: keep one and call it squares.ipynb"),
        (["a/1/squares.ipynb", "a/2/squares.ipynb"], "squares.ipynb is there 2 times: keep one"),
        (["a/readme.txt"], "no notebook in the folder: it should hold squares.ipynb"),
        (["a.pdf"], "not a notebook: hand in the file that ends in .ipynb"),
    ],
)
def test_an_unclear_folder_is_named_with_the_remedy(tmp_path, paths, told):
    hand_in(tmp_path, *paths, "other/squares.ipynb")
    found = problems(tmp_path)
    assert told in found.pop(next(name for name in found if name.startswith("a")))
    assert found == {"other": ""}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna/squares.ipynb", "anna.ipynb"),
        ("anna.ipynb", "ANNA.ipynb"),
        ("Mu\u0308ller.ipynb", "M\u00fcller/squares.ipynb"),
        ("anna_1_assignsubmission_file_a.ipynb", "anna_1_assignsubmission_file_b.ipynb"),
    ],
)
def test_two_submissions_of_one_student_are_named_and_neither_is_chosen(tmp_path, one, other):
    found = collect(hand_in(tmp_path, one, other, "ben.ipynb"), NAME)
    assert len(found) == 2
    assert found[0].student == "ben" or found[0].raw is None
    (doubled,) = [submission for submission in found if submission.student != "ben"]
    assert doubled.raw is None
    assert doubled.problem.startswith("handed in 2 times (")
    assert one.split("/")[0] in doubled.problem
    assert other.split("/")[0] in doubled.problem
    assert "keep one" in doubled.problem


def test_who_is_missing_and_who_is_unknown_is_named(tmp_path):
    hand_in(tmp_path, "anna.ipynb", "eve.ipynb")
    assert problems(tmp_path, ["Anna", "Ben"]) == {
        "Anna": "",
        "Ben": "nothing was handed in",
        "eve": "no such student in the list: correct the name, or add it to the list",
    }


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_known_in_both_unicode_forms_and_told_as_in_the_list(tmp_path, form):
    listed = unicodedata.normalize("NFC", "José Müller")
    path = unicodedata.normalize(form, "josé müller") + ".ipynb"
    (found,) = collect(hand_in(tmp_path, path), NAME, [listed])
    assert (found.student, found.problem) == (listed, "")
    assert found.slug == slug(listed)


def test_files_of_different_students_have_different_plain_names():
    names = ["Ä B", "Ö B", "a/b", "a_b", "..", "", "王", "李", "x" * 300, "x" * 301]
    slugs = [slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    for one in slugs:
        assert one.isascii()
        assert len(one) < 60
        assert set("/\\. ").isdisjoint(one)


def test_a_name_with_control_characters_is_shown_without_them(tmp_path):
    (found,) = collect(hand_in(tmp_path, "a\x1b[2Jb\u202ec.ipynb"), NAME)
    assert found.student == "a�[2Jb�c"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("{", "damaged (not a notebook's text)"),
        ("[1]", "not a notebook of today's format"),
        ('{"worksheets": []}', "not a notebook of today's format"),
        ('{"cells": [1]}', "damaged (a cell is none)"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_a_damaged_notebook_is_named(tmp_path, text, told):
    (found,) = collect(hand_in(tmp_path, "anna.ipynb", text=text), NAME)
    assert found.raw is None
    assert found.problem.startswith(told)


def test_bytes_that_are_no_text_a_huge_file_and_links_are_named(tmp_path):
    (tmp_path / "bytes.ipynb").write_bytes(b"\xff\xfe\x00{")
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(LARGEST + 1)
    secret = tiny.write(tmp_path.parent / f"{tmp_path.name}-secret.ipynb")
    (tmp_path / "link.ipynb").symlink_to(secret)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "squares.ipynb").symlink_to(secret)
    found = problems(tmp_path)
    assert found["bytes"].startswith("damaged")
    assert found["huge"].startswith("20 MiB, more than 20")
    assert found["link"].startswith("a link, which is not followed")
    assert "squares.ipynb is a link, which is not followed" in found["folder"]


def test_a_kernel_of_another_language_is_flagged_and_damaged_metadata_is_borne(tmp_path):
    raw = tiny.source()
    raw["metadata"]["kernelspec"]["language"] = "R"
    tiny.write(tmp_path / "anna.ipynb", raw)
    tiny.write(tmp_path / "ben.ipynb", tiny.source() | {"metadata": [1]})
    anna, ben = collect(tmp_path, NAME)
    assert anna.flags == ["its kernel speaks R; it was run as Python"]
    assert (ben.problem, ben.flags) == ("", [])


def test_half_characters_do_not_reach_the_results(tmp_path):
    raw = tiny.answered(tiny.source(), why="half \ud800 character")
    hand_in(tmp_path, "anna.ipynb", text=json.dumps(raw))
    (found,) = collect(tmp_path, NAME)
    assert "half ? character" in found.raw["cells"][-1]["source"]


def test_an_empty_or_missing_folder_is_named(tmp_path):
    with pytest.raises(CourseError, match="is empty: put one folder or notebook a student"):
        collect(tmp_path, NAME)
    with pytest.raises(CourseError, match="cannot be read: No such file"):
        collect(tmp_path / "gone", NAME)
    with pytest.raises(CourseError, match="cannot be read: Not a directory"):
        collect(tiny.write(tmp_path / "file.ipynb"), NAME)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("anna\nben\n", ["anna", "ben"]),
        ("\ufeffstudent,mail\nAnna,a@x\n\nBen,b@x\n", ["Anna", "Ben"]),
        ("Name;Mail\r\nMüller, Anna;a@x\r\nBen;b@x\r\n", ["Müller, Anna", "Ben"]),
        ('"Müller, Anna",a@x\n', ["Müller, Anna"]),
        ("  anna  \n", ["anna"]),
    ],
)
def test_a_list_of_students_is_read(tmp_path, text, names):
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode("utf-8"))
    assert read_students(path) == names


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"anna\nANNA\n", "names ANNA, anna more than once: one student a line"),
        ("M\u00fcller\nMu\u0308ller\n".encode(), "more than once"),
        (b"student\n", "names no student"),
        (b"", "names no student"),
        ("Müller\n".encode("latin-1"), "save it as csv in UTF-8"),
        ("anna\n".encode("utf-16"), "save it as csv in UTF-8"),
    ],
)
def test_a_list_that_cannot_be_is_named(tmp_path, data, told):
    path = tmp_path / "class.csv"
    path.write_bytes(data)
    with pytest.raises(CourseError, match=told) as refused:
        read_students(path)
    assert "class.csv" in str(refused.value)


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"class\.csv cannot be read: No such file"):
        read_students(tmp_path / "class.csv")
