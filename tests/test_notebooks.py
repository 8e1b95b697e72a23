"""Every notebook whole, as the class sees it: it runs, its claims stand, a second run agrees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from behind import JOBS, NOTEBOOKS, THREADS
from browser import why_no_browser

from lecturekit.claims import collect, differences
from lecturekit.course.notebook import read
from lecturekit.course.outcome import Outcome
from lecturekit.course.run import run

ROOT = Path(__file__).parents[1]
EXPECTED = json.loads((ROOT / "tests" / "expected_claims.json").read_text(encoding="utf-8"))
PEAK_MIB = 1536


def records(outcomes: dict[str, Outcome]) -> list[dict]:
    return [record for o in outcomes.values() for record in collect(Path(o.output))]


def test_claims_are_as_expected(executed):
    assert differences(records(executed), EXPECTED["shipped"]) == []


@pytest.mark.skipif(not why_no_browser(), reason="JupyterLab's run in the browser suite compares")
def test_a_second_run_leaves_identical_records(executed, tmp_path):
    claiming = [path for path in NOTEBOOKS if collect(Path(executed[path.stem].output))]
    outcomes = run(claiming, tmp_path, cores=JOBS * THREADS, jobs=JOBS)
    again = {each.notebook: each for each in outcomes}
    assert {name: each.message for name, each in again.items() if not each.ok} == {}
    assert json.dumps(records(again)) == json.dumps(records(executed))


def test_claims_on_the_lectures_own_data(on_own_data):
    assert differences(records(on_own_data), EXPECTED["lecture"]) == []


def test_memory_stays_within_its_budget(executed):
    assert {name: o.peak_mib for name, o in executed.items() if o.peak_mib > PEAK_MIB} == {}


def test_no_warning_or_log_line_reaches_the_reader(executed):
    streams = [
        (name, cell["id"], "".join(output["text"]))
        for name, outcome in executed.items()
        for cell in read(Path(outcome.output))["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
        and (output["name"] == "stderr" or "WARNING" in "".join(output["text"]))
    ]
    assert streams == []


def test_every_picture_has_alt_text(executed):
    """Figures and explorers both; the default state of every explorer was drawn."""
    plotly = "application/vnd.plotly.v1+json"
    pictures = [
        (name, output)
        for name, outcome in executed.items()
        for cell in read(Path(outcome.output))["cells"]
        for output in cell.get("outputs", [])
        if plotly in output.get("data", {})
    ]
    assert {name for name, _ in pictures} == set(executed)
    for name, output in pictures:
        assert output["metadata"]["lecturekit"]["alt"].strip(), name
        assert output["data"][plotly]["data"], name


def test_the_ledger_of_the_readme_is_the_measured_one():
    from lecturekit.claims import ledger

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("shipped", "lecture"):
        assert ledger(EXPECTED[name]) in readme, (
            f"python tests/expect.py writes the {name} table anew"
        )
