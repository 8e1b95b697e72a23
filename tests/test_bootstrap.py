"""bootstrap.py: which Python, when to work, what it says; nothing is installed here."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name != "posix", reason="shell scripts as stand-ins for Python")


def load(path: Path) -> ModuleType:
    """bootstrap.py as a module; it is a script beside the package, not part of it."""
    spec = importlib.util.spec_from_file_location("bootstrap", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = load(ROOT / "bootstrap.py")
STEPS = (
    "install_packages", "install_lecturekit", "relative_path_file", "write_settings",
    "compile_packages",
)  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bootstrap.py in a checkout of its own whose steps only take notes in `done`."""
    for name in ("bootstrap.py", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    module = load(tmp_path / "bootstrap.py")
    module.done = []
    module.real = {step: getattr(module, step) for step in STEPS}

    def create(folder: str, **options: object) -> None:
        module.done.append("venv")
        for path in (module.PYTHON, module.COMMAND):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Path(path).touch()

    monkeypatch.setattr(venv, "create", create)
    monkeypatch.setattr(module, "is_usable", lambda: False)
    for step in STEPS:
        monkeypatch.setattr(module, step, lambda *_, step=step: module.done.append(step))
    return module


def again(module: ModuleType) -> list[str]:
    """Run set-up and return what it did."""
    module.done.clear()
    assert module.main(["--quiet"]) == 0
    return list(module.done)


ALL = ["venv", *STEPS]
UPDATE = list(STEPS)


def test_the_second_run_has_nothing_to_do(tree: ModuleType) -> None:
    assert again(tree) == ALL
    assert again(tree) == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "bootstrap.py"])
def test_a_changed_source_updates_in_place(tree: ModuleType, name: str) -> None:
    again(tree)
    with open(os.path.join(tree.ROOT, name), "a") as file:
        file.write("\n")
    assert again(tree) == UPDATE
    assert again(tree) == []


def test_a_moved_checkout_is_made_anew(tree: ModuleType) -> None:
    again(tree)
    Path(tree.STAMP).write_text(tree.place(sys.version_info) + "/elsewhere\n" + tree.content())
    assert again(tree) == ALL


def test_another_python_is_made_anew(tree: ModuleType) -> None:
    again(tree)
    other = next(pair for pair in tree.SUPPORTED if pair != sys.version_info[:2])
    Path(tree.STAMP).write_text(f"{tree.place(other)}\n{tree.content()}")
    assert again(tree) == ALL


def test_a_broken_environment_is_made_anew(tree: ModuleType) -> None:
    again(tree)
    os.remove(tree.PYTHON)
    assert again(tree) == ALL


def test_a_lost_command_is_installed_again(tree: ModuleType) -> None:
    again(tree)
    os.remove(tree.COMMAND)
    assert again(tree) == UPDATE


def test_an_environment_of_another_tool_is_filled_not_removed(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tree.VENV)
    Path(tree.VENV, "mine").touch()
    monkeypatch.setattr(tree, "is_usable", lambda: True)
    assert again(tree) == UPDATE
    assert Path(tree.VENV, "mine").exists()


