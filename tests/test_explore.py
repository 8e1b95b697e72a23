"""The explorer without a browser: controls, the pure study, its static bundle and its messages."""

from __future__ import annotations

import base64
import gzip
import json
import math
import subprocess
import sys

import nbformat
import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from nbclient import NotebookClient

from lecturekit.explore import Choice, Slider, Study, Toggle, explore
from lecturekit.explore.explorer import Explorer, pack, plotly_library
from lecturekit.explore.snapshot import PLOTLY_MIME

X = np.linspace(0.0, 1.0, 11)


def line(slope, bend, doubled):
    """y = slope · x^bend, or twice that."""
    return go.Figure(go.Scatter(x=X, y=slope * X**bend * (2 if doubled else 1)))


def controls():
    return {
        "slope": Slider(0, 20, value=3, label="Slope"),
        "bend": Choice({"straight": 1, "bent": 2}, label="Shape"),
        "doubled": Toggle(label="Twice as high"),
    }


def alt(slope, bend, doubled):
    return f"A {bend} curve with slope {slope}"


def study():
    return Study(line, controls(), title="A curve", alt=alt)


# ------------------------------------------------------------------------------ controls


@pytest.mark.parametrize(
    ("slider", "states", "texts"),
    [
        (Slider(0, 3), [0, 1, 2, 3], ["0", "1", "2", "3"]),
        (Slider(0, 0.3, 0.1), [0, 0.1, 0.2, 0.3], ["0.0", "0.1", "0.2", "0.3"]),
        (Slider(-1, 1, 0.5), [-1, -0.5, 0, 0.5, 1], ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (Slider(0, 5000, 2500), [0, 2500, 5000], ["0", "2,500", "5,000"]),
        (Slider(values=[0.001, 0.1, 10]), [0.001, 0.1, 10], ["0.001", "0.1", "10"]),
        (Slider(values=[1e-5, 2e6]), [1e-5, 2e6], ["1e-5", "2e6"]),
        (Slider(values=np.geomspace(1, 100, 3)), [1, 10, 100], ["1", "10", "100"]),
        (Slider(values=[1.0001, 1.0002]), [1.0001, 1.0002], ["1.0001", "1.0002"]),
        (Slider(values=np.array([2, 4, 64])), [2, 4, 64], ["2", "4", "64"]),
    ],
)
def test_slider_positions_and_their_texts(slider, states, texts):
    assert slider.states == states
    assert slider.texts == texts


def test_whole_positions_stay_int_and_others_have_no_rounding_dust():
    assert all(type(state) is int for state in Slider(0, 20, 5).states)
    assert 0.1 + 0.2 not in Slider(0, 1, 0.1).states
    assert Slider(0, 1, 0.1).state(0.1 + 0.2) == 0.3


def test_a_choice_gives_the_function_its_object_not_its_label():
    assert Choice({"sine": math.sin}).argument("sine") is math.sin
    sizes = Choice([8, 64], value=64)
    assert (sizes.value, sizes.argument("64")) == ("64", 64)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider(3, 3), "low 3 is not below high 3"),
        (lambda: Slider(0, 1, 0), "step 0 is not above 0"),
        (lambda: Slider(0, 1, -0.1), "step -0.1 is not above 0"),
        (lambda: Slider(0, 10, 3), "steps of 3 from 0 do not reach high 10"),
        (lambda: Slider(0, 1, 1e-9), "too many; take a larger step"),
        (lambda: Slider(math.nan, 1), "low is nan, not a finite number"),
        (lambda: Slider(0, math.inf), "high is inf, not a finite number"),
        (lambda: Slider(0), "high is None, not a finite number"),
        (lambda: Slider(0, 1, "a"), "step is 'a', not a finite number"),
        (lambda: Slider(0, 1, 0.1, value=2), "2 is not one of the 11 positions from 0.0 to 1.0"),
        (lambda: Slider(0, 1, 0.1, value=0.14), "the nearest is 0.1"),
        (lambda: Slider(0, 1, value=math.nan), "the value is nan"),
        (lambda: Slider(values=[]), "no values; give at least two"),
        (lambda: Slider(values=[1]), "1 values; give at least two"),
        (lambda: Slider(values=[1, 1, 2]), "values must increase"),
        (lambda: Slider(values=[1, math.nan]), "one of the values is nan"),
        (lambda: Slider(0, 1, values=[0, 1]), "not both"),
        (lambda: Choice([]), "no options"),
        (lambda: Choice(["a", "b", "a"]), "several options are called a"),
        (lambda: Choice([1, "1"]), "several options are called 1"),
        (lambda: Choice(["a", "b"], value="c"), "'c' is not one of the options: a, b"),
        (lambda: Toggle(value="yes"), "'yes' is neither True nor False"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ------------------------------------------------------------------------------ study


def test_a_figure_follows_the_values_and_the_rest_stays_default():
    assert study().defaults == {"slope": 3, "bend": "straight", "doubled": False}
    np.testing.assert_array_equal(study().figure({}).data[0].y, 3 * X)
    bent = study().figure({"slope": 5, "bend": "bent", "doubled": True})
    np.testing.assert_array_equal(bent.data[0].y, 10 * X**2)


def test_words_for_those_who_do_not_see_the_picture():
    values = {"slope": 5, "bend": "bent"}
    assert study().alt_text(values) == "A bent curve with slope 5"
    assert study().describe(values) == "Slope 5, Shape bent, Twice as high off"
    unlabelled = Study(lambda step_size: None, {"step_size": Toggle()}, title="t", alt="a")
    assert unlabelled.describe({}) == "step size off"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slop": 1}, "line has no control 'slop'; it has slope, bend, doubled"),
        ({"slope": 21}, "slope: 21 is not one of the 21 positions from 0 to 20"),
        ({"slope": math.nan}, "slope: the value is nan"),
        ({"bend": "straigth"}, "bend: 'straigth' is not one of the options: straight, bent"),
        ({"doubled": 2}, "doubled: 2 is neither True nor False"),
    ],
)
def test_values_outside_the_controls_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        study().figure(values)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"controls": {}}, "line: no controls"),
        ({"controls": {**controls(), "colour": Toggle()}}, "no argument for control colour"),
        ({"controls": {"slope": Slider(0, 1)}}, "line needs a control for bend, doubled"),
        ({"controls": {**controls(), "slope": 3}}, "slope is 3; give a Slider, Choice or Toggle"),
        (
            {"controls": {**controls(), "doubled": Toggle(label="Slope")}},
            "several controls are called Slope",
        ),
        ({"title": " "}, "the title is empty"),
        ({"alt": ""}, "alt is ''; say in words"),
        ({"alt": lambda **_: None}, "alt is None; say in words"),
    ],
)
def test_a_study_that_does_not_fit_together_is_refused(changes, message):
    whole = {"controls": controls(), "title": "A curve", "alt": alt} | changes
    with pytest.raises(ValueError, match=message):
        Study(line, whole.pop("controls"), **whole)


