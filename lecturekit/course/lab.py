"""JupyterLab on the lecture's first notebook, for this machine only."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from lecturekit import memory
from lecturekit.course.checkout import notebooks
from lecturekit.course.writable import can_write
from lecturekit.environment import KERNEL_MIB


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


def has_display(variables: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Whether a browser has somewhere to open. Without a display, Linux would offer a browser for
    the terminal (w3m, lynx), in which JupyterLab shows nothing."""
    told = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
    return system != "linux" or any(variables.get(name) for name in told)


def own_places() -> dict[str, str]:
    """Variables that give Jupyter a temporary folder where the user's own cannot be written (no
    home folder, a read-only or full one); {} where it can."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

    wanted = (jupyter_config_dir(), jupyter_data_dir(), jupyter_runtime_dir())
    if all(can_write(Path(place)) for place in wanted):
        return {}
    folder = tempfile.mkdtemp(prefix="lecturekit-")
    names = ("CONFIG", "DATA", "RUNTIME")
    return {f"JUPYTER_{name}_DIR": os.path.join(folder, name.lower()) for name in names} | {
        "IPYTHONDIR": os.path.join(folder, "ipython"),
        "NUMBA_CACHE_DIR": os.path.join(folder, "numba"),
    }


def own_kernel_first() -> dict[str, str]:
    """Variables that put this environment's kernel before all that the user or another checkout
    has registered under the same name."""
    here = os.path.join(sys.prefix, "share", "jupyter")
    others = os.environ.get("JUPYTER_PATH")
    return {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": os.pathsep.join([here, others] if others else [here]),
    }


def notes(root: Path, places: Mapping[str, str]) -> Iterator[str]:
    """What a person should know before the first cell, a sentence or two each."""
    free = memory.free()
    if free.mib < KERNEL_MIB:
        yield (
            f"A notebook may take {KERNEL_MIB:,} MiB of memory, {free} are free: {free.remedy}. "
            "Where memory runs out, the kernel restarts and what it had computed is lost."
        )
    if not can_write(root / "notebooks"):
        yield (
            f"{root} cannot be written: notebooks run, but changes to them cannot be saved. "
            "To keep changes, copy the whole folder to a place of your own and make the lab there."
        )
    if places:
        where = os.path.dirname(places["IPYTHONDIR"])
        yield f"Your Jupyter folders cannot be written: settings are kept in {where} meanwhile."


def lab(root: Path, *, browser: bool = True, port: int | None = None) -> int:
    """Open JupyterLab and stay until it is closed."""
    words = arguments(root, browser=browser and has_display(), port=port)
    places = own_places()
    for note in notes(root, places):
        print(f"Note: {note}", file=sys.stderr, flush=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for the kernels
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.update(places | own_kernel_first())
    from jupyterlab.labapp import main

    try:
        return main(words) or 0
    finally:
        if places:
            shutil.rmtree(os.path.dirname(places["IPYTHONDIR"]), ignore_errors=True)
