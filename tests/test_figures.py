"""Figures as data: what they draw, and that the back row can read them."""

from __future__ import annotations

import inspect
from itertools import combinations

import IPython.display
import numpy as np
import plotly.graph_objects as go
import pytest

from lecturekit.claims import interval, measured
from lecturekit.figures import (
    compare,
    consistency,
    contrastive,
    distributions,
    margin,
    multitask,
    springs,
    start,
    triangle,
    triplet,
    tug,
)
from lecturekit.figures.style import styled
from lecturekit.metrics import bland_altman, verification
from lecturekit.portable import is_portable

RNG = np.random.default_rng(0)
X = RNG.normal(size=30)
Y = 2 * X + 1 + 0.1 * RNG.normal(size=30)
TASK = np.repeat([0, 1, 2], [14, 14, 2])
EFFECTS = [1.0, 2.0, 3.0, 4.0, 5.0]
SCORES = {"heads": np.array(EFFECTS), "ridge, pooled": np.arange(3.0), "gate": np.arange(5.0)}
MEASURED = bland_altman(Y, 1.8 * X)
WAY = RNG.normal(size=(5, 2))
WIDE = np.array([-np.inf, -0.5, -2.0])

RATES = verification([1, 2, 4, 3, 5, 6.0], np.array([True, True, True, False, False, False]))
REFUSED = [("data:a", "data:b", 4.0)]
ADMITTED = [(f"data:{k}", "data:c", 3.0 - k) for k in range(6)]  # more than are shown
OWN, OTHER = np.array([0.1, 0.2, 0.5, 0.3]), np.array([0.6, 0.4, 0.4, 0.7])

