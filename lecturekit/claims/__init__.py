"""The ledger: what a slide says, what was measured, and the verdict that follows.

A claim is judged in one or more *settings*. The criterion of a setting is part of the call, so it
is written down before its result is known; the verdict is computed, never typed in.

    claim(41, "Method Two is easier but can be unstable", slide="Multi-task optimization",
          settings=[measured("SGD, step .6", gaps, above=0.05, unit="test error")])
"""

from lecturekit.claims.judge import MIME, Claim, Setting, claim, identity, interval, measured
from lecturekit.claims.ledger import collect, differences, ledger, ledger_text
from lecturekit.claims.other_seeds import changed

__all__ = [
    "MIME",
    "Claim",
    "Setting",
    "changed",
    "claim",
    "collect",
    "differences",
    "identity",
    "interval",
    "ledger",
    "ledger_text",
    "measured",
]
