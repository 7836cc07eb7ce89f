"""Where a condition holds, and the elements at given positions: nonzero, argwhere, take, compress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Expr
from .. import build
from ..diagnostics import Unsupported
from ..lift_advanced import positions_of, read, steady
from ..lift_call import as_array, axes_of, fitting_mask, stack
from ..values import NONE, SliceOf, Tup, Value, is_handle
from .shapes import flat

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
    return nonzero(lifter, flat(lifter, as_array(lifter, a))).items[0]


def argwhere(lifter: Expressions, a: Value) -> Value:
    return stack(lifter, [lifter.operand(item) for item in nonzero(lifter, a).items], 1)


def take(lifter: Expressions, a: Value, indices: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    if axis is NONE:
        value, at = flat(lifter, value), 0
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
        value, at = flat(lifter, value), 0
    else:
        (at,) = axes_of(axis, value.type.rank) or (0,)
    if test.type.rank != 1:
        raise Unsupported("MDSL303", "condition must be a 1-d array")
    items: list[Value] = [*[SliceOf(NONE, NONE, NONE)] * at, build.truth(lifter.ctx, test)]
    return read(lifter, value, items)


def extract(lifter: Expressions, condition: Value, arr: Value) -> Value:
    return compress(lifter, flat(lifter, as_array(lifter, condition)), flat(lifter, as_array(lifter, arr)))


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
        mask = fitting_mask(lifter, as_array(lifter, where), target)
    lifter.store(target, value, mask)  # type: ignore[attr-defined]
    return NONE


FUNCTIONS: dict[Any, Handler] = {
    np.nonzero: nonzero, np.flatnonzero: flatnonzero, np.argwhere: argwhere,
    np.take: take, np.copyto: copyto, np.compress: compress, np.extract: extract,
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "nonzero": nonzero, "take": take, "compress": _compressed,
}  # fmt: skip
