"""Measure the claims with seeds that nothing was chosen by, and show in the README what differs.

    python tests/other_seeds.py          # seeds 5 to 9: ten minutes on two cores
    python tests/other_seeds.py 5 10     # and 10 to 14

The records are stored beside this file; nothing in the notebooks may be chosen by them.
"""

from __future__ import annotations

import json
import sys

from expect import ROOT, into_readme, measure

from lecturekit.claims.other_seeds import changes_table
from lecturekit.course import parameters
from lecturekit.course.notebook import read, write_text

STORED = ROOT / "tests" / "other_seeds.json"
STARTS = (5,)


def with_seeds_from(first: int) -> list[dict]:
    """Records of the notebooks that take `first_seed`, five seeds each."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    takers = [path.stem for path in paths if "first_seed" in parameters.declared(read(path))]
    return measure({stem: {"first_seed": first, "seeds": 5} for stem in takers})


def table(stored: dict[str, list[dict]]) -> str:
    """What differs from the expected claims, as Markdown."""
    text = (ROOT / "tests" / "expected_claims.json").read_text(encoding="utf-8")
    others = {f"{first}–{int(first) + 4}": records for first, records in stored.items()}
    return changes_table(json.loads(text)["shipped"], others)


def write(stored: dict[str, list[dict]]) -> None:
    """Store the records, a claim to a line, and put the table into the README."""
    each = [
        f'"{first}": [\n' + ",\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n]"
        for first, records in stored.items()
    ]
    readme = ROOT / "README.md"
    text = into_readme(readme.read_text(encoding="utf-8"), "other seeds", table(stored))
    write_text(STORED, "{\n" + ",\n".join(each) + "\n}\n")
    write_text(readme, text)


if __name__ == "__main__":
    write({str(first): with_seeds_from(int(first)) for first in sys.argv[1:] or STARTS})
