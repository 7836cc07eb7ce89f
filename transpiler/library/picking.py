"""Where a condition holds, and the elements at given positions: nonzero, argwhere, take, compress, ufunc.at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Expr
from ...ir.ops import table
from ...ir.types import BOOL, Type
from .. import build
from ..diagnostics import Unsupported
from ..lift_advanced import positions_of, read, steady, write
from ..lift_call import as_array, axes_of, stack
from ..values import NONE, SliceOf, Tup, Value, is_handle, static_value
from .shapes import ravel

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
_KINDS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def _mask(lifter: Expressions, a: Value) -> Expr:
    value = as_array(lifter, a)
    if not value.type.rank:
        raise Unsupported("MDSL303", "calling nonzero on 0d arrays is not allowed")
    return steady(lifter, build.truth(lifter.ctx, value))


def nonzero(lifter: Expressions, a: Value) -> Tup:
    """The positions along each axis, as a tuple."""
    return Tup(positions_of(lifter.ctx, _mask(lifter, a)))


def flatnonzero(lifter: Expressions, a: Value) -> Value:
    return nonzero(lifter, ravel(lifter, a)).items[0]


def argwhere(lifter: Expressions, a: Value) -> Value:
    return stack(lifter, [lifter.operand(item) for item in nonzero(lifter, a).items], 1)


def take(lifter: Expressions, a: Value, indices: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    if axis is NONE:
        value, at = lifter.operand(ravel(lifter, value)), 0
    else:
        (at,) = axes_of(axis, value.type.rank) or (0,)
    index = as_array(lifter, indices)
    if index.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`np.take` of positions that are no integers")
    from ..lift_index import subscript

    items: list[Value] = [*[SliceOf(NONE, NONE, NONE)] * at, index]
    if index.type.rank:
        return read(lifter, value, items)
    picked = subscript(lifter, value, items)
    return build.cast(picked, picked.type.dtype) if isinstance(picked, Expr) and is_handle(picked) else picked


def compress(lifter: Expressions, condition: Value, a: Value, axis: Value = NONE) -> Value:
    value, test = as_array(lifter, a), as_array(lifter, condition)
    if axis is NONE:
        value, at = lifter.operand(ravel(lifter, value)), 0
    else:
        (at,) = axes_of(axis, value.type.rank) or (0,)
    if test.type.rank != 1:
        raise Unsupported("MDSL303", "condition must be a 1-d array")
    items: list[Value] = [*[SliceOf(NONE, NONE, NONE)] * at, build.truth(lifter.ctx, test)]
    return read(lifter, value, items)


def extract(lifter: Expressions, condition: Value, arr: Value) -> Value:
    return compress(lifter, ravel(lifter, condition), ravel(lifter, arr))


def ufunc_at(lifter: Expressions, method: Value, a: Value, indices: Value, b: Value = NONE) -> Value:
    """`np.add.at(a, indices, b)`: each of repeated positions counts."""
    ufunc = static_value(method).__self__
    base, op = lifter.operand(a), table().of_callable(ufunc)
    if op is None or ufunc.nin != 2 or b is NONE or not is_handle(base) or base.type.kind != "array":
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` with these arguments is not compiled")
    value, dtype = as_array(lifter, b), base.type.dtype
    loop = build.resolve_elementwise(ufunc, (Type(dtype, base.shape), value.type))
    if set(loop) != {dtype} or op.may_raise or dtype.kind == "b":
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` that converts is not compiled")
    items = list(indices.items) if isinstance(indices, Tup) and not indices.mutable else [indices]
    if not any(isinstance(i, Tup) or (isinstance(i, Expr) and i.type.rank) for i in items):
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` of a single element is not compiled")
    write(lifter, base, items, value, op.name)  # type: ignore[arg-type]
    return NONE


def _compressed(lifter: Expressions, a: Value, condition: Value, axis: Value = NONE) -> Value:
    return compress(lifter, condition, a, axis)


def copyto(lifter: Expressions, dst: Value, src: Value, *, where: Value = NONE) -> Value:
    target, value = lifter.operand(dst), as_array(lifter, src)
    if target.type.kind != "array" or not is_handle(target):
        raise Unsupported("MDSL303", "`np.copyto` into something that is no array")
    if not np.can_cast(value.type.dtype, target.type.dtype, "same_kind") and not value.type.weak:
        raise Unsupported("MDSL303", f"cannot cast {value.type.dtype} to {target.type.dtype}, rule 'same_kind'")
    if value.type.weak and _KINDS[value.type.dtype.kind] > _KINDS[target.type.dtype.kind]:
        raise Unsupported("MDSL303", "a number of another kind is not copied")
    mask = None
    if where is not NONE:
        mask = as_array(lifter, where)
        if mask.type.dtype != BOOL or mask.type.rank > target.type.rank:
            raise Unsupported("MDSL303", "`where=` has to be bool, and fit the target")
        if not mask.type.rank:
            raise Unsupported("MDSL301", "`where=` of a single bool is not compiled")
        for a, b in zip(reversed(mask.shape), reversed(target.shape), strict=False):
            if a != 1 and not lifter.ctx.require_equal(a, b, "a mask fits its array"):
                raise Unsupported("MDSL302", "the mask is not known to fit the array")
        mask = build.stretch(mask, target.shape)
    lifter.store(target, value, mask)  # type: ignore[attr-defined]
    return NONE


FUNCTIONS: dict[Any, Handler] = {
    np.nonzero: nonzero, np.flatnonzero: flatnonzero, np.argwhere: argwhere,
    np.take: take, np.copyto: copyto, np.compress: compress, np.extract: extract,
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "nonzero": nonzero, "take": take, "compress": _compressed,
}  # fmt: skip
