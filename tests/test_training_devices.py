"""The training loop on several devices comes to what it comes to on one."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parent / "on_devices.py"


def start(*words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen) -> dict:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out.splitlines()[-1])


def free_ports(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [str(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def runs() -> dict[str, dict]:
    """The same fit on one device, on two logical ones, and on two processes."""
    one, mirrored = start("one"), start("mirrored")
    found = {"one": told(one), "mirrored": told(mirrored)}
    ports = free_ports(2)
    workers = [start("worker", str(number), *ports) for number in range(2)]
    for number, worker in enumerate(workers):
        found[f"worker {number}"] = told(worker)
    return found


@pytest.mark.parametrize("where", ["mirrored", "worker 0", "worker 1"])
def test_two_devices_lose_what_one_loses(runs, where):
    assert (runs["one"]["devices"], runs[where]["devices"]) == (1, 2)
    np.testing.assert_allclose(runs[where]["loss"], runs["one"]["loss"], rtol=1e-5)
    np.testing.assert_allclose(runs[where]["seen"], runs["one"]["seen"], rtol=1e-4)
    assert runs["one"]["loss"][-1] < 0.1 * runs["one"]["loss"][0]  # it learns at all
