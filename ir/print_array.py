"""Array IR as a NumPy program that runs: lifting the text gives the same Array IR again."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from . import array as arr
from .array import Apply, Expr, Program, Ref, Result, Results, View
from .ops import table
from .ops.gather import UPDATES, Combined
from .print_expr import assigned_text, expression_text, index_text, operand_text, texts
from .print_library import SizeLines, call_text, size_text
from .print_loops import derived_text, guard_text, message_text
from .print_view import view_text
from .types import PY_BOOL, Type

_INDENT = "    "
#: Operators that Python has an augmented assignment for.
_AUGMENTED = frozenset({"+", "-", "*", "/", "//", "%", "&", "|", "^", "@", "<<", ">>"})


def print_array(program: Program) -> str:
    """The program as a NumPy function.

    Guards, which send a call to the original function where they do not hold, are printed as assertions. A dtype is
    written only where NumPy would not convert to it by itself, a broadcast only where NumPy would not make it.
    """
    printer = ArrayPrinter()
    printer.block(program.body, 1)
    head = [f"def {program.name}({', '.join(program.arguments)}):"]
    head += [_INDENT + line for line in door_lines(program, "\n".join(printer.lines))]
    return "\n".join([*head, *printer.lines]) + "\n"


def door_lines(program: Program, body: str) -> list[str]:
    """The names of the extents that the text uses, integers derived from them, and the guards."""
    import re

    derived = [derived_text(d) for d in program.derived]
    guards = [f"assert {guard_text(g)}" for g in program.guards]
    used = set(re.findall(r"[A-Za-z_]\w*", "\n".join([body, *derived, *guards])))
    lines: list[str] = []
    for param in program.params:
        names = [size.names[0] if size.terms else None for size in param.type.shape]
        if all(name in used for name in names) and names:
            text = ", ".join(map(str, names))
            lines.append(f"{text} = {param.name}.shape" + ("[0]" if len(names) == 1 else ""))
        else:
            lines.extend(f"{name} = {param.name}.shape[{k}]" for k, name in enumerate(names) if name in used)
    return [*lines, *derived, *guards]


def show(program: Program) -> str:
    """The statements of a program as text, without its first line: for docstrings.

    Raises ValueError where there is none.
    """
    printer = ArrayPrinter()
    printer.block(program.body, 0)
    return "\n".join(printer.lines)


class ArrayPrinter:
    """Prints statements; a subclass may print some of them otherwise."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sizes = SizeLines(self.lines)
        self.open = 0  # blocks around the one that is printed

    def block(self, body: Iterable[arr.Stmt], depth: int) -> None:
        start = len(self.lines)
        self.open += 1
        for stmt in body:
            self.statement(stmt, depth)
        self.open -= 1
        if not self.open:
            self.sizes.drop_unused()
        if len(self.lines) == start:
            self.line(depth, "pass")

    def line(self, depth: int, text: str) -> None:
        self.lines.append(_INDENT * depth + text)

    def statement(self, stmt: arr.Stmt, depth: int) -> None:
        match stmt:
            case arr.Bind(name, value):
                self.line(depth, f"{name} = {expression_text(_new_memory(value))}")
            case arr.Alias(name, value):
                self.line(depth, f"{name} = {expression_text(value)}")
            case arr.Call(results, called, args, sizes):
                names = [result.name for result in results]
                # an operand that a method is called of binds tightly
                operands = [operand_text(a, 0 if called.text[:1] != "{" else 13) for a in args]
                self.line(depth, call_text(called, names, operands))
                for name, index, axis in sizes:
                    self.line(depth, size_text(name, names[index], axis))
                    self.sizes.add(name)
            case arr.Store(target, Apply(op, args, attrs), None) if op.name in UPDATES:
                self.line(depth, update_text(target, args, attrs))
            case arr.Store(target, value, None):
                self.line(depth, store_text(target, value))
            case arr.Store(target, value, mask) if mask is not None:
                self.line(depth, masked_text(target, value, mask))
            case arr.For(var, lo, hi, step, body):
                bounds = str(hi) if lo == 0 and step == 1 else f"{lo}, {hi}" if step == 1 else f"{lo}, {hi}, {step}"
                self.line(depth, f"for {var} in range({bounds}):")
                self.block(body, depth + 1)
            case arr.While(head, condition, body):
                if head:
                    self.line(depth, "while True:")
                    self.block(head, depth + 1)
                    self.line(depth + 1, f"if not {operand_text(_tested(condition))}:")
                    self.line(depth + 2, "break")
                else:
                    self.line(depth, f"while {condition_text(condition)}:")
                self.block(body, depth + 1)
            case arr.If(condition, then, orelse):
                self.line(depth, f"if {condition_text(condition)}:")
                self.block(then, depth + 1)
                while len(orelse) == 1 and isinstance(orelse[0], arr.If):
                    self.line(depth, f"elif {condition_text(orelse[0].condition)}:")
                    self.block(orelse[0].then, depth + 1)
                    orelse = orelse[0].orelse
                if orelse:
                    self.line(depth, "else:")
                    self.block(orelse, depth + 1)
            case arr.Check(arr.Const(False, _), exception, message):
                self.line(depth, f"raise {exception}({message_text(message)})")
            case arr.Check(condition, "AssertionError", message):
                self.line(depth, f"assert {condition_text(condition)}" + (f", {message!r}" if message else ""))
            case arr.Check(condition, exception, message):
                self.line(depth, f"if not {operand_text(_tested(condition))}:")
                self.line(depth + 1, f"raise {exception}({message_text(message)})")
            case arr.Return(value):
                text = result_text(value)
                bare = isinstance(value, Results) and len(value.items) > 1 and not value.form
                self.line(depth, f"return {text[1:-1] if bare else text}")
            case arr.Break():
                self.line(depth, "break")
            case arr.Continue():
                self.line(depth, "continue")
            case _:
                raise TypeError(f"no text for {type(stmt).__name__}")


