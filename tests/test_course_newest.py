"""The newest packages: what differs from the lock is told, and the tests run in their own place."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from make_notebooks import checkout

from lecturekit.course import cli, newest

ROOT = Path(__file__).parents[1]
LOCK = """\
Alpha_x==1.0 \\
    --hash=sha256:00 \\
    --hash=sha256:11
beta==2.0.post1 ; python_full_version < '3' \\
    --hash=sha256:22
beta==2.1 ; python_full_version >= '3' \\
    --hash=sha256:33
gone==3 ; sys_platform == 'nowhere' \\
    --hash=sha256:44
"""


def test_the_lock_is_read_for_this_python_and_system():
    assert newest.locked(LOCK) == {"alpha-x": "1.0", "beta": "2.1"}


def test_the_lock_of_the_lecture_names_what_it_is_made_from():
    found = newest.locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and line[0] != "#"} <= found.keys()


def test_what_an_environment_holds_is_what_its_python_imports():
    import numpy

    found = newest.installed(Path(sys.executable))
    assert found["numpy"] == numpy.__version__ and "lecturekit" not in found


def test_the_table_has_a_line_for_each_package_that_differs():
    before, after = {"a": "1", "bb": "2.0", "c": "3"}, {"a": "1", "bb": "2.1", "d": "4"}
    assert newest.table(before, after).splitlines() == [
        "package   locked   newest",
        "bb        2.0      2.1",
        "c         3        -",
        "d         -        4",
        "1 packages are as locked",
    ]
    assert newest.table(before, before) == "3 packages are as locked"


def test_every_pattern_of_what_is_left_out_fits_a_test():
    files = [str(path) for path in (ROOT / "tests").rglob("test_*.py")]
    for pattern in newest.LEFT_OUT:
        assert any(fnmatch(path, pattern) for path in files), pattern


@pytest.fixture
def lecture(tmp_path, monkeypatch):
    """A checkout with a lock and two tests; its environment is a folder with nothing in it."""
    root = checkout(tmp_path / "a b")
    (root / "requirements.lock").write_text(LOCK)
    (root / "tests" / "homework").mkdir(parents=True)
    (root / "tests" / "test_fast.py").write_text("def test_yes(): pass\ndef test_no(): assert 0\n")
    (root / "tests" / "homework" / "test_slow.py").write_text("def test_slow(): pass\n")

    def make(folder: Path, wanted: Path, root: Path) -> Path:
        assert wanted == root / "requirements.in"
        folder.mkdir(parents=True)
        return Path(sys.executable)

    monkeypatch.setattr(newest, "make", make)
    monkeypatch.setattr(newest, "installed", lambda python: {"alpha-x": "1.5", "beta": "2.1"})
    monkeypatch.chdir(root)
    return root


def test_what_breaks_is_told_below_what_is_newer_and_the_environment_stays(lecture, capfd):
    assert cli.main(["newest"]) == 1
    told = capfd.readouterr().out
    newer, broken = told.index("alpha-x   1.0      1.5"), told.index("FAILED tests/test_fast.py")
    assert newer < broken and "1 failed, 1 passed" in told
    assert "stays in" in told and (lecture / "build" / "newest").is_dir()


def test_given_options_take_the_place_of_the_fast_part(lecture, capfd):
    assert cli.main(["newest", "tests", "-k", "yes or slow"]) == 0
    assert "2 passed, 1 deselected" in capfd.readouterr().out
    assert not (lecture / "build" / "newest").exists()


def test_a_missing_lock_is_named(lecture, capsys):
    (lecture / "requirements.lock").unlink()
    assert cli.main(["newest"]) == 1
    assert "git checkout -- requirements.lock" in capsys.readouterr().err


def test_packages_that_cannot_be_had_are_told(tmp_path, monkeypatch, capsys):
    root = checkout(tmp_path)
    (root / "requirements.lock").write_text(LOCK)
    (root / "requirements.in").write_text("no-such-package-of-the-lecture\n")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.chdir(root)
    assert cli.main(["newest"]) == 1
    assert "could not be installed" in capsys.readouterr().err


def test_the_environment_is_one_of_its_own(tmp_path, monkeypatch):
    """Nothing to install: the packages are none, and lecturekit is left to the second call."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(newest, "uv", lambda *words: asked.append(words) or True)
    python = newest.make(tmp_path / "new", tmp_path / "requirements.in", tmp_path)
    where = "import sys; print(sys.prefix)"
    answer = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    assert Path(answer.stdout.strip()) == tmp_path / "new" != Path(sys.prefix)
    for words in asked:
        assert words[words.index("--python") + 1] == str(python), json.dumps(words)
    assert "--upgrade" in asked[0] and len(asked) == 2
