"""What is portable, and what it is called in JavaScript."""

from __future__ import annotations

import ast
import re

BUILTINS = ("abs", "enumerate", "len", "list", "max", "min", "range", "sum", "zip")
ONCE = ("enumerate", "zip")  # Python walks through their result once, a list is walked often
MATHS = {  # as in meanings.js
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh",
    "degrees", "e", "exp", "expm1", "fabs", "floor", "hypot", "inf", "isfinite", "isinf", "isnan",
    "log", "log10", "log1p", "log2", "nan", "pi", "pow", "radians", "sin", "sinh", "sqrt", "tan",
    "tanh", "tau", "trunc",
}  # fmt: skip
OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv",
    ast.Pow: "pow",
}  # fmt: skip
COMPARISONS = {
    ast.Eq: "py.equal({0}, {1})", ast.NotEq: "!py.equal({0}, {1})",
    ast.Lt: "py.less({0}, {1})", ast.LtE: "py.most({0}, {1})",
    ast.Gt: "py.less({1}, {0})", ast.GtE: "py.most({1}, {0})",
    ast.In: "py.has({1}, {0})", ast.NotIn: "!py.has({1}, {0})",
}  # fmt: skip
FORMAT = re.compile(r"s|d|\.\df")
HOW = "say how: {name:s} for a text, {count:d} for a whole number, {x:.2f} for others"
PLAIN_KEY = re.compile(r"(?!\d+$|__proto__$).*", re.DOTALL)  # JavaScript sorts numbers to the front
EXACT = 2**53  # whole numbers beyond it are not all there in JavaScript
