"""Use the other cores for a single loop in another loop, where its rounds turn out to be many."""

from __future__ import annotations

import math
from dataclasses import replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL, INT
from .context import Context, Remark
from .dependence import Memory, parallel
from .parallelise import read_scalars, work

#: Work of a loop, in operations of a vectorised loop (0.05 ns each), from which on a launch in each round pays; and
#: what an element costs that comes from the second cache or beyond, since none that long stays in the first.
LEAST, ACCESS = 1_000_000, 3


def share_out(program: lp.Program, ctx: Context) -> lp.Program:
    """Give a loop whose iterations are independent a parallel form, behind a test of how many there are.

    `parallelise` has marked the nests. A single loop that stands in another one mostly is a row, or grows with the
    rounds, and its launches would cost more than they gain; but it may be a million points of a line. Of both forms,
    the first is the parallel one.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(u, steps):
    ...     for _ in range(steps):
    ...         np.sqrt(u, out=u)
    ... ''', np.ones(5), 3)
    >>> print(show(share_out(program, Context())))
    for _ in range(steps):
        if n >= 80000:
            for i in range(n):
                u[i] = np.sqrt(u[i])
        else:
            for i in range(n):
                u[i] = np.sqrt(u[i])
    return None
    """
    if not ctx.options.parallel:
        return program
    body = _block(program.body, frozenset(), frozenset(), Memory.of_program(program), ctx)
    return program if body == program.body else replace(program, body=body)


def _block(
    body: tuple[lp.Stmt, ...], after: frozenset[str], around: frozenset[str], memory: Memory, ctx: Context
) -> tuple[lp.Stmt, ...]:
    """`after`: the scalars that are read behind the block. `around`: the variables of the loops that it stands in."""
    out: list[lp.Stmt] = []
    for at, stmt in enumerate(body):
        live = after
        if isinstance(stmt, (lp.For, lp.While, lp.If)):
            live = after | read_scalars(body[at + 1 :])
        match stmt:
            case lp.For(kind=lp.LoopKind.PAR) | lp.For(few=True):
                out.append(stmt)
            case lp.For() if around and _may_be_long(stmt, around) and parallel(stmt, memory, live):
                ctx.remark(Remark("share_out", f"`{stmt.var}` runs in parallel where it is long", stmt.spans))
                each = max(1.0, work(stmt.body) + ACCESS * _accesses(stmt.body))
                least = lp.Lit(math.ceil(LEAST / each), INT)
                test = lp.Scalar(table()["greater_equal"], (lp.Index(stmt.hi - stmt.lo), least), BOOL)
                both = replace(stmt, kind=lp.LoopKind.PAR), replace(stmt, few=True)
                out.append(lp.If(test, (both[0],), (both[1],), spans=stmt.spans))
            case lp.For() | lp.While() | lp.If():
                inside, variables = live, around
                if not isinstance(stmt, lp.If):  # its body runs again, so all that it reads is live at its end
                    inside = live | read_scalars((stmt,))
                    variables = around | {stmt.var if isinstance(stmt, lp.For) else ""}
                new = tuple(_block(block, inside, variables, memory, ctx) for block in lp.blocks(stmt))
                out.append(lp.with_blocks(stmt, new))
            case _:
                out.append(stmt)
    return tuple(out)


def _accesses(body: tuple[lp.Stmt, ...]) -> int:
    """How many elements one round reads and stores."""
    read = {
        node
        for stmt in lp.statements(body)
        for value in lp.expressions(stmt)
        for node in lp.subexpressions(value)
        if isinstance(node, lp.Load)
    }
    return len(read) + sum(isinstance(stmt, (lp.Store, lp.Accumulate)) for stmt in lp.statements(body))


def _may_be_long(loop: lp.For, around: frozenset[str]) -> bool:
    """Whether the loop holds no other, and its rounds are neither known nor bounded by the loops around it."""
    trips = loop.hi - loop.lo
    return (
        loop.step == 1
        and not trips.is_const
        and not around & set(trips.names)
        and not any(isinstance(inner, (lp.For, lp.While)) for inner in lp.statements(loop.body))
    )
