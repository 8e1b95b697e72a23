"""What may move without Python, and what its JavaScript holds; a browser test runs it."""

from __future__ import annotations

import ast
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from translated import GRID, body, written

from lecturekit.figures import distributions, springs, triangle, tug
from lecturekit.portable import is_portable, portable, tables, translate
from lecturekit.portable.writer import Writer

LEVELS = (0.5, 1)
COUNT = np.int64(7)
NAMES = {"first": [1, None], "second": True}
FOLDER = Path(tables.__file__).parent
MEANINGS = (FOLDER / "meanings.js").read_text(encoding="utf-8")


def twice(x):
    return 2 * x


def four_times(x):
    return twice(twice(x))


def test_a_mark_makes_a_function_portable_and_leaves_it_as_it_is():
    assert is_portable(portable(four_times)) and portable(twice) is twice
    assert twice(3) == 6
    assert not is_portable(lambda: 0) and not is_portable(None)


def test_helpers_come_along_once_and_functions_are_listed_in_order():
    def both(x):
        return [twice(x), four_times(x)]

    code = translate(both, four_times)
    assert code.count("const $twice = ") == code.count("const $four_times = ") == 1
    assert "return [$both, $four_times];" in code


def test_a_function_may_call_itself():
    def down(n):
        return 0 if n <= 0 else down(n - 1)

    assert body(down).count("const $down = ($n) =>") == 1
    assert "$down(py.sub($n, 1))" in body(down)


def test_constants_come_along_as_numbers_and_lists_and_those_of_numpy_are_known_as_such():
    bound = 0.25

    def reads():
        return [LEVELS[0], GRID[1][0], COUNT, NAMES["first"], bound]

    code = body(reads)
    assert "const $LEVELS = [0.5, 1];" in code
    assert "const $GRID = py.numpy([[1.0, 2.0], [3.0, 4.0]]);" in code
    assert "const $COUNT = 7;" in code
    assert 'const $NAMES = {"first": [1, null], "second": true};' in code
    assert "const $bound = 0.25;" in code  # of the function around it


def test_an_own_name_hides_a_constant():
    def hides():
        LEVELS = 3
        return LEVELS

    def hides_inside():
        return [[LEVELS for LEVELS in [1, 2]], LEVELS[0]]

    assert "const $LEVELS = [0.5" not in body(hides)
    assert "const $LEVELS = [0.5, 1];" in body(hides_inside)  # the second one is the module's
    assert "let $LEVELS" not in body(hides_inside)


def test_what_only_python_needs_is_left_out():
    @portable
    def annotated(x: float, y: list | None = None) -> float:
        """Docstring."""
        z: float = x
        return z

    code = body(annotated)
    assert "($x, $y = null) =>" in code and "$z = $x;" in code
    assert not re.search("Docstring|float|portable", code)


def test_the_length_check_of_zip_stays():
    def pairs(a, b):
        return [[x, y] for x, y in zip(a, b, strict=True)] + [
            [x, y] for x, y in zip(a, b, strict=False)
        ]

    code = body(pairs)
    assert "py.zip(true, [py.items($a), py.items($b)])" in code
    assert "py.zip(false, [py.items($a), py.items($b)])" in code


@pytest.mark.parametrize("word", ["new", "var", "function", "this", "delete", "default", "math"])
def test_names_that_javascript_keeps_for_itself_are_free(word):
    tree = ast.parse(f"def f({word}):\n    return {word}").body[0]
    assert Writer("f", {}).function(tree) == f"(${word}) => {{\nreturn ${word};\nreturn null;\n}}"


