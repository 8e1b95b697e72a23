"""The card that a claim shows in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lecturekit.claims.judge import MARKS

if TYPE_CHECKING:
    from lecturekit.claims.judge import Claim

COLOURS = {
    "supported": "#00684A",
    "conditional": "#7A4B00",
    "refuted": "#A11D3A",
    "open": "#4A4A4A",
}
BOX = "border-left:.5em solid {};padding:.4em 1em;margin:.5em 0;font-size:1.05em;line-height:1.5"
BADGE = "background:{};color:#fff;padding:.15em .7em;border-radius:1em"


def card(claim: Claim) -> str:
    """HTML for light and dark pages; what the colour says, a mark and a word say too."""
    badge, colour = f"{MARKS[claim.verdict]} {claim.verdict}", COLOURS[claim.verdict]
    evidence = "".join(
        f"<li><strong>{MARKS[s.verdict]} {s.verdict}</strong> – {escape(str(s))}</li>"
        for s in claim.settings
    )
    limits = f"<p><em>Where it stops:</em> {escape(claim.fails_when)}</p>"
    return (
        f'<section role="group" aria-label="Claim {claim.number}: {claim.verdict}"'
        f' style="{BOX.format(colour)}">'
        f"<div>Claim {claim.number} · slide “{escape(claim.slide)}”</div>"
        f'<div style="font-size:1.15em">{escape(claim.statement)}</div>'
        f'<div style="margin:.4em 0"><strong style="{BADGE.format(colour)}">{badge}</strong></div>'
        f"<ul>{evidence}</ul>{limits if claim.fails_when else ''}</section>"
    )
