"""Spread jobs over processes of this machine, or over a Dask cluster; nothing is lost or doubled.

A job is a function's argument. It runs again when the process that had it is killed, so it must be
harmless to run it twice; its result is told once.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from lecturekit.course.errors import CourseError, UsageError
from lecturekit.course.processes import end_tree

Job = TypeVar("Job")
Result = TypeVar("Result")
TRIES = 3
CONNECT_SECONDS = 10


class Lost(CourseError):
    """The process that had a job was killed each time."""


@dataclass(frozen=True)
class Spread:
    """Where jobs run.

    Attributes:
        processes: of this machine.
        dask: a scheduler's address like "tcp://host:8786", "" for processes of our own.
        cluster: workers of a Dask cluster started here; 0 for none.
    """

    processes: int = 1
    dask: str = ""
    cluster: int = 0

    def run(
        self, function: Callable[[Job], Result], jobs: Mapping[str, Job]
    ) -> Generator[tuple[str, Result | Lost], None, None]:
        """Each job's result as soon as it is there, in no order.

        Args:
            function: at the top of a module; a job may run twice, of which one result counts.
            jobs: name -> its argument, which can be pickled.

        Raises:
            CourseError: there is no cluster at this address, it goes away, or its workers lack a
                module.
            Exception: whatever the function raises; the other jobs are stopped.
        """
        if jobs and (self.dask or self.cluster):
            return on_dask(function, jobs, self.dask, self.cluster)
        return on_processes(function, jobs, self.processes)


def parse(executor: str | None, workers: int | None, processes: int) -> Spread:
    """The meaning of --executor and --workers.

    Raises:
        UsageError: an executor that is not dask://HOST:PORT.
    """
    if executor and workers:
        raise UsageError("--executor names a cluster and --workers starts one: give one of them.")
    if executor is None:
        return Spread(processes, cluster=workers or 0)
    host, _, port = executor.removeprefix("dask://").partition(":")
    if not executor.startswith("dask://") or not host or not port.isdigit():
        raise UsageError(f"--executor {executor!r}: write it like dask://127.0.0.1:8786.")
    return Spread(dask=f"tcp://{host}:{port}")


@dataclass
class Worker:
    """A process and the name of the job that it has."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    job: str | None = None


def on_processes(
    function: Callable[[Job], Result], jobs: Mapping[str, Job], count: int
) -> Generator[tuple[str, Result | Lost], None, None]:
    """Jobs on `count` processes; one that is killed is replaced, and its job given again."""
    waiting, tries = deque(jobs), dict.fromkeys(jobs, 0)
    crew = [start(function) for _ in range(min(count, len(jobs)))]
    try:
        while waiting or any(worker.job is not None for worker in crew):
            for worker in crew:
                if worker.job is None and waiting:
                    worker.job = waiting.popleft()
                    with contextlib.suppress(OSError):  # killed while idle: noticed below
                        worker.pipe.send(jobs[worker.job])
            ready = wait([worker.pipe for worker in crew if worker.job is not None])
            for number, worker in enumerate(crew):
                if worker.pipe not in ready or worker.job is None:
                    continue
                name, worker.job = worker.job, None
                try:
                    result, error = worker.pipe.recv()
                except (EOFError, OSError):
                    crew[number] = start(function)
                    tries[name] += 1
                    if tries[name] < TRIES:
                        waiting.append(name)
                        continue
                    result, error = Lost(f"the process that had it was killed {TRIES} times"), None
                if error is not None:
                    raise error
                yield name, result
    finally:
        for worker in crew:
            worker.pipe.close()  # one that is idle ends by itself
            if worker.job is not None:
                assert worker.process.pid is not None  # it was started
                end_tree(worker.process.pid)  # a job may have started processes of its own
        for worker in crew:
            worker.process.join(timeout=5)
            worker.process.kill()


def start(function: Callable[[Job], Result]) -> Worker:
    """A new process, waiting for a job."""
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(function, there), daemon=True)
    with deaf_to_ctrl_c():
        process.start()
    there.close()
    return Worker(process, here)


@contextlib.contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C is for the one who gave the jobs: processes started here ignore it from their first
    moment on (on Windows, from `serve` on)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def serve(function: Callable[[Job], Result], pipe: Connection) -> None:
    """The life of a process: a job, its result, until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = pipe.recv()
            try:
                answer: tuple[Any, Exception | None] = (function(job), None)
            except Exception as error:
                answer = (None, error)
            pipe.send(answer)


def on_dask(
    function: Callable[[Job], Result], jobs: Mapping[str, Job], address: str, workers: int
) -> Generator[tuple[str, Result | Lost], None, None]:
    """Jobs on a Dask cluster: at `address`, or one of `workers` processes, started for them."""
    from concurrent.futures import CancelledError

    import dask
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    settings = {
        "distributed.scheduler.allowed-failures": TRIES - 1,
        "distributed.logging.distributed": "critical",
        "distributed.nanny.pre-spawn-environ": {},  # it would set them in this process, for good
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(settings))
        log = logging.getLogger("distributed.client")  # its news come as errors of this function
        stack.callback(log.setLevel, log.level)
        log.setLevel(logging.CRITICAL)
        if not address:
            with deaf_to_ctrl_c():
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",  # another cluster may have the usual port
                    silence_logs=logging.CRITICAL,
                )
            stack.enter_context(cluster)
        try:
            client = stack.enter_context(Client(address or cluster, timeout=CONNECT_SECONDS))
        except OSError as error:
            raise CourseError(
                f"No Dask scheduler answers at {address} ({error}).\n"
                "Start one with: dask scheduler, and on each machine: dask worker ADDRESS"
            ) from error
        futures = {client.submit(function, job, pure=False): name for name, job in jobs.items()}
        for future in as_completed(list(futures)):
            try:
                result = future.result()
            except KilledWorker as error:
                times = error.allowed_failures + 1
                result = Lost(f"the process that had it was killed {times} times")
            except CancelledError as error:
                raise CourseError(
                    f"The Dask cluster at {address or 'this machine'} went away: start it again, "
                    "and repeat the command."
                ) from error
            except ImportError as error:
                raise CourseError(
                    f"A Dask worker cannot import {error.name} ({error}): install the same checkout"
                    " on all workers, start them anew, and repeat."
                ) from error
            yield futures[future], result
            future.release()
