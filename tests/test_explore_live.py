"""An explorer in a kernel: it answers what a page asks, looks ahead in slices, stores nothing."""

from __future__ import annotations

import gzip
import json
import threading
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest
from explored import X, alt, controls, figure_from, line, picture, same, study

from lecturekit.explore import Points, Slider, Study, explorer
from lecturekit.explore.explorer import Explorer, plotly_library


class Page:
    """What is at the other end of an explorer."""

    def __init__(self, explored):
        self.widget, self.sent = Explorer(explored), []
        self.widget.send = lambda content, buffers=None: self.sent.append((content, buffers or []))

    def ask(self, *states, ahead=False):
        """The answer to a question, and its buffers."""
        self.widget._handle_custom_msg({"ask": list(states), "ahead": ahead}, [])
        return self.sent[-1]

    def pictures(self, buffer):
        """The default figures with these changes."""
        first = json.loads(self.widget.first["figures"])
        changes = json.loads(buffer)
        return [figure_from([*base, *more]) for base, more in zip(first, changes, strict=True)]


def moody(slope, bend, doubled):
    if slope == 13:
        raise ArithmeticError("thirteen")
    figure = line(slope, bend, doubled)
    return {14: None, 15: [figure, figure]}.get(slope, figure)


@pytest.fixture
def page():
    return Page(study(moody))


DEFAULT = {"slope": 3, "bend": "straight", "doubled": False}


def test_a_question_is_answered_with_figures_and_their_words(page):
    values = {"slope": 7, "bend": "bent", "doubled": True}
    content, (buffer,) = page.ask(values)
    assert content["answers"] == [{"values": values, "alt": "A bent curve with slope 7"}]
    assert content["later"] is False and content["ms"] > 0
    (found,) = page.pictures(buffer)
    assert same(found, picture(moody(7, 2, True)))
    np.testing.assert_allclose(found["data"][0]["y"], 14 * X**2, rtol=1e-6)


def test_only_what_differs_from_the_default_is_sent(page):
    _, (other, default) = page.ask({**DEFAULT, "slope": 4}, DEFAULT)
    ((path, _),) = json.loads(other)[0]
    assert path == ["data", 0, "y"]
    assert json.loads(default) == [[]]


def test_each_question_has_one_answer_in_its_order(page):
    states = [{**DEFAULT, "slope": slope} for slope in (5, 13, 6)]
    content, buffers = page.ask(*states)
    assert [answer["values"] for answer in content["answers"]] == states
    assert ["problem" in answer for answer in content["answers"]] == [False, True, False]
    ends = [page.pictures(buffer)[0]["data"][0]["y"][-1] for buffer in buffers]
    assert ends == [5, 6]  # one buffer for each answer that has a picture
    assert len(page.sent) == 1
    content, buffers = page.ask()
    assert (content["answers"], buffers) == ([], [])


@pytest.mark.parametrize(
    ("slope", "problem"),
    [
        (13, "ArithmeticError: thirteen"),
        (14, "TypeError: moody returned NoneType"),
        (15, "ValueError: 2 pictures where the default state has 1"),
        (99, "ValueError: slope: 99 is not one of the 21 positions"),
        (None, "ValueError: slope: the value is None"),
    ],
)
def test_a_problem_is_told_and_nothing_is_drawn(page, slope, problem):
    content, buffers = page.ask({**DEFAULT, "slope": slope})
    (answer,) = content["answers"]
    assert answer["problem"].startswith(problem) and answer["values"]["slope"] == slope
    assert "alt" not in answer and buffers == []
    assert page.ask(DEFAULT)[0]["answers"][0]["alt"]  # and it goes on


def test_linked_figures_that_gain_and_lose_traces_arrive_whole():
    def counted(count):
        left = go.Figure([go.Scatter(y=[k, 0.5], name=f"{k}") for k in range(count)])
        return [left, go.Figure(layout={"title": {"text": f"{count}"}})]

    page = Page(Study(counted, {"count": Slider(0, 4, value=2)}, title="t", alt="a"))
    content, buffers = page.ask(*({"count": count} for count in range(5)))
    assert len(content["answers"]) == len(buffers) == 5
    for count, buffer in enumerate(buffers):
        expected = [picture(figure) for figure in counted(count)]
        assert all(map(same, page.pictures(buffer), expected))


