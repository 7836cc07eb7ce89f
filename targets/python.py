"""Target `python`: the Loop IR executed as it prints. The reference: it needs no compiler."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.print_loops import LoopPrinter
from ..passes import Context
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
        loads = any(isinstance(node, lp.Load) for arg in args for node in lp.subexpressions(arg))
        if op.name in _DIVISIONS and dtype.kind in "fc" and not loads:
            return f"{_DIVISIONS[op.name]}({', '.join(map(self.expr, args))})"
        return super().operation(op, args, dtype)
