"""One physics: what a page computes from portable functions is what Python computes."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from browser import visit, why_no_browser

from lecturekit.explore import Bars, Choice, Points, Slider, Study, Toggle
from lecturekit.figures import distributions, margin, springs, triangle, tug
from lecturekit.multitask.tug import METHODS
from lecturekit.portable import translate

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
CASES = 60
SIDE = {"x": (-2, 2), "y": (-2, 2)}
THREE = {"a": (0, 0), "b": (1, 0.3), "c": (-0.5, 0.6)}
STUDIES = {
    "springs": Study(
        springs.springs, title="Springs", alt=springs.springs_in_words,
        controls={"points": Points(THREE, **SIDE), "margin": Slider(0.5, 2, 0.1),
                  "squared": Toggle()},
    ),
    "jump or dial": Study(
        margin.margin_curves, title="Jump or dial", alt=margin.margin_curves_in_words,
        controls={"margin": Slider(0.5, 2, 0.1), "ratio": Slider(0, 3, 0.1),
                  "drawn": Choice(["loss", "force"])},
    ),
    "triangle": Study(
        triangle.triangle, title="Triangle", alt=triangle.triangle_in_words,
        controls={"points": Points(THREE, **SIDE), "margin": Slider(0.1, 1, 0.1),
                  "hinge": Toggle()},
    ),
    "distributions": Study(
        distributions.distributions, title="Bars", alt=distributions.distributions_in_words,
        controls={"p": Bars({"cat": 0.7, "dog": 0.2, "fox": 0.1}),
                  "q": Bars({"cat": 0.3, "dog": 0.4, "fox": 0.3}, lowest=0.01),
                  "stop": Toggle()},
    ),
    "tug of war": Study(
        tug.tug_of_war, title="Tug", alt=tug.tug_of_war_in_words,
        controls={"start": Points({"start": (-0.6, 1.6)}, x=(-2.4, 2.4), y=(-1.6, 2.1)),
                  "method": Choice(METHODS), "step": Slider(0.05, 0.6, 0.05),
                  "angle": Slider(0, 180, 15)},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def page():
    with visit("data:text/html,<title>One physics</title>") as visited:
        yield visited.page
        assert visited.errors == []


def some_state(control, rng):
    """A state of a control; every tenth point lies on another, every tenth bar is at its end."""
    if isinstance(control, Points):
        made = [
            rng.uniform(*zip(control.x, control.y, strict=True)).tolist() for _ in control.names
        ]
        return [made[0]] * len(made) if rng.random() < 0.1 else made
    if isinstance(control, Bars):
        free = rng.dirichlet([0.7] * len(control.names))
        free = np.eye(len(free))[0] if rng.random() < 0.1 else free
        return (control.lowest + free * (1 - len(free) * control.lowest)).tolist()
    return control.states[rng.integers(len(control.states))]


def assert_same(here, there, where=""):
    """Numbers agree to the last digits, all else exactly."""
    if isinstance(here, dict):
        assert here.keys() == there.keys(), where
        for key in here:
            assert_same(here[key], there[key], f"{where}.{key}")
    elif isinstance(here, list | tuple):
        assert len(here) == len(there), where
        for k, (a, b) in enumerate(zip(here, there, strict=True)):
            assert_same(a, b, f"{where}[{k}]")
    elif isinstance(here, float) and isinstance(there, int | float):
        assert there == pytest.approx(here, rel=1e-6, abs=1e-9), where
    else:
        assert here == there, where


@pytest.mark.parametrize("name", STUDIES)
def test_a_page_draws_what_python_draws(page, name):
    study, rng = STUDIES[name], np.random.default_rng(0)
    states = [
        {n: some_state(control, rng) for n, control in study.controls.items()} for _ in range(CASES)
    ]
    given = [study.arguments(state) for state in states]
    drawn = page.evaluate(
        f"(given) => {{ const {{ figure, words }} = {study.code};"
        " return given.map((values) => [figure(values), words(values)]); }",
        given,
    )
    assert len({words for _, words in drawn}) > CASES / 2
    for state, values, (figure, words) in zip(states, given, drawn, strict=True):
        assert_same(study.figure_function(**values), figure, name)
        assert words == study.alt_text(state)


def traps(values):
    """What JavaScript writes alike and means otherwise."""
    last, total = -1, 0
    grown = values
    grown += [4]
    pairs = []
    for k, value in enumerate(values):
        total += value * (k + 1)
        pairs.append([k, value])
    kept = [x for x in values if x > 1]
    new = {"this": values[last], "var": 7 // 2 - 7 // -2, "empty": sum([])}
    return [
        grown, pairs, kept, new, values[last], values[1:], [0] * 3, total, -2**2, (-7) // 2,
        1 == True, [1, 2] == [1, 2], "a" in new, "this" in new, [10] < [9], "10" < "9",
        kept and 3, new["empty"] or 5, not [], f"{0.125:.2f} {2.5:.0f} {total:d} {'x':s}",
        math.hypot(3.0, 4.0), min([3, 1, 2]), max(1, 2), abs(-3), list(range(5, 0, -2)),
        [a - b for a, b in zip(values[1:], values, strict=False)], True + 1,
    ]  # fmt: skip


def test_what_the_languages_mean_differently_is_translated_as_python_means_it(page):
    there = page.evaluate(f"() => {translate(traps)}[0]([1, 2, 3])")
    assert_same(traps([1, 2, 3]), there)


def goes_wrong(kind):
    """An error of Python for each kind."""
    if kind == 0:
        return 1 / kind
    if kind == 1:
        return [1, 2][kind + 1]
    if kind == 2:
        return math.sqrt(1 - kind)
    return {"a": 1}["b"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [(0, "ZeroDivisionError"), (1, "IndexError"), (2, "ValueError"), (3, "KeyError")],
)
def test_what_raises_in_python_raises_on_the_page(page, kind, error):
    with pytest.raises(Exception) as here:
        goes_wrong(kind)
    assert type(here.value).__name__ == error
    caught = (
        f"() => {{ try {{ {translate(goes_wrong)}[0]({kind}); }} catch (e) {{ return e.name; }} }}"
    )
    assert page.evaluate(caught) == error


def test_a_tug_moves_a_little_when_its_start_does(page):
    """Small steps: no jump between neighbouring starts, as a hand that drags expects."""
    study = STUDIES["tug of war"]
    starts = [[[x / 50, 1.0]] for x in range(-50, 51)]
    ends = page.evaluate(
        f"(starts) => {{ const {{ figure }} = {study.code}; return starts.map((start) => {{"
        " const way = figure({ start, method: 'MGDA', step: 0.1, angle: 90 }).data"
        ".find(({ name }) => name === 'the way of θ'); return [way.x.at(-1), way.y.at(-1)]; }); }",
        starts,
    )
    assert max(math.dist(a, b) for a, b in pairwise(ends)) < 0.1
