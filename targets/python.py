"""Target `python`: the Loop IR executed as it prints. The reference: it needs no compiler."""

from __future__ import annotations

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
        printer = LoopPrinter()
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