def _new_memory(value: Expr) -> Expr:
    """`value` so that NumPy makes an array of its own, where it would give a view: a reshape, or a read-only one."""
    if isinstance(value, View) and expression_text(value).startswith("np.broadcast_to("):
        return _copied(value)
    if not (isinstance(value, Apply) and value.op.name == "reshape"):
        return value
    base = source = value.args[0]
    while isinstance(base, View):
        base = base.base
    if isinstance(base, Apply):
        return arr.rebuild(value, (_new_memory(source),)) if source is base else value
    return arr.rebuild(value, (_copied(source),))


def _copied(value: Expr) -> Expr:
    return Apply(table()["cast"], (value,), value.type.dtype, value.type)


def condition_text(condition: Expr) -> str:
    return expression_text(_tested(condition))


def _tested(condition: Expr) -> Expr:
    """A condition without the `bool(…)` that `if` and `while` make themselves."""
    match condition:
        case Apply(op, (inner,), _, type) if op.name == "cast" and type == PY_BOOL and inner.type.rank == 0:
            return inner
        case _:
            return condition


def target_text(target: Expr) -> str:
    """What stands on the left of a store."""
    if isinstance(target, View) and isinstance(target.base, Ref):
        text = view_text(target.base.name, target.base.shape, target.axes, target.shape, bool(target.shape), True)
        return text if text.endswith("]") else f"{text}[...]"
    text = expression_text(target)
    return f"{text}[:]" if target.type.rank else f"{text}[...]"


def store_text(target: Expr, value: Expr) -> str:
    """`target[...] = value`, in place where the value is an operation on the target itself."""
    left = target_text(target)
    match value:
        case Apply(op, (first, _), _, type) if first is target and op.symbol in _AUGMENTED and type == target.type:
            text = expression_text(value)
            prefix = f"{operand_text(first, 0)} {op.symbol} "
            if text.startswith(prefix):
                rest = text[len(prefix) :]
                # parentheses around the whole right side are not needed after `op=`
                inner = rest[1:-1] if rest.startswith("(") and _closes_at_end(rest) else rest
                name = left.removesuffix("[:]") if isinstance(target, Ref) else left
                return f"{name} {op.symbol}= {inner}"
    return f"{left} = {assigned_text(value, target.type)}"


def update_text(target: Expr, args: tuple[Expr, ...], attrs: object) -> str:
    """A store to the elements that positions or a mask name: `place` and `scatter` of the op table."""
    value = assigned_text(args[-1], Type(target.type.dtype, args[-1].shape, "array"))
    where = index_text(args[1:-1])
    if isinstance(attrs, Combined) and attrs.ufunc is not None:
        return f"np.{attrs.ufunc}.at({operand_text(target)}, ({where}{',' if len(args) == 3 else ''}), {value})"
    return f"{operand_text(target)}[{where}] = {value}"


def _closes_at_end(text: str) -> bool:
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if depth == 0:
            return k == len(text) - 1
    return False


def masked_text(target: Expr, value: Expr, mask: Expr) -> str:
    """A store where `mask` holds: through a mask for a scalar, else by np.copyto."""
    narrow = _leading(mask)
    if isinstance(target, Ref) or target.type.rank:
        place = f"{operand_text(target)}[{expression_text(narrow)}]"
        if value.type.rank == 0:
            return f"{place} = {assigned_text(value, Type(target.type.dtype, (), 'array'))}"
        if narrow is mask and isinstance(value, Apply) and len(value.args) == 2 and value.args[0] is target:
            op, other = value.op, value.args[1]
            if op.symbol in _AUGMENTED and other.type.rank == 0 and value.type.dtype == target.type.dtype:
                rest = expression_text(value).removeprefix(f"{operand_text(target, 0)} {op.symbol} ")
                if rest != expression_text(value):
                    return f"{place} {op.symbol}= {rest}"
    text = assigned_text(value, target.type)
    if isinstance(value, Apply) and value.op.name == "cast":
        if not np.can_cast(value.args[0].type.dtype, value.type.dtype, "same_kind"):
            text = expression_text(value)  # copyto converts less than an assignment
    return f"np.copyto({expression_text(target)}, {text}, where={expression_text(mask)})"


def _leading(mask: Expr) -> Expr:
    """The mask over leading axes that `mask` repeats along the others."""
    if isinstance(mask, View):
        used = [axis.out for axis in mask.axes]
        rank = mask.base.type.rank
        whole = all(a.offset == 0 and a.step == 1 for a in mask.axes) and mask.base.shape == mask.shape[:rank]
        if whole and used == list(range(rank)) and rank < mask.type.rank:
            return mask.base
    return mask


def result_text(value: Result) -> str:
    match value:
        case None:
            return "None"
        case Results(items):
            return value.text([result_text(item) for item in items])
        case _:
            return texts(value)[value][0]
