"""Go over a strip of a vector in all rounds before the next strip: it stays in the first cache, and all cores work."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from .context import Context, Remark
from .dependence import Memory, assigned, exposed, parallel
from .names import Names
from .strips import Strips

#: Elements of a strip. Three vectors' strips of float64 fill half of a first cache of 48 KiB.
STRIP = 1024


def strip_rounds(program: lp.Program, ctx: Context) -> lp.Program:
    """Where the elements of a vector do not meet in the rounds of a loop around it, take them strip by strip.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(z, c, rounds):
    ...     for _ in range(rounds):
    ...         z[:] = z * z + c
    ... ''', np.ones(5), 0.5, 3)
    >>> print(show(strip_rounds(program, Context())))
    strips = (n + 1023) // 1024
    for strip in range(strips):
        start = 1024 * strip
        end = min(start + 1024, n)
        for _ in range(rounds):
            for i in range(start, end):
                z[i] = z[i] * z[i] + c
    return None
    """
    if ctx.target == "cuda":
        return program
    stripper = _Stripper(program, ctx)
    body = stripper.block(program.body)
    return program if body == program.body else replace(program, body=body)


class _Stripper:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)

    def block(self, body: tuple[lp.Stmt, ...], after: frozenset[str] = frozenset()) -> tuple[lp.Stmt, ...]:
        """`after` are the scalars that are read once the block is over."""
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(body):
            live = after | frozenset(exposed(body[at + 1 :]))
            strips = self.strips(stmt, live) if isinstance(stmt, lp.For) else None
            if strips is not None:
                out.extend(strips)
                continue
            if isinstance(stmt, lp.For) and stmt.kind is lp.LoopKind.PAR:
                out.append(stmt)  # its rows are apart already
                continue
            inside = live | (frozenset(exposed((stmt,))) if not isinstance(stmt, lp.If) else frozenset())
            out.append(lp.with_blocks(stmt, tuple(self.block(b, inside) for b in lp.blocks(stmt))))
        return tuple(out)

    def strips(self, rounds: lp.For, live: frozenset[str]) -> tuple[lp.Stmt, ...] | None:
        """The rounds by strips; None where they are no rounds over one vector, or its elements meet."""
        if rounds.kind is not lp.LoopKind.SEQ or len(rounds.body) != 1 or not isinstance(rounds.body[0], lp.For):
            return None
        if rounds.few or rounds.body[0].few:
            return None
        vector = rounds.body[0]
        if (
            vector.kind is not lp.LoopKind.SEQ
            or vector.step != 1
            or {rounds.var} & {*vector.lo.names, *vector.hi.names}
        ):
            return None
        if not all(isinstance(stmt, lp.Assign | lp.Store | lp.Accumulate) for stmt in vector.body):
            return None
        trips = vector.hi - vector.lo
        if trips.is_const and trips.const <= STRIP:
            return None
        if {*trips.names} & assigned(rounds.body):
            return None
        swapped = replace(vector, body=(replace(rounds, body=vector.body),))
        if not parallel(swapped, self.memory, live):
            return None
        self.ctx.remark(Remark("strip_rounds", f"all rounds of `{rounds.var}` for each strip of {STRIP}", rounds.spans))
        strips = Strips.of(vector, STRIP, self.names)
        kind = lp.LoopKind.PAR if self.ctx.options.parallel else lp.LoopKind.SEQ
        return strips.around((replace(rounds, body=(strips.part(),)),), kind, rounds.spans)
