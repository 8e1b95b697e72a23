"""What became of a notebook: one record, its line in the table, the status file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lecturekit.course.notebook import write_text


@dataclass(frozen=True)
class Outcome:
    """The result of one notebook.

    `result` is one of: ok, raised, timed out, kernel died, not written, unreadable, failed,
    no memory, stopped. `message` names the thing and the remedy; it is empty when all is well.
    `output` is the executed notebook, `log` what was printed outside of it; "" when there is none.
    """

    notebook: str
    result: str
    seconds: float = 0.0
    peak_mib: float = 0.0
    message: str = ""
    output: str = ""
    log: str = ""
    parameters: dict[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.result == "ok"


def table(outcomes: Sequence[Outcome]) -> str:
    """Notebook, result, wall time and peak memory of the kernel, one line each."""
    rows = [("notebook", "result", "seconds", "peak MiB")] + [
        (o.notebook, o.result, f"{o.seconds:.1f}", f"{o.peak_mib:.0f}" if o.peak_mib else "-")
        for o in outcomes
    ]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{a:<{wide[0]}}   {b:<{wide[1]}}   {c:>{wide[2]}}   {d:>{wide[3]}}" for a, b, c, d in rows
    )


def write_status(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Every outcome as JSON, for whoever reads it by machine."""
    write_text(path, json.dumps([asdict(o) for o in outcomes], indent=1, ensure_ascii=False) + "\n")


def cannot_write(path: Path, error: OSError) -> str:
    """The message for a file that could not be written (disk full, not allowed, …)."""
    return (
        f"{path} could not be written: {error.strerror or error}.\n"
        "Free some space or choose another folder with --out DIR."
    )
