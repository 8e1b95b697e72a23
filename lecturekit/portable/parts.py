"""From functions to one JavaScript expression: all that they call, and the constants they read."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import math
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lecturekit.portable.errors import NotPortable
from lecturekit.portable.tables import EXACT, PLAIN_KEY
from lecturekit.portable.writer import Writer

MEANINGS = Path(__file__).with_name("meanings.js")


def translate(*functions: Callable[..., Any]) -> str:
    """Return a JavaScript expression for a list of these functions, with all that they call.

    Raises:
        NotPortable: one, or what it calls, is more than plain arithmetic; names the line.
    """
    parts = _Parts()
    for function in functions:
        parts.add(function.__name__, function)
    names = ", ".join(f"${function.__name__}" for function in functions)
    whole = ['(() => {\n"use strict";', _meanings(), *parts.constants.values()]
    return "\n".join([*whole, *parts.written.values(), f"return [{names}];", "})()"])


@cache
def _meanings() -> str:
    return MEANINGS.read_text(encoding="utf-8")


class _Parts:
    """JavaScript of functions, and of the constants that they read, by name."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self.constants: dict[str, str] = {}
        self._functions: dict[str, Callable[..., Any]] = {}

    def add(self, name: str, function: Callable[..., Any]) -> None:
        if self._functions.setdefault(name, function) is not function:
            raise NotPortable(f"two functions are called {name}; give one another name")
        if name in self.written:
            return
        self.written[name] = ""  # a function may call itself
        tree = _definition(function)
        writer = Writer(name, _known_to(function))
        self.written[name] = f"const ${name} = {writer.function(tree)};"
        for used, value in writer.used.items():
            if inspect.isfunction(value):
                self.add(used, value)
            else:
                text = f"const ${used} = {_constant(used, value, name)};"
                if self.constants.setdefault(used, text) != text:
                    raise NotPortable(f"two constants are called {used}; give one another name")
        both = self.constants.keys() & self.written.keys()
        if both:
            raise NotPortable(f"{both.pop()} is a function and a constant; give one another name")


def _known_to(function: Callable[..., Any]) -> dict[str, Any]:
    """What a function can read besides its own names: around it, in its module, of Python."""
    around = inspect.getclosurevars(function).nonlocals
    return {**vars(builtins), **function.__globals__, **around}


def _definition(function: Callable[..., Any]) -> ast.FunctionDef:
    if not inspect.isfunction(function):
        raise NotPortable(f"{function!r} is no plain function; write it with def")
    if hasattr(function, "__wrapped__"):
        raise NotPortable(f"{function.__name__} is changed by a decorator, which is not portable")
    try:
        module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError) as error:
        raise NotPortable(f"the source of {function!r} cannot be read: {error}") from error
    tree = module.body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise NotPortable(f"{function!r} is no plain function; write it with def")
    if tree.name != function.__code__.co_name:
        raise NotPortable(f"the source of {function.__name__} has changed since it was imported")
    return tree


def _constant(name: str, value: Any, function: str) -> str:
    """A constant as JavaScript."""
    from_numpy = hasattr(value, "tolist")
    value = value.tolist() if from_numpy else value
    if not _is_plain(value):
        raise NotPortable(
            f"{function} reads {name}, which is {type(value).__name__}; portable constants are "
            "finite numbers, texts, lists and dictionaries of them"
        )
    text = json.dumps(value)
    return f"py.numpy({text})" if from_numpy and isinstance(value, list) else text


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        keys = all(isinstance(key, str) and PLAIN_KEY.fullmatch(key) for key in value)
        return keys and all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return math.isfinite(value) and (isinstance(value, float) or abs(value) <= EXACT)
    return value is None or isinstance(value, bool | str)
