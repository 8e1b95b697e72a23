"""The ledger: intervals, verdicts, cards, and records that survive an executed notebook."""

from __future__ import annotations

import json
import math
import re

import pytest
from scipy import stats

from lecturekit.claims import (
    MIME,
    Claim,
    claim,
    collect,
    differences,
    identity,
    interval,
    ledger,
    ledger_text,
    measured,
)
from lecturekit.claims.card import COLOURS

FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)  # mean 3, standard error √½
HALF = 2.7764451 * math.sqrt(0.5)  # t quantile of four degrees of freedom, from a printed table
SUPPORTED = measured("yes", FIVE, above=0)
REFUTED = measured("no", FIVE, above=9)
OPEN = measured("perhaps", FIVE, above=3)


def test_interval_is_that_of_a_t_table():
    assert interval(FIVE) == pytest.approx((3, 3 - HALF, 3 + HALF), abs=1e-6)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("effects", [(1.0, 2.5), (0.3, -1.0, 7.0, 2.0, 2.0, 0.1, -4.0)])
def test_interval_is_that_of_scipy(effects, confidence):
    ours = stats.ttest_1samp(effects, 0).confidence_interval(confidence)
    mean = sum(effects) / len(effects)
    assert interval(effects, confidence) == pytest.approx((mean, ours.low, ours.high))


def test_interval_of_equal_effects_has_no_width():
    assert interval([2.0] * 5) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ([], r"two or more effects.*\(0,\)"),
        ([1.0], r"two or more effects.*\(1,\)"),
        ([[1.0, 2.0], [3.0, 4.0]], r"two or more effects.*\(2, 2\)"),
        ([1.0, math.nan], "finite numbers.*nan"),
        ([1.0, math.inf, 2.0], "finite numbers.*inf"),
    ],
)
def test_interval_refuses_what_has_none(effects, message):
    with pytest.raises(ValueError, match=message):
        interval(effects)


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [
        ({"above": 3 - HALF - 0.01}, "supported"),
        ({"above": 3 - HALF + 0.01}, "open"),
        ({"above": 3 + HALF - 0.01}, "open"),
        ({"above": 3 + HALF + 0.01}, "refuted"),
        ({"below": 3 + HALF + 0.01}, "supported"),
        ({"below": 3 + HALF - 0.01}, "open"),
        ({"below": 3 - HALF + 0.01}, "open"),
        ({"below": 3 - HALF - 0.01}, "refuted"),
    ],
)
def test_verdict_follows_from_where_the_interval_lies(bound, verdict):
    judged = measured("here", FIVE, **bound)
    assert judged.verdict == verdict
    assert (judged.effect, judged.low, judged.high) == pytest.approx(
        (3, 3 - HALF, 3 + HALF), abs=1e-6
    )
    assert judged.seeds == 5


@pytest.mark.parametrize("bound", [{"above": 2.0}, {"below": 2.0}])
def test_an_effect_on_its_bound_is_open(bound):
    assert measured("on the line", [2.0] * 6, **bound).verdict == "open"


@pytest.mark.parametrize("bound", [{"above": 0.0}, {"below": 0.0}])
@pytest.mark.parametrize("seeds", [2, 3, 4])
def test_fewer_than_five_seeds_judge_nothing(seeds, bound):
    judged = measured("few", [100.0, 100.1, 100.2, 100.3][:seeds], **bound)
    assert judged.verdict == "open" and judged.seeds == seeds
    assert "fewer than 5 seeds" in judged.criterion and f"n = {seeds}" in str(judged)


def test_five_seeds_do_judge():
    assert measured("five", [100.0, 100.1, 100.2, 100.3, 100.4], above=0).verdict == "supported"


def test_one_seed_is_shown_and_judges_nothing():
    judged = measured("one", [3.0], above=0)
    assert (judged.effect, judged.low, judged.high, judged.seeds) == (3, 3, 3, 1)
    assert judged.verdict == "open" and "fewer than 5 seeds" in judged.criterion


@pytest.mark.parametrize(
    ("effects", "message"),
    [([], "two or more|no effect|at least one"), ([math.nan], "finite"), ([1, math.inf], "finite")],
)
def test_effects_that_are_none(effects, message):
    with pytest.raises(ValueError, match=message):
        measured("none", effects, above=0)


@pytest.mark.parametrize("bounds", [{}, {"above": 0.0, "below": 1.0}])
def test_exactly_one_criterion(bounds):
    with pytest.raises(ValueError, match=r"'gain'.*exactly one criterion: above= or below="):
        measured("gain", FIVE, **bounds)


def test_a_setting_reads_as_a_sentence():
    assert str(measured("gain", FIVE, above=0, unit="points")) == (
        "gain: +3 [+1.04, +4.96] points, n = 5 (criterion: > 0)"
    )
    assert str(measured("loss", [-v for v in FIVE], below=0.5)) == (
        "loss: −3 [−4.96, −1.04], n = 5 (criterion: < 0.5)"
    )
    assert str(identity("sum", 2e-8, 1e-5)) == "sum: largest difference 2.0e-08 (equal up to 1e-05)"


