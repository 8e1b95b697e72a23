"""What would make a student's version useless or a grade unfair, found in a source notebook."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator

from lecturekit.course.notebook import Raw, source
from lecturekit.homework.cells import BEGIN, END, HIDDEN, SCHEME, SOLUTION, kind_of, marks, region

# The kinds of cells that may hold a region.
HOLDERS = {SOLUTION: ("solution", "written"), HIDDEN: ("test",), SCHEME: ("written",)}
# Also what was meant as a mark: a mistyped one would leave its region in the student's version.
LIKE_A_MARK = re.compile(
    r"#\s*(?:BEGIN|END)\b|(?:BEGIN|END) (?:SOLUTION|HIDDEN|MARK)"
    r"|#\s*(?i:begin|end)\s+(?i:solution|hidden|mark)"
)


def faults_of(raw: Raw) -> Iterator[str]:
    """Each thing that would make a student's version useless or a grade unfair."""
    if raw.get("metadata", {}).get("kernelspec", {}).get("language", "python") != "python":
        yield "its kernel is not Python: choose Python 3 in JupyterLab"
    names = Counter(str(marks(c)["grade_id"]) for c in raw["cells"] if marks(c).get("grade_id"))
    for name, count in names.items():
        if count > 1:
            yield f"{count} cells are called {name!r}: give each an own grade_id"
    if not any(kind_of(cell) == "test" for cell in raw["cells"]):
        yield "no cell is tested: a test cell has grade, locked and points"
    for cell in raw["cells"]:
        yield from faults_of_cell(cell)


def faults_of_cell(cell: Raw) -> Iterator[str]:
    """What is wrong with one cell."""
    kind, text, noted = kind_of(cell), source(cell), marks(cell)
    name = noted.get("grade_id")
    if noted and not name:
        yield f"a cell of nbgrader's has no grade_id: {text[:40]!r}"
        return
    if noted and not (isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]+", name)):
        yield f"{name!r} is no grade_id: use letters without accents, digits, _ and -"
    yield from faults_of_marks(name or repr(text[:40]), kind, text)
    points = noted.get("points")
    number = points if isinstance(points, (int, float)) and not isinstance(points, bool) else 0
    if noted.get("grade") and not (math.isfinite(number) and number > 0):
        yield f"{name}: points must be above 0, not {points!r}"
    if noted.get("task"):
        yield f"{name}: it has no place for an answer: make it a graded cell with a solution"
    if kind == "written" and cell.get("cell_type") != "markdown":
        yield f"{name}: a code cell is tested, not read: make it a solution and a test cell"
    if kind in ("solution", "written") and not region(text, SOLUTION):
        yield f"{name}: the task is not solved: nothing stands between BEGIN and END SOLUTION"
    if kind == "solution" and is_blank(region(text, SOLUTION)):
        yield f"{name}: the task is not solved: its solution does nothing"
    if kind == "test" and not region(text, HIDDEN):
        yield f"{name}: no hidden tests: without them a copied number would pass"
    if kind == "test" and noted.get("locked") is not True:
        yield f"{name}: a test must be locked"
    if kind in ("solution", "test", "set-up") and cell.get("cell_type") == "code":
        part = SOLUTION if kind == "solution" else HIDDEN
        if fault := no_python(text):
            yield f"{name}: {fault}"
        elif fault := no_python(without(text, part)):
            yield f"{name}: what students get, without {part}, is broken: {fault}"


def faults_of_marks(name: str, kind: str, text: str) -> Iterator[str]:
    """What is wrong with the marks in a cell."""
    inside = ""
    for line in (line.strip() for line in text.splitlines() if LIKE_A_MARK.search(line)):
        part = next((part for part in HOLDERS if line in (BEGIN + part, END + part)), "")
        if not part:
            listed = ", ".join(HOLDERS)
            yield f"{name}: {line!r} is no mark: write {BEGIN}… or {END}… and one of {listed}"
        elif kind not in HOLDERS[part]:
            yield f"{name}: {part} stands in a cell that holds none: move it, or set its metadata"
        elif line.startswith(BEGIN) == bool(inside) or inside not in ("", part):
            break
        else:
            inside = part if line.startswith(BEGIN) else ""
    else:
        if not inside:
            return
    yield f"{name}: BEGIN and END of {inside or part} do not match"


def without(text: str, part: str) -> str:
    """A cell's text with `pass` in place of each region `part`."""
    lines, inside = [], False
    for line in text.splitlines():
        if BEGIN + part in line or END + part in line:
            inside = BEGIN + part in line
            lines += [line[: len(line) - len(line.lstrip())] + "pass"] if inside else []
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def no_python(text: str) -> str:
    """Why a text is no Python; "" if it is."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return f"line {getattr(error, 'lineno', 1)} is no Python ({getattr(error, 'msg', error)})"
    return ""


def is_blank(lines: list[str]) -> bool:
    """Whether these lines do nothing but stand there or raise an error."""
    try:
        whole = ast.parse("if True:\n" + "\n".join("    " + line for line in lines)).body[0]
    except (SyntaxError, IndentationError):
        return False
    assert isinstance(whole, ast.If)
    return all(
        isinstance(part, (ast.Raise, ast.Pass))
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in whole.body
    )