def test_an_update_without_network_keeps_what_was_there(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(tree)
    with open(tree.LOCK, "a") as file:
        file.write("\n")
    with monkeypatch.context() as patch:
        patch.setattr(tree, "install_packages", tree.real["install_packages"])
        patch.setattr(tree, "run", lambda *command: False)
        assert tree.main([]) == 1
    assert again(tree) == UPDATE


@pytest.mark.parametrize("step", STEPS)
def test_after_ctrl_c_the_next_run_starts_from_nothing(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, step: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tree, step, interrupt)
        assert tree.main([]) == 130
    assert "was stopped. Repeat it:" in capsys.readouterr().err
    assert again(tree) == ALL


def test_it_ends_with_the_next_step(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert tree.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Ready. Next:   make lab")
    monkeypatch.setattr(tree, "WINDOWS", True)
    assert tree.next_step().endswith(r".venv\Scripts\lecturekit lab")


def test_a_failed_download_says_how_to_repeat(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    commands = []
    monkeypatch.setattr(tree, "install_packages", tree.real["install_packages"])
    monkeypatch.setattr(tree, "run", lambda *command: commands.append(command))
    assert tree.main([]) == 1
    message = capsys.readouterr().err
    for words in ("could not be installed", "Without a network", "Then repeat: python"):
        assert words in message
    assert [(c[0][:11], "--require-hashes" in c[0]) for c in commands] == [
        ("pip install", True)
    ] * 2
    assert not [path for path in os.listdir(tree.VENV) if "uv" in path]


class Tool:
    """A byte-compiler at work."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def terminate(self) -> None:
        self.done.append("terminated")


@pytest.fixture
def compiling(tree: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Tool:
    tool = Tool()
    monkeypatch.setattr(tree, "compile_packages", tree.real["compile_packages"])
    monkeypatch.setattr(tree, "site_packages", lambda: "packages")
    monkeypatch.setattr(tree, "start", lambda *command: tool.done.append(command[0][:10]) or tool)
    monkeypatch.setattr(tree, "end", lambda which: which.done.append("ended"))
    return tool


def test_umap_is_compiled_beside_the_packages_and_may_fail(
    tree: ModuleType,
    compiling: Tool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    monkeypatch.setattr(tree, "run", lambda words: compiling.done.append(words))
    assert tree.main([]) == 0
    assert compiling.done == ["compileall", "lecturekit.latent.warm", "ended"]
    assert "UMAP failed, which harms nobody" in capsys.readouterr().out


def test_ctrl_c_ends_what_compiles_beside(
    tree: ModuleType, compiling: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tree, "run", interrupt)
    assert tree.main([]) == 130
    assert compiling.done == ["compileall", "terminated", "ended"]


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_names_the_package(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert tree.main([]) == 1
    message = capsys.readouterr().err
    assert f"has no {module} module" in message
    assert "sudo apt install python3-venv" in message


def test_a_missing_lock_is_told(tree: ModuleType, capsys: pytest.CaptureFixture) -> None:
    os.remove(tree.LOCK)
    assert tree.main([]) == 1
    assert "git checkout -- requirements.lock" in capsys.readouterr().err


def test_an_unknown_option_is_refused(tree: ModuleType, capsys: pytest.CaptureFixture) -> None:
    assert tree.main(["--fast"]) == 2
    assert "--quiet" in capsys.readouterr().out
    assert tree.done == []


def stand_in(folder: Path, name: str, script: str) -> None:
    """An executable of that name."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@posix
def test_the_newest_python_that_runs_is_found(tmp_path: Path) -> None:
    shims, system = tmp_path / "shims", tmp_path / "system"
    stand_in(shims, "python3.13", "echo 'pyenv: version not installed' >&2; exit 127")
    stand_in(shims, "python3.12", "exit 127")
    stand_in(system, "python3.12", "echo 3.12")
    stand_in(system, "python3.11", "echo 3.11")
    folders = [str(shims), str(tmp_path / "none"), str(system)]
    assert bootstrap.find_python(folders) == [str(system / "python3.12")]
    assert bootstrap.find_python(folders[:2]) is None


@posix
@pytest.mark.parametrize("version", [(3, 8, 18), (3, 14, 0)])
def test_an_unfit_python_hands_over_to_one_that_fits(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]
) -> None:
    calls = []
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(tree, "find_python", lambda: ["/usr/bin/python3.12"])
    monkeypatch.setattr(subprocess, "call", lambda words: calls.append(words) or 7)
    assert tree.main(["--quiet"]) == 7
    assert calls == [["/usr/bin/python3.12", os.path.realpath(tree.__file__), "--quiet"]]


def test_an_unfit_python_alone_says_what_to_install(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(tree, "find_python", lambda: None)
    assert tree.main([]) == 1
    message = capsys.readouterr().err
    assert "Python 3.11, 3.12 or 3.13 is needed; this is 3.14" in message
    assert "Install one:" in message
    assert tree.done == []


def test_an_unfit_python_is_enough_when_all_is_ready(
    tree: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(tree)
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(tree, "find_python", lambda: pytest.fail("looked for a Python"))
    assert again(tree) == []


def test_old_pythons_can_read_the_script() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_uv_is_taken_from_its_block_of_the_lock() -> None:
    first, *hashes = bootstrap.uv_block((ROOT / "requirements.lock").read_text()).splitlines()
    assert first.startswith("uv==") and first.endswith("\\")
    assert hashes and all(line.strip().startswith("--hash=sha256:") for line in hashes)
    assert [line.endswith("\\") for line in hashes] == [True] * (len(hashes) - 1) + [False]


def test_a_lock_without_uv_is_told() -> None:
    with pytest.raises(bootstrap.SetupError, match="pins no uv"):
        bootstrap.uv_block("uvicorn==1 \\\n    --hash=sha256:0\n")


def test_overrides_join_what_is_there_and_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True)
    plugin = "@jupyterlab/apputils-extension:notification"
    path.write_text(json.dumps({"theme": {"a": 1}, plugin: {"doNotDisturbMode": True}}))
    bootstrap.write_settings(str(tmp_path))
    assert json.loads(path.read_text()) == {
        "theme": {"a": 1},
        plugin: {"doNotDisturbMode": True, "fetchNews": "false", "checkForUpdates": False},
    }
    inode = path.stat().st_ino
    bootstrap.write_settings(str(tmp_path))
    assert path.stat().st_ino == inode


def test_the_checkout_is_on_the_path_by_a_relative_name(tree: ModuleType) -> None:
    packages = Path(tree.site_packages())
    packages.mkdir(parents=True)
    (packages / "_lecturekit.pth").write_text("/somewhere/ü")
    tree.real["relative_path_file"]()
    line = (packages / "_lecturekit.pth").read_text()
    assert line.isascii() and line.endswith("\n")
    assert (packages / line.strip()).resolve() == Path(tree.ROOT)
