"""Parameters of a notebook: which it declares, and values for them from the command line."""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Mapping, Sequence

from lecturekit.course.errors import UsageError
from lecturekit.course.notebook import Raw, source, tags

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def declared(raw: Raw) -> dict[str, str]:
    """Name -> annotation ("int", "float | None", "" without one), from the cells tagged
    `parameters`. A cell that is not valid Python declares nothing."""
    found: dict[str, str] = {}
    for cell in raw["cells"]:
        if "parameters" in tags(cell):
            with contextlib.suppress(SyntaxError):
                for statement in ast.parse(source(cell)).body:
                    found.update(_names(statement))
    return found


def _names(statement: ast.stmt) -> dict[str, str]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id: ast.unparse(statement.annotation)}
    if isinstance(statement, ast.Assign):
        return {target.id: "" for target in statement.targets if isinstance(target, ast.Name)}
    return {}


def assign(
    settings: Sequence[str], notebooks: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, object]]:
    """Give the `name=value` settings of the command line to the notebooks that declare the name.

    Args:
        settings: like ["seeds=3", "data=school"].
        notebooks: what each notebook declares, by its name.
    Returns: notebook -> name -> value, of the annotated type.
    Raises:
        UsageError: no `=`, a name that no notebook declares, or a value of another type.
    """
    given: dict[str, dict[str, object]] = {notebook: {} for notebook in notebooks}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals:
            raise UsageError(f"{setting!r} is not a parameter; write it as name=value.")
        takers = [notebook for notebook, names in notebooks.items() if name in names]
        if not takers:
            raise UsageError(f"There is no parameter {name!r}.\n{_valid(notebooks)}")
        for notebook in takers:
            given[notebook][name] = value(name, text.strip(), notebooks[notebook][name])
    return given


def _valid(notebooks: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(
        f"{notebook} takes: {', '.join(names) or 'no parameters'}."
        for notebook, names in notebooks.items()
    )


def value(name: str, text: str, annotation: str) -> object:
    """`text` as a value of the annotated type; without one of the simple types, as JSON or Python
    would read it, else as text.

    Raises:
        UsageError: it is not of that type.
    """
    try:
        match annotation:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "str":
                return text
            case "bool":
                return TRUTH[text.lower()]
    except (ValueError, KeyError) as error:
        raise UsageError(f"Parameter {name} is of type {annotation}, got {text!r}.") from error
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError):
            return read(text)
    return text
