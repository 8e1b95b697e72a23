"""Homework 1: its solutions pass, its use cells run, mistakes of students get a fitting hint."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from native import by_heart, by_kind, compiled, run

from lecturekit.homework.source import load

SOURCE = Path(__file__).parents[2] / "notebooks" / "homework" / "source" / "h1_paired_losses.ipynb"

# Solution → mistake → (what is changed in the solution [old, new, …], what the hint must say).
Mistakes = dict[str, tuple[list[str], str]]
CONSISTENCY: Mistakes = {
    "no stop-gradient": (["tf.stop_gradient(logits)", "logits"], "flows into the prediction on x"),
    "the gradient is stopped on the other side": (
        ["tf.stop_gradient(logits)", "logits", "softmax(augmented",
         "softmax(tf.stop_gradient(augmented)"],
        "which alone should learn",
    ),
    "the gradient gets lost in NumPy": (
        ["log_softmax(augmented,", "log_softmax(np.asarray(tf.stop_gradient(augmented)),"],
        "which alone should learn",
    ),
    "p and q change places": (
        ["softmax(tf.stop_gradient(logits)", "softmax(tf.stop_gradient(augmented)",
         "log_softmax(augmented", "log_softmax(logits"],
        "which of the two is p",
    ),
    "divergence instead of cross-entropy": (
        ["-tf.reduce_sum(p * tf", "tf.reduce_sum(p * tf.math.log(p) - p * tf"], "no entropy"
    ),
    "softmax over the batch": (
        ["softmax(tf.stop_gradient(logits), axis=-1", "softmax(tf.stop_gradient(logits), axis=0"],
        "through a softmax over the classes",
    ),
    "sum instead of mean": (["tf.reduce_mean", "tf.reduce_sum"], "the mean over the rows"),
    "one loss for each row": (["tf.reduce_mean(sure * rows)", "sure * rows"], "shape"),
    "the mask looks at q": (
        ["tf.reduce_max(p,", "tf.reduce_max(tf.nn.softmax(augmented),"], "The mask looks at"
    ),
    "no mask": (["sure * rows", "rows"], "it stays a row"),
    "mean over the rows that count": (
        ["tf.reduce_mean(sure * rows)", "tf.reduce_sum(sure * rows) / tf.reduce_sum(sure)"],
        "stays a row of the mean",
    ),
    "logarithm of a softmax": (
        ["tf.nn.log_softmax(augmented, axis=-1)", "tf.math.log(tf.nn.softmax(augmented))"],
        "logits in the hundreds",
    ),
    "logarithm in bits": (["-tf.reduce_sum(", "-1.442695 * tf.reduce_sum("], "in nats"),
}  # fmt: skip
GRADIENT: Mistakes = {
    "the force instead of the gradient": (
        ["return slope * direction, -slope", "return -slope * direction, slope"], "uphill"
    ),
    "the same gradient in both": (["-slope * direction", "slope * direction"], "Action equals"),
    "one array only": (["return slope * direction, -slope * direction", "return slope * direction"],
                       "Return two arrays"),
    "Hadsell's form": (["apart / np.where(distance > 0, distance, 1)", "apart"], "slope of D is 1"),
    "similar and dissimilar change places": (
        ["similar[:, None]", "~similar[:, None]"], "whatever the distance"
    ),
    "pushes beyond the margin": (["distance < margin", "distance < np.inf"], "costs nothing"),
    "dissimilar pairs are pulled": (
        ["margin, -1.0", "margin, 1.0"], "inside the margin is pushed apart"
    ),
    "NaN at distance 0": (["np.where(distance > 0, distance, 1)", "distance"], "no direction"),
    "one distance for all pairs": (
        ["np.linalg.norm(apart, axis=1, keepdims=True)", "np.linalg.norm(apart)"],
        "a distance of its own",
    ),
    "mean over the pairs": (
        ["slope = np.where(", "slope = 1 / len(a) * np.where("], "not a mean"
    ),
    "a large number in place of safety": (
        ["np.where(distance > 0, distance, 1)", "(distance + 1e-3)"], "a vector of length 1"
    ),
}  # fmt: skip
SEMI_HARD: Mistakes = {
    "hardest negatives": (["& (other > apart) ", ""], "That is a hard negative"),
    "no upper end": ([" & (other < apart + margin)", ""], "or easy"),
    "a row is its own positive": (["alike & ~np.eye(len(labels), dtype=bool)", "alike"],
                                  "not its own positive"),
    "every pair is a positive": (["pairs & allowed", "allowed"], "different labels there is no"),
    "negatives of the own class": (["~alike[:, None, :] & ", ""], "row|Among"),
    "argmin of nothing": (["pairs & allowed.any(axis=-1)", "pairs"], "argmin of nothing is 0"),
    "farthest instead of nearest": (
        ["np.argmin(np.where(allowed, other, np.inf)", "np.argmax(np.where(allowed, other, -1)"],
        "not the nearest one",
    ),
    "place among the negatives": (
        ["return np.where(pairs & allowed.any(axis=-1), nearest, -1)",
         "before = np.cumsum(~alike, 1) - 1\n"
         "    place = np.take_along_axis(before, nearest, 1)\n"
         "    return np.where(pairs & allowed.any(axis=-1), place, -1)"],
        "its place among the negatives",
    ),
    "squared distances": (
        ["np.linalg.norm(embeddings[:, None] - embeddings[None], axis=-1)",
         "np.sum((embeddings[:, None] - embeddings[None]) ** 2, -1)"],
        "neither squares|own distances",
    ),
    "distances of the positive": (
        ["other = distance[:, :, None], distance[:, None, :]",
         "other = distance[:, :, None], distance[None, :, :]"],
        "seen from the anchor",
    ),
    "transposed": (
        ["return np.where(pairs & allowed.any(axis=-1), nearest, -1)",
         "return np.where(pairs & allowed.any(axis=-1), nearest, -1).T"],
        "seen from the anchor",
    ),
    "a list of triplets": (
        ["return np.where(pairs & allowed.any(axis=-1), nearest, -1)",
         "return np.argwhere(pairs & allowed.any(axis=-1))"],
        "a row for each anchor",
    ),
    "a loop": (["distance = np", "labels = np.array([c for c in labels])\n    distance = np"],
               "all B³ comparisons at once"),
}  # fmt: skip
TRIPLET: Mistakes = {
    "no hinge": (["tf.maximum(pull - push + margin, 0.0)", "pull - push + margin"],
                 "hinge is missing"),
    "sum instead of mean": (["tf.math.divide_no_nan(tf.reduce_sum(losses), float(len(a)))",
                             "tf.reduce_sum(losses)"], "the loss is their mean"),
    "mean over all entries": (["float(len(a))", "float(np.size(negatives))"], "also of the mean"),
    "mean over the active triplets": (
        ["float(len(a))", "tf.reduce_sum(tf.cast(losses > 0, tf.float32))"], "still one of the two"
    ),
    "−1 names the last row": (
        [">= 0)", ">= -1)", "np.asarray(negatives)[a, p]", "np.asarray(negatives)[a, p] % 4"],
        "entries of −1 are left out",
    ),
    "row 0 is no negative": ([">= 0)", "> 0)"], "On other data"),
    "squares": (["pull = tf.sqrt(", "pull = (", "push = tf.sqrt(", "push = ("],
                "not their squares"),
    "no triplet, NaN": (["tf.math.divide_no_nan(tf.reduce_sum(losses), float(len(a)))",
                         "tf.reduce_mean(losses)"], "Without any triplet"),
    "NaN where points coincide": (
        ["tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(anchor - positive), 1), 1e-12))",
         "tf.norm(anchor - positive, axis=1)"],
        "Anchor and positive coincide",
    ),
    "the anchor is held": (
        ["anchor, positive, negative = (tf.gather(embeddings, rows) for rows in (a, p, n))",
         "anchor, positive, negative = (tf.gather(embeddings, rows) for rows in (a, p, n))\n"
         "    anchor = tf.stop_gradient(anchor)"],
        "reaches the anchor",
    ),
    "the gradient gets lost in NumPy": (
        ["tf.gather(embeddings, rows)", "tf.constant(np.asarray(embeddings)[rows])"],
        "No gradient reaches",
    ),
    "positive and negative change places": (["pull - push", "push - pull"], "One triplet"),
    "distance from the positive": (
        ["tf.square(anchor - negative)", "tf.square(positive - negative)"], "One triplet"
    ),
}  # fmt: skip
THRESHOLD: Mistakes = {
    "only distances of different pairs": (
        ["candidates = np.sort(distance)", "candidates = strangers"], "can be a threshold, too"
    ),
    "between two distances": (
        ["return tau,", "tau = (tau + max(d for d in distance if d < tau)) / 2\n    return tau,"],
        "can be a threshold, too",
    ),
    "a pair at τ is refused": (['"right"', '"left"'], "at exactly τ is accepted"),
    "FAR over all pairs": (["/ len(strangers)", "/ len(distance)"], "of the different pairs only"),
    "FAR must be below r": (["accepted <= far", "accepted < far"], "one may be accepted"),
    "FRR over all pairs": (["np.mean(distance[is_same] > tau)",
                            "np.sum(distance[is_same] > tau) / len(distance)"],
                           "of the same pairs only"),
    "accepted instead of refused": (["distance[is_same] > tau", "distance[is_same] <= tau"],
                                    "the same pairs that are refused"),
    "percent": (["np.mean(distance[is_same] > tau)", "100 * np.mean(distance[is_same] > tau)"],
                "a share from 0 to 1"),
    "only τ": (["return tau, np.mean(distance[is_same] > tau)", "return tau"], "Return two"),
    "counts ranks, not ties": (
        ['np.searchsorted(strangers, candidates, "right") / len(strangers)',
         "np.cumsum(~is_same[np.argsort(distance)]) / len(strangers)"],
        "come in together",
    ),
    "somebody is always accepted": (["else -np.inf", "else candidates[0]"], "strict enough"),
}  # fmt: skip
IDENTIFY: Mistakes = {
    "place instead of person": (["people[distance.argmin(axis=1)]", "distance.argmin(axis=1)"],
                                "not the place of that template"),
    "farthest template": (["people[distance.argmin", "people[distance.argmax"], "is nearest"),
    "nearest photo": (
        ["templates = unit((who == people[:, None]).astype(float) @ unit(enrolled))",
         "people, templates = who, unit(enrolled)"],
        "not their nearest photo",
    ),
    "mean of raw embeddings": (["@ unit(enrolled)", "@ enrolled"], "outvotes"),
    "the template keeps its length": (
        ["templates = unit((who == people[:, None]).astype(float) @ unit(enrolled))",
         "mine = (who == people[:, None]).astype(float)\n"
         "    templates = mine @ unit(enrolled) / mine.sum(1, keepdims=True)"],
        "shorter than 1",
    ),
    "sum instead of a template": (
        ["templates = unit((who == people[:, None]).astype(float) @ unit(enrolled))",
         "templates = (who == people[:, None]).astype(float) @ unit(enrolled)"],
        "template|shorter than 1",
    ),
    "asked as they are": (["unit(asked)[:, None]", "asked[:, None]"], "only its direction"),
    "one length for all": (["axis=-1, keepdims=True)\n\n", "keepdims=True)\n\n"],
                           "template|direction|length"),
    "never nobody": (["distance.min(axis=1) <= threshold", "distance.min(axis=1) < np.inf"],
                     "beyond a threshold"),
    "nobody is person 0": (["axis=1)], -1)", "axis=1)], 0)"], "beyond a threshold"),
    "squares against the threshold": (["distance.min(axis=1) <=", "distance.min(axis=1) ** 2 <="],
                                      "neither squares"),
    "all or nobody": (["distance.min(axis=1) <=", "distance.min() <="], "judged for itself"),
}  # fmt: skip
MISTAKES: dict[str, Mistakes] = {
    "consistency_loss": CONSISTENCY,
    "contrastive_gradient": GRADIENT,
    "semi_hard": SEMI_HARD,
    "triplet_loss": TRIPLET,
    "threshold_at": THRESHOLD,
    "identify": IDENTIFY,
}
CASES = [(task, mistake) for task, mistakes in MISTAKES.items() for mistake in mistakes]


def cells_of(task: str) -> list[str]:
    """The test cells of a task."""
    return [name for name in by_kind(SOURCE)["test"] if name.startswith(f"test_{task}")]


def changed(task: str, replacements: list[str]) -> str:
    """The solution of a task with parts replaced, each of which it holds."""
    text = by_kind(SOURCE)["solution"][task]
    for old, new in zip(replacements[::2], replacements[1::2], strict=True):
        assert old in text, f"{task} no longer holds {old!r}"
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("seed", [0, 1, 7, 2026])
def test_the_solutions_pass_with_the_hidden_data_of_any_seed(seed):
    hints = run(SOURCE, seed=seed)
    assert len(hints) == 9 and not any(hints.values()), hints


def test_what_is_not_done_yet_does_not_pass():
    undone = {task: f"def {task}(*_, **__):\n    raise NotImplementedError" for task in MISTAKES}
    assert all("NotImplementedError" in (hint or "") for hint in run(SOURCE, undone).values())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the mistakes
@pytest.mark.parametrize(("task", "mistake"), CASES)
def test_a_mistake_gets_a_hint_that_fits(task, mistake):
    replacements, phrase = MISTAKES[task][mistake]
    found = run(SOURCE, {task: changed(task, replacements)}, only=cells_of(task))
    hints = [hint for hint in found.values() if hint]
    assert hints, "the mistake passes"
    assert any(part in hints[0] for part in phrase.split("|")), hints


# Numbers of rows in the visible tests; on these a copied answer is right, elsewhere it is not.
VISIBLE = {
    "consistency_loss": {1, 2}, "contrastive_gradient": {1, 4}, "semi_hard": {3, 6},
    "triplet_loss": {4}, "threshold_at": {3, 4, 9}, "identify": {1, 3},
}  # fmt: skip


@pytest.mark.parametrize("task", VISIBLE)
def test_being_right_on_the_visible_data_alone_does_not_pass(task):
    text = by_kind(SOURCE)["solution"][task]
    if task in ("consistency_loss", "triplet_loss"):  # shapes are known inside the tape as well
        text = text.replace("### BEGIN SOLUTION", "tf")
    text += by_heart(task, "len(np.asarray(given[0]))", VISIBLE[task], off=1)
    hints = run(SOURCE, {task: text})
    failed = {cell for cell, hint in hints.items() if hint}
    assert failed == set(cells_of(task)), hints
    assert all(hints[cell].startswith(("On other", "On a larger", "On real")) for cell in failed)


@pytest.mark.parametrize("task", MISTAKES)
def test_an_answer_of_another_kind_gets_a_hint(task):
    returns = f"def {task}(*_, **__):\n    return 'done'"
    hint = run(SOURCE, {task: returns}, only=cells_of(task)[:1])[cells_of(task)[0]]
    assert any(words in hint for words in ("is expected", "expected is", "Return two")), hint


def test_twenty_points_in_seven_tasks_are_ready_to_be_given_out():
    homework = load(SOURCE)
    assert homework.points == 20
    assert [task.name for task in homework.tasks if task.by_hand] == ["explain_stop_gradient"]
    assert set(by_kind(SOURCE)["solution"]) == set(MISTAKES)
    tests = [name for task in MISTAKES for name in cells_of(task)]
    assert sorted(tests) == sorted(by_kind(SOURCE)["test"])


def test_the_whole_source_runs_and_finds_what_its_prose_says(monkeypatch):
    monkeypatch.setenv("LECTUREKIT_STATIC", "1")
    names, said = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec(compiled("".join(cell["source"]), f"whole.{cell['id']}"), names)
    alone, yours, slide = names["consistency_results"].values()
    assert yours["right (%)"] > alone["right (%)"] > 3 * slide["right (%)"]
    assert slide["most frequent answer (%)"] > 80 > 40 > yours["most frequent answer (%)"]
    before, after = (look[2] for look in names["looks"])
    assert after > 2 * before
    assert np.mean(names["mined"][:10]) == pytest.approx(120, abs=12)
    assert names["share_right"](names["face_points"], 1) > 60
