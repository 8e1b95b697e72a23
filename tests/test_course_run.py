"""`lecturekit run`: what can go wrong in a notebook is told, and the others still run."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from make_notebooks import checkout, code, printed, text

from lecturekit.course import cli
from lecturekit.course import run as running
from lecturekit.course.notebook import write_text
from lecturekit.course.outcome import cannot_write
from lecturekit.course.share import environment, jobs_that_pay

RUN = [sys.executable, "-m", "lecturekit.course.cli", "run"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")

GOOD = [
    text("# Good"),
    code("n: int = 2  # how many", "parameters"),
    code(
        "import os, sys\n"
        "print('n', n); print('python', sys.executable); print('folder', os.getcwd())\n"
        "print('threads', os.environ['OMP_NUM_THREADS'], 'hash', os.environ['PYTHONHASHSEED'])\n"
        "print('startup', 'from_startup' in globals())"
    ),
    code("import ipywidgets\nipywidgets.IntSlider()"),
]
RAISES = [code("x = 1"), text("between"), code("y = 2\n\nz = x / 0\nprint(z)\n1", id="divide")]
HANGS = [code("import time"), code("time.sleep(1000)", id="sleepy")]
KILLS = [code("import os\nos.kill(os.getpid(), 9)", id="killer"), code("1")]


def run(root: Path, *words: str, **env: str) -> subprocess.CompletedProcess:
    """Run the command in a checkout."""
    return subprocess.run(
        [*RUN, *words], cwd=root, env=os.environ | env, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One run of all kinds of notebooks, two at a time, by a user with a broken kernel and an
    IPython start-up file, in a folder whose name is not plain."""
    root = checkout(
        tmp_path_factory.mktemp("run") / "wörk {n} 1",
        **{"00_good": GOOD, "01_raises": RAISES, "02_hangs": HANGS, "03_kills": KILLS},
        **{"04_empty": "", "05_truncated": '{"cells": [', "06_blocked": GOOD, "07_last": GOOD},
    )
    kernel = root / "user" / "kernels" / "python3" / "kernel.json"
    write_text(kernel, json.dumps({"argv": ["/none"], "display_name": "x", "language": "python"}))
    write_text(root / "user" / "profile_default" / "startup" / "00.py", "from_startup = 1\n")
    write_text(root / "build" / "notebooks" / "06_blocked.ipynb" / "in_the_way", "")
    words = ["--jobs", "2", "--cell-timeout", "2", "-p", "n=5"]
    user = str(root / "user")
    command = run(root, *words, JUPYTER_PATH=user, IPYTHONDIR=user)
    status = json.loads((root / "build" / "status.json").read_text(encoding="utf-8"))
    return SimpleNamespace(
        root=root, command=command, status={outcome["notebook"]: outcome for outcome in status}
    )


def test_every_notebook_has_its_result_and_the_others_still_run(finished: SimpleNamespace) -> None:
    results = {name: outcome["result"] for name, outcome in finished.status.items()}
    assert results == {
        "00_good": "ok",
        "01_raises": "raised",
        "02_hangs": "timed out",
        "03_kills": "kernel died",
        "04_empty": "unreadable",
        "05_truncated": "unreadable",
        "06_blocked": "not written",
        "07_last": "ok",
    }
    assert finished.command.returncode == 1


def test_the_table_names_result_time_and_memory(finished: SimpleNamespace) -> None:
    rows = [line.split() for line in finished.command.stdout.splitlines()]
    assert ["notebook", "result", "seconds", "peak", "MiB"] in rows
    (good,) = [row for row in rows if row[:2] == ["00_good", "ok"]]
    assert float(good[2]) > 0
    assert 20 < float(good[3]) < 1000  # an empty kernel takes about 75 MiB


def test_the_kernel_is_this_python_in_the_folder_of_the_notebook(finished: SimpleNamespace) -> None:
    lines = printed(finished.root / "build" / "notebooks" / "00_good.ipynb").splitlines()
    assert f"python {sys.executable}" in lines
    assert f"folder {finished.root / 'notebooks'}" in lines
    assert "startup False" in lines


