"""Are two programs of the Array IR the same up to the names of sizes and variables?"""

from __future__ import annotations

import re
from typing import Any

from . import array as arr
from .array import Apply, Axis, Const, Expr, Extent, Program, Reduced, Ref, Result, Results, Shaped, View
from .types import PY_INT, Shape, Size, Type


def canonical_text(program: Program) -> str:
    """A listing of the program, the same for programs that are equal.

    Programs are equal that have the same parameters and the same statements on the same expressions, whatever their
    names and versions are called: these are numbered in the order in which they occur. Not compared are guards (a
    program that was printed and lifted again may need others for the same sizes), the integers in a check's message,
    and whether a number that is an operand is Python's or NumPy's, once its dtype is settled.
    """
    return _Listing(program).text()


class _Listing:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.names: dict[str, str] = {}
        self.versions: dict[str, dict[int, int]] = {}
        self.lines: list[str] = []
        bound = [s.name for s in arr.statements(program.body) if isinstance(s, arr.Bind) and s.value.type == PY_INT]
        self.integers = {name for name in bound if bound.count(name) == 1}  # a variable or a size: that is one

    def text(self) -> str:
        program = self.program
        for param in program.params:
            self.lines.append(f"{self.name(param.name)}: {self.type(param.type)}")
        derived = {d.name: d for d in program.derived}
        self.derived = derived
        self.block(program.body, 0)
        return "\n".join(self.lines)

    def name(self, name: str) -> str:
        if name not in self.names:
            self.names[name] = f"%{len(self.names)}"
            derived = getattr(self, "derived", {}).get(name)
            if derived is not None:
                first, second = self.size(derived.first), self.size(derived.second)
                self.lines.append(f"{self.names[name]} = {first} {derived.operator} {second}")
        return self.names[name]

    def size(self, size: Size) -> str:
        return " + ".join([*sorted(f"{k}*{self.name(n)}" for n, k in size.terms), str(size.const)])

    def shape(self, shape: Shape) -> str:
        return f"[{', '.join(self.size(size) for size in shape)}]"

    def type(self, type: Type) -> str:
        return f"{type.kind} {type.dtype}{self.shape(type.shape)}"

    # -- statements

    def block(self, body: tuple[arr.Stmt, ...], depth: int) -> None:
        for stmt in body:
            self.statement(stmt, depth)

    def statement(self, stmt: arr.Stmt, depth: int) -> None:
        indent = "  " * depth
        head = type(stmt).__name__
        match stmt:
            case arr.Bind(name, value) | arr.Alias(name, value):
                text = self.expr(value)
                self.lines.append(f"{indent}{head} {self.name(name)} = {text}")
            case arr.Store(target, value, mask):
                parts = [self.expr(target), *(self.expr(e, True) for e in (value, mask) if e is not None)]
                self.lines.append(f"{indent}{head} {', '.join(parts)}")
            case arr.Call(results, called, args, sizes):
                made = ", ".join(f"{self.name(p.name)}: {self.type(p.type)}" for p in results)
                places = [(self.name(name), index, axis) for name, index, axis in sizes]
                operands = " | ".join(self.expr(arg) for arg in args)
                self.lines.append(f"{indent}{head} {made} {places} = {called} {operands}")
            case arr.For(var, lo, hi, step, body):
                self.lines.append(f"{indent}{head} {self.name(var)} {self.size(lo)} : {self.size(hi)} : {step}")
                self.block(body, depth + 1)
            case arr.While(first, condition, body):
                self.lines.append(f"{indent}{head}")
                self.block(first, depth + 1)
                self.lines.append(f"{indent}do {self.expr(condition)}")
                self.block(body, depth + 1)
            case arr.If(condition, then, orelse):
                self.lines.append(f"{indent}{head} {self.expr(condition)}")
                self.block(then, depth + 1)
                self.lines.append(f"{indent}else")
                self.block(orelse, depth + 1)
            case arr.Check(condition, exception, message):
                text = re.sub(r"\{[^{}]*\}", "{}", message)  # the integers in it may be written in terms of others
                self.lines.append(f"{indent}{head} {self.expr(condition)} {exception} {text!r}")
            case arr.Return(value):
                self.lines.append(f"{indent}{head} {self.result(value)}")
            case _:
                self.lines.append(f"{indent}{head}")

    def result(self, value: Result) -> str:
        match value:
            case Results(items):
                return value.text([self.result(item) for item in items])
            case None:
                return "None"
            case _:
                return self.expr(value)

    # -- expressions: each node once, operands by number

    def expr(self, root: Expr, is_operand: bool = False) -> str:
        top = None if is_operand else root
        number: dict[Expr, int] = {}
        parts: dict[str, int] = {}
        for node in arr.walk(root):
            operands = ", ".join(f"#{number[arg]}" for arg in node.args)
            shown = self.type(node.type) if node is top or not _is_number(node) else str(node.type.dtype)
            text = f"{self.node(node, node is top)}({operands}): {shown}"
            number[node] = parts.setdefault(text, len(parts))
        return "; ".join(f"#{k} = {text}" for text, k in parts.items())

    def node(self, node: Expr, is_root: bool) -> str:
        match node:
            case Const(value, _):
                return repr(value) if is_root else repr(node.type.dtype.type(value))
            case Extent(size) if size.is_const and not is_root:
                return repr(node.type.dtype.type(size.const))
            case Extent(size):
                return self.size(size)
            case Ref(name, _, kind) if kind == PY_INT and name in self.integers:
                return self.size(Size.named(name))
            case Ref(name, version, _):
                versions = self.versions.setdefault(name, {})
                return f"{self.name(name)}.{versions.setdefault(version, len(versions))}"
            case Apply(op, _, attrs, _):
                return f"{op.name} {self.attrs(attrs)}"
            case View(_, axes, _):
                return " ".join(self.axis(axis) for axis in axes)
            case _:
                raise TypeError(f"no listing for {type(node).__name__}")

    def axis(self, axis: Axis) -> str:
        return f"<{self.size(axis.offset)} {axis.step} {axis.out}>"

    def attrs(self, attrs: Any) -> str:
        match attrs:
            case Shaped(shape, dtype):
                return f"{self.shape(shape)} {dtype}"
            case Reduced(axes, keepdims):
                return f"{axes} {keepdims}"
            case _:
                return str(attrs)


def _is_number(node: Expr) -> bool:
    """Whether an operand is a constant or a converted scalar: its dtype counts, and not whose kind of scalar it is."""
    if isinstance(node, Extent):
        return node.size.is_const
    return not node.type.rank and (isinstance(node, Const) or (isinstance(node, Apply) and node.op.name == "cast"))
