"""JupyterLab on the lecture's first notebook, for this machine only."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from lecturekit.course.checkout import notebooks


def arguments(root: Path, *, browser: bool = True, port: int | None = None) -> list[str]:
    """JupyterLab's command line for the checkout `root`.

    Raises:
        CourseError: there is no notebook to open.
    """
    first = notebooks(root)[0].relative_to(root).as_posix()
    words = [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{quote(first)}",
        "--ServerApp.ip=127.0.0.1",
    ]
    if not browser:
        words.append("--ServerApp.open_browser=False")
    if port is not None:
        words.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")  # a container's usual user
    return words


def lab(root: Path, *, browser: bool = True, port: int | None = None) -> int:
    """Open JupyterLab and stay until it is closed."""
    words = arguments(root, browser=browser, port=port)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for the kernels
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before the user's
    from jupyterlab.labapp import main

    return main(words) or 0
