"""`lecturekit clean`: nothing of a run stays, everything of the author does."""

from __future__ import annotations

import copy
import errno
import json
import os
from pathlib import Path

import pytest
from make_notebooks import checkout, code, notebook, text

from lecturekit.course import cli
from lecturekit.course.clean import clean, cleaned

AUTHORED = notebook(
    [text("# Über α", id="title"), code("1 + 1", "parameters", id="sum"), code("2", id="two")]
)
AUTHORED["cells"][2]["metadata"] = {"jupyter": {"source_hidden": True}}


def executed() -> dict:
    """The same notebook after runs in JupyterLab and papermill."""
    raw = copy.deepcopy(AUTHORED)
    raw["metadata"] |= {
        "language_info": {"name": "python", "version": "3.11.7"},
        "papermill": {"input_path": "/somewhere"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
    }
    raw["cells"][0]["metadata"] = {"papermill": {}, "tags": []}
    for number, cell in enumerate(raw["cells"][1:], start=1):
        cell["execution_count"] = number
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}]
        cell["metadata"] |= {"execution": {"iopub.status.busy": "now"}, "trusted": True}
    return raw


def test_what_runs_leave_behind_goes_and_the_rest_stays() -> None:
    assert cleaned(executed()) == AUTHORED


def test_the_given_notebook_is_not_changed() -> None:
    raw = executed()
    cleaned(raw)
    assert raw == executed()


def test_only_what_changes_is_written(tmp_path: Path) -> None:
    dirty, tidy = tmp_path / "dirty.ipynb", tmp_path / "tidy.ipynb"
    dirty.write_text(json.dumps(executed()), encoding="utf-8")
    tidy.write_text(json.dumps(AUTHORED), encoding="utf-8")  # laid out unlike nbformat does it
    before = tidy.read_bytes(), tidy.stat().st_ino
    assert clean([dirty, tidy]) == [dirty]
    assert (tidy.read_bytes(), tidy.stat().st_ino) == before
    assert json.loads(dirty.read_text(encoding="utf-8")) == AUTHORED
    assert "Über α" in dirty.read_text(encoding="utf-8")
    assert clean([dirty, tidy]) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dirty.ipynb", "tidy.ipynb"]


def test_the_file_is_laid_out_as_nbformat_does_it(tmp_path: Path) -> None:
    import nbformat

    path = tmp_path / "x.ipynb"
    nbformat.write(nbformat.from_dict(executed()), path)
    assert clean([path]) == [path]
    ours = path.read_text(encoding="utf-8")
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert path.read_text(encoding="utf-8") == ours


def test_a_full_disk_keeps_the_file_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    root = checkout(tmp_path, **{"00_dirty": json.dumps(executed())})
    monkeypatch.chdir(root)
    monkeypatch.setattr(os, "fsync", full)
    assert cli.main(["clean"]) == 1
    assert "No space left on device" in capsys.readouterr().err
    (path,) = (root / "notebooks").iterdir()
    assert json.loads(path.read_text(encoding="utf-8")) == executed()


def test_a_damaged_file_is_named_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(checkout(tmp_path, **{"00_bad": "[1]"}))
    assert cli.main(["clean"]) == 1
    assert "00_bad.ipynb is not a notebook: it has no cells" in capsys.readouterr().err
