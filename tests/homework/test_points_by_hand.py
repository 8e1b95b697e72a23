"""The table that a person fills in: kept from run to run, asked anew, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from lecturekit.homework.points_by_hand import COLUMNS, NAME, HandError, tamed, untamed, write_table
from lecturekit.homework.submissions import slug


def result(student, answer, of=2.0, points=None):
    """A stored result with one written answer."""
    mark = {"task": "why", "points": points, "of": of, "why": "", "answer": answer}
    return {"student": student, "slug": slug(student), "marks": [mark]}


CLASS = [result("anna", "They grow."), result("ben", "Größe,\nin zwei; Zeilen")]


def rows(path, delimiter=","):
    """The table's rows by column, as a spreadsheet reads them."""
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def fill(path, delimiter=",", encoding="utf-8-sig", newline="\n", **points):
    """Save the table as a spreadsheet does, with points or other cells for some students."""
    found = rows(path)
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    for row in found:
        more = points.get(row["student"], {})
        writer.writerow(row | (more if isinstance(more, dict) else {"points": more}))
    path.write_bytes(lines.getvalue().encode(encoding))
    return path


@pytest.fixture
def path(tmp_path):
    """A table of two answers that wait."""
    write_table(tmp_path / NAME, CLASS)
    return tmp_path / NAME


def given(path, results=CLASS):
    """Student -> points and comment, after one more run."""
    return {
        found.row["student"]: (found.points, found.comment)
        for found in write_table(path, results).values()
    }


def test_it_lists_what_waits_with_room_for_points(path):
    assert [(row["student"], row["of"], row["points"]) for row in rows(path)] == [
        ("anna", "2", ""), ("ben", "2", "")
    ]  # fmt: skip
    assert rows(path)[1]["answer"] == "Größe,\nin zwei; Zeilen"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # else Excel reads another encoding


def test_nothing_that_waits_is_no_table(tmp_path):
    write_table(tmp_path / NAME, [result("anna", "", points=0.0)])
    assert not (tmp_path / NAME).exists()


def test_points_are_kept_from_run_to_run(path):
    fill(path, anna={"points": "1.5", "comment": "Nearly."})
    assert given(path) == {"anna": (1.5, "Nearly.")}
    before = path.read_bytes()
    assert given(path) == {"anna": (1.5, "Nearly.")}
    assert path.read_bytes() == before


def test_a_changed_answer_is_asked_anew_and_the_old_points_stay_below(path):
    fill(path, anna="2", ben="1")
    changed = [result("anna", "They grow fast."), CLASS[1]]
    write_table(path, changed)
    assert [(r["student"], r["answer"][:15], r["points"]) for r in rows(path)] == [
        ("anna", "They grow fast.", ""),
        ("ben", "Größe,\nin zwei;", "1"),
        ("anna", "They grow.", "2"),
    ]
    write_table(path, CLASS)  # the old answer is back
    assert [(row["student"], row["points"]) for row in rows(path)] == [("anna", "2"), ("ben", "1")]


def test_a_run_with_a_part_of_the_class_throws_no_points_away(path):
    fill(path, anna="2", ben="1")
    write_table(path, [CLASS[1]])
    assert given(path) == {"anna": (2, ""), "ben": (1, "")}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_saved_by_a_spreadsheet_is_understood(path, delimiter, newline):
    fill(path, delimiter, "utf-8", newline, anna=" 1,5 ", ben={"points": "0", "comment": "a; b"})
    assert given(path) == {"anna": (1.5, ""), "ben": (0, "a; b")}


def test_what_a_spreadsheet_does_to_an_answer_costs_no_points(path):
    fill(path, anna={"points": "2", "answer": "01. Feb"}, ben={"points": "1", "student": "BEN"})
    write_table(path, CLASS)
    assert [(row["student"], row["answer"], row["points"]) for row in rows(path)] == [
        ("anna", "They grow.", "2"), ("ben", "Größe,\nin zwei; Zeilen", "1")
    ]  # fmt: skip


def test_equal_answers_of_two_students_are_two_rows(tmp_path):
    write_table(tmp_path / NAME, [result("anna", "Same."), result("ben", "Same.")])
    fill(tmp_path / NAME, anna="1")
    assert given(tmp_path / NAME, [result("anna", "Same."), result("ben", "Same.")]) == {
        "anna": (1, "")
    }


@pytest.mark.parametrize("points", ["3", "-1", "two", "nan", "inf", "1 of 2", "1.2.3"])
def test_points_that_cannot_be_are_named_and_the_table_stays(path, points):
    fill(path, anna=points)
    before = path.read_bytes()
    with pytest.raises(HandError, match=r"line 2: anna gets .* write a number from 0 to 2\."):
        write_table(path, CLASS)
    assert path.read_bytes() == before


def test_an_edited_maximum_gives_no_more_points(path):
    fill(path, anna={"points": "5", "of": "9"})
    with pytest.raises(HandError, match="write a number from 0 to 2"):
        write_table(path, CLASS)


def test_two_rows_for_one_answer_are_named(path):
    fill(path, anna="1")
    row = path.read_text(encoding="utf-8-sig").splitlines()[1]
    with path.open("a", encoding="utf-8") as file:
        file.write(row.replace(",1,", ",2,") + "\n")
    with pytest.raises(HandError, match=r"lines 2 and \d give points for one answer of anna"):
        write_table(path, CLASS)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(path, column):
    text = path.read_text(encoding="utf-8-sig").replace(column, "other", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HandError, match=f"has no column {column}"):
        write_table(path, CLASS)


@pytest.mark.parametrize(
    "data", ["student,täsk\n".encode("latin-1"), b'"' + b"x" * 200_000, b"\xff\xfea\x00"]
)
def test_a_file_that_is_no_table_is_named(path, data):
    path.write_bytes(data)
    with pytest.raises(HandError, match=r"by_hand\.csv .*"):
        write_table(path, CLASS)
    assert path.read_bytes() == data


def test_rows_that_are_too_short_or_too_long_are_borne(path):
    with path.open("a", encoding="utf-8") as file:
        file.write("tom\n,,,,,,,,,,\n")
    assert given(path) == {}


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "x;=1+1", "x\n=1+1", "- a\n- b"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_starts_a_formula(tmp_path, text):
    """Neither for a spreadsheet that divides at commas nor for one that divides at semicolons."""
    write_table(tmp_path / NAME, [result(text, text)])
    written = (tmp_path / NAME).read_text(encoding="utf-8-sig")
    for delimiter in ",;":
        for row in csv.reader(io.StringIO(written), delimiter=delimiter):
            for cell in row:
                assert cell.lstrip('"')[:1] not in ("=", "+", "-", "@", "\t", "\r"), row
    for piece in written.replace(";", "\n").splitlines():
        assert piece[:1] not in ("=", "+", "-", "@")


@pytest.mark.parametrize("text", [*FORMULAS, "'tis", "plain", "a - b"])
def test_what_was_tamed_comes_back(text):
    assert untamed(tamed(text)) == text


def test_a_comment_like_a_formula_stays_as_it_was(path):
    fill(
        path, anna={"points": "1", "comment": "-1: no reason"}, ben={"points": "1", "comment": "'s"}
    )
    for _ in range(3):
        assert given(path) == {"anna": (1, "-1: no reason"), "ben": (1, "'s")}
