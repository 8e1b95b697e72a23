"""Points go by the tests of the source, by what names meant there, and by nothing else."""

from __future__ import annotations

import string

import numpy as np
import pytest
import tiny
from tiny import RIGHT_MEAN as MEAN
from tiny import RIGHT_SQUARE as SQUARE
from tiny import WRONG_SQUARE as WRONG
from walled import needs_wall

from lecturekit.homework.judge import Judge
from lecturekit.homework.limits import Limits
from lecturekit.homework.release import student_version
from lecturekit.homework.remote import Raised, raised
from lecturekit.homework.source import made_from
from lecturekit.homework.visit import told

LIMITS = Limits(cell=10, whole=60)
RELEASED = student_version(made_from("squares", tiny.source()))


@pytest.fixture(scope="module")
def judge():
    return Judge(made_from("squares", tiny.source()), LIMITS, walled=False)


def own(code):
    """A cell that a student added."""
    return {"cell_type": "code", "metadata": {}, "source": code}


def handed_in(*, before=(), after=(), **texts):
    """A student's notebook, with own cells behind the set-up and at the end."""
    raw = tiny.answered(RELEASED, **{"square": SQUARE, "mean": MEAN, "why": "They grow."} | texts)
    raw["cells"][2:2] = [own(code) for code in before]
    raw["cells"] += [own(code) for code in after]
    return raw


def points(graded):
    return [mark.points for mark in graded.marks]


def test_the_source_itself_gets_all_points(judge):
    assert points(judge.judge(tiny.source())) == [2, 3, None]


def test_the_version_as_given_out_gets_none_and_no_flag(judge):
    graded = judge.judge(RELEASED)
    assert points(graded) == [0, 0, 0]
    assert [mark.why for mark in graded.marks] == ["It is not done yet."] * 2 + ["Not answered."]
    assert graded.flags == []


def test_own_cells_run_where_they_stand_and_an_error_in_one_stops_no_other(judge):
    uses = "def square(x):\n    return np.asarray(x) ** exponent"
    graded = judge.judge(handed_in(before=["exponent = 2", "1 / 0"], square=uses))
    assert points(graded) == [2, 3, None]
    late = judge.judge(
        handed_in(before=["numbers = exponent"], after=["exponent = 2"], square=uses)
    )
    assert points(late)[0] == 0
    assert late.marks[0].why == "It stopped with NameError in line 2 of its cell."


@pytest.mark.parametrize(("first", "then", "expected"), [(SQUARE, WRONG, 2), (WRONG, SQUARE, 0)])
def test_a_redefinition_behind_the_test_does_not_count(judge, first, then, expected):
    assert points(judge.judge(handed_in(square=first, after=[then])))[0] == expected


def test_a_helper_that_a_later_task_redefines_stays_what_it_was(judge):
    square = "def helper(x):\n    return np.asarray(x) ** 2\ndef square(x):\n    return helper(x)"
    mean = (
        MEAN.replace("sum(x) / len(x)", "helper(x)")
        + "\ndef helper(x):\n    return sum(x) / len(x)"
    )
    assert points(judge.judge(handed_in(square=square, mean=mean))) == [2, 3, None]


def test_without_its_test_cell_a_task_is_asked_at_the_end(judge):
    raw = handed_in()
    raw["cells"] = [c for c in raw["cells"] if c["source"] != tiny.TEST_SQUARE]
    raw["cells"] = [
        c
        for c in raw["cells"]
        if c["metadata"].get("nbgrader", {}).get("points") != 2 or c["cell_type"] == "markdown"
    ]
    graded = judge.judge(raw)
    assert points(graded) == [2, 3, None]
    assert graded.flags == ["test test_square was deleted"]


def test_a_cell_that_ends_its_process_costs_its_own_task_only(judge):
    graded = judge.judge(handed_in(square="import os\nos._exit(0)"))
    assert points(graded) == [0, 3, None]
    ended = "ended its own process, or was ended for its memory"
    assert graded.marks[0].why == f"Its cell {ended}."
    assert graded.flags == [f"square {ended}"]


