"""The verdict on this computer: each fact can fail, and the first failure says what to do."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from lecturekit.environment import KERNEL_MIB, NEEDED, Check, checks, verdict


@pytest.fixture
def enough(monkeypatch):
    """A computer with just enough memory."""
    memory = SimpleNamespace(available=KERNEL_MIB * 2**20)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    return memory


def by_name() -> dict[str, Check]:
    return {check.what: check for check in checks()}


def test_this_environment_is_ready(enough):
    found = by_name()
    assert {"Python", *NEEDED, "free memory", "processor cores"} == set(found)
    assert [check for check in found.values() if not check.good] == []
    assert found["tensorflow"].found == importlib.metadata.version("tensorflow")
    assert found["free memory"].found == f"{KERNEL_MIB:,} MiB"
    assert verdict(checks()).startswith("Ready")


def test_too_little_memory(enough):
    enough.available -= 2**20
    check = by_name()["free memory"]
    assert not check.good and "close other notebooks" in check.remedy
    assert verdict(checks()).startswith(f"Not ready: free memory is {KERNEL_MIB - 1:,} MiB. To do:")


@pytest.mark.parametrize(
    ("version", "good"),
    [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 5), True), ((3, 14, 0), False)],
)
def test_python_versions(monkeypatch, enough, version, good):
    monkeypatch.setattr(sys, "version_info", version)
    check = by_name()["Python"]
    assert check.good is good and check.found == ".".join(map(str, version))
    assert "3.11, 3.12 or 3.13" in check.remedy


@pytest.mark.parametrize("package", NEEDED)
def test_a_missing_package_is_named(monkeypatch, enough, package):
    version = importlib.metadata.version

    def without(name):
        if name == package:
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", without)
    assert verdict(checks()) == f"Not ready: {package} is missing. To do: set up again: make setup."


def test_the_first_of_several_failures_comes_first():
    fine = Check("A", "1", True)
    bad = [Check(name, "missing", False, f"get {name}") for name in ("B", "C", "D")]
    assert verdict([fine, *bad]) == "Not ready: B is missing. To do: get B. (2 more below)"
    assert verdict([fine, bad[1]]) == "Not ready: C is missing. To do: get C."
    assert verdict([fine]) == "Ready: everything the lecture needs is here."


def test_looking_loads_no_package():
    code = (
        "import sys; from lecturekit.environment import checks; checks();"
        "print([m for m in ('tensorflow', 'keras', 'plotly', 'jupyterlab') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
