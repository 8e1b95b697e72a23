"""The look of all figures, plotly's dictionaries in that look, and how a figure is shown."""

from __future__ import annotations

from itertools import combinations

import IPython.display
import pytest
from contrast import contrast

from lecturekit.figures.style import COLOURS, INK, figure, look, show, styled
from lecturekit.figures.triangle import triangle

POINTS = [[0.0, 0.0], [0.6, 0.8], [-0.5, 0.2]]


def test_seven_looks_before_one_repeats():
    looks = [look(i) for i in range(14)]
    assert len(set(looks[:7])) == 7 and looks[7:] == looks[:7]
    assert len({k.colour for k in looks}) == len({k.marker for k in looks}) == len(COLOURS) == 7
    assert all(a != b for a, b in combinations([(k.marker, k.dash) for k in looks[:7]], 2))


PAPERS = {"white": "#FFFFFF", "dark site": "#16181B", "dark JupyterLab": "#111111"}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_colour_is_seen_in_grey_on_light_and_dark_paper(paper):
    """WCAG asks 3 : 1 of graphics; grey keeps of a colour its luminance alone."""
    faint = {
        c: contrast(c, PAPERS[paper]) for c in (*COLOURS, INK) if contrast(c, PAPERS[paper]) < 3
    }
    assert faint == {}


def test_in_grey_series_are_told_apart_by_marker_and_dash():
    """Their luminances do not do it, for all must be seen on both papers."""
    looks = [look(i) for i in range(7)]
    alike = [(a, b) for a, b in combinations(looks, 2) if contrast(a.colour, b.colour) < 3]
    assert len(alike) == 21
    assert all(a.marker != b.marker for a, b in alike)
    assert all(a.dash != b.dash for a, b in alike if (a, b) != (looks[0], looks[6]))


def test_an_empty_figure_has_its_titles():
    made = figure("what to see", "steps", "loss (points²)", height=333)
    assert made.layout.title.text == "what to see" and made.layout.height == 333
    assert made.layout.xaxis.title.text == "steps"
    assert made.layout.yaxis.title.text == "loss (points²)"
    assert not made.data


def test_styled_is_the_same_picture_in_the_house_style():
    drawn = triangle(POINTS, 0.5, False)
    made = styled(drawn)
    assert made.layout.template == figure("", "", "").layout.template
    assert made.layout.title.text == drawn["layout"]["title"]["text"]
    assert [trace.name for trace in made.data] == [trace["name"] for trace in drawn["data"]]
    assert "template" not in drawn["layout"]  # the dictionary stays as it was


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        ({"data": [{"x": [1], "colour": "red"}], "layout": {}}, "colour"),
        ({"data": [], "layout": {"heigth": 3}}, "heigth"),
        ({"data": [{"mode": "dots"}], "layout": {}}, "mode"),
    ],
)
def test_styled_refuses_what_plotly_does_not_know(drawn, message):
    with pytest.raises(ValueError, match=message):
        styled(drawn)


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
    drawn = figure("what to see", "x", "y")
    alt = "Five effects <between> 1 & 5."
    assert show(drawn, alt=alt) is None
    (picture, metadata), (words, _) = displayed
    assert picture["application/vnd.plotly.v1+json"] == drawn.to_plotly_json()
    assert alt in picture["text/plain"]
    assert metadata == {"lecturekit": {"alt": alt}}
    assert words["text/plain"] == alt
    assert "Five effects &lt;between&gt; 1 &amp; 5." in words["text/html"]
    assert "<summary>" in words["text/html"]


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_a_figure_that_nobody_describes(displayed, alt):
    with pytest.raises(ValueError, match=r"a figure needs alt text: say .* what it shows"):
        show(figure("what to see", "x", "y"), alt=alt)
    assert displayed == []
