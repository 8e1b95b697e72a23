"""Bytes: of what git tracks, and of the site."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.rows import Row, at_most, tell

ROOT = Path(__file__).resolve().parents[2]


def repository() -> Row:
    """Tracked files as they are in the working tree, data included."""
    what, budget = "repository, data included", at_most(15)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        return Row(what, None, "MB", budget=budget, note="this copy is no git checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    size = sum(path.stat().st_size for path in files if path.is_file())
    return Row(what, size / 1e6, "MB", budget=budget, note=f"{len(files)} files")


def site(folder: Path) -> Iterator[Row]:
    """The site, if there is one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    missing = "" if files else "run make site first"
    size = sum(path.stat().st_size for path in files) / 1e6 if files else None
    copies = sum("plotly" in path.name and path.suffix == ".js" for path in files)
    yield Row("site, offline", size, "MB", budget=at_most(25), note=missing)
    found = copies if files else None
    yield Row("site, copies of plotly.js", found, budget=at_most(1), note=missing)
    pages = [path.stat().st_size for path in files if path.suffix == ".html"]
    largest = max(pages) / 1e6 if pages else None
    yield Row("site, largest page", largest, "MB", budget=at_most(3), note=missing)


def rows() -> Iterator[Row]:
    yield repository()
    yield from site(ROOT / "build" / "site")


if __name__ == "__main__":
    tell(rows())
