"""Reductions and their index-giving relatives: axes, dtype, out, keepdims, initial, where."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Const, Expr
from ...ir.ops import table
from ...ir.ops.reductions import COMBINERS
from ...ir.types import INT, Type
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    axes_of,
    dtype_of,
    dtype_of_out,
    safe_out,
    store_out,
)
from ..python_numbers import value_of
from ..values import NONE, Value, constant, static_value
from .compose import given, known, numpy
from .scans import dtype_into

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
FALSE, TRUE = constant(False), constant(True)


def reduced(
    lifter: Expressions,
    name: str,
    a: Value,
    axis: Value = NONE,
    dtype: Value = NONE,
    out: Value = NONE,
    keepdims: Value = FALSE,
    initial: Value = NONE,
    where: Value = TRUE,
) -> Value:
    """A reduction of the table with everything that a ufunc's `reduce` takes."""
    value = as_array(lifter, a)
    to = dtype_of(dtype)
    into = dtype_of_out(out)
    if to is None and into is not None and name not in ("any", "all"):
        wider = dtype_into(getattr(np, COMBINERS[name][0]), value.type.dtype, into)
        same_bits = name in ("sum", "prod") and {wider.kind, value.type.dtype.kind} <= {"i", "u"}  # the low ones
        if not same_bits and wider != value.type.dtype:
            to = wider
    if value.type.dtype.kind == "c" and (name not in ("sum", "prod", "any", "all") or (to and to.kind != "c")):
        raise Unsupported("MDSL301", f"`np.{name}` of complex numbers is not compiled")
    if to is not None:
        if name in ("any", "all") or to.kind == "b":
            raise Unsupported("MDSL301", f"`np.{name}` with this dtype is not compiled")
        value = build.cast(value, to)
    axes, keep = axes_of(axis, value.type.rank), bool(known(keepdims, "`keepdims`"))
    start = as_array(lifter, initial) if given(initial) else None
    if start is not None and (start.type.rank or name in ("any", "all")):
        raise Unsupported("MDSL301", f"`np.{name}` with this `initial` is not compiled")
    test = as_array(lifter, where)
    if not (isinstance(test, Const) and test.value is True):
        value = _where(lifter, name, value, test, start)
    result = build.reduce(lifter.ctx, name, value, axes, keep)
    if to is not None and result.type.dtype != to:
        # the sum of small integers is one of int64, of which the low bits are those of a sum in `to`
        result = build.cast(result, to)
    if start is not None:
        result = _started(lifter, name, result, start)
    return store_out(lifter, out, result)


def _where(lifter: Expressions, name: str, value: Expr, test: Expr, start: Expr | None) -> Expr:
    """The elements where `test` holds, and where it does not something that changes nothing."""
    if test.type.dtype.kind != "b" or test.type.rank > value.type.rank or not value.type.rank:
        raise Unsupported("MDSL301", "this `where=` is not compiled")
    if name in ("any", "all"):
        value = build.truth(lifter.ctx, value)
    if start is None:
        neutral = COMBINERS[name][1]
        if neutral is None:
            raise Unsupported("MDSL303", f"`np.{name}` with `where=` needs an `initial`")
        start = Const(value.type.dtype.type(neutral), Type(value.type.dtype, (), "numpy"))
    elif name in ("sum", "prod"):
        neutral = COMBINERS[name][1]
        start = Const(value.type.dtype.type(neutral), Type(value.type.dtype, (), "numpy"))
    else:
        start = build.cast(start, value.type.dtype, "numpy")
    chosen = build.choose(lifter.ctx, test, value, start)
    if [lifter.ctx.normal(s) for s in chosen.shape] != [lifter.ctx.normal(s) for s in value.shape]:
        raise Unsupported("MDSL301", "a `where=` that stretches the array is not compiled")
    return chosen


def _started(lifter: Expressions, name: str, result: Expr, start: Expr) -> Expr:
    if name == "sum" and isinstance(start, Const) and not start.value and np.signbit(np.real(start.value)):
        raise Unsupported("MDSL301", "a sum that starts with -0.0 is not compiled")
    order = "biufc"
    dtype = result.type.dtype
    if name == "prod" and dtype.kind in "fc" and value_of(start) not in (1, -1):
        raise Unsupported("MDSL301", "a product with this `initial` may overflow where that of the rest does not")
    if order.index(start.type.dtype.kind) > order.index("i" if dtype.kind == "u" else dtype.kind) or dtype.kind == "b":
        raise Unsupported("MDSL301", "an `initial` of another kind is not compiled")
    if start.type.weak and dtype.kind in "iu":
        build._fits(lifter.ctx, start, dtype)
    op = table()[COMBINERS[name][0]]
    return build.apply(lifter.ctx, op, (result, build.cast(start, dtype, "numpy")), (dtype, dtype), dtype)


def _sum(name: str) -> Handler:
    def handler(
        lifter: Expressions, a: Value, axis: Value = NONE, dtype: Value = NONE, out: Value = NONE,
        keepdims: Value = FALSE, initial: Value = NONE, where: Value = TRUE,
    ) -> Value:  # fmt: skip
        return reduced(lifter, name, a, axis, dtype, out, keepdims, initial, where)

    return handler


def _extreme(name: str) -> Handler:
    def handler(
        lifter: Expressions, a: Value, axis: Value = NONE, out: Value = NONE,
        keepdims: Value = FALSE, initial: Value = NONE, where: Value = TRUE,
    ) -> Value:  # fmt: skip
        return reduced(lifter, name, a, axis, NONE, out, keepdims, initial, where)

    return handler


def _truth(name: str) -> Handler:
    def handler(
        lifter: Expressions, a: Value, axis: Value = NONE, out: Value = NONE, keepdims: Value = FALSE, *,
        where: Value = TRUE,
    ) -> Value:  # fmt: skip
        return reduced(lifter, name, a, axis, NONE, out, keepdims, NONE, where)

    return handler


def _index_reduction(name: str) -> Handler:
    def handler(
        lifter: Expressions, a: Value, axis: Value = NONE, out: Value = NONE, *, keepdims: Value = FALSE
    ) -> Value:
        value = as_array(lifter, a)
        axes, keep = axes_of(axis, value.type.rank), bool(static_value(keepdims))
        if not value.type.rank:
            raise Unsupported("MDSL301", f"`np.{name}` of a number is not compiled")
        if value.type.dtype.kind == "c":
            raise Unsupported("MDSL301", f"`np.{name}` of complex numbers is not compiled")
        if axes is None and keep and value.type.rank > 1:
            result = build.reduce(lifter.ctx, name, value, None)
            result = numpy(lifter, np.full, (1,) * value.type.rank, result)
        else:
            result = build.reduce(lifter.ctx, name, value, axes, keep)
        safe_out(name, out, INT)
        return store_out(lifter, out, result)

    return handler


FUNCTIONS: dict[Any, Handler] = {
    **{getattr(np, name): _sum(name) for name in ("sum", "prod")},
    **{getattr(np, name): _extreme(name) for name in ("min", "max")},
    **{getattr(np, name): _truth(name) for name in ("any", "all")},
    **{getattr(np, name): _index_reduction(name) for name in ("argmin", "argmax")},
}
METHODS: dict[str, Handler] = {function.__name__: handler for function, handler in FUNCTIONS.items()}
