"""Sweeps: every combination once, on a cluster, and what differs is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from make_notebooks import checkout, code, printed

from lecturekit.course import cli
from lecturekit.course.errors import UsageError
from lecturekit.course.sweep import variants, verdicts

TWO = [code("n: int = 2\nwhere: str = 'here'", "parameters"), code("print(n * 10, where)")]
ONE = [code("n: int = 2", "parameters"), code("1 / (n - 3)")]


@pytest.fixture
def notebooks(tmp_path: Path) -> list[Path]:
    root = checkout(tmp_path / "lecture", **{"00_two": TWO, "01_one": ONE})
    return sorted((root / "notebooks").glob("*.ipynb"))


def test_every_combination_that_a_notebook_declares_is_there_once(notebooks):
    found = variants(notebooks, ["n=1,2", "where=a,b"])
    assert [variant.name for variant in found] == [
        "00_two@n=1,where=a", "01_one@n=1", "00_two@n=1,where=b",
        "00_two@n=2,where=a", "01_one@n=2", "00_two@n=2,where=b",
    ]  # fmt: skip
    assert found[0].parameters == {"n": 1, "where": "a"}


def test_fixed_parameters_are_the_same_in_all(notebooks):
    found = variants(notebooks[:1], ["where=a,b"], ["n=7"])
    assert [variant.parameters["n"] for variant in found] == [7, 7]


@pytest.mark.parametrize("over", ["n", "n=", "n=1,,2", "m=1,2", "n=1,x"])
def test_what_cannot_be_swept_is_named(notebooks, over):
    with pytest.raises(UsageError, match=over.partition("=")[0]):
        variants(notebooks, [over])


def test_verdicts_name_the_variants_only_where_they_differ():
    records = {
        "a": [{"number": 2, "verdict": "open"}, {"number": 1, "verdict": "supported"}],
        "b": [{"number": 2, "verdict": "refuted"}, {"number": 1, "verdict": "supported"}],
    }
    assert verdicts(records).splitlines() == [
        "  1  supported in all",
        "  2  open: a; refuted: b",
    ]


def test_a_sweep_runs_all_and_one_that_fails_stops_no_other(notebooks, monkeypatch, capsys):
    root = notebooks[0].parents[1]
    monkeypatch.chdir(root)
    assert cli.main(["run", "--over", "n=3,4", "--workers", "1"]) == 1
    told = capsys.readouterr()
    assert "division by zero" in told.err and "01_one@n=3" in told.err
    folder = root / "build" / "sweep"
    results = {
        one["notebook"]: one["result"] for one in json.loads((folder / "status.json").read_text())
    }
    assert results == {
        "00_two@n=3": "ok", "00_two@n=4": "ok", "01_one@n=3": "raised", "01_one@n=4": "ok"
    }  # fmt: skip
    assert printed(folder / "00_two@n=4.ipynb") == "40 here\n"
    assert (folder / "01_one@n=3.ipynb").exists()
