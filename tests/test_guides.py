"""The guides beside the notebooks name only what is in the notebooks."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from lecturekit.course.notebook import code_cells, read, source

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
GUIDES = ("for_lecturers.md", "for_students.md", "glossary.md", "for_hubs.md")


def text(guide: str) -> str:
    return (FOLDER / guide).read_text(encoding="utf-8")


def rows(part: str) -> list[list[str]]:
    """The cells of the first table of a text, without its header."""
    table = re.search(r"(?m)^\|.*\n\|[-|]+\|\n((?:\|.*\n?)*)", part)
    assert table, f"no table in {part[:60]!r}"
    lines = table.group(1).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def headings(notebook: str) -> list[str]:
    found: list[str] = []
    for cell in read(FOLDER / notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            outside_fences = re.sub(r"(?ms)^```.*?^```", "", source(cell))
            found += re.findall(r"(?m)^#{2,3} (.+)$", outside_fences)
    return found


def constants(notebook: str, keyword: str, function: str = "") -> set[str]:
    """Texts given for a keyword anywhere in the code, or only to calls of one function."""
    found = set()
    for cell in code_cells(read(FOLDER / notebook)):
        for node in ast.walk(ast.parse(source(cell))):
            if not isinstance(node, ast.Call) or function not in ("", ast.unparse(node.func)):
                continue
            for given in node.keywords:
                if given.arg == keyword and isinstance(given.value, ast.Constant):
                    found.add(given.value.value)
    return found


@cache
def plans() -> dict[str, list[list[str]]]:
    """Notebook → rows of its plan: minutes of 90, of 45, sections, what to show, …"""
    parts = re.split(r"(?m)^##+ ", text("for_lecturers.md"))
    titled = [(re.match(r"\[.*?\]\((\d\d_.*?\.ipynb)\)\n", part), part) for part in parts]
    return {title.group(1): rows(part) for title, part in titled if title}


def shown(notebook: str, mark: str) -> set[str]:
    """What stands between marks in the column *show* of a plan."""
    column = "\n".join(row[3] for row in plans()[notebook])
    if mark == "*":
        column = re.sub(r"\*\*.*?\*\*", "", column)
    return set(re.findall(rf"{re.escape(mark)}([^*`]+){re.escape(mark)}", column))


def test_every_notebook_has_a_plan():
    assert list(plans()) == NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize("column, length", [(0, 90), (1, 45)])
def test_minutes_of_a_plan_add_up(notebook, column, length):
    minutes = [row[column] for row in plans()[notebook]]
    assert sum(int(each) for each in minutes if each != "–") == length


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_plan_follows_the_headings_of_its_notebook(notebook):
    named = [heading for row in plans()[notebook] for heading in row[2].split("<br>")]
    assert named == [heading for heading in headings(notebook) if heading in named]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_plan_shows_every_explorer_and_no_other(notebook):
    assert shown(notebook, "**") == constants(notebook, "title", "explore")


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_pictures_and_controls_of_a_plan_are_in_its_notebook(notebook):
    assert shown(notebook, "*") - constants(notebook, "title") == set()
    assert shown(notebook, "`") - constants(notebook, "label") == set()


def test_verdicts_that_surprise_are_those_of_the_ledger():
    expected = json.loads((ROOT / "tests" / "expected_claims.json").read_text(encoding="utf-8"))
    ledger = {claim["number"]: claim["verdict"] for claim in expected["shipped"]}
    part = text("for_lecturers.md").split("## Verdicts that surprise")[1]
    named = {int(row[0]): row[1] for row in rows(part)}
    assert named == {number: ledger[number] for number in named}


@pytest.mark.parametrize("guide", GUIDES)
def test_relative_links_lead_to_files(guide):
    links = re.findall(r"\]\(([^)#\s]+)\)", text(guide))
    assert links
    assert [link for link in links if "://" not in link and not (FOLDER / link).is_file()] == []


@pytest.mark.parametrize("guide", GUIDES[:2])
def test_make_has_the_targets_that_are_named(guide):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z]+):", makefile))
    named = set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", text(guide)))
    assert named
    assert named <= targets


def test_terms_are_sorted_and_none_comes_twice():
    terms = [row[0].strip("*") for row in rows(text("glossary.md"))]
    order = [re.sub(r"[^a-z0-9 ]", "", term.lower().replace("-", " ")) for term in terms]
    assert order == sorted(set(order))
    assert 60 <= len(terms) <= 90


def test_terms_are_shown_where_the_glossary_says():
    nowhere = []
    for term, _, place in rows(text("glossary.md")):
        found = re.fullmatch(r"\[\d\d\]\((\d\d_.*?\.ipynb)\), (.+)", place)
        if not found or found.group(2) not in headings(found.group(1)):
            nowhere.append((term, place))
    assert nowhere == []
