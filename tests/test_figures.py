"""Figures as data: what they draw, that the back row can read them, and how they are shown."""

from __future__ import annotations

from itertools import combinations

import IPython.display
import numpy as np
import plotly.graph_objects as go
import pytest

from lecturekit.claims import interval, measured
from lecturekit.figures import multitask, start, tug
from lecturekit.figures.style import COLOURS, figure, look, show
from lecturekit.metrics import bland_altman
from lecturekit.multitask.tug import tasks

RNG = np.random.default_rng(0)
X = RNG.normal(size=30)
Y = 2 * X + 1 + 0.1 * RNG.normal(size=30)
TASK = np.repeat([0, 1, 2], [14, 14, 2])
EFFECTS = [1.0, 2.0, 3.0, 4.0, 5.0]
SCORES = {"heads": np.array(EFFECTS), "ridge, pooled": np.arange(3.0), "gate": np.arange(5.0)}
MEASURED = bland_altman(Y, 1.8 * X)
WAY = RNG.normal(size=(5, 2))
WIDE = np.array([-np.inf, -0.5, -2.0])

MADE = {
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
    "tug_of_war": lambda: tug.tug_of_war(tasks(90, 4), WAY, title="T"),
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
}  # fmt: skip


def named(made: go.Figure, name: str) -> go.Figure:
    """The one trace of that name."""
    (trace,) = [trace for trace in made.data if trace.name == name]
    return trace


@pytest.fixture(params=MADE)
def made(request, monkeypatch) -> go.Figure:
    """Each figure in turn, made where any attempt to show something fails."""

    def never(*_, **__):
        raise AssertionError("a figure function returns its figure and shows nothing")

    monkeypatch.setattr(IPython.display, "display", never)
    monkeypatch.setattr(go.Figure, "show", never)
    return MADE[request.param]()


def test_figures_are_returned_not_shown(made, capsys):
    assert isinstance(made, go.Figure) and made.data
    assert capsys.readouterr() == ("", "")
    assert made.layout.title.text == "T"


def test_figures_do_not_depend_on_earlier_ones():
    one, two = MADE["agreement"](), MADE["agreement"]()
    assert one is not two and one.to_plotly_json().keys() == two.to_plotly_json().keys()
    assert one.to_json() == two.to_json()


def appearance(trace) -> tuple:
    """What tells a trace apart when nobody sees colours."""
    if trace.type == "bar":
        return ("bar",)
    lines, markers = ("lines" in trace.mode, "markers" in trace.mode)
    dash = (trace.line.dash or "solid") if lines else None
    symbol = (trace.marker.symbol or "circle") if markers else None
    return (dash, symbol)


def test_a_marker_or_dash_says_what_colour_says(made):
    """Two entries of a legend differ in type, marker or dash, not in colour alone."""
    shown = [trace for trace in made.data if trace.showlegend is not False]
    for one, other in combinations(shown, 2):
        assert appearance(one) != appearance(other), f"{one.name!r} and {other.name!r} look alike"


def test_every_entry_of_a_legend_has_a_name(made):
    assert all(trace.name for trace in made.data if trace.showlegend is not False)


def test_axes_with_numbers_have_titles(made):
    """Only an axis of names, or of a map without scale, needs none."""
    for trace in made.data:
        for letter in "xy":
            reference = getattr(trace, f"{letter}axis") or letter
            axis = made.layout[f"{letter}axis{reference[1:]}"]
            values = np.asarray(getattr(trace, letter))
            if values.dtype.kind in "US" or axis.showticklabels is False:
                continue
            assert axis.title.text, f"the {letter} axis has no title"


def test_text_is_large_enough_for_the_back_row(made):
    layout = made.layout.template.layout
    assert (made.layout.font.size or layout.font.size) >= 16
    assert (made.layout.title.font.size or layout.title.font.size) >= 18
    sizes = [a.font.size for a in made.layout.annotations if a.font.size]
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
    assert len(named(drawn, "this school").x) == 4 and len(named(drawn, "student").x) == 26
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


def test_agreement_without_a_chosen_school():
    drawn = multitask.agreement(MEASURED, title="T", unit="points")
    assert "this school" not in {trace.name for trace in drawn.data}
    assert len(named(drawn, "student").x) == 30


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


@pytest.mark.parametrize("level", [0.1, 2.0])
def test_a_level_line_is_where_the_loss_has_that_level(level):
    made_of = tasks(60, 4)
    for t in (0, 1):
        line = tug._ellipse(made_of.centres[t], made_of.curvatures[t], level)
        np.testing.assert_allclose(made_of.losses(line.T)[:, t], level, rtol=1e-5)


def test_tug_of_war_has_level_lines_the_way_and_the_best_point():
    made_of, drawn = tasks(60, 4), tug.tug_of_war(tasks(60, 4), WAY, title="T")
    levels = {"A": set(), "B": set()}
    for trace in drawn.data:
        if trace.name and trace.name.startswith("loss of task"):
            t = "AB".index(trace.name[-1])
            losses = made_of.losses(np.column_stack([trace.x, trace.y]))[:, t]
            assert np.ptp(losses) < 1e-4
            levels["AB"[t]].add(round(losses.mean(), 3))
    assert levels["A"] == levels["B"] and len(levels["A"]) >= 3
    best = named(drawn, "best for the mean of both")
    np.testing.assert_allclose([best.x[0], best.y[0]], made_of.compromise)
    way = named(drawn, "the way of θ")
    np.testing.assert_array_equal(np.column_stack([way.x, way.y]), WAY)
    first = named(drawn, "start")
    assert (first.x[0], first.y[0]) == tuple(WAY[0])


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


def test_seven_looks_before_one_repeats():
    looks = [look(i) for i in range(14)]
    assert len(set(looks[:7])) == 7 and looks[7:] == looks[:7]
    assert len({k.colour for k in looks}) == len({k.marker for k in looks}) == len(COLOURS) == 7
    assert all(a != b for a, b in combinations([(k.marker, k.dash) for k in looks[:7]], 2))


def test_an_empty_figure_has_its_titles():
    made = figure("what to see", "steps", "loss (points²)", height=333)
    assert made.layout.title.text == "what to see" and made.layout.height == 333
    assert made.layout.xaxis.title.text == "steps"
    assert made.layout.yaxis.title.text == "loss (points²)"
    assert not made.data


@pytest.fixture
def displayed(monkeypatch) -> list:
    """What `show` sends to the notebook: pairs of bundle and metadata."""
    sent = []

    def display(bundle, *, raw, metadata=None):
        assert raw is True
        sent.append((bundle, metadata or {}))

    monkeypatch.setattr(IPython.display, "display", display)
    return sent


def test_show_sends_the_figure_and_its_words(displayed):
    drawn = MADE["verdict"]()
    alt = "Five effects <between> 1 & 5; the interval lies above 0."
    assert show(drawn, alt=alt) is None
    (picture, metadata), (words, _) = displayed
    assert picture["application/vnd.plotly.v1+json"] == drawn.to_plotly_json()
    assert alt in picture["text/plain"]
    assert metadata == {"lecturekit": {"alt": alt}}
    assert words["text/plain"] == alt
    assert "Five effects &lt;between&gt; 1 &amp; 5; the interval" in words["text/html"]
    assert "<summary>" in words["text/html"]


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_a_figure_that_nobody_describes(displayed, alt):
    with pytest.raises(ValueError, match=r"a figure needs alt text: say .* what it shows"):
        show(MADE["verdict"](), alt=alt)
    assert displayed == []