MADE = {
    "by_name": lambda: compare.by_name(
        SCORES, title="T", unit="accuracy (%)", groups={"a": ["heads"], "b": ["gate"]}
    ),
    "by_amount": lambda: compare.by_amount(
        [20, 50], {"UDA": [[9.0, 8.0], [6.0]], "plain": [[20.0, 22.0], [10.0]]},
        title="T", x="labels", unit="error (%)", log=True,
    ),
    "pictures": lambda: consistency.pictures({"7": RNG.uniform(size=(3, 4, 5))}, title="T"),
    "reduction": lambda: consistency.reduction(
        [[42.0, 79.0], [np.nan, 1.0]], ["Random", "BERT"], ["IMDb", "Yelp-2"], title="T"
    ),
    "theorem": lambda: consistency.theorem(
        [1, 10], {"formula": np.array([0.5, 0.1])}, {"simulated": np.array([0.5, 0.1])}, title="T"
    ),
    "pairs": lambda: consistency.pairs(
        {"digits": (np.array([20.0, 22.0]), np.array([9.0, 8.0]))},
        names=("without", "with"), title="T", unit="error (%)",
    ),
    "curves": lambda: triplet.curves(
        [1, 2, 3], {"one": np.ones((2, 3)), "two": np.arange(1.0, 4)}, title="T", unit="loss",
        level=(0.5, "α"), now=1,
    ),
    "distances": lambda: triplet.distances(np.array([0.1, 0.2]), np.array([1.2]), title="T"),
    "cost": lambda: triplet.cost([10, 20], {"search": np.array([1.0, 4.0])}, title="T"),
    "lines_by_task": lambda: multitask.lines_by_task(
        X, Y, TASK, title="T", x_name="reading (SD)", y_name="exam (SD)"
    ),
    "ladder": lambda: multitask.ladder(SCORES, title="T", unit="explained variance (%)"),
    "variance_by_batch": lambda: multitask.variance_by_batch(
        [1, 10, 100],
        {"One": [3, 2, 1], "mixed": [4, 3, 2], "Two": [5, 4, 3]},
        {"One": [3, 2, 1], "Two": [5, 4, 3]},
        title="T",
        span=(0.1, 10),
    ),
    "by_step_size": lambda: multitask.by_step_size(
        [0.1, 1.0],
        {"One": np.array([[0.5, 0.6, 0.9], [0.7, 3.0, np.inf]]), "Two": np.ones((2, 3))},
        title="T",
    ),
    "agreement": lambda: multitask.agreement(
        MEASURED, title="T", unit="points", chosen=np.arange(30) < 4
    ),
    "two_maps": lambda: multitask.two_maps(
        WAY, -WAY, np.arange(5), list("abcde"), names=("UMAP", "PCA"), title="T", unit="SD"
    ),
    "line_by_hand": lambda: start.line_by_hand(
        X, Y, 0.5, 1.0, title="T", names=("reading (SD)", "exam (SD)"), best=True
    ),
    "verdict": lambda: start.verdict(EFFECTS, measured("here", EFFECTS, above=0), 0.0, title="T"),
    "reach_of_gate": lambda: tug.reach_of_gate(
        np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 0.0]), WIDE, WIDE + 1, title="T"
    ),
    "balancing": lambda: tug.balancing(
        {"plain sum": RNG.normal(size=(2, 5, 2)), "MGDA": RNG.normal(size=(2, 5, 2))},
        ["same units", "other units"],
        title="T",
    ),
    "stale_steps": lambda: tug.stale_steps(
        [1, 10, 100], np.arange(3.0), np.arange(3.0) + 0.1, title="T"
    ),
    "terms": lambda: contrastive.terms(
        [10, 100], {"labels": [10, 100], "pairs": [45, 4950]}, title="T"
    ),
    "mistakes": lambda: contrastive.mistakes(REFUSED, ADMITTED, title="T"),
    "desk": lambda: contrastive.desk(
        ["data:a", "data:b", "data:c", "data:d"], 1, OWN, OTHER, list("wxyz"), 0.35, title="T"
    ),
    "people_maps": lambda: contrastive.people_maps(
        {"UMAP": WAY, "PCA": -WAY}, np.array([4, 4, 9, 9, 9]), title="T", below="B"
    ),
}  # fmt: skip
POINTS = [[0.0, 0.0], [0.6, 0.8], [-0.5, 0.2]]
PORTABLE = {  # what a page draws alone: dictionaries with titles of their own
    "margin_curves": lambda: margin.margin_curves(1.0, 0.8, "force"),
    "tug_of_war": lambda: [tug.tug_of_war([[-0.6, 1.6]], "PCGrad", 0.2, 90)],
    "springs": lambda: springs.springs(POINTS, 1.0, False),
    "triangle": lambda: [triangle.triangle(POINTS, 0.5, False)],
    "distributions": lambda: distributions.distributions([0.7, 0.2, 0.1], [0.3, 0.3, 0.4], False),
}
SEVERAL = {  # linked pictures
    "race": lambda: triplet.race(
        [10, 20], {"random": np.array([[10.0, 20.0], [30.0, 40.0]])},
        {"random": [(np.array([0.1]), np.array([1.0]))] * 2}, "random", 1,
    ),
    "door": lambda: contrastive.door(RATES, 3.5, REFUSED, ADMITTED, title="T"),
    "run": lambda: consistency.run(
        [10, 20], dict.fromkeys(("error", "entropy", "confident", "largest"), np.full((3, 2), 0.5)),
        title="T", chance=75,
    ),
}  # fmt: skip
MAKERS = {
    **{name: lambda make=make: [make()] for name, make in MADE.items()},
    **SEVERAL,
    **{name: lambda make=make: [styled(d) for d in make()] for name, make in PORTABLE.items()},
}


def named(made: go.Figure, name: str) -> go.Figure:
    """The one trace of that name."""
    (trace,) = [trace for trace in made.data if trace.name == name]
    return trace


@pytest.fixture(params=MAKERS)
def made(request, monkeypatch) -> list[go.Figure]:
    """What each function draws, made where any attempt to show something fails."""

    def never(*_, **__):
        raise AssertionError("a figure function returns its figure and shows nothing")

    monkeypatch.setattr(IPython.display, "display", never)
    monkeypatch.setattr(go.Figure, "show", never)
    return MAKERS[request.param]()


