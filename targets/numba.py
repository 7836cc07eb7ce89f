"""Target `numba`: readable kernels for numba.njit, and a Python function that allocates, chooses and calls them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Results
from ..ir.layout import filled, folded
from ..ir.print_loops import LoopPrinter, comment_of, scalar_type
from ..ir.types import INT, Size
from ..passes.context import Context
from .aliases import arrays_apart
from .base import Module, argument_names, body_depth, door, with_bail
from .flatten import flatten, whole_arrays
from .outline import Call, Kernel, Outlined, outline
from .points import points
from .short_rows import short_rows
from .streams import ShiftOf, StreamOut, Streams, TileOf
from .versions import versions_apart

#: What the work of a loop is compared with: the name of a constant of runtime/guard.py. Tests put a number here.
PARALLEL_WORK: str | int = "PARALLEL_WORK"

#: Reductions whose next partial result may be reordered, so that loops over them vectorise.
_EXTREMA = {"minimum": "least", "maximum": "greatest", "fmin": "least_known", "fmax": "greatest_known"}
_REORDERED = {"add": "sum_add", "multiply": "prod_mul", **_EXTREMA}


#: Elementary functions that runtime/vecmath.py vectorises through glibc's libmvec, for float32 and float64.
VECTORISED = {
    name: f"vec_{name}"
    for name in (
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan",
        "sinh",
        "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "cbrt", "power", "arctan2", "hypot",
    )
}  # fmt: skip
#: Operations of integers whose results, as bits, are the same whatever the sign of an operand is.
_UNSIGNED = frozenset(
    "add subtract multiply square negative positive bitwise_and bitwise_or bitwise_xor invert left_shift".split()
)
_VECTOR_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


class NumbaPrinter(LoopPrinter):
    """The dialect of numba.njit: prange, integers that keep their width, reductions that vectorise."""

    target = "numba"
    parallel_range = "prange"

    def __init__(self, fastmath: bool = False) -> None:
        super().__init__()
        self.fastmath = fastmath
        self.last_comment: str | None = None
        self.open: dict[str, bool] = {}  # variables of the open loops: whether they start at a number >= 0
        #: Whether something asks for the sign of an integer. Numba has LLVM take it that sums and products of int64 do
        #: not overflow: one of numbers that are not negative is not negative, it concludes, and drops tests for it.
        self.signs_matter = False

    def statement(self, stmt: lp.Stmt, depth: int) -> None:
        if depth == 1 and isinstance(stmt, (lp.For, lp.While, lp.If)):
            comment = comment_of(stmt)
            if comment is not None and comment != self.last_comment:
                self.line(depth, comment)
                self.last_comment = comment
        if isinstance(stmt, lp.For):
            self.open[stmt.var] = stmt.lo.is_const and stmt.lo.const >= 0 and stmt.step > 0
            super().statement(stmt, depth)
            del self.open[stmt.var]
            return
        match stmt:
            case TileOf(name, out):
                self.call("stream_tile", f"{name} = ", out, depth=depth)
            case ShiftOf(name, out, first):
                self.call("stream_shift", f"{name} = ", out, self.expr(first), depth=depth)
            case StreamOut(out, first, tile):
                self.call("stream", "", out, self.expr(first), tile, depth=depth)
            case lp.Assign(name, lp.Scalar(op, (lp.Var(held), value), dtype)) if (
                held == name and op.name in _EXTREMA and dtype.kind == "f"
            ):  # a reduction that the source has as a loop
                self.accumulate(lp.Accumulate(lp.Var(name, dtype), op, value), depth)
            case lp.Assign(name, lp.Select(condition, then, orelse, dtype, both)) if (
                both and dtype.kind in "iu" and any(lp.Var(name, dtype) in lp.subexpressions(v) for v in (then, orelse))
            ):
                self.requires["either_next"] = None
                self.line(depth, f"{name} = either_next({', '.join(map(self.expr, (condition, then, orelse)))})")
            case _:
                super().statement(stmt, depth)

    def call(self, function: str, left: str, *arguments: str, depth: int) -> None:
        self.requires |= {function: None, "STREAMS": None, "PAST_CACHES": None}
        self.line(depth, f"{left}{function}({', '.join(arguments)})")

    def accumulate(self, stmt: lp.Accumulate, depth: int) -> None:
        dtype = stmt.target.dtype
        function = _REORDERED.get(stmt.op.name)
        # a part of a product may overflow where the whole does not
        in_order = stmt.op.name == "multiply" and dtype.kind in "fc" and not self.fastmath
        if stmt.lost is not None or function is None or in_order or (dtype.kind != "f" and stmt.op.name in _EXTREMA):
            super().accumulate(stmt, depth)
        elif dtype.kind in "fc" and not (dtype.kind == "c" and function != "sum_add"):
            self.requires[function] = None
            target = self.expr(stmt.target)
            self.line(depth, f"{target} = {function}({target}, {self.expr(stmt.value)})")
        else:
            value = lp.Scalar(stmt.op, (stmt.target, stmt.value), dtype)
            if isinstance(stmt.target, lp.Load):
                self.store(self.expr(stmt.target), value, depth)
            else:
                self.line(depth, f"{self.expr(stmt.target)} = {self.expr(value)}")

    def subscripts(self, indices: tuple[lp.Subscript, ...]) -> str:
        return ", ".join(self.subscript(i) for i in indices) or "()"

    def subscript(self, index: lp.Subscript) -> str:
        """One subscript; unsigned where LLVM could not see that it is not negative and would keep Numba's test for it.

        Measured: the test keeps a loop from vectorising, 26 µs against 6 for the sum of a block of 100 000 float32.
        """
        if not isinstance(index, Size):
            return f"np.uint64({self.expr(index)})"
        varying = [(name, k) for name, k in index.terms if name in self.open]
        others = [name for name in index.names if name not in self.open]
        plain = all(k > 0 and self.open[name] for name, k in varying) and index.const >= 0 and not (varying and others)
        return str(index) if plain or not varying else f"np.uint64({index})"

    def expr(self, value: lp.Expr) -> str:
        match value:
            case lp.Scalar(op, args, _, wraps) if wraps and self.signs_matter:
                texts = [f"np.uint64({self.expr(arg)})" for arg in args]
                return f"np.int64({filled(op.template(self.target, INT) or '', texts)})"
            case lp.Select(condition, then, orelse, _, both) if both:
                self.requires["either"] = None
                return f"either({self.expr(condition)}, {self.expr(then)}, {self.expr(orelse)})"
            case _:
                return super().expr(value)

    def operation(self, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        function = VECTORISED.get(op.name)
        if function is not None and args[0].dtype in _VECTOR_DTYPES:
            self.requires[function] = None
            return f"{function}({', '.join(self.expr(arg) for arg in args)})"
        return super().operation(op, args, dtype)

    def narrowed(self, text: str, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        """Numba computes small integers in int64, and int64 with uint64 in float64: the result is cast back."""
        if dtype.kind in "iu" and dtype != np.int64:
            return f"{scalar_type(dtype)}({text})"
        return text


class NumbaTarget:
    name = "numba"
    level = "loops"
    requires: tuple[str, ...] = ()

    def unavailable(self) -> tuple[str, str] | None:
        return None

    def emit(self, program: arr.Program | lp.Program, ctx: Context) -> Module:
        assert isinstance(program, lp.Program)
        outlined = outline(program)
        return emit_driver(program, outlined, NumbaPrinter(ctx.options.fastmath), ctx)


def emit_driver(program: lp.Program, outlined: Outlined, printer: NumbaPrinter, ctx: Context) -> Module:
    kernels: list[str] = []
    whole = whole_arrays(program)
    streams = Streams(program, whole.equal)
    for kernel in outlined.kernels:
        rows = flatten(short_rows(kernel, whole, VECTORISED), whole)
        made = points(streams.of(rows))
        kernels.append(kernel_text(made, printer, apart=arrays_apart(made, streams.memory)))
    calls = [s for s in lp.statements(outlined.body) if isinstance(s, lp.HostCall)]
    driver = DriverPrinter(mixed=any(call.scalars for call in calls))
    driver.block(outlined.body, body_depth(program))
    text = [
        f"def {program.name}({', '.join(argument_names(program))}):",
        *("    " + line for line in door(program)),
        *with_bail(program, driver.lines),
    ]
    imports = ["import math", "import numpy as np"]
    body = "\n\n\n".join([*kernels, "\n".join(text)])
    if " in prange(" in body:
        imports.append("from numba import prange")
    if "math." not in body:
        imports.remove("import math")
    runtime = (*printer.requires, *(("compile_pair",) if outlined.kernels else ()), *driver.requires)
    return Module(
        program.name, tuple(imports), runtime, body, "numba", tuple((k.name, k.types) for k in outlined.kernels)
    )


def kernel_text(kernel: Kernel, printer: NumbaPrinter, *, apart: bool) -> str:
    printer.lines = []
    printer.last_comment = None
    printer.signs_matter = _asks_for_signs(kernel.body)
    body = _with_exits(kernel)
    printer.block(body, 1)
    lines = [*folded(f"def {kernel.name}_kernel({', '.join(kernel.params)}):"), *printer.lines]
    lines = versions_apart(lines, kernel.params, body)
    options = ", apart=True" if apart else ""
    lines += ["", "", f"{kernel.name}_serial, {kernel.name}_parallel = compile_pair({kernel.name}_kernel{options})"]
    return "\n".join(lines)


def _asks_for_signs(body: tuple[lp.Stmt, ...]) -> bool:
    """Whether an integer is compared, divided, or made a float."""
    for stmt in lp.statements(body):
        for value in lp.expressions(stmt):
            for node in lp.subexpressions(value):
                match node:
                    case lp.Scalar(op, args) if op.name not in _UNSIGNED:
                        if any(arg.dtype == INT and not isinstance(arg, (lp.Index, lp.Lit)) for arg in args):
                            return True
                    case lp.Cast(arg, dtype) if arg.dtype == INT and dtype.kind in "fc":
                        return True
                    case _:
                        continue
    return False


def _with_exits(kernel: Kernel) -> tuple[lp.Stmt, ...]:
    """The kernel's statements with its returns: the values that the driver needs, and by which exit it left."""
    outs = tuple(lp.ScalarResult(v, None) for v in kernel.returns) + tuple(lp.ArrayResult(a, a) for a in kernel.arrays)  # type: ignore[arg-type]
    if not kernel.exits:
        if not outs:
            return kernel.body
        return (*kernel.body, lp.Return(outs[0] if len(outs) == 1 else Results(outs)))  # type: ignore[arg-type]
    count = 0
    int64 = np.dtype(np.int64)
    # every exit returns the same variables, so they all have a value from the start
    start: list[lp.Stmt] = [
        lp.Assign(v.name, lp.Lit(v.dtype.type(0), v.dtype)) for v in kernel.returns if v.name not in kernel.params
    ]

    allocated = {s.name: s for s in lp.statements(kernel.body) if isinstance(s, lp.Alloc)}
    for alloc in (allocated[name] for name in kernel.arrays if name in allocated and name not in kernel.params):
        start.append(lp.Alloc(alloc.name, alloc.dtype, tuple(Size(0) for _ in alloc.shape)))
    known = {*kernel.params, *(s.name for s in start if isinstance(s, (lp.Assign, lp.Alloc)))}
    for pointer in (s for s in lp.statements(kernel.body) if isinstance(s, lp.Pointer)):
        if pointer.source in known and pointer.name not in known and not pointer.reshaped:
            start.append(pointer)
            known.add(pointer.name)
    for pointer in (s for s in lp.statements(kernel.body) if isinstance(s, lp.Pointer)):
        if pointer.name in kernel.arrays and pointer.name not in known:
            start.append(lp.Alloc(pointer.name, pointer.dtype, tuple(Size(0) for _ in pointer.shape)))
            known.add(pointer.name)

    def leave(code: int) -> lp.Return:
        return lp.Return(Results((lp.ScalarResult(lp.Lit(code, int64), None), *outs)))  # type: ignore[arg-type]

    def rewrite(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        nonlocal count
        new: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.Return):
                new.append(leave(count))
                count += 1
            else:
                new.append(lp.with_blocks(stmt, tuple(rewrite(b) for b in lp.blocks(stmt))))
        return tuple(new)

    body = rewrite(kernel.body)
    return (*start, *body) if isinstance(body[-1], lp.Return) else (*start, *body, leave(-1))


