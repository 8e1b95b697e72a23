"""Where the lecture is: the folder of the checkout and the notebooks in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lecturekit.course.errors import CourseError, UsageError

PARTS = ("notebooks", "data", "pyproject.toml")


def find(start: Path | None = None) -> Path:
    """The checkout that `start` (the current folder) lies in, else the one lecturekit runs from.

    Raises:
        CourseError: neither is a checkout, or the one has other code than the one that runs.
    """
    start = Path.cwd() if start is None else start.resolve()
    package = Path(__file__).resolve().parents[2]
    for folder in (start, *start.parents, package):
        if all((folder / part).exists() for part in PARTS):
            refuse_to_mix(folder, package)
            return folder
    raise CourseError(
        f"No lecture here: neither {start}, nor a folder above it, nor {package} holds "
        f"{', '.join(PARTS)}.\nGo to the folder that was cloned and repeat, or clone it again."
    )


def refuse_to_mix(root: Path, running: Path) -> None:
    """The notebooks of one checkout need its own lecturekit: another's may be older or changed.

    Raises:
        CourseError: `root` has a lecturekit whose code differs from the one in `running`.
    """
    if root == running or not (root / "lecturekit").is_dir() or same_code(root, running):
        return
    raise CourseError(
        f"This folder belongs to the checkout {root}, but the command runs the code of {running}, "
        f"which differs.\nUse the command of this checkout (make, or lecturekit in "
        f"{root / '.venv'}), or go to {running}. Where PYTHONPATH names another checkout, unset it."
    )


def same_code(one: Path, other: Path) -> bool:
    """Whether both checkouts hold the same Python files, byte for byte, in lecturekit."""
    files = [
        {path.relative_to(root): path.read_bytes() for path in (root / "lecturekit").rglob("*.py")}
        for root in (one, other)
    ]
    return files[0] == files[1]


def notebooks(root: Path) -> list[Path]:
    """The notebooks in lecture order.

    Raises:
        CourseError: there is none.
    """
    found = sorted(path for path in (root / "notebooks").glob("[!.]*.ipynb"))
    if not found:
        raise CourseError(
            f"{root / 'notebooks'} holds no notebook.\n"
            "Get them back with: git checkout -- notebooks"
        )
    return found


def select(available: Sequence[Path], names: Sequence[str]) -> list[Path]:
    """The notebooks that `names` mean, in lecture order; all of them when there are no names.

    A name is a whole stem (`06_multitask`), its beginning (`06`) or its part after the number
    (`multitask`); a path to the file is fine too.

    Raises:
        UsageError: a name means no notebook.
    """
    chosen: set[Path] = set()
    for name in names:
        stem = Path(name).name.removesuffix(".ipynb")
        exact = [path for path in available if path.stem == stem]
        matches = exact or [
            path
            for path in available
            if path.stem.startswith(stem) or path.stem.partition("_")[2].startswith(stem)
        ]
        if not stem or not matches:
            valid = ", ".join(path.stem for path in available)
            raise UsageError(f"There is no notebook {name!r}. The notebooks are: {valid}.")
        chosen.update(matches)
    return [path for path in available if path in chosen] if names else list(available)