def test_what_is_dragged_is_asked_for_like_any_state():
    def dot(point):
        return go.Figure(go.Scatter(x=[point[0][0]], y=[point[0][1]]))

    points = Points({"a": (0, 0)}, x=(-1, 1), y=(-1, 1))
    page = Page(Study(dot, {"point": points}, title="t", alt="a"))
    _, (buffer,) = page.ask({"point": [[0.123456789, -0.5]]})
    assert page.pictures(buffer)[0]["data"][0] | {"type": 0} == {
        "type": 0, "x": [0.123456789], "y": [-0.5],
    }  # fmt: skip


# ------------------------------------------------------------------------------ looking ahead


def test_nothing_is_computed_ahead_while_a_cell_runs(page, monkeypatch):
    monkeypatch.setattr(explorer, "cell_is_running", lambda: True)
    content, buffers = page.ask(DEFAULT, ahead=True)
    assert (content["answers"], content["later"], buffers) == ([], True, [])
    content, buffers = page.ask(DEFAULT)  # what a hand wants is answered all the same
    assert (len(content["answers"]), content["later"], len(buffers)) == (1, False, 1)


@pytest.mark.parametrize(
    ("seconds", "ahead", "answered"), [(0, True, 1), (9, True, 5), (0, False, 5)]
)
def test_looking_ahead_comes_in_slices(page, monkeypatch, seconds, ahead, answered):
    monkeypatch.setattr(explorer, "cell_is_running", lambda: False)
    monkeypatch.setattr(explorer, "SLICE_SECONDS", seconds)
    states = [{**DEFAULT, "slope": slope} for slope in range(5)]
    content, buffers = page.ask(*states, ahead=ahead)
    assert [answer["values"] for answer in content["answers"]] == states[:answered]
    assert len(buffers) == answered and content["later"] is False


def test_a_cell_runs_from_its_start_to_its_end(monkeypatch):
    events = {}
    shell = SimpleNamespace(events=SimpleNamespace(register=events.__setitem__))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    cells = explorer._Cells()
    assert cells.running  # an explorer is made by a cell
    for event, running in (
        ("post_run_cell", False),
        ("pre_run_cell", True),
        ("post_run_cell", False),
    ):
        events[event](object())
        assert cells.running is running


def test_outside_a_notebook_no_cell_runs(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert not explorer._Cells().running


def test_the_figure_function_runs_once_at_a_time():
    inside, most = [], []

    def slow(slope):
        inside.append(slope)
        most.append(len(inside))
        threading.Event().wait(0.02)
        inside.remove(slope)
        return go.Figure()

    page = Page(Study(slow, {"slope": Slider(0, 9)}, title="t", alt="a"))
    asked = [threading.Thread(target=page.ask, args=[{"slope": slope}]) for slope in range(4)]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert len(page.sent) == 4 and max(most) == 1


# ------------------------------------------------------------------------------ its state


def test_moving_for_an_hour_stores_nothing(page):
    before = page.widget.get_state()
    for slope in (5, 6, 7):
        page.ask({**DEFAULT, "slope": slope})
    assert page.widget.get_state() == before


def test_the_values_are_written_by_the_page_and_answered_only_when_asked(page):
    moved = {**DEFAULT, "slope": 5}
    page.widget.values = moved
    assert page.sent == [] and page.widget.get_state()["values"] == moved


def test_the_first_picture_and_plotly_ride_in_the_state():
    one, two = (Explorer(study()) for _ in range(2))
    (first,) = json.loads(one.first["figures"])
    assert same(figure_from(first), picture(line(3, 1, False)))
    assert one.first["alt"] == "A straight curve with slope 3"
    assert one.library == two.library == plotly_library().model_id
    assert b"plotly.js" in gzip.decompress(plotly_library().code)[:200]


def test_the_state_names_the_controls_and_where_they_start():
    state = Explorer(study()).get_state()
    assert state["values"] == state["spec"]["defaults"] == DEFAULT
    assert [control["name"] for control in state["spec"]["controls"]] == list(controls())
    assert (state["spec"]["title"], state["spec"]["code"]) == ("A curve", "")


def test_a_live_explorer_is_recorded_like_a_static_one():
    data, metadata = Explorer(study())._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == study().summary()
    assert metadata["lecturekit"] == study().record()["lecturekit"]


def test_words_that_fail_in_one_state_are_a_problem_of_that_state():
    def words(slope, bend, doubled):
        return alt(slope, bend, doubled) if slope < 5 else ""

    page = Page(Study(line, controls(), title="A curve", alt=words))
    content, buffers = page.ask({**DEFAULT, "slope": 5}, {**DEFAULT, "slope": 4})
    assert "alt is ''; say in words" in content["answers"][0]["problem"]
    assert content["answers"][1]["alt"] and len(buffers) == 1