def test_every_figure_function_is_made_here():
    modules = (
        compare, consistency, contrastive, distributions, margin, multitask, springs, start,
        triangle, triplet, tug,
    )  # fmt: skip
    functions = [f for m in modules for f in vars(m).values() if inspect.isfunction(f)]
    draw = {
        f.__name__
        for f in functions
        if f.__module__ in {m.__name__ for m in modules}
        and (f.__annotations__["return"] in ("go.Figure", "list[go.Figure]") or is_portable(f))
    }
    assert {name for name in draw if not name.endswith("_in_words")} == set(MAKERS)


def test_figures_are_returned_not_shown(made, capsys):
    assert all(isinstance(one, go.Figure) and one.data for one in made)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", MADE)
def test_a_figure_has_the_title_it_is_given(name):
    assert MADE[name]().layout.title.text == "T"


def test_figures_do_not_depend_on_earlier_ones():
    one, two = MADE["agreement"](), MADE["agreement"]()
    assert one is not two and one.to_plotly_json().keys() == two.to_plotly_json().keys()
    assert one.to_json() == two.to_json()


def appearance(trace) -> tuple:
    """What tells a trace apart when nobody sees colours."""
    if trace.type == "bar":
        return ("bar", trace.marker.pattern.shape or "")
    lines, markers = ("lines" in trace.mode, "markers" in trace.mode)
    dash = (trace.line.dash or "solid") if lines else None
    symbol = (trace.marker.symbol or "circle") if markers else None
    return (dash, symbol)


def test_a_marker_or_dash_says_what_colour_says(made):
    """Two entries of a legend differ in type, marker or dash, not in colour alone."""
    for drawn in made:
        shown = [trace for trace in drawn.data if trace.showlegend is not False]
        for one, other in combinations(shown, 2):
            alike = f"{one.name!r} and {other.name!r} look alike"
            assert appearance(one) != appearance(other), alike


def test_every_entry_of_a_legend_has_a_name(made):
    shown = [trace for one in made for trace in one.data if trace.showlegend is not False]
    assert all(trace.name for trace in shown)


def test_axes_with_numbers_have_titles(made):
    """Only an axis of names, or of a map without scale, needs none."""
    for drawn, trace in [(one, trace) for one in made for trace in one.data]:
        for letter in "xy":
            reference = getattr(trace, f"{letter}axis") or letter
            axis = drawn.layout[f"{letter}axis{reference[1:]}"]
            names = axis.ticktext or np.asarray(getattr(trace, letter)).dtype.kind in "US"
            if not (names or axis.showticklabels is False):
                assert axis.title.text, f"the {letter} axis has no title"


def test_text_is_large_enough_for_the_back_row(made):
    for drawn in made:
        layout = drawn.layout.template.layout
        assert (drawn.layout.font.size or layout.font.size) >= 16
        assert (drawn.layout.title.font.size or layout.title.font.size) >= 18
        sizes = [a.font.size for a in drawn.layout.annotations if a.font.size]
        assert all(size >= 12 for size in sizes)


def test_lines_by_task_are_least_squares_lines():
    drawn = MADE["lines_by_task"]()
    single = named(drawn, "one task")
    gaps = np.flatnonzero(np.isnan(single.x))
    assert gaps.tolist() == [2, 5]  # two lines of two ends; the task of two rows gets none
    for k, t in enumerate((0, 1)):
        x, y = X[np.isin(TASK, t)], Y[np.isin(TASK, t)]
        ends = np.array([x.min(), x.max()])
        np.testing.assert_allclose(single.x[3 * k : 3 * k + 2], ends)
        np.testing.assert_allclose(
            single.y[3 * k : 3 * k + 2], np.polyval(np.polyfit(x, y, 1), ends)
        )
    everybody = named(drawn, "everybody")
    slope = np.ptp(everybody.y) / np.ptp(everybody.x)
    assert slope == pytest.approx(np.polyfit(X, Y, 1)[0])