def test_parameters_and_the_environment_arrive(finished: SimpleNamespace) -> None:
    import joblib

    threads = max(1, joblib.cpu_count() // 2)
    lines = printed(finished.root / "build" / "notebooks" / "00_good.ipynb").splitlines()
    assert "n 5" in lines
    assert f"threads {threads} hash 0" in lines
    assert finished.status["00_good"]["parameters"] == {"n": 5}
    assert finished.status["01_raises"]["parameters"] == {}


def test_the_executed_notebook_has_no_widget_state_and_no_path(finished: SimpleNamespace) -> None:
    written = finished.root / "build" / "notebooks" / "00_good.ipynb"
    metadata = json.loads(written.read_text(encoding="utf-8"))["metadata"]
    assert "widgets" not in metadata
    assert metadata["papermill"]["input_path"] == "00_good.ipynb"


@pytest.mark.parametrize(
    "name, words",
    [
        ("01_raises", ["code cell 2 (id divide)", "y = 2", "line 3: z = x / 0", "ZeroDivision"]),
        ("02_hangs", ["longer than 2 s", "code cell 2 (id sleepy)", "--cell-timeout"]),
        ("03_kills", ["lost its kernel in code cell 1 (id killer)", "memory", "--jobs 1"]),
        ("04_empty", ["04_empty.ipynb is empty", "git checkout -- notebooks/04_empty.ipynb"]),
        ("05_truncated", ["05_truncated.ipynb is damaged", "git checkout"]),
        ("06_blocked", ["06_blocked.ipynb could not be written", "--out DIR"]),
    ],
)
def test_the_message_names_the_thing_and_the_remedy(
    finished: SimpleNamespace, name: str, words: list[str]
) -> None:
    message = finished.status[name]["message"]
    assert not [word for word in words if word not in message]
    assert f"{name}: {message}" in finished.command.stderr


def test_what_failed_is_kept_apart_as_far_as_it_came(finished: SimpleNamespace) -> None:
    build = finished.root / "build"
    assert sorted(p.name for p in (build / "notebooks").glob("*.ipynb") if p.is_file()) == [
        "00_good.ipynb",
        "07_last.ipynb",
    ]
    assert "ZeroDivisionError" in (build / "failed" / "01_raises.ipynb").read_text(encoding="utf-8")


def test_no_unfinished_file_and_no_socket_stays(finished: SimpleNamespace) -> None:
    assert not list(finished.root.rglob("*.part"))
    assert sorted(p.suffix for p in (finished.root / "notebooks").iterdir()) == [".ipynb"] * 8


def wait_for(path: Path) -> str:
    """The content of a file that a notebook is about to write."""
    end = time.monotonic() + 60
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"{path} was not written"
        time.sleep(0.1)
    return path.read_text()


@posix
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_kernel_outlives_the_run(tmp_path: Path, ending: signal.Signals) -> None:
    """SIGINT to the group is Ctrl-C; SIGKILL to the command alone leaves it no time to clean up."""
    note = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))"
    busy = [code(f"{note}\nwhile True: time.sleep(1)")]
    root = checkout(tmp_path / "lecture", **{"00_quick": [code("1")], "01_busy": busy})
    command = subprocess.Popen(
        [*RUN, "--jobs", "2"], cwd=root, text=True, start_new_session=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},  # SIGKILL leaves its scratch folder there
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    kernel = psutil.Process(int(wait_for(root / "notebooks" / "pid")))
    wait_for(root / "build" / "notebooks" / "00_quick.ipynb")
    (os.killpg if ending == signal.SIGINT else os.kill)(command.pid, ending)
    output, _ = command.communicate(timeout=30)
    psutil.wait_procs([kernel], timeout=20)
    assert not kernel.is_running()
    assert not list(root.rglob("*.part"))
    if ending == signal.SIGINT:
        assert command.returncode == 130
        status = json.loads((root / "build" / "status.json").read_text(encoding="utf-8"))
        assert [outcome["result"] for outcome in status] == ["ok", "stopped"]
        assert "00_quick   ok" in output


def test_an_unknown_parameter_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    root = checkout(tmp_path / "lecture", **{"00_good": GOOD, "01_raises": RAISES})
    monkeypatch.chdir(root)
    assert cli.main(["run", "-p", "m=3"]) == 2
    message = capsys.readouterr().err
    assert "no parameter 'm'" in message
    assert "00_good takes: n." in message
    assert not (root / "build").exists()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(checkout(tmp_path / "lecture", **{"00_good": GOOD}))
    (tmp_path / "file").touch()
    assert cli.main(["run", "--out", str(tmp_path / "file" / "out")]) == 1
    message = capsys.readouterr().err
    assert "file/out could not be written: Not a directory" in message
    assert "--out DIR" in message


def test_a_full_disk_leaves_the_old_file_and_no_half_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "x.ipynb"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.ipynb", "old")]
    assert f"{path} could not be written: No space left" in cannot_write(path, caught.value)


@pytest.mark.parametrize(
    "notebooks, cores, free_mib, jobs",
    [(7, 2, 20_000, 1), (7, 1, 20_000, 1), (7, 8, 20_000, 4), (2, 64, 200_000, 2), (7, 8, 3500, 2)],
)
def test_jobs_need_two_cores_and_memory_each(
    notebooks: int, cores: int, free_mib: float, jobs: int
) -> None:
    assert jobs_that_pay(notebooks, cores, free_mib) == jobs


def test_a_run_shares_the_cores_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    monkeypatch.setattr(running, "environment", lambda count, *_: threads.append(count) or {})
    running.run([], tmp_path, cores=6, jobs=2)
    running.run([], tmp_path, cores=1)
    assert threads == [3, 1]


def test_a_worker_gets_its_share_of_the_cores(tmp_path: Path) -> None:
    env = environment(3, tmp_path)
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    assert [env[name] for name in names] == ["3", "3", "3"]
    assert env["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert Path(env["IPYTHONDIR"]).parent == tmp_path
