"""Cut the range of a loop into strips: a loop over their number, and the bounds of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.span import Spans
from ..ir.types import INT, Size
from .names import Names

#: Statements that may not run once for each strip: their order means something beyond the elements that they touch.
WHOLE = (
    lp.Alloc, lp.Pointer, lp.Swap, lp.Check, lp.Return, lp.Break, lp.Continue, lp.While, lp.Library, lp.HostCall
)  # fmt: skip


@dataclass(frozen=True)
class Strips:
    """`width` iterations of `loop` each, from `start` to below `end`."""

    loop: lp.For
    width: int
    var: str
    count: str
    start: Size
    end: Size

    @staticmethod
    def of(loop: lp.For, width: int, names: Names) -> Strips:
        var, count, start, end = (names.fresh(hint) for hint in ("strip", "strips", "start", "end"))
        return Strips(loop, width, var, count, Size.named(start), Size.named(end))

    def part(self) -> lp.For:
        """The loop over one strip."""
        return replace(self.loop, lo=self.start, hi=self.end)

    def around(self, body: tuple[lp.Stmt, ...], kind: lp.LoopKind, spans: Spans) -> tuple[lp.Stmt, ...]:
        """The number of strips, and the loop over them, whose body finds the bounds first."""
        trips = self.loop.hi - self.loop.lo
        number = lp.Scalar(table()["floor_divide"], (lp.Index(trips + (self.width - 1)), lp.Lit(self.width, INT)), INT)
        bounds = (
            lp.Assign(str(self.start), lp.Index(self.loop.lo + self.width * Size.named(self.var))),
            lp.Assign(str(self.end), least(self.start + self.width, self.loop.hi)),
        )
        return (
            lp.Assign(self.count, number, spans=spans),
            lp.For(self.var, Size(0), Size.named(self.count), 1, (*bounds, *body), kind, spans=spans),
        )


def least(first: Size, second: Size) -> lp.Expr:
    return lp.Scalar(table()["minimum"], (lp.Index(first), lp.Index(second)), INT)


def places(body: tuple[lp.Stmt, ...], fortran: frozenset[str] = frozenset()) -> Iterator[tuple[lp.Subscript, ...]]:
    """The subscripts of everything that is loaded and stored; from last to first for arrays in Fortran's order."""
    for buffer, indices in accesses(body):
        yield tuple(reversed(indices)) if buffer in fortran else indices


def accesses(body: tuple[lp.Stmt, ...]) -> Iterator[tuple[str, tuple[lp.Subscript, ...]]]:
    """The array and the subscripts of everything that is loaded and stored."""
    for stmt in lp.statements(body):
        loads = [n for value in lp.expressions(stmt) for n in lp.subexpressions(value) if isinstance(n, lp.Load)]
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Load):
            loads.append(stmt.target)
        yield from ((load.buffer, load.indices) for load in loads if load.indices)
        if isinstance(stmt, lp.Store):
            yield stmt.buffer, stmt.indices
