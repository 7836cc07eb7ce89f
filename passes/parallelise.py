"""Mark the outermost loops whose iterations are independent, where the work pays for starting threads."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from .context import Context, Remark
from .dependence import Memory, exposed, parallel


def parallelise(program: lp.Program, ctx: Context) -> lp.Program:
    """Let the iterations of an outermost loop run on several threads.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> def kinds(program):
    ...     return [loop.kind.value for loop in program.body if isinstance(loop, lp.For)]
    >>> program = loops_of_text('''
    ... def f(a):
    ...     b = a * 2
    ...     for k in range(1, len(b)):
    ...         b[k] += b[k - 1]
    ...     return b
    ... ''', np.ones((5, 4)))
    >>> kinds(program), kinds(parallelise(program, Context()))
    (['sequential', 'sequential'], ['parallel', 'sequential'])
    """
    if not ctx.options.parallel:
        return program
    memory = Memory.of_program(program)
    body = _block(program.body, frozenset(), memory, ctx, False)
    return program if body == program.body else replace(program, body=body)


def _block(
    body: tuple[lp.Stmt, ...], after: frozenset[str], memory: Memory, ctx: Context, repeated: bool
) -> tuple[lp.Stmt, ...]:
    """`repeated`: the block is the body of a loop, where a parallel loop starts its threads again in each round."""
    out: list[lp.Stmt] = []
    for at, stmt in enumerate(body):
        live = after
        if isinstance(stmt, (lp.For, lp.While, lp.If)):
            live |= read_scalars(body[at + 1 :])
        match stmt:
            case lp.For(kind=lp.LoopKind.PAR):
                out.append(stmt)
            case lp.For(step=1) if _pays(stmt, repeated) and parallel(stmt, memory, live):
                ctx.remark(Remark("parallelise", f"iterations of `{stmt.var}` are independent", stmt.spans))
                out.append(replace(stmt, kind=lp.LoopKind.PAR, body=_alone(stmt.body)))
            case lp.For() | lp.While() | lp.If():
                # a loop's own body runs again, so all that it reads is live at its end
                inside = live | (read_scalars((stmt,)) if not isinstance(stmt, lp.If) else frozenset())
                again = repeated or not isinstance(stmt, lp.If)
                out.append(lp.with_blocks(stmt, tuple(_block(b, inside, memory, ctx, again) for b in lp.blocks(stmt))))
            case _:
                out.append(stmt)
    return tuple(out)


def _alone(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
    """The statements of a parallel loop, where no other starts threads."""
    out: list[lp.Stmt] = []
    for stmt in body:
        stmt = lp.with_blocks(stmt, tuple(_alone(block) for block in lp.blocks(stmt)))
        out.append(replace(stmt, kind=lp.LoopKind.SEQ) if isinstance(stmt, lp.For) else stmt)
    return tuple(out)


def _pays(loop: lp.For, repeated: bool) -> bool:
    """Whether starting threads for the loop can pay: not for a few rounds, nor for a single loop in another loop."""
    trips = loop.hi - loop.lo
    if loop.few:
        return False
    if trips.is_const and trips.const < 16:
        return False
    return not repeated or any(isinstance(s, lp.For) for s in lp.statements(loop.body))


def read_scalars(body: tuple[lp.Stmt, ...]) -> frozenset[str]:
    """Scalars that the statements read before they set them."""
    return frozenset(exposed(body))


def work(body: tuple[lp.Stmt, ...]) -> float:
    """The cost of one execution of `body` with every extent taken as 1: operations, weighted by the table."""
    total = 0.0
    for stmt in lp.statements(body):
        for value in lp.expressions(stmt):
            total += sum(node.op.cost if isinstance(node, lp.Scalar) else 0.5 for node in lp.subexpressions(value))
    return total