def test_a_call_that_ends_its_process_costs_its_own_task_only(judge):
    graded = judge.judge(handed_in(square="def square(x):\n    import os\n    os._exit(0)"))
    assert points(graded) == [0, 3, None]
    assert graded.marks[0].why.startswith("It ended its own process")


def test_after_too_many_endings_the_rest_is_given_up():
    few = Judge(made_from("squares", tiny.source()), Limits(deaths=1), walled=False)
    graded = few.judge(handed_in(before=["import os; os._exit(0)", "import os; os._exit(0)"]))
    assert points(graded)[:2] == [0, 0]
    assert graded.marks[1].why == "It has 2 cells that end their process."


def test_a_copied_example_passes_the_visible_part_and_fails_the_hidden_one(judge):
    copied = "def square(x):\n    return np.array([1, 4])"
    check = Judge(made_from("squares", tiny.source()), LIMITS, hidden=False, walled=False)
    assert points(check.judge(handed_in(square=copied)))[0] == 2
    graded = judge.judge(handed_in(square=copied))
    assert graded.marks[0].points == 0
    assert graded.marks[0].why.startswith("It is wrong for numbers that are not whole.")


def test_a_written_answer_waits_for_a_hand_with_its_text(judge):
    mark = judge.judge(handed_in(why="  They grow. ")).marks[2]
    assert (mark.points, mark.of, mark.answer) == (None, 2, "They grow.")
    assert len(judge.judge(handed_in(why="x" * 50_000)).marks[2].answer) == 20_000
    assert judge.judge(handed_in(why=" \n")).marks[2].points == 0


@pytest.mark.parametrize(
    "looping",
    [
        "def square(x):\n    return np.array([n * n for n in x])",
        "def square(x):\n    y = np.array(x, float)\n    for k in range(len(y)):\n"
        "        y[k] *= y[k]\n    return y",
        "def square(x):\n    return np.array(list(map(lambda n: n * n, x)))",
    ],
)
def test_a_loop_is_seen_through_the_wall(judge, looping):
    mark = judge.judge(handed_in(square=looping)).marks[0]
    assert mark.points == 0
    assert mark.why.startswith("NumPy squares all numbers at once. (Line ")


def test_a_deep_expression_is_read_without_harm(judge):
    deep = f"def square(x):\n    return np.asarray(x) ** 2{' + 0' * 600}"
    assert points(judge.judge(handed_in(square=deep)))[0] == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return sum(x) / max(1, len(x))", "No numbers have no mean."),
        ("return sum(x) / len(x)", "(It raises ZeroDivisionError; a ValueError is expected.)"),
        ("raise NotImplementedError", "It is not done yet."),
        (
            "if len(x): return sum(x) / len(x)\n    raise type('E0123', (Exception,), {})",
            "(It raises an error of its own; a ValueError is expected.)",
        ),
    ],
)
def test_refuses_asks_for_a_value_error(judge, body, why):
    mark = judge.judge(handed_in(mean=f"def mean(x):\n    {body}")).marks[1]
    assert mark.points == 0 and mark.why.endswith(why)


def with_value(test, solution):
    """A homework whose test asks for a value and not for a function."""
    raw = tiny.source()
    raw["cells"] = [
        raw["cells"][1],
        tiny.cell("code", "size", solution, solution=True),
        tiny.cell("code", "test_size", test, grade=True, locked=True, points=1),
    ]
    return made_from("value", raw)


