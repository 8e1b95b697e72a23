"""Bad surroundings: little memory, no display, no browser, a taken port, a folder that cannot be
written, an odd path, a second checkout. Each is told with its remedy, or does not matter."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from make_notebooks import checkout as make_checkout
from make_notebooks import code

from lecturekit import environment, memory
from lecturekit.course import checkout, cli, lab, share
from lecturekit.course.errors import CourseError
from lecturekit.course.run import run
from lecturekit.course.share import tight, too_little
from lecturekit.course.worker import death
from lecturekit.course.writable import can_write
from lecturekit.memory import Memory

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "lecturekit.course.cli"]
ODD = "Übung 1 – Claude's 🎓 {n}"
GIB = 2**30
posix = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX systems")


# --- too little memory ----------------------------------------------------------------------


def group(root: Path, folder: str, version: int, limit: object, held: int, droppable: int) -> None:
    """The files of a control group in a made-up system."""
    first, second, line = memory.VERSION_2 if version == 2 else memory.VERSION_1
    place = root / "sys/fs/cgroup" / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / first).write_text(f"{limit}\n")
    (place / second).write_text(f"{held}\n")
    (place / "memory.stat").write_text(f"anon 5\n{line} {droppable}\nfile 9\n")


def system(root: Path, *lines: str) -> Path:
    """A made-up system whose process lies in the control groups of these lines."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("".join(f"{line}\n" for line in lines))
    return root


@pytest.mark.parametrize(
    "line, folder, version",
    [
        ("0::/", ".", 2),
        ("0::/user.slice/lab", "user.slice/lab", 2),
        ("0::/user.slice/lab", "user.slice", 2),
        ("0::/docker/4f2", ".", 2),
        ("0::/lab", "unified/lab", 2),
        ("4:cpu,memory:/lab", "memory/lab", 1),
        ("4:memory:/docker/4f2", "memory", 1),
    ],
    ids=["root", "own", "parent", "hidden way", "hybrid", "version 1", "version 1, hidden way"],
)
def test_the_limit_of_a_container_is_found(
    tmp_path: Path, line: str, folder: str, version: int
) -> None:
    group(system(tmp_path, line), folder, version, 2 * GIB, GIB, GIB // 4)
    (found,) = memory.in_groups(tmp_path)
    assert found.mib == 1280
    assert str(found) == "1,280 MiB in this container"
    assert "give the container more memory" in found.remedy


@pytest.mark.parametrize(
    "lines", [["0::/lab"], ["4:cpu:/lab"], []], ids=["no limit", "another controller", "none"]
)
def test_a_group_without_a_limit_limits_nothing(tmp_path: Path, lines: list[str]) -> None:
    group(system(tmp_path, *lines), "lab", 2, "max", GIB, 0)
    group(tmp_path, "memory/lab", 1, GIB, 0, 0)
    assert list(memory.in_groups(tmp_path)) == []
    assert list(memory.in_groups(tmp_path / "no system")) == []


def test_a_group_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    group(system(tmp_path, "0::/"), ".", 2, GIB, 2 * GIB, 0)
    assert [found.mib for found in memory.in_groups(tmp_path)] == [0]


def test_the_least_counts_and_swap_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=GIB))
    monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(free=2 * GIB))
    monkeypatch.setattr(memory, "in_address_space", lambda: iter(()))
    monkeypatch.setattr(memory, "in_groups", lambda: iter([Memory(2048, " there")]))
    assert (memory.free().mib, memory.free().where) == (1024, "")
    assert (memory.free(swap=True).mib, memory.free(swap=True).where) == (2048, " there")


