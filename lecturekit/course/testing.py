"""The tests and the benchmarks of the checkout, run by this very Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lecturekit.course.errors import CourseError


def test(root: Path, extra: Sequence[str] = ()) -> int:
    """Run pytest on the checkout's tests; `extra` goes to pytest. Returns its exit status."""
    if not (root / "tests").is_dir():
        raise CourseError(f"{root} has no tests folder.\nGet it back with: git checkout -- tests")
    return subprocess.call([sys.executable, "-m", "pytest", "tests", *extra], cwd=root)


def bench(root: Path) -> int:
    """Run every benchmark, in order; 1 if one of them failed."""
    scripts = sorted((root / "tests" / "bench").glob("*.py"))
    if not scripts:
        raise CourseError(
            f"{root / 'tests' / 'bench'} holds no benchmark.\n"
            "Get them back with: git checkout -- tests/bench"
        )
    failed = []
    for script in scripts:
        print(f"== {script.stem}", flush=True)
        if subprocess.call([sys.executable, str(script)], cwd=root):
            failed.append(script.name)
    if failed:
        raise CourseError(f"These benchmarks failed: {', '.join(failed)}.")
    return 0
