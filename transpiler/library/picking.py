"""Where a condition holds, and the elements at given positions: nonzero, take, put, choose, place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Axis, Check, Const, Expr, Extent, Ref, view
from ...ir.types import INT, Size
from .. import build
from ..diagnostics import Unsupported
from ..lift_advanced import count_of, positions_of, read, steady, write
from ..lift_call import as_array, axes_of, fitting_mask, safe_out, stack, store_out
from ..values import NONE, SliceOf, Tup, Value, constant, is_handle
from .compose import given, known, numpy
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


def take(
    lifter: Expressions,
    a: Value,
    indices: Value,
    axis: Value = NONE,
    out: Value = NONE,
    mode: Value = constant("raise"),
) -> Value:
    value = as_array(lifter, a)
    safe_out("take", out, value.type.dtype)
    if not given(axis):
        value, at = flat(lifter, value), 0
    else:
        (at,) = axes_of(axis, value.type.rank) or (0,)
    index = as_array(lifter, indices)
    if index.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`np.take` of positions that are no integers")
    index = _within(lifter, index, value.shape[at], mode)
    from ..lift_index import subscript

    items: list[Value] = [*[SliceOf(NONE, NONE, NONE)] * at, index]
    if index.type.rank:
        return store_out(lifter, out, read(lifter, value, items))
    picked = subscript(lifter, value, items)
    made = build.cast(picked, picked.type.dtype) if isinstance(picked, Expr) and is_handle(picked) else picked
    return store_out(lifter, out, lifter.operand(made))


def _within(lifter: Expressions, index: Expr, extent: Size, mode: Value) -> Expr:
    """Positions as `mode` has them: those outside raise, are counted around, or are the nearest."""
    how = known(mode, "`mode`")
    if how == "raise":
        return index
    if not lifter.ctx.require(extent - 1, "what is picked from is not empty"):
        raise Unsupported("MDSL302", "picking from an array that may be empty")
    if how == "wrap":
        return numpy(lifter, np.remainder, index, Extent(lifter.ctx.normal(extent)))
    return numpy(lifter, np.minimum, numpy(lifter, np.maximum, index, 0), Extent(lifter.ctx.normal(extent) - 1))


def _along_axis(lifter: Expressions, array: Expr, indices: Expr, axis: Value) -> list[Value]:
    """The subscript of `take_along_axis`: along the other axes each position itself."""
    rank = array.type.rank
    (at,) = axes_of(axis, rank) or ()
    if indices.type.rank != rank or indices.type.dtype.kind not in "iu":
        raise Unsupported("MDSL303", "`indices` and the array must have the same number of dimensions")
    items: list[Value] = []
    for k in range(rank):
        if k == at:
            items.append(indices)
            continue
        if indices.shape[k] != 1 and not lifter.ctx.require_equal(indices.shape[k], array.shape[k], "indices fit"):
            raise Unsupported("MDSL302", "indices that are not known to fit the array")
        counted = numpy(lifter, np.arange, Extent(lifter.ctx.normal(array.shape[k])))
        axes = (Axis(Size(0), 1, k),)
        items.append(view(counted, axes, tuple(counted.shape[0] if j == k else Size(1) for j in range(rank))))
    return items


def take_along_axis(lifter: Expressions, arr: Value, indices: Value, axis: Value = constant(-1)) -> Value:
    value, index = as_array(lifter, arr), as_array(lifter, indices)
    if not given(axis):
        value, axis = flat(lifter, value), constant(0)
    return read(lifter, value, _along_axis(lifter, value, index, axis))


def put_along_axis(lifter: Expressions, arr: Value, indices: Value, values: Value, axis: Value) -> Value:
    value, index = as_array(lifter, arr), as_array(lifter, indices)
    new = as_array(lifter, values, value.type.dtype)
    if not given(axis) or not is_handle(value):
        raise Unsupported("MDSL301", "`np.put_along_axis` with these arguments is not compiled")
    write(lifter, value, _along_axis(lifter, value, index, axis), new)  # type: ignore[arg-type]
    return NONE


def put(lifter: Expressions, a: Value, ind: Value, v: Value, mode: Value = constant("raise")) -> Value:
    """Stores into the elements in C's order; a single value serves all."""
    value, index = as_array(lifter, a), as_array(lifter, ind)
    new = as_array(lifter, v, value.type.dtype)
    if not (isinstance(value, Ref) and value.name in lifter.contiguous) or not index.type.rank:  # type: ignore[attr-defined]
        raise Unsupported("MDSL301", "`np.put` with these arguments is not compiled")
    if index.type.dtype.kind not in "biu":
        raise Unsupported("MDSL303", "NumPy raises TypeError for positions that are no integers")
    index = flat(lifter, index)
    if new.type.rank:
        new = flat(lifter, new)
        if not lifter.ctx.require_equal(new.shape[0], index.shape[0], "a value for each position"):
            raise Unsupported("MDSL302", "values that are not known to be as many as positions")
    elements = flat(lifter, value)
    target = elements if is_handle(elements) else lifter.bind_array("elements", elements)  # type: ignore[attr-defined]
    index = _within(lifter, index, target.shape[0], mode)
    if index.type.dtype != INT:
        index = build.cast(index, INT)
    write(lifter, target, [index], new)  # type: ignore[arg-type]
    return NONE


