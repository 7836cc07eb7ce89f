"""Target `python`: the Loop IR executed as it prints. The reference: it needs no compiler."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.print_loops import LoopPrinter, scalar_type
from ..ir.types import INT
from ..passes.context import Context
from .base import Module, argument_names, body_depth, door, with_bail


class PythonTarget:
    name = "python"
    level = "loops"
    requires: tuple[str, ...] = ()

    def unavailable(self) -> tuple[str, str] | None:
        return None

    def emit(self, program: arr.Program | lp.Program, ctx: Context) -> Module:
        assert isinstance(program, lp.Program)
        printer = PythonPrinter()
        lines = [
            f"def {program.name}({', '.join(argument_names(program))}):",
            *("    " + line for line in door(program)),
        ]
        printer.block(program.body, body_depth(program))
        return Module(
            program.name,
            ("import math", "import numpy as np"),
            tuple(printer.requires),
            "\n".join([*lines, *with_bail(program, printer.lines)]),
            "python",
        )


#: Divisions, of which Python raises where NumPy gives infinity or NaN.
_DIVISIONS = {"divide": "np.divide", "floor_divide": "np.floor_divide", "remainder": "np.remainder"}


class PythonPrinter(LoopPrinter):
    """Loop IR as it runs in the interpreter, where a scalar may be Python's number although it stands for NumPy's."""

    def operation(self, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        leaves = {type(node) for arg in args for node in lp.subexpressions(arg)}
        if op.name == "multiply" and dtype == INT and lp.Var in leaves and lp.Load not in leaves:
            return f"{self.int64(args[0])} * {self.tight(args[1])}"
        if op.name in _DIVISIONS and dtype.kind in "fc" and not any(map(_surely_numpy, args)):
            return f"{_DIVISIONS[op.name]}({', '.join(map(self.expr, args))})"
        return super().operation(op, args, dtype)

    def cast(self, text: str, source: np.dtype, dtype: np.dtype) -> str:
        """Python raises where a float that is not finite is made an integer; NumPy warns, and gives some integer."""
        if source.kind != "f" or dtype.kind not in "iu" or dtype == np.uint64:
            return super().cast(text, source, dtype)
        name = "int32_of_float" if dtype == np.int32 else "int64_of_float"
        self.requires[name] = None
        whole = f"{name}({text})"
        return whole if dtype in (np.int32, np.int64) else f"{scalar_type(dtype)}({whole})"

    def accumulate(self, stmt: lp.Accumulate, depth: int) -> None:
        if stmt.op.name == "multiply" and stmt.target.dtype == INT and isinstance(stmt.target, lp.Var):
            self.line(depth, f"{stmt.target.name} *= {self.int64(stmt.value)}")
        else:
            super().accumulate(stmt, depth)

    def int64(self, value: lp.Expr) -> str:
        """An integer as NumPy's, whose products are taken modulo their width; Python's grow."""
        loads = any(isinstance(node, lp.Load) for node in lp.subexpressions(value))
        return self.tight(value) if loads else f"np.int64({self.expr(value)})"


def _surely_numpy(value: lp.Expr) -> bool:
    """Whether a float is NumPy's whichever way it is computed. A literal is Python's, a variable may be."""
    match value:
        case lp.Load() | lp.Cast():
            return True
        case lp.Scalar(_, args, _):
            return any(map(_surely_numpy, args))
        case lp.Select(_, then, orelse, _):
            return _surely_numpy(then) and _surely_numpy(orelse)
        case _:
            return False
