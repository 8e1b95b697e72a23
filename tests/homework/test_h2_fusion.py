"""Homework 2: its solutions pass for any hidden data, and students' mistakes get a fitting hint."""

from __future__ import annotations

import json
from pathlib import Path

import native
import numpy as np
import pytest

SOURCE = Path(__file__).parents[2] / "notebooks" / "homework" / "source" / "h2_fusion.ipynb"

# Pieces of the solutions that several mistakes replace
WEIGHT = "weight = trust[:, :, None]"
KNOWN = "known = np.where(weight > 0, log_posterior, np.log(prior))"
TRUSTED = "total = np.log(prior) + (weight * (known - np.log(prior))).sum(axis=0)"
NORMALISED = (
    "total = total - total.max(axis=1, keepdims=True)\n"
    "    return total - np.log(np.exp(total).sum(axis=1, keepdims=True))"
)
SURVIVES = "np.where(below.any(axis=1, keepdims=True), below, smallest)"
CHANCE = "chance = keep + (1 - keep) ** senses / senses"
EARLY = "return dense(sum(sizes), width) + dense(width, classes)"
LATE = "branches + len(sizes) * dense(width, classes)"
JOIN = "np.concatenate([x, np.ones((*x.shape[:2], 1))], axis=2)"
PRODUCT = "each.prod(axis=0).sum(axis=1)"
CENTRED = (
    "x, y = first - first.mean(axis=1, keepdims=True), second - second.mean(axis=1, keepdims=True)"
)
SIZE = "size = own_x[:, None] * own_y"
DIVIDED = "np.divide(between, size, out=np.zeros_like(between), where=size > 0)"