def test_ladder_shows_every_fold_and_the_interval_of_the_mean():
    drawn = MADE["ladder"]()
    mean = named(drawn, "network")
    where = list(mean.y).index("heads")
    middle, low, _ = interval(EFFECTS)
    assert mean.x[where] == pytest.approx(middle)
    assert mean.error_x.array[where] == pytest.approx(middle - low)
    assert list(named(drawn, "linear, closed form").y) == ["ridge, pooled"]
    small = [trace for trace in drawn.data if trace.showlegend is False]
    dots = [dot for trace in small for dot in zip(trace.x, trace.y, strict=True)]
    assert sorted(dots) == sorted((v, name) for name in SCORES for v in SCORES[name])
    assert list(drawn.layout.yaxis.categoryarray) == list(SCORES)[::-1]  # the first on top


def test_ladder_of_one_fold_has_no_interval():
    drawn = multitask.ladder({"heads": np.array([36.0])}, title="T", unit="%")
    assert named(drawn, "network").x[0] == 36


def test_variance_has_lines_for_formulas_and_markers_for_measurements():
    drawn = MADE["variance_by_batch"]()
    modes = {trace.name: trace.mode for trace in drawn.data}
    assert modes == {
        "One, formula": "lines", "One, measured": "markers", "mixed, formula": "lines",
        "Two, formula": "lines", "Two, measured": "markers",
    }  # fmt: skip
    line, dots = named(drawn, "Two, formula"), named(drawn, "Two, measured")
    assert line.line.color == dots.marker.color and tuple(line.y) == (5, 4, 3)
    assert drawn.layout.xaxis.type == drawn.layout.yaxis.type == "log"
    assert drawn.layout.yaxis.range == pytest.approx((-1, 1))


def test_step_sizes_draw_diverged_runs_at_the_ceiling():
    drawn = MADE["by_step_size"]()
    median = named(drawn, "One, median")
    assert tuple(median.x) == (0.1, 1.0) and tuple(median.y) == (0.6, 2.0)
    dots = next(trace for trace in drawn.data if trace.showlegend is False)
    assert tuple(dots.x) == (0.1, 0.1, 0.1, 1.0, 1.0, 1.0)
    assert tuple(dots.y) == (0.5, 0.6, 0.9, 0.7, 2.0, 2.0)
    assert [shape.y0 for shape in drawn.layout.shapes] == [1]  # what predicting the mean costs


def test_agreement_has_points_limits_and_both_slopes():
    drawn = MADE["agreement"]()
    assert len(named(drawn, "this school").x) == 4 and len(named(drawn, "student").x) == 30
    np.testing.assert_array_equal(named(drawn, "student").y, MEASURED.difference)
    np.testing.assert_array_equal(named(drawn, "this school").y, MEASURED.difference[:4])
    for name, slope in (
        ("slope found", MEASURED.slope),
        ("slope of a perfectly calibrated model", MEASURED.reference_slope),
    ):
        line = named(drawn, name)
        assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(slope)
        at_mean = np.interp(MEASURED.mean.mean(), line.x, line.y)
        assert at_mean == pytest.approx(MEASURED.bias)  # both go through the centre
    assert sorted(shape.y0 for shape in drawn.layout.shapes) == [MEASURED.low, MEASURED.high]


def test_agreement_without_a_chosen_school_has_the_same_traces():
    """A page that moves from school to school then changes numbers only."""
    drawn = multitask.agreement(MEASURED, title="T", unit="points")
    assert [t.name for t in drawn.data] == [t.name for t in MADE["agreement"]().data]
    assert len(named(drawn, "this school").x) == 0
    assert len(named(drawn, "student").x) == 30


