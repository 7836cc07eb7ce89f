"""Exchange loops so that the inner one walks along rows: memory is read line by line, and the compiler vectorises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import Size
from .context import Context, Remark
from .dependence import Memory, assigned, exposed, parallel
from .names import Names
from .strips import WHOLE, Strips, least, places

#: Elements of a strip: what its rounds hold lies in the first cache, and there are strips enough for threads.
STRIP = 256

#: Rows that are added up before their rounding errors are looked at. NumPy's pairwise sums add 16 numbers one by one.
BLOCK = 32


def interchange(program: lp.Program, ctx: Context) -> lp.Program:
    """Where an inner loop walks down columns and the rounds of the outer one are independent, walk along rows.

    The outer loop is cut into strips; what a round keeps in a scalar becomes a row of the strip's length. Long sums
    stay as accurate: they are added by blocks, with their rounding errors kept.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b, k):
    ...     for j in range(b.shape[1]):
    ...         b[k, j] = np.max(b[:, j])
    ... ''', np.ones((5, 5)), np.ones((5, 5)), 3)
    >>> print(show(interchange(program, Context())))
    strips = (q + 255) // 256
    for strip in range(strips):
        start = 256 * strip
        end = min(start + 256, q)
        row = np.empty(256)
        for j in range(start, end):
            row[j - start] = -np.inf
        for i in range(p):
            for j in range(start, end):
                row[j - start] = np.maximum(row[j - start], b[i, j])
        for j in range(start, end):
            b[k, j] = row[j - start]
    return None
    """
    if ctx.target == "cuda":
        return program
    exchange = _Exchange(program, ctx)
    body = exchange.block(program.body)
    return program if body == program.body else replace(program, body=body)


class _Exchange:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.program = program
        self.memory = Memory.of_program(program)
        self.names = Names(program)
        self.fortran = frozenset(p.name for p in program.params if p.fortran)

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(body):
            strips = self.strips(stmt, body[at + 1 :]) if isinstance(stmt, lp.For) else None
            if strips is not None:
                out.extend(strips)
            else:
                out.append(lp.with_blocks(stmt, tuple(self.block(b) for b in lp.blocks(stmt))))
        return tuple(out)

    def strips(self, loop: lp.For, after: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...] | None:
        """The loop by strips, each of its parts for a whole strip; None where nothing is gained or it may not be."""
        parts = list(_parts(loop, self.fortran))
        if loop.step != 1 or loop.few or not any(isinstance(part, lp.For) for part in parts):
            return None
        trips = loop.hi - loop.lo
        if trips.is_const and trips.const < 8:
            return None
        if loop.kind is lp.LoopKind.SEQ and not parallel(loop, self.memory, frozenset()):
            return None
        if any(isinstance(s, WHOLE) for s in lp.statements(loop.body)):
            return None
        shared = self.shared(loop, parts)
        if shared is None or self.read_outside(loop):
            return None
        self.ctx.remark(Remark("interchange", f"`{loop.var}` runs inside, along rows", loop.spans))
        strips = Strips.of(loop, STRIP, self.names)
        rows = {name: self.names.fresh(name if len(shared) > 1 else "row") for name in shared}
        made = _Strip(strips, shared, rows, self.names, compensate=not self.ctx.options.fastmath)
        body = [stmt for part in parts for stmt in made.part(part)]
        allocs = (lp.Alloc(row, dtype, (Size(STRIP),), spans=loop.spans) for row, dtype in made.made.items())
        return strips.around((*allocs, *body), loop.kind, loop.spans)

    def shared(self, loop: lp.For, parts: Sequence[lp.For | tuple[lp.Stmt, ...]]) -> dict[str, np.dtype] | None:
        """The scalars that more than one part uses, with their dtypes; None where one cannot be a row."""
        dtypes: dict[str, np.dtype] = {}
        for stmt in lp.statements(loop.body):
            if isinstance(stmt, lp.Assign):
                if dtypes.setdefault(stmt.name, stmt.value.dtype) != stmt.value.dtype:
                    return None
            elif isinstance(stmt, (lp.Settle, lp.HostCall)):
                return None
        users: dict[str, int] = {}
        for part in parts:
            for name in _scalars((part,) if isinstance(part, lp.For) else part):
                users[name] = users.get(name, 0) + 1
        shared = {name: dtype for name, dtype in dtypes.items() if users.get(name, 0) > 1}
        sizes = {n for stmt in lp.statements(loop.body) for size in _sizes(stmt) for n in size.names}
        return None if sizes & set(shared) else shared

    def read_outside(self, loop: lp.For) -> bool:
        """Whether a scalar that the loop sets may be read elsewhere."""
        own = assigned(loop.body)

        def read(body: tuple[lp.Stmt, ...]) -> bool:
            for stmt in body:
                if stmt is loop:
                    continue
                flat = lp.with_blocks(stmt, tuple(() for _ in lp.blocks(stmt)))
                if exposed((flat,)) & own or any(read(block) for block in lp.blocks(stmt)):
                    return True
            return False

        return read(self.program.body)


class _Strip:
    """Writes the parts of a loop for one of its strips."""

    def __init__(
        self, strips: Strips, shared: dict[str, np.dtype], rows: dict[str, str], names: Names, *, compensate: bool
    ) -> None:
        self.strips, self.shared, self.rows, self.names, self.compensate = strips, shared, rows, names, compensate
        self.place = (Size.named(strips.loop.var) - strips.start,)
        self.made: dict[str, np.dtype] = {rows[name]: dtype for name, dtype in shared.items()}

    def part(self, part: lp.For | tuple[lp.Stmt, ...]) -> Iterator[lp.Stmt]:
        if isinstance(part, lp.For):
            yield from self.exchanged(part)
        else:
            yield self.along(self.in_rows(part))

    def along(self, body: tuple[lp.Stmt, ...]) -> lp.For:
        """Statements for each round of the strip."""
        return replace(self.strips.part(), body=body, kind=lp.LoopKind.SEQ)

    def load(self, row: str) -> lp.Load:
        return lp.Load(row, self.place, self.made[row])

    def exchanged(self, inner: lp.For) -> Iterator[lp.Stmt]:
        sums = [
            stmt.target.name
            for stmt in inner.body
            if isinstance(stmt, lp.Accumulate)
            and isinstance(stmt.target, lp.Var)
            and stmt.op.name == "add"
            and stmt.target.dtype.kind == "f"
            and stmt.target.name in self.shared
        ]
        trips = inner.hi - inner.lo
        short = trips.is_const and trips.const <= BLOCK
        if not sums or short or inner.step != 1 or not self.compensate or len(set(sums)) < len(sums):
            yield replace(inner, body=(self.along(self.in_rows(inner.body)),), kind=lp.LoopKind.SEQ)
            return
        # by blocks, whose sums are added with their rounding errors
        parts, lost = {}, {}
        for name in sums:
            dtype = self.shared[name]
            parts[name], lost[name] = self.names.fresh("part"), self.names.fresh("lost")
            self.made |= {parts[name]: dtype, lost[name]: dtype}
        zeros = {name: lp.Lit(self.shared[name].type(0), self.shared[name]) for name in sums}
        yield self.along(tuple(lp.Store(lost[name], self.place, zeros[name]) for name in sums))
        block, stop = self.names.fresh("block"), self.names.fresh("stop")
        rows = self.rows | parts
        total, error = self.names.fresh("total"), self.names.fresh("error")
        added: list[lp.Stmt] = []
        settled: list[lp.Stmt] = []
        for name in sums:
            dtype = self.shared[name]
            taken = (lp.Assign(total, self.load(self.rows[name])), lp.Assign(error, self.load(lost[name])))
            left = (
                lp.Store(self.rows[name], self.place, lp.Var(total, dtype)),
                lp.Store(lost[name], self.place, lp.Var(error, dtype)),
            )
            more = lp.Accumulate(lp.Var(total, dtype), table()["add"], self.load(parts[name]), lp.Var(error, dtype))
            added += [*taken, more, *left]
            settled += [*taken, lp.Settle(total, error, dtype), left[0]]
        yield lp.For(
            block,
            inner.lo,
            inner.hi,
            BLOCK,
            (
                lp.Assign(stop, least(Size.named(block) + BLOCK, inner.hi)),
                self.along(tuple(lp.Store(parts[name], self.place, zeros[name]) for name in sums)),
                replace(
                    inner,
                    lo=Size.named(block),
                    hi=Size.named(stop),
                    body=(self.along(self.in_rows(inner.body, rows)),),
                    kind=lp.LoopKind.SEQ,
                ),
                self.along(tuple(added)),
            ),
            spans=inner.spans,
        )
        yield self.along(tuple(settled))

    def in_rows(self, body: tuple[lp.Stmt, ...], rows: dict[str, str] | None = None) -> tuple[lp.Stmt, ...]:
        """`body` with the shared scalars as elements of rows."""
        rows = self.rows if rows is None else rows

        def change(value: lp.Expr) -> lp.Expr:
            return self.load(rows[value.name]) if isinstance(value, lp.Var) and value.name in rows else value

        def one(stmt: lp.Stmt) -> lp.Stmt:
            match stmt:
                case lp.Assign(name, value) if name in rows:
                    stmt = lp.Store(rows[name], self.place, value, spans=stmt.spans)
                case lp.Accumulate(lp.Var(name, _), op, value, None) if name in rows:
                    stmt = lp.Accumulate(self.load(rows[name]), op, value, spans=stmt.spans)
            return lp.with_blocks(stmt, tuple(tuple(one(s) for s in block) for block in lp.blocks(stmt)))

        return tuple(lp.map_stmt(one(stmt), change) for stmt in body)


def _parts(loop: lp.For, fortran: frozenset[str]) -> Iterator[lp.For | tuple[lp.Stmt, ...]]:
    """The body of the loop in order: inner loops to exchange with it, and what stands between them."""
    run: list[lp.Stmt] = []
    for stmt in loop.body:
        if isinstance(stmt, lp.For) and _walks_columns(stmt, loop, fortran):
            if run:
                yield tuple(run)
                run = []
            yield stmt
        else:
            run.append(stmt)
    if run:
        yield tuple(run)


def _walks_columns(inner: lp.For, outer: lp.For, fortran: frozenset[str]) -> bool:
    """Whether the inner loop jumps from row to row where the outer one walks along rows, and nowhere the reverse."""
    if any(lp.blocks(stmt) for stmt in inner.body) or {outer.var} & {*inner.lo.names, *inner.hi.names}:
        return False
    varying = assigned(outer.body)
    if varying & {*inner.lo.names, *inner.hi.names}:
        return False
    better = False
    for indices in places(inner.body, fortran):
        *rows, last = indices
        down = any(isinstance(i, lp.Expr) or inner.var in i.names for i in rows)
        across = any(isinstance(i, lp.Expr) or outer.var in i.names for i in rows)
        if isinstance(last, lp.Expr):
            return False
        if inner.var in last.names and (across or outer.var in last.names):
            return False
        better |= down and abs(last.coefficient(outer.var)) == 1
    return better


def _scalars(body: tuple[lp.Stmt, ...]) -> set[str]:
    """The scalars that statements read or set."""
    names = set(assigned(body))
    for stmt in lp.statements(body):
        for value in lp.expressions(stmt):
            names |= {node.name for node in lp.subexpressions(value) if isinstance(node, lp.Var)}
    return names


def _sizes(stmt: lp.Stmt) -> Iterator[Size]:
    """The sizes in subscripts, bounds and integers of a statement."""
    if isinstance(stmt, lp.For):
        yield from (stmt.lo, stmt.hi)
    for indices in places((lp.with_blocks(stmt, tuple(() for _ in lp.blocks(stmt))),)):
        yield from (i for i in indices if isinstance(i, Size))
    for value in lp.expressions(stmt):
        yield from (node.size for node in lp.subexpressions(value) if isinstance(node, lp.Index))
