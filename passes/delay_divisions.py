"""Divide after the sum: a division takes as long as a dozen additions, and one divisor is enough for a row."""

from __future__ import annotations

from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Apply, Bind, Expr, Reduced, Ref
from ..ir.free_names import free_name
from ..ir.ops import table
from ..ir.types import BOOL, PY_BOOL
from .algebra.make import constant, elementwise, is_repeated, reduction, with_axes, without_axes
from .context import Context, Remark
from .names import taken


def delay_divisions(program: arr.Program, ctx: Context) -> arr.Program:
    """Divide a sum in place of its terms, and leave the call to the original where the result is not finite.

    Over the reals both are the same. Where a divisor is zero or a sum overflows they are not: then the quotient of the
    sum is infinite or NaN, and so it shows. The original can take over as long as nothing has been stored.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import print_array
    >>> from mdsl.passes.bufferise import bufferise
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> program = bufferise(lift_text('''
    ... def f(x, y):
    ...     return np.sum(x / y, axis=1)
    ... ''', np.ones((3, 5)), np.ones((3, 1))), Context())
    >>> print(print_array(delay_divisions(program, Context())).rstrip())
    def f(x, y):
        n = x.shape[0]
        k = y.shape[0]
        assert k == n
        total = np.sum(x, axis=1)
        result = total / y[:, 0] + 0
        all_of = np.all(np.isfinite(result))
        fine = bool(all_of)
        if not fine:
            raise NotImplementedError('a sum of quotients that is not finite')
        return result
    """
    if ctx.options.fastmath:
        return program  # a rule has done it, and asks nothing
    names, out = taken(program), list[arr.Stmt]()
    for k, stmt in enumerate(program.body):
        if any(_leaves_traces(s) for s in arr.statements((stmt,))):
            out.extend(program.body[k:])
            break
        made = _delayed(stmt, names)
        if made is not None:
            ctx.remark(Remark("delay_divisions", "the sum is divided, not what is summed", stmt.spans))
        out.extend((stmt,) if made is None else made)
    return replace(program, body=tuple(out)) if len(out) != len(program.body) else program


def _leaves_traces(stmt: arr.Stmt) -> bool:
    """Whether the original would find something that it would not have found at first."""
    return isinstance(stmt, arr.Store) or (isinstance(stmt, arr.Call) and bool(stmt.called.stateful or stmt.written))


def _delayed(stmt: arr.Stmt, names: set[str]) -> tuple[arr.Stmt, ...] | None:
    """The sum, the division, and the check; None for what is no sum of quotients with one divisor."""
    match stmt:
        case Bind(name, Apply(add, (Apply(divide, (x, c)),), Reduced(axes, keepdims), type)):
            if add.name != "sum" or divide.name != "divide" or type.dtype.kind != "f" or not axes:
                return None
        case _:
            return None
    if not is_repeated(c, axes) or is_repeated(x, axes):
        return None
    ops, spans = table(), stmt.spans
    divisor = without_axes(c, axes)
    if keepdims:
        divisor = with_axes(divisor, axes, x.type.rank)
    total = reduction(ops["sum"], x, axes, keepdims)
    if total is None or total.type != type:
        return None
    held = Ref(free_name("total", names), 1, type)
    quotient = elementwise(ops["divide"], held, divisor)
    zero = constant(0.0, type.dtype)
    result = None if quotient is None else elementwise(ops["add"], quotient, zero)  # of -0.0 it is 0.0, as a sum's is
    if result is None or result.type != type:
        return None
    finite: Expr | None = elementwise(ops["isfinite"], Ref(name, 1, type))
    checked: list[arr.Stmt] = []
    if finite is not None and type.rank:
        every = reduction(ops["all"], finite, None)
        if every is None:
            return None
        one = Ref(free_name("all_of", names), 1, every.type)
        checked.append(Bind(one.name, every, spans=spans))
        finite = one
    if finite is None:
        return None
    fine = Ref(free_name("fine", names), 1, PY_BOOL)
    return (
        Bind(held.name, total, spans=spans),
        Bind(name, result, spans=spans),
        *checked,
        Bind(fine.name, Apply(ops["cast"], (finite,), BOOL, PY_BOOL), spans=spans),
        arr.Check(fine, arr.BAIL, "a sum of quotients that is not finite", spans=spans),
    )
