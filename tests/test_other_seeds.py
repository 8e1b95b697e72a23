"""Other seeds: what differs is named, and the README shows what was measured."""

from __future__ import annotations

import json

import pytest
from other_seeds import ROOT, STORED, table

from lecturekit.claims import changed, claim, identity, measured
from lecturekit.claims.other_seeds import changes_table
from lecturekit.course.notebook import read
from lecturekit.course.parameters import declared

NEAR, FAR = (0.5, 1.0, 1.5, 2.0, 2.5), (5.0, 5.5, 6.0, 6.5, 7.0)  # 1.5 ± 0.98, 6 ± 0.98


def record(number=41, name="gain", effects=NEAR, above=0.0, extra=()):
    settings = [measured(name, effects, above=above), *extra]
    return claim(number, f"claim {number}", slide="s", settings=settings).record


def test_equal_verdicts_are_no_change_however_the_effects_move():
    assert changed([record()], [record(effects=FAR)]) == []


def test_a_setting_is_named_where_the_claim_stands():
    was, now = (record(extra=[measured("too", FAR, above=b)]) for b in (7, 7))
    now["settings"][1] |= {"verdict": "refuted"}
    was["settings"][1] |= {"verdict": "open"}
    (change,) = changed([was], [now])
    assert (change.number, change.before, change.after) == (41, "conditional", "conditional")
    assert change.settings == {"too": (was["settings"][1], now["settings"][1])}
    assert not change.contradicted


def test_a_claim_that_turns_over_is_contradicted():
    (change,) = changed([record(effects=FAR, above=3.0)], [record(effects=NEAR, above=3.0)])
    assert (change.before, change.after) == ("supported", "refuted")
    assert change.contradicted


def test_changes_come_by_number():
    was = [record(n, effects=FAR, above=2.0) for n in (7, 3)]
    now = [record(n, effects=NEAR, above=2.0) for n in (7, 3)]
    assert [(c.number, c.after, c.contradicted) for c in changed(was, now)] == [
        (3, "open", False),
        (7, "open", False),
    ]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ([], r"claims are not the same.*\[41\]"),
        ([record(name="loss")], r"settings of claim 41 are not the same.*'gain', 'loss'"),
        ([record(above=1.0)], r"bounds of claim 41 are not the same"),
    ],
)
def test_what_cannot_be_compared_is_refused(other, message):
    with pytest.raises(ValueError, match=message):
        changed([record()], other)


def test_the_table_holds_what_differs_and_nothing_else():
    was = [
        record(3, "a|b", FAR, above=3.0),
        record(5, extra=[identity("same", 0.0)]),
        record(8, "part", FAR, 3.0, extra=[measured("whole", FAR, above=0)]),
    ]
    same = [record(3, "a|b", FAR, above=3.0), was[1], was[2]]
    other = [
        record(3, "a|b", NEAR, above=3.0),
        record(5, extra=[identity("same", 2e-6)]),
        record(8, "part", [-v for v in FAR], 3.0, extra=[measured("whole", FAR, above=0)]),
    ]
    lines = changes_table(was, {"5–9": same, "10–14": other}).splitlines()
    assert lines[0] == (
        "Of 3 verdicts 0 are the same with all seeds; of their 5 settings 2. Settings that turn "
        "from supported to refuted or back: those of claims 3, 5, 8."
    )
    assert lines[2:] == [
        "| claim | setting | seeds 0–4 | 5–9 | 10–14 |",
        "|---|---|---|---|---|",
        "| 3 | **the claim** | **✔ supported** | **✔ supported** | **✘ refuted** |",
        "| 3 | a&#124;b | ✔ +6 ± 0.98 | ✔ +6 ± 0.98 | ✘ +1.5 ± 0.98 |",
        "| 5 | **the claim** | **✔ supported** | **✔ supported** | **◐ conditional** |",
        "| 5 | same | ✔ 0.0e+00 | ✔ 0.0e+00 | ✘ 2.0e−06 |",
        "| 8 | **the claim** | **✔ supported** | **✔ supported** | **◐ conditional** |",
        "| 8 | part | ✔ +6 ± 0.98 | ✔ +6 ± 0.98 | ✘ −6 ± 0.98 |",
    ]


def test_a_table_without_a_change_says_so():
    lines = changes_table([record()], {"5–9": [record(effects=FAR)]}).splitlines()
    assert lines[0].startswith("Of 1 verdicts 1 are the same") and lines[0].endswith("back: none.")
    assert len(lines) == 4


def test_every_notebook_with_claims_takes_its_first_seed():
    notebooks = sorted((ROOT / "notebooks").glob("0[1-6]*.ipynb"))
    assert len(notebooks) == 6
    for path in notebooks:
        assert declared(read(path))["first_seed"] == "int", path.name


def test_other_seeds_are_others_and_the_readme_shows_what_was_measured():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert stored and min(map(int, stored)) >= 5  # 0 to 4 are those of the ledger
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert table(stored) in readme, "python tests/other_seeds.py writes it anew"
