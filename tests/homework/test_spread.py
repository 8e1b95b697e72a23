"""Jobs on processes and on Dask: each told once, also when workers are killed in mid-run."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
import spread_jobs as jobs
import tiny

from lecturekit.course import spread as spreading
from lecturekit.course.errors import CourseError, UsageError
from lecturekit.course.spread import Lost, Spread, parse

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")
NUMBERS = {str(number): number for number in range(6)}
DOUBLES = {str(number): 2 * number for number in range(6)}


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster of two processes that was there before."""
    import dask
    from distributed import LocalCluster

    with dask.config.set({"distributed.nanny.pre-spawn-environ": {}}):  # it would stay here
        made = LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )  # fmt: skip
    with made:
        yield made


@pytest.fixture(params=["processes", "dask"])
def spread(request):
    """Two processes, or the cluster of this module."""
    if request.param == "processes":
        return Spread(2)
    return Spread(dask=request.getfixturevalue("cluster").scheduler_address)


def told(run):
    """All results by name; fails when one is told twice."""
    found = {}
    for name, result in run:
        assert name not in found
        found[name] = result
    return found


def test_each_job_is_told_once(spread):
    assert told(spread.run(jobs.double, NUMBERS)) == DOUBLES


@pytest.mark.parametrize("where", [Spread(2), Spread(dask="tcp://127.0.0.1:1"), Spread(cluster=2)])
def test_no_jobs_start_nothing_and_can_be_closed(where):
    with contextlib.closing(where.run(jobs.double, {})) as run:
        assert told(run) == {}


@posix
def test_a_job_whose_process_is_killed_runs_again_and_alone(spread, tmp_path):
    given = {name: (str(tmp_path), number) for name, number in NUMBERS.items()}
    assert told(spread.run(jobs.kills_once, given)) == DOUBLES
    runs = sorted(path.name.partition("-")[0] for path in tmp_path.iterdir())
    assert runs.count("3") == 2
    if not spread.dask:  # a cluster also repeats what only waited on the killed worker
        assert runs == ["0", "1", "2", "3", "3", "4", "5"]


@posix
def test_a_job_that_always_kills_its_process_is_told_and_the_rest_is_done():
    found = told(Spread(2).run(jobs.kills_always, NUMBERS))
    lost = found.pop("3")
    assert isinstance(lost, Lost)
    assert str(lost) == "the process that had it was killed 3 times"
    assert found == {name: number for name, number in DOUBLES.items() if name != "3"}


@posix
def test_on_a_cluster_made_here_it_is_told_as_well():
    found = told(Spread(cluster=2).run(jobs.kills_always, {"3": 3, "4": 4}))
    assert str(found["3"]) == "the process that had it was killed 3 times"
    assert found["4"] == 8


def test_an_error_of_a_job_is_raised(spread):
    with pytest.raises(ValueError, match="three is too many"):
        told(spread.run(jobs.fails, NUMBERS))
    assert told(spread.run(jobs.double, {"1": 1})) == {"1": 2}


def test_a_cluster_whose_workers_lack_a_module_is_named(cluster):
    with pytest.raises(CourseError, match=r"cannot import no_such_module .* install the same"):
        told(Spread(dask=cluster.scheduler_address).run(jobs.lacks, {"1": 1}))


@posix
def test_who_stops_listening_leaves_no_process_and_none_of_its_children(tmp_path, monkeypatch):
    crew = []
    start = spreading.start
    monkeypatch.setattr(spreading, "start", lambda *a: crew.append(start(*a)) or crew[-1])
    run = Spread(1).run(jobs.has_a_child, {"a": str(tmp_path)})

    def stop():
        until = time.monotonic() + 30
        while not list(tmp_path.iterdir()) and time.monotonic() < until:
            time.sleep(0.05)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background
    try:
        threading.Thread(target=stop).start()
        with pytest.raises(KeyboardInterrupt):
            next(run)
    finally:
        signal.signal(signal.SIGINT, before)
    (child,) = [int(path.name) for path in tmp_path.iterdir()]
    until = time.monotonic() + 10
    while psutil.pid_exists(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
    assert [psutil.pid_exists(worker.process.pid) for worker in crew] == [False]


def test_a_cluster_that_does_not_answer_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(spreading, "CONNECT_SECONDS", 0.5)
    with pytest.raises(CourseError, match=r"No Dask scheduler answers at .*\n.*dask scheduler"):
        told(Spread(dask="tcp://127.0.0.1:9").run(jobs.double, {"1": 1}))


def test_a_cluster_that_goes_away_in_mid_run_is_named():
    from distributed import LocalCluster

    made = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1",
        dashboard_address="127.0.0.1:0", protocol="tcp", silence_logs=logging.CRITICAL,
    )  # fmt: skip
    with pytest.raises(CourseError, match="went away: start it again, and repeat"):
        for _ in Spread(dask=made.scheduler_address).run(jobs.slow, NUMBERS):
            made.close()


@pytest.mark.parametrize(
    ("words", "spread"),
    [
        ((None, None, 3), Spread(3)),
        ((None, 4, 3), Spread(3, cluster=4)),
        (("dask://host:8786", None, 3), Spread(dask="tcp://host:8786")),
    ],
)
def test_options_mean(words, spread):
    assert parse(*words) == spread


