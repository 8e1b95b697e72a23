"""Run notebooks whole, each in a worker process, as many at a time as pays."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from lecturekit import memory
from lecturekit.course.errors import CourseError
from lecturekit.course.interrupt import interruptible
from lecturekit.course.notebook import Unreadable, code_cells, read, unfinished_name
from lecturekit.course.outcome import Outcome, cannot_write, write_status
from lecturekit.course.share import environment, jobs_that_pay, machine, tight, too_little
from lecturekit.course.writable import try_to_write

if TYPE_CHECKING:
    from tqdm import tqdm

CELL_TIMEOUT = 300
LOST = "its process ended without a word; most often memory ran out. Use --jobs 1."


def run(
    notebooks: Sequence[Path],
    out: Path,
    *,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    jobs: int | None = None,
    cores: int | None = None,
    cell_timeout: int = CELL_TIMEOUT,
    static: str = "1",
) -> list[Outcome]:
    """Execute notebooks with papermill; one that fails does not stop the others.

    Args:
        notebooks: files, each of another name.
        out: folder for `notebooks/NAME.ipynb` (whole ones), `failed/NAME.ipynb` (as far as they
            came), `logs/NAME.log` and `status.json`.
        parameters: notebook name -> parameter -> value.
        jobs: how many at a time; None: as many as pays on these cores.
        cores: how many to share among them; None: all that this process may use.
        cell_timeout: seconds that one cell may take.
        static: what explorers leave: "1" their default state, "grid" their other states as well.
    Returns: one outcome per notebook. After Ctrl-C, those that had not finished are "stopped".
    Raises:
        CourseError: the folder `out` cannot be written.
    """
    from tqdm import tqdm

    all_cores, free_mib = machine()
    cores = cores or all_cores
    jobs = jobs or jobs_that_pay(len(notebooks), cores, free_mib)
    try:
        try_to_write(out)
        for folder in ("notebooks", "failed", "logs"):
            (out / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(cannot_write(out, error)) from error
    cells = {path: cells_of(path) for path in notebooks}
    warning = tight([path.stem for path in notebooks], jobs, memory.free(swap=True))
    with (
        tempfile.TemporaryDirectory(prefix="lk-", ignore_cleanup_errors=True) as scratch,
        tqdm(total=sum(cells.values()), unit=" cells", disable=None, dynamic_ncols=True) as bar,
    ):
        if warning:
            bar.write(warning, file=sys.stderr)
        env = environment(max(1, cores // jobs), Path(scratch), static)
        crew = Crew(out, env, cell_timeout, bar)
        outcomes = crew.run_all(notebooks, parameters or {}, jobs)
    status = out / "status.json"
    try:
        write_status(status, outcomes)
    except OSError as error:  # told beside the others, what they came to is not lost
        outcomes.append(Outcome(status.name, "not written", message=cannot_write(status, error)))
    return outcomes


def cells_of(path: Path) -> int:
    """How many cells will run; 0 for a damaged file."""
    with contextlib.suppress(Unreadable):
        return len(code_cells(read(path)))
    return 0


@dataclass
class Crew:
    """The workers at work."""

    out: Path
    env: dict[str, str]
    cell_timeout: int
    bar: tqdm
    stopped: bool = False
    running: dict[Path, subprocess.Popen] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run_all(
        self, notebooks: Sequence[Path], parameters: Mapping[str, Mapping[str, object]], jobs: int
    ) -> list[Outcome]:
        """Run all, `jobs` at a time; a Ctrl-C ends the running ones and skips the rest."""
        with ThreadPoolExecutor(jobs) as pool, interruptible():
            futures = [pool.submit(self.run_one, p, parameters.get(p.stem, {})) for p in notebooks]
            try:
                while wait(futures, timeout=0.5).not_done:  # a plain wait is deaf on Windows
                    pass
            except KeyboardInterrupt:
                self.stop()
        return [future.result() for future in futures]

    def stop(self) -> None:
        """End every worker with its kernel; what they had begun to write is removed."""
        from lecturekit.course.processes import end_tree

        with self.lock:
            self.stopped = True
            for path, worker in self.running.items():
                end_tree(worker.pid)
                for folder in ("notebooks", "failed"):
                    unfinished_name(self.out / folder / path.name).unlink(missing_ok=True)

    def run_one(self, path: Path, parameters: Mapping[str, object]) -> Outcome:
        """Run one notebook and wait for it."""
        started = time.monotonic()
        log = self.out / "logs" / f"{path.stem}.log"
        end: dict[str, Any] = {}
        try:
            read(path)
            worker = None
            if lacking := too_little(path.stem, memory.free(swap=True)):
                end = {"result": "no memory", "message": lacking}
            else:
                with log.open("wb") as file:
                    worker = self.start(path, parameters, file)
            if worker is not None:
                end = self.follow(path, worker) | {"log": str(log) * (log.stat().st_size > 0)}
        except Unreadable as error:
            end = {"result": "unreadable", "message": str(error)}
        except OSError as error:
            end = {"result": "failed", "message": cannot_write(log, error)}
        if "result" not in end:
            end |= {"result": "stopped"} if self.stopped else {"result": "failed", "message": LOST}
        seconds = time.monotonic() - started
        outcome = Outcome(path.stem, seconds=seconds, parameters=dict(parameters), **end)
        if outcome.ok:  # what an earlier run left of this notebook is no longer true
            (self.out / "failed" / path.name).unlink(missing_ok=True)
        self.bar.write(f"{path.stem}: {outcome.result} after {seconds:.0f} s")
        return outcome

    def start(
        self, path: Path, parameters: Mapping[str, object], log: BinaryIO
    ) -> subprocess.Popen | None:
        """Start a worker in a session of its own, so that Ctrl-C reaches only this process.

        Returns: the worker; None when the run was stopped meanwhile.
        """
        job = {
            "source": str(path.resolve()),
            "target": str((self.out / "notebooks" / path.name).resolve()),
            "partial": str((self.out / "failed" / path.name).resolve()),
            "parameters": dict(parameters),
            "cell_timeout": self.cell_timeout,
        }
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        with self.lock:
            if self.stopped:
                return None
            self.running[path] = subprocess.Popen(
                [sys.executable, "-P", "-m", "lecturekit.course.worker", json.dumps(job)],
                env=self.env,
                stdin=subprocess.PIPE,  # the worker ends when this end of the pipe closes
                stdout=subprocess.PIPE,
                stderr=log,
                **apart,
            )
            return self.running[path]

    def follow(self, path: Path, worker: subprocess.Popen) -> dict[str, Any]:
        """Move the bar with the worker's cells. Returns its last word, {} if it had none."""
        done, end = 0, {}
        assert worker.stdout is not None  # it is a pipe
        with worker:
            for line in worker.stdout:
                event = json.loads(line)
                if "result" in event:
                    end = event
                else:
                    self.bar.set_description(path.stem, refresh=False)
                    self.bar.update(event["cells"] - done)
                    done = event["cells"]
        with self.lock:
            del self.running[path]
        return end
