"""Results that are reused: a notebook is executed again only if something it depends on changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lecturekit.course.clean import cleaned
from lecturekit.course.errors import CourseError
from lecturekit.course.notebook import Unreadable, read, write_text
from lecturekit.course.outcome import Outcome
from lecturekit.course.run import run

PACKAGE = Path(__file__).resolve().parents[2]
SITE = Path(__file__).resolve().parent  # lays results out and does not change them
CODE = (".py",)  # scripts and styles of explorers are laid out with the site
Parameters = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Results:
    """Executed notebooks in `folder`, each with a file that says what it was made from."""

    root: Path
    folder: Path

    def executed(self, notebook: Path) -> Path:
        """Where the executed notebook lies."""
        return self.folder / "notebooks" / notebook.name

    def key_file(self, notebook: Path) -> Path:
        """Where its key lies: that of its sources, and that of the result itself."""
        return self.folder / "keys" / f"{notebook.stem}.txt"

    def fresh(self, notebook: Path, parameters: Mapping[str, object]) -> bool:
        """Whether the result is whole and made from what is there now."""
        with contextlib.suppress(OSError, Unreadable):
            kept = self.key_file(notebook).read_text(encoding="utf-8").split()
            return kept == [key(self.root, notebook, parameters), digest(self.executed(notebook))]
        return False

    def refresh(
        self,
        notebooks: Sequence[Path],
        parameters: Parameters,
        *,
        rerun: bool = False,
        jobs: int | None = None,
        cell_timeout: int,
    ) -> list[Outcome]:
        """Execute the notebooks whose results are not fresh, all of them with `rerun`.

        Returns: what became of those that were executed; the results that came out are kept.
        Raises:
            CourseError: the folder of the results cannot be written.
        """
        given = {path: parameters.get(path.stem, {}) for path in notebooks}
        stale = [path for path in notebooks if rerun or not self.fresh(path, given[path])]
        if not stale:
            return []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CourseError(
                f"{self.folder} could not be written: {error.strerror or error}.\n"
                "Make room or set the permissions, then repeat."
            ) from error
        keys = {}
        for path in stale:
            with contextlib.suppress(Unreadable):  # the run reports it
                keys[path.stem] = key(self.root, path, given[path])
        outcomes = run(
            stale,
            self.folder,
            parameters=parameters,
            jobs=jobs,
            cell_timeout=cell_timeout,
            static="grid",
        )
        ended_well = {outcome.notebook for outcome in outcomes if outcome.ok}
        for path in stale:
            if path.stem in ended_well:  # the key is that of before: a change meanwhile counts
                text = f"{keys[path.stem]} {digest(self.executed(path))}\n"
                write_text(self.key_file(path), text)
        return outcomes


def key(root: Path, notebook: Path, parameters: Mapping[str, object]) -> str:
    """A digest of all that a result depends on: cells, parameters, code, data, packages.

    Raises:
        Unreadable: the file is not a notebook.
    """
    found = hashlib.sha256()
    cells = cleaned(read(notebook))["cells"]
    given = [sys.version_info[:2], cells, sorted(parameters.items())]
    found.update(json.dumps(given, sort_keys=True, default=str).encode())
    for path in sources(root):
        found.update(f"\0{path.name}\0{digest(path)}".encode())
    return found.hexdigest()


def sources(root: Path) -> Iterator[Path]:
    """The files that a result depends on, besides its notebook."""
    code = (path for path in PACKAGE.rglob("*") if path.suffix in CODE)
    yield from sorted(path for path in code if SITE not in path.parents)
    hidden = ("__pycache__", ".ipynb_checkpoints")
    data = (path for path in (root / "data").rglob("*") if path.is_file())
    yield from sorted(path for path in data if not set(hidden) & set(path.parts))
    lock = root / "requirements.lock"
    yield from [lock] if lock.exists() else []


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
