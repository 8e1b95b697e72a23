"""Measure the claims anew and make them the expected ones, in the README too.

    python tests/expect.py

Run it after a change that is meant to move a verdict or an effect, and read the difference.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from lecturekit.claims import collect, ledger
from lecturekit.course.notebook import write_text
from lecturekit.course.run import run

ROOT = Path(__file__).parents[1]
SETTINGS = {"shipped": {}, "lecture": {"06_multitask": {"data": "lecture"}}}


def measure(parameters: dict) -> list[dict]:
    """Records of all notebooks, run with `parameters` (notebook → parameter → value)."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    chosen = [path for path in notebooks if not parameters or path.stem in parameters]
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run(chosen, Path(folder), parameters=parameters)
        for outcome in outcomes:
            if not outcome.ok:
                raise SystemExit(f"{outcome.notebook} {outcome.result}: {outcome.message}")
        return [record for o in outcomes for record in collect(Path(o.output))]


def into_readme(text: str, name: str, table: str) -> str:
    """The README with the table between its two marks replaced."""
    marks = rf"(<!-- ledger {name} -->\n).*?(<!-- end of ledger {name} -->)"
    changed, count = re.subn(marks, lambda m: f"{m[1]}{table}\n{m[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"README.md must hold the marks of the {name} ledger once, found {count}")
    return changed


if __name__ == "__main__":
    expected = {name: measure(parameters) for name, parameters in SETTINGS.items()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, records in expected.items():
        readme = into_readme(readme, name, ledger(records))
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    write_text(ROOT / "tests" / "expected_claims.json", text)
    write_text(ROOT / "README.md", readme)
