"""Python expressions as JavaScript that means the same; what would not is refused, by line.

Names get a $ in front, so that none is reserved. What both languages write alike but do not mean
alike (x[-1], a == b, a + b, the truth of a list) becomes a call into ``meanings.js``.
"""

from __future__ import annotations

import ast
import builtins
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NoReturn

from lecturekit.portable import tables
from lecturekit.portable.errors import NotPortable


class Expressions(ABC):
    """Writes expressions; ``used`` becomes what they read of ``known``, the names around them."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        self.used: dict[str, Any] = {}
        self._name, self._known = name, known
        self._scopes: list[set[str]] = []

    def value(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=constant):
                return self._literal(node, constant)
            case ast.Name(id=name):
                return self._read(node, name)
            case ast.BinOp(left=left, op=op, right=right):
                return self.operation(node, op, left, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"!{self.test(operand)}"
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                self._refuse_arrays(node, operand)
                sign = "minus" if isinstance(op, ast.USub) else "plus"
                return f"py.{sign}({self.value(operand)})"
            case ast.BoolOp(op=op, values=[first, *rest]):
                later = rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
                name = "both" if isinstance(op, ast.And) else "either"
                return f"py.{name}({self.value(first)}, () => {self.value(later)})"
            case ast.Compare(ops=[_, _, *_]):
                self.refuse(node, "write a chained comparison as two with `and`")
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                self._refuse_arrays(node, left, right)
                if type(op) not in tables.COMPARISONS:
                    self.refuse(node, f"{type(op).__name__} is not portable")
                return tables.COMPARISONS[type(op)].format(self.value(left), self.value(right))
            case ast.UnaryOp(op=op):
                self.refuse(node, f"{type(op).__name__} is not portable")
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"({self.test(test)} ? {self.value(body)} : {self.value(orelse)})"
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return f"[{self._listed(parts)}]"
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return f"({{{', '.join(self._pair(node, *pair) for pair in pairs)}}})"
            case ast.Subscript(value=whole, slice=ast.Slice(lower=low, upper=high, step=None)):
                ends = ", ".join(self.value(end) if end else "null" for end in (low, high))
                return f"py.slice({self.value(whole)}, {ends})"
            case ast.Subscript(slice=ast.Slice() | ast.Tuple()):
                self.refuse(node, "only x[i] and x[i:j] are portable")
            case ast.Subscript(value=whole, slice=index):
                return f"py.at({self.value(whole)}, {self.value(index)})"
            case ast.ListComp(elt=each, generators=loops):
                return self.comprehension(each, loops)
            case ast.JoinedStr(values=parts):
                return f"[{', '.join(map(self._in_text, parts))}].join('')"
            case ast.Call():
                return self._call(node)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self._is(module, math):
                if name not in tables.MATHS:
                    self.refuse(node, f"math.{name} is not portable")
                return f"math.{name}"
            case ast.Attribute():
                self.refuse(node, "only math.… and .append are portable")
        self.refuse(node, f"{type(node).__name__} is not portable")

    def test(self, node: ast.expr) -> str:
        """An expression of which only the truth matters."""
        match node:
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return self.value(node)
            case ast.BoolOp(op=op, values=parts):
                sign = " && " if isinstance(op, ast.And) else " || "
                return f"({sign.join(map(self.test, parts))})"
        return f"py.truth({self.value(node)})"

    def items(self, node: ast.expr) -> str:
        """An expression that is walked through."""
        if isinstance(node, ast.Call) and self._builtin(node.func) in tables.ONCE:
            return self._call(node, walked=True)
        return f"py.items({self.value(node)})"

    def operation(
        self,
        node: ast.AST,
        op: ast.operator,
        left: ast.expr,
        right: ast.expr,
        in_place: bool = False,
    ) -> str:
        if type(op) not in tables.OPERATORS:
            self.refuse(node, f"{type(op).__name__} is not portable")
        self._refuse_arrays(node, left, right)
        name = tables.OPERATORS[type(op)]
        if in_place and name in ("add", "mul"):
            name += "_in_place"
        return f"py.{name}({self.value(left)}, {self.value(right)})"

    @abstractmethod
    def comprehension(self, each: ast.expr, loops: list[ast.comprehension]) -> str:
        """A list comprehension, which has statements in it."""

    def refuse(self, node: ast.AST, problem: str) -> NoReturn:
        text, line = ast.unparse(node).strip().splitlines()[0], getattr(node, "lineno", 1)
        raise NotPortable(f"{self._name}, line {line}: {problem}: {text}")

    def _listed(self, nodes: list[ast.expr]) -> str:
        return ", ".join(map(self.value, nodes))

    def _literal(self, node: ast.expr, value: object) -> str:
        if isinstance(value, int) and abs(value) > tables.EXACT:
            self.refuse(node, "a whole number this large is not portable")
        if value is None or isinstance(value, bool | int | float | str):
            return json.dumps(value)
        self.refuse(node, f"{type(value).__name__} is not portable")

    def _is_own(self, name: str) -> bool:
        return any(name in scope for scope in self._scopes)

    def _is(self, name: str, value: object) -> bool:
        return not self._is_own(name) and self._known.get(name) is value

    def _builtin(self, node: ast.expr) -> str:
        """The name of the builtin that is called; empty for anything else."""
        if not isinstance(node, ast.Name) or node.id not in vars(builtins):
            return ""
        return node.id if self._is(node.id, vars(builtins)[node.id]) else ""

    def _read(self, node: ast.expr, name: str) -> str:
        if not self._is_own(name):
            if name not in self._known:
                self.refuse(node, f"{name} is not defined so far")
            if self._builtin(node) or self._is(name, math):
                self.refuse(node, f"{name} alone is not portable")
            self.used[name] = self._known[name]
        return f"${name}"

    def _refuse_arrays(self, node: ast.AST, *operands: ast.expr) -> None:
        for operand in operands:
            if isinstance(operand, ast.Name) and not self._is_own(operand.id):
                value = self._known.get(operand.id)
                if getattr(value, "ndim", 0):
                    self.refuse(node, "a numpy array calculates in Python only; use a list")

    def _pair(self, node: ast.expr, key: ast.expr | None, value: ast.expr) -> str:
        text = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(text, str) or not tables.PLAIN_KEY.fullmatch(text):
            self.refuse(node, "keys of a dictionary must be texts, and no numbers")
        return f"{json.dumps(text)}: {self.value(value)}"

    def _in_text(self, node: ast.expr) -> str:
        if not isinstance(node, ast.FormattedValue):
            return self.value(node)
        how = ast.unparse(node.format_spec)[2:-1] if node.format_spec else ""
        if node.conversion != -1 or not tables.FORMAT.fullmatch(how):
            self.refuse(node, tables.HOW)
        return f"py.text({self.value(node.value)}, {json.dumps(how)})"

    def _call(self, node: ast.Call, walked: bool = False) -> str:
        """A call; enumerate and zip only where they are walked through."""
        args, func, name = node.args, node.func, self._builtin(node.func)
        strict = ast.Constant(False)
        match name, node.keywords:
            case "zip", [ast.keyword("strict", ast.Constant() as strict)]:
                pass
            case _, [_, *_]:
                self.refuse(node, "calls are portable with plain arguments only")
        if any(isinstance(each, ast.Starred) for each in args):
            self.refuse(node, "calls are portable with plain arguments only")
        if isinstance(func, ast.Attribute) and func.attr == "append" and len(args) == 1:
            return f"py.append({self.value(func.value)}, {self.value(args[0])})"
        if not name:
            return f"{self.value(func)}({self._listed(args)})"
        if name not in tables.BUILTINS:
            self.refuse(node, f"{name} is not portable")
        if name in tables.ONCE and not walked:
            self.refuse(node, f"{name} is portable in loops and in list(…)")
        if name == "zip":
            lists = ", ".join(map(self.items, args))
            return f"py.zip({'true' if strict.value else 'false'}, [{lists}])"
        if name in ("max", "min") and len(args) > 1:
            return f"py.{name}([{self._listed(args)}])"
        if name in ("abs", "len", "range") or not args:
            return f"py.{name}({self._listed(args)})"
        return f"py.{name}({', '.join([self.items(args[0]), *map(self.value, args[1:])])})"
