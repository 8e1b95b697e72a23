"""How much memory is free for a new process, limits of containers and of the shell counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
MAPPED = 1400  # MiB of address space that TensorFlow maps and does not hold (measured on Linux)
CLOSE = "close other notebooks (Kernel ▸ Shut Down All Kernels) or programs"
# Files of a control group of Linux: its limit, what it holds, and the line of memory.stat that says
# how much of this are files which it can drop at once. Version 2 has no name for its controllers.
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
VERSION_2 = ("memory.max", "memory.current", "inactive_file")


@dataclass(frozen=True)
class Memory:
    """Free memory (MiB); where it ends and what gives more of it."""

    mib: float
    where: str = ""  # like " in this container"; "" for the computer itself
    remedy: str = CLOSE

    def __str__(self) -> str:
        return f"{int(self.mib):,} MiB{self.where}"


def free(*, swap: bool = False) -> Memory:
    """The least of what the computer, the container and the shell leave.

    Args:
        swap: count the computer's free swap space as well; it is slow, but nothing is killed.
    """
    import psutil

    here = psutil.virtual_memory().available + (psutil.swap_memory().free if swap else 0)
    return min([Memory(here / MIB), *in_groups(), *in_address_space()], key=lambda found: found.mib)


def in_groups(root: Path = Path("/")) -> Iterator[Memory]:
    """What each control group leaves that this process lies in and that has a limit.

    Args:
        root: folder that holds `proc` and `sys`.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    top = root / "sys/fs/cgroup"
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from upwards(top, path, VERSION_2)
            yield from upwards(top / "unified", path, VERSION_2)
        elif "memory" in controllers.split(","):
            yield from upwards(top / "memory", path, VERSION_1)


def upwards(top: Path, path: str, names: tuple[str, str, str]) -> Iterator[Memory]:
    """From the group at `path` up to `top`: a container may see the whole way or only `top`."""
    group = top / path.lstrip("/")
    limit, held, droppable = names
    for folder in (group, *group.parents):
        if folder != top and top not in folder.parents:
            return
        try:
            numbers = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
            drop = next((int(n.split()[1]) for n in numbers if n.startswith(f"{droppable} ")), 0)
            left = int((folder / limit).read_text()) - int((folder / held).read_text()) + drop
        except (OSError, ValueError):  # not there, or "max": no limit
            continue
        remedy = f"give the container more memory, or {CLOSE}"
        yield Memory(max(0, left) / MIB, " in this container", remedy)


def in_address_space() -> Iterator[Memory]:
    """What `ulimit -v` leaves to a new process beyond what TensorFlow only maps."""
    if sys.platform == "win32":
        return
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        remedy = "lift the limit of the shell before the start (ulimit -v unlimited)"
        yield Memory(max(0, limit / MIB - MAPPED), " under ulimit -v", remedy)
