"""What JavaScript would not do as Python does is refused, with its line and what to write."""

from __future__ import annotations

import math
from functools import wraps
from types import FunctionType

import numpy as np
import pytest
from translated import written

from lecturekit.portable import NotPortable, translate


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x % 2", "Mod is not portable: x % 2"),
        ("'%d' % x", "Mod is not portable"),
        ("x @ x", "MatMult is not portable"),
        ("~x", "Invert is not portable"),
        ("x is None", "Is is not portable"),
        ("f'{x:g}'", "say how: .* {x:.2f} for others"),
        ("f'{x}'", "say how: {name:s} for a text"),
        ("f'{x!r}'", "say how"),
        ("f'{x:.{x}f}'", "say how"),
        ("f'{x:.12f}'", "say how"),
        ("x(*x)", "calls are portable with plain arguments only"),
        ("x(y=1)", "calls are portable with plain arguments only"),
        ("x(**x)", "calls are portable with plain arguments only"),
        ("zip(x, x, strict=x)", "calls are portable with plain arguments only"),
        ("round(x)", r"round is not portable: round\(x\)"),
        ("sorted(x)", "sorted is not portable"),
        ("print(x)", "print is not portable"),
        ("abs", "abs alone is not portable"),
        ("math", "math alone is not portable"),
        ("zip(x, x)", r"zip is portable in loops and in list\(…\)"),
        ("len(enumerate(x))", "enumerate is portable in loops"),
        ("1 < x < 2", "write a chained comparison as two with `and`: 1 < x < 2"),
        ("{1: x}", "keys of a dictionary must be texts, and no numbers"),
        ("{x: 1}", "keys of a dictionary must be texts"),
        ("{'1': x}", "keys of a dictionary must be texts, and no numbers"),
        ("{'__proto__': x}", "keys of a dictionary must be texts"),
        ("{**x}", "keys of a dictionary must be texts"),
        ("np.sin(x)", "only math.… and .append are portable: np.sin"),
        ("x.append", "only math.… and .append are portable"),
        ("x.pop()", "only math.… and .append are portable: x.pop"),
        ("math.gamma(x)", "math.gamma is not portable"),
        ("lambda: x", "Lambda is not portable"),
        ("{y for y in x}", "SetComp is not portable"),
        ("(y for y in x)", "GeneratorExp is not portable"),
        ("(y := x)", "NamedExpr is not portable"),
        ("[*x]", "Starred is not portable"),
        ("x[::2]", r"only x\[i\] and x\[i:j\] are portable"),
        ("x[0, 1]", r"only x\[i\] and x\[i:j\] are portable"),
        ("2**60 + 9007199254740993", "a whole number this large is not portable"),
        ("1j", "complex is not portable"),
        ("b'a'", "bytes is not portable"),
        ("...", "ellipsis is not portable"),
        ("GRID * 2", r"a numpy array calculates in Python only; use a list: GRID \* 2"),
        ("-GRID", "a numpy array calculates in Python only"),
        ("x == GRID", "a numpy array calculates in Python only"),
        ("[y for y, (z, w) in x]", "unpack one level at a time"),
        ("nowhere + x", "nowhere is not defined so far: nowhere"),
    ],
)
def test_an_expression_that_means_something_else_in_javascript_is_refused(source, problem):
    with pytest.raises(NotPortable, match=f"^f, line 2: {problem}"):
        written(source)


def any_number(*args):
    return args


def named_only(*, x):
    return x


def default_of_another(a, b=math.pi, math=1):
    return a + b + math


def with_statement(x):
    with x:
        return 1


def inner_function(x):
    y = 1

    def inner():
        return y

    return inner


def two_targets(x):
    a = b = x
    return a + b


def nested(points):
    (a, b), c = points
    return a + b + c


def loop_with_else(x):
    for each in x:
        return each
    else:
        return 1


def deletes(x):
    del x[0]


def cuts(x):
    x[0:1] = []