def putmask(lifter: Expressions, a: Value, mask: Value, values: Value) -> Value:
    target, test = as_array(lifter, a), as_array(lifter, mask)
    new = as_array(lifter, values, target.type.dtype)
    if test.type.rank != target.type.rank or not is_handle(target):
        raise Unsupported("MDSL301", "`np.putmask` with these arguments is not compiled")
    if new.type.rank:
        if new.type.rank != target.type.rank or not all(
            lifter.ctx.require_equal(x, y, "a value for each element")
            for x, y in zip(new.shape, target.shape, strict=True)
        ):
            raise Unsupported("MDSL301", "`np.putmask` of values that repeat is not compiled")
    if not new.type.weak and not np.can_cast(new.type.dtype, target.type.dtype):
        raise Unsupported("MDSL303", "a value of another kind is not stored")
    test = fitting_mask(lifter, build.truth(lifter.ctx, test), target)
    lifter.store(target, new, test)  # type: ignore[attr-defined]
    return NONE


def place(lifter: Expressions, arr: Value, mask: Value, vals: Value) -> Value:
    target, test = as_array(lifter, arr), as_array(lifter, mask)
    new = as_array(lifter, vals, target.type.dtype)
    if test.type.rank != target.type.rank or not is_handle(target):
        raise Unsupported("MDSL301", "`np.place` with these arguments is not compiled")
    if not np.can_cast(new.type.dtype, target.type.dtype) and not new.type.weak:
        raise Unsupported("MDSL303", f"`np.place` of {new.type.dtype} into {target.type.dtype}")
    test = steady(lifter, build.truth(lifter.ctx, test))
    if new.type.rank:
        new = flat(lifter, new)
        if not lifter.ctx.require(new.shape[0] - 1, "there are values to place"):
            raise Unsupported("MDSL302", "no values to place")
        counted = numpy(lifter, np.arange, Extent(count_of(lifter.ctx, test)))
        new = read(lifter, new, [numpy(lifter, np.remainder, counted, Extent(lifter.ctx.normal(new.shape[0])))])
        write(lifter, target, [test], new)  # type: ignore[arg-type]
        return NONE
    lifter.store(target, new, fitting_mask(lifter, test, target))  # type: ignore[attr-defined]
    return NONE


def choose(lifter: Expressions, a: Value, choices: Value, out: Value = NONE, mode: Value = constant("raise")) -> Value:
    index = as_array(lifter, a)
    if not isinstance(choices, Tup) or not choices.items or index.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`np.choose` with these arguments is not compiled")
    options = [as_array(lifter, c) for c in choices.items]
    count, how = len(options), known(mode, "`mode`")
    if how == "raise":
        index = lifter.held(index)  # type: ignore[attr-defined,assignment]
        low, high = numpy(lifter, np.greater_equal, index, 0), numpy(lifter, np.less, index, count)
        truth = lifter.condition(numpy(lifter, np.all, numpy(lifter, np.logical_and, low, high)))
        if not isinstance(truth, Const):
            lifter.ctx.emit(Check(lifter.ctx.bind_fresh("valid", truth), "ValueError", "invalid entry in choice array"))
    elif how == "wrap":
        index = numpy(lifter, np.remainder, index, count)
    strong = not all(o.type.weak for o in options)
    dtype = np.result_type(*(build._representative(o) if strong else o.type.dtype for o in options))
    made = build.cast(options[-1], dtype)
    for k in reversed(range(count - 1)):
        test = numpy(lifter, np.less_equal, index, k)
        made = numpy(lifter, np.where, test, build.cast(options[k], dtype), made)
    if count == 1:
        made = numpy(lifter, np.where, numpy(lifter, np.less_equal, index, 0), made, made)
    if out is NONE and not made.type.rank and made.type.kind == "array":
        return build.element_of(lifter.held(made))  # type: ignore[attr-defined]
    return store_out(lifter, out, made)


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
    lifter.store(target, value, mask, wraps=True)  # type: ignore[attr-defined]
    return NONE


FUNCTIONS: dict[Any, Handler] = {
    np.nonzero: nonzero, np.flatnonzero: flatnonzero, np.argwhere: argwhere,
    np.take_along_axis: take_along_axis, np.put_along_axis: put_along_axis, np.put: put, np.putmask: putmask,
    np.place: place, np.choose: choose, np.take: take, np.copyto: copyto, np.compress: compress, np.extract: extract,
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "nonzero": nonzero, "take": take, "put": put, "choose": choose, "compress": _compressed,
}  # fmt: skip