@pytest.mark.parametrize(
    ("residual", "against", "verdict"),
    [
        (0.0, False, "supported"),
        (1e-6, False, "supported"),
        (1.1e-6, False, "refuted"),
        (math.inf, False, "refuted"),
        (1e-6, True, "refuted"),
        (1.1e-6, True, "supported"),
    ],
)
def test_identity_up_to_its_tolerance(residual, against, verdict):
    judged = identity("both sides", residual, against=against)
    assert judged.verdict == verdict and judged.seeds == 0


@pytest.mark.parametrize("residual", [-1e-9, math.nan])
def test_identity_refuses_what_is_no_residual(residual):
    with pytest.raises(ValueError, match=r"residual of 'both sides'.*at least 0"):
        identity("both sides", residual)


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ([SUPPORTED], "supported"),
        ([REFUTED], "refuted"),
        ([OPEN], "open"),
        ([SUPPORTED, REFUTED], "conditional"),
        ([OPEN, SUPPORTED], "conditional"),
        ([OPEN, REFUTED, SUPPORTED], "conditional"),
        ([REFUTED, OPEN], "open"),
        ([SUPPORTED, identity("too", 0.0)], "supported"),
        ([REFUTED, identity("too", 1.0)], "refuted"),
    ],
)
def test_verdict_of_a_claim(settings, verdict):
    assert claim(38, "share", slide="Multi-task", settings=settings).verdict == verdict


@pytest.mark.parametrize(
    ("number", "settings", "message"),
    [
        (0, [OPEN], "claims 1 to 43, there is no claim 0"),
        (44, [OPEN], "there is no claim 44"),
        (38, [], "claim 38 has no setting: nothing was measured"),
        (38, [OPEN, REFUTED, OPEN], "claim 38 has two settings of the same name"),
    ],
)
def test_claim_refuses_what_cannot_be_judged(number, settings, message):
    with pytest.raises(ValueError, match=message):
        claim(number, "share", slide="Multi-task", settings=settings)


def made() -> Claim:
    return claim(
        41,
        "Method Two < One & unstable",
        slide="Optimization <two>",
        settings=iter([SUPPORTED, REFUTED, identity("equal", 0.0)]),
        fails_when="small η & one task",
    )


def test_card_says_everything_in_words_and_escapes_it():
    card = made().card
    for text in (
        "Claim 41",
        "◐ conditional",
        "✔ supported",
        "✘ refuted",
        "Method Two &lt; One &amp; unstable",
        "Optimization &lt;two&gt;",
        "small η &amp; one task",
        "n = 5",
        "(criterion: &gt; 9)",
        'aria-label="Claim 41: conditional"',
    ):
        assert text in card
    assert card.count("<li>") == 3 and "<two>" not in card
    plain = claim(41, "calm", slide="s", settings=[OPEN])
    assert "Where it stops" not in plain.card and "Where it stops" in card