@pytest.mark.parametrize(
    "executor", ["", "dask://", "dask://host", "dask://:8786", "tcp://host:8786", "dask://host:x"]
)
def test_an_executor_that_is_none_is_named(executor):
    with pytest.raises(UsageError, match=r"write it like dask://127\.0\.0\.1:8786"):
        parse(executor, None, 1)


def test_both_ways_at_once_are_refused():
    with pytest.raises(UsageError, match="give one of them"):
        parse("dask://host:8786", 2, 1)


def test_a_cluster_made_here_leaves_the_settings_of_this_process_alone():
    before = dict(os.environ)
    assert told(Spread(cluster=1).run(jobs.double, {"1": 1})) == {"1": 2}
    assert dict(os.environ) == before


# Grading by the command, on everything that it can run on.

STUDENTS = [f"student {number}" for number in range(5)]


@pytest.fixture(scope="module")
def lecture(tmp_path_factory):
    """A checkout with the tiny homework, and submissions that take a moment each."""
    root = tmp_path_factory.mktemp("lecture")
    (root / "data").mkdir()
    (root / "pyproject.toml").touch()
    tiny.write(root / "notebooks" / "homework" / "source" / "squares.ipynb")
    power = "import time\ntime.sleep(0.25)\ndef square(x):\n    return np.asarray(x) ** {}"
    for number, name in enumerate(STUDENTS):
        raw = tiny.answered(tiny.source(), square=power.format(1 + number % 2), why=name)
        tiny.write(root / "in" / name / "squares.ipynb", raw)
    tiny.write(root / "in" / "student 0.ipynb")
    return root


def started(root, out, *words):
    """The command, started as in a terminal of its own."""
    command = [sys.executable, "-m", "lecturekit.course.cli", "homework", "grade", "squares", "in"]
    return subprocess.Popen(
        [*command, "--without-sandbox", "--out", str(out), *words],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def finished(process):
    """Its output, when it ends as it should: with 1, as one submission cannot be graded."""
    said, warned = process.communicate(timeout=120)
    assert process.returncode == 1, warned
    assert "Traceback" not in warned
    assert "4 of 5 graded" in said
    return said


def results(out):
    """The files of the results so far."""
    return list((out / "results").glob("[!.]*.json"))


def wait_for(what, seconds=60):
    """What it finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing in {seconds} s")


def workers(process):
    """The processes that grade a submission just now: a cell runs below them."""
    found = []
    for one in psutil.Process(process.pid).children(recursive=True):
        try:
            if any("lecturekit.homework.inside" in " ".join(c.cmdline()) for c in one.children()):
                found.append(one)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def table(lecture):
    """grades.csv as one process makes it."""
    finished(started(lecture, lecture / "alone", "--jobs", "1"))
    return (lecture / "alone" / "grades.csv").read_bytes()


def test_the_table_has_each_student_once(table):
    lines = table.decode().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["student", *STUDENTS]
    assert "handed in 2 times" in lines[1]
    assert [line.split(",")[2] for line in lines[2:]] == ["5", "3", "5", "3"]


@posix
@pytest.mark.parametrize("words", [("--jobs", "2"), ("--workers", "2")], ids=["pool", "dask"])
def test_a_worker_killed_in_mid_run_changes_nothing(lecture, tmp_path, table, words):
    process = started(lecture, tmp_path, *words)
    victim = wait_for(lambda: workers(process))[0]
    victim.kill()
    finished(process)
    assert (tmp_path / "grades.csv").read_bytes() == table
    assert len(results(tmp_path)) == len(STUDENTS)


def test_a_cluster_that_was_there_gives_the_same_table(lecture, tmp_path, table, cluster):
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    finished(started(lecture, tmp_path, "--executor", address))
    assert (tmp_path / "grades.csv").read_bytes() == table
    assert (tmp_path / "summary.html").read_bytes() == (
        lecture / "alone" / "summary.html"
    ).read_bytes()


@posix
@pytest.mark.parametrize("words", [("--jobs", "1"), ("--workers", "1")], ids=["pool", "dask"])
def test_ctrl_c_leaves_no_process_and_says_how_to_go_on(lecture, tmp_path, words):
    process = started(lecture, tmp_path, *words)
    wait_for(lambda: workers(process))
    family = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, warned = process.communicate(timeout=60)
    assert process.returncode == 130
    assert warned == "Stopped. What is graded is kept: repeat the command to go on.\n"
    assert len(family) > 1
    assert psutil.wait_procs(family, timeout=5)[1] == []


@posix
def test_a_killed_command_loses_nothing_and_the_next_run_goes_on(lecture, tmp_path, table):
    process = started(lecture, tmp_path, "--jobs", "2")
    wait_for(lambda: len(results(tmp_path)) > 2)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    written = [path for path in results(tmp_path) if "student_0" not in path.name]
    kept = {path: path.stat().st_mtime_ns for path in written}
    assert 1 < len(kept) < 4
    assert psutil.wait_procs(family, timeout=20)[1] == []
    finished(started(lecture, tmp_path, "--jobs", "2"))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (tmp_path / "grades.csv").read_bytes() == table
