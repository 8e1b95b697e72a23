"""Rules about code cells: parameters, length, figures with alternative text."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from lecturekit.course.lint.page import Page
from lecturekit.course.notebook import Raw, source, tags

MOST_LINES = 25
SHOWING = ("show", "explore")


def parameters_cell(page: Page) -> list[str]:
    """One cell tagged `parameters`, of lines like `seeds: int = 5  # how many`; all are used."""
    tagged = [(name, cell) for name, cell in page.cells("code") if "parameters" in tags(cell)]
    if len(tagged) != 1:
        return [f"{len(tagged)} code cells are tagged 'parameters', it must be one"]
    name, cell = tagged[0]
    tree = parsed(cell)
    if tree is None:
        return [f"{name} (parameters) is not valid Python"]
    comments = lines_with_comments(source(cell))
    problems, names = [], []
    for statement in tree.body:
        parameter = parameter_name(statement)
        if parameter is None:
            problems.append(
                f"{name} line {statement.lineno}: a parameter is written as "
                "'name: type = value  # what it is', with a plain value"
            )
        else:
            names.append(parameter)
            if statement.end_lineno not in comments:
                problems.append(f"{name}: parameter {parameter} has no comment behind it")
    used = names_used_after(page, cell)
    return problems + [
        f"{name}: parameter {parameter} is used in no later cell"
        for parameter in names
        if parameter not in used
    ]


def parameter_name(statement: ast.stmt) -> str | None:
    """The name in `name: type = literal`, None for any other statement."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            try:
                ast.literal_eval(value)
            except (ValueError, TypeError):  # it must be computed
                return None
            return name
    return None


def lines_with_comments(code: str) -> set[int]:
    """Numbers of the lines that end in a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def names_used_after(page: Page, cell: Raw) -> set[str]:
    """The names that code cells after `cell` read."""
    cells = [other for _, other in page.cells("code")]
    later = cells[[other is cell for other in cells].index(True) + 1 :]
    trees = [tree for tree in map(parsed, later) if tree is not None]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def cell_length(page: Page) -> list[str]:
    """No code cell is longer than a screen."""
    return [
        f"{name} has {lines} lines of code; more than {MOST_LINES} do not fit a projector"
        for name, cell in page.cells("code")
        if (lines := len(source(cell).splitlines())) > MOST_LINES
    ]


def alt_of_figures(page: Page) -> list[str]:
    """Every `show(…)` and `explore(…)` says in words what is to be seen: alt=…"""
    problems = []
    for name, cell in page.cells("code"):
        tree = parsed(cell)
        if tree is None:
            problems.append(f"{name} is not valid Python")
        else:
            problems += [
                f"{name} line {call.lineno}: {word}(…) needs alt='what the figure shows'"
                for call, word in showing_calls(tree)
                if not has_alt(call)
            ]
    return problems


def showing_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls of functions or methods that show a figure."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            word = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if word in SHOWING:
                yield node, word


def has_alt(call: ast.Call) -> bool:
    """Whether the call has an alt= that is not the empty text."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "alt"]
    return bool(given) and not (isinstance(given[0], ast.Constant) and not given[0].value)


def parsed(cell: Raw) -> ast.Module | None:
    """The cell as Python, its magics left out; None if it is not valid."""
    code = source(cell)
    if code.lstrip().startswith("%%"):
        return ast.Module(body=[], type_ignores=[])
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass"
        if line.lstrip().startswith(("%", "!"))
        else line
        for line in code.splitlines()
    ]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return None
