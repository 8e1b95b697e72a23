"""Grading a folder: each submission once, again when something that counts has changed, and on
from where it stopped."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import asdict, replace

import pytest
import tiny

from lecturekit.course.errors import CourseError
from lecturekit.course.spread import Lost, Spread
from lecturekit.homework import grading
from lecturekit.homework.errors import BrokenSandbox
from lecturekit.homework.grading import Work, code_digest, grade, grade_one
from lecturekit.homework.limits import Limits
from lecturekit.homework.report import report
from lecturekit.homework.source import made_from
from lecturekit.homework.submissions import Submission, collect, slug
from lecturekit.homework.table import read_results, rows_of

HOMEWORK = made_from("squares", tiny.source())
MARKS = [
    {"task": "test_square", "points": 2.0, "of": 2.0, "why": "", "answer": ""},
    {"task": "test_mean", "points": 0.0, "of": 3.0, "why": "It is not done yet.", "answer": ""},
    {"task": "why", "points": None, "of": 2.0, "why": "Waits to be read.", "answer": "They grow."},
]


class Here:
    """In the place of a Spread: notes who is graded, and gives everyone the same marks."""

    dask = ""

    def __init__(self, stop_after=None, **results):
        self.stop_after, self.results, self.ran = stop_after, results, []

    def run(self, function, jobs):
        for name in jobs:
            if len(self.ran) == self.stop_after:
                raise KeyboardInterrupt
            self.ran.append(name)
            yield name, self.results.get(name, {"marks": MARKS, "flags": []})


def submissions(*students, **more):
    """One submission each, whose text is the student's name."""
    return [Submission(name, slug(name), {"cells": [], "by": name}) for name in students] + [
        Submission(name, slug(name), problem=problem) for name, problem in more.items()
    ]


def again(out, *, of=HOMEWORK, students=("anna", "ben", "zoe"), **options):
    """Who is graded in one more run."""
    here = Here()
    done = list(grade(of, submissions(*students), out, here, walled=False, **options))
    assert len(done) == len(students)
    return [name.partition("-")[0] for name in here.ran]


def test_everyone_is_graded_once_and_stored_under_an_own_name(tmp_path):
    here = Here()
    handed_in = submissions("anna", "ben", zoe="nothing was handed in")
    done = [one.student for one in grade(HOMEWORK, handed_in, tmp_path, here, walled=False)]
    assert sorted(done) == ["anna", "ben", "zoe"]
    assert here.ran == [slug("anna"), slug("ben")]
    assert [(found["student"], found["problem"]) for found in read_results(tmp_path)] == [
        ("anna", ""), ("ben", ""), ("zoe", "nothing was handed in")
    ]  # fmt: skip
    assert len(list((tmp_path / "results").iterdir())) == 3


def test_a_second_run_grades_nobody(tmp_path):
    assert again(tmp_path) == ["anna", "ben", "zoe"]
    assert again(tmp_path) == []


def test_after_a_stop_only_the_missing_are_graded(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        list(grade(HOMEWORK, submissions("anna", "ben", "zoe"), tmp_path, Here(1), walled=False))
    assert rows_of(tmp_path)[1].status == "not graded yet: repeat the command"
    assert again(tmp_path) == ["ben", "zoe"]
    assert [row.status for row in rows_of(tmp_path)] == ["waits for a hand"] * 3


def test_another_seed_source_limit_or_submission_is_graded_again(tmp_path):
    again(tmp_path)
    raw = tiny.source()
    raw["cells"][0]["source"] += "!"
    changed = made_from("squares", raw)
    assert again(tmp_path, seed=1) == ["anna", "ben", "zoe"]
    assert again(tmp_path, seed=1) == []
    assert again(tmp_path, of=changed, seed=1) == ["anna", "ben", "zoe"]
    assert again(tmp_path, of=changed, seed=1, limits=Limits(cell=1)) == ["anna", "ben", "zoe"]
    handed_in = submissions("anna", "ben", "zoe")
    handed_in[1].raw = {"cells": [], "by": "another"}
    here = Here()
    list(grade(changed, handed_in, tmp_path, here, seed=1, limits=Limits(cell=1), walled=False))
    assert here.ran == [slug("ben")]


def test_other_code_of_the_grader_is_another_key_and_a_wall_too():
    work = Work("squares", "", {}, Limits(), 0, "code")
    keys = {work.key, replace(work, code="other").key, replace(work, walled=False).key}
    assert len(keys) == 3
    assert replace(work).key == work.key


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"key": 1}'])
def test_a_damaged_result_is_made_anew(tmp_path, damage):
    again(tmp_path)
    (tmp_path / "results" / f"{slug('ben')}.json").write_text(damage, encoding="utf-8")
    assert rows_of(tmp_path)[1].status == "not graded yet: repeat the command"
    assert again(tmp_path) == ["ben"]


def test_who_could_not_be_graded_is_told_and_tried_again(tmp_path):
    here = Here(**{slug("ben"): Lost("the process that had it was killed 3 times")})
    list(grade(HOMEWORK, submissions("anna", "ben"), tmp_path, here, walled=False))
    anna, ben = rows_of(tmp_path)
    assert (anna.status, len(anna.marks)) == ("waits for a hand", 3)
    assert ben.status == "not graded: the process that had it was killed 3 times"
    assert ben.marks == ()
    assert again(tmp_path, students=("anna", "ben")) == ["ben"]