class DriverPrinter(LoopPrinter):
    """The Python function around the kernels."""

    target = "py"

    def __init__(self, mixed: bool = False) -> None:
        super().__init__()
        self.mixed = mixed  # whether a number may be NumPy's where it ought to be Python's: a library call gave it
        self.converted: set[str] = set()  # NumPy scalars by now

    def statement(self, stmt: lp.Stmt, depth: int) -> None:
        if not isinstance(stmt, Call):
            super().statement(stmt, depth)
            return
        kernel = stmt.kernel
        args = ", ".join(kernel.params)
        outs = [v.name for v in kernel.returns] + list(kernel.arrays)
        if kernel.exits:
            outs = ["exit", *outs]
        assign = f"{', '.join(outs)} = " if outs else ""
        if len(outs) == 1 and kernel.exits:
            assign = "(exit,) = "
        if kernel.cost is None:
            self.line(depth, f"{assign}{kernel.name}_serial({args})")
        else:
            self.requires |= {"run_parallel": None, "PARALLEL_WORK": None}
            self.line(depth, f"if {kernel.cost} > {PARALLEL_WORK}:")
            self.line(
                depth + 1,
                f"{assign}run_parallel({kernel.name}_serial, {kernel.name}_parallel{', ' if args else ''}{args})",
            )
            self.line(depth, "else:")
            self.line(depth + 1, f"{assign}{kernel.name}_serial({args})")
        for var in kernel.returns:
            if var.dtype not in (np.dtype(np.float64), np.dtype(np.int64), np.dtype(bool), np.dtype(np.complex128)):
                self.line(depth, f"{var.name} = {scalar_type(var.dtype)}({var.name})")
                self.converted.add(var.name)
        for code, leaving in enumerate(stmt.exits):
            if code == len(stmt.exits) - 1 and isinstance(kernel.body[-1], lp.Return):
                self.line(depth, f"return {self.result(leaving.value)}")
                continue
            self.line(depth, f"if exit == {code}:")
            self.line(depth + 1, f"return {self.result(leaving.value)}")

    def operation(self, op: Any, args: tuple[lp.Expr, ...], dtype: np.dtype) -> str:
        text = super().operation(op, args, dtype)
        # what Numba would give back is a number of Python's
        return f"int({text})" if dtype == INT and text.startswith("np.") else text

    def scalar_result(self, text: str, type: Any) -> str:
        if type.kind == "python":
            # Numba gives Python's own numbers back
            if self.mixed:
                return super().scalar_result(text, type)
            return text if type.dtype.kind != "b" or text in ("True", "False") else f"bool({text})"
        return text if text in self.converted else f"{scalar_type(type.dtype)}({text})"
