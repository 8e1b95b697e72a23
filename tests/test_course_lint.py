"""`lecturekit check`: a right notebook has no problems, and every slip is named."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from make_notebooks import checkout, code, notebook, text

from lecturekit.course import cli
from lecturekit.course.lint import check
from lecturekit.course.lint.sections import names

ONLY_NEXT = "[next →](01_middle.ipynb)"
BOTH = "[← previous](00_start.ipynb) · [next →](02_end.ipynb)"
ONLY_PREVIOUS = "[← previous](01_middle.ipynb)"


def right(navigation: str) -> list[dict]:
    """A notebook that no rule objects to."""
    return [
        text(f"{navigation}\n\n# Title\n\n**Learning objectives**: measure $[a](b)$.", id="title"),
        code("seeds: int = 5  # how many\nname: str = 'a'  # which", "parameters", id="knobs"),
        text("## Part\n\n```\n# no heading\n```\n\n### Deeper\n\nback to [the part](#Part)"),
        code("%matplotlib inline\nprint(seeds, name)\nshow(figure, alt='a line that rises')"),
        text("## What we measured\n\n![a dot](images/dot.png)", id="measured"),
        text("## What the slide left out"),
        text(f"## References\n\n[book](https://example.org/x.ipynb)\n\n{navigation}", id="end"),
    ]


@pytest.fixture
def lecture(tmp_path: Path) -> Path:
    root = checkout(
        tmp_path,
        **{"00_start": right(ONLY_NEXT), "01_middle": right(BOTH), "02_end": right(ONLY_PREVIOUS)},
    )
    (root / "notebooks" / "images").mkdir()
    (root / "notebooks" / "images" / "dot.png").touch()
    return root


def problems(root: Path) -> list[str]:
    return check(sorted((root / "notebooks").glob("*.ipynb")))


def test_a_right_lecture_has_no_problems(lecture: Path) -> None:
    assert problems(lecture) == []


def cell(raw: dict, id: str) -> dict:
    return next(cell for cell in raw["cells"] if cell["id"] == id)


def set_source(id: str, source: str) -> Callable[[dict], None]:
    return lambda raw: cell(raw, id).update(source=source)


def add(*cells: dict) -> Callable[[dict], None]:
    """Put cells in before the last one."""
    return lambda raw: raw["cells"].__setitem__(slice(-1, -1), notebook(cells)["cells"])


KNOB = "seeds: int = 5  # how many\nname: str = 'a'  # which"
SLIPS: dict[str, tuple[Callable[[dict], object], str]] = {
    "old format": (lambda raw: raw.update(nbformat_minor=4), "in notebook format 4.4"),
    "schema": (lambda raw: cell(raw, "knobs").pop("outputs"), "breaks the notebook format"),
    "number as id": (lambda raw: cell(raw, "end").update(id="17"), "stable id with letters, has"),
    "no id": (lambda raw: raw["cells"][2].pop("id"), "cell number 3 needs a stable id"),
    "same id": (lambda raw: cell(raw, "end").update(id="knobs"), "2 cells have the id 'knobs'"),
    "count": (lambda raw: cell(raw, "knobs").update(execution_count=3), "knobs (execution_count)"),
    "widgets": (lambda raw: raw["metadata"].update(widgets={}), "one machine (widgets)"),
    "kernel": (lambda raw: raw["metadata"].pop("kernelspec"), "one machine (kernelspec)"),
    "trusted": (
        lambda raw: cell(raw, "knobs")["metadata"].update(trusted=True),
        "traces of a run: cell knobs (metadata); remove them with: lecturekit clean",
    ),
    "no parameters": (lambda raw: cell(raw, "knobs").update(metadata={}), "0 code cells are tag"),
    "not annotated": (set_source("knobs", KNOB.replace(": int", "")), "knobs line 1: a parameter"),
    "computed": (set_source("knobs", KNOB.replace("5", "2 + len('a')")), "line 1: a parameter is"),
    "no value": (set_source("knobs", KNOB + "\nz: int  # ?"), "line 3: a parameter is written as"),
    "no comment": (set_source("knobs", KNOB.replace("# which", "")), "name has no comment"),
    "not used": (set_source("knobs", KNOB + "\nz: int = 1  # z"), "parameter z is used in no"),
    "long": (add(code("\n".join(["x = 1"] * 26), id="long")), "cell long has 26 lines"),
    "syntax": (add(code("x = (", id="wrong")), "cell wrong is not valid Python"),
    "show": (add(code("\nshow(figure)", id="fig")), "cell fig line 2: show(…) needs alt="),
    "empty alt": (add(code("lk.explore(f, alt='')", id="fig")), "line 1: explore(…) needs alt="),
    "section that needs another": (
        add(code("rows = 1"), text("## Later"), code("print(rows, seeds)", id="later")),
        "cell later needs rows from another section",
    ),
    "needs it in a function": (
        add(
            text("## Later"),
            code("def f(x):\n    return x + rows", id="later"),
            text("## Last"),
            code("for rows in range(3): f(rows)"),
        ),
        "cell later needs rows from another section",
    ),
    "two titles": (add(text("Another\n=======")), "has 2 headings of level 1"),
    "skipped level": (add(text("#### Deep", id="deep")), "cell deep: heading 'Deep' is of level 4"),
    "image": (add(text("![](images/dot.png)", id="i")), "cell i: image images/dot.png needs alter"),
    "html image": (add(text('a <img src="images/dot.png"> b', id="i")), "cell i: image images/dot"),
    "section": (set_source("measured", "## Results"), "has no section 'What we measured'"),
    "objectives": (set_source("title", f"{BOTH}\n\n# Title"), "names no 'Learning objectives'"),
    "dead link": (add(text("[x](gone.md)", id="l")), "cell l: gone.md leads to no file"),
    "dead image": (add(text("![x](images/a%20b.png)", id="l")), "l: images/a%20b.png leads to no"),
    "dead html link": (add(text('<a href="gone.md">x</a>', id="l")), "cell l: gone.md leads to no"),
    "path of a machine": (add(text("[x](/etc/hosts)", id="l")), "/etc/hosts leads to no file"),
    "dead anchor": (add(text("[x](#Nowhere)", id="l")), "#Nowhere leads to no heading"),
    "no navigation": (
        set_source("end", "## References"),
        "the last cell must link to 00_start.ipynb and 02_end.ipynb, links to none",
    ),
    "wrong order": (
        set_source("end", "## References\n[a](02_end.ipynb) [b](00_start.ipynb)"),
        "the last cell must link to 00_start.ipynb and 02_end.ipynb, links to 02_end.ipynb and",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_is_named(lecture: Path, name: str) -> None:
    slip, words = SLIPS[name]
    path = lecture / "notebooks" / "01_middle.ipynb"
    raw = json.loads(path.read_text(encoding="utf-8"))
    slip(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    found = problems(lecture)
    assert [problem for problem in found if words in problem], found
    assert all(problem.startswith("01_middle.ipynb: ") for problem in found)


def test_the_first_notebook_has_no_previous_one(lecture: Path) -> None:
    (lecture / "notebooks" / "00_start.ipynb").write_text(json.dumps(notebook(right(BOTH))))
    expected = "must link to 01_middle.ipynb, links to 00_start.ipynb and 02_end.ipynb"
    assert problems(lecture) == [
        f"00_start.ipynb: the {where} cell {expected}" for where in ("first", "last")
    ]


def test_the_starting_notebook_needs_no_sections(lecture: Path) -> None:
    path = lecture / "notebooks" / "00_start.ipynb"
    raw = json.loads(path.read_text(encoding="utf-8"))
    set_source("measured", "## Warm-up")(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert problems(lecture) == []


def test_a_damaged_file_is_a_problem_among_others(lecture: Path) -> None:
    (lecture / "notebooks" / "02_end.ipynb").write_text("{")
    (found,) = problems(lecture)
    assert found.startswith("02_end.ipynb is damaged")


def test_the_command_prints_problems_and_fails(
    lecture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(lecture)
    assert cli.main(["check"]) == 0
    assert "3 notebooks, no problems" in capsys.readouterr().out
    (lecture / "notebooks" / "02_end.ipynb").write_text("")
    assert cli.main(["check"]) == 1
    assert "02_end.ipynb is empty" in capsys.readouterr().out


def test_a_section_may_use_what_stands_before_and_what_it_makes(lecture: Path) -> None:
    path = lecture / "notebooks" / "01_middle.ipynb"
    raw = json.loads(path.read_text(encoding="utf-8"))
    add(
        text("## Later", id="later"),
        code("import numpy as np\nrows = [each + seeds for each in np.arange(3)]", id="make"),
        code("print(rows, name, len(Out))", id="use"),
        text("## Last", id="last"),
        code("rows = 2\nprint(rows)", id="own"),
    )(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert problems(lecture) == []


@pytest.mark.parametrize(
    "made",
    [
        "async def rows(): pass",
        "try:\n    pass\nexcept ValueError as rows:\n    pass",
        "match x:\n    case [rows, 1]:\n        pass",
        "match x:\n    case [1, *rows]:\n        pass",
        "match x:\n    case {'a': 1, **rows}:\n        pass",
        "import numpy as rows",
        "for x, rows in pairs: pass",
    ],
)
def test_every_way_to_make_a_name_is_seen(made: str) -> None:
    read, names_made = names(ast.parse(made))
    assert "rows" in names_made and "rows" not in read
