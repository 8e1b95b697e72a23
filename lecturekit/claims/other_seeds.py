"""Which verdicts are others when the same is measured with other seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lecturekit.claims.judge import MARKS


@dataclass(frozen=True)
class Change:
    """A claim of which a verdict differs: its own, or that of one of its settings.

    Attributes:
        number, statement: of the claim.
        before, after: its verdict.
        settings: name → (record before, record after) of the settings that differ.
    """

    number: int
    statement: str
    before: str
    after: str
    settings: Mapping[str, tuple[dict, dict]]

    @property
    def contradicted(self) -> bool:
        """Whether a setting went from supported to refuted or back, not only to or from open."""
        pairs = ({old["verdict"], new["verdict"]} for old, new in self.settings.values())
        return any(pair == {"supported", "refuted"} for pair in pairs)


def changed(expected: Iterable[dict], records: Iterable[dict]) -> list[Change]:
    """The claims of which a verdict differs, by number.

    Args:
        expected: records of all claims, as `Claim.record` makes them.
        records: the same claims, measured anew.
    Raises:
        ValueError: a claim or a setting is in one of both only, or has another bound: then
            verdicts cannot be compared.
    """
    before, after = ({record["number"]: record for record in each} for each in (expected, records))
    _same("claims", before, after)
    found = []
    for number in sorted(before):
        old, new = before[number], after[number]
        olds, news = ({s["name"]: s for s in each["settings"]} for each in (old, new))
        _same(f"settings of claim {number}", olds, news)
        _same(f"bounds of claim {number}", *({(n, s["bound"]) for n, s in each.items()}
                                             for each in (olds, news)))  # fmt: skip
        differ = {n: (olds[n], news[n]) for n in olds if olds[n]["verdict"] != news[n]["verdict"]}
        if differ:
            found.append(Change(number, old["statement"], old["verdict"], new["verdict"], differ))
    return found


def changes_table(expected: Iterable[dict], others: Mapping[str, Iterable[dict]]) -> str:
    """A Markdown table of the settings of which a verdict differs in one of `others`, and of the
    claims whose own verdict does; above it one line of counts.

    Args:
        expected: records of all claims. others: name, such as "5–9" → records of the same claims.
    Raises:
        ValueError: as `changed`.
    """
    expected = list(expected)
    columns = {"0–4": expected, **{name: list(records) for name, records in others.items()}}
    changes = [change for name in others for change in changed(expected, columns[name])]
    verdicts = {c.number for c in changes if c.before != c.after}
    settings = {(c.number, name) for c in changes for name in c.settings}
    against = {c.number for c in changes if c.contradicted}
    lines = [
        f"Of {len(expected)} verdicts {len(expected) - len(verdicts)} are the same with all seeds; "
        f"of their {sum(len(r['settings']) for r in expected)} settings "
        f"{sum(len(r['settings']) for r in expected) - len(settings)}. "
        f"Settings that turn from supported to refuted or back: "
        f"{'those of claims ' + ', '.join(map(str, sorted(against))) if against else 'none'}.",
        "",
        f"| claim | setting | seeds {' | '.join(columns)} |",
        f"|---|---|{'---|' * len(columns)}",
    ]
    by_number = {name: {r["number"]: r for r in records} for name, records in columns.items()}
    for record in sorted(expected, key=lambda record: record["number"]):
        number, rows = record["number"], []
        if number in verdicts:
            found = [each[number]["verdict"] for each in by_number.values()]
            rows.append(["**the claim**", *(f"**{MARKS[v]} {v}**" for v in found)])
        for k, setting in enumerate(record["settings"]):
            if (number, setting["name"]) in settings:
                found = [each[number]["settings"][k] for each in by_number.values()]
                rows.append([setting["name"], *map(_brief, found)])
        for row in rows:
            lines.append(f"| {' | '.join(c.replace('|', '&#124;') for c in (str(number), *row))} |")
    return "\n".join(lines)


def _same(what: str, before: Iterable, after: Iterable) -> None:
    if differ := sorted(set(before) ^ set(after)):
        raise ValueError(f"the {what} are not the same, measure both anew: {differ}")


def _brief(setting: dict) -> str:
    """Mark, effect, half of its interval."""
    mark = MARKS[setting["verdict"]]
    if setting["seeds"] == 0:
        return f"{mark} {setting['effect']:.1e}".replace("-", "−")
    half = (setting["high"] - setting["low"]) / 2
    return f"{mark} {setting['effect']:+.3g} ± {half:.2g}".replace("-", "−")
