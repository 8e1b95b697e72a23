"""The tests and the benchmarks of the checkout, run by this very Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lecturekit.course.errors import CourseError

# Two processes of tests: one waits for notebooks and browsers, the other computes meanwhile. A file
# stays in one process, for the sake of what its tests share.
TOGETHER = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def test(root: Path, extra: Sequence[str] = ()) -> int:
    """Run pytest on the checkout's tests; `extra` goes to pytest. Returns its exit status."""
    if not (root / "tests").is_dir():
        raise CourseError(f"{root} has no tests folder.\nGet it back with: git checkout -- tests")
    return subprocess.call([sys.executable, "-m", "pytest", "tests", *TOGETHER, *extra], cwd=root)


def bench(root: Path, extra: Sequence[str] = ()) -> int:
    """Run the checkout's benchmarks; `extra` says which. Returns their exit status."""
    if not (root / "tests" / "bench" / "__main__.py").exists():
        raise CourseError(
            f"{root / 'tests' / 'bench'} holds no benchmark.\n"
            "Get them back with: git checkout -- tests/bench"
        )
    paths = [str(root / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.call([sys.executable, "-m", "bench", *extra], cwd=root, env=env)
