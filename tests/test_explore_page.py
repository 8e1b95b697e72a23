"""Outputs of an executed notebook as HTML that lives alone, and the script that moves it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest
from explored import figure_from, line, picture, same, study

from lecturekit.explore import Slider, Study, page
from lecturekit.explore.scripts import for_notebook
from lecturekit.explore.snapshot import PLOTLY_MIME, Snapshot

EVIL = '</script><script>alert(1)</script><!-- & "quoted"'


class Parts(HTMLParser):
    """What a browser finds: elements with their attributes, and the text of each."""

    def __init__(self, html):
        super().__init__()
        self.found, self.texts = [], {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        tag = self.found[-1][0]
        self.texts[tag] = self.texts.get(tag, "") + data


def parts(html):
    """The words and the data of a waiting element, as a browser reads them."""
    read = Parts(html)
    assert [tag for tag, _ in read.found] == ["div", "script"]
    assert read.found[1][1] == {"type": "application/json"}
    return read.found[0][1], read.texts.get("div", ""), json.loads(read.texts["script"])


def test_an_explorer_is_its_words_and_its_data():
    bundle = Snapshot(study(), with_grid=True)._repr_mimebundle_()
    attributes, words, data = parts(page.element(*bundle))
    assert attributes["class"] == "lk-page lk-explorer" and "min-height" in attributes["style"]
    assert words == data["first"]["alt"] == "A straight curve with slope 3"
    (first,) = data["first"]["figures"]
    assert same(figure_from(first), picture(line(3, 1, False)))
    assert data["spec"]["title"] == "A curve" and len(data["grid"]) > 100


def test_a_figure_is_its_words_and_its_leaves():
    drawn = go.Figure(go.Scatter(x=np.arange(3), y=[0.1, 0.2, np.nan]), {"height": 333})
    data = {PLOTLY_MIME: json.loads(drawn.to_json()), "text/plain": "Figure: …"}
    attributes, words, found = parts(page.element(data, {"lecturekit": {"alt": "Three dots"}}))
    assert attributes == {"class": "lk-page lk-figure", "style": "min-height:333px"}
    assert words == found["alt"] == "Three dots"
    assert same(figure_from(found["figure"]), picture(drawn))


def test_a_figure_that_nobody_described_is_still_drawn():
    data = {PLOTLY_MIME: json.loads(go.Figure(go.Bar(y=[1])).to_json())}
    _, words, found = parts(page.element(data, {}))
    assert words == found["alt"] == "" and found["figure"]


@pytest.mark.parametrize("data", [{}, {"text/plain": "3"}, {"text/html": "<b>3</b>"}])
def test_other_outputs_are_none_of_its_business(data):
    assert page.element(data, {"lecturekit": {"alt": "words"}}) is None


def test_an_explorer_without_a_grid_is_a_figure():
    html = page.element(*Snapshot(study())._repr_mimebundle_())
    assert parts(html)[0]["class"] == "lk-page lk-figure"


def test_text_in_the_data_cannot_end_the_script():
    def named(slope):
        return go.Figure(go.Bar(y=[slope], name=EVIL), {"title": {"text": EVIL}})

    explored = Study(named, {"slope": Slider(1, 3, label=EVIL)}, title=EVIL, alt=EVIL)
    data, metadata = Snapshot(explored, with_grid=True)._repr_mimebundle_()
    figure = {PLOTLY_MIME: data[PLOTLY_MIME]}
    for html in (page.element(data, metadata), page.element(figure, metadata)):
        _, words, found = parts(html)
        assert html.count("</script>") == 1 and "<!--" not in html
        assert words == EVIL
    assert found["alt"] == EVIL
    assert [leaf for path, leaf in found["figure"] if path[-1] == "name"] == [EVIL]


def test_the_script_of_a_page_is_classic_and_asks_no_network():
    """file:// refuses modules, and a page may lie on a stick in a train."""
    script = page.script()
    assert not re.search(r"^\s*(import|export)\b|\bimport\(", script, re.MULTILINE)
    for text in (script, page.style()):
        assert not re.search(
            r"https?:(?!//www\.w3\.org/2000/svg)|url\((?!\$\{photos\.source\})|@import|fetch\(",
            text,
        )
        assert "</" not in text  # it stands inside of an element of the page
    assert script.startswith("(() => {") and "window.Plotly" in script


def test_notebook_and_page_share_all_but_their_ends():
    script, module = page.script(), for_notebook()
    for name in ("mount", "figureFrom", "makeHandles", "gridSource", "physicsSource"):
        assert len(re.findall(rf"\b(?:function|const) {name}\b", script)) == 1, name
        assert len(re.findall(rf"\b(?:function|const) {name}\b", module)) == 1, name
    assert module.rstrip().endswith("export default { render };")
