"""Marks that several figures share."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest
from contrast import contrast, luminance
from plotly.colors import sample_colorscale

from lecturekit.figures.fusion import table
from lecturekit.figures.marks import NUMBER, SQUARES, seeds_curve, upright
from lecturekit.figures.modalities import heat
from lecturekit.figures.style import figure, look


@pytest.mark.parametrize("x", [0.25, 1e6])
def test_an_upright_line_is_plotlys_vline(x):
    ours, theirs = go.Figure(), go.Figure()
    upright(ours, x, colour="#123456", dash="dash", width=4)
    theirs.add_vline(x=x, line={"color": "#123456", "dash": "dash", "width": 4})
    (one,), (other,) = ours.layout.shapes, theirs.layout.shapes
    assert one.to_plotly_json() == {
        key: value for key, value in other.to_plotly_json().items() if key != "xref"
    }
    assert other.xref == "x"  # which is what a shape has by itself


def test_a_curve_of_several_seeds_stands_before_their_range():
    made = figure("", "", "")
    found = np.array([[1.0, 4.0], [3.0, 8.0]])
    seeds_curve(made, [10, 20], found, look(1), name="late", size=6)
    band, line = made.data
    assert list(band.x) == [10, 20, 20, 10] and list(band.y) == [3, 8, 4, 1]
    assert band.name == "late, range" and band.showlegend is False
    assert list(line.x) == [10, 20] and list(line.y) == [2, 6]
    assert (line.name, line.marker.size) == ("late", 6)
    assert (line.line.dash, line.marker.symbol) == (look(1).dash, look(1).marker)


def test_one_seed_has_no_range():
    made = figure("", "", "")
    seeds_curve(made, [10, 20], [[1.0, 4.0]], look(0), name="early")
    assert [trace.name for trace in made.data] == ["early"]


def test_a_number_is_read_on_every_square_and_darker_is_more():
    shades = sample_colorscale(SQUARES, np.linspace(0, 1, 101), colortype="tuple")
    colours = ["#" + "".join(f"{round(255 * part):02x}" for part in shade) for shade in shades]
    assert min(contrast(NUMBER, colour) for colour in colours) >= 4.5
    assert (np.diff([luminance(colour) for colour in colours]) < 0).all()  # in grey as well
    for made in (
        heat(np.eye(2), ["a", "b"], ["c", "d"], title="T"),
        table(np.eye(2), ["a", "b"], ["c", "d"], title="T", x="X", y="Y"),
    ):
        assert made.data[0].textfont.color == NUMBER
        assert [list(pair) for pair in made.data[0].colorscale] == SQUARES
