"""A notebook with the code cells that its explorers need, and without the others."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

from lecturekit.course.lint.code import parsed, showing_calls
from lecturekit.course.notebook import Raw


def explorers_alone(raw: Raw) -> Raw:
    """A copy with every cell that calls `explore`, and those that make or change what it reads.

    It follows names, not objects: a cell that changes something through another name is left out,
    and so is one that only makes a name anew which the explorer has read before. What is missing
    then is a NameError, or a picture that does not say what the mathematics says.
    """
    trees = [parsed(cell) for cell in raw["cells"] if cell.get("cell_type") == "code"]
    modules = {name for tree in trees if tree is not None for name in imported(tree)}
    needed: set[str] = set()
    kept: list[Raw] = []
    for cell in reversed(raw["cells"]):
        tree = parsed(cell) if cell.get("cell_type") == "code" else None
        if tree is None:
            kept.append(cell)
            continue
        read, made = outer_names(tree)
        explores = any(word == "explore" for _, word in showing_calls(tree))
        if explores or (made | (set(changed(tree)) - modules)) & needed:
            needed = (needed - made) | read
            kept.append(cell)
    return {**raw, "cells": kept[::-1]}


def outer_names(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The global names that a cell reads, in its functions too, and those that it makes."""
    table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    read = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    made = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    inner = list(table.get_children())
    for scope in inner:  # which grows
        inner += scope.get_children()
        read |= {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
        made |= {s.get_name() for s in scope.get_symbols() if s.is_declared_global()}
    return read, made


def imported(tree: ast.Module) -> Iterator[str]:
    """What it imports: a call like `np.sort(…)` does not change `np`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]


def changed(tree: ast.Module) -> Iterator[str]:
    """Names whose object a cell may change: `x[0] = 1`, `del x.y`, `x += 1`, `x.fit(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield from root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from root(node.func)
        elif isinstance(node, ast.AugAssign):
            yield from root(node.target)


def root(node: ast.AST) -> Iterator[str]:
    """x of x.y[0].z; nothing where it is no name."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
