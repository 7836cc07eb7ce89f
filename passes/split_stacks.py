"""A stack of matrices times one matrix is one call of BLAS only as long as BLAS needs no threads for it."""

from __future__ import annotations

import math
from dataclasses import replace

from ..ir import loops as lp
from .context import Context
from .small_products import at_most, product_extents

#: Multiplications in one product up to which OpenBLAS stays on the calling thread.
ONE_THREAD = 1 << 18


def split_stacks(program: lp.Program, ctx: Context) -> lp.Program:
    """Leave a stack whose rows together would wake the threads of BLAS to NumPy, which multiplies matrix by matrix.

    NumPy's products of the single matrices are small: threads gain little on them, and lose where the cores have other
    work, since they wait for each other.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     return a @ b
    ... ''', np.ones((5, 4, 3)), np.ones((3, 2)))
    >>> print(show(split_stacks(program, Context())))
    result = np.empty((n, m, q))
    if n * m * q * k <= 262144:
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
    if all(extent.is_const for extent in extents):
        return call if math.prod(extent.const for extent in extents) <= ONE_THREAD else stack
    return lp.If(at_most(extents, ONE_THREAD), (call,), (stack,), spans=call.spans)
