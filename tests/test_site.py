"""`lecturekit site`: what pages, slides and index hold, and that a site is whole or unchanged."""

from __future__ import annotations

import base64
import errno
import json
import os
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from contrast import contrast
from make_notebooks import checkout, code, notebook, text

from lecturekit.claims import Claim, claim, identity, ledger, measured
from lecturekit.course import checkout as checkouts
from lecturekit.course import cli
from lecturekit.course.errors import CourseError
from lecturekit.course.outcome import Outcome
from lecturekit.course.share import environment
from lecturekit.course.site import build as building
from lecturekit.course.site import fresh, libraries, swap
from lecturekit.course.site.build import build
from lecturekit.course.site.fresh import Results, key
from lecturekit.course.site.maths import BadFormula, mathml
from lecturekit.course.site.overview import claims_of
from lecturekit.course.site.prose import reader
from lecturekit.explore import page

REPOSITORY = Path(__file__).resolve().parent.parent
STATIC = Path(libraries.STATIC)
PNG = base64.b64encode(b"\x89PNG not really").decode()
PLOTLY = "application/vnd.plotly.v1+json"
VOID = {"br", "img", "input", "link", "meta", "hr"}


def element(data: dict, metadata: dict) -> str | None:
    """Stands in for an explorer: as HTML that reveal.js could take for a slide."""
    return "<section class='stand-in'>moves</section>" if PLOTLY in data else None


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are built without real explorers; plotly.js is long and beside the point."""
    monkeypatch.setattr(page, "element", element)
    monkeypatch.setattr(page, "script", lambda: "// script")
    monkeypatch.setattr(page, "style", lambda: "/* style */")
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "// plotly")


def ran(source: str, *outputs: dict, id: str = "", tags: tuple[str, ...] = ()) -> dict:
    """A code cell with outputs."""
    return {**code(source, *tags, id=id), "outputs": list(outputs), "execution_count": 1}


def printed(words: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": words}


def shown(data: dict, **metadata: object) -> dict:
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def judged(made: Claim) -> dict:
    return shown(made._repr_mimebundle_())


FIRST = claim(
    41,
    "Sharing helps <often>.",
    slide="Sharing",
    settings=[
        measured("A & B", [1.0, 1.1, 0.9, 1.0, 1.05], above=0),
        measured("C", [-1.0, -1.1, -0.9, -1.0, -1.05], above=0),
    ],
)
SECOND = claim(40, "Two ways agree.", slide="Ways", settings=[identity("both", 1e-9)])
START = [
    text("Next: [06 · Multi](06_multi.ipynb)\n\n# 0 · Start\n\nHello.\n\n**Time.** An hour."),
    ran("import os", id="setup"),
    text(
        "## Map\n\n| notebook | slides | claims |\n|---|---|---|\n"
        "| 1 · Consistency | consistency loss | 1–8 |\n| **[6 · Multi](06_multi.ipynb)** | x | 9 |"
    ),
    text("Next: [06 · Multi](06_multi.ipynb)"),
]
MULTI = [
    text("Previous: [00](00_start.ipynb)\n\n# 6 · Multi\n\nSlides.\n\n**Learning.** A lot."),
    ran("n: int = 2  # how many", id="parameters", tags=("parameters",)),
    text("## One way?\n\nWe have $a^2$ and\n\n$$\\sum_t L_t$$\n\nso `x`.", id="one"),
    ran("x = 1", id="silent"),
    ran(
        "figure",
        shown(
            {PLOTLY: {}, "text/plain": "Figure"},
            lecturekit={"explorer": {"title": "Tug", "note": "every second state is kept."}},
        ),
        shown({"text/html": "<details><summary>Figure in words</summary>A line.</details>"}),
        id="picture",
    ),
    ran("claim(41)", judged(FIRST), id="claim-a"),
    ran("claim(40)", judged(SECOND), id="claim-b"),
    text(
        "## One way?\n\n[back](00_start.ipynb#Map), [card](../data/README.md), [up](#One-way?-2), "
        "[out](https://example.org/x)\n\n![A tug](images/tug.png)\n\n"
        "1. Odd?\n<details><summary>Answer</summary>No, <a href='00_start.ipynb'>see</a>.</details>"
        "\n\n### Deeper\n\nMore.\n\n## Last\n\nEnd.",
        id="links",
    ),
    ran("\n".join(f"x{k} = {k}" for k in range(20)), printed("done\n"), id="long"),
    ran("ledger", shown({"text/markdown": ledger([SECOND.record])}), id="ledger"),
]


def made(root: Path, **notebooks: list[dict]) -> dict[Path, Path]:
    """A checkout with these executed notebooks. Returns: notebook -> executed."""
    checkout(root, **notebooks)
    (root / "notebooks" / "images").mkdir()
    (root / "notebooks" / "images" / "tug.png").write_bytes(b"a picture")
    (root / "done").mkdir()
    for name, cells in notebooks.items():
        (root / "done" / f"{name}.ipynb").write_text(json.dumps(notebook(cells)))
    return {
        root / "notebooks" / f"{n}.ipynb": root / "done" / f"{n}.ipynb" for n in sorted(notebooks)
    }


def one_page(root: Path, *cells: dict, **others: list[dict]) -> str:
    """The page of a notebook with these cells."""
    build(made(root, **{"01_x": [text("# X"), *cells]}, **others), root / "site")
    return (root / "site" / "01_x.html").read_text(encoding="utf-8")


class Tree(HTMLParser):
    """Links, sources, ids and headings of a page, and whether its elements are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.problems: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.loads.append(given.get("href") or given["src"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(tag)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The site of two notebooks."""
    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        stand_in.__wrapped__(context)
        root = tmp_path_factory.mktemp("site") / "wörk 1"
        built = build(made(root, **{"00_start": START, "06_multi": MULTI}), root / "site")
    pages = {p.name: p.read_text(encoding="utf-8") for p in (root / "site").glob("*.html")}
    trees = {name: Tree(html) for name, html in pages.items()}
    return SimpleNamespace(root=root, folder=root / "site", built=built, pages=pages, trees=trees)


# The site as a whole


def test_it_has_an_index_and_a_page_and_a_deck_for_each_notebook(site: SimpleNamespace) -> None:
    assert sorted(site.pages) == [
        "00_start.html", "00_start.slides.html", "06_multi.html", "06_multi.slides.html",
        "index.html",
    ]  # fmt: skip
    assert site.built.index == site.folder / "index.html"
    on_disk = {p.relative_to(site.folder).as_posix(): p for p in site.folder.rglob("*")}
    sizes = {name: path.stat().st_size for name, path in on_disk.items() if path.is_file()}
    assert site.built.sizes == sizes


def test_every_link_of_the_site_leads_somewhere(site: SimpleNamespace) -> None:
    for name, tree in site.trees.items():
        for link in tree.links:
            if link.startswith("https://example.org/"):
                continue
            file, _, fragment = link.partition("#")
            target = site.trees[unquote(file) or name]
            assert not fragment or unquote(fragment) in target.ids, f"{name}: {link}"


def test_everything_that_a_page_loads_lies_in_the_site(site: SimpleNamespace) -> None:
    for name, tree in site.trees.items():
        for load in tree.loads:
            assert load.startswith("data:") or (site.folder / load).is_file(), f"{name}: {load}"
    for path in STATIC.iterdir():
        assert "http" not in path.read_text(encoding="utf-8"), f"{path.name} asks the network"


def test_pages_are_well_formed_with_one_title_and_landmarks(site: SimpleNamespace) -> None:
    for name, tree in site.trees.items():
        assert tree.problems == [] and tree.open == [], name
        assert [i for i, count in Counter(tree.ids).items() if count > 1] == [], name
        tags = Counter(tag for tag, _ in tree.tags)
        assert (tags["h1"], tags["main"]) == (1, 1), name
        assert ("html", {"lang": "en"}.items()) in [(t, a.items() & {("lang", "en")}) for t, a in
                                                    tree.tags], name  # fmt: skip
        if "slides" not in name:
            assert "content" in tree.ids and "#content" in tree.links  # the skip link
    toc = [
        attrs.get("aria-label") for tag, attrs in site.trees["06_multi.html"].tags if tag == "nav"
    ]
    assert len(set(toc)) == 3 and "On this page" in toc


def test_scripts_are_classic_deferred_and_in_order(site: SimpleNamespace) -> None:
    scripts = [a for tag, a in site.trees["06_multi.html"].tags if tag == "script" and "src" in a]
    assert [a["src"] for a in scripts] == [
        f"assets/{name}.js" for name in ("plotly.min", "explorer", "headings", "site")
    ]
    assert all("defer" in attrs and "type" not in attrs for attrs in scripts)
    # a page without a picture need not read megabytes of plotly
    assert "assets/plotly.min.js" not in site.trees["00_start.html"].loads


def test_the_search_knows_all_headings_and_claims(site: SimpleNamespace) -> None:
    script = (site.folder / "assets" / "headings.js").read_text(encoding="utf-8")
    rows = json.loads(script.partition(" = ")[2].rstrip(";\n"))
    assert ["One way?", "6 · Multi", "06_multi.html#One-way%3F-2"] in rows
    assert ["Claim 41: Sharing helps <often>.", "6 · Multi", "06_multi.html#claim-41"] in rows
    assert len(rows) == 6 + 1 + 2  # headings of both notebooks, claims
    for _, _, href in rows:
        name, _, fragment = href.partition("#")
        assert unquote(fragment) in site.trees[name].ids


# Pages


def test_navigation_comes_from_the_site_and_not_from_the_cells(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.html"]
    assert "Previous: " not in html and "Next: " not in site.pages["00_start.html"]
    links = [a for tag, a in site.trees["06_multi.html"].tags if tag == "a" and "rel" in a]
    assert [(a["rel"], a["href"]) for a in links] == [("prev", "00_start.html")] * 2


def test_links_lead_to_pages_or_are_plain_text(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.html"]
    assert '<a href="00_start.html#Map">back</a>' in html
    assert "<span>card</span>" in html
    assert '<a href="00_start.html">see</a>' in html  # written as HTML
    assert '<a href="https://example.org/x">out</a>' in html
    assert re.search(r'<img src="assets/tug-\w+\.png" alt="A tug">', html)


def test_headings_of_the_same_text_have_their_own_anchors(site: SimpleNamespace) -> None:
    ids = site.trees["06_multi.html"].ids
    assert [i for i in ids if i.startswith("One-way")] == ["One-way?", "One-way?-2"]
    toc = site.pages["06_multi.html"].partition('id="site-toc"')[2].partition("</details>")[0]
    assert re.findall(r"level-(\d)[^>]*><a href=\"([^\"]*)\"", toc) == [
        ("2", "#One-way%3F"), ("2", "#One-way%3F-2"), ("3", "#Deeper"), ("2", "#Last"),
    ]  # fmt: skip


def test_claims_and_cells_have_anchors(site: SimpleNamespace) -> None:
    tree = site.trees["06_multi.html"]
    assert {"claim-40", "claim-41", "cell-picture", "cell-links"} <= set(tree.ids)


def test_long_code_is_folded_and_short_code_is_not(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.html"]
    assert html.count('<details class="site-code">') == 1
    assert "<summary>Code, 20 lines</summary>" in html
    assert '<div class="site-code"><pre' in html


def test_a_figure_keeps_its_words_and_explorers_their_notes(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.html"]
    assert html.index("stand-in") < html.index("Figure in words")
    assert site.built.notes == ("06_multi: Tug: every second state is kept.",)


def test_text_comes_as_a_terminal_would_leave_it(tmp_path: Path) -> None:
    pieces = [
        printed("one\n"),
        printed("10%\r"),
        printed("100%\n"),
        printed("\x1b[31m<b>\x1b[0m\n"),
    ]
    html = one_page(tmp_path, ran("x", *pieces, printed("oh\n", "stderr")))
    found = re.findall(r'<pre class="site-text[^>]*aria-label="(\w+)">(.*?)</pre>', html, re.S)
    assert found == [("Output", "one\n100%\n&lt;b&gt;"), ("Messages", "oh")]


def test_what_is_a_widget_only_is_left_out(tmp_path: Path) -> None:
    bar = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "0%|  |"}
    html = one_page(tmp_path, ran("train()", shown(bar), printed("trained\n")))
    assert "0%" not in html and "trained" in html


def test_pictures_become_files_with_words(tmp_path: Path) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    html = one_page(
        tmp_path,
        ran("a", shown({"image/png": PNG, "text/plain": "<Figure size 1x1>"}), id="a"),
        ran("b", shown({"image/png": PNG}, lecturekit={"alt": 'A "line"'}), id="b"),
        ran("c", shown({"image/svg+xml": svg, "image/png": PNG, "text/plain": "A dot"}), id="c"),
    )
    images = re.findall(r'<img src="([^"]*)" alt="([^"]*)">', html)
    assert [alt for _, alt in images] == [
        "Picture drawn by the code of this cell", "A &quot;line&quot;", "A dot",
    ]  # fmt: skip
    contents = [(tmp_path / "site" / source).read_bytes() for source, _ in images]
    assert contents == [base64.b64decode(PNG)] * 2 + [svg.encode()]


def test_an_attached_image_is_found(tmp_path: Path) -> None:
    cell = {**text("![Own](attachment:own.png)"), "attachments": {"own.png": {"image/png": PNG}}}
    html = one_page(tmp_path, cell)
    (source,) = re.findall(r'<img src="([^"]*)" alt="Own">', html)
    assert (tmp_path / "site" / source).read_bytes() == base64.b64decode(PNG)


def test_tables_scroll_in_a_box_that_has_a_name(tmp_path: Path) -> None:
    frame = (
        "<div><style scoped>.dataframe th {color: red}</style>"
        '<table class="dataframe"><tr><th></th><th>a</th></tr>'
        "<tr><th>x</th><td>1</td></tr></table></div>"
    )
    html = one_page(tmp_path, text("| a |\n|---|\n| $x$ |"), ran("f", shown({"text/html": frame})))
    box = '<div class="site-scroll" role="group" tabindex="0" aria-label="Table"><table'
    assert html.count(box) == 2
    assert "<tr><td></td><th>a</th></tr>" in html  # an empty header heads nothing
    assert "scoped" not in html


def test_a_markdown_output_is_laid_out(site: SimpleNamespace) -> None:
    output = site.pages["06_multi.html"].partition('id="cell-ledger"')[2]
    assert "✔ supported</td>" in output and "<table>" in output


@pytest.mark.parametrize("source", ["images/none.png", "https://example.org/x.png", "/etc/x.png"])
def test_an_image_that_is_not_there_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(CourseError, match=r"01_x\.ipynb, cell here: the image") as caught:
        one_page(tmp_path, text(f"![A]({source})", id="here"))
    assert source in str(caught.value)
    assert not (tmp_path / "site").exists()


# Formulas


def test_formulas_are_mathml_with_their_tex(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.html"]
    assert '<math display="inline" alttext="a^2"><mrow><msup><mi>a</mi>' in html
    assert re.search(
        r'<span class="site-formula site-scroll"[^>]*><math display="block"[^>]*\\sum_t L_t', html
    )


@pytest.mark.parametrize(
    "tex, expected",
    [
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", r"(<mtr>.*){2}"),
        (r"\begin{gathered}a \\ c\end{gathered}", r"(<mtr>.*){2}"),
        (r"\begin{cases}1 & x < 0 \\ 0 & \text{else}\end{cases}", r"{</mo><mtable>.*&lt;.*else"),
        (r"\underbrace{a+b}_{\text{sum}}", r"<munder><munder>.*⏟.*sum"),
        (r"\operatorname{Var} y", r'<mo lspace="0.167em" rspace="0.167em">Var</mo>'),
        (r"\text{a < b & c}", r"<mtext>a\s&lt;\sb\s&amp;\sc</mtext>"),
        (r"\mathcal{L}", "ℒ"),
        (r"\boldsymbol{x}\mathbf{xy}\boldsymbol{\theta}", "𝒙.*𝐱.*𝐲.*𝜽"),
        (r"\mathbb{1}", "𝟙"),
        (r"\hat y", r"<mover accent=\"true\"><mi>y</mi><mo>\^</mo>"),
        (r"\lVert a \rVert^2", r'<msup><mo stretchy="false">‖</mo><mn>2</mn>'),
        (r"a\!b", r'<mspace width="-0.167em"'),
        (r"\%\&", r"<mi>%</mi><mi>&amp;</mi>"),
    ],
)
def test_usual_commands_are_known(tex: str, expected: str) -> None:
    html = mathml(tex, display=True)
    assert re.search(expected, html), html
    assert "xmlns" not in html


@pytest.mark.parametrize(
    "tex, why",
    [
        (r"\foo{x}", r"\foo is not known"),
        (r"\frac{1", "braces do not match"),
        ("}x{", "braces do not match"),
        ("a & b", "'&' stands outside of a table"),
        (r"\begin{foo}a\end{foo}", "no environment 'foo'"),
        ("a_b_c", "double subscripts"),
        (r"\left( a", "left"),
    ],
)
def test_other_formulas_are_refused(tex: str, why: str) -> None:
    with pytest.raises(BadFormula, match=re.escape(why)):
        mathml(tex, display=False)


def test_a_refused_formula_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        one_page(tmp_path, text(r"Some $\foo{x}$.", id="theory"))
    assert r"01_x.ipynb, cell theory: cannot show the formula '\\foo{x}'" in str(caught.value)


def test_every_formula_of_the_notebooks_can_be_shown() -> None:
    found = []
    for path in checkouts.notebooks(REPOSITORY):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                tokens = reader().parse("".join(cell["source"]))
                flat = [t for token in tokens for t in [token, *(token.children or [])]]
                found += [t.content for t in flat if t.type.startswith("math")]
    assert len(found) > 20
    for tex in found:
        assert "<math" in mathml(tex, display=True)


# Index


def test_the_ledger_names_verdict_by_mark_and_word(site: SimpleNamespace) -> None:
    html = site.pages["index.html"]
    entries = re.findall(r'<li class="site-entry site-edge-(\w+)">(.*?)</article>', html, re.S)
    assert [verdict for verdict, _ in entries] == ["supported", "conditional"]  # 40, then 41
    first, second = (entry for _, entry in entries)
    assert 'href="06_multi.html#claim-40"' in first and "Two ways agree." in first
    assert re.search(r'<strong class="site-verdict site-conditional">.*◐.*conditional', second)
    assert "Sharing helps &lt;often&gt;." in second
    marks = re.findall(r'aria-label="(\w+)">(.)</span> (\S+ ?\S*)', second)
    assert marks == [("supported", "✔", "A &amp;"), ("refuted", "✘", "C: −1.01")]


def test_the_map_links_only_to_notebooks_that_exist(site: SimpleNamespace) -> None:
    html = site.pages["index.html"]
    items = re.findall(r"<h3>(.*?)</h3>", html.partition('id="ledger"')[0], re.S)
    assert items == [
        '<a href="00_start.html">0 · Start</a>', "1 · Consistency",
        '<a href="06_multi.html">6 · Multi</a>',
    ]  # fmt: skip
    assert "Claims 40–41" in html and "Claims 1–8" in html and "Ways" in html


def test_numbers_in_a_row_are_a_range() -> None:
    records = tuple({"number": n} for n in (7, 1, 2, 3, 9, 10))
    assert claims_of(SimpleNamespace(records=records)) == "1–3, 7, 9–10"


def test_a_site_without_claims_says_so(tmp_path: Path) -> None:
    one_page(tmp_path, text("Only text."))
    assert "No claim has been measured" in (tmp_path / "site" / "index.html").read_text()


# Slides


def slides(html: str) -> list[list[str]]:
    """The text of every slide, by stacks."""
    stacks = re.split(r'<section class="site-stack">', html)[1:]
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", s).split()) for s in re.split(r"<section[ >]", stack)[1:]]
        for stack in stacks
    ]


def test_a_section_is_a_stack_and_a_cell_a_slide(site: SimpleNamespace) -> None:
    stacks = slides(site.pages["06_multi.slides.html"])
    assert [len(stack) for stack in stacks] == [2, 5, 1, 3]
    assert "6 · Multi" in stacks[0][0] and "Learning." not in stacks[0][0]
    assert "Learning. A lot." in stacks[0][1]
    assert "One way?" in stacks[1][0] and "x = 1" in stacks[1][1]
    assert "Last" in stacks[3][0]
    assert "how many" not in site.pages["06_multi.slides.html"]  # parameters are no slide
    assert [len(stack) for stack in slides(site.pages["00_start.slides.html"])] == [2, 1]


def test_code_is_folded_below_its_picture_or_claim_and_shown_elsewhere(
    site: SimpleNamespace,
) -> None:
    html = site.pages["06_multi.slides.html"]
    folded = re.findall(r'<details class="site-code">.*?</details>', html, re.S)
    assert sum("figure" in code for code in folded) == 1
    assert all("figure" in code or "claim" in code for code in folded)
    assert html.index("stand-in") < html.index(folded[0])


def test_nothing_on_a_slide_is_taken_for_a_slide(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.slides.html"]
    assert "<div class='stand-in'>moves</div>" in html
    assert '<div role="group" aria-label="Claim 41' in html
    depth = 0
    for slash in re.findall(r"<(/?)section\b", html):
        depth += -1 if slash else 1
        assert depth <= 2


def test_slides_are_large_and_never_transformed(site: SimpleNamespace) -> None:
    html = site.pages["06_multi.slides.html"]
    assert re.search(r'<html lang="en" class="lk-presentation">', html)
    assert "disableLayout: true" in (site.folder / "assets" / "slides.js").read_text()
    assert (site.folder / "assets" / "reveal" / "reveal.js").stat().st_size > 50_000


def test_page_and_deck_lead_to_each_other(site: SimpleNamespace) -> None:
    assert "06_multi.slides.html" in site.trees["06_multi.html"].links
    assert "06_multi.html" in site.trees["06_multi.slides.html"].links
    assert "06_multi.slides.html" in site.trees["00_start.slides.html"].links


def test_missing_reveal_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "REVEAL_PACKAGE", "no_such_package")
    with pytest.raises(CourseError, match=r"reveal.js, which the package sphinx-revealjs"):
        one_page(tmp_path)


# Colours


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_ink_is_seen_on_paper_and_on_shade(theme: int) -> None:
    css = (STATIC / "site.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    colours = {name: values[theme] for name, *values in pairs}
    inks = colours.keys() - {"paper", "shade", "line"}
    assert len(inks) == 12
    for ink in inks:
        for ground in ("paper", "shade"):
            ratio = contrast(colours[ink], colours[ground])
            assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"


# Whole or unchanged


def test_the_new_site_replaces_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").touch()
    one_page(tmp_path, text("New."))
    assert not (tmp_path / "site" / "old.html").exists()
    assert not list(tmp_path.glob(".site*"))


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_a_build_that_fails_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    one_page(tmp_path, text("Old."))
    synced = os.fsync
    count = Counter()

    def fails(descriptor: int) -> None:
        count["calls"] += 1
        if count["calls"] == 4:
            raise problem
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", fails)
    expected = CourseError if isinstance(problem, OSError) else KeyboardInterrupt
    executed = {tmp_path / "notebooks" / "01_x.ipynb": tmp_path / "done" / "01_x.ipynb"}
    with pytest.raises(expected) as caught:
        build(executed, tmp_path / "site")
    assert "Old." in (tmp_path / "site" / "01_x.html").read_text()
    assert not list(tmp_path.glob(".site*"))
    if expected is CourseError:
        assert "could not be written: No space left" in str(caught.value)
        assert "What was there before is unchanged" in str(caught.value)


def test_a_failing_last_move_puts_the_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old").touch()
    move = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            raise OSError(errno.EACCES, "Permission denied")
        return move(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(CourseError, match="Permission denied"), swap.replaced(tmp_path / "site"):
        pass
    assert (tmp_path / "site" / "old").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_ended_processes_left_is_cleared_and_those_at_work_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".site.77.new", ".site.77.old", ".site.88.new"):
        (tmp_path / name).mkdir()
    (tmp_path / ".site.77.old" / "kept").touch()
    monkeypatch.setattr("psutil.pid_exists", lambda pid: pid == 88)
    swap.tidy(tmp_path / "site")  # process 77 was ended between two moves
    assert sorted(p.name for p in tmp_path.iterdir()) == [".site.88.new", "site"]
    assert (tmp_path / "site" / "kept").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    executed = made(tmp_path / "x", **{"01_x": [text("# X")]})
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match="site could not be written: File exists"):
        build(executed, tmp_path / "file" / "site")


def test_a_page_that_is_too_large_is_named_with_its_largest_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGEST_PAGE", 50_000)
    monkeypatch.setattr(building, "LARGEST_SITE", 100_000)
    cells = [ran("x", printed("x" * size), id=f"c{size}") for size in (10, 60_000, 20)]
    built = build(made(tmp_path, **{"01_x": [text("# X"), *cells]}), tmp_path / "site")
    page_warning, deck_warning, site_warning = built.warnings
    assert page_warning.startswith("01_x.html has 6")
    assert " KiB, more than 49 KiB. Its largest" in page_warning
    assert "outputs: cell c60000, text: 59 KiB; cell c20, text" in page_warning
    assert deck_warning.startswith("01_x.slides.html has")
    assert site_warning.startswith("The site has")


# Fresh results


@pytest.fixture
def lecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A checkout whose notebooks are "executed" by writing them down; `raises` names a bad one."""
    root = checkout(tmp_path / "lecture", **{"00_a": [text("# A")], "01_b": [text("# B")]})
    (root / "data" / "table.csv").write_text("1")
    (root / "requirements.lock").write_text("numpy==1")
    package = tmp_path / "package"
    (package / "course" / "site").mkdir(parents=True)
    (package / "course" / "site" / "build.py").touch()
    (package / "tool.py").write_text("one")
    monkeypatch.setattr(fresh, "PACKAGE", package)
    monkeypatch.setattr(fresh, "SITE", package / "course" / "site")
    monkeypatch.chdir(root)
    state = SimpleNamespace(root=root, package=package, runs=[], raises=set(), options=[])

    def run(notebooks: list[Path], out: Path, **options: object) -> list[Outcome]:
        state.runs.append([path.stem for path in notebooks])
        state.options.append(options)
        outcomes = []
        for path in notebooks:
            if path.stem in state.raises:
                outcomes.append(Outcome(path.stem, "raised", message="raised in code cell 1"))
                continue
            target = out / "notebooks" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text())
            outcomes.append(Outcome(path.stem, "ok", output=str(target)))
        return outcomes

    monkeypatch.setattr(fresh, "run", run)
    return state


def test_what_is_fresh_is_not_executed_again(
    lecture: SimpleNamespace, capsys: pytest.CaptureFixture
) -> None:
    assert cli.main(["site"]) == 0
    assert cli.main(["site"]) == 0
    assert lecture.runs == [["00_a", "01_b"]]
    assert lecture.options[0]["static"] == "grid"
    assert cli.main(["site", "--rerun"]) == 0
    assert lecture.runs == [["00_a", "01_b"]] * 2
    out = capsys.readouterr().out
    assert f"{lecture.root / 'build' / 'site' / 'index.html'}: " in out
    assert re.search(r"\d KiB  00_a\.slides\.html", out)


def edit(lecture: SimpleNamespace, what: str) -> None:
    """Change one thing of the checkout."""
    path = {
        "cell": lecture.root / "notebooks" / "00_a.ipynb",
        "data": lecture.root / "data" / "table.csv",
        "lock": lecture.root / "requirements.lock",
        "code": lecture.package / "tool.py",
        "layout": lecture.package / "course" / "site" / "build.py",
        "result": lecture.root / "build" / "site-runs" / "notebooks" / "00_a.ipynb",
    }[what]
    path.write_text(path.read_text().replace("# A", "# Another") + ("" if what == "cell" else " "))


@pytest.mark.parametrize(
    "what, again",
    [
        ("cell", [["00_a"]]),
        ("result", [["00_a"]]),  # damaged
        ("data", [["00_a", "01_b"]]),
        ("lock", [["00_a", "01_b"]]),
        ("code", [["00_a", "01_b"]]),
        ("layout", []),
    ],
)
def test_what_a_result_depends_on_makes_it_stale(
    lecture: SimpleNamespace, what: str, again: list
) -> None:
    assert cli.main(["site"]) == 0
    lecture.runs.clear()
    edit(lecture, what)
    assert cli.main(["site"]) == 0
    assert lecture.runs == again


def test_the_key_knows_parameters_and_not_outputs(lecture: SimpleNamespace) -> None:
    path = lecture.root / "notebooks" / "00_a.ipynb"
    before = key(lecture.root, path, {})
    assert key(lecture.root, path, {"seeds": 3}) != before
    raw = json.loads(path.read_text())
    raw["metadata"]["papermill"] = {"duration": 3}
    path.write_text(json.dumps(raw))
    assert key(lecture.root, path, {}) == before


def test_a_notebook_that_fails_leaves_the_site_and_keeps_the_other_results(
    lecture: SimpleNamespace, capsys: pytest.CaptureFixture
) -> None:
    assert cli.main(["site"]) == 0
    before = (lecture.root / "build" / "site" / "index.html").read_text()
    edit(lecture, "data")
    lecture.raises = {"01_b"}
    assert cli.main(["site"]) == 1
    err = capsys.readouterr().err
    assert "01_b: raised in code cell 1" in err
    assert "The site was not written; what was there is unchanged." in err
    assert (lecture.root / "build" / "site" / "index.html").read_text() == before
    lecture.raises.clear()
    lecture.runs.clear()
    assert cli.main(["site"]) == 0
    assert lecture.runs == [["01_b"]]


def test_a_damaged_notebook_is_never_fresh_and_ends_the_build(
    lecture: SimpleNamespace,
) -> None:
    path = lecture.root / "notebooks" / "00_a.ipynb"
    path.write_text("")
    results = Results(lecture.root, lecture.root / "build" / "site-runs")
    assert not results.fresh(path, {})
    lecture.raises = {"00_a"}
    assert cli.main(["site"]) == 1


def test_results_that_cannot_be_kept_are_told_before_anything_runs(
    lecture: SimpleNamespace, capsys: pytest.CaptureFixture
) -> None:
    (lecture.root / "build").touch()
    assert cli.main(["site"]) == 1
    err = capsys.readouterr().err
    assert "build could not be written: File exists" in err and "--out DIR" in err
    assert lecture.runs == []


def test_parameters_go_to_the_notebooks(lecture: SimpleNamespace) -> None:
    with_seeds = [text("# A"), code("seeds: int = 2  # how many", "parameters")]
    (lecture.root / "notebooks" / "00_a.ipynb").write_text(json.dumps(notebook(with_seeds)))
    assert cli.main(["site", "-p", "seeds=7"]) == 0
    assert lecture.options[0]["parameters"] == {"00_a": {"seeds": 7}, "01_b": {}}
    assert cli.main(["site"]) == 0  # other parameters, other results
    assert lecture.runs == [["00_a", "01_b"], ["00_a"]]


def test_an_exported_explorer_is_asked_for_by_the_environment(tmp_path: Path) -> None:
    assert environment(1, tmp_path)["LECTUREKIT_STATIC"] == "1"
    assert environment(1, tmp_path, "grid")["LECTUREKIT_STATIC"] == "grid"


def test_the_files_of_the_site_are_neighbours_in_the_ledger_order(site: SimpleNamespace) -> None:
    order = [site.pages["06_multi.html"].index(f'id="cell-{name}"') for name in
             ("one", "picture", "claim-a", "long")]  # fmt: skip
    assert all(a < b for a, b in pairwise(order))


# Guides beside the notebooks


GUIDE = """# For readers

See [the start](00_start.ipynb#Map), [the card](../data/README.md) and [itself](#First-steps).

## First steps

| word | meaning |
|---|---|
| anchor | the row that others are compared with |
"""


def test_a_guide_beside_the_notebooks_gets_a_page(tmp_path: Path) -> None:
    notebooks = made(tmp_path, **{"00_start": [text("# 0 · Start\n\n[guide](for_readers.md)")]})
    (tmp_path / "notebooks" / "for_readers.md").write_text(GUIDE, encoding="utf-8")
    build(notebooks, tmp_path / "site")
    names = ("index", "00_start", "for_readers")
    html = {n: (tmp_path / "site" / f"{n}.html").read_text(encoding="utf-8") for n in names}
    tree = Tree(html["for_readers"])
    assert tree.problems == []
    assert "00_start.html#Map" in tree.links and "#First-steps" in tree.links
    assert not any("data/README" in link for link in tree.links)
    assert "<th>word</th>" in html["for_readers"] and "site-code" not in html["for_readers"]
    assert "for_readers.slides.html" not in html["for_readers"]
    for name in ("index", "00_start"):
        assert "for_readers.html" in Tree(html[name]).links
    found = (tmp_path / "site" / "assets" / "headings.js").read_text(encoding="utf-8")
    assert '["First steps", "For readers", "for_readers.html#First-steps"]' in found


def test_without_guides_the_index_has_no_section_of_them(site: SimpleNamespace) -> None:
    assert 'id="guides"' not in site.pages["index.html"]
