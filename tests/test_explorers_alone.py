"""What explorers need of a notebook is kept, and runs; the rest is left out."""

from __future__ import annotations

from explorers_alone import explorers_alone
from make_notebooks import code, notebook, text

from lecturekit.course.notebook import source

CELLS = [
    text("# Title", id="title"),
    code("import math", id="import"),
    code("seeds: int = 5", "parameters", id="parameters"),
    code("slow = [math.sqrt(k) for k in range(seeds)]", id="slow"),
    code("print(max(slow))", id="shown"),
    code("box = {}\nk = 3", id="box"),
    code("box['a'] = [2]", id="filled"),
    code("math.floor(2.5)", id="uses-a-module"),
    code("x = 1", id="older"),
    code("x = seeds", id="newer"),
    code("box['a'].append(x)", id="appended"),
    code("def draw(y):\n    return [k + y for k in box['a']]", id="function"),
    code("%matplotlib inline\ndrawn = explore(lambda y: draw(y), alt='dots')", id="explorer"),
    code("x = 0", id="later"),
]


def kept() -> list[dict]:
    return explorers_alone(notebook(CELLS))["cells"]


def test_cells_are_kept_by_what_they_make_and_change() -> None:
    names = ["parameters", "box", "filled", "newer", "appended", "function", "explorer"]
    assert [cell["id"] for cell in kept()] == ["title", *names]


def test_what_is_kept_runs_alone() -> None:
    space = {"explore": lambda function, alt: function(10)}
    for cell in kept():
        if cell["cell_type"] == "code":
            exec(source(cell).replace("%matplotlib inline\n", ""), space)
    assert space["drawn"] == [12, 15]


def test_a_notebook_without_explorers_keeps_its_prose() -> None:
    cells = [text("# Title", id="title"), code("print(1)")]
    assert [cell["id"] for cell in explorers_alone(notebook(cells))["cells"]] == ["title"]