def test_who_has_left_the_class_is_no_longer_in_the_table(tmp_path):
    again(tmp_path)
    again(tmp_path, students=("anna",))
    assert [row.student for row in rows_of(tmp_path)] == ["anna"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match=r"file/out cannot be written .*choose another --out"):
        list(grade(HOMEWORK, submissions("anna"), tmp_path / "file" / "out", Here(), walled=False))


def test_a_cluster_needs_no_wall_on_this_machine(tmp_path, monkeypatch):
    def refuse():
        raise CourseError("no wall here")

    monkeypatch.setattr(grading.wall, "require", refuse)
    cluster = Here()
    cluster.dask = "tcp://127.0.0.1:1"
    assert len(list(grade(HOMEWORK, submissions("anna"), tmp_path, cluster))) == 1
    with pytest.raises(CourseError, match="no wall here"):
        list(grade(HOMEWORK, submissions("anna"), tmp_path, Here()))


class Judge:
    """In the place of a judge: does what its submission says."""

    def judge(self, submission):
        return submission["do"]()


def judged(monkeypatch, do, **options):
    """What grading gives for a submission at which the judge does this."""
    monkeypatch.setattr(grading, "judge_of", lambda *_: Judge())
    return grade_one(Work("squares", "", {"do": do}, Limits(), 7, code_digest(), **options))


def test_a_grader_that_falls_over_one_submission_says_so_and_the_others_go_on(monkeypatch):
    def fall():
        raise RecursionError("too deep")

    assert judged(monkeypatch, fall) == {
        "marks": [],
        "flags": [],
        "problem": "not graded: the grader failed (RecursionError: too deep)",
    }


def test_a_broken_machine_stops_everything(monkeypatch):
    def broken():
        raise BrokenSandbox("no memory for TensorFlow")

    with pytest.raises(CourseError, match="no memory"):
        judged(monkeypatch, broken)


def test_a_worker_with_other_code_is_refused():
    with pytest.raises(CourseError, match="another version of lecturekit"):
        grade_one(Work("squares", "", {}, Limits(), 0, "other"))


def test_a_set_up_that_fails_is_named():
    raw = tiny.source()
    raw["cells"][1]["source"] += "\nimport no_such_module"
    work = Work("squares", json.dumps(raw), {}, Limits(), 0, code_digest(), walled=False)
    with pytest.raises(
        CourseError, match=r"set-up of squares fails: ModuleNotFoundError.*\n.*Mend"
    ):
        grade_one(work)


def test_threads_of_one_process_do_not_mix_their_seeds(monkeypatch):
    """A Dask worker may run several jobs in one process."""
    from lecturekit.homework.checks import draws
    from lecturekit.homework.judge import Graded, Mark

    turns = threading.Barrier(2, timeout=1)

    def judge():
        first = draws().normal()
        with contextlib.suppress(threading.BrokenBarrierError):
            turns.wait()  # for the other thread, if it is let in at the same time
        assert draws().normal() == first
        return Graded([Mark("test", first, 9)])

    monkeypatch.setattr(
        grading, "judge_of", lambda *_: type("J", (), {"judge": lambda *_: judge()})
    )
    found = {}

    def run(seed):
        found[seed] = grade_one(Work("squares", "", {}, Limits(), seed, code_digest()))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("problem" not in result for result in found.values()), found
    assert found[1]["marks"][0]["points"] != found[2]["marks"][0]["points"]


def test_a_class_is_graded_as_it_deserves(tmp_path):
    """The whole way once, on processes: from a folder to the table."""
    released = tiny.source()
    right = "def square(x):\n    return np.asarray(x) ** 2"
    mean = tiny.MEAN.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")
    folder = tmp_path / "handed in"
    for name, texts in {
        "anna": {"square": right, "mean": mean, "why": "They grow."},
        "ben": {"square": right.replace("** 2", "* 2"), "mean": mean, "why": ""},
        "zoe": {"square": "def square(x):", "mean": "raise SystemExit", "why": "Because."},
    }.items():
        tiny.write(folder / name / "squares.ipynb", tiny.answered(released, **texts))
    (folder / "damaged.ipynb").write_text("{", encoding="utf-8")
    handed_in = collect(folder, "squares", ["anna", "ben", "zoe", "damaged", "tom"])
    done = list(grade(HOMEWORK, handed_in, tmp_path / "out", Spread(2), walled=False))
    assert len(done) == 5
    rows = {row.student: row for row in report(HOMEWORK, tmp_path / "out")}
    points = {name: [mark.points for mark in row.marks] for name, row in rows.items()}
    assert points == {
        "anna": [2, 3, None], "ben": [0, 3, 0], "zoe": [0, 0, None], "damaged": [], "tom": []
    }  # fmt: skip
    assert rows["ben"].marks[0].why == "The square of 2 is not 2 times 2."
    assert rows["ben"].marks[2].why == "Not answered."
    assert "SyntaxError" in rows["zoe"].marks[0].why
    assert rows["tom"].status == "nothing was handed in"


def test_a_result_holds_what_the_table_reads_and_nothing_of_the_tests(tmp_path):
    again(tmp_path, students=("anna",))
    text = (tmp_path / "results" / f"{slug('anna')}.json").read_text(encoding="utf-8")
    assert set(json.loads(text)) == {"student", "slug", "key", "problem", "marks", "flags"}
    for line in ("draws()", "total / 7", "Squares grow"):
        assert line not in text


def test_limits_can_be_stored():
    assert Limits(**json.loads(json.dumps(asdict(Limits())))) == Limits()