def test_arguments_with_a_default_need_no_control():
    def powers(bend, seed=0):
        return go.Figure(layout_title_text=f"{bend}, {seed}")

    alone = Study(powers, {"bend": Slider(1, 3)}, title="t", alt="a")
    assert alone.figure({}).layout.title.text == "1, 0"


def test_a_function_that_returns_no_figure_is_told_so():
    forgetful = Study(lambda on: None, {"on": Toggle()}, title="t", alt="a")
    with pytest.raises(TypeError, match="returned NoneType, not a plotly Figure; end it with"):
        forgetful.figure({})


# ------------------------------------------------------------------------------ static


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


def test_only_the_variable_decides_between_live_and_static(monkeypatch):
    monkeypatch.setenv("LECTUREKIT_STATIC", "0")
    assert isinstance(explore(line, title="A curve", alt=alt, **controls()), Explorer)


def test_a_notebook_run_without_a_browser_keeps_no_widget_state(monkeypatch, tmp_path):
    monkeypatch.setenv("LECTUREKIT_STATIC", "1")
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
    assert "widgets" not in notebook.metadata


# ------------------------------------------------------------------------------ messages


@pytest.mark.parametrize(
    "array",
    [
        np.array([0.1, np.nan, 1e-300]),
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.array([2**31 - 1, -5]),
        np.array(["2026-11-23", "2026-11-24"]),
        np.array([]),
    ],
)
def test_packing_keeps_every_array_as_it_was(array):
    packed = pack(go.Figure(go.Heatmap(z=array) if array.ndim == 2 else go.Scatter(y=array)))
    assert isinstance(packed, bytes)
    trace = plotly.io.from_json(packed.decode(), skip_invalid=False).data[0]
    back = trace.z if array.ndim == 2 else trace.y
    np.testing.assert_array_equal(from_base64(back), array)


