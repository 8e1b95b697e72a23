"""Table, pages and picture: in order, true, safe to open, without what the reader must not see."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from html.parser import HTMLParser

import pytest
import tiny
from test_grading import Here

from lecturekit.course.errors import CourseError
from lecturekit.figures.homework import ENDS, as_svg, class_picture, in_words
from lecturekit.homework.grading import grade
from lecturekit.homework.report import report
from lecturekit.homework.source import made_from
from lecturekit.homework.submissions import Submission, slug

HOMEWORK = made_from("squares", tiny.source())
SCRIPT = "<script>alert(1)</script>&\"'"


def mark(task, points, of, why="", answer=""):
    """A mark as it is stored."""
    return {"task": task, "points": points, "of": of, "why": why, "answer": answer}


def marks(square, mean, why, reason=""):
    """The three marks of a student."""
    return [
        mark("test_square", square, 2.0, "" if square else reason or "Too small."),
        mark("test_mean", mean, 3.0, "" if mean else reason or "It is not done yet."),
        mark("why", why, 2.0, "Not answered." if why == 0 else "Waits to be read.", "They grow."),
    ]


GIVEN = {
    "zoe": (marks(2.0, 3.0, None), []),
    "Ben": (marks(0.0, 3.0, 0.0), ["test test_mean was edited"]),
    "anna": (marks(0.0, 0.0, None, SCRIPT), [SCRIPT]),
}


@pytest.fixture
def out(tmp_path):
    """A graded class: three students, one of whom nothing came, and one with a strange name."""
    students = sorted([*GIVEN, "tom", SCRIPT[:20]], key=str.casefold)
    handed_in = [
        Submission(name, slug(name), {"cells": [], "by": name})
        if name in GIVEN
        else Submission(name, slug(name), problem="nothing was handed in")
        for name in students
    ]
    here = Here(**{slug(n): {"marks": m, "flags": f} for n, (m, f) in GIVEN.items()})
    list(grade(HOMEWORK, handed_in, tmp_path, here, walled=False))
    return tmp_path


def give(out, student, points, comment=""):
    """Fill in the table by hand."""
    path = out / "by_hand.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for number, line in enumerate(lines):
        if line.startswith(student):
            lines[number] = line.replace("why,2,,", f"why,2,{points},{comment}", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(out):
    """grades.csv by student."""
    text = (out / "grades.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def page(out, student):
    """A student's feedback page."""
    return (out / "feedback" / f"{slug(student)}.html").read_text(encoding="utf-8")


def test_the_table_has_points_then_reasons_in_the_order_of_the_class(out):
    report(HOMEWORK, out)
    found = table(out)
    assert list(found) == ["<script>alert(1)</sc", "anna", "Ben", "tom", "zoe"]
    assert list(found["anna"]) == [
        "student", "status", "points", "of", "test_square", "test_mean", "why",
        "test_square: why", "test_mean: why", "why: why", "look at",
    ]  # fmt: skip
    zoe = list(found["zoe"].values())
    assert zoe == [
        "zoe",
        "waits for a hand",
        "5",
        "7",
        "2",
        "3",
        "",
        "",
        "",
        "Waits to be read.",
        "",
    ]
    assert (found["Ben"]["test_square"], found["Ben"]["test_square: why"]) == ("0", "Too small.")
    assert found["Ben"]["look at"] == "test test_mean was edited"
    tom = list(found["tom"].values())
    assert tom == ["tom", "nothing was handed in", "0", "7", "", "", "", "", "", "", ""]


def test_points_by_hand_are_in_table_and_page(out):
    report(HOMEWORK, out)
    give(out, "zoe", "1.5", "Nearly.")
    give(out, "anna", "2", "")
    report(HOMEWORK, out)
    zoe = table(out)["zoe"]
    assert (zoe["status"], zoe["points"], zoe["why"]) == ("graded", "6.5", "1.5")
    assert "6.5 of 7 points" in page(out, "zoe")
    assert "◐ 1.5 of 2</td><td>Nearly." in page(out, "zoe")
    assert "✔ 2 of 2</td><td>All is well." in page(out, "anna")
    give(out, "zoe", "", "")


def test_less_than_all_points_without_a_word_is_not_called_well(out):
    report(HOMEWORK, out)
    give(out, "zoe", "1")
    report(HOMEWORK, out)
    assert "◐ 1 of 2</td><td>No comment." in page(out, "zoe")


