"""What is read from the text of cells, without running them."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from lecturekit.course.notebook import Raw, source
from lecturekit.homework.cells import HIDDEN, kind_of, marks


def visible(text: str) -> str:
    """A test without its hidden part."""
    lines, hidden = [], False
    for line in text.splitlines():
        if HIDDEN in line and line.strip().startswith("###"):
            hidden = "BEGIN" in line
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


def free_names(text: str, space: dict[str, Any]) -> list[str]:
    """The names that a test uses and neither it, nor the set-up, nor Python defines: the
    student's."""
    used: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    return sorted(used - made - set(space) - set(dir(builtins)))


def plain_lines(text: str) -> list[str]:
    """The lines of a cell, those that only IPython understands left empty."""
    return ["" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines()]


def definitions(text: str) -> list[ast.stmt]:
    """The statements of a cell; none when it cannot be read."""
    try:
        return ast.parse("\n".join(plain_lines(text))).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def function_text(text: str, name: str) -> str:
    """The text of the function `name` in a cell; "" when it is not there."""
    found = ""
    for node in definitions(text):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            found = "\n".join(plain_lines(text)[node.lineno - 1 : node.end_lineno])
    return found


def homes(cells: list[Raw]) -> dict[str, str]:
    """Name of a function or value -> the grade_id of the solution cell that defines it."""
    return {
        name: marks(cell)["grade_id"]
        for cell in cells
        if kind_of(cell) == "solution"
        for node in definitions(source(cell))
        for name in defined(node)
    }


def defined(node: ast.stmt) -> set[str]:
    """The names that a statement gives a meaning."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def written_answers(submission: Raw) -> dict[str, str]:
    """grade_id -> the text of a written answer."""
    return {
        marks(cell)["grade_id"]: source(cell)
        for cell in submission["cells"]
        if isinstance(marks(cell).get("grade_id"), str) and cell.get("cell_type") == "markdown"
    }
