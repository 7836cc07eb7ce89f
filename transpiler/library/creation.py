"""Arrays made from nothing: filled, counted, from lists."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Const, Expr, Extent, Ref, Shaped, View
from ...ir.ops import table
from ...ir.types import FLOAT, INT, PY_FLOAT, Size, Type
from .. import build, python_numbers
from ..diagnostics import Unsupported
from ..layout import in_c_order
from ..lift_call import (
    as_array,
    axes_of,
    dtype_of,
    transpose,
)
from ..values import NONE, Static, Tup, Value, const_of, constant, is_handle, static_value

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def sizes_of(lifter: Expressions, shape: Value) -> tuple[Size, ...]:
    items = shape.items if isinstance(shape, Tup) else (shape,)
    sizes = []
    for item in items:
        if not isinstance(item, Expr):
            raise Unsupported("MDSL301", "a shape that is not made of integers")
        size = lifter.ctx.normal(lifter.ctx.size(item, "extent"))
        if not lifter.ctx.require(size, "an extent is not negative"):
            positive = python_numbers.compare_integers(lifter.ctx, "greater_equal", Extent(size), Extent(Size(0)))
            lifter.ctx.emit(arr.Check(positive, "ValueError", "negative dimensions are not allowed"))
            lifter.ctx.facts.add(size)
        sizes.append(size)
    return tuple(sizes)


def filled(value: Expr, shape: tuple[Size, ...], dtype: np.dtype) -> Expr:
    scalar = build.cast(value, dtype, "numpy")
    return Apply(table()["full"], (scalar,), Shaped(shape, dtype), Type(dtype, shape, "array"))


C_ORDER = constant("C")


def _c_order(order: Value) -> None:
    if static_value(order) not in ("C", "K", "A"):
        raise Unsupported("MDSL301", "this memory order is not compiled")


def _filler(number: Any) -> Handler:
    def handler(lifter: Expressions, shape: Value, dtype: Value = NONE, order: Value = C_ORDER) -> Value:
        _c_order(order)
        to = dtype_of(dtype) or FLOAT
        return filled(const_of(number, Type(to, (), "numpy")), sizes_of(lifter, shape), to)

    return handler


def _filler_like(number: Any) -> Handler:
    def handler(
        lifter: Expressions, a: Value, dtype: Value = NONE, order: Value = constant("K"),
        subok: Value = constant(True), shape: Value = NONE,
    ) -> Value:  # fmt: skip
        like, sizes, to = _like(lifter, a, dtype, order, shape)
        return _laid_out(lifter, like, order, filled(const_of(number, Type(to, (), "numpy")), sizes, to))

    return handler


def full(lifter: Expressions, shape: Value, fill_value: Value, dtype: Value = NONE, order: Value = C_ORDER) -> Value:
    _c_order(order)
    value, sizes = as_array(lifter, fill_value), sizes_of(lifter, shape)
    return _full(lifter, value, sizes, dtype_of(dtype) or value.type.dtype)


def _full(lifter: Expressions, value: Expr, sizes: tuple[Size, ...], to: np.dtype) -> Expr:
    if value.type.dtype.kind == "c" and to.kind != "c":
        raise Unsupported("MDSL301", "a complex number made real warns")
    if not value.type.rank:
        value = value if value.type.kind != "array" else build.element_of(value)
        if value.type.weak and value.type.dtype.kind == "i" and to.kind in "iu":
            build._fits(lifter.ctx, value, to)
        return filled(value, sizes, to)
    if value.type.rank > len(sizes):
        raise Unsupported("MDSL303", "could not broadcast the value to the shape")
    for size, wanted in zip(reversed(value.shape), reversed(sizes), strict=False):
        if size != 1 and not lifter.ctx.require_equal(size, wanted, "the value fits the shape"):
            raise Unsupported("MDSL302", "sizes are not known to broadcast")
    spread = arr.broadcast(value, sizes)
    return Apply(table()["cast"], (spread,), to, Type(to, sizes, "array"))


def full_like(
    lifter: Expressions,
    a: Value,
    fill_value: Value,
    dtype: Value = NONE,
    order: Value = constant("K"),
    subok: Value = constant(True),
    shape: Value = NONE,
) -> Value:
    like, sizes, to = _like(lifter, a, dtype, order, shape)
    return _laid_out(lifter, like, order, _full(lifter, as_array(lifter, fill_value), sizes, to))


def _like(
    lifter: Expressions, a: Value, dtype: Value, order: Value, shape: Value
) -> tuple[Expr, tuple[Size, ...], np.dtype]:
    if static_value(order) not in ("K", "C", "A"):
        raise Unsupported("MDSL301", "this memory order is not compiled")
    like = as_array(lifter, a)
    sizes = like.shape if isinstance(shape, Static) and shape.value is None else sizes_of(lifter, shape)
    return like, sizes, dtype_of(dtype) or like.type.dtype


def _laid_out(lifter: Expressions, like: Expr, order: Value, made: Expr) -> Expr:
    """`made`, which NumPy lays out as `like`: no operand tells so, as it has none."""
    if static_value(order) != "C" and not in_c_order(like, lifter.contiguous, lifter.doubtful):
        lifter.doubtful.add(made)
    return made


def empty(lifter: Expressions, shape: Value, dtype: Value = NONE, order: Value = C_ORDER) -> Value:
    _c_order(order)
    to, sizes = dtype_of(dtype) or FLOAT, sizes_of(lifter, shape)
    return Apply(table()["empty"], (), Shaped(sizes, to), Type(to, sizes, "array"))


def empty_like(
    lifter: Expressions, prototype: Value, dtype: Value = NONE, order: Value = constant("K"),
    subok: Value = constant(True), shape: Value = NONE,
) -> Value:  # fmt: skip
    like, sizes, to = _like(lifter, prototype, dtype, order, shape)
    return _laid_out(lifter, like, order, Apply(table()["empty"], (), Shaped(sizes, to), Type(to, sizes, "array")))


def arange(
    lifter: Expressions, start: Value, stop: Value = NONE, step: Value = constant(1), dtype: Value = NONE
) -> Value:
    if isinstance(stop, Static) and stop.value is None:
        start, stop = constant(0), start
    first, last, by = (lifter.operand(v) for v in (start, stop, step))
    to = dtype_of(dtype)
    if any(v.type.rank for v in (first, last, by)):
        raise Unsupported("MDSL301", "`np.arange` of arrays")
    if any(v.type.dtype.kind == "b" for v in (first, last, by)):
        raise Unsupported("MDSL301", "`np.arange` up to a bool")
    if to is not None and to.kind == "b":
        raise Unsupported("MDSL301", "`np.arange` of bools raises for more than two")
    if all(v.type.dtype.kind in "iu" for v in (first, last, by)):
        a, b, s = (lifter.ctx.size(v, "bound") for v in (first, last, by))
        if not s.is_const or s == 0:
            raise Unsupported("MDSL301", "`np.arange` with a step that is not known")
        if to is not None and to.kind in "iu" and to != INT:  # the first two have to fit, the others wrap
            least, most = np.iinfo(to).min, np.iinfo(to).max
            if not a.is_const or not (least <= a.const <= most and least <= a.const + s.const <= most):
                raise Unsupported("MDSL301", "the first elements of this `np.arange` may not fit its dtype")
        span = b - a if s.const > 0 else a - b
        if not lifter.ctx.prove_or_guard(span, "`np.arange` does not end before it starts"):
            span = lifter.ctx.derive("max", span, Size(0), "length")
        k = abs(s.const)
        size = lifter.ctx.derive("//", span + (k - 1), Size(k), "count") if k > 1 else span
        kind = np.result_type(INT, *(v.type.dtype for v in (first, last, by) if not v.type.weak))
        if to is None and kind.kind == "f":
            raise Unsupported("MDSL301", "`np.arange` of uint64, which gives floats, is not compiled")
        counted = Apply(table()["arange"], (Extent(a), Extent(s)), Shaped((size,), INT), Type(INT, (size,), "array"))
        return build.cast(counted, to or kind)
    try:
        a, b, s = (float(static_value(v)) for v in (start, stop, step))
    except (ValueError, TypeError):
        raise Unsupported("MDSL301", "`np.arange` of floats that are not known at compile time") from None
    if to not in (None, FLOAT) or s == 0:
        raise Unsupported("MDSL301", "`np.arange` of floats with this dtype is not compiled")
    size = Size(max(math.ceil((b - a) / s), 0))
    delta = (a + s) - a  # as NumPy fills: from its first two elements
    counted = Apply(
        table()["arange"], (Extent(Size(0)), Extent(Size(1))), Shaped((size,), INT), Type(INT, (size,), "array")
    )
    scaled = build.elementwise(lifter.ctx, table()["multiply"], counted, Const(delta, PY_FLOAT))
    return build.elementwise(lifter.ctx, table()["add"], scaled, Const(a, PY_FLOAT))


def linspace(
    lifter: Expressions,
    start: Value,
    stop: Value,
    num: Value = constant(50),
    endpoint: Value = constant(True),
    retstep: Value = constant(False),
    dtype: Value = NONE,
    axis: Value = constant(0),
) -> Value:
    """start + k * step, with the last element exactly `stop` (numpy/_core/function_base.py)."""
    ctx = lifter.ctx
    first, last = (as_array(lifter, v) for v in (start, stop))
    size = ctx.size(lifter.operand(num), "num")
    whole, to = bool(static_value(endpoint)), dtype_of(dtype)
    kinds = {first.type.dtype.kind, last.type.dtype.kind}
    floats = [v.type.dtype for v in (first, last) if not v.type.weak]
    if "c" in kinds or np.result_type(*floats, FLOAT) != FLOAT or (to is not None and to.kind != "f"):
        raise Unsupported("MDSL301", "`np.linspace` with these arguments is not compiled")
    if (to or FLOAT) == FLOAT and floats and np.result_type(*floats, 1.0) != FLOAT:
        raise Unsupported("MDSL301", "`np.linspace` of float32 is not compiled")
    if not ctx.require(size - 2, "`np.linspace` of at least two elements"):
        raise Unsupported("MDSL302", "`np.linspace` of a number of elements that is not known")
    multiply, add, divide, subtract = (table()[n] for n in ("multiply", "add", "divide", "subtract"))
    a, b = (build.cast(v, FLOAT, None if v.type.rank else "numpy") for v in (first, last))
    parts = build.cast(Extent(size - 1 if whole else size), FLOAT, "numpy")
    step = build.elementwise(ctx, divide, build.elementwise(ctx, subtract, b, a), parts)
    if not step.type.rank:
        step = ctx.bind_fresh("spacing", step)
    index = Apply(
        table()["arange"], (Extent(Size(0)), Extent(Size(1))), Shaped((size,), INT), Type(INT, (size,), "array")
    )
    rank = step.type.rank
    place = axes_of(axis, rank + 1) or ()
    index = arr.view(index, (Axis(Size(0), 1, 0),), (size, *[Size(1)] * rank))
    value = build.elementwise(ctx, add, build.elementwise(ctx, multiply, build.cast(index, FLOAT), step), a)
    if whole:
        is_last = build.elementwise(ctx, table()["equal"], index, Extent(size - 1))
        value = build.choose(ctx, is_last, b, value)
    value = build.cast(value, to or FLOAT)
    order = list(range(1, rank + 1))
    order.insert(place[0], 0)
    value = transpose(value, tuple(order))
    return Tup((value, step)) if static_value(retstep) else value


def array(
    lifter: Expressions,
    object: Value,
    dtype: Value = NONE,
    *,
    copy: Value = constant(True),
    order: Value = constant("K"),
    subok: Value = constant(False),
    ndmin: Value = constant(0),
) -> Value:
    _c_order(order)
    if static_value(copy) is not True:
        if static_value(copy) is False or static_value(ndmin):
            raise Unsupported("MDSL301", "`np.array` with `copy=False` may raise")
        return asarray(lifter, object, dtype)
    value, to = as_array(lifter, object), dtype_of(dtype)
    if value.type.dtype.kind == "c" and to is not None and to.kind != "c":
        raise Unsupported("MDSL301", "a complex number made real warns")
    if value.type.kind != "array":
        made: Value = rank_zero(_number(lifter, value, to))
    elif isinstance(object, Tup):
        made = build.cast(as_array(lifter, object, to), to or value.type.dtype)
    else:
        made = astype(lifter, value, Static(to or value.type.dtype))
    lead = static_value(ndmin) - value.type.rank
    if lead <= 0:
        return made
    result = lifter.operand(made)
    axes = tuple(Axis(Size(0), 1, k + lead) for k in range(result.type.rank))
    return arr.view(result, axes, (*[Size(1)] * lead, *result.shape))


def asarray(lifter: Expressions, a: Value, dtype: Value = NONE, order: Value = NONE) -> Value:
    wanted = static_value(order)
    if isinstance(a, Tup):
        return array(lifter, a, dtype)
    value, to = as_array(lifter, a), dtype_of(dtype)
    if wanted not in (None, "K", "A", "C", "c"):
        raise Unsupported("MDSL301", "this memory order is not compiled")
    if wanted in ("C", "c") and is_handle(value) and (to is None or to == value.type.dtype):
        if not isinstance(value, Ref) or value.name not in lifter.contiguous:  # type: ignore[attr-defined]
            raise Unsupported("MDSL301", "whether this view is contiguous is not known")
    if to is not None and value.type.dtype.kind == "c" and to.kind != "c":
        raise Unsupported("MDSL301", "a complex number made real warns")
    if value.type.kind != "array":
        return rank_zero(_number(lifter, value, to))
    return build.cast(value, to) if to is not None else value


def ascontiguousarray(lifter: Expressions, a: Value, dtype: Value = NONE) -> Value:
    """The array itself where it lies in C's order, a copy where it does not.

    Raises Unsupported where that is not known.
    """
    value, to = as_array(lifter, a), dtype_of(dtype)
    if not value.type.rank:
        raise Unsupported("MDSL301", "`np.ascontiguousarray` of a number, which has one dimension, is not compiled")
    if is_handle(value) and to in (None, value.type.dtype) and not _known(lifter, value, "C"):
        if not _known(lifter, value, "other"):
            raise Unsupported("MDSL301", "whether this view is contiguous is not known")
        return copy(lifter, value)
    return asarray(lifter, a, dtype)


def _known(lifter: Expressions, value: Expr, order: str) -> bool:
    """Whether an array is known to lie in C's order, or in another one."""
    match value:
        case Ref(name):
            spec = lifter.signature.get(name)  # type: ignore[attr-defined]
            told = "C" if name in lifter.contiguous else getattr(spec, "layout", "A")  # type: ignore[attr-defined]
            return told == order or (told == "F" and order == "other")
        case View(Ref(name), axes) if order == "other" and name in lifter.contiguous:  # type: ignore[attr-defined]
            turned = [axis.out for axis in axes]
            whole = all(axis.step == 1 and axis.offset == 0 for axis in axes) and None not in turned
            return (
                whole
                and turned != sorted(turned)  # type: ignore[type-var]
                and len(turned) == value.type.rank
                # an axis of size 1 may stand anywhere
                and all(lifter.ctx.require(size - 2, "a transpose is another array") for size in value.shape)
            )
        case _:
            return False


