"""Merge loops over the same range, at any depth, where no dependence forbids it."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from ..ir.types import Size
from .context import Context, Remark
from .dependence import Memory, effects, independent, may_fuse
from .tile import nest, transposed


def fuse(program: lp.Program, ctx: Context) -> lp.Program:
    """Merge two loops with equal bounds that touch a common array.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     t = a + b
    ...     return t * 2
    ... ''', np.ones(5), np.ones(5))
    >>> print(show(program))
    t = np.empty(n)
    for i in range(n):
        t[i] = a[i] + b[i]
    result = np.empty(n)
    for i in range(n):
        result[i] = t[i] * 2.0
    return result
    >>> print(show(fuse(program, Context())))
    t = np.empty(n)
    result = np.empty(n)
    for i in range(n):
        t[i] = a[i] + b[i]
        result[i] = t[i] * 2.0
    return result
    """
    fortran = frozenset(p.name for p in program.params if p.fortran)
    fuser = _Fuser(Memory.of_program(program), fortran, ctx)
    body = fuser.block(program.body)
    return program if body == program.body else replace(program, body=body)


class _Fuser:
    def __init__(self, memory: Memory, fortran: frozenset[str], ctx: Context) -> None:
        self.memory = memory
        self.fortran = fortran
        self.ctx = ctx

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if not (isinstance(stmt, lp.For) and self.merge_into(out, stmt)):
                out.append(stmt)
        return tuple(lp.with_blocks(s, tuple(self.block(b) for b in lp.blocks(s))) for s in out)

    def merge_into(self, out: list[lp.Stmt], loop: lp.For) -> bool:
        """Merge `loop` with the nearest earlier loop that admits it; what stands between moves where it has to."""
        for at in range(len(out) - 1, -1, -1):
            first = out[at]
            if isinstance(first, lp.For) and _same_range(first, loop):
                renamed = _rename(loop, first.var)
                if self._worth(first, renamed) and may_fuse(
                    first.body, renamed.body, first.var, self.memory, first.step
                ):
                    ahead = self._clear(out[at + 1 :], first, renamed)
                    if ahead is not None:
                        moved, stay = ahead
                        merged = replace(first, body=first.body + renamed.body, spans=first.spans | loop.spans)
                        out[at:] = [*moved, merged, *stay]
                        self.ctx.remark(Remark("fuse", "loops merged", merged.spans))
                        return True
            if effects(first).barrier:
                return False
        return False

    def _worth(self, first: lp.For, second: lp.For) -> bool:
        """Whether merging saves traffic: the loops touch a common array, and none of them loses its tiles by it."""
        if self.ctx.target != "cuda" and self._parts_tiles(first, second):
            return False
        a = {self.memory.of(x.name) for x in effects(first).accesses if not x.is_scalar}
        return any(self.memory.of(y.name) in a for y in effects(second).accesses if not y.is_scalar)

    def _parts_tiles(self, first: lp.For, second: lp.For) -> bool:
        """Whether one is a nest that goes over an array by tiles, because it walks across its rows, and would not.

        Beside anything but another nest its loops are no nest any more: each element is a line of the cache then. That
        does not matter beside loops that go deeper, which do more for each element.
        """
        nests = [nest(loop, self.memory) for loop in (first, second)]
        whole = [loops is not None and len(loops) > 1 for loops in nests]
        if whole[0] == whole[1]:
            return False
        loops, other = nests[whole.index(True)], (first, second)[whole.index(False)]
        if loops is None or _depth(other) > len(loops):
            return False
        return transposed(loops[0].var, loops[-1], self.fortran)

    def _clear(
        self, between: list[lp.Stmt], first: lp.For, second: lp.For
    ) -> tuple[list[lp.Stmt], list[lp.Stmt]] | None:
        """Statements between two loops, parted into those that move ahead of the first and those that stay after both.

        None where neither is possible for one of them.
        """
        moved: list[lp.Stmt] = []
        stay: list[lp.Stmt] = []
        one, two = effects(first), effects(second)
        for stmt in between:
            seen = effects(stmt)
            if independent(seen, one, self.memory) and all(independent(seen, effects(s), self.memory) for s in stay):
                moved.append(stmt)
            elif independent(seen, two, self.memory):
                stay.append(stmt)
            else:
                return None
        return moved, stay


def _depth(loop: lp.For) -> int:
    """How many loops stand within each other."""
    inner = (s for s in lp.statements(loop.body) if isinstance(s, lp.For))
    return 1 + max(map(_depth, inner), default=0)


def _same_range(a: lp.For, b: lp.For) -> bool:
    return a.lo == b.lo and a.hi == b.hi and a.step == b.step and a.kind == b.kind


def _rename(loop: lp.For, var: str) -> lp.For:
    """`loop` with another loop variable; a loop in it that has this name takes the old one in exchange."""
    if loop.var == var:
        return loop
    exchange = {loop.var: Size.named(var), var: Size.named(loop.var)}
    renamed = lp.map_stmt(loop, lambda e: e, lambda size: size.substitute(exchange))
    (result,) = _exchange_variables((renamed,), {loop.var: var, var: loop.var})
    assert isinstance(result, lp.For)
    return result


def _exchange_variables(body: tuple[lp.Stmt, ...], names: dict[str, str]) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    for stmt in body:
        if isinstance(stmt, lp.For):
            stmt = replace(stmt, var=names.get(stmt.var, stmt.var))
        out.append(lp.with_blocks(stmt, tuple(_exchange_variables(b, names) for b in lp.blocks(stmt))))
    return tuple(out)
