"""Make two products with one matrix, A @ x and y @ A, while it is read once: reading it is all that they cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from .context import Context, Remark
from .dependence import Memory, effects, independent
from .names import Names
from .split_reductions import CHUNKS

#: Elements of a matrix that no cache holds; below, BLAS is as fast or faster.
_LARGE = 4_000_000
#: Rows that are added to the result of y @ A at once.
_ROWS = 4


def pair_products(program: lp.Program, ctx: Context) -> lp.Program:
    """Where both products of a large matrix are wanted, take its rows one by one for both.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, x):
    ...     return (a @ x) @ a
    ... ''', np.ones((5, 3)), np.ones(3))
    >>> print(show(pair_products(program, Context())))
    product = np.empty(n)
    result = np.empty(m)
    if n * m >= 4000000:
        result_parts = np.empty((16, m))
        for chunk in range(16):
            for j in range(m):
                result_parts[chunk, j] = 0.0
            start = (chunk * n) // 16
            stop = ((chunk + 1) * n) // 16
            for block in range(start, stop, 4):
                end = min(block + 4, stop)
                for i in range(block, end):
                    total = 0.0
                    for j in range(m):
                        total += a[i, j] * x[j]
                    product[i] = total
                if end - block == 4:
                    for j in range(m):
                        result_parts[chunk, j] += (
                            product[block] * a[block, j] + product[block + 1] * a[block + 1, j]
                            + product[block + 2] * a[block + 2, j] + product[block + 3] * a[block + 3, j]
                        )
                else:
                    for i in range(block, end):
                        for j in range(m):
                            result_parts[chunk, j] += product[i] * a[i, j]
        for j in range(m):
            result[j] = 0.0
        for chunk in range(16):
            for j in range(m):
                result[j] += result_parts[chunk, j]
    else:
        np.matmul(a, x, out=product)
        np.matmul(product, a, out=result)
    return result
    """
    if ctx.target == "cuda" or not ctx.options.parallel:
        return program
    pairing = _Pairing(program, ctx)
    body = pairing.block(program.body)
    return program if body == program.body else replace(program, body=body)


@dataclass(frozen=True)
class _Product:
    """out = matrix @ vector (down the rows), or out = vector @ matrix."""

    call: lp.Library
    matrix: str
    vector: str
    out: str
    down: bool


class _Pairing:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)
        #: arrays in C order, with what they hold
        self.dtypes = {p.name: p.type.dtype for p in program.params if p.contiguous}
        self.dtypes |= {s.name: s.dtype for s in lp.statements(program.body) if isinstance(s, lp.Alloc)}

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        stmts = list(body)
        out: list[lp.Stmt] = []
        while stmts:
            stmt = stmts.pop(0)
            first = self.product(stmt)
            second = next((k for k, other in enumerate(stmts) if first and self.paired(first, other)), None)
            if first is None or second is None or not self.may_meet(stmts[:second], stmts[second]):
                out.append(lp.with_blocks(stmt, tuple(self.block(b) for b in lp.blocks(stmt))))
                continue
            other = self.product(stmts.pop(second))
            assert other is not None
            # the second product's result has to be there, and is made ahead of both
            made = [s for s in stmts[:second] if isinstance(s, lp.Alloc) and s.name == other.out]
            stmts = [s for s in stmts if not any(s is m for m in made)]
            out += [*made, self.both(first, other)]
        return tuple(out)

    def product(self, stmt: lp.Stmt) -> _Product | None:
        """The product of a whole matrix and a whole vector that `stmt` makes of arrays of one dtype of floats."""
        match stmt:
            case lp.Library(lp.Section(rank=1) as out, "np.matmul", (one, other)) if {one.rank, other.rank} == {1, 2}:
                matrix, vector = (one, other) if one.rank == 2 else (other, one)
            case _:
                return None
        if not all(_plain(section) for section in (out, matrix, vector)) or matrix.order not in ((0, 1), (1, 0)):
            return None
        dtypes = {self.dtypes.get(section.buffer) for section in (out, matrix, vector)}
        if len(dtypes) != 1 or dtypes & {None} or dtypes.pop().kind != "f":  # type: ignore[union-attr]
            return None
        groups = [self.memory.of(section.buffer) for section in (out, matrix, vector)]
        if groups[0] in groups[1:] or groups[1] == groups[2]:
            return None
        down = (one is matrix) == (matrix.order == (0, 1))
        return _Product(stmt, matrix.buffer, vector.buffer, out.buffer, down)

    def paired(self, first: _Product, stmt: lp.Stmt) -> bool:
        """Whether `stmt` is the other product with the matrix, which may be made at once."""
        second = self.product(stmt)
        if second is None or second.matrix != first.matrix or second.down == first.down:
            return False
        group = self.memory.of
        if group(second.out) in {group(first.matrix), group(first.vector), group(first.out)}:
            return False
        # a row of A @ x is known when y @ A needs it, and not the other way round
        return group(second.vector) != group(first.out) or (first.down and second.vector == first.out)

    def may_meet(self, between: list[lp.Stmt], second: lp.Stmt) -> bool:
        """Whether the second product may be made before the statements between the two."""
        product = self.product(second)
        assert product is not None
        sizes = {n for s in product.call.out.subscripts if not isinstance(s, Size) for n in s[2].names}
        for stmt in between:
            if isinstance(stmt, lp.Alloc) and stmt.name == product.out:
                continue
            touched = effects(stmt)
            if not independent(touched, effects(second), self.memory) or touched.writes & sizes:
                return False
        return True

    def both(self, first: _Product, second: _Product) -> lp.Stmt:
        """Both products by rows of the matrix where it is large, each by BLAS where it is not."""
        down, across = (first, second) if first.down else (second, first)
        matrix = next(s for s in down.call.args if s.rank == 2)
        (_, _, n), (_, _, m) = matrix.subscripts  # type: ignore[misc]
        dtype = self.dtypes[down.matrix]
        ops = table()
        zero = lp.Lit(dtype.type(0), dtype)
        fresh = self.names.fresh
        parts, chunk, start, stop = fresh(f"{across.out}_parts"), fresh("chunk"), fresh("start"), fresh("stop")
        block, end, i, j, total = fresh("block"), fresh("end"), fresh("i"), fresh("j"), fresh("total")
        column = Size.named(j)

        def along(*body: lp.Stmt) -> lp.For:
            return lp.For(j, Size(0), m, 1, body)

        def times(row: Size) -> lp.Expr:
            factor = lp.Load(across.vector, (row,), dtype)
            return lp.Scalar(ops["multiply"], (factor, lp.Load(down.matrix, (row, column), dtype)), dtype)

        def added(value: lp.Expr) -> lp.Stmt:
            return lp.Accumulate(lp.Load(parts, (Size.named(chunk), column), dtype), ops["add"], value)

        def share(plus: int) -> lp.Expr:
            part = lp.Scalar(ops["multiply"], (lp.Index(Size.named(chunk) + plus), lp.Index(n)), INT)
            return lp.Scalar(ops["floor_divide"], (part, lp.Lit(CHUNKS, INT)), INT)

        row, at = Size.named(i), Size.named(block)
        element = (lp.Load(down.matrix, (row, column), dtype), lp.Load(down.vector, (column,), dtype))
        dot = lp.Accumulate(lp.Var(total, dtype), ops["add"], lp.Scalar(ops["multiply"], element, dtype))
        rows = times(at)
        for k in range(1, _ROWS):
            rows = lp.Scalar(ops["add"], (rows, times(at + k)), dtype)
        full = lp.Scalar(ops["equal"], (lp.Index(Size.named(end) - at), lp.Lit(_ROWS, INT)), BOOL)
        four: tuple[lp.Stmt, ...] = (
            lp.Assign(end, lp.Scalar(ops["minimum"], (lp.Index(at + _ROWS), lp.Index(Size.named(stop))), INT)),
            lp.For(
                i, at, Size.named(end), 1,
                (lp.Assign(total, zero), along(dot), lp.Store(down.out, (row,), lp.Var(total, dtype))),
            ),
            lp.If(full, (along(added(rows)),), (lp.For(i, at, Size.named(end), 1, (along(added(times(row))),)),)),
        )  # fmt: skip
        own: tuple[lp.Stmt, ...] = (
            along(lp.Store(parts, (Size.named(chunk), column), zero)),
            lp.Assign(start, share(0)),
            lp.Assign(stop, share(1)),
            lp.For(block, Size.named(start), Size.named(stop), _ROWS, four),
        )
        result = lp.Load(across.out, (column,), dtype)
        add = lp.Accumulate(result, ops["add"], lp.Load(parts, (Size.named(chunk), column), dtype))
        spans = first.call.spans | second.call.spans
        nest = (
            lp.Alloc(parts, dtype, (Size(CHUNKS), m), spans=spans),
            # rows are apart, and each chunk adds to a row of its own
            lp.For(chunk, Size(0), Size(CHUNKS), 1, own, lp.LoopKind.PAR, spans=spans),
            replace(along(lp.Store(across.out, (column,), zero)), spans=spans),
            lp.For(chunk, Size(0), Size(CHUNKS), 1, (along(add),), spans=spans),
        )
        elements = lp.Scalar(ops["multiply"], (lp.Index(n), lp.Index(m)), INT)
        large = lp.Scalar(ops["greater_equal"], (elements, lp.Lit(_LARGE, INT)), BOOL)
        self.ctx.remark(Remark("pair_products", f"`{down.matrix}` is read once for two products", spans))
        return lp.If(large, nest, (first.call, second.call), spans=spans)


def _plain(section: lp.Section) -> bool:
    """Whether it is a whole buffer, element by element."""
    return section.whole and all(not isinstance(s, Size) and s[0] == 0 and s[1] == 1 for s in section.subscripts)
