"""Element by element, chosen and converted: where, select, clip, astype, diff."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Axis, Const, Expr, Extent
from ...ir.ops import table
from ...ir.types import BOOL, FLOAT, INT, Size
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    attribute,
    axes_of,
    store_out,
)
from ..lift_index import index_view
from ..values import NONE, SliceOf, Static, Tup, Value, constant, static_value
from .creation import copy, rank_zero
from .picking import nonzero

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def diff(lifter: Expressions, a: Value, n: Value = constant(1), axis: Value = constant(-1)) -> Value:
    value = as_array(lifter, a)
    if not value.type.rank or static_value(n) != 1 or value.type.dtype == BOOL:
        raise Unsupported("MDSL301", "`np.diff` with these arguments is not compiled")
    (at,) = axes_of(axis, value.type.rank) or (0,)
    whole, one = SliceOf(NONE, NONE, NONE), constant(1)
    later, earlier = (
        index_view(lifter.ctx, value, [part if k == at else whole for k in range(value.type.rank)])
        for part in (SliceOf(one, NONE, NONE), SliceOf(NONE, constant(-1), NONE))
    )
    return build.elementwise(lifter.ctx, table()["subtract"], later, earlier)


def where(lifter: Expressions, condition: Value, x: Value = NONE, y: Value = NONE) -> Value:
    if x is NONE and y is NONE:
        return nonzero(lifter, condition)
    test, then, other = (as_array(lifter, v) for v in (condition, x, y))
    result = build.choose(lifter.ctx, test, then, other)
    # np.where gives an array of rank 0, never a NumPy scalar
    return result if result.type.rank else rank_zero(result)


def select(lifter: Expressions, condlist: Value, choicelist: Value, default: Value = constant(0)) -> Value:
    """np.select: the first condition that holds chooses."""
    if not (isinstance(condlist, Tup) and isinstance(choicelist, Tup) and condlist.items) or len(condlist.items) != len(
        choicelist.items
    ):
        raise Unsupported("MDSL301", "`np.select` of lists that are not known one by one")
    conditions = [as_array(lifter, v) for v in condlist.items]
    choices = [as_array(lifter, v) for v in choicelist.items]
    if any(c.type.dtype != BOOL for c in conditions):
        raise Unsupported("MDSL303", "`np.select` needs conditions of dtype bool")
    result = lifter.operand(default)
    dtype = np.result_type(*(build._representative(v) for v in (*choices, result)))
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = build.apply(lifter.ctx, table()["where"], (condition, choice, result), (BOOL, dtype, dtype), dtype)
    return result if result.type.rank else rank_zero(result)


def clip(lifter: Expressions, a: Value, a_min: Value = NONE, a_max: Value = NONE, out: Value = NONE) -> Value:
    """np.clip: all three operands have one dtype, as in its ufunc."""
    value = as_array(lifter, a)
    limits = [
        (n, as_array(lifter, v))
        for n, v in (("maximum", a_min), ("minimum", a_max))
        if not (isinstance(v, Static) and v.value is None)
    ]
    if not limits:
        raise Unsupported("MDSL301", "`np.clip` without a limit")
    operands = [value, *(v for _, v in limits)]
    if all(v.type.weak for v in operands):
        raise Unsupported("MDSL301", "`np.clip` of Python numbers is not compiled")
    dtype = np.result_type(*(build._representative(v) for v in operands))
    for v in operands:
        if v.type.weak and dtype.kind in "iu" and v.type.dtype.kind == "i":
            build._fits(lifter.ctx, v, dtype)
    if dtype.kind == "c" or dtype.kind == "b":
        raise Unsupported("MDSL301", f"`np.clip` of {dtype} is not compiled")
    by_comparison = dtype.kind == "f" and len(limits) == 2 and not any(limit.type.rank for _, limit in limits)
    result = value
    for name, limit in limits:
        if by_comparison:
            result = _limited(lifter, "less" if name == "maximum" else "greater", result, limit, dtype)
        else:
            result = build.apply(lifter.ctx, table()[name], (result, limit), (dtype, dtype), dtype)
    return store_out(lifter, out, result, broadcast=True)


def _limited(lifter: Expressions, beyond: str, value: Expr, limit: Expr, dtype: np.dtype) -> Expr:
    """One side of a clip to two numbers: a zero of either sign is not beyond the other, a limit that is NaN wins."""
    ctx = lifter.ctx
    outside = build.apply(ctx, table()[beyond], (value, limit), (dtype, dtype), BOOL)
    if not isinstance(limit, (Const, Extent)) or (isinstance(limit, Const) and limit.value != limit.value):
        unknown = build.apply(ctx, table()["isnan"], (limit,), (dtype,), BOOL)
        outside = build.apply(ctx, table()["logical_or"], (outside, unknown), (BOOL, BOOL), BOOL)
    return build.apply(ctx, table()["where"], (outside, limit, value), (BOOL, dtype, dtype), dtype)


def fill(lifter: Expressions, a: Value, value: Value) -> Value:
    target = as_array(lifter, a)
    lifter.store(target, lifter.operand(value))
    return NONE


def item(lifter: Expressions, a: Value) -> Value:
    value = as_array(lifter, a)
    if any(size != 1 for size in value.shape):
        raise Unsupported("MDSL302", "`.item()` of an array that is not known to have one element")
    if value.type.rank:
        value = arr.view(value, tuple(Axis(Size(0)) for _ in value.shape), ())
    scalar = build.element_of(value) if value.type.kind == "array" else value
    kind = scalar.type.dtype.kind
    to = {"b": BOOL, "i": INT, "f": FLOAT}.get(kind)
    if to is None:
        raise Unsupported("MDSL301", f"`.item()` of {scalar.type.dtype} is not compiled")
    return build.cast(scalar, to, "python")


def python_round(lifter: Expressions, a: Value, decimals: Value = constant(0)) -> Value:
    value = as_array(lifter, a)
    if static_value(decimals) != 0:
        raise Unsupported("MDSL301", "rounding to decimals is not compiled")
    return (
        copy(lifter, value) if value.type.dtype.kind in "iu" else build.elementwise(lifter.ctx, table()["rint"], value)
    )


def conjugate(lifter: Expressions, a: Value) -> Value:
    """The method: of what is not complex it gives the array itself, where the function gives a copy."""
    value = as_array(lifter, a)
    return value if value.type.dtype.kind != "c" else build.elementwise(lifter.ctx, table()["conjugate"], value)


def part(name: str) -> Handler:
    def handler(lifter: Expressions, val: Value) -> Value:
        return attribute(lifter, as_array(lifter, val), name)

    return handler


FUNCTIONS: dict[Any, Handler] = {
    np.real: part("real"), np.imag: part("imag"), np.where: where, np.select: select, np.diff: diff, np.clip: clip,
    np.round: python_round,
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "conj": conjugate, "conjugate": conjugate, "clip": clip, "fill": fill, "item": item, "round": python_round,
}  # fmt: skip
