"""`explore`: live in a kernel, a default picture or a grid of them where nobody is there."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from explored import X, alt, controls, figure_from, from_base64, line, picture, same, study
from nbclient import NotebookClient

from lecturekit.explore import Points, Slider, Study, explore, portable
from lecturekit.explore.explorer import Explorer
from lecturekit.explore.snapshot import EXPLORER_MIME, PLOTLY_MIME, Snapshot


def test_static_output_is_the_default_figure_with_its_record(monkeypatch):
    calls = []

    def counted(slope, bend, doubled):
        calls.append((slope, bend, doubled))
        return line(slope, bend, doubled)

    monkeypatch.setenv("LECTUREKIT_STATIC", "1")
    shown = explore(counted, title="A curve", alt=alt, **controls())
    data, metadata = shown._repr_mimebundle_(include=None, exclude=None)
    shown._repr_mimebundle_()

    assert calls == [(3, 1, False)]
    assert set(data) == {PLOTLY_MIME, "text/plain"}
    np.testing.assert_array_equal(from_base64(data[PLOTLY_MIME]["data"][0]["y"]), 3 * X)
    assert data["text/plain"] == (
        "A curve: A straight curve with slope 3 (Slope 3, Shape straight, Twice as high off)"
    )
    record = json.loads(json.dumps(metadata))["lecturekit"]
    assert record["alt"] == "A straight curve with slope 3"
    assert record["explorer"]["state"] == {"slope": 3, "bend": "straight", "doubled": False}
    assert [control["name"] for control in record["explorer"]["controls"]] == list(controls())
    assert record["explorer"]["controls"][1]["states"] == ["straight", "bent"]


@pytest.mark.parametrize("static", ["1", "grid"])
def test_a_notebook_run_without_a_browser_keeps_no_widget_state(monkeypatch, tmp_path, static):
    monkeypatch.setenv("LECTUREKIT_STATIC", static)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    source = (
        "import plotly.graph_objects as go\n"
        "from lecturekit.explore import Slider, explore\n"
        "explore(lambda x: go.Figure(go.Bar(y=[x, 2 * x])), title='Bars', alt='Two bars', "
        "x=Slider(1, 3))"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data[PLOTLY_MIME]["data"][0]["y"] == [1, 2]
    assert output.metadata["lecturekit"]["explorer"]["state"] == {"x": 1}
    assert (EXPLORER_MIME in output.data) == (static == "grid")
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("value", [None, "", "0", "yes"])
def test_only_two_words_make_it_static(monkeypatch, value):
    monkeypatch.delenv("LECTUREKIT_STATIC", raising=False)
    if value is not None:
        monkeypatch.setenv("LECTUREKIT_STATIC", value)
    assert isinstance(explore(line, title="A curve", alt=alt, **controls()), Explorer)


def test_a_grid_is_recorded_on_wish(monkeypatch):
    monkeypatch.setenv("LECTUREKIT_STATIC", "grid")
    data, metadata = explore(line, title="A curve", alt=alt, **controls())._repr_mimebundle_()
    plain, plain_metadata = Snapshot(study())._repr_mimebundle_()
    assert {key: data[key] for key in plain} == plain and metadata == plain_metadata
    page = json.loads(json.dumps(data[EXPLORER_MIME]))
    assert page["first"]["alt"] == "A straight curve with slope 3"
    (first,) = page["first"]["figures"]
    assert same(figure_from(first), picture(line(3, 1, False)))
    spec = page["spec"]
    assert (spec["title"], spec["code"], spec["note"]) == ("A curve", "", "")
    assert spec["defaults"] == study().defaults
    assert [control["frozen"] for control in spec["controls"]] == [False] * 3
    assert spec["controls"][0]["states"] == list(range(21)) and page["grid"]


def test_what_a_page_cannot_move_rests_and_is_noted():
    def dots(point, many):
        return go.Figure(go.Scatter(x=[point[0][0]], y=[many]))

    dragged = {
        "point": Points({"a": (0, 0)}, x=(-1, 1), y=(-1, 1), label="Start"),
        "many": Slider(0, 400, value=200),
    }
    explored = Study(dots, dragged, title="t", alt="a")
    data, metadata = Snapshot(explored, with_grid=True)._repr_mimebundle_()
    point, many = data[EXPLORER_MIME]["spec"]["controls"]
    assert point["frozen"] and not many["frozen"]
    assert many["states"][0] == 0 and many["states"][-1] == 400 and 200 in many["states"]
    assert many["texts"] == [f"{state}" for state in many["states"]] and len(many["texts"]) < 401
    note = data[EXPLORER_MIME]["spec"]["note"]
    assert note.startswith("In this page Start rests, many has ")
    assert metadata["lecturekit"]["explorer"]["note"] == note
    assert metadata["lecturekit"]["explorer"]["controls"][1]["states"] == list(range(401))


def test_a_portable_study_needs_no_grid():
    @portable
    def dot(point, size):
        return {"data": [{"x": [point[0][0]], "y": [size]}], "layout": {}}

    dragged = {"point": Points({"a": (0.5, 0)}, x=(-1, 1), y=(-1, 1)), "size": Slider(1, 400)}
    explored = Study(dot, dragged, title="t", alt="a")
    page = Snapshot(explored, with_grid=True)._repr_mimebundle_()[0][EXPLORER_MIME]
    assert (page["grid"], page["spec"]["note"]) == ("", "")
    assert page["spec"]["code"] == explored.code and "$dot" in explored.code
    assert not any("frozen" in control for control in page["spec"]["controls"])
    assert page["spec"]["controls"][1]["objects"] == list(range(1, 401))


def test_where_nothing_fits_all_controls_rest_at_the_default():
    def noise(slope, point):
        rng = np.random.default_rng(slope)
        return go.Figure(go.Scatter(y=rng.normal(size=50_000)))

    moved = {"slope": Slider(0, 3, value=2), "point": Points({"a": (0, 0)}, x=(0, 1), y=(0, 1))}
    explored = Study(noise, moved, title="t", alt="a")
    page = Snapshot(explored, with_grid=True)._repr_mimebundle_()[0][EXPLORER_MIME]
    slider, points = page["spec"]["controls"]
    assert page["grid"] == "" and "the controls rest (limit: 280 kB)" in page["spec"]["note"]
    assert (slider["states"], slider["texts"], slider["frozen"]) == ([2], ["2"], True)
    assert points["frozen"] is True


def test_of_linked_pictures_the_page_has_all_and_other_readers_the_first():
    def both(slope):
        return [go.Figure(go.Bar(y=[slope])), go.Figure(go.Bar(y=[2 * slope]))]

    explored = Study(both, {"slope": Slider(1, 3)}, title="t", alt="a")
    data, _ = Snapshot(explored, with_grid=True)._repr_mimebundle_()
    assert data[PLOTLY_MIME]["data"][0]["y"] == [1]
    panels = data[EXPLORER_MIME]["first"]["figures"]
    assert [figure_from(panel)["data"][0]["y"] for panel in panels] == [[1], [2]]


@pytest.mark.parametrize("static", ["0", "1", "grid"])
def test_a_default_that_fails_fails_in_the_cell(monkeypatch, static):
    def broken(slope):
        raise ArithmeticError("no")

    monkeypatch.setenv("LECTUREKIT_STATIC", static)
    with pytest.raises(ArithmeticError, match="no"):
        explore(broken, title="t", alt="a", slope=Slider(0, 1))


def test_importing_the_explorer_loads_neither_plotly_nor_widgets():
    code = (
        "import sys, lecturekit.explore; "
        "print({'plotly', 'anywidget', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