def _number(lifter: Expressions, value: Expr, to: np.dtype | None) -> Expr:
    """A number in the dtype of an array that is made of it; what Python makes an integer has to fit."""
    if to is not None and value.type.weak and to.kind in "iu":
        if value.type.dtype.kind == "f":
            raise Unsupported("MDSL301", "a Python float made an integer raises where it does not fit")
        if value.type.dtype.kind == "i":
            build._fits(lifter.ctx, value, to)
    return build.cast(value, to or value.type.dtype)


def copy(lifter: Expressions, a: Value) -> Value:
    value = as_array(lifter, a)
    if value.type.kind != "array":
        return value if value.type.kind == "numpy" else rank_zero(value)
    return Apply(table()["cast"], (value,), value.type.dtype, value.type)


def rank_zero(value: Expr) -> Expr:
    return filled(value, (), value.type.dtype)


def astype(lifter: Expressions, a: Value, dtype: Value, copy: Value = constant(True)) -> Value:
    value, to = as_array(lifter, a), dtype_of(dtype)
    if to is None or (value.type.dtype.kind == "c" and to.kind != "c"):
        raise Unsupported("MDSL301", "this conversion is not compiled")
    if value.type.kind != "array":
        return build.cast(value, to)
    if to == value.type.dtype and not static_value(copy):
        return value
    return Apply(table()["cast"], (value,), to, Type(to, value.shape, "array"))


FUNCTIONS: dict[Any, Handler] = {
    np.ndarray: empty, np.empty: empty, np.empty_like: empty_like,
    np.zeros: _filler(0), np.ones: _filler(1), np.zeros_like: _filler_like(0), np.ones_like: _filler_like(1),
    np.full: full, np.full_like: full_like, np.arange: arange, np.linspace: linspace,
    np.array: array, np.asarray: asarray, np.asanyarray: asarray, np.ascontiguousarray: ascontiguousarray,
    np.copy: copy,
}  # fmt: skip
METHODS: dict[str, Handler] = {"copy": copy, "astype": astype}
