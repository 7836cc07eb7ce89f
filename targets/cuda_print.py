"""A plan for a GPU as text: kernels for numba.cuda.jit, and the Python function that moves data and launches them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import loops as lp
from ..ir.array import Results
from ..ir.layout import filled
from ..ir.print_loops import LoopPrinter, by_constant, comment_of, dtype_argument, scalar_type, shape_text
from ..ir.span import NOWHERE, Spans
from .cuda_nodes import Combine, Distinct, Kernel, Launch, Mapped, Partial, Plan, Publish, Wait
from .cuda_ops import WIDENING, device_functions, template

_COMBINERS = {
    "add": "block_sum", "multiply": "block_product", "minimum": "block_minimum", "maximum": "block_maximum",
    "logical_or": "block_any", "logical_and": "block_all",
}  # fmt: skip
#: Threads of the largest block: runtime/cuda_host.py makes none that is larger.
BLOCK = 256


class KernelPrinter(LoopPrinter):
    """The dialect of numba.cuda.jit: mapped loops, libdevice, integers that keep their width."""

    target = "cuda"

    def __init__(self) -> None:
        super().__init__()
        self.scratch: dict[np.dtype, str] = {}

    def kernel(self, kernel: Kernel, decorator: str) -> str:
        self.lines, self.scratch = [], {}
        for stmt in lp.statements(kernel.body):
            if isinstance(stmt, Combine) and stmt.dtype.kind != "b" and stmt.dtype not in self.scratch:
                self.scratch[stmt.dtype] = "scratch" + (f"_{stmt.dtype.name}" if self.scratch else "")
        spans: Spans = frozenset().union(*(s.spans for s in lp.statements(kernel.body))) or NOWHERE
        comment = comment_of(lp.Assign("_", lp.Lit(0, np.dtype(np.int64)), spans=spans))
        if comment is not None:
            self.line(1, comment)
        for dtype, name in self.scratch.items():
            self.line(1, f"{name} = cuda.shared.array({BLOCK}, {scalar_type(dtype)})")
        if len(kernel.axes) > 1:
            names = list(reversed(kernel.axes))
            self.line(1, f"{', '.join(f'thread_{n}' for n in names)} = cuda.grid({len(names)})")
            self.line(1, f"{', '.join(f'step_{n}' for n in names)} = cuda.gridsize({len(names)})")
        self.block(kernel.body, 1)
        return "\n".join([decorator, f"def {kernel.name}({', '.join(kernel.params)}):", *self.lines])

    def statement(self, stmt: lp.Stmt, depth: int) -> None:
        match stmt:
            case Mapped(var, lo, hi, step, body):
                first = stmt.first if step == 1 else f"{step} * {stmt.first}"
                stride = stmt.stride if step == 1 else f"{step} * {stmt.stride}"
                self.line(depth, f"for {var} in range({first if lo == 0 else f'{lo} + {first}'}, {hi}, {stride}):")
                self.block(body, depth + 1)
            case Combine(name, op, dtype):
                function = _COMBINERS[op]
                self.requires[function] = None
                scratch = f", {self.scratch[dtype]}" if dtype in self.scratch else ""
                self.line(depth, f"{name} = {function}({name}{scratch})")
            case Publish(array, index, name):
                if "block_number" in index:
                    self.requires["block_number"] = None
                self.line(depth, f"{array}[{index}] = {name}")
            case Wait():
                self.line(depth, "cuda.syncthreads()")
            case lp.Alloc() | lp.Pointer() | lp.Library() | lp.HostCall() | lp.Return() | lp.Check():
                raise ValueError(f"{type(stmt).__name__} has no place in a kernel")
            case _:
                super().statement(stmt, depth)

    def operation(self, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        code = by_constant(op, args) or template(op, args[0].dtype)
        for name in device_functions(code):
            self.requires[name] = None
        text = filled(code, map(self.expr, args))
        # small integers are computed in int64, and some functions of floats in float64
        if (dtype.kind in "iu" and dtype != np.int64) or (dtype == np.float32 and op.name in WIDENING):
            return f"{scalar_type(dtype)}({text})"
        return text


class DriverPrinter(LoopPrinter):
    """The Python function that launches: arrays go to the device at its door, and results come back at its end."""

    def __init__(self, plan: Plan, arrays: tuple[str, ...]) -> None:
        super().__init__()
        self.plan = plan
        self.arrays = arrays  # the parameters that lie on the device
        self.hosts = {name: plan.names.fresh(f"{name}_host") for name in arrays}
        self.resident = plan.names.fresh("resident")
        self.grid, self.threads = plan.names.fresh("grid"), plan.names.fresh("block")
        self.stored = self._stored()
        self.fetches = False

    def _stored(self) -> tuple[str, ...]:
        """Parameters whose elements a kernel or a library call, or an alias of theirs in one, stores to."""
        groups: set[str] = set()
        for kernel in self.plan.kernels:
            for stmt in lp.statements(kernel.body):
                if isinstance(stmt, lp.Store):
                    groups.add(self.plan.memory.of(stmt.buffer))
                elif isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Load):
                    groups.add(self.plan.memory.of(stmt.target.buffer))
        for stmt in lp.statements(self.plan.body):
            if isinstance(stmt, lp.HostCall):
                groups |= {self.plan.memory.of(stmt.args[k].buffer) for k in stmt.called.written}  # type: ignore[union-attr]
        return tuple(name for name in self.arrays if self.plan.memory.of(name) in groups)

    def text(self, body: tuple[lp.Stmt, ...]) -> list[str]:
        """The lines of the function below its door."""
        self.block(body, 1)
        lines: list[str] = []
        if self.fetches:
            self.requires["on_device"] = None
            lines.append(
                f"    {self.resident} = on_device({', '.join(self.arrays)})"
                if self.arrays
                else f"    {self.resident} = False"
            )
        for name in self.arrays:
            self.requires["to_device"] = None
            lines.append(f"    {self.hosts[name]}, {name} = {name}, to_device({name})")
        return [*lines, *self.lines]

    def statement(self, stmt: lp.Stmt, depth: int) -> None:
        match stmt:
            case Launch():
                self.launch(stmt, depth)
            case Distinct(pairs, then, orelse):
                self.line(depth, f"if {' and '.join(f'{a} is not {b}' for a, b in pairs)}:")
                self.block(then, depth + 1)
                self.line(depth, "else:")
                self.block(orelse, depth + 1)
            case lp.Alloc(name, dtype, shape, _):
                self.line(depth, f"{name} = cuda.device_array({shape_text(shape)}{dtype_argument(dtype)})")
            case lp.Return(value):
                self.leave(value, depth)
                super().statement(stmt, depth)
            case _:
                super().statement(stmt, depth)

    def host_call(self, stmt: lp.HostCall, depth: int) -> None:
        """The operands come to the host for it; the arrays that it makes or changes go to the device."""
        args: list[lp.Section | lp.ScalarResult] = []
        changed: list[tuple[str, str]] = []
        for k, arg in enumerate(stmt.args):
            if isinstance(arg, lp.Section) and k in stmt.called.written:
                held = self.plan.names.fresh(f"{arg.buffer}_held")
                changed.append((arg.buffer, held))
                self.line(depth, f"{held} = {arg.buffer}.copy_to_host()")
                arg = replace(arg, buffer=held)
            elif isinstance(arg, lp.Section):
                arg = replace(arg, buffer=f"{arg.buffer}.copy_to_host()")
            args.append(arg)
        super().host_call(replace(stmt, args=tuple(args), called=replace(stmt.called, loose=())), depth)
        for buffer, held in changed:
            self.line(depth, f"{buffer}.copy_to_device({held})")
        for name in stmt.arrays:
            self.requires["to_device"] = None
            self.line(depth, f"{name} = to_device({name})")

    def launch(self, stmt: Launch, depth: int) -> None:
        kernel = stmt.kernel
        helper = re.match(r"[a-z_]+(?=\()", stmt.grid)
        if helper is not None:
            self.requires[helper.group()] = None
        for var, array in stmt.returns:
            self.line(depth, f"{array} = cuda.device_array(1{dtype_argument(var.dtype)})")
        grid = stmt.grid
        if stmt.partials:
            self.line(depth, f"{self.grid}, {self.threads} = {stmt.grid}")
            grid = f"{self.grid}, {self.threads}"
            for part in stmt.partials:
                self.line(
                    depth, f"{part.parts} = cuda.device_array(math.prod({self.grid}){dtype_argument(part.dtype)})"
                )
        self.line(depth, f"{kernel.name}[{grid}]({', '.join(kernel.params)})")
        for part in stmt.partials:
            self.line(depth, self.combined(part))
        for var, array in stmt.returns:
            self.line(depth, f"{var.name} = {array}.copy_to_host()[0]")

    def combined(self, part: Partial) -> str:
        """The parts of all blocks added in their order by NumPy, on the host where the scalar is wanted."""
        name, parts = part.name, f"{part.parts}.copy_to_host()"
        dtype = f"dtype={scalar_type(part.dtype)}" if part.dtype.kind in "iub" else ""
        match part.op:
            case "add":
                return f"{name} += {parts}.sum({dtype})"
            case "multiply":
                return f"{name} *= {parts}.prod({dtype})"
            case "minimum" | "maximum":
                return f"{name} = np.{part.op}({name}, {parts}.{part.op[:3]}())"
            case "logical_or":
                return f"{name} = {name} or {parts}.any()"
            case _:
                return f"{name} = {name} and {parts}.all()"

    # -- results

    def leave(self, value: lp.Result, depth: int) -> None:
        """What has to happen before a return: stores reach the caller's arrays, results come to the host."""
        for name in self.stored:
            self.requires["copy_back"] = None
            self.line(depth, f"copy_back({name}, {self.hosts[name]})")
        plain = {buffer: text == buffer for buffer, text in array_results(value)}
        for buffer, text in array_results(value):
            plain[buffer] = plain[buffer] and text == buffer
        for buffer in plain:
            if buffer in self.arrays:
                continue
            group = self.plan.memory.of(buffer)
            owners = [name for name in self.arrays if self.plan.memory.of(name) == group]
            if owners and self.reshaped(group):
                raise ValueError(f"`{buffer}` is returned, and may be a parameter in another shape")
            if owners:
                self.fetches = True
                self.requires["original_of"] = None
                pairs = ", ".join(f"({name}, {self.hosts[name]})" for name in owners)
                self.line(depth, f"{buffer} = original_of({buffer}, {self.resident}, {pairs})")
            elif plain[buffer]:
                self.fetches = True
                self.requires["to_host"] = None
                self.line(depth, f"{buffer} = to_host({buffer}, {self.resident})")
            else:
                self.line(depth, f"{buffer} = {buffer}.copy_to_host()")

    def reshaped(self, group: str) -> bool:
        return any(
            isinstance(s, lp.Pointer) and s.reshaped and self.plan.memory.of(s.name) == group
            for s in lp.statements(self.plan.body)
        )

    def result(self, value: lp.Result) -> str:
        if not isinstance(value, lp.ArrayResult):
            return super().result(value)
        if value.buffer in self.arrays:
            return re.sub(rf"\b{value.buffer}\b", self.hosts[value.buffer], value.text)
        group = self.plan.memory.of(value.buffer)
        if value.text == value.buffer or any(self.plan.memory.of(name) == group for name in self.arrays):
            return value.text
        self.fetches = True
        self.requires["view_result"] = None
        return f"view_result({value.text}, {self.resident})"

    def expr(self, value: lp.Expr) -> str:
        if isinstance(value, lp.Load):
            self.requires["element"] = None
            index = self.subscripts(value.indices)
            return f"element({value.buffer}{f', {index}' if value.indices else ''})"
        return super().expr(value)


def array_results(value: lp.Result) -> list[tuple[str, str]]:
    """(buffer, text) of each array that is returned."""
    match value:
        case Results(items):
            return [pair for item in items for pair in array_results(item)]  # type: ignore[arg-type]
        case lp.ArrayResult(buffer, text):
            return [(buffer, text)]
        case _:
            return []