def test_card_is_legible():
    """White on each verdict's colour reaches the contrast of WCAG AA for text, 4.5 : 1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    contrast = {name: 1.05 / (luminance(colour) + 0.05) for name, colour in COLOURS.items()}
    assert {name: ratio for name, ratio in contrast.items() if ratio < 4.5} == {}


def test_bundle_holds_record_card_and_text():
    bundle = made()._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/html", "text/plain"}
    assert bundle[MIME] == made().record and bundle["text/html"] == made().card
    assert bundle["text/plain"].splitlines() == [
        "Claim 41 conditional: Method Two < One & unstable",
        "  ✔ supported: yes: +3 [+1.04, +4.96], n = 5 (criterion: > 0)",
        "  ✘ refuted: no: +3 [+1.04, +4.96], n = 5 (criterion: > 9)",
        "  ✔ supported: equal: largest difference 0.0e+00 (equal up to 1e-06)",
    ]


def executed(path, claims):
    """Write what Jupyter would leave on disk: other outputs around one display of each claim."""
    stream = {"output_type": "stream", "name": "stdout", "text": ["hello\n"]}
    picture = {"output_type": "display_data", "data": {"text/plain": ["figure"]}, "metadata": {}}
    cells = [{"cell_type": "markdown", "source": ["# Title"], "metadata": {}}]
    for made in claims:
        shown = {"output_type": "display_data", "data": made._repr_mimebundle_(), "metadata": {}}
        cells.append({"cell_type": "code", "outputs": [stream, shown, picture], "source": []})
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_records_survive_an_executed_notebook(tmp_path):
    claims = [made(), claim(38, "share", slide="s", settings=[OPEN])]
    records = collect(executed(tmp_path / "run.ipynb", claims))
    assert [record["number"] for record in records] == [41, 38]  # in the order of the cells
    assert records == json.loads(json.dumps([c.record for c in claims]))
    assert differences(records, [c.record for c in claims]) == []
    assert ledger(records) == ledger(c.record for c in claims)


def test_a_notebook_without_claims_holds_no_record(tmp_path):
    assert collect(executed(tmp_path / "none.ipynb", [])) == []


def test_ledger_is_a_table_by_number():
    first = claim(38, "share", slide="s", settings=[SUPPORTED, REFUTED])
    second = claim(43, "p(y|x) helps", slide="s", settings=[identity("a|b", 0.0)])
    lines = ledger([second.record, first.record]).splitlines()
    assert lines[1] == "|---|---|---|---|"
    assert lines[2] == (
        "| 38 | share | ◐ conditional | ✔ yes: +3 [+1.04, +4.96], n = 5 (criterion: > 0)<br>"
        "✘ no: +3 [+1.04, +4.96], n = 5 (criterion: > 9) |"
    )
    assert lines[3].startswith("| 43 |") and len(lines) == 4


@pytest.mark.parametrize("where", ["statement", "setting"])
def test_ledger_keeps_its_columns_with_p_of_y_given_x(where):
    name, statement = ("p(y|x)", "s") if where == "setting" else ("s", "p(y|x)")
    row = ledger([claim(1, statement, slide="s", settings=[identity(name, 0.0)]).record])
    assert len(re.split(r"(?<!\\)\|", row.splitlines()[-1])) == 6  # four cells, five bars


def test_ledger_for_a_terminal():
    records = [
        claim(43, "p(y|x) helps", slide="s", settings=[identity("same", 0.0)]).record,
        claim(8, "share", slide="s", settings=[SUPPORTED, REFUTED]).record,
    ]
    assert ledger_text(records).splitlines() == [
        " 8  ◐ conditional  share",
        "      ✔ yes: +3 [+1.04, +4.96], n = 5 (criterion: > 0)",
        "      ✘ no: +3 [+1.04, +4.96], n = 5 (criterion: > 9)",
        "43  ✔ supported    p(y|x) helps",
        "      ✔ same: largest difference 0.0e+00 (equal up to 1e-06)",
    ]


def record(effects=FIVE, *, number=41, name="gain", above=0.0, extra=()):
    settings = [measured(name, effects, above=above, unit="MSE"), *extra]
    return claim(number, "s", slide="s", settings=settings).record


def shifted(by: float) -> list[float]:
    return [v + by for v in FIVE]


@pytest.mark.parametrize("by", [0, HALF - 0.01, 0.01 - HALF])
def test_an_effect_may_move_by_half_its_interval(by):
    assert differences([record(shifted(by), above=-9)], [record(above=-9)]) == []


@pytest.mark.parametrize("by", [HALF + 0.01, -HALF - 0.01])
def test_an_effect_that_moves_further_is_named(by):
    assert differences([record(shifted(by), above=-9)], [record(above=-9)]) == [
        f"claim 41, gain: effect {3 + by:.4g}, was 3 (tolerance {HALF:.2g})"
    ]


def test_the_tolerance_is_that_of_the_expected_record():
    wide, narrow = [0.0, 1, 3, 5, 6], [3.4, 3.5, 3.5, 3.5, 3.6]
    assert differences([record(narrow, above=-9)], [record(wide, above=-9)]) == []
    assert len(differences([record(wide, above=-9)], [record(narrow, above=-9)])) == 1


def test_a_changed_verdict_is_named():
    assert differences([record(above=9)], [record()]) == [
        "claim 41, gain: bound is now 9.0, was 0.0",
        "claim 41, gain: now refuted, was supported",
    ]
    was, now = record(extra=[REFUTED]), record(extra=[measured("no", FIVE, above=3)])
    assert differences([now], [was]) == [
        "claim 41, no: bound is now 3.0, was 9.0",
        "claim 41, no: now open, was refuted",
    ]


@pytest.mark.parametrize(("gap", "named"), [(0.24, 0), (0.26, 1)])
def test_a_verdict_may_flip_only_where_rounding_decides(gap, named):
    """The bound lies `gap` of half an interval below its low end; a small shift then crosses it."""
    bound = 3 - HALF - gap * HALF
    was, now = record(above=bound), record(shifted(-0.4 * HALF), above=bound)
    assert (was["verdict"], now["verdict"]) == ("supported", "open")
    assert len(differences([now], [was])) == named


def test_identities_are_compared_by_verdict_only():
    one, two, three = (record(extra=[identity("equal", r)]) for r in (1e-9, 9e-7, 1.01e-6))
    assert differences([one], [two]) == []
    assert differences([three], [two]) == ["claim 41, equal: now refuted, was supported"]


def test_missing_and_unexpected_claims_and_settings_are_named():
    assert differences([record(number=38)], [record(number=41)]) == [
        "claim 41 is not recorded",
        "claim 38 was not expected",
    ]
    assert differences([record(name="new")], [record()]) == [
        "claim 41 has other settings: ['gain', 'new']"
    ]
