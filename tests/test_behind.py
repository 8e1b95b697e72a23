"""Executing notebooks behind the tests: what goes wrong is told, and nothing outlives the tests."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
from behind import Behind


def test_a_run_that_cannot_be_is_told_with_its_log(tmp_path: Path) -> None:
    behind = Behind(tmp_path, ["none"])
    with pytest.raises(AssertionError, match=r"no run 'none':(.|\n)*KeyError: 'none'"):
        behind.outcomes("none")
    with pytest.raises(AssertionError, match="no run 'none'"):
        behind.output("none", "00_start_here")
    behind.end()


def test_a_notebook_is_there_before_its_run_is_over(tmp_path: Path) -> None:
    behind = Behind(tmp_path, [])
    done = tmp_path / "shipped" / "notebooks" / "06_multitask.ipynb"

    def work(seconds: float) -> None:
        done.parent.mkdir(parents=True)
        done.touch()

    worker = psutil.Process(behind.process.pid)
    worker.suspend()  # still at work
    assert behind.output("shipped", "06_multitask", work) == done
    worker.resume()
    behind.end()


def test_nothing_outlives_the_tests(tmp_path: Path) -> None:
    behind = Behind(tmp_path, ["shipped"])
    process = psutil.Process(behind.process.pid)
    deadline = time.monotonic() + 60
    while len(started := process.children(recursive=True)) < 2:  # a worker and its kernel
        assert time.monotonic() < deadline, "no notebook was started"
        time.sleep(0.1)
    behind.end()
    psutil.wait_procs(started, timeout=20)
    assert [child for child in started if child.is_running()] == []
    assert not (tmp_path / "shipped" / "status.json").exists()