def raises(x):
    raise ValueError(x)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (any_number, r"any_number, line 1: only plain arguments are portable: def any_number"),
        (named_only, "named_only, line 1: only plain arguments"),
        (default_of_another, "line 1: a default cannot read what an argument is called: math"),
        (with_statement, "with_statement, line 2: With is not portable: with x:"),
        (inner_function, r"inner_function, line 4: FunctionDef is not portable: def inner\(\):"),
        (two_targets, "two_targets, line 2: assign to one target at a time: a = b = x"),
        (nested, "nested, line 2: unpack one level at a time"),
        (loop_with_else, "loop_with_else, line 2: a loop with else is not portable: for each in x"),
        (deletes, "deletes, line 2: Delete is not portable"),
        (cuts, r"cuts, line 2: only names, x\[i\] and lists of them can be assigned"),
        (raises, "raises, line 2: Raise is not portable"),
        (len, "<built-in function len> is no plain function"),
        (lambda x: x, "is no plain function; write it with def"),
    ],
)
def test_a_function_that_holds_more_is_refused_with_its_line(function, problem):
    with pytest.raises(NotPortable, match=problem):
        translate(function)


def test_a_problem_in_a_helper_names_the_helper():
    def calls(x):
        return with_statement(x)

    with pytest.raises(NotPortable, match="with_statement, line 2"):
        translate(calls)


def test_a_function_without_source_is_refused():
    space = {}
    exec("def typed():\n    return 1", space)
    with pytest.raises(NotPortable, match=r"the source of <function typed .* cannot be read"):
        translate(space["typed"])


def test_a_function_whose_source_has_moved_since_is_refused():
    """An editor added lines above it: where it stood, another one stands."""
    line = deletes.__code__.co_firstlineno
    moved = FunctionType(raises.__code__.replace(co_firstlineno=line), {}, "raises")
    with pytest.raises(NotPortable, match="the source of raises has changed since it was imported"):
        translate(moved)


def test_a_function_that_a_decorator_has_changed_is_refused():
    def louder(function):
        @wraps(function)
        def wrapped(x):
            return 10 * function(x)

        return wrapped

    @louder
    def quiet(x):
        return x

    with pytest.raises(NotPortable, match="quiet is changed by a decorator"):
        translate(quiet)


def made_with(**around):
    """Functions called `first` and `second` with these names around them."""
    value, other = around["value"], around["other"]

    def first():
        return value

    def second():
        value = other
        return value

    return first, second


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, math.nan, -math.inf, [1, math.inf], {1: 2}, np]
)
def test_a_constant_that_json_does_not_hold_is_refused(value):
    first, _ = made_with(value=value, other=0)
    with pytest.raises(NotPortable, match=r"reads value, which is .*; portable constants are"):
        translate(first)


def test_a_constant_too_large_for_javascript_is_refused():
    first, _ = made_with(value=2**53 + 1, other=0)
    with pytest.raises(NotPortable, match="first reads value, which is int"):
        translate(first)


def reader(shared):
    def read():
        return shared

    return read


def caller(read):
    def call():
        return read()

    return call


def test_two_functions_of_one_name_are_refused():
    def helper():
        return 1

    two = [caller(helper), caller(reader(1))]
    two[1].__name__ = "other"
    with pytest.raises(NotPortable, match="two functions are called read; give one another name"):
        translate(*two)


def test_constants_of_one_name_must_be_one_value():
    one, same, other = reader(1), reader(1), reader(2)
    same.__name__, other.__name__ = "same", "other"
    assert translate(one, same).count("const $shared = 1;") == 1
    with pytest.raises(NotPortable, match="two constants are called shared; give one another name"):
        translate(one, other)


def test_a_name_is_a_function_or_a_constant():
    def helper():
        return 1

    function, constant = reader(helper), reader(2)
    constant.__name__ = "constant"
    with pytest.raises(NotPortable, match="shared is a function and a constant"):
        translate(function, constant)