def test_the_students_of_agreement_are_the_same_whichever_school_is_chosen():
    plain = multitask.agreement(MEASURED, title="T", unit="points")
    one, other = named(plain, "student"), named(MADE["agreement"](), "student")
    assert one == other
    order = [trace.name for trace in plain.data]
    assert order.index("student") < order.index("this school")  # which lies on top


def test_two_maps_lie_side_by_side_and_share_their_colours():
    left, right = MADE["two_maps"]().data
    layout = MADE["two_maps"]().layout
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    assert (layout.xaxis.title.text, layout.xaxis2.title.text) == ("UMAP", "PCA")
    assert (left.xaxis, left.yaxis, right.xaxis, right.yaxis) == ("x", "y", "x2", "y2")
    np.testing.assert_array_equal(left.x, -np.asarray(right.x))
    np.testing.assert_array_equal(left.marker.color, right.marker.color)
    assert (np.diff(left.marker.size) > 0).all()  # size says it again
    assert [bool(trace.marker.showscale) for trace in (left, right)] == [False, True]
    assert right.marker.colorbar.title.text == "SD"


def test_two_maps_of_equal_values_have_equal_sizes():
    drawn = multitask.two_maps(
        WAY, WAY, np.ones(5), list("abcde"), names=("a", "b"), title="T", unit="SD"
    )
    assert np.isfinite(drawn.data[0].marker.size).all()


def test_the_line_by_hand_and_the_best_one():
    drawn = MADE["line_by_hand"]()
    mine, best = named(drawn, "your line"), named(drawn, "least squares")
    np.testing.assert_allclose(mine.y, 0.5 * np.asarray(mine.x) + 1)
    np.testing.assert_allclose(best.y, np.polyval(np.polyfit(X, Y, 1), best.x))
    hidden = start.line_by_hand(X, Y, 0.5, 1.0, title="T", names=("a", "b"))
    assert [trace.name for trace in hidden.data] == ["student", "your line"]
    assert hidden.layout.yaxis.range == drawn.layout.yaxis.range  # does not jump


def test_the_verdict_is_drawn_with_its_interval_and_bound():
    drawn = MADE["verdict"]()
    mean, low, high = interval(EFFECTS)
    bar = named(drawn, "mean of all seeds")
    assert bar.x[0] == mean and bar.error_x.array[0] == pytest.approx(high - mean)
    assert bar.error_x.array[0] == pytest.approx(mean - low)
    assert tuple(named(drawn, "effect of a seed").x) == tuple(EFFECTS)
    assert [shape.x0 for shape in drawn.layout.shapes] == [0]


def test_the_reach_of_a_gate_ends_at_the_edge_of_the_picture():
    """Limits −∞ … ∞, −½ … ½ and −2 … −1 in a picture that ends at 1.15 times the largest weight."""
    drawn = tug.reach_of_gate(
        np.array([1.0, -2.0, 0.5]),
        np.array([0.5, -0.5, -1.0]),
        np.array([-np.inf, -0.5, -2.0]),
        np.array([np.inf, 0.5, -1.0]),
        title="T",
    )
    bar = drawn.data[0]
    bottom = np.asarray(bar.base, float)
    np.testing.assert_allclose(bottom, [-2.3, -0.5, -2.0])
    np.testing.assert_allclose(bottom + bar.y, [2.3, 0.5, -1.0])
    assert drawn.layout.yaxis.range == pytest.approx((-2.3, 2.3))
    assert tuple(named(drawn, "head").y) == (1.0, -2.0, 0.5)


def test_balancing_shows_the_mean_of_both_tasks_over_seeds():
    scores = {"plain sum": RNG.normal(size=(2, 5, 2)), "MGDA": RNG.normal(size=(2, 5, 2))}
    drawn = tug.balancing(scores, ["same units", "other units"], title="T")
    for i, name in enumerate(("same units", "other units")):
        trace = named(drawn, name)
        assert tuple(trace.x) == ("plain sum", "MGDA")
        for k, method in enumerate(scores):
            seeds = [np.mean(pair) for pair in scores[method][i]]
            assert trace.y[k] == pytest.approx(np.mean(seeds))
            assert trace.error_y.array[k] == pytest.approx(np.std(seeds, ddof=1))


