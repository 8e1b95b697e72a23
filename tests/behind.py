"""The notebooks, executed whole by a process of its own while other tests run.

``Behind(folder, names)`` starts ``python behind.py FOLDER NAME …``, which executes each of these
RUNS in turn. Of several processes of tests the first one starts it, the others wait for its files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from lecturekit.course.share import machine

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
# Which notebooks, with which parameters, and what explorers leave: the pictures of an exported
# page as well ("grid"), so that the site can be laid out from these, or their default state.
RUNS: dict[str, dict[str, Any]] = {
    "shipped": {"notebooks": NOTEBOOKS, "static": "grid"},
    "lecture": {
        "notebooks": [path for path in NOTEBOOKS if path.stem == "06_multitask"],
        "parameters": {"06_multitask": {"data": "lecture"}},
    },
}
CORES = machine()[0]
THREADS = min(2, CORES)  # of a notebook, as its class has; with others, sums round differently
JOBS = max(1, CORES // 4)  # notebooks at a time; what they leave is for the tests
LOOK_SECONDS = 0.2


class Behind:
    """The process: `outcomes` waits for one of its runs, `end` ends it wherever it is.

    Args:
        folder: one for all processes of tests; the first to come starts the runs.
        names: of RUNS.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder, self.log = folder, folder / "log"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            log = self.log.open("xb")
        except FileExistsError:
            self.process = None
            return
        with log:
            self.process = subprocess.Popen(
                [sys.executable, __file__, str(folder), *names],
                stdin=subprocess.PIPE,  # it ends when this end of the pipe closes
                stdout=log, stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the tests
            )  # fmt: skip

    def running(self) -> int:
        """How many notebooks it executes now."""
        return 0 if self.ended() else JOBS

    def ended(self) -> bool:
        if self.process is not None:
            return self.process.poll() is not None
        try:
            return psutil.Process(int(self.pid.read_text())).status() == psutil.STATUS_ZOMBIE
        except FileNotFoundError:  # it is being started
            return False
        except psutil.NoSuchProcess:
            return True

    @property
    def pid(self) -> Path:
        return self.folder / "pid"

    def outcomes(self, name: str, wait: Callable[[float], None] = time.sleep) -> dict[str, Any]:
        """Notebook -> its outcome in this run. One that failed fails the test with its message.

        Until the run is over, `wait` is called with seconds in which it may do something else.
        """
        from lecturekit.course.outcome import Outcome, table

        status = self.folder / name / "status.json"
        while not status.exists():
            ended = self.ended()
            assert not ended or status.exists(), f"no run {name!r}:\n{self.log.read_text()}"
            wait(LOOK_SECONDS)
        outcomes = [Outcome(**each) for each in json.loads(status.read_text(encoding="utf-8"))]
        print(table(outcomes))
        for outcome in outcomes:
            assert outcome.ok, f"{outcome.notebook} {outcome.result}: {outcome.message}"
        return {outcome.notebook: outcome for outcome in outcomes}

    def output(self, name: str, notebook: str, wait: Callable[[float], None] = time.sleep) -> Path:
        """One executed notebook of a run that may still go on with others."""
        path = self.folder / name / "notebooks" / f"{notebook}.ipynb"
        while not path.exists():
            if (self.folder / name / "status.json").exists() or self.ended():
                return Path(self.outcomes(name)[notebook].output)
            wait(LOOK_SECONDS)
        return path

    def end(self) -> None:
        """Whoever started it ends it."""
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(timeout=30)


def main(folder: Path, names: Sequence[str]) -> None:
    from lecturekit.course.notebook import write_text
    from lecturekit.course.run import run
    from lecturekit.course.worker import end_with_parent

    write_text(folder / "pid", str(os.getpid()))
    threading.Thread(target=end_with_parent, daemon=True).start()
    for name in names:
        run(out=folder / name, cores=JOBS * THREADS, jobs=JOBS, **RUNS[name])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