# Test cell that must fail → (mistake, phrase of the hint, piece of the solution, what stands there)
# fmt: off
MISTAKES = {
    "test_fuse": [
        ("the average of the probabilities", "surer together",
         TRUSTED, "total = np.log(np.exp(log_posterior).mean(axis=0))"),
        ("the average of the logarithms", "surer together",
         TRUSTED, "total = log_posterior.mean(axis=0)"),
        ("the product: the prior counted M times", "how often is it in your sum",
         TRUSTED, "total = log_posterior.sum(axis=0)"),
        ("the prior taken away M times", "single sense must be believed",
         TRUSTED, "total = (log_posterior - np.log(prior)).sum(axis=0)"),
        ("the prior added instead of taken away", "how often is it in your sum",
         TRUSTED, "total = log_posterior.sum(axis=0) + (len(trust) - 1) * np.log(prior)"),
        ("not normalised", "must sum to 1",
         NORMALISED, "return total"),
        ("normalised without logarithms", "stay in logarithms",
         "total = total - total.max(axis=1, keepdims=True)", "total = np.log(np.exp(total))"),
    ],
    "test_fuse_trust": [
        ("trust ignored", "second sense is missing",
         WEIGHT, "weight = np.ones_like(trust)[:, :, None]"),
        ("M - 1 priors taken away, however many senses are there", "second sense is missing",
         TRUSTED, "total = (weight * known).sum(axis=0) - (len(trust) - 1) * np.log(prior)"),
        ("NaN of a missing sense leaks", "not even NaN",
         KNOWN, "known = log_posterior"),
        ("trust is yes or no", "trusted by half",
         WEIGHT, "weight = (trust > 0)[:, :, None]"),
        ("trust multiplies the whole posterior", "trusted by half",
         TRUSTED,
         "total = (weight * known).sum(axis=0) - ((weight > 0).sum(axis=0) - 1) * np.log(prior)"),
        ("the trust of the first row for all", "belongs to each row",
         WEIGHT, "weight = trust[:, :1, None]"),
    ],
    "test_kept": [
        ("the keep rate taken for a drop rate", "lies below the keep rate",
         "uniform < keep", "uniform >= keep"),
        ("one draw for the whole batch", "each row has its own draws",
         "uniform < keep", "np.broadcast_to(uniform[:1] < keep, uniform.shape)"),
        ("rows that lose everything", "no sense survives",
         SURVIVES, "below"),
        ("always the first sense when none survives", "with the smallest number",
         "uniform.argmin(axis=1)", "(0 * uniform).argmin(axis=1)"),
        ("the largest number instead of the smallest", "with the smallest number",
         "argmin", "argmax"),
        ("the smallest number survives in every row", "lies below the keep rate",
         SURVIVES, "smallest"),
        ("a loop over rows", "all rows at once",
         "below = uniform < keep", "below = np.array([row < keep for row in uniform])"),
    ],
    "test_kept_rescaled": [
        ("rescaled by the keep rate", "not weigh 1 on average",
         CHANCE, "chance = keep"),
        ("rescaled as if an empty row were drawn again", "not weigh 1 on average",
         CHANCE, "chance = keep / (1 - (1 - keep) ** senses)"),
        ("rescaled by the survivors of each row", "same weight 1/q in every row",
         CHANCE, "chance = survives.mean(axis=1, keepdims=True)"),
        ("not rescaled", "not weigh 1 on average",
         "survives / chance if rescale else survives.astype(float)", "survives.astype(float)"),
    ],
    "test_count_parameters": [
        ("biases forgotten", "a bias for each output",
         "(inputs + 1) * outputs", "inputs * outputs"),
        ("the head forgotten", "both layers have weights",
         EARLY, "return dense(sum(sizes), width)"),
        ("early with a set of biases for each sense", "one set of biases",
         EARLY, "return branches + dense(width, classes)"),
        ("late with one head for all", "a head of its own",
         LATE, "branches + dense(width, classes)"),
        ("late with a head on the joined features", "a head of its own",
         LATE, "branches + dense(len(sizes) * width, classes)"),
        ("the joining layer reads one sense", "reads all their features",
         "dense(len(sizes) * width, width)", "dense(width, width)"),
        ("no joining layer", "reads all their features",
         "branches + dense(len(sizes) * width, width) + dense(width, classes)",
         "branches + dense(len(sizes) * width, classes)"),
        ("an unknown fusion counts as nothing", "Refuse a fusion",
         'raise ValueError(f"unknown fusion {fusion!r}")', "return 0"),
    ],
    "test_low_rank": [
        ("senses added instead of multiplied", "say is multiplied",
         "each.prod(axis=0)", "each.sum(axis=0)"),
        ("the 1 in front", "The 1 stands behind",
         JOIN, "np.concatenate([np.ones((*x.shape[:2], 1)), x], axis=2)"),
        ("the 1 left out", "its features and a 1",
         '"mbi,mrih->mbrh", with_one, factors', '"mbi,mrih->mbrh", x, factors[:, :, :-1]'),
        ("ranks added up before the product", "within each rank",
         PRODUCT, "each.sum(axis=2).prod(axis=0)"),
        ("the mean over ranks", "add up the ranks",
         ".sum(axis=1)", ".mean(axis=1)"),
        ("two senses only", "the third must be multiplied",
         "each.prod(axis=0)", "(each[0] * each[1])"),
        ("a loop over senses", "One einsum",
         "each = np.einsum(", "for _ in x:\n        pass\n    each = np.einsum("),
        ("room for all products of all senses", "Unable to allocate",
         "each = ", "outer = np.empty([x.shape[2] + 1] * len(x))\n    each = "),
    ],
    "test_cka_map": [
        ("not centred", "centre each feature over the rows",
         CENTRED, "x, y = first, second"),
        ("centred over the features of a row", "centre each feature over the rows",
         CENTRED, CENTRED.replace("axis=1", "axis=2")),
        ("one mean for all features", "centre each feature over the rows",
         CENTRED, "x, y = first - first.mean(), second - second.mean()"),
        ("a norm instead of its square above", "square or a root that is missing",
         SIZE, "size, between = own_x[:, None] * own_y, np.sqrt(between)"),
        ("squared norms below", "square or a root that is missing",
         SIZE, "size = np.square(own_x[:, None] * own_y)"),
        ("norms of X and Y below", "square or a root that is missing",
         SIZE, "size = np.square(x).sum((1, 2))[:, None] * np.square(y).sum((1, 2))"),
        ("the root of CKA", "square of their correlation",
         DIVIDED, f"np.sqrt({DIVIDED})"),
        ("features compared one by one", "compared with itself is 1",
         'np.einsum("pbi,qbj->pqij", x, y)',
         'np.einsum("pbi,qbi->pqi", x[..., :2], y[..., :2])[..., None]'),
        ("0/0 for a layer that never changes", "like nothing",
         DIVIDED, "between / size"),
    ],
    "test_cka_map_more": [
        ("the map turned round", "two rows, three columns",
         DIVIDED, f"{DIVIDED}.T"),
        ("centred over the layers as well", "both rows must be alike",
         CENTRED, CENTRED.replace("axis=1", "axis=(0, 1)")),
        ("one size for all layers", "both rows must be alike",
         SIZE, "size = np.where(own_x[:, None] * own_y > 0, own_x[0] * own_y[0], 0)"),
        ("a loop over pairs", "All pairs of layers at once",
         DIVIDED, f"np.array([[value for value in row] for row in {DIVIDED}])"),
    ],
    "test_groupings": [
        ("every row of numbers: names of groups counted", "by first appearance",
         "range(min(max(row) + 2, most))", "range(most)"),
        ("the limit forgotten", "more groups than the 1 allowed",
         "min(max(row) + 2, most)", "max(row) + 2"),
        ("exactly as many groups as allowed", "some way is missing",
         "return np.array(rows)",
         "return np.array([row for row in rows if max(row) + 1 == min(most, senses)])"),
        ("groups of neighbours only", "some way is missing",
         "range(min(max(row) + 2, most))", "range(row[-1], min(row[-1] + 2, most))"),
        ("ways found twice", "there twice",
         "return np.array(rows)", "return np.array(rows + rows[:1])"),
        ("a column too few", "one group number for every sense",
         "range(senses - 1)", "range(senses - 2)"),
    ],
}
# fmt: on
TABLE = [(test, *mistake) for test, mistakes in MISTAKES.items() for mistake in mistakes]


