"""A rule about sections: each one starts alone once the cells of the first have run."""

from __future__ import annotations

import ast
import builtins

from lecturekit.course.lint.code import parsed
from lecturekit.course.lint.page import Page, name_of, parse
from lecturekit.course.notebook import source

NAMED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs,
    ast.MatchStar,
)  # fmt: skip
GIVEN = {*dir(builtins), "display", "Out", "In", "_"}  # by Python and the notebook


def sections_start_alone(page: Page) -> list[str]:
    """No cell needs a name that only another section makes, the first one excepted."""
    parts = [[(name, *names(tree)) for name, tree in part] for part in sections(page)]
    first = {name for _, _, made in parts[0] for name in made} if parts else set()
    known = GIVEN | first
    problems = []
    for part in parts[1:]:
        here = set(known)
        elsewhere = {n for other in parts for _, _, made in other for n in made}
        for name, read, made in part:
            missing = (read - made - here) & elsewhere
            if missing:
                problems.append(
                    f"{name} needs {', '.join(sorted(missing))} from another section: make it in "
                    "the first section or in this one, so that a section starts alone"
                )
            here |= made
    return problems


def sections(page: Page) -> list[list[tuple[str, ast.Module]]]:
    """Code cells by heading of level 2; what stands above the second heading is the first."""
    found: list[list[tuple[str, ast.Module]]] = [[]]
    headings = 0
    for number, cell in enumerate(page.raw["cells"], start=1):
        if cell.get("cell_type") == "markdown":
            if any(level == 2 for level, _ in parse(source(cell)).headings):
                headings += 1
                if headings > 1:
                    found.append([])
        elif cell.get("cell_type") == "code" and (tree := parsed(cell)) is not None:
            found[-1].append((name_of(cell, number), tree))
    return found


def names(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names that a cell reads and those that it makes, arguments and imports among them."""
    nodes = list(ast.walk(tree))
    used = [n for n in nodes if isinstance(n, ast.Name)]
    read = {n.id for n in used if isinstance(n.ctx, ast.Load)}
    made = {n.id for n in used if not isinstance(n.ctx, ast.Load)}
    made |= {n.name for n in nodes if isinstance(n, NAMED) and n.name}
    made |= {n.rest for n in nodes if isinstance(n, ast.MatchMapping) and n.rest}
    made |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    made |= {(n.asname or n.name).split(".")[0] for n in nodes if isinstance(n, ast.alias)}
    return read, made
