"""Set-up of a fresh copy, byte-compiled, with the packages already downloaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.rows import Row, at_most, tell

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("bootstrap.py", "requirements.lock", "pyproject.toml", "README.md", "LICENSE")


def set_up(place: Path) -> float:
    """Seconds that the set-up takes in a copy of what it needs, made in `place`."""
    for name in PARTS:
        shutil.copy(ROOT / name, place / name)
    shutil.copytree(ROOT / "lecturekit", place / "lecturekit")
    start = time.perf_counter()
    python = str(Path(sys.executable).resolve())  # the one that .venv was made from
    subprocess.run([python, "bootstrap.py"], cwd=place, check=True, stdout=sys.stderr)
    return time.perf_counter() - start


def rows() -> Iterator[Row]:
    build = ROOT / "build" / "bench"  # beside .venv: installers link files within one file system
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, ignore_cleanup_errors=True) as place:
        seconds = set_up(Path(place))
        what = "set-up of a fresh copy, byte-compiled, packages already downloaded"
        yield Row(what, seconds, "s", budget=at_most(120))


if __name__ == "__main__":
    tell(rows())
