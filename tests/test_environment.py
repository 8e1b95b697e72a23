"""The descriptions of the environment agree: lock, requirements.in, environment.yml, pyproject."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from test_bootstrap import bootstrap

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYTHONS = SpecifierSet(
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
)
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked() -> list[tuple[Requirement, list[str]]]:
    """(requirement, hashes) of every entry of the lock."""
    entries = LOCK.replace("\\\n", " ").splitlines()
    return [(Requirement(entry.partition(" --hash")[0]), HASH.findall(entry)) for entry in entries]


def wanted() -> list[str]:
    """The packages that requirements.in names."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [canonicalize_name(line) for line in lines if line and not line.startswith("#")]


def test_every_entry_is_pinned_with_hashes() -> None:
    loose = [
        str(requirement)
        for requirement, hashes in locked()
        if not hashes or not re.fullmatch(r"==[0-9a-zA-Z.+!]+", str(requirement.specifier))
    ]
    assert loose == []


def test_the_lock_names_no_host() -> None:
    assert re.findall(r"\S*(?://|@|--index|--find-links|\bfile:)\S*", LOCK) == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_wanted_package_is_locked_once_for_each_python(python: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.9"}
    names = [
        canonicalize_name(requirement.name)
        for requirement, _ in locked()
        if requirement.marker is None or requirement.marker.evaluate(here)
    ]
    assert [name for name in wanted() if names.count(name) != 1] == []


def test_the_head_of_requirements_tells_how_the_lock_is_made() -> None:
    head = (ROOT / "requirements.in").read_text(encoding="utf-8").replace("\\\n#", "")
    (command,) = re.findall(r"uv pip compile .*", head)
    for word in ("--universal", "--generate-hashes", "--no-emit-index-url", "-o requirements.lock"):
        assert word in command


def test_bootstrap_takes_the_pythons_that_pyproject_admits() -> None:
    minors = [(3, minor) for minor in range(8, 20)]
    admitted = {pair for pair in minors if PYTHONS.contains(f"{pair[0]}.{pair[1]}.5")}
    assert set(bootstrap.SUPPORTED) == admitted


def test_the_conda_environment_is_the_lock() -> None:
    assert set(CONDA) == {"name", "channels", "dependencies"}
    python, pip, by_pip = CONDA["dependencies"]
    assert pip == "pip"  # conda wants it named before it is used
    assert by_pip == {"pip": ["-r requirements.lock"]}
    pin = re.fullmatch(r"python=(\d\.\d+)", python)
    assert pin is not None
    assert PYTHONS.contains(f"{pin[1]}.5")


def test_images_install_lecturekit_after_the_conda_environment() -> None:
    script = ROOT / "postBuild"
    assert script.stat().st_mode & 0o111
    assert "bootstrap.py --here" in script.read_text(encoding="utf-8")
