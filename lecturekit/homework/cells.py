"""The cells of a homework: what nbgrader notes on them, and the regions that are taken out."""

from __future__ import annotations

from lecturekit.course.notebook import Raw, tags

BEGIN, END = "### BEGIN ", "### END "
SOLUTION, HIDDEN, SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"


def marks(cell: Raw) -> Raw:
    """What nbgrader has noted on a cell; empty for a cell that it does not know."""
    noted = cell.get("metadata", {}).get("nbgrader", {})
    return noted if isinstance(noted, dict) else {}


def kind_of(cell: Raw) -> str:
    """ "set-up", "solution", "test", "written"; "" for all that gets no points and makes none."""
    noted, code = marks(cell), cell.get("cell_type") == "code"
    if noted.get("grade"):
        return "test" if code and not noted.get("solution") else "written"
    if noted.get("solution"):
        return "solution"
    return "set-up" if code and "setup" in tags(cell) else ""


def region(text: str, name: str) -> list[str]:
    """The lines of all regions `### BEGIN name` to `### END name`."""
    lines, inside = [], False
    for line in text.splitlines():
        if BEGIN + name in line or END + name in line:
            inside = BEGIN + name in line
        elif inside and line.strip():
            lines.append(line)
    return lines