def test_stale_steps_draw_formula_and_measurement():
    drawn = MADE["stale_steps"]()
    assert [(t.name, t.mode) for t in drawn.data] == [
        ("formula", "lines"),
        ("Keras Adam", "markers"),
    ]
    assert tuple(drawn.data[1].y) == pytest.approx((0.1, 1.1, 2.1))


def test_names_are_drawn_from_top_to_bottom_in_their_groups():
    drawn = MADE["by_name"]()
    assert list(drawn.layout.yaxis.categoryarray) == ["gate", "ridge, pooled", "heads"]
    a, b = named(drawn, "a"), named(drawn, "b")
    assert list(a.y) == ["heads"] and list(b.y) == ["gate"]
    np.testing.assert_allclose(a.x, [3.0])
    mean, low, _ = interval(EFFECTS)
    np.testing.assert_allclose(a.error_x.array, [mean - low])


def test_amounts_have_a_dot_for_each_seed_and_a_line_through_the_means():
    drawn = MADE["by_amount"]()
    dots, line = drawn.data[0], named(drawn, "UDA")
    assert list(dots.x) == [20, 20, 50] and list(dots.y) == [9.0, 8.0, 6.0]
    assert list(line.x) == [20, 50] and list(line.y) == [8.5, 6.0]


def test_pictures_stand_in_rows_with_a_frame_and_their_names():
    rows = RNG.uniform(size=(3, 4, 5))
    drawn = consistency.pictures({"7": rows, "1": rows / 2}, title="T", gap=1)
    sheet = drawn.data[0].z
    assert sheet.shape == (2 * 6, 3 * 7)
    np.testing.assert_allclose(sheet[1:5, 8:13], rows[1].round(2), atol=1e-9)
    assert (sheet[0] == 0.5).all()
    assert list(drawn.layout.yaxis.ticktext) == ["7", "1"]
    assert list(drawn.layout.yaxis.tickvals) == [2.5, 8.5]


def test_a_run_shows_every_seed_and_the_mean_of_what_is_inside():
    error = np.array([[60.0, 30.0], [70.0, 10.0]])
    inside = {n: error / 100 for n in ("entropy", "confident", "largest")}
    left, right = consistency.run([5, 10], {"error": error, **inside}, title="T", chance=75)
    assert [list(t.y) for t in left.data] == [[60, 30], [70, 10], [65, 20]]
    assert left.layout.shapes[0].y0 == 75
    for trace in right.data:
        np.testing.assert_allclose(trace.y, [0.65, 0.2])


def test_pairs_join_the_two_means_of_a_row():
    drawn = MADE["pairs"]()
    assert list(drawn.data[0].x) == [21.0, 8.5]
    assert list(named(drawn, "without").x) == [21.0] and list(named(drawn, "with").x) == [8.5]


def test_terms_are_lines_over_logarithmic_axes():
    drawn = MADE["terms"]()
    assert tuple(named(drawn, "pairs").y) == (45, 4950)
    assert drawn.layout.xaxis.type == drawn.layout.yaxis.type == "log"


def test_the_door_says_what_a_threshold_costs():
    """At τ = 3.5 one of three different pairs is accepted (at 3), one same pair refused (at 4)."""
    rates, _, roc = SEVERAL["door"]()
    third = pytest.approx(100 / 3)
    assert (named(rates, "FAR, now").x[0], named(rates, "FAR, now").y[0]) == (3.5, third)
    assert named(rates, "FRR, now").y[0] == third
    now = named(roc, "this threshold")
    assert (now.x[0], now.y[0]) == (third, pytest.approx(200 / 3))
    assert np.isfinite(named(rates, "FAR").x).all()  # without the threshold −∞


