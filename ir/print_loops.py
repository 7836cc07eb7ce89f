"""Loop IR as Python: loops over NumPy arrays that run as they print; a subclass prints another target's dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import loops as lp
from .array import Derived, Guard, Results
from .layout import chosen, filled, folded, operand
from .print_library import call_text, size_text
from .span import lines_text
from .types import Size


class LoopPrinter:
    """Prints statements; `requires` collects the functions of runtime/ that the text calls."""

    target = "py"
    parallel_range = "range"

    def __init__(self) -> None:
        self.requires: dict[str, None] = {}
        self.lines: list[str] = []

    # -- statements

    def block(self, body: Iterable[lp.Stmt], depth: int) -> None:
        start = len(self.lines)
        for stmt in body:
            self.statement(stmt, depth)
        if len(self.lines) == start:
            self.line(depth, "pass")

    def line(self, depth: int, text: str) -> None:
        self.lines += folded(text, depth)

    def statement(self, stmt: lp.Stmt, depth: int) -> None:
        match stmt:
            case lp.Alloc(name, dtype, shape, fill):
                self.line(depth, f"{name} = np.{fill}({shape_text(shape)}{dtype_argument(dtype)})")
            case lp.Pointer(name, source, _, shape, reshaped):
                self.line(
                    depth, f"{name} = {source}.reshape({shape_text(shape)})" if reshaped else f"{name} = {source}"
                )
            case lp.Swap(first, second):
                self.line(depth, f"{first}, {second} = {second}, {first}")
            case lp.Assign(name, lp.Lit(number, dtype)) if isinstance(number, np.integer) and dtype == np.int64:
                self.line(depth, f"{name} = np.int64({number})")  # what is made of it wraps around, as NumPy's does
            case lp.Assign(name, value):
                self.line(depth, f"{name} = {self.expr(value)}")
            case lp.Store(buffer, indices, value):
                self.store(f"{buffer}[{self.subscripts(indices)}]", value, depth)
            case lp.Accumulate():
                self.accumulate(stmt, depth)
            case lp.Settle(name, lost, _):
                self.requires["compensated_total"] = None
                self.line(depth, f"{name} = compensated_total({name}, {lost})")
            case lp.For(var, lo, hi, step, body, kind):
                function = self.parallel_range if kind is lp.LoopKind.PAR else "range"
                bounds = str(hi) if lo == 0 and step == 1 else f"{lo}, {hi}" if step == 1 else f"{lo}, {hi}, {step}"
                self.line(depth, f"for {var} in {function}({bounds}):")
                self.block(body, depth + 1)
            case lp.While(head, condition, body):
                if head:
                    self.line(depth, "while True:")
                    self.block(head, depth + 1)
                    self.line(depth + 1, f"if not {self.tight(condition)}:")
                    self.line(depth + 2, "break")
                else:
                    self.line(depth, f"while {self.expr(condition)}:")
                self.block(body, depth + 1)
            case lp.If(condition, then, orelse):
                self.line(depth, f"if {self.expr(condition)}:")
                self.block(then, depth + 1)
                if orelse:
                    self.line(depth, "else:")
                    self.block(orelse, depth + 1)
            case lp.Check(lp.Lit(False), exception, message):
                self.line(depth, f"raise {exception}({message_text(message)})")
            case lp.Check(condition, exception, message):
                self.line(depth, f"if not {self.tight(condition)}:")
                self.line(depth + 1, f"raise {exception}({message_text(message)})")
            case lp.Library(out, function, args):
                self.line(depth, f"{function}({', '.join(map(section_text, args))}, out={section_text(out)})")
            case lp.HostCall():
                self.host_call(stmt, depth)
            case lp.Return(value):
                text = self.result(value)
                bare = isinstance(value, Results) and len(value.items) > 1 and not value.form
                self.line(depth, f"return {text[1:-1] if bare else text}")
            case lp.Break():
                self.line(depth, "break")
            case lp.Continue():
                self.line(depth, "continue")
            case _:
                raise TypeError(f"no text for {type(stmt).__name__}")

    def store(self, target: str, value: lp.Expr, depth: int) -> None:
        text = self.expr(value)
        if isinstance(value, lp.Scalar) and value.op.symbol in ("+", "-", "*", "/") and len(value.args) == 2:
            first, second = (self.expr(arg) for arg in value.args)
            if first == target and text == filled(f"{{0}} {value.op.symbol} {{1}}", (first, second)):
                self.line(depth, f"{target} {value.op.symbol}= {second}")
                return
        self.line(depth, f"{target} = {text}")

    def accumulate(self, stmt: lp.Accumulate, depth: int) -> None:
        target = self.expr(stmt.target)
        if stmt.lost is not None:
            self.requires["compensated_add"] = None
            lost = stmt.lost.name
            self.line(depth, f"{target}, {lost} = compensated_add({target}, {lost}, {self.expr(stmt.value)})")
        elif stmt.op.symbol in ("+", "*") and stmt.target.dtype.kind != "b":
            self.line(depth, f"{target} {stmt.op.symbol}= {self.expr(stmt.value)}")
        else:
            self.line(depth, f"{target} = {self.operation(stmt.op, (stmt.target, stmt.value), stmt.target.dtype)}")

    def host_call(self, stmt: lp.HostCall, depth: int) -> None:
        """The call; what compiled code reads has to lie in C order."""
        called = stmt.called
        operands = [section_text(a) if isinstance(a, lp.Section) else self.result(a) for a in stmt.args]
        names = [result.name for result in stmt.results]
        text = call_text(called, names, operands)
        if called.loose and not called.unpacked:
            text = f"{names[0]} = np.ascontiguousarray({call_text(called, (), operands)})"
        self.line(depth, text)
        for k in called.loose if called.unpacked else ():
            self.line(depth, f"{names[k]} = np.ascontiguousarray({names[k]})")
        for name, array, axis in stmt.sizes:
            self.line(depth, size_text(name, array, axis))

    def result(self, value: lp.Result) -> str:
        match value:
            case None:
                return "None"
            case Results(items):
                return value.text([self.result(item) for item in items])  # type: ignore[arg-type]
            case lp.ScalarResult(lp.Scalar() as scalar, type) if type is not None and type.kind == "numpy":
                # what a kernel returns is Python's here, which does not wrap around
                return self.scalar_result(self.expr(lp.map_expr(scalar, _wrapping)), type)
            case lp.ScalarResult(scalar, type):
                return self.scalar_result(self.expr(scalar), type)
            case lp.ArrayResult(_, text):
                return text
            case _:
                raise TypeError(f"no text for {value!r}")

    def scalar_result(self, text: str, type: Any) -> str:
        """A scalar that leaves the function, with its kind; `type` None is a kernel's result, which has none."""
        if type is None:
            return text
        if type.kind == "python":
            return f"{ {'b': 'bool', 'i': 'int', 'f': 'float', 'c': 'complex'}[type.dtype.kind] }({text})"
        return f"{scalar_type(type.dtype)}({text})"

    # -- expressions

    def expr(self, value: lp.Expr) -> str:
        match value:
            case lp.Lit(number, dtype):
                return self.literal(number, dtype)
            case lp.Index(size):
                return str(size)
            case lp.Var(name, _):
                return name
            case lp.Load(buffer, indices, _):
                return f"{buffer}[{self.subscripts(indices)}]"
            case lp.Scalar(op, args, dtype):
                return self.operation(op, args, dtype)
            case lp.Cast(arg, dtype):
                return self.cast(self.expr(arg), arg.dtype, dtype)
            case lp.Select(condition, then, orelse, _):
                return chosen(self.expr(then), self.expr(condition), self.expr(orelse))
            case _:
                raise TypeError(f"no text for {type(value).__name__}")

    def tight(self, value: lp.Expr) -> str:
        """The expression as an operand: in parentheses unless it binds tightly."""
        return operand(self.expr(value))

    def subscripts(self, indices: tuple[lp.Subscript, ...]) -> str:
        return ", ".join(str(i) if isinstance(i, Size) else self.expr(i) for i in indices) or "()"

    def operation(self, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        template = op.template(self.target, args[0].dtype)
        template = by_constant(op, args) or template
        if template is None:
            raise ValueError(f"{op.name} of {args[0].dtype} has no code for {self.target}")
        for name in op.requires:
            if re.search(rf"\b{name}\b", template):
                self.requires[name] = None
        return self.narrowed(filled(template, map(self.expr, args)), op, args, dtype)

    def narrowed(self, text: str, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        return text

    def cast(self, text: str, source: np.dtype, dtype: np.dtype) -> str:
        """A conversion. Floats outside the range of a small or unsigned integer wrap, as NumPy's C code has them do."""
        if source.kind == "f" and dtype == np.uint64:
            self.requires["uint64_of_float"] = None
            return f"uint64_of_float({text})"
        if source.kind == "f" and dtype.kind in "iu" and dtype not in (np.int64, np.int32):
            return f"{scalar_type(dtype)}(np.int64({text}))"
        if source == np.int64 and dtype.kind in "iu" and dtype != np.int64 and self.target == "py":
            return f"{scalar_type(dtype)}(np.int64({text}))"  # a Python int would have to fit
        return f"{scalar_type(dtype)}({text})"

    def literal(self, number: Any, dtype: np.dtype) -> str:
        return literal_text(number, dtype)


def _wrapping(value: lp.Expr) -> lp.Expr:
    return lp.Cast(value, value.dtype) if isinstance(value, lp.Var) and value.dtype == np.int64 else value


def by_constant(op: Any, args: tuple[lp.Expr, ...]) -> str | None:
    """The code of an operation whose last operand is a constant that makes it simple; None for any other."""
    last = args[-1]
    if not op.by_constant or not isinstance(last, lp.Lit) or last.value <= 0:
        return None
    if op.symbol == ">>" and last.value >= 8 * last.dtype.itemsize:
        return None  # no shift for the processor
    return op.by_constant.get(args[0].dtype.kind)


def show(program: lp.Program) -> str:
    """The statements of a program as text, without its first line: for docstrings.

    Raises TypeError for a statement that has no text.
    """
    printer = LoopPrinter()
    printer.block(program.body, 0)
    return "\n".join(printer.lines)


def scalar_type(dtype: np.dtype) -> str:
    return "np.bool_" if dtype.kind == "b" else f"np.{dtype.name}"


def dtype_argument(dtype: np.dtype) -> str:
    return "" if dtype == np.float64 else f", {scalar_type(dtype)}"


def shape_text(shape: tuple[Size, ...]) -> str:
    if len(shape) == 1:
        return str(shape[0])
    return f"({', '.join(map(str, shape))})"


def literal_text(number: Any, dtype: np.dtype) -> str:
    """A number as Python that has exactly this value and dtype."""
    plain = number.item() if isinstance(number, np.generic) else number
    match dtype.kind:
        case "b":
            return str(bool(plain))
        case "i" | "u":
            text = str(int(plain))
            # one of many digits is NumPy's: what it is added to may have to wrap around
            return text if dtype == np.int64 and abs(int(plain)) < 1 << 31 else f"{scalar_type(dtype)}({text})"
        case "f":
            plain = float(plain)
            text = (
                repr(plain)
                if np.isfinite(plain)
                else "np.nan"
                if np.isnan(plain)
                else ("np.inf" if plain > 0 else "-np.inf")
            )
            if dtype == np.float32:
                # the shortest text that rounds to the same float32
                short = repr(float(str(np.float32(plain)))) if np.isfinite(plain) else text
                return f"np.float32({short})"
            return text
        case _:
            plain = complex(plain)
            text = f"complex({literal_text(plain.real, np.dtype(float))}, {literal_text(plain.imag, np.dtype(float))})"
            return text if dtype == np.complex128 else f"np.complex64({text})"


def message_text(message: str) -> str:
    return ("f" if "{" in message else "") + repr(message)


def section_text(section: lp.Section) -> str:
    parts, turns = [], []
    for subscript in section.subscripts:
        if isinstance(subscript, Size):
            parts.append(str(subscript))
            continue
        offset, step, size = subscript
        # bounds that are not negative whatever the size, of no elements as well; backwards it is a slice turned round
        first, stop = (offset, offset + step * size) if step > 0 else (offset + step * (size - 1), offset + 1)
        parts.append(f"{first}:{stop}" + (f":{abs(step)}" if abs(step) > 1 else ""))
        turns.append(":" if step > 0 else "::-1")
    whole = all(not isinstance(s, Size) and s[0] == 0 and s[1] == 1 for s in section.subscripts)
    text = section.buffer if whole and section.whole else f"{section.buffer}[{', '.join(parts)}]"
    if "::-1" in turns:
        text += f"[{', '.join(turns)}]"
    if section.order != tuple(sorted(section.order)):
        order = sorted(range(len(section.order)), key=lambda k: section.order[k])
        text += ".T" if order == [1, 0] else f".transpose({', '.join(map(str, order))})"
    if len(section.order) < section.rank:
        text += f"[{', '.join(':' if k in section.order else 'None' for k in range(section.rank))}]"
    if section.rows and section.rank > 2:
        walked = [s[2] for s in section.subscripts if not isinstance(s, Size)]
        sizes = [walked[section.order.index(k)] if k in section.order else Size(1) for k in range(section.rank)]
        leading = [str(size) if len(size.terms) + bool(size.const) == 1 else f"({size})" for size in sizes[:-1]]
        text += f".reshape({' * '.join(t for t in leading if t != '1') or '1'}, {sizes[-1]})"
    return text


def guard_text(guard: Guard) -> str:
    return str(guard)


def derived_text(derived: Derived) -> str:
    return f"{derived.name} = {derived}"


def comment_of(stmt: lp.Stmt) -> str | None:
    """The comment above a nest: the source lines that it computes."""
    return f"# {lines_text(stmt.spans)}" if stmt.spans else None
