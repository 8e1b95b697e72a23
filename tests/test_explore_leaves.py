"""Figures as leaves: nothing is lost, arrays keep the precision that they need, only changes go."""

from __future__ import annotations

import json

import numpy as np
import plotly.graph_objects as go
import pytest
from explored import figure_from, from_base64, picture, same

from lecturekit.explore.leaves import changes, leaves
from lecturekit.figures.style import figure

Y = '["data",0,"y"]'


def drawn(values):
    return go.Figure(go.Heatmap(z=values) if values.ndim == 2 else go.Scatter(y=values))


def entries(made):
    return [[json.loads(path), json.loads(leaf)] for path, leaf in leaves(made).items()]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([0.5, np.nan, np.inf]), "f4"),
        (np.array([0.1, 0.2, -3e30]), "f4"),  # to a part in ten million
        (np.array([0.1, 1e-300]), "f8"),  # smaller than 32 bits know
        (np.array([0.1, 1e300]), "f8"),
        (np.arange(12, dtype=np.float32).reshape(3, 4), "f4"),
        (np.linspace(0, 1, 12).reshape(3, 4), "f4"),
        (np.array([2**31 - 1, -5]), "i4"),
        (np.array([1, 2, 300]), "i2"),
    ],
)
def test_arrays_keep_their_shape_and_the_precision_that_they_need(values, dtype):
    made = leaves(drawn(values))
    leaf = json.loads(made['["data",0,"z"]' if values.ndim == 2 else Y])
    assert leaf["dtype"] == dtype
    back = from_base64(leaf)
    assert back.shape == values.shape
    np.testing.assert_allclose(back, values, rtol=1e-6 if dtype == "f4" else 0)


@pytest.mark.parametrize("name", ["text", "hovertext", "customdata"])
def test_numbers_that_are_written_stay_exact(name):
    """In 32 bits a label of 0.1 would read 0.10000000149."""
    made = leaves(go.Figure(go.Scatter(y=[1, 2], **{name: np.array([0.1, 0.35])})))
    assert from_base64(json.loads(made[f'["data",0,"{name}"]'])).tolist() == [0.1, 0.35]


@pytest.mark.parametrize("start", [1e6, 1.7e12])
def test_small_differences_between_large_numbers_are_kept(start):
    """In 32 bits a curve far from zero would become a staircase."""
    far = start + np.linspace(0, 1, 50)
    np.testing.assert_allclose(from_base64(json.loads(leaves(drawn(far))[Y])) - start, far - start)


@pytest.mark.parametrize(
    "plain",
    [["2026-11-23", "2026-11-24"], [1.5, 2.5], [True, False], [], ["θ", "</script>", 'a "word"']],
)
def test_lists_stay_as_they_are(plain):
    assert json.loads(leaves(go.Figure(go.Scatter(y=plain)))[Y]) == plain


def test_what_is_no_number_becomes_null():
    """JSON knows no NaN."""
    made = leaves(go.Figure(go.Scatter(y=[1.0, float("nan"), None])))
    assert json.loads(made[Y]) == [1, None, None]


def many_things():
    made = figure("A title", "x", "y")
    made.add_scatter(x=np.linspace(0, 1, 5), y=[1, 2, 3], marker={"size": [1, 2], "color": "red"})
    made.add_heatmap(z=np.arange(6.0).reshape(2, 3), colorscale=[[0, "red"], [1, "blue"]])
    made.add_annotation(text="a", x=1, y=2)
    made.add_hline(3)
    return made.update_layout(legend={"x": 0}, colorway=["red"], meta={"any": {"thing": [{}, 1]}})


def test_a_figure_comes_back_from_its_leaves():
    made = many_things()
    assert same(figure_from(entries(made)), picture(made))


def test_a_template_is_one_leaf():
    paths = [json.loads(path) for path in leaves(many_things())]
    assert ["layout", "template"] in paths
    assert not [path for path in paths if path[:2] == ["layout", "template"] and len(path) > 2]


def test_the_same_figure_changes_nothing():
    assert changes(leaves(many_things()), leaves(many_things())) == []


def test_only_what_differs_is_a_change():
    old, new = many_things(), many_things()
    new.data[0].marker.color = "blue"
    new.layout.annotations[0].text = "b"
    assert changes(leaves(old), leaves(new)) == [
        ['["data",0,"marker","color"]', '"blue"'],
        ['["layout","annotations",0,"text"]', '"b"'],
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda f: f.add_bar(y=[1, 2]),
        lambda f: f.update(data=f.data[:1], overwrite=True),
        lambda f: f.update(data=[], overwrite=True),
        lambda f: f.update_layout(annotations=[], overwrite=True),
        lambda f: f.update_traces(name="n", selector=0),
        lambda f: f.update_layout(meta={}),
        lambda f: f.update_layout(meta={"any": 1}),
        lambda f: f.update_layout(title=None),
    ],
)
def test_changes_lead_from_one_figure_to_another_and_back(edit):
    old, new = many_things(), many_things()
    edit(new)
    for begin, end in ((old, new), (new, old)):
        made = changes(leaves(begin), leaves(end))
        assert made
        steps = [json.loads(f"[{p}]" if leaf is None else f"[{p},{leaf}]") for p, leaf in made]
        assert same(figure_from([*entries(begin), *steps]), picture(end))


def test_what_is_gone_comes_first():
    """So that a leaf may become a branch: the page deletes before it writes."""
    old, new = leaves(go.Figure(layout_meta=1)), leaves(go.Figure(layout_meta={"a": 2}))
    assert changes(old, new)[-2:] == [['["layout","meta"]', None], ['["layout","meta","a"]', "2"]]
    assert changes(new, old)[0] == ['["layout","meta","a"]', None]
