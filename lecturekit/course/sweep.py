"""Notebooks with several values of their parameters, on this machine or on a Dask cluster."""

from __future__ import annotations

import contextlib
import io
import itertools
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lecturekit.course import parameters
from lecturekit.course.errors import UsageError
from lecturekit.course.notebook import as_text, read, write_text
from lecturekit.course.outcome import Outcome, write_status
from lecturekit.course.run import CELL_TIMEOUT, run
from lecturekit.course.spread import Lost, Spread


@dataclass(frozen=True)
class Variant:
    """A notebook with values for its parameters; can be pickled and sent to another machine."""

    stem: str  # of the notebook
    text: str
    parameters: dict[str, object]
    cell_timeout: int
    cores: int

    @property
    def name(self) -> str:
        """Like `06_multitask@data=lecture,seeds=5`."""
        told = ",".join(f"{key}={value}" for key, value in sorted(self.parameters.items()))
        return f"{self.stem}@{told}" if told else self.stem


def variants(
    notebooks: Sequence[Path],
    over: Sequence[str],
    fixed: Sequence[str] = (),
    *,
    cell_timeout: int = CELL_TIMEOUT,
    cores: int = 2,
) -> list[Variant]:
    """Every notebook with every combination of values that it declares.

    Args:
        notebooks: files.
        over: like ["seeds=5,10", "data=shipped,lecture"].
        fixed: like ["seeds=5"], the same for all.
        cell_timeout: seconds of one cell.
        cores: that one notebook may use.

    Raises:
        UsageError: a parameter that no notebook declares, or a value of another type.
        Unreadable: a damaged notebook.
    """
    raws = {path.stem: read(path) for path in notebooks}
    declared = {stem: parameters.declared(raw) for stem, raw in raws.items()}
    choices = []
    for setting in over:
        name, equals, values = setting.partition("=")
        if not equals or not all(values.split(",")):
            raise UsageError(f"--over {setting!r}: write it like --over seeds=5,10.")
        choices.append([f"{name}={value}" for value in values.split(",")])
    found: dict[str, Variant] = {}
    for chosen in itertools.product(*choices):
        given = parameters.assign([*fixed, *chosen], declared)
        for stem, raw in raws.items():
            variant = Variant(stem, as_text(raw), given[stem], cell_timeout, cores)
            found.setdefault(variant.name, variant)
    return list(found.values())


def execute(variant: Variant) -> dict[str, Any]:
    """Run a variant in a folder that is gone afterwards.

    Returns: its `outcome`, the `notebook` as far as it came ("" for none) and its `log`.
    """
    with tempfile.TemporaryDirectory(prefix="lk-", ignore_cleanup_errors=True) as folder:
        source, out = Path(folder) / f"{variant.stem}.ipynb", Path(folder) / "out"
        write_text(source, variant.text)
        given = {variant.stem: variant.parameters}
        # The one who sweeps says what came out; a bar for each notebook would fill the terminal.
        nowhere = io.StringIO()
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            outcome = run(
                [source], out, parameters=given, jobs=1, cores=variant.cores,
                cell_timeout=variant.cell_timeout,
            )[0]  # fmt: skip
        texts = {
            name: Path(path).read_text(encoding="utf-8", errors="replace") if path else ""
            for name, path in (("notebook", outcome.output), ("log", outcome.log))
        }
        return {"outcome": asdict(outcome), **texts}


def sweep(chosen: Sequence[Variant], out: Path, spread: Spread) -> Iterator[Outcome]:
    """Run variants; executed notebooks go to `out/sweep/NAME.ipynb`, all outcomes to
    `out/sweep/status.json`.

    Yields: each outcome when it is there.

    Raises:
        OSError: a file cannot be written.
    """
    folder, outcomes = out / "sweep", []
    folder.mkdir(parents=True, exist_ok=True)
    for name, result in spread.run(execute, {variant.name: variant for variant in chosen}):
        if isinstance(result, Lost):
            outcome = Outcome(name, "failed", message=str(result))
        else:
            written = {}
            for kind, ending in (("notebook", "ipynb"), ("log", "log")):
                path = folder / f"{name}.{ending}"
                if result[kind]:
                    write_text(path, result[kind])
                written[kind] = str(path) if result[kind] else ""
            outcome = replace(
                Outcome(**result["outcome"]),
                notebook=name, output=written["notebook"], log=written["log"],
            )  # fmt: skip
        outcomes.append(outcome)
        yield outcome
    write_status(folder / "status.json", outcomes)


def verdicts(records: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """What the claims came to, one line each, with the variants wherever they differ.

    Args:
        records: name of a variant -> its claims' records.
    """
    found: dict[int, dict[str, list[str]]] = {}
    for name, claims in records.items():
        for claim in claims:
            found.setdefault(claim["number"], {}).setdefault(claim["verdict"], []).append(name)
    lines = []
    for number, verdict in sorted(found.items()):
        if len(verdict) == 1:
            lines.append(f"{number:>3}  {next(iter(verdict))} in all")
        else:
            told = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in verdict.items())
            lines.append(f"{number:>3}  {told}")
    return "\n".join(lines)