def limited(words: list[str], mib: int, **options: object) -> subprocess.CompletedProcess:
    """Run a command under `ulimit -v`."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (mib * 2**20, mib * 2**20))

    return subprocess.run(
        words, preexec_fn=limit, capture_output=True, text=True, timeout=120, **options
    )


@posix
def test_a_limit_of_the_shell_counts_without_what_is_only_mapped() -> None:
    done = limited(
        [sys.executable, "-c", "from lecturekit.memory import free; print(free(), free().remedy)"],
        memory.MAPPED + 200,
    )
    assert done.stdout.startswith("200 MiB under ulimit -v"), done.stderr
    assert "ulimit -v unlimited" in done.stdout


def test_the_readiness_check_counts_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    little = Memory(700.4, " in this container", "give it more")
    monkeypatch.setattr(memory, "free", lambda **_: little)
    told = environment.verdict(environment.checks())
    assert told == ("Not ready: free memory is 700 MiB in this container. To do: give it more.")


def test_what_may_get_tight_is_said_before_the_run() -> None:
    names = ["00_start_here", "02_contrastive", "03_triplet"]
    assert tight(names, 1, Memory(1536)) == ""
    assert tight(names, 2, Memory(3072)) == ""
    assert tight(["00_start_here"], 1, Memory(256)) == ""
    alone = tight(names[:2], 1, Memory(1535.9))
    assert alone.startswith(
        "02_contrastive may take 1,536 MiB of memory, 1,535 MiB are free: close"
    )
    assert "--jobs" not in alone
    both = tight(names, 2, Memory(3000))
    assert both.startswith("2 notebooks at a time may take 3,072 MiB of memory, 3,000 MiB are free")
    assert both.endswith("or use --jobs 1.")


def test_a_notebook_is_refused_where_not_even_half_of_its_memory_is_there() -> None:
    assert too_little("02_contrastive", Memory(768)) == ""
    assert too_little("00_start_here", Memory(128)) == ""
    word = too_little("02_contrastive", Memory(767, " in this container", "give it more"))
    assert word.startswith("was not started: it may take 1,536 MiB of memory, 767 MiB in this con")
    assert "To do: give it more; or run fewer at a time (--jobs 1)." in word


@posix
def test_the_command_says_so_instead_of_a_dead_kernel(tmp_path: Path) -> None:
    root = make_checkout(tmp_path / ODD, **{"00_start_here": [code("1")], "01_big": [code("2")]})
    done = limited([*COMMAND, "run"], memory.MAPPED + 300, cwd=root)
    status = json.loads((root / "build" / "status.json").read_text(encoding="utf-8"))
    assert {o["notebook"]: o["result"] for o in status} == {
        "00_start_here": "ok",
        "01_big": "no memory",
    }
    assert done.returncode == 1
    assert done.stderr.index("01_big may take") < done.stderr.index("01_big: was not started")
    assert not (root / "build" / "logs" / "01_big.log").exists()


@posix
def test_a_killed_kernel_is_told_from_one_that_ended(tmp_path: Path) -> None:
    endings = {
        "killed": "import os\nos.kill(os.getpid(), 9)",
        "left": "import os\nos._exit(3)",
        "crashed": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
    }
    root = make_checkout(tmp_path / ODD, **{name: [code(text)] for name, text in endings.items()})
    outcomes = {o.notebook: o for o in run(checkout.notebooks(root), tmp_path / "out", jobs=3)}
    assert {outcome.result for outcome in outcomes.values()} == {"kernel died"}
    assert "killed it (SIGKILL), as it does when memory runs out" in outcomes["killed"].message
    assert "ended by itself (exit status 3)" in outcomes["left"].message
    assert "crashed (SIGSEGV)" in outcomes["crashed"].message
    assert "memory" not in outcomes["left"].message + outcomes["crashed"].message


def test_an_unknown_end_is_put_down_to_memory_as_most_are() -> None:
    assert death(None).startswith("Most often memory runs out.")
    assert death(-200).startswith("It crashed (signal 200)")


# --- no display, no browser, a taken port, kernels of others ---------------------------------


@pytest.mark.parametrize(
    "variables, name, shown",
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "my-browser"}, "linux", True),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_display_is_needed_on_linux_only(
    variables: dict[str, str], name: str, shown: bool
) -> None:
    assert lab.has_display(variables, name) is shown


@pytest.fixture(scope="module")
def lab_in_the_way(tmp_path_factory: pytest.TempPathFactory):
    """`lecturekit lab` without a display, at a taken port, in an odd folder, for a user who has
    registered another kernel under the same name in two places and has a browser for terminals."""
    place = tmp_path_factory.mktemp("lab")
    root = make_checkout(place / ODD, **{"00_first": [code("1")]})
    other = {"argv": ["/other"], "display_name": "other", "language": "python"}
    for folder in ("user", "path"):
        kernel = place / folder / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps(other))
    w3m = place / "bin" / "w3m"
    w3m.parent.mkdir()
    w3m.write_text(f"#!/bin/sh\ntouch '{place}/w3m-was-opened'\n")
    w3m.chmod(0o755)
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME", "LECTUREKIT_STATIC")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"PATH": f"{w3m.parent}:{os.environ['PATH']}", "TERM": "xterm", "PYTHONUTF8": "1"}
    env |= {"JUPYTER_DATA_DIR": str(place / "user"), "JUPYTER_PATH": str(place / "path")}
    env |= {"JUPYTER_CONFIG_DIR": str(place / "c"), "JUPYTER_RUNTIME_DIR": str(place / "r")}
    log = place / "lab.log"
    with socket.socket() as taken, log.open("w") as file:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = subprocess.Popen(
            [*COMMAND, "lab", "--port", str(port)], cwd=root, env=env, stdout=file, stderr=file
        )
        try:
            yield SimpleNamespace(server=server, port=port, place=place, address=address(log))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)


def address(log: Path) -> re.Match:
    """What the lab tells a person to open, when it has told it."""
    end = time.monotonic() + 60
    told = r"Or copy and paste one of these URLs:\s+(http://127\.0\.0\.1:(\d+))(\S*)\?token=(\w+)"
    while not (found := re.search(told, log.read_text(encoding="utf-8"))):
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    return found


def ask(address: re.Match, path: str, data: bytes | None = None) -> dict:
    """The server's answer."""
    request = urllib.request.Request(
        f"{address[1]}/{path}", data, {"Authorization": f"token {address[4]}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@posix
def test_without_a_display_the_address_is_printed_and_no_terminal_browser_opens(
    lab_in_the_way: SimpleNamespace,
) -> None:
    assert lab_in_the_way.address[3] == "/lab/tree/notebooks/00_first.ipynb"
    time.sleep(1)  # it would open beside the server's loop
    assert not (lab_in_the_way.place / "w3m-was-opened").exists()


@posix
def test_at_a_taken_port_the_next_one_is_used(lab_in_the_way: SimpleNamespace) -> None:
    assert int(lab_in_the_way.address[2]) != lab_in_the_way.port
    assert "00_first.ipynb" in str(ask(lab_in_the_way.address, "api/contents/notebooks"))


@posix
def test_the_lab_starts_its_own_python_whatever_the_user_has_registered(
    lab_in_the_way: SimpleNamespace,
) -> None:
    kernel = ask(lab_in_the_way.address, "api/kernels", b'{"name": "python3"}')["id"]
    children = psutil.Process(lab_in_the_way.server.pid).children()
    commands = [child.cmdline() for child in children]
    (command,) = [words for words in commands if any(kernel in word for word in words)]
    assert command[0] == sys.executable


@pytest.mark.parametrize("number", ["0", "65536", "-1"])
def test_a_port_that_does_not_exist_is_refused(number: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["lab", f"--port={number}"])
    assert ended.value.code == 2


@posix
def test_without_chromium_tests_are_skipped_and_say_what_to_install(tmp_path: Path) -> None:
    words = ["tests/test_portable_browser.py", "-q", "-rs", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=ROOT, capture_output=True, text=True,
        timeout=120, env=os.environ | {"PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "no Chromium: install Debian's chromium package" in done.stdout
    assert "passed" not in done.stdout


# --- a folder that cannot be written --------------------------------------------------------


@pytest.fixture(scope="module")
def read_only():
    """Run a command for which a folder is read-only, for root as well."""

    def run(folder: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        wall = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        wall += ["--ro-bind", str(folder), str(folder), "--chdir", str(cwd or folder), "--"]
        return subprocess.run([*wall, *words], capture_output=True, text=True, timeout=120)

    if shutil.which("bwrap") is None or run(ROOT, "true").returncode:
        pytest.skip("no read-only folder can be made: install Debian's bubblewrap package")
    return run


@pytest.mark.parametrize(
    "words",
    [["run", "00"], ["run", "00", "--over", "seeds=3,4"], ["site"], ["homework", "release"]],
    ids=["run", "sweep", "site", "release"],
)
def test_in_a_read_only_checkout_a_command_names_the_folder_and_the_option(
    read_only, words: list[str]
) -> None:
    done = read_only(ROOT, *COMMAND, *words)
    assert done.returncode == 1
    assert str(ROOT / "build") in done.stderr
    assert "Read-only file system" in done.stderr
    assert "choose another folder with --out DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_read_only_checkout_runs_and_is_checked_when_results_go_elsewhere(
    read_only, tmp_path: Path
) -> None:
    root = make_checkout(tmp_path / ODD, **{"00_start_here": [code("print('here')")]})
    done = read_only(root, *COMMAND, "run", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "notebooks" / "00_start_here.ipynb").exists()


def test_set_up_in_a_read_only_checkout_says_to_copy_it(read_only, tmp_path: Path) -> None:
    root = tmp_path / ODD
    root.mkdir()
    for name in ("bootstrap.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    done = read_only(root, sys.executable, "bootstrap.py")
    assert done.returncode == 1
    assert f"{root} cannot be written" in done.stderr
    assert f'Copy it to a folder of your own:   cp -r "{root}" lecture' in done.stderr
    assert "Making" not in done.stdout


def test_the_lab_says_beforehand_that_changes_cannot_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "free", lambda **_: Memory(environment.KERNEL_MIB))
    (tmp_path / "notebooks").mkdir()
    assert list(lab.notes(tmp_path, {})) == []
    assert list((tmp_path / "notebooks").iterdir()) == []  # the try leaves nothing
    (tmp_path / "file").touch()
    (note,) = lab.notes(tmp_path / "file", {})
    assert "changes to them cannot be saved" in note and "copy the whole folder" in note
    assert not can_write(tmp_path / "file" / "notebooks")


def test_the_lab_says_beforehand_that_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "free", lambda **_: Memory(environment.KERNEL_MIB - 1))
    (note,) = lab.notes(tmp_path, {})
    assert note.startswith("A notebook may take 1,536 MiB of memory, 1,535 MiB are free: close")


def test_without_a_home_the_lab_keeps_its_settings_in_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(tmp_path / kind))
    assert lab.own_places() == {}
    (tmp_path / "home").touch()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "home" / ".jupyter"))
    monkeypatch.setattr(lab.tempfile, "tempdir", str(tmp_path))
    places = lab.own_places()
    jupyter = {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"}
    assert set(places) == {*jupyter, "IPYTHONDIR", "NUMBA_CACHE_DIR"}
    (folder,) = {Path(place).parent for place in places.values()}
    assert folder.is_dir() and folder.parent == tmp_path
    monkeypatch.setattr(memory, "free", lambda **_: Memory(environment.KERNEL_MIB))
    (note,) = lab.notes(tmp_path, places)
    assert str(folder) in note


def test_a_run_without_a_home_gives_numba_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(share, "can_write", lambda folder: True)
    assert "NUMBA_CACHE_DIR" not in share.environment(1, tmp_path)
    monkeypatch.setattr(share, "can_write", lambda folder: False)
    assert share.environment(1, tmp_path)["NUMBA_CACHE_DIR"] == str(tmp_path / "numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    assert share.environment(1, tmp_path)["NUMBA_CACHE_DIR"] == "mine"


# --- two checkouts --------------------------------------------------------------------------


def test_the_notebooks_of_one_checkout_do_not_run_with_changed_code_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    root = make_checkout(tmp_path / "other", **{"00_first": [code("1")]})
    own = root / "lecturekit"
    shutil.copytree(ROOT / "lecturekit", own, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(root / "notebooks")
    assert checkout.find() == root  # the same code: it makes no difference which one runs
    (own / "training.py").write_text("changed = True\n")
    assert cli.main(["run"]) == 1
    message = capsys.readouterr().err
    assert f"belongs to the checkout {root}" in message and f"the code of {ROOT}" in message
    assert str(root / ".venv") in message and "PYTHONPATH" in message
    assert not (root / "build").exists()


def test_a_checkout_inside_a_checkout_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = make_checkout(tmp_path / "outer", **{"00_first": [code("1")]})
    inner = make_checkout(outer / "build" / "inner", **{"00_first": [code("1")]})
    monkeypatch.chdir(inner / "notebooks")
    assert checkout.find() == inner
    (inner / "lecturekit").mkdir()
    (inner / "lecturekit" / "__init__.py").touch()
    with pytest.raises(CourseError, match="belongs to the checkout"):
        checkout.find()
    assert checkout.find(outer) == outer
