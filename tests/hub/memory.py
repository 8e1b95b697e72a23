"""Memory of a student's processes: the server, and the kernels that it started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Memory:
    """Of one student, in MiB.

    Attributes:
        server: PSS of the server; what several processes share is divided among them.
        kernels: PSS of everything else.
        own: what no other process shares, of all (anonymous memory); TensorFlow's libraries, which
            lie in memory once for everybody, are not in it.
        resident: RSS of all; what is shared counts whole each time.
        data: the largest VmData of a process, which RLIMIT_DATA limits.
    """

    server: float
    kernels: float
    own: float
    resident: float
    data: float

    @property
    def total(self) -> float:
        return self.server + self.kernels


def processes_of(home: Path) -> Iterator[psutil.Process]:
    """The processes that a Hub started for the student with this home folder."""
    for process in psutil.process_iter():
        try:
            env = process.environ()
        except psutil.Error:
            continue
        if "JUPYTERHUB_USER" in env and env.get("HOME") == str(home):
            yield process


def memory_of(home: Path) -> Memory:
    """What the processes of the student with this home folder take now."""
    server = kernels = own = resident = data = 0.0
    for process in processes_of(home):
        share = _mib(process.pid, "smaps_rollup", "Pss:")
        if "jupyterhub.singleuser" in " ".join(process.cmdline()):
            server += share
        else:
            kernels += share
        own += _mib(process.pid, "smaps_rollup", "Pss_Anon:")
        resident += _mib(process.pid, "status", "VmRSS:")
        data = max(data, _mib(process.pid, "status", "VmData:"))
    return Memory(server, kernels, own, resident, data)


def memory_of_hub(pid: int) -> float:
    """PSS of the Hub, its proxy and its culler, in MiB; students' servers are not among them."""
    hub = psutil.Process(pid)
    family = [hub, *hub.children(recursive=True)]
    ours = [each for each in family if "JUPYTERHUB_USER" not in each.environ()]
    return sum(_mib(each.pid, "smaps_rollup", "Pss:") for each in ours)


def _mib(pid: int, file: str, line: str) -> float:
    for each in Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines():
        if each.startswith(line):
            return int(each.split()[1]) / 1024
    raise AssertionError(f"{file} of process {pid} has no {line}")