def from_base64(spec):
    """Return the array that plotly wrote as {"dtype", "bdata", "shape"}, or passed through."""
    if not isinstance(spec, dict):
        return np.asarray(spec)
    flat = np.frombuffer(base64.b64decode(spec["bdata"]), dtype=spec["dtype"])
    shape = [int(size) for size in str(spec.get("shape", flat.size)).split(",")]
    return flat.reshape(shape)


@pytest.fixture
def live():
    """An explorer whose messages are caught: (explorer, [(content, buffers), …])."""

    def moody(slope, bend, doubled):
        if slope == 13:
            raise ArithmeticError("thirteen")
        return None if slope == 14 else line(slope, bend, doubled)

    sent = []
    explorer = Explorer(Study(moody, controls(), title="A curve", alt=alt))
    explorer.send = lambda content, buffers=None: sent.append((content, buffers or []))
    return explorer, sent


def test_new_values_are_answered_with_a_figure_and_its_alt_text(live):
    explorer, sent = live
    values = {"slope": 7, "bend": "bent", "doubled": True}
    explorer.values = values
    ((content, (picture,)),) = sent
    assert content == {"values": values, "alt": "A bent curve with slope 7"}
    np.testing.assert_array_equal(from_base64(json.loads(picture)["data"][0]["y"]), 14 * X**2)


def test_a_page_that_was_loaded_again_is_sent_the_current_figure(live):
    explorer, sent = live
    explorer._handle_custom_msg({}, [])
    assert sent[0][0]["values"] == explorer.values
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("slope", "problem"),
    [
        (13, "ArithmeticError: thirteen"),
        (14, "TypeError: moody returned NoneType"),
        (99, "ValueError: slope: 99 is not one of the 21 positions"),
    ],
)
def test_a_problem_is_told_and_nothing_is_drawn(live, slope, problem):
    explorer, sent = live
    explorer.values = {**explorer.values, "slope": slope}
    ((content, buffers),) = sent
    assert content["problem"].startswith(problem)
    assert content["values"]["slope"] == slope
    assert buffers == []


def test_moving_for_an_hour_stores_nothing(live):
    explorer, sent = live
    before = explorer.get_state()
    for slope in (5, 6, 7):
        explorer.values = {**explorer.values, "slope": slope}
    after = explorer.get_state()
    assert len(sent) == 3
    assert after.pop("values") != before.pop("values")
    assert after == before


def test_the_first_picture_and_plotly_ride_in_the_state():
    one, two = (Explorer(study()) for _ in range(2))
    first = json.loads(one.first["figure"])
    np.testing.assert_array_equal(from_base64(first["data"][0]["y"]), 3 * X)
    assert one.first["alt"] == "A straight curve with slope 3"
    assert one.library == two.library == plotly_library().model_id
    assert b"plotly.js" in gzip.decompress(plotly_library().code)[:200]


def test_a_live_explorer_is_recorded_like_a_static_one():
    data, metadata = Explorer(study())._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == study().summary()
    assert metadata["lecturekit"] == study().record()["lecturekit"]


def test_a_default_that_fails_fails_in_the_cell():
    def broken(slope):
        raise ArithmeticError("no")

    with pytest.raises(ArithmeticError, match="no"):
        explore(broken, title="t", alt="a", slope=Slider(0, 1))


def test_importing_the_explorer_loads_neither_plotly_nor_widgets():
    code = (
        "import sys, lecturekit.explore; "
        "print({'plotly', 'anywidget', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