def test_statements_as_they_are_written():
    def steps(x):
        a, x[-1] = x
        for k, each in enumerate(x):
            while k < 3 and each:
                k += 1
                continue
        if not a:
            return
        x.append(f"{a:.1f} of {k:d} {'%':s}")

    assert body(steps).split("=> ", 1)[1].splitlines()[:-2] == [
        "{",
        "let $a, $each, $k;",
        "{",
        "const parts = py.unpack($x, 2);",
        "$a = parts[0];",
        "py.put($x, py.minus(1), parts[1]);",
        "}",
        "for (const item of py.enumerate(py.items($x))) {",
        "{",
        "const parts = py.unpack(item, 2);",
        "$k = parts[0];",
        "$each = parts[1];",
        "}",
        "while ((py.less($k, 3) && py.truth($each))) {",
        "$k = py.add_in_place($k, 1);",
        "continue;",
        "}",
        "}",
        "if (!py.truth($a)) {",
        "return null;",
        "}",
        'py.append($x, [py.text($a, ".1f"), " of ", py.text($k, "d"), " ", py.text("%", "s")]'
        ".join(''));",
        "return null;",
        "};",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-x ** 2", "py.minus(py.pow($x, 2))"),
        ("x // 2 * 3", "py.mul(py.floordiv($x, 2), 3)"),
        ("x - (1 - 2)", "py.sub($x, py.sub(1, 2))"),
        ("x or [1]", "py.either($x, () => [1])"),
        ("x and 0 and 1", "py.both($x, () => py.both(0, () => 1))"),
        ("1 if x else 2", "(py.truth($x) ? 1 : 2)"),
        ("not x == 1", "!py.equal($x, 1)"),
        ("x >= 1", "py.most(1, $x)"),
        ("'a' not in x", '!py.has($x, "a")'),
        ("x[0]['k']", 'py.at(py.at($x, 0), "k")'),
        ("x[:-1]", "py.slice($x, null, py.minus(1))"),
        ("max(x)", "py.max(py.items($x))"),
        ("max(x, 2)", "py.max([$x, 2])"),
        ("sum([])", "py.sum(py.items([]))"),
        ("range(5, x, -1)", "py.range(5, $x, py.minus(1))"),
        ("list(zip(x, x))", "py.list(py.zip(false, [py.items($x), py.items($x)]))"),
        ("(1, x)", "[1, $x]"),
        ("math.log(x, 2)", "math.log($x, 2)"),
        ("{'a': None, 'b': 'θ'}", '({"a": null, "b": "\\u03b8"})'),
        (
            "[y for y in x if y > 1]",
            "((walked) => {\nconst made = [];\nfor (const item of walked) {\nconst $y = item;\n"
            "if (!py.less(1, $y)) continue;\nmade.push($y);\n}\nreturn made;\n})(py.items($x))",
        ),
    ],
)
def test_expressions_as_they_are_written(source, expected):
    assert written(source) == expected


def test_every_meaning_and_every_function_of_math_exists():
    sources = [file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py")]
    used = set(re.findall(r"py\.(\w+)\(", "".join(sources))) | {"minus", "plus", "both", "either"}
    used |= {*tables.OPERATORS.values(), *tables.BUILTINS, "add_in_place", "mul_in_place"}
    assert used - set(re.findall(r"^  (\w+):", MEANINGS, re.MULTILINE)) == set()
    maths = MEANINGS.split("const whole =")[1]
    assert [name for name in tables.MATHS if not re.search(rf"\b{name}\b", maths)] == []
    assert all(hasattr(math, name) for name in tables.MATHS)


@pytest.mark.parametrize(
    "function",
    [
        springs.springs, springs.springs_in_words, triangle.triangle, triangle.triangle_in_words,
        distributions.distributions, distributions.distributions_in_words, tug.tug_of_war,
        tug.tug_of_war_in_words,
    ],
)  # fmt: skip
def test_the_figures_that_are_dragged_are_portable(function):
    code = translate(function)
    assert is_portable(function)
    assert code.startswith('(() => {\n"use strict";') and code.endswith("\n})()")
    assert code.count(f"const ${function.__name__} = ") == 1
    json.dumps(code).encode("ascii")
