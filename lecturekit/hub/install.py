"""What the class Hub needs beyond the lecture: its packages in `.venv`, its proxy in `build/hub`.

The packages go into the environment of the lecture and not into one of their own, because every
student's server must import JupyterHub, in the Hub's version, beside JupyterLab and TensorFlow.
Their lock repeats the versions of requirements.lock, so nothing that is there changes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.datasets.files import write_whole

PROXY = "configurable-http-proxy@5.1.0"
LOCK = Path(__file__).with_name("requirements.lock")


def install(root: Path) -> None:
    """Install what is missing; quick when nothing is.

    Raises:
        CourseError: npm is missing, or an installer failed (it has said why).
    """
    folder = root / "build" / "hub"
    stamp = folder / "made-from"
    wanted = hashlib.sha256(LOCK.read_bytes() + PROXY.encode()).hexdigest()
    if importlib.util.find_spec("jupyterhub") and read(stamp) == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise CourseError(
            "The Hub's proxy needs Node.js 18 or newer, with npm, and there is no npm.\n"
            "Install it:    sudo apt install nodejs npm      (or from nodejs.org)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    call([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), PROXY])
    python = sys.executable
    call([python, "-m", "uv", "pip", "install", "--require-hashes", "--python", python, "-r", LOCK])
    write_whole(stamp, wanted.encode())


def read(stamp: Path) -> str:
    """What the last installation was made from; "" when there was none."""
    try:
        return stamp.read_text(encoding="ascii")
    except OSError:
        return ""


def call(command: list[str | Path]) -> None:
    """Run an installer, which talks to the terminal. Raises CourseError when it fails."""
    if subprocess.call(command):
        raise CourseError(
            f"{Path(command[0]).name} could not install the Hub; the lines above say why.\n"
            "What was downloaded is not loaded again when you repeat the command."
        )
