"""Figure functions that move without Python: plain arithmetic, translated to JavaScript.

    @portable
    def spring(points, margin):
        a, b = points
        …

A portable function uses numbers, texts, lists, dictionaries and ``math``, calls only functions and
reads only constants that are as plain, and returns a figure (or several) as plotly's dictionary.
Python runs it for papermill and for the tests, a browser runs its translation: one physics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lecturekit.portable.errors import NotPortable
from lecturekit.portable.parts import translate

__all__ = ["NotPortable", "is_portable", "portable", "translate"]

Function = TypeVar("Function", bound=Callable[..., object])

MARK = "__portable__"


def portable(function: Function) -> Function:
    """Mark a function as portable: an explorer of it moves in the page itself."""
    setattr(function, MARK, True)
    return function


def is_portable(function: object) -> bool:
    return getattr(function, MARK, False) is True
