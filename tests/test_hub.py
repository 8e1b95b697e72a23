"""The class Hub's parts that need no Hub: copies, limits, settings, the lock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from traitlets.config.loader import PyFileConfigLoader

from lecturekit.hub import sizing, start
from lecturekit.hub.own_copy import add_missing

ROOT = Path(__file__).parents[1]
HUB = ROOT / "lecturekit" / "hub"


@pytest.fixture
def lecture(tmp_path):
    """A checkout in small, with solutions in it."""
    folder = tmp_path / "checkout" / "notebooks"
    for name in ("00.ipynb", "glossary.md", "for_lecturers.md", "images/a.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"the lecture's {name}", encoding="utf-8")
    (folder / "homework" / "source").mkdir(parents=True)
    (folder / "homework" / "source" / "h1.ipynb").write_text("solutions", encoding="utf-8")
    return folder


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_copy_holds_what_students_need_and_no_solutions(lecture, tmp_path):
    add_missing(lecture, tmp_path / "own")
    assert names(tmp_path / "own") == {"00.ipynb", "glossary.md", "images/a.png"}


def test_work_is_never_overwritten_and_what_was_deleted_comes_back(lecture, tmp_path):
    own = tmp_path / "own"
    add_missing(lecture, own)
    (own / "00.ipynb").write_text("my work", encoding="utf-8")
    (own / "glossary.md").unlink()
    (lecture / "00.ipynb").write_text("a newer lecture", encoding="utf-8")
    assert add_missing(lecture, own) == [own / "glossary.md"]
    assert (own / "00.ipynb").read_text(encoding="utf-8") == "my work"


def test_a_link_of_a_student_stays_and_is_not_followed(lecture, tmp_path):
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    (own / "00.ipynb").symlink_to(elsewhere)
    add_missing(lecture, own)
    assert (own / "00.ipynb").is_symlink()
    assert not elsewhere.exists()


def test_homework_is_given_out_beside_the_notebooks(lecture, tmp_path):
    handout = tmp_path / "handout"
    (handout / "h1").mkdir(parents=True)
    (handout / "h1" / "h1.ipynb").write_text("blanks", encoding="utf-8")
    start.give_out(tmp_path / "home", lecture.parent, {start.HANDOUT: str(handout)})
    own = tmp_path / "home" / start.FOLDER / "notebooks"
    assert (own / "homework" / "h1" / "h1.ipynb").read_text(encoding="utf-8") == "blanks"


def test_compiled_code_is_copied_where_numba_will_look(lecture, tmp_path):
    kept = start.compiled(lecture.parent) / "umap_1"
    kept.mkdir(parents=True)
    (kept / "layout.nbi").write_bytes(b"machine code")
    home = tmp_path / "home"
    start.give_out(home, lecture.parent, {})
    place = Path(start.environment(home, {}, "/run/me")["NUMBA_CACHE_DIR"])
    assert (place / "umap_1" / "layout.nbi").read_bytes() == b"machine code"


@pytest.mark.parametrize("limit, threads", [("2", "2"), ("0.5", "1"), ("", "1")])
def test_threads_follow_the_limit_of_the_hub(limit, threads, tmp_path):
    env = start.environment(tmp_path, {"CPU_LIMIT": limit, "OMP_NUM_THREADS": "64"}, "")
    counts = [value for name, value in env.items() if name.endswith("_THREADS")]
    assert counts == [threads] * 5


@pytest.mark.skipif(sys.platform != "linux", reason="the Hub's limit is one of Linux")
def test_a_process_that_wants_more_than_its_limit_gets_a_memory_error():
    code = (
        "from lecturekit.hub.start import limit_memory\n"
        "limit_memory(512 * 2**20)\n"
        "small = bytearray(64 * 2**20)\n"
        "try: bytearray(2**30)\n"
        "except MemoryError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("refused\n", 0)


def test_the_machine_of_the_guide_carries_twenty_students():
    assert sizing.students_that_fit(24 * 1024) >= 20
    assert sizing.students_that_fit(1) == 1


def test_threads_are_shared_out_and_everybody_has_one():
    assert [sizing.threads_each(cores, 20) for cores in (2, 20, 64)] == [1, 1, 3]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """The settings as JupyterHub reads them, without a JupyterHub."""
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o022)
    try:
        return PyFileConfigLoader("jupyterhub_config.py", str(HUB)).load_config()
    finally:
        os.umask(mask)


def test_every_server_starts_through_the_copy_and_the_limits(settings):
    assert settings.Spawner.cmd == [sys.executable, "-m", "lecturekit.hub.start"]
    assert settings.Spawner.mem_limit == f"{sizing.LIMIT_MIB}M"
    assert settings.Spawner.notebook_dir == f"~/{start.FOLDER}"
    first = settings.Spawner.default_url.removeprefix("/lab/tree/")
    assert (ROOT / first).is_file()


def test_passwords_travel_on_this_machine_only(settings):
    assert settings.JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_who_ends_idle_servers_may_do_that_and_no_more(settings):
    (role,) = settings.JupyterHub.load_roles
    assert role["services"] == [service["name"] for service in settings.JupyterHub.services]
    assert not [scope for scope in role["scopes"] if scope.startswith("admin")]


def locked(path: Path) -> dict[str, set[str]]:
    """Package → the versions that a lock pins."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


def test_the_hub_changes_no_version_of_the_lecture():
    lecture, hub = locked(ROOT / "requirements.lock"), locked(HUB / "requirements.lock")
    assert {"jupyterhub", "jupyterhub-idle-culler", "nbgitpuller"} <= set(hub) - set(lecture)
    assert {n: hub[n] for n in hub if n in lecture and not hub[n] <= lecture[n]} == {}


def test_the_hubs_lock_is_hashed_and_names_no_host():
    text = (HUB / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"\S*(?://|@|--index|--find-links|\bfile:)\S*", text) == []
    entries = text.replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


GUIDE = (ROOT / "notebooks" / "for_hubs.md").read_text(encoding="utf-8")


def test_relative_links_of_the_guide_lead_to_files():
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", GUIDE) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / "notebooks" / link).is_file()] == []


def test_make_has_the_targets_that_the_guide_names():
    targets = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    named = set(re.findall(r"(?m)(?:^|`|&& )make ([a-z]+)", GUIDE))
    assert "hub" in named
    assert named <= set(targets)


def test_links_of_the_guide_open_the_first_notebook():
    places = [unquote(place) for place in re.findall(r"urlpath=(\S+)", GUIDE)]
    assert len(places) == 2
    for place in places:
        path = place.removeprefix("lab/tree/").removeprefix("REPO/")
        assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", ["STUDENT_MIB", "SYSTEM_MIB", "LIMIT_MIB"])
def test_the_guide_counts_as_the_settings_do(name):
    assert f"{getattr(sizing, name):,} MiB" in GUIDE
