"""A loop of products of a matrix and a vector becomes products of matrices, which read the matrix once for many."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import INT, Size
from .context import Context, Remark
from .contract import kept_buffers
from .dependence import Memory, assigned, effects
from .names import Names

#: Rounds whose products are one. BLAS is at its best from about 32 rows; what the rounds hold stays small.
ROWS = 64


def batch_products(program: lp.Program, ctx: Context) -> lp.Program:
    """Where each round of a loop multiplies its own row (or column) with a matrix, the rows of 64 rounds do at once.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b, out):
    ...     for i in range(len(a)):
    ...         out[i, i:] = a[i] @ b[:, i:]
    ... ''', np.ones((5, 3)), np.ones((3, 5)), np.ones((5, 5)))
    >>> print(show(batch_products(program, Context())))
    for block in range(0, n, 64):
        end = min(block + 64, n)
        product = np.empty((end - block, p - block))
        np.matmul(a[block:end, 0:m], b[0:m, block:p], out=product)
        for i in range(block, end):
            for j in range(p - i):
                out[i, i + j] = product[i - block, i + j - block]
    return None
    """
    if ctx.target == "cuda":
        return program
    batches = _Batches(program, ctx)
    body = batches.block(program.body)
    return program if body == program.body else replace(program, body=body)


@dataclass(frozen=True)
class _Batch:
    """A product for all rounds of a block, what it replaces, and where a round finds its row."""

    alloc: lp.Alloc
    call: lp.Library
    replaces: tuple[lp.Stmt, ...]
    row: Size
    shift: Size  # where in the row the round's first element lies

    def moved(self, value: lp.Expr) -> lp.Expr:
        if not isinstance(value, lp.Load) or value.buffer != self.alloc.name:
            return value
        (column,) = value.indices
        assert isinstance(column, Size) or self.shift == 0
        return replace(value, indices=(self.row, column + self.shift if isinstance(column, Size) else column))


class _Batches:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.program = program
        self.memory = Memory.of_program(program)
        self.names = Names(program)

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.For) and (batch := self.batch(stmt)) is not None:
                out.append(batch)
            else:
                out.append(lp.with_blocks(stmt, tuple(self.block(b) for b in lp.blocks(stmt))))
        return tuple(out)

    def batch(self, loop: lp.For) -> lp.For | None:
        """The loop by blocks of rounds, with the products that can be made ahead of a block's rounds."""
        if loop.step != 1 or any(
            isinstance(s, (lp.Break, lp.Continue, lp.Return, lp.Swap, lp.HostCall)) for s in lp.statements(loop.body)
        ):
            return None
        if any(isinstance(s, lp.Pointer) for s in lp.statements(loop.body)):
            return None  # a variable that outlives the loop: that it is bound there shows in one loop, not in two
        calls = [s for s in loop.body if isinstance(s, lp.Library)]
        start, end = Size.named(self.names.fresh("block")), Size.named(self.names.fresh("end"))
        made: list[_Batch] = []
        for call in calls:
            if (new := self.product(loop, call, start, end)) is not None:
                made.append(new)
        if not made:
            self.names.taken -= {*start.names, *end.names}
            return None
        self.ctx.remark(Remark("batch_products", f"products of {ROWS} rounds of `{loop.var}` are one", loop.spans))
        gone = {id(stmt) for new in made for stmt in new.replaces}
        body = tuple(stmt for stmt in loop.body if id(stmt) not in gone)
        for new in made:
            body = tuple(lp.map_stmt(stmt, new.moved) for stmt in body)
        stop: lp.Expr = lp.Scalar(table()["minimum"], (lp.Index(start + ROWS), lp.Index(loop.hi)), INT)
        ahead: tuple[lp.Stmt, ...] = (lp.Assign(end.names[0], stop, spans=loop.spans),)
        for new in made:
            ahead += (new.alloc, new.call)
        rounds = lp.For(loop.var, start, end, 1, body, spans=loop.spans)
        return lp.For(start.names[0], loop.lo, loop.hi, ROWS, (*ahead, rounds), spans=loop.spans)

    def product(self, loop: lp.For, call: lp.Library, start: Size, end: Size) -> _Batch | None:
        """The call for all rounds of a block at once; None where a round's operands or result are not apart."""
        allocs = [s for s in lp.statements(self.program.body) if isinstance(s, lp.Alloc) and s.name == call.out.buffer]
        if call.function != "np.matmul" or not call.out.whole or len(allocs) != 1 or allocs[0] not in loop.body:
            return None
        match [section.rank for section in call.args]:
            case [1, 2]:
                vector, matrix = call.args
            case [2, 1]:
                matrix, vector = call.args
                matrix = replace(matrix, order=tuple(1 - axis for axis in matrix.order))
            case _:
                return None
        i, last = loop.var, end - 1
        fixed = [k for k, s in enumerate(vector.subscripts) if isinstance(s, Size) and i in s.names]
        if len(fixed) != 1 or _names(vector, but=fixed[0]) & {i}:
            return None
        row = vector.subscripts[fixed[0]]
        assert isinstance(row, Size)
        if row.coefficient(i) != 1:
            return None
        # the axis of the matrix that the result keeps may be cut by the round, from one side
        walked = [k for k, s in enumerate(matrix.subscripts) if not isinstance(s, Size)]
        kept = next(k for k, axis in zip(walked, matrix.order, strict=True) if axis == 1)
        if _names(matrix, but=kept) & {i}:
            return None
        offset, step, extent = matrix.subscripts[kept]  # type: ignore[misc]
        stop = offset + step * extent
        if i in offset.names and (i in stop.names or step != 1):
            return None
        low = offset.substitute({i: start if offset.coefficient(i) > 0 else last})
        width = extent
        if i in offset.names or i in extent.names:
            width = stop.substitute({i: last if stop.coefficient(i) > 0 else start}) - low if step == 1 else None
        if width is None or not self.apart(loop, call, allocs[0], cut=offset != low):
            return None
        varying = assigned(loop.body)
        if (_names(vector) | _names(matrix)) & varying:
            return None
        rows = end - start
        subscripts = list(vector.subscripts)
        subscripts[fixed[0]] = (row.substitute({i: start}), 1, rows)
        order = tuple(0 if k == fixed[0] else 1 for k, s in enumerate(subscripts) if not isinstance(s, Size))
        left = lp.Section(vector.buffer, tuple(subscripts), order, 2)
        columns = list(matrix.subscripts)
        columns[kept] = (low, step, width)
        right = replace(matrix, subscripts=tuple(columns), whole=matrix.whole and width == extent)
        name = call.out.buffer
        out = lp.Section(name, ((Size(0), 1, rows), (Size(0), 1, width)), (0, 1), 2, True)
        alloc = replace(allocs[0], shape=(rows, width), spans=call.spans)
        product = replace(call, out=out, args=(left, right))
        return _Batch(alloc, product, (allocs[0], call), Size.named(i) - start, offset - low)

    def apart(self, loop: lp.For, call: lp.Library, alloc: lp.Alloc, cut: bool) -> bool:
        """Whether the operands stay as they are in the loop, and the result is only read, element by element."""
        name = call.out.buffer
        operands = {self.memory.of(section.buffer) for section in call.args}
        others = tuple(s for s in lp.statements(self.program.body) if s is not call and not lp.blocks(s))
        if name in kept_buffers(others) or any(isinstance(s, lp.Store) and s.buffer == name for s in others):
            return False
        for stmt in lp.statements(loop.body):
            if stmt is call or stmt is alloc or lp.blocks(stmt):
                continue
            if any(a.write and self.memory.of(a.name) in operands for a in effects(stmt).accesses if not a.is_scalar):
                return False
            loads = [node for value in lp.expressions(stmt) for node in lp.subexpressions(value)]
            if cut and any(
                isinstance(node, lp.Load) and node.buffer == name and isinstance(node.indices[0], lp.Expr)
                for node in loads
            ):
                return False
        return True


def _names(section: lp.Section, but: int | None = None) -> set[str]:
    """The names in a section's subscripts, or in all but one of them."""
    names: set[str] = set()
    for k, subscript in enumerate(section.subscripts):
        if k != but:
            sizes = (subscript,) if isinstance(subscript, Size) else (subscript[0], subscript[2])
            names |= {name for size in sizes for name in size.names}
    return names