class Tags(HTMLParser):
    """The tags of a page, and whether each is closed."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_pages_are_whole_and_no_text_of_a_student_becomes_a_tag(out):
    report(HOMEWORK, out)
    pages = [*(out / "feedback").iterdir(), out / "summary.html"]
    assert len(pages) == 6
    for path in pages:
        tags = Tags(path.read_text(encoding="utf-8"))
        assert tags.open == []
        assert "script" not in tags.seen
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(out, "anna")


def test_a_page_loads_nothing_from_elsewhere(out):
    report(HOMEWORK, out)
    for path in [*(out / "feedback").iterdir(), out / "summary.html"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href)=\"(?!#)", text)
        assert "url(http" not in text


def test_a_students_page_holds_nothing_of_tests_solutions_others_and_flags(out):
    rows = report(HOMEWORK, out)
    for row in rows:
        text = unescape(page(out, row.student)).partition("</style>")[2]
        for other in {"zoe", "anna", "tom"} - {row.student}:
            assert other not in text
        for secret in ("Squares grow.", "for *grow*", "draws", "total", "was edited", "They grow."):
            assert secret not in text


def test_who_has_no_grade_reads_why(out):
    report(HOMEWORK, out)
    assert "Nothing could be graded: nothing was handed in." in page(out, "tom")


def test_the_lecturers_page_tells_reasons_and_whom_to_look_at(out):
    report(HOMEWORK, out)
    text = unescape((out / "summary.html").read_text(encoding="utf-8"))
    assert '<td class="points">1</td><td>Too small.</td>' in text
    assert "Waits to be read." not in text
    looks = text[text.index("Look at") :]
    for name in ("Ben", "anna", "tom"):
        assert f'<th scope="row">{name}</th>' in looks
    assert '<th scope="row">zoe</th>' not in looks


def test_the_picture_says_in_words_what_was_counted(out):
    report(HOMEWORK, out)
    text = (out / "summary.html").read_text(encoding="utf-8")
    alt = unescape(re.search(r'role="img" aria-label="([^"]*)"', text)[1])
    assert alt == (
        "Students a task. square: 1 solved, 2 not solved; mean: 2 solved, 1 not solved; "
        "why: 2 waits for a hand, 1 not solved. "
        "Points so far: from 0 to 5, median 3, of 7."
    )


def test_the_same_results_give_the_same_bytes(out):
    report(HOMEWORK, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    report(HOMEWORK, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_grades_of_an_older_homework_are_not_mixed_with_the_new(out):
    raw = tiny.source()
    raw["cells"][5]["metadata"]["nbgrader"]["points"] = 4
    with pytest.raises(CourseError, match=r"have changed .* lecturekit homework grade squares"):
        report(made_from("squares", raw), out)


def test_a_folder_without_grades_is_named(tmp_path):
    with pytest.raises(CourseError, match="holds no grades: give the folder that"):
        report(HOMEWORK, tmp_path)


def test_nobody_graded_is_a_report_as_well(tmp_path):
    handed_in = [Submission("tom", slug("tom"), problem="nothing was handed in")]
    list(grade(HOMEWORK, handed_in, tmp_path, Here(), walled=False))
    report(HOMEWORK, tmp_path)
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "square: nobody" in text
    assert "Points so far: nobody has any." in text


def drawn(count):
    """The picture of a homework with so many tasks, with its axes."""
    ends = {f"task {k}": dict(zip(ENDS, (9, 4, 3, 14), strict=True)) for k in range(count)}
    figure = class_picture("h1", ends, [k % 20 for k in range(30)], 20)
    figure.draw_without_rendering()  # lays it out
    return figure


@pytest.mark.parametrize("count", [1, 6, 15])
def test_the_legend_overlaps_no_axes(count):
    figure = drawn(count)
    (legend,) = figure.legends
    box = legend.get_window_extent()
    for axes in figure.axes:
        assert not box.overlaps(axes.get_tightbbox())
    assert figure.bbox.containsx(box.x1)
    assert [text.get_text() for text in legend.get_texts()] == list(ENDS)


def test_bars_are_as_long_as_their_counts_and_differ_by_more_than_colour():
    tasks, spread = drawn(2).axes
    widths = [[bar.get_width() for bar in bars] for bars in tasks.containers]
    assert widths == [[9, 9], [4, 4], [3, 3], [14, 14]]
    assert {text.get_text() for text in tasks.texts} == {"9", "4", "3", "14"}
    assert len({bars[0].get_hatch() for bars in tasks.containers}) == 4
    assert sum(bar.get_height() for bar in spread.patches) == 30


def test_the_svg_has_its_text_escaped():
    svg = as_svg(drawn(1), in_words({'a"<b': {"solved": 1}}, [1], 2))
    assert svg.startswith('<svg role="img" aria-label="Students a task. a&quot;&lt;b: 1 solved.')
