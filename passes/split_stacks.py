"""A stack of matrices times a tiny matrix is one call of BLAS only as long as BLAS needs no threads for it."""

from __future__ import annotations

import math
from dataclasses import replace

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL
from .context import Context
from .small_products import at_most, product_extents

#: Multiplications in one product up to which OpenBLAS stays on the calling thread.
ONE_THREAD = 1 << 18
#: Elements of the one matrix from which on threads gain. (Measured on two idle cores, ms, one call against the stack's:
#: 1000 x 64 x 64 by 64 x 64 8.4 and 11.5, 8 x 512 x 64 by 64 x 10 0.15 and 0.15, 512 x 512 x 3 by 3 x 3 0.70 and 0.52.)
TINY = 1 << 10


def split_stacks(program: lp.Program, ctx: Context) -> lp.Program:
    """Leave a stack whose rows together would wake the threads of BLAS to NumPy, which multiplies matrix by matrix.

    Where the one matrix is tiny there is little to do for each row: threads gain nothing, and lose much where the cores
    have other work, since they wait for each other.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     return a @ b
    ... ''', np.ones((5, 4, 3)), np.ones((3, 2)))
    >>> print(show(split_stacks(program, Context())))
    result = np.empty((n, m, q))
    if n * m * q * k <= 262144 or not (k * q <= 1024):
        np.matmul(a.reshape(n * m, k), b, out=result.reshape(n * m, q))
    else:
        np.matmul(a, b, out=result)
    return result
    """
    if ctx.target == "cuda" or not any(isinstance(s, lp.Library) for s in lp.statements(program.body)):
        return program
    return replace(program, body=_block(program.body))


def _block(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
    return tuple(
        _choice(stmt) if isinstance(stmt, lp.Library) else lp.with_blocks(stmt, tuple(map(_block, lp.blocks(stmt))))
        for stmt in body
    )


def _choice(call: lp.Library) -> lp.Stmt:
    """The call, or a choice between one call for all rows and one for the stack."""
    if call.function != "np.matmul" or not call.out.rows or call.out.rank < 3:
        return call
    extents = product_extents(call)
    stack = replace(call, out=replace(call.out, rows=False), args=tuple(replace(a, rows=False) for a in call.args))
    matrix = (extents[-1], extents[-2])
    if all(extent.is_const for extent in matrix):
        if math.prod(extent.const for extent in matrix) > TINY:
            return call
        condition = at_most(extents, ONE_THREAD)
        if all(extent.is_const for extent in extents):
            return call if math.prod(extent.const for extent in extents) <= ONE_THREAD else stack
    else:
        large = lp.Scalar(table()["logical_not"], (at_most(matrix, TINY),), BOOL)
        condition = lp.Scalar(table()["logical_or"], (at_most(extents, ONE_THREAD), large), BOOL)
    return lp.If(condition, (call,), (stack,), spans=call.spans)
