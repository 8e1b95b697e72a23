"""What all tests share: a quiet TensorFlow, the real data where they lie, two tables."""

from __future__ import annotations

import contextlib
import inspect
import os
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from behind import Behind
from browser import open_browser, why_no_browser
from rehearsal import Rehearsal

from lecturekit.course.schemas import skip_addresses

skip_addresses()
# TensorFlow reads these once, when imported. The tests' own networks are too small for two threads.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
if REAL_DATA.is_dir():
    os.environ.setdefault("LECTUREKIT_DATA", str(REAL_DATA))


@pytest.fixture(scope="session")
def exams():
    """The exam scores that ship with the project."""
    from lecturekit.datasets import load_exams

    return load_exams()


@pytest.fixture(scope="session")
def four_tasks():
    """Four tasks of 8, 16, 24 and 32 rows: y = x₀ + an own constant (−3, −1, 1, 3) + noise."""
    from lecturekit.datasets import Card, TaskTable

    rng = np.random.default_rng(0)
    task = np.repeat(np.arange(4), [8, 16, 24, 32])
    x = rng.normal(size=(80, 3))
    return TaskTable(
        x=x,
        y=x[:, 0] + 2 * task - 3 + 0.1 * rng.normal(size=80),
        task=task,
        features=("first", "second", "third"),
        tasks=("a", "b", "c", "d"),
        target="made-up score",
        card=Card("four", "Four tasks", "made here", "none", "none", "none official", "anything"),
    )


def own_data():
    """Whether School and Survey are at hand, and their notebook may take its minutes."""
    at_hand = (Path(os.environ.get("LECTUREKIT_DATA", "")) / "school").is_dir()
    return at_hand and os.environ.get("LECTUREKIT_OWN_DATA") != "no"


LATER = 5 if os.name == "posix" else psutil.BELOW_NORMAL_PRIORITY_CLASS

# What is executed behind the tests, by the fixture that waits for it.
WAITING = {"executed": "shipped", "on_own_data": "lecture", "results": "shipped"}
OPEN = pytest.StashKey[Rehearsal]()
IN_ORDER = ("behind", "rehearsal", *WAITING)  # who asks for a later one waits longer


def one_of_several(config) -> bool:
    """Whether this process has others beside it, each with some of the test files."""
    return hasattr(config, "workerinput")


def in_one_process(file: str) -> bool:
    """Whether its tests wait for notebooks while these are executed; one process does that."""
    return Path(file).name.startswith("test_notebooks")


def pytest_collection_modifyitems(config, items):
    """Tests that wait come last; of several processes one begins with those of `in_one_process`."""

    def waits(item) -> int:
        asked = [k for k, name in enumerate(IN_ORDER, 1) if name in item.fixturenames]
        return max(asked, default=0)

    def first(item) -> bool:
        return one_of_several(config) and in_one_process(item.path)

    items.sort(key=lambda item: (not first(item), waits(item)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of a file stay together; those of the pages, many and slow, only by notebook."""
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            if in_one_process(file):
                return "notebooks"
            _, bracket, parameters = nodeid.partition("[")
            pages = Path(file).name == "test_pages_browser.py"
            return file + bracket + parameters if pages else file

    return Files(config, log)


@pytest.fixture(scope="session", autouse=True)
def at_once(request):
    """Alone, the notebooks start with the first test, which needs none of them.

    With others, all is over when the notebooks are, and what waits for them: so they go first, and
    tests take what they leave of the processors. (A process cannot get its priority back.)
    """
    if not one_of_several(request.config):
        request.getfixturevalue("behind")
        return
    if request.config.workerinput["workerid"] == "gw0":  # the first file goes to the first process
        request.getfixturevalue("behind")
    psutil.Process().nice(LATER)


@pytest.fixture(scope="module", autouse=True)
def one_browser(request):
    """The tests of a file that visit pages do so in one browser."""
    visits = hasattr(request.module, "visit") and not why_no_browser()
    with open_browser() if visits else contextlib.nullcontext():
        yield


@pytest.fixture(scope="session")
def behind(request, tmp_path_factory):
    """The notebooks that tests of this session ask for, being executed; None if none does."""
    asked = {name for item in request.session.items for name in item.fixturenames}
    runs = list(dict.fromkeys(run for fixture, run in WAITING.items() if fixture in asked))
    if not own_data():
        runs = [run for run in runs if run != "lecture"]
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if one_of_several(request.config) else own) / "behind"
    process = Behind(folder, runs) if runs else None
    yield process
    if process is not None:
        process.end()


@pytest.fixture(scope="session")
def rehearsal(request, behind, tmp_path_factory):
    """The notebooks that tests of this session open in JupyterLab, run there; None if none does."""
    takes = [i for i in request.session.items if "rehearsal" in inspect.signature(i.obj).parameters]
    names = dict.fromkeys(item.callspec.params["name"] for item in takes)
    if not names or why_no_browser():
        yield None
        return
    with Rehearsal(tmp_path_factory.mktemp("lecture"), names, behind.running) as rehearsal:
        request.session.stash[OPEN] = rehearsal
        yield rehearsal


def pytest_runtest_teardown(item, nextitem):
    """With the last test that needs it JupyterLab ends: its kernels and pages, and their memory."""
    last = nextitem is None or not in_one_process(nextitem.path)
    if in_one_process(item.path) and last and OPEN in item.session.stash:
        item.session.stash[OPEN].close()


@pytest.fixture(scope="session")
def executed(behind, rehearsal):
    """Every notebook whole, with the parameters that it is committed with: name -> outcome."""
    return behind.outcomes("shipped", wait=rehearsal.wait if rehearsal else time.sleep)


@pytest.fixture(scope="session")
def results(behind):
    """As `executed`, for tests that run nothing in JupyterLab meanwhile."""
    return behind.outcomes("shipped")


@pytest.fixture(scope="session")
def on_own_data(behind):
    """The notebook with School and Survey, where they are at hand."""
    if not own_data():
        pytest.skip(
            "School and Survey are not at hand (set LECTUREKIT_DATA to their folder), or left out "
            "(LECTUREKIT_OWN_DATA=no)"
        )
    return behind.outcomes("lecture")
