"""Run one notebook whole, in a process of its own: `python -m lecturekit.course.worker JSON`.

Started by `run`, never by hand. It reports on its standard output, one JSON object a line:
{"cells": n} after each code cell, and at the end the fields of an outcome. What it and the kernel
print goes to its standard error, which is the log.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from lecturekit.course.notebook import write_text
from lecturekit.course.outcome import cannot_write
from lecturekit.course.processes import PeakMemory, end_children
from lecturekit.course.schemas import skip_addresses

SHOWN_LINES = 3
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Execution:
    """What is known of the notebook while it runs."""

    events: TextIO
    peak: PeakMemory = field(default_factory=PeakMemory)
    notebook: Any = None
    cell: Any = None
    number: int = 0  # of this cell among the code cells

    def on_notebook_start(self, notebook: Any) -> None:
        self.notebook = notebook

    def on_cell_execute(self, cell: Any, cell_index: int) -> None:
        self.cell = cell
        self.number += "injected-parameters" not in cell.metadata.get("tags", [])

    def on_cell_executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        self.peak.look()
        self.report(cells=self.number)

    def report(self, **event: object) -> None:
        print(json.dumps(event), file=self.events, flush=True)


def execute(
    source: Path, parameters: dict[str, object], cell_timeout: int, execution: Execution
) -> tuple[str, str]:
    """Execute the notebook; `execution.notebook` holds as much of it as was executed.

    Returns: (result, message), ("ok", "") when all cells ran.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from lecturekit.course.kernel import ThisPython

    kernels = []

    class Kernel(ThisPython):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            kernels.append(self)

    try:
        papermill.execute_notebook(
            str(source).replace("{", "{{").replace("}", "}}"),  # papermill would fill in braces
            None,
            parameters=parameters,
            kernel_name="python3",
            language="python",
            cwd=str(source.parent),
            progress_bar=False,
            execution_timeout=cell_timeout,
            kernel_manager_class=Kernel,
            on_notebook_start=execution.on_notebook_start,
            on_cell_execute=execution.on_cell_execute,
            on_cell_executed=execution.on_cell_executed,
        )
    except PapermillExecutionError as error:
        return "raised", f"raised {where(execution)}{what(error)}"
    except CellTimeoutError:
        return "timed out", (
            f"ran longer than {cell_timeout} s {where(execution)}\n"
            "Allow more with --cell-timeout S, or give it less to do with -p name=value."
        )
    except DeadKernelError:
        return "kernel died", (
            f"lost its kernel {where(execution)}\n{death(kernels[-1].exit_status)}"
        )
    return "ok", ""


def death(status: int | None) -> str:
    """Why a kernel ended and what to do, from its exit status (−n: by signal n; None: unknown)."""
    if status is not None and status >= 0:
        return f"It ended by itself (exit status {status}); the log may hold its last words."
    names = {int(known): known.name for known in signal.Signals}
    name = "" if status is None else names.get(-status, f"signal {-status}")
    if name not in ("", "SIGKILL"):
        return f"It crashed ({name}); the log may hold its last words."
    how = "The system killed it (SIGKILL), as it does when" if name else "Most often"
    return (
        f"{how} memory runs out. Close other programs and notebooks, use --jobs 1, or give it "
        "less to do with -p name=value."
    )


def where(execution: Execution) -> str:
    """The cell at hand: its number among the code cells, its id, its first lines."""
    cell = execution.cell
    lines = [line for line in cell.source.splitlines() if line.strip()]
    shown = lines[:SHOWN_LINES] + ["…"] * (len(lines) > SHOWN_LINES)
    code = "".join(f"\n    {line}" for line in shown)
    return f"in code cell {execution.number} (id {cell.id}):{code}"


def what(error: Any) -> str:
    """The error line of a cell that raised, and the line of the cell that it came from."""
    trace = COLOURS.sub("", "\n".join(error.traceback))
    numbers = re.findall(r"Cell In\[\d+\], line (\d+)", trace)
    lines = error.source.splitlines()
    line = int(numbers[0]) if numbers else 0
    at = f"\n  at its line {line}: {lines[line - 1].strip()}" if 0 < line <= len(lines) else ""
    return f"{at}\n  {error.ename}: {error.evalue}"


def finish(notebook: Any, name: str, path: Path) -> None:
    """Write the executed notebook: without widget state (megabytes) and paths of this machine."""
    import nbformat

    notebook.metadata.pop("widgets", None)
    notebook.metadata.get("papermill", {}).update(input_path=name, output_path=name)
    write_text(path, nbformat.writes(notebook) + "\n")


def work(job: dict[str, Any], events: TextIO) -> None:
    """Do the job and report its outcome."""
    execution = Execution(events)
    source, target, partial = (Path(job[key]) for key in ("source", "target", "partial"))
    try:
        result, message = execute(source, job["parameters"], job["cell_timeout"], execution)
    except Exception as error:  # the kernel did not start, the disk is full, …: told and logged
        traceback.print_exc()
        result, message = "failed", f"could not be run: {type(error).__name__}: {error}"
    output = target if result == "ok" else partial
    written: Path | None = output
    try:
        if execution.notebook is not None:
            finish(execution.notebook, source.name, output)
    except OSError as error:
        result, message, written = "not written", cannot_write(output, error), None
    execution.report(
        result=result,
        message=message,
        output=str(written) if written and written.exists() else "",
        peak_mib=execution.peak.mib,
    )


def end_with_parent() -> None:
    """End at once, kernel and all, when the process that started this one is gone."""
    os.read(0, 1)  # returns when the other end of the pipe closes
    end_children()
    os._exit(1)


def main() -> None:
    """Standard output becomes the channel of events; whatever is printed goes to the log."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=end_with_parent, daemon=True).start()
    skip_addresses()
    work(json.loads(sys.argv[1]), events)


if __name__ == "__main__":
    main()
