"""A Hub with its proxy on this machine, for made-up students, who need no account of the system."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

HERE = Path(__file__).parent
STARTING = 60.0


@dataclass(frozen=True)
class Hub:
    """A running Hub: the address of its proxy, its process, the folder of its files."""

    address: str
    pid: int
    folder: Path

    def home(self, name: str) -> Path:
        """The home folder of a made-up account."""
        return self.folder / "homes" / name


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody uses."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


@contextmanager
def class_hub(folder: Path, **settings: str) -> Iterator[Hub]:
    """A running Hub whose files and students' homes lie in `folder`.

    Args:
        folder: an empty folder.
        settings: for hub_config.py, like CULL_AFTER="20".
    """
    ports = free_ports(3)
    names = ("PROXY_PORT", "PROXY_API_PORT", "HUB_PORT")
    given = {name: str(port) for name, port in zip(names, ports, strict=True)} | settings
    env = os.environ | {f"CLASS_HUB_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "hub_config.py")]
    with open(folder / "hub.log", "wb") as log:
        hub = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{ports[0]}"
        wait_for(address, hub, folder / "hub.log")
        yield Hub(address, hub.pid, folder)
    finally:
        end(hub)


def wait_for(address: str, hub: subprocess.Popen, log: Path) -> None:
    """Wait until the Hub answers through its proxy."""
    last = time.monotonic() + STARTING
    while True:
        assert hub.poll() is None, f"the Hub ended:\n{log.read_text(encoding='utf-8')[-3000:]}"
        try:
            if requests.get(f"{address}/hub/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            pass
        assert time.monotonic() < last, f"no Hub after {STARTING} s"
        time.sleep(0.2)


def end(hub: subprocess.Popen) -> None:
    """Let the Hub end its servers and its proxy, and end what is left of them."""
    started = psutil.Process(hub.pid).children(recursive=True) if hub.poll() is None else []
    hub.terminate()
    try:
        hub.wait(60)
    except subprocess.TimeoutExpired:
        hub.kill()
    _, alive = psutil.wait_procs(started, timeout=10)
    for process in alive:
        process.kill()