@pytest.mark.parametrize(
    ("given", "points_and_why"),
    [
        ("size = np.arange(3)", (1, "")),
        ("size = [0, 1, 2.0]", (1, "")),
        ("size = np.arange(4)", (0, "no. (Its shape is (4,); (3,) is expected.)")),
        ("size = object()", (0, "size is no function, number or array.")),
        ("pass", (0, "size is not defined.")),
        (
            "size = 1 / 0",
            (0, "It stopped with ZeroDivisionError in line 1 of its cell: division by zero."),
        ),
    ],
)
def test_a_test_may_ask_for_a_value(given, points_and_why):
    test = (
        "close(np.asarray(size), [0, 1, 2], 'no.')\n### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"
    )
    homework = with_value(test, "### BEGIN SOLUTION\nsize = np.arange(3)\n### END SOLUTION")
    raw = {"cells": [tiny.cell("code", "size", given)]}
    mark = Judge(homework, LIMITS, walled=False).judge(raw).marks[0]
    assert (mark.points, mark.why.rstrip(".")) == (points_and_why[0], points_and_why[1].rstrip("."))


@needs_wall
def test_a_gradient_through_the_wall_equals_the_native_one():
    from lecturekit.homework.checks import gradient

    def energy(x, w):
        import tensorflow as tf

        return tf.reduce_sum(tf.tanh(x) * w, axis=1) ** 3

    code = "def energy(x, w):\n    return tf.reduce_sum(tf.tanh(x) * w, axis=1) ** 3"
    rng = np.random.default_rng(3)
    x, w = rng.normal(size=(4, 3)), rng.normal(size=3)
    native = gradient(energy, x, w, of=1)
    assert native.shape == (3,) and np.abs(native).min() > 1e-3
    raw = tiny.source()
    test = f"""\
x, w = np.array({x.tolist()!r}), np.array({w.tolist()!r})
close(gradient(energy, x, w, of=1), {native.tolist()!r}, "not equal", within=1e-12)
### BEGIN HIDDEN TESTS
close(gradient(energy, x, w, of=0).shape, [4, 3], "another shape")
### END HIDDEN TESTS"""
    set_up = "import numpy as np\nimport tensorflow as tf\n"
    set_up += "from lecturekit.homework.checks import close, gradient"
    solution = "### BEGIN SOLUTION\n" + code + "\n### END SOLUTION"
    raw["cells"] = [
        tiny.cell("code", "setup", set_up, locked=True),
        tiny.cell("code", "energy", solution, solution=True),
        tiny.cell("code", "test_energy", test, grade=True, locked=True, points=1),
    ]
    graded = Judge(made_from("energy", raw), Limits()).judge(raw)
    assert [(mark.points, mark.why) for mark in graded.marks] == [(1, "")]


def test_what_is_told_of_an_error_in_a_hidden_test_holds_nothing_that_it_could_carry():
    rng, letters = (
        np.random.default_rng(0),
        string.ascii_letters + string.digits + " .-<\n\x1b\ud800",
    )
    for _ in range(500):
        secret = "".join(rng.choice(list(letters), 12))
        kinds = [secret, f"E{secret}", "ValueError" + secret, ["ValueError"], {secret: 1}, None]
        lines = [int(rng.integers(51, 10**12)), -1, 0, True, secret, 3.5, None, 10**300]
        for kind in kinds:
            for line in lines:
                reply = {"kind": kind, "text": secret, "line": line}
                assert (
                    told(raised(reply, 50), words=False) == "It stopped with an error of its own."
                )
    known = raised({"kind": "ValueError", "text": "0.37", "line": 50}, 50)
    assert told(known, words=False) == "It stopped with ValueError in line 50 of its cell."
    assert raised({"kind": "ValueError", "line": 1000}, 10**6).line is None


def test_the_words_of_an_error_are_made_fit_to_be_shown():
    words = told(
        raised({"kind": "ValueError", "text": "a\x1b[31m\ud800\n b" + "c" * 900}, 9), words=True
    )
    assert words.isprintable() and words.encode("utf-8") and len(words) < 200
    assert told(Raised("NotImplementedError", "hm", 3), words=True) == "It is not done yet."
