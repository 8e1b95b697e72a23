"""A student's server: an own copy of the lecture first, then JupyterLab within its limits.

The Hub runs this as the student. Nothing here may run as root: whoever copies into a folder that
belongs to somebody else can be led elsewhere by a link.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lecturekit.hub.own_copy import add_missing

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "lecture"  # in the student's home; the Hub's config names it too
HANDOUT = "LECTUREKIT_HANDOUT"


def give_out(home: Path, root: Path, environ: Mapping[str, str]) -> None:
    """Add to `home`/lecture what it has not: notebooks, homework that was given out, compiled code.

    Args:
        home: the student's home folder.
        root: the checkout that all students share and may only read.
        environ: LECTUREKIT_HANDOUT names the folder with released homework, if there is any.
    Raises:
        OSError: the home is full or cannot be written.
    """
    own = home / FOLDER / "notebooks"
    add_missing(root / "notebooks", own)
    if environ.get(HANDOUT):
        add_missing(Path(environ[HANDOUT]), own / "homework", ("*.ipynb", "*/*.ipynb"))
    # What numba compiled for UMAP when the administrator ran the notebooks. It is copied, because
    # whoever can write into a folder of compiled code can run code as everybody who reads it.
    add_missing(compiled(root), compiled_here(home), ("*/*",))


def compiled(root: Path) -> Path:
    """The folder of the checkout in which lecturekit keeps what it compiled with these versions."""
    from lecturekit.latent.compiled import versions

    name = versions().replace(", ", "+").replace(" ", "-")
    return root / "build" / "latent" / "numba" / name


def compiled_here(home: Path) -> Path:
    """The student's own folder of compiled code."""
    return home / ".cache" / "lecturekit" / "numba"


def environment(home: Path, environ: Mapping[str, str], runtime: str) -> dict[str, str]:
    """The server's environment, which its kernels inherit.

    Args:
        home: the student's home folder.
        environ: the Hub's word: CPU_LIMIT, from its setting `Spawner.cpu_limit`, says how many
            threads a process may take (one, where it is not set).
        runtime: a folder that nobody else may enter, for the kernels' sockets. Its name must be
            short, and it must not lie on a network drive: homes often do.
    """
    threads = str(max(1, int(float(environ.get("CPU_LIMIT") or 1))))
    return dict(environ) | {
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "NUMBA_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
        "NUMBA_CACHE_DIR": str(compiled_here(home)),
        "JUPYTER_RUNTIME_DIR": runtime,
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel before the student's
    }


def limit_memory(bytes_each: int) -> None:
    """Let this process and each that it starts take `bytes_each` of memory of its own.

    One that wants more gets a MemoryError, or dies as a kernel; the others do not notice. Counted
    are data, heap and private mappings (RLIMIT_DATA), not the libraries that all students share.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (bytes_each, bytes_each))


def main(arguments: list[str]) -> None:
    """Give out, set the limits, and become the server; does not return."""
    home = Path.home()
    try:
        give_out(home, ROOT, os.environ)
    except OSError as error:  # a full home must still open, or nobody could make room in it
        print(f"The lecture could not be copied whole: {error}", file=sys.stderr, flush=True)
    if os.environ.get("MEM_LIMIT"):  # the Hub's setting Spawner.mem_limit, in bytes
        limit_memory(int(os.environ["MEM_LIMIT"]))
    server = [sys.executable, "-m", "jupyterhub.singleuser", *arguments]
    os.execve(server[0], server, environment(home, os.environ, tempfile.mkdtemp(prefix="lecture-")))


if __name__ == "__main__":
    main(sys.argv[1:])
