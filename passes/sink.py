"""Run a recurrence inside the independent loop that it holds: in parallel, its last rounds still in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from .context import Context, Remark
from .dependence import Memory, assigned, exposed, parallel
from .names import Names
from .strips import WHOLE, Strips

#: Elements of a strip along rows: vectors, and what a few rounds touch stays in the first cache.
_ALONG = 256
#: Rows of a strip whose recurrence runs along them: so many that the processor need not wait for one, and so few that
#: the lines of the cache which a round leaves half read are still there for the next.
_ACROSS = 64
#: Rounds of both loops below which everything stays in the cache, and strips gain nothing.
_LARGE = 65_536


def sink(program: lp.Program, ctx: Context) -> lp.Program:
    """Cut the loop inside a sequential one into strips, and run all rounds of the sequential one for each strip.

    Where the sizes are small, everything stays in the cache as it was.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(y, b):
    ...     for j in range(1, y.shape[1]):
    ...         y[:, j] += b * y[:, j - 1]
    ... ''', np.ones((5, 5)), 0.5)
    >>> from mdsl.passes.contract import contract
    >>> from mdsl.passes.fuse import fuse
    >>> print(show(sink(contract(fuse(program, Context()), Context()), Context())))
    if n * (m - 1) >= 65536:
        strips = (n + 63) // 64
        for strip in range(strips):
            start = 64 * strip
            end = min(start + 64, n)
            for j in range(1, m):
                for i in range(start, end):
                    stored = y[i, j] + b * y[i, j - 1]
                    y[i, j] = stored
    else:
        for j in range(1, m):
            for i in range(n):
                stored = y[i, j] + b * y[i, j - 1]
                y[i, j] = stored
    return None
    """
    if ctx.target == "cuda":
        return program
    sinking = _Sinking(program, ctx)
    body = sinking.block(program.body, frozenset())
    return program if body == program.body else replace(program, body=body)


class _Sinking:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)

    def block(self, body: tuple[lp.Stmt, ...], after: frozenset[str]) -> tuple[lp.Stmt, ...]:
        """`after`: scalars that are read once the block is over."""
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(body):
            live = after | frozenset(exposed(body[at + 1 :]))
            sunk = self.sunk(stmt, live) if isinstance(stmt, lp.For) else None
            if sunk is not None:
                out.extend(sunk)
                continue
            inside = live | (frozenset(exposed((stmt,))) if isinstance(stmt, (lp.For, lp.While)) else frozenset())
            out.append(lp.with_blocks(stmt, tuple(self.block(b, inside) for b in lp.blocks(stmt))))
        return tuple(out)

    def sunk(self, outer: lp.For, live: frozenset[str]) -> list[lp.Stmt] | None:
        """The two loops the other way round; None where they may not be exchanged or need not."""
        *before, inner = outer.body or (None,)
        if not isinstance(inner, lp.For) or not all(isinstance(s, lp.Assign) for s in before):
            return None
        if outer.kind is not lp.LoopKind.SEQ or inner.step != 1 or outer.few or inner.few or _short(inner):
            return None
        if any(isinstance(s, WHOLE) or lp.blocks(s) for s in lp.statements((*before, *inner.body))):
            return None
        if not all({outer.var, inner.var} <= {n for i in place for n in i.names} for place in _stored(inner)):
            return None  # no recurrence along an axis
        if ({outer.var} | assigned(outer.body)) & {*inner.lo.names, *inner.hi.names}:
            return None
        if {inner.var} & {*outer.lo.names, *outer.hi.names} or parallel(outer, self.memory, live):
            return None
        around = replace(inner, body=(replace(outer, body=(*before, *inner.body)),))
        if not parallel(around, self.memory, live):
            return None
        self.ctx.remark(
            Remark("sink", f"all rounds of `{outer.var}` for a part of `{inner.var}`, and the next", outer.spans)
        )
        width = _ALONG if _along_rows(inner) else _ACROSS
        strips = Strips.of(inner, width, self.names)
        trips, rounds = inner.hi - inner.lo, outer.hi - outer.lo if outer.step > 0 else outer.lo - outer.hi
        many = lp.Scalar(table()["multiply"], (lp.Index(trips), lp.Index(rounds)), INT)
        large = lp.Scalar(table()["greater_equal"], (many, lp.Lit(_LARGE, INT)), BOOL)
        kind = lp.LoopKind.PAR if self.ctx.options.parallel else lp.LoopKind.SEQ  # as rounds of `around` are
        sunk = strips.around((replace(outer, body=(*before, strips.part())),), kind, outer.spans)
        # what stays in the cache needs no strips of another pass either
        small = replace(outer, body=(*before, replace(inner, few=True)), few=True)
        return [lp.If(large, sunk, (small,), spans=outer.spans)]


def _short(inner: lp.For) -> bool:
    trips = inner.hi - inner.lo
    return trips.is_const and trips.const < 2 * _ACROSS


def _stored(inner: lp.For) -> Iterator[tuple[Size, ...]]:
    """The affine subscripts of what the loop stores to, for each place."""
    for stmt in inner.body:
        match stmt:
            case lp.Store(_, indices, _) | lp.Accumulate(lp.Load(_, indices, _), _, _, _):
                yield tuple(i for i in indices if isinstance(i, Size))


def _along_rows(inner: lp.For) -> bool:
    """Whether the loop walks along the rows of everything that it stores to, and of what it loads."""
    for stmt in lp.statements(inner.body):
        places = [stmt.indices] if isinstance(stmt, lp.Store) else []
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Load):
            places.append(stmt.target.indices)
        for value in lp.expressions(stmt):
            places += [node.indices for node in lp.subexpressions(value) if isinstance(node, lp.Load)]
        for *rows, last in filter(None, places):
            if any(isinstance(i, lp.Expr) or inner.var in i.names for i in rows) or isinstance(last, lp.Expr):
                return False
    return True