def cells() -> list[dict]:
    return json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]


def solution_of(test: str) -> str:
    """grade_id of the solution that a test cell is about."""
    names = native.by_kind(SOURCE)["solution"]
    return next(name for name in names if test.startswith(f"test_{name}"))


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 20261126])
def test_the_solutions_pass_for_any_hidden_data(seed):
    said = native.run(SOURCE, seed=seed)
    assert len(said) == 9 and not any(said.values()), said


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("test", "hint", "right", "wrong"),
    [(test, *rest) for test, _, *rest in TABLE],
    ids=[name for _, name, *_ in TABLE],
)
def test_a_mistake_gets_a_hint_that_fits(test, hint, right, wrong):
    solution = solution_of(test)
    text = native.by_kind(SOURCE)["solution"][solution]
    assert right in text
    said = native.run(SOURCE, {solution: text.replace(right, wrong)}, seed=5, only=[test])[test]
    assert said and hint in said


def test_every_test_cell_has_a_mistake_that_it_finds():
    assert set(MISTAKES) == set(native.by_kind(SOURCE)["test"])


def test_the_points_that_are_announced_are_those_that_are_given():
    given = sum(c["metadata"].get("nbgrader", {}).get("points", 0) for c in cells())
    prose = "".join("".join(c["source"]) for c in cells() if c["cell_type"] == "markdown")
    tasks = prose.split("## Task ")[1:]
    assert f"*Points:* {given}, in seven tasks" in prose and len(tasks) == 7
    assert sum(int(task.split("(")[1].split(" point")[0]) for task in tasks) == given


def test_the_source_runs_from_top_to_bottom_and_shows_what_it_says():
    names: dict = {"__name__": "__main__"}
    for cell in cells():
        if cell["cell_type"] == "code":
            exec(native.compiled("".join(cell["source"]), f"h2_fusion.{cell['id']}"), names)
    right = {name: np.mean(z.argmax(1) == names["truth"]) for name, z in names["decided"].items()}
    assert right["fuse"] > right["product"] > right["average"]
    read = names["read"]
    for gone in ("no image", "no sound"):
        assert read["kept", gone] > read["all senses", gone] + 5
    answers = [np.mean(guess == names["asked"].same) for guess in names["guesses"].values()]
    assert answers[0] > 0.9 and abs(answers[1] - 0.5) < 0.1
    assert names["maps"]["kept"][1, 1] > names["maps"]["all senses"][1, 1]
