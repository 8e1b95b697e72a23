"""Execute all notebooks whole, one after the other; `notebooks` reads what that took."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

from lecturekit.course import checkout
from lecturekit.course.run import run

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        outcomes = run(checkout.notebooks(ROOT), ROOT / "build" / "bench" / "lecture", jobs=1)
    failed = [f"{o.notebook} {o.result}: {o.message}" for o in outcomes if not o.ok]
    if failed:
        raise SystemExit("\n".join(failed))
