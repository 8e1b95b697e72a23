"""The tests with the newest versions that `requirements.in` allows, in a throw-away environment.

The lock says what the lecture was made with; this says what will break when it is made again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lecturekit.course.errors import CourseError

# Whole notebooks, browsers, sandboxes and the set-up take minutes, and are tested with the lock.
LEFT_OUT = ("*browser*", "*test_notebooks*", "*test_bootstrap*", "*homework*")
FAST = ("tests", *(f"--ignore-glob={pattern}" for pattern in LEFT_OUT))


def newest(root: Path, extra: Sequence[str] = ()) -> int:
    """Make the environment, print what is newer than the lock, run pytest there.

    Args:
        root: the checkout; only its `build/newest` is written to, and removed if all tests pass.
        extra: for pytest, instead of the fast part of the tests.
    Returns: pytest's exit status.
    Raises:
        CourseError: the lock cannot be read, or the packages cannot be installed.
    """
    lock, wanted = root / "requirements.lock", root / "requirements.in"
    try:
        before = locked(lock.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(
            f"{lock} cannot be read ({error.strerror}).\n"
            f"Get it back with: git checkout -- {lock.name}"
        ) from error
    folder = root / "build" / "newest"
    python = make(folder, wanted, root)
    print(f"\n{table(before, installed(python))}\n", flush=True)
    env = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    words = extra or FAST
    status = subprocess.call(
        [str(python), "-m", "pytest", "-p", "no:cacheprovider", *words], cwd=root, env=env
    )
    if status == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"\nThe environment stays in {folder}, to look into; the next run makes it anew.")
    return status


def make(folder: Path, wanted: Path, root: Path) -> Path:
    """An environment in `folder` with the newest of `wanted`, and lecturekit from `root`.

    Returns: its Python.
    """
    import venv

    print(f"Making {folder} ...", flush=True)
    venv.create(folder, clear=True, symlinks=os.name != "nt", with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (
        uv("pip", "install", "--upgrade", "--python", str(python), "-r", str(wanted))
        and uv("pip", "install", "--no-deps", "--no-build-isolation", "--offline",
               "--python", str(python), "-e", str(root))
    ):  # fmt: skip
        raise CourseError(
            f"The newest packages could not be installed into {folder}; the lines above say why.\n"
            "Either there is no network, or the newest versions do not fit each other."
        )
    return python


def uv(*words: str) -> bool:
    """Run uv; True when it succeeded."""
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.call([sys.executable, "-m", "uv", "--quiet", *words], env=env) == 0


def locked(text: str) -> dict[str, str]:
    """Package → version that a lock file names for this Python and system."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, str] = {}
    for line in text.splitlines():
        if line[:1].isalnum():
            pin = Requirement(line.rstrip(" \\"))
            if pin.marker is None or pin.marker.evaluate():
                found[canonicalize_name(pin.name)] = str(pin.specifier).removeprefix("==")
    return found


def installed(python: Path) -> dict[str, str]:
    """Package → version in the environment of `python`, lecturekit left out."""
    from packaging.utils import canonicalize_name

    words = [sys.executable, "-m", "uv", "pip", "list", "--format", "json", "--python", str(python)]
    listed = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    found: dict[str, str] = {canonicalize_name(each["name"]): each["version"] for each in listed}
    found.pop("lecturekit", None)
    return found


def table(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Package, locked, newest: a line for each that differs, and how many do not."""
    names = sorted(before.keys() | after.keys())
    rows = [(name, before.get(name, "-"), after.get(name, "-")) for name in names]
    differ = [row for row in rows if row[1] != row[2]]
    lines = [("package", "locked", "newest"), *differ] if differ else []
    wide = [max(len(line[column]) for line in lines) for column in range(2)] if lines else []
    told = [f"{a:<{wide[0]}}   {b:<{wide[1]}}   {c}" for a, b, c in lines]
    return "\n".join([*told, f"{len(rows) - len(differ)} packages are as locked"])
