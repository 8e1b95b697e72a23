"""Homework 3: its solutions pass, its use cells run, mistakes of students get a fitting hint."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from h3_mistakes import MISTAKES
from native import by_heart, by_kind, compiled, run

SOURCE = Path(__file__).parents[2] / "notebooks" / "homework" / "source" / "h3_multitask.ipynb"

CASES = [(task, mistake) for task, mistakes in MISTAKES.items() for mistake in mistakes]


def changed(task: str, replacements: list[str]) -> str:
    """The solution with a mistake; every text that is replaced must be there."""
    text = by_kind(SOURCE)["solution"][task]
    for old, new in zip(replacements[::2], replacements[1::2], strict=True):
        assert old in text, f"{task} has no {old!r}"
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("seed", [0, 1, 7, 2026, 123456])
def test_the_solutions_pass_on_any_data(seed):
    assert {grade: hint for grade, hint in run(SOURCE, seed=seed).items() if hint} == {}


def test_what_is_not_done_yet_does_not_pass():
    undone = {task: f"def {task}(*_, **__):\n    raise NotImplementedError" for task in MISTAKES}
    assert all("NotImplementedError" in (hint or "") for hint in run(SOURCE, undone).values())


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # of the mistakes
@pytest.mark.parametrize(("task", "mistake"), CASES)
def test_a_mistake_gets_a_hint_that_fits(task, mistake):
    replacements, phrase, *test = MISTAKES[task][mistake]
    (cell,) = test or [f"test_{task}"]
    hint = run(SOURCE, {task: changed(task, replacements)}, only=[cell])[cell]
    assert hint is not None, "the mistake passes"
    assert any(part in hint for part in phrase.split("|")), hint


# Sizes of the first argument in the visible tests of a task.
VISIBLE = {
    "masked_loss": {6},
    "gathered_heads": {6},
    "equal_votes": {4, 7},
    "update_variances": {4, 12, 24},
    "gate_to_heads": {6},
    "closest_heads": {1, 2, 4},
    "operate": {2},
    "agreement": {5, 250},
    "shrunk_intercepts": {6},
}


@pytest.mark.parametrize("task", VISIBLE)
def test_being_right_on_the_visible_data_alone_does_not_pass(task):
    copied = by_heart(task, "np.size(given[0])", VISIBLE[task], off=0.01)
    hints = run(SOURCE, {task: changed(task, []) + copied})
    failed = {cell for cell, hint in hints.items() if hint}
    assert failed == {cell for cell in hints if cell.startswith(f"test_{task}")}
    assert all(hints[cell].startswith(("On other", "Over all possible")) for cell in failed)


@pytest.mark.parametrize(
    ("task", "answer"),
    [("masked_loss", "None"), ("gathered_heads", "'done'"), ("equal_votes", "None"),
     ("update_variances", "1.0"), ("gate_to_heads", "None"), ("closest_heads", "None"),
     ("operate", "None"), ("agreement", "(0.0, 1.0)"), ("shrunk_intercepts", "None")],
)  # fmt: skip
def test_an_answer_of_another_kind_is_named(task, answer):
    returns = f"def {task}(*_, **__):\n    return {answer}"
    hint = run(SOURCE, {task: returns}, only=[f"test_{task}"])[f"test_{task}"]
    assert hint is not None and "is expected" in hint


def test_every_task_has_mistakes_and_the_points_are_twenty():
    kinds = by_kind(SOURCE)
    assert set(kinds["solution"]) == set(MISTAKES)
    assert set(kinds["test"]) == {f"test_{task}" for task in MISTAKES} | {"test_masked_loss_more"}
    cells = json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]
    about = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    assert sum(a.get("points", 0) for a in about) == 20


def test_the_whole_source_runs_and_says_what_was_found(monkeypatch):
    monkeypatch.setenv("LECTUREKIT_STATIC", "1")
    names, said = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec(compiled("".join(cell["source"]), f"whole.{cell['id']}"), names)
    heads = [float(line.split(":")[1].split("%")[0]) for line in said.getvalue().splitlines()
             if line.startswith(("one regression", "heads"))]  # fmt: skip
    one, early, _, late = heads
    assert early > one > late  # what the text says: stop early
    few, every = (names["errors"][k] for k in ("5 students a school", "all students"))
    best = names["penalties"][few.index(min(few))]
    assert 1 < best < 100 and few[0] - min(few) > 3 * (every[0] - min(every))
    ratio = names["within"] / names["between"]
    assert 3 < ratio < 30
    assert abs(names["found"] - names["reference"]) < 0.1