def test_mistakes_are_pairs_of_photos_in_two_rows():
    drawn = MADE["mistakes"]()
    above, below = drawn.data
    assert tuple(above.text) == ("D = 4.00",)
    assert tuple(below.text) == ("D = 3.00", "D = 2.00", "D = 1.00")
    photos = drawn.layout.images
    sources = [photo.source for photo in photos]
    assert sources == ["data:a", "data:b", *np.ravel([[f"data:{k}", "data:c"] for k in range(3)])]
    for trace, own in ((above, photos[:2]), (below, photos[2:])):
        for k, x in enumerate(trace.x):
            pair = own[2 * k : 2 * k + 2]
            assert np.mean([photo.x for photo in pair]) == pytest.approx(x)
            assert all(photo.y > y for photo, y in zip(pair, trace.y[k : k + 1] * 2, strict=True))
    assert min(photo.y for photo in photos[:2]) > max(photo.y for photo in photos[2:])


def test_no_mistakes_leave_an_empty_row():
    drawn = contrastive.mistakes([], ADMITTED, title="T")
    assert len(drawn.data[0].x) == 0 and len(drawn.layout.images) == 6


def test_the_desk_compares_the_own_template_with_the_next():
    drawn = MADE["desk"]()
    own, other = named(drawn, "own template"), named(drawn, "nearest other person's")
    assert tuple(own.x) == tuple(other.x) == (2, 3, 4)
    assert tuple(own.y) == tuple(OWN[1:]) and tuple(other.y) == tuple(OTHER[1:])
    assert tuple(other.text) == ("x", "y", "z")
    assert drawn.layout.xaxis.ticktext == ("enrolled", "right", "wrong", "right")
    assert [image.source for image in drawn.layout.images] == [f"data:{k}" for k in "abcd"]
    assert set(named(drawn, "threshold τ").y) == {0.35}


def test_maps_of_people_number_each_of_them():
    drawn = MADE["people_maps"]()
    assert [len(trace.x) for trace in drawn.data] == [2, 3, 2, 3]
    assert [a.text for a in drawn.layout.annotations] == ["<b>4</b>", "<b>9</b>"] * 2
    assert drawn.layout.title.subtitle.text == "B"
    np.testing.assert_array_equal(drawn.data[0].x, -np.asarray(drawn.data[2].x))
    assert drawn.layout.xaxis.domain[1] < drawn.layout.xaxis2.domain[0]
    ten = contrastive.people_maps({"PCA": RNG.normal(size=(20, 2))}, np.arange(20) // 2, title="T")
    looks = {(trace.marker.color, trace.marker.symbol) for trace in ten.data}
    assert len(looks) == 10


def test_curves_of_several_seeds_are_their_mean_with_the_range_behind_it():
    rows = np.array([[1.0, 2.0], [3.0, 6.0]])
    drawn = triplet.curves([5, 10], {"one": rows}, title="T", unit="u", level=(0.5, "α"))
    assert list(named(drawn, "one").y) == [2.0, 4.0]
    assert list(named(drawn, "one, range").y) == [3.0, 6.0, 2.0, 1.0]
    assert list(named(drawn, "α").y) == [0.5, 0.5]


def test_distances_are_counted_in_bins_and_nothing_falls_out():
    drawn = triplet.distances(np.array([0.0, 0.07, 2.0, 2.0001]), np.array([1.0]), title="T")
    same = np.array(named(drawn, "same class").y)
    assert same.sum() == 100 and same[0] == same[1] == 25 and same[-1] == 50
    assert np.argmax(named(drawn, "two classes").y) == 20


def test_the_race_says_the_mean_of_the_seeds_at_that_moment():
    left, right = SEVERAL["race"]()
    assert left.layout.title.text == "Step 20: random 30 %"
    assert right.layout.title.text == "Random: mean D 0.10 and 1.00"


def test_a_cost_has_a_line_of_slope_two_through_its_end():
    drawn = MADE["cost"]()
    assert list(named(drawn, "slope 2: N²").y) == [1.0, 4.0]
