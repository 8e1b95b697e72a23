"""One Python function as JavaScript: its statements, and which names are its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lecturekit.portable.expressions import Expressions


class Writer(Expressions):
    """Writes one function."""

    def function(self, tree: ast.FunctionDef) -> str:
        """(arguments) => {…}; annotations, decorators and docstring are Python's alone."""
        given = tree.args
        if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs:
            self.refuse(tree, "only plain arguments are portable")
        names = [each.arg for each in given.args]
        own = {name for statement in tree.body for name in _assigned(statement)}.difference(names)
        for node in (node for default in given.defaults for node in ast.walk(default)):
            if (
                isinstance(node, ast.Name) and node.id in names
            ):  # in Python another one of that name
                self.refuse(node, "a default cannot read what an argument is called")
        texts = [""] * (len(names) - len(given.defaults))
        texts += [f" = {self.value(default)}" for default in given.defaults]
        arguments = ", ".join(f"${name}{text}" for name, text in zip(names, texts, strict=True))
        self._scopes.append({*names, *own})
        declared = [f"let {', '.join(f'${name}' for name in sorted(own))};"] if own else []
        lines = [*declared, *map(self._statement, tree.body), "return null;"]
        self._scopes.pop()
        return f"({arguments}) => {_block(lines)}"

    def _statement(self, node: ast.stmt) -> str:
        match node:
            case ast.Return(value=result):
                return f"return {self.value(result) if result else 'null'};"
            case ast.Assign(targets=[target], value=value):
                return self._assign(target, self.value(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign(target, self.value(value))
            case ast.Assign():
                self.refuse(node, "assign to one target at a time")
            case ast.AugAssign(target=target, op=op, value=value):
                return self._assign(target, self.operation(node, op, target, value, in_place=True))
            case ast.If(test=test, body=body, orelse=orelse):
                otherwise = f" else {self._body(orelse)}" if orelse else ""
                return f"if ({self.test(test)}) {self._body(body)}{otherwise}"
            case ast.For(target=target, iter=walked, body=body, orelse=[]):
                lines = [self._assign(target, "item"), *map(self._statement, body)]
                return f"for (const item of {self.items(walked)}) {_block(lines)}"
            case ast.While(test=test, body=body, orelse=[]):
                return f"while ({self.test(test)}) {self._body(body)}"
            case ast.For() | ast.While():
                self.refuse(node, "a loop with else is not portable")
            case ast.Break() | ast.Continue():
                return f"{type(node).__name__.lower()};"
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return ""
            case ast.Expr(value=value):
                return f"{self.value(value)};"
        self.refuse(node, f"{type(node).__name__} is not portable")

    def _body(self, statements: list[ast.stmt]) -> str:
        return _block(map(self._statement, statements))

    def _assign(self, target: ast.expr, value: str, new: str = "") -> str:
        """`target = value`; new: "const " for the names of a comprehension."""
        match target:
            case ast.Name(id=name):
                return f"{new}${name} = {value};"
            case ast.Subscript(value=whole, slice=index) if not isinstance(index, ast.Slice):
                return f"py.put({self.value(whole)}, {self.value(index)}, {value});"
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                if any(isinstance(part, ast.Tuple | ast.List) for part in parts):
                    self.refuse(target, "unpack one level at a time")
                each = [self._assign(part, f"parts[{n}]", new) for n, part in enumerate(parts)]
                lines = [f"const parts = py.unpack({value}, {len(parts)});", *each]
                return "\n".join(lines) if new else _block(lines)
        self.refuse(target, "only names, x[i] and lists of them can be assigned")

    def comprehension(self, each: ast.expr, loops: list[ast.comprehension]) -> str:
        walked = self.items(loops[0].iter)  # outside: in [x for x in x] these are two x
        self._scopes.append({name for loop in loops for name in _names(loop.target)})
        made = f"made.push({self.value(each)});"
        for loop in reversed(loops):
            if loop.is_async:
                self.refuse(loop.target, "async is not portable")
            tests = [f"if (!{self.test(test)}) continue;" for test in loop.ifs]
            source = "walked" if loop is loops[0] else self.items(loop.iter)
            lines = [self._assign(loop.target, "item", "const "), *tests, made]
            made = f"for (const item of {source}) {_block(lines)}"
        self._scopes.pop()
        return f"((walked) => {_block(['const made = [];', made, 'return made;'])})({walked})"


def _block(lines: Iterable[str]) -> str:
    return "\n".join(["{", *filter(None, lines), "}"])


def _names(target: ast.AST) -> Iterator[str]:
    """The names that an assignment to this target gives a value."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _assigned(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value; those of a comprehension are its own."""
    if isinstance(node, ast.ListComp):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _assigned(child)
