"""Go over a nest by tiles where no order of its loops walks along the rows of every array: transposed access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from .context import Context, Remark
from .dependence import Memory, exposed, parallel
from .names import Names
from .strips import Strips, places

#: Rows of a tile, and the elements of each. A line of the cache holds 8: a tile reads its lines to the end.
ROWS, COLUMNS = 64, 32
#: Rounds of the inner loop, each a line of its own, that a first cache of 32 KiB holds: the next round of the outer
#: loop finds them there, and tiles gain nothing (measured: they lose a third below 300 rounds).
LINES = 512
#: Additions that a number may cost which is computed for each element, and not once for a row: a division and some.
CHEAP = 8


def tile(program: lp.Program, ctx: Context) -> lp.Program:
    """Cut two loops into strips where one array is walked along its rows by the inner loop and one by the outer.

    Where the lines that a round of the outer loop touches stay in the first cache, the nest runs as it was.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     return a.T + b
    ... ''', np.ones((5, 4)), np.ones((4, 5)))
    >>> print(show(tile(program, Context())))
    result = np.empty((m, n))
    if m >= 64 and n >= 512:
        strips = (m + 63) // 64
        for strip in range(strips):
            start = 64 * strip
            end = min(start + 64, m)
            strips_1 = (n + 31) // 32
            for strip_1 in range(strips_1):
                start_1 = 32 * strip_1
                end_1 = min(start_1 + 32, n)
                for i in range(start, end):
                    for j in range(start_1, end_1):
                        result[i, j] = a[j, i] + b[i, j]
    else:
        for i in range(m):
            for j in range(n):
                result[i, j] = a[j, i] + b[i, j]
    return result
    """
    if ctx.target == "cuda":
        return program
    tiler = _Tiler(program, ctx)
    body = tiler.block(program.body, frozenset())
    return program if body == program.body else replace(program, body=body)


class _Tiler:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)
        self.fortran = frozenset(p.name for p in program.params if p.fortran)

    def block(self, body: tuple[lp.Stmt, ...], after: frozenset[str]) -> tuple[lp.Stmt, ...]:
        """`after`: scalars that are read once the block is over."""
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(body):
            if not lp.blocks(stmt):
                out.append(stmt)
                continue
            live = after | frozenset(exposed(body[at + 1 :]))
            tiled = self.tiled(stmt, live) if isinstance(stmt, lp.For) else None
            if tiled is not None:
                out.extend(tiled)
                continue
            inside = live | (frozenset(exposed((stmt,))) if not isinstance(stmt, lp.If) else frozenset())
            out.append(lp.with_blocks(stmt, tuple(self.block(b, inside) for b in lp.blocks(stmt))))
        return tuple(out)

    def tiled(self, outer: lp.For, live: frozenset[str]) -> tuple[lp.Stmt, ...] | None:
        """The nest by tiles of its first and its last loop; None where one order is good, or it may not be."""
        *between, inner = nest(outer, self.memory, live) or (outer,)
        if not between or not transposed(outer.var, inner, self.fortran):
            return None
        if any(loop.few or loop.step != 1 for loop in (outer, inner)):
            return None
        rows, columns = outer.hi - outer.lo, inner.hi - inner.lo
        if any(size.is_const and size.const < least for size, least in ((rows, ROWS), (columns, LINES))):
            return None
        # what varies in the nest: no bound of the tiles may, but for the loops that stay outside both
        if any(outer.var in (*loop.lo.names, *loop.hi.names) for loop in (*between[1:], inner)):
            return None
        known = {loop.var for loop in between[1:]}
        if known & set(columns.names) or (outer.kind is not lp.LoopKind.PAR and not parallel(outer, self.memory, live)):
            return None
        self.ctx.remark(Remark("tile", f"by tiles of `{outer.var}` and `{inner.var}`", outer.spans))
        down, across = Strips.of(outer, ROWS, self.names), Strips.of(inner, COLUMNS, self.names)
        body = replace(down.part(), body=(across.part(),), kind=lp.LoopKind.SEQ)
        tiles = across.around((body,), lp.LoopKind.SEQ, inner.spans)
        for loop in reversed(between[1:]):
            tiles = (replace(loop, body=tiles),)
        tiles = down.around(tiles, outer.kind, outer.spans)
        tests = [_at_least(size, least) for size, least in ((rows, ROWS), (columns, LINES)) if not size.is_const]
        if not tests:
            return tiles
        large = tests[0] if len(tests) == 1 else lp.Scalar(table()["logical_and"], tuple(tests), BOOL)
        return (lp.If(large, tiles, (outer,), spans=outer.spans),)


def nest(outer: lp.For, memory: Memory, live: frozenset[str] = frozenset()) -> list[lp.For] | None:
    """The loops from `outer` to one that holds no other, each the last statement of the one before; None elsewhere.

    Numbers that are computed ahead of an inner loop are computed in the innermost one, where they cost little and are
    not read later: the last loop that is returned has them. `live`: scalars that are read behind the nest.
    """
    loops = [outer]
    while loops[-1].body and isinstance(inner := loops[-1].body[-1], lp.For):
        if (whole := _sunk(loops[-1].body[:-1], inner, memory, live)) is None:
            return None
        loops.append(whole)
    plain = all(isinstance(stmt, lp.Assign | lp.Store | lp.Accumulate) for stmt in loops[-1].body)
    return loops if plain else None


def _sunk(ahead: tuple[lp.Stmt, ...], inner: lp.For, memory: Memory, live: frozenset[str]) -> lp.For | None:
    """`inner` with what stands ahead of it in its body; None where that is no cheap number or changes in there."""
    if not ahead:
        return inner
    own = list(lp.statements((inner,)))
    changed = {s.name for s in own if isinstance(s, lp.Assign)}
    stored = {memory.of(s.buffer) for s in own if isinstance(s, lp.Store)}
    cost = 0.0
    for stmt in ahead:
        if not isinstance(stmt, lp.Assign) or stmt.name in changed or stmt.name in live:
            return None
        for node in lp.subexpressions(stmt.value):
            if isinstance(node, lp.Load) and memory.of(node.buffer) in stored:
                return None
            if isinstance(node, lp.Var) and node.name in changed:
                return None
            cost += node.op.cost if isinstance(node, lp.Scalar) else 0
    if cost > CHEAP or any(not isinstance(s, lp.Assign | lp.Store | lp.For) for s in own):
        return None
    return replace(inner, body=(*ahead, *inner.body))


def transposed(outer: str, inner: lp.For, fortran: frozenset[str]) -> bool:
    """Whether one access walks along rows by the inner loop and across them by the outer, and one the reverse."""

    def along(indices: tuple[Size, ...], var: str) -> bool:
        *above, last = indices
        return abs(last.coefficient(var)) == 1 and not any(var in i.names for i in above)

    def across(indices: tuple[Size, ...], var: str) -> bool:
        *above, last = indices
        return var not in last.names and any(var in i.names for i in above)

    affine = list(_affine(inner.body, fortran))
    return any(along(i, inner.var) for i in affine) and any(along(i, outer) and across(i, inner.var) for i in affine)


def _affine(body: tuple[lp.Stmt, ...], fortran: frozenset[str]) -> Iterator[tuple[Size, ...]]:
    for indices in places(body, fortran):
        if indices and not any(isinstance(i, lp.Expr) for i in indices):
            yield tuple(i for i in indices if isinstance(i, Size))


def _at_least(size: Size, least: int) -> lp.Expr:
    return lp.Scalar(table()["greater_equal"], (lp.Index(size), lp.Lit(least, INT)), BOOL)
