"""What comes out of grading: the table, the pages, the picture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import write_text
from lecturekit.homework import feedback
from lecturekit.homework.source import Source
from lecturekit.homework.table import Row, as_csv, rows_of


def report(homework: Source, out: Path) -> list[Row]:
    """Write `grades.csv`, `by_hand.csv`, `summary.html` and `feedback/STUDENT.html` into `out`.

    Raises:
        CourseError: nothing was graded there, another version of the homework was, or
            `by_hand.csv` cannot be understood.
        OSError: a file cannot be written; those before it are whole.
    """
    from lecturekit.figures import homework as figures

    rows = rows_of(out)
    tasks = [(task.name, task.points) for task in homework.tasks]
    if any(row.marks and [(mark.task, mark.of) for mark in row.marks] != tasks for row in rows):
        raise CourseError(
            f"The tasks of {homework.name} have changed since it was graded: repeat "
            f"lecturekit homework grade {homework.name}."
        )
    write_text(out / "grades.csv", as_csv(rows, tasks))
    for row in rows:
        text = feedback.for_student(homework.name, row, homework.points)
        write_text(out / "feedback" / f"{row.slug}.html", text)
    graded = [row for row in rows if row.marks]
    ends = {name: dict(Counter(end(row, name) for row in graded)) for name, _ in tasks}
    ends = {name.removeprefix("test_"): counts for name, counts in ends.items()}
    picture = figures.class_picture(
        homework.name, ends, [row.points for row in graded], homework.points
    )
    totals = [row.points for row in graded]
    svg = figures.as_svg(picture, figures.in_words(ends, totals, homework.points))
    write_text(out / "summary.html", feedback.for_lecturer(homework.name, rows, tasks, svg))
    return rows


def end(row: Row, task: str) -> str:
    """What became of a task, in the words of the picture."""
    for mark in row.marks:
        if mark.task == task and mark.points is None:
            return "waits for a hand"
        if mark.task == task and mark.points:
            return "solved" if mark.points == mark.of else "in part"
    return "not solved"
