"""Target `numpy`: the program after the algebra, as NumPy that reuses its arrays. It needs no compiler."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Apply, Expr, Ref
from ..ir.ops import OpKind
from ..ir.print_array import ArrayPrinter, target_text
from ..ir.print_expr import Text, implicit, texts
from ..passes.context import Context
from .base import Module, argument_names, body_depth, door, with_bail

_AUGMENTED = frozenset({"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"})
_ATOM = 13


class NumpyTarget:
    name = "numpy"
    level = "array"
    requires: tuple[str, ...] = ()

    def unavailable(self) -> tuple[str, str] | None:
        return None

    def emit(self, program: arr.Program | lp.Program, ctx: Context) -> Module:
        assert isinstance(program, arr.Program)
        printer = NumpyPrinter()
        printer.block(program.body, body_depth(program))
        lines = [
            f"def {program.name}({', '.join(argument_names(program))}):",
            *("    " + line for line in door(program)),
            *with_bail(program, printer.lines),
        ]
        text = "\n".join(lines)
        imports = tuple(f"import {m}" for m in ("cmath", "math") if re.search(rf"\b{m}\.", text))
        return Module(program.name, (*imports, "import numpy as np"), (), text)


class NumpyPrinter(ArrayPrinter):
    """Array IR as NumPy without needless temporaries: an operand that nobody else reads becomes the result's memory.

    Before:  total = np.exp(x * y + 1)
    After:   total = x * y
             total += 1
             np.exp(total, out=total)
    """

    def statement(self, stmt: arr.Stmt, depth: int) -> None:
        match stmt:
            case arr.Bind(name, value) if len(steps := in_place(value, name)) > 1:
                self.chain(steps, name, depth)
            case arr.Store(target, Apply() as value, None) if writes_into(value, target):
                done = texts(value)
                done.update(texts(target))
                operands = ", ".join(text for text, _ in implicit(value, done))
                place = target_text(target).removesuffix("[:]")
                self.line(depth, f"{function(value)}({operands}, out={place})")
            case _:
                super().statement(stmt, depth)

    def chain(self, steps: list[Apply], name: str, depth: int) -> None:
        """The first step makes the array, each later one takes the place of the one before."""
        done: dict[Expr, Text] = texts(steps[0])
        self.line(depth, f"{name} = {done[steps[0]][0]}")
        for before, node in itertools.pairwise(steps):
            for other in node.args:
                if other is not before:
                    done.update(texts(other))
            done[before] = (name, _ATOM)
            operands = implicit(node, done)
            if node.op.symbol in _AUGMENTED and len(node.args) == 2 and node.args[0] is before:
                self.line(depth, f"{name} {node.op.symbol}= {operands[1][0]}")
            else:
                self.line(depth, f"{function(node)}({', '.join(text for text, _ in operands)}, out={name})")


def in_place(value: Expr, name: str) -> list[Apply]:
    """The operations from the first that makes an array like `value` to `value` itself, each on the one before.

    Only what is computed once and read by the next alone is overwritten, and never an array named `name` already.
    """
    if any(isinstance(node, Ref) and node.name == name for node in arr.walk(value)):
        return []
    uses = Counter(arg for node in arr.walk(value) for arg in node.args)
    steps: list[Apply] = []
    node: Expr | None = value
    while node is not None and isinstance(node, Apply) and _elementwise(node) and node.type == value.type:
        steps.append(node)
        node = next((arg for arg in node.args if uses[arg] == 1 and _overwritable(arg, node)), None)
    return steps[::-1]


def _elementwise(node: Apply) -> bool:
    return node.op.kind is OpKind.ELEMENTWISE and node.op.ufunc is not None and node.type.rank > 0


def _overwritable(operand: Expr, node: Apply) -> bool:
    return isinstance(operand, Apply) and _elementwise(operand) and operand.type == node.type


def writes_into(value: Apply, target: Expr) -> bool:
    """Whether NumPy can compute `value` in the place where it is stored: the same dtype, not already `target OP= …`."""
    return (
        _elementwise(value)
        and value.type.dtype == target.type.dtype
        and value.shape == target.shape
        and not (value.args[0] is target and value.op.symbol in _AUGMENTED)
    )


def function(node: Apply) -> str:
    assert node.op.ufunc is not None
    return f"np.{node.op.ufunc.__name__}"
