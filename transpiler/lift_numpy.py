"""The functions and methods of NumPy, builtins and math that are lifted by a handler of their own.

A handler takes the lifter and the call's arguments under NumPy's own names; a call with an argument that it does not
have is left to NumPy. Whatever can be written in simpler NumPy is a decomposition instead (ir/ops/decompositions.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Axis, Const, Expr, Extent, Ref, Shaped
from ..ir.ops import table
from ..ir.types import BOOL, FLOAT, INT, PY_FLOAT, PY_INT, Size, Type
from . import build
from .diagnostics import Unsupported
from .lift_call import (
    MATH,
    as_array,
    attribute,
    axes_of,
    concatenate,
    count,
    dtype_of,
    math_function,
    matmul,
    python_bool,
    python_float,
    python_int,
    stack,
    store_out,
    transpose,
)
from .lift_index import index_view
from .values import NONE, SliceOf, Static, Tup, Value, const_of, constant, is_handle, static_value

if TYPE_CHECKING:
    from .lift_expr import Expressions

Handler = Callable[..., Value]
FALSE = constant(False)


# -- reductions --------------------------------------------------------------------------------------------------------


def _reduction(name: str) -> Handler:
    def handler(
        lifter: Expressions,
        a: Value,
        axis: Value = NONE,
        dtype: Value = NONE,
        out: Value = NONE,
        keepdims: Value = FALSE,
    ) -> Value:
        value = as_array(lifter, a)
        to = dtype_of(dtype)
        if to is not None:
            value = build.cast(value, to)
        keep = bool(static_value(keepdims))
        result = build.reduce(lifter.ctx, name, value, axes_of(axis, value.type.rank), keep)
        if to is not None and result.type.dtype != to:
            raise Unsupported("MDSL301", f"`np.{name}` with this dtype is not compiled")
        return store_out(lifter, out, result)

    return handler


def _index_reduction(name: str) -> Handler:
    def handler(lifter: Expressions, a: Value, axis: Value = NONE, keepdims: Value = FALSE) -> Value:
        value = as_array(lifter, a)
        axes = axes_of(axis, value.type.rank)
        if not value.type.rank or (axes is None and value.type.rank > 1 and static_value(keepdims)):
            raise Unsupported("MDSL301", f"`np.{name}` with these arguments is not compiled")
        if value.type.dtype.kind == "c":
            raise Unsupported("MDSL301", f"`np.{name}` of complex numbers is not compiled")
        return build.reduce(lifter.ctx, name, value, axes, bool(static_value(keepdims)))

    return handler


def _python_reduction(name: str) -> Handler:
    """Python's min and max of scalars: the first of the operands that compares as less (greater)."""

    def handler(lifter: Expressions, *args: Value) -> Value:
        if len(args) == 1:
            items = lifter.items(args[0])
            if items is None or not items:
                raise Unsupported("MDSL301", f"Python's `{name}` of an array is not compiled")
            args = items
        best = args[0]
        for other in args[1:]:
            if not (
                isinstance(best, Expr) and isinstance(other, Expr) and best.type == other.type and not best.type.rank
            ):
                raise Unsupported("MDSL301", f"Python's `{name}` of values that differ in type")
            if isinstance(best, Extent) and isinstance(other, Extent):
                best = Extent(lifter.ctx.derive(name, best.size, other.size, "bound"))
                continue
            better = lifter.condition(lifter.compare("less" if name == "min" else "greater", other, best))
            best = (other if better.value else best) if isinstance(better, Const) else Apply(
                table()["where"], (better, other, best), None, best.type
            )  # fmt: skip
        return best

    return handler


def python_sum(lifter: Expressions, sequence: Value, start: Value = constant(0)) -> Value:
    items = lifter.items(sequence)
    if items is None:
        raise Unsupported("MDSL301", "Python's `sum` of an array is not compiled")
    total = start
    for item in items:
        total = lifter.binary("add", total, item)
    return total


# -- creation ----------------------------------------------------------------------------------------------------------


def _sizes(lifter: Expressions, shape: Value) -> tuple[Size, ...]:
    items = shape.items if isinstance(shape, Tup) else (shape,)
    sizes = []
    for item in items:
        if not isinstance(item, Expr):
            raise Unsupported("MDSL301", "a shape that is not made of integers")
        size = lifter.ctx.normal(lifter.ctx.size(item, "extent"))
        if not lifter.ctx.require(size, "an extent is not negative"):
            positive = build.compare_integers(lifter.ctx, "greater_equal", Extent(size), Extent(Size(0)))
            lifter.ctx.emit(arr.Check(positive, "ValueError", "negative dimensions are not allowed"))
            lifter.ctx.facts.add(size)
        sizes.append(size)
    return tuple(sizes)


def filled(value: Expr, shape: tuple[Size, ...], dtype: np.dtype) -> Expr:
    scalar = build.cast(value, dtype, "numpy")
    return Apply(table()["full"], (scalar,), Shaped(shape, dtype), Type(dtype, shape, "array"))


def _filler(number: Any) -> Handler:
    def handler(lifter: Expressions, shape: Value, dtype: Value = NONE) -> Value:
        to = dtype_of(dtype) or FLOAT
        return filled(const_of(number, Type(to, (), "numpy")), _sizes(lifter, shape), to)

    return handler


def _filler_like(number: Any) -> Handler:
    def handler(lifter: Expressions, a: Value, dtype: Value = NONE) -> Value:
        like = as_array(lifter, a)
        to = dtype_of(dtype) or like.type.dtype
        return filled(const_of(number, Type(to, (), "numpy")), like.shape, to)

    return handler


def full(lifter: Expressions, shape: Value, fill_value: Value, dtype: Value = NONE) -> Value:
    value = lifter.operand(fill_value)
    if value.type.rank:
        raise Unsupported("MDSL301", "`np.full` of an array is not compiled")
    return filled(value, _sizes(lifter, shape), dtype_of(dtype) or value.type.dtype)


def full_like(lifter: Expressions, a: Value, fill_value: Value, dtype: Value = NONE) -> Value:
    like, value = as_array(lifter, a), lifter.operand(fill_value)
    if value.type.rank:
        raise Unsupported("MDSL301", "`np.full_like` of an array is not compiled")
    to = dtype_of(dtype) or like.type.dtype
    if value.type.weak and to.kind in "iu":
        build._fits(lifter.ctx, value, to)
    return filled(value, like.shape, to)


def empty(lifter: Expressions, shape: Value, dtype: Value = NONE) -> Value:
    to, sizes = dtype_of(dtype) or FLOAT, _sizes(lifter, shape)
    return Apply(table()["empty"], (), Shaped(sizes, to), Type(to, sizes, "array"))


def empty_like(lifter: Expressions, a: Value, dtype: Value = NONE) -> Value:
    like = as_array(lifter, a)
    to = dtype_of(dtype) or like.type.dtype
    return Apply(table()["empty"], (), Shaped(like.shape, to), Type(to, like.shape, "array"))


def arange(
    lifter: Expressions, start: Value, stop: Value = NONE, step: Value = constant(1), dtype: Value = NONE
) -> Value:
    if isinstance(stop, Static) and stop.value is None:
        start, stop = constant(0), start
    first, last, by = (lifter.operand(v) for v in (start, stop, step))
    to = dtype_of(dtype)
    if any(v.type.rank for v in (first, last, by)):
        raise Unsupported("MDSL301", "`np.arange` of arrays")
    if all(v.type.dtype.kind in "iu" for v in (first, last, by)):
        a, b, s = (lifter.ctx.size(v, "bound") for v in (first, last, by))
        if not s.is_const or s == 0:
            raise Unsupported("MDSL301", "`np.arange` with a step that is not known")
        span = b - a if s.const > 0 else a - b
        if not lifter.ctx.prove_or_guard(span, "`np.arange` does not end before it starts"):
            span = lifter.ctx.derive("max", span, Size(0), "length")
        k = abs(s.const)
        size = lifter.ctx.derive("//", span + (k - 1), Size(k), "count") if k > 1 else span
        kind = np.result_type(*(v.type.dtype for v in (first, last, by) if not v.type.weak)) if any(
            not v.type.weak for v in (first, last, by)
        ) else INT  # fmt: skip
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
    dtype: Value = NONE,
) -> Value:
    """start + k * step, with the last element exactly `stop` (numpy/_core/function_base.py)."""
    ctx = lifter.ctx
    first, last = (lifter.operand(v) for v in (start, stop))
    size = ctx.size(lifter.operand(num), "num")
    whole = bool(static_value(endpoint))
    if first.type.rank or last.type.rank or dtype_of(dtype) not in (None, FLOAT):
        raise Unsupported("MDSL301", "`np.linspace` with these arguments is not compiled")
    if not ctx.require(size - 2, "`np.linspace` of at least two elements"):
        raise Unsupported("MDSL302", "`np.linspace` of a number of elements that is not known")
    a, b = (build.cast(v, FLOAT, "numpy") for v in (first, last))
    multiply, add, divide, subtract = (table()[n] for n in ("multiply", "add", "divide", "subtract"))
    parts = build.cast(Extent(size - 1 if whole else size), FLOAT, "numpy")
    step = ctx.bind_fresh("spacing", build.elementwise(ctx, divide, build.elementwise(ctx, subtract, b, a), parts))
    index = Apply(
        table()["arange"], (Extent(Size(0)), Extent(Size(1))), Shaped((size,), INT), Type(INT, (size,), "array")
    )
    value = build.elementwise(ctx, add, build.elementwise(ctx, multiply, build.cast(index, FLOAT), step), a)
    if not whole:
        return value
    is_last = build.elementwise(ctx, table()["equal"], index, Extent(size - 1))
    return build.choose(ctx, is_last, b, value)


# -- shapes ------------------------------------------------------------------------------------------------------------


def np_transpose(lifter: Expressions, a: Value, *axes: Value) -> Value:
    value = as_array(lifter, a)
    rank = value.type.rank
    order = static_value(Tup(axes)) if axes else None
    if order and (order[0] is None or isinstance(order[0], (tuple, list))):
        order = order[0]
    if order is None:
        order = tuple(reversed(range(rank)))
    if sorted(k % rank if -rank <= k < rank else -1 for k in order) != list(range(rank)):
        raise Unsupported("MDSL303", "axes do not match the array")
    return transpose(value, tuple(k % rank for k in order))


def swapaxes(lifter: Expressions, a: Value, axis1: Value, axis2: Value) -> Value:
    value = as_array(lifter, a)
    order = list(range(value.type.rank))
    (i,), (j,) = (axes_of(axis, value.type.rank) or () for axis in (axis1, axis2))
    order[i], order[j] = order[j], order[i]
    return transpose(value, tuple(order))


def moveaxis(lifter: Expressions, a: Value, source: Value, destination: Value) -> Value:
    value = as_array(lifter, a)
    rank = value.type.rank
    pairs = [(static_value(v),) if isinstance(static_value(v), int) else static_value(v) for v in (source, destination)]
    try:
        moved, places = ([k % rank for k in ks if -rank <= k < rank or 1 // 0] for ks in pairs)
    except ZeroDivisionError:
        raise Unsupported("MDSL303", "axis out of bounds") from None
    order = [k for k in range(rank) if k not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return transpose(value, tuple(order))


def reshape(lifter: Expressions, a: Value, *shape: Value) -> Value:
    ctx = lifter.ctx
    value = as_array(lifter, a)
    items: tuple[Value, ...] = shape[0].items if len(shape) == 1 and isinstance(shape[0], Tup) else shape
    sizes: list[Size | None] = []
    for item in items:
        size = ctx.normal(ctx.size(lifter.operand(item), "extent"))
        sizes.append(None if size == -1 else size)
    return reshaped(lifter, value, sizes)


def reshaped(lifter: Expressions, value: Expr, sizes: list[Size | None]) -> Expr:
    """`value` under another shape: a view where only axes of size 1 come and go, else the op `reshape`."""
    ctx = lifter.ctx
    old = [ctx.normal(size) for size in value.shape]
    old_known, old_names = _product(old)
    new_known, new_names = _product([size for size in sizes if size is not None])
    if None in sizes:
        if sizes.count(None) > 1:
            raise Unsupported("MDSL303", "can only specify one unknown dimension")
        rest = list(old_names)
        for size in new_names:
            if size not in rest:
                raise Unsupported("MDSL302", "a reshape whose unknown size is not known at compile time")
            rest.remove(size)
        if new_known == 0 or old_known % new_known:
            if len(rest) == 1 and new_known and old_known == 1:
                whole = ctx.derive("//", rest[0], Size(new_known), "rows")
                if not ctx.require_equal(new_known * whole, rest[0], "a reshape keeps the number of elements"):
                    raise Unsupported("MDSL302", "a reshape that is not known to fit")
                missing = whole
            else:
                raise Unsupported("MDSL303", "a reshape that does not fit")
        elif not rest:
            missing = Size(old_known // new_known)
        elif len(rest) == 1:
            missing = rest[0] * (old_known // new_known)
        else:
            missing = ctx.size(build.extent_product(ctx, [Size(old_known // new_known), *rest]), "total")
        shape = [missing if size is None else size for size in sizes]
    else:
        shape = [size for size in sizes if size is not None]
        if (old_known, sorted(map(str, old_names))) != (new_known, sorted(map(str, new_names))):
            if len(old) == 1 and not (len(new_names) > 1):
                total_size = new_names[0] * new_known if new_names else Size(new_known)
                if not ctx.require_equal(old[0], total_size, "a reshape keeps the number of elements"):
                    raise Unsupported("MDSL302", "a reshape that is not known to fit")
            else:
                fits(lifter, value, shape)
    squeezed = [size for size in shape if size != 1]
    if squeezed == [size for size in old if size != 1]:
        kept = iter([k for k, size in enumerate(shape) if size != 1])
        axes = tuple(Axis(Size(0)) if size == 1 else Axis(Size(0), 1, next(kept)) for size in old)
        return arr.view(value, axes, tuple(shape))
    return Apply(
        table()["reshape"],
        (value,),
        Shaped(tuple(shape), value.type.dtype),
        Type(value.type.dtype, tuple(shape), "array"),
    )


def fits(lifter: Expressions, value: Expr, shape: list[Size]) -> None:
    """A check that an array of this shape has as many elements as `value`."""
    old, new = count(lifter, value, tuple(range(value.type.rank))), build.extent_product(lifter.ctx, shape)
    same = build.compare_integers(lifter.ctx, "equal", old, new)
    before, after = lifter.ctx.size(old, "elements"), ", ".join(f"{{{size}}}" for size in shape)
    lifter.ctx.emit(arr.Check(same, "ValueError", f"cannot reshape array of size {{{before}}} into shape ({after})"))


def _product(sizes: list[Size]) -> tuple[int, list[Size]]:
    known, named = 1, []
    for size in sizes:
        if size.is_const:
            known *= size.const
        else:
            named.append(size)
    return known, named


def ravel(lifter: Expressions, a: Value) -> Value:
    value = as_array(lifter, a)
    if value.type.kind != "array":
        raise Unsupported("MDSL301", "`ravel` of a number")
    if not is_handle(value):
        return value if value.type.rank == 1 else reshaped(lifter, value, [None])
    if isinstance(value, Ref) and value.name in lifter.contiguous:
        return index_view(lifter.ctx, value, []) if value.type.rank == 1 else reshaped(lifter, value, [None])
    if isinstance(value, Ref) and value.name in lifter.strided:
        flat = copy(lifter, value)
        return flat if value.type.rank == 1 else reshaped(lifter, flat, [None])  # type: ignore[arg-type]
    raise Unsupported("MDSL308", "whether `ravel` copies depends on the strides")


def flatten(lifter: Expressions, a: Value) -> Value:
    return copy(lifter, ravel(lifter, a))


def expand_dims(lifter: Expressions, a: Value, axis: Value) -> Value:
    value = as_array(lifter, a)
    (at,) = axes_of(axis, value.type.rank + 1) or (0,)
    axes = tuple(Axis(Size(0), 1, k if k < at else k + 1) for k in range(value.type.rank))
    return arr.view(value, axes, (*value.shape[:at], Size(1), *value.shape[at:]))


def squeeze(lifter: Expressions, a: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    wanted = axes_of(axis, value.type.rank)
    if wanted is None:
        wanted = tuple(k for k, size in enumerate(value.shape) if size == 1)
    if any(value.shape[k] != 1 for k in wanted):
        raise Unsupported("MDSL302", "squeeze of an axis that is not known to have size 1")
    if not wanted:
        return value
    kept = [k for k in range(value.type.rank) if k not in wanted]
    axes = tuple(Axis(Size(0)) if k in wanted else Axis(Size(0), 1, kept.index(k)) for k in range(value.type.rank))
    return arr.view(value, axes, tuple(value.shape[k] for k in kept))


def broadcast_to(lifter: Expressions, array: Value, shape: Value) -> Value:
    value, sizes = as_array(lifter, array), _sizes(lifter, shape)
    if len(sizes) < value.type.rank or build.broadcast_shape(lifter.ctx, [value.shape, sizes]) != sizes:
        raise Unsupported("MDSL302", "sizes are not known to broadcast")
    return arr.broadcast(value, sizes)


def _stacker(join: Callable[[Expressions, list[Expr]], Expr]) -> Handler:
    def handler(lifter: Expressions, tup: Value) -> Value:
        if not isinstance(tup, Tup):
            raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
        return join(lifter, [as_array(lifter, item) for item in tup.items])

    return handler


def np_concatenate(lifter: Expressions, arrays: Value, axis: Value = constant(0)) -> Value:
    if not isinstance(arrays, Tup):
        raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
    parts = [as_array(lifter, item) for item in arrays.items]
    where = axes_of(axis, parts[0].type.rank)
    if where is None:
        parts, where = [lifter.operand(ravel(lifter, p)) for p in parts], (0,)
    return concatenate(lifter, parts, where[0])


def np_stack(lifter: Expressions, arrays: Value, axis: Value = constant(0)) -> Value:
    if not isinstance(arrays, Tup):
        raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
    parts = [as_array(lifter, item) for item in arrays.items]
    (at,) = axes_of(axis, parts[0].type.rank + 1) or (0,)
    return stack(lifter, parts, at)


def _vstack(lifter: Expressions, parts: list[Expr]) -> Expr:
    if all(p.type.rank == 1 for p in parts):
        return stack(lifter, parts, 0)
    return concatenate(lifter, parts, 0)


def _hstack(lifter: Expressions, parts: list[Expr]) -> Expr:
    return concatenate(lifter, parts, 0 if parts[0].type.rank == 1 else 1)


def _column_stack(lifter: Expressions, parts: list[Expr]) -> Expr:
    if all(p.type.rank == 1 for p in parts):
        return stack(lifter, parts, 1)
    return concatenate(lifter, parts, 1)


def flip(lifter: Expressions, m: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, m)
    axes = axes_of(axis, value.type.rank)
    if value.type.kind != "array":
        raise Unsupported("MDSL301", "`np.flip` of a number")
    chosen = tuple(range(value.type.rank)) if axes is None else axes
    backwards = SliceOf(NONE, NONE, constant(-1))
    return index_view(
        lifter.ctx, value, [backwards if k in chosen else SliceOf(NONE, NONE, NONE) for k in range(value.type.rank)]
    )


def diagonal(lifter: Expressions, a: Value) -> Value:
    value = as_array(lifter, a)
    if value.type.rank != 2:
        raise Unsupported("MDSL301", "the diagonal of an array that is not two-dimensional is not compiled")
    size = lifter.ctx.derive("min", *(lifter.ctx.normal(s) for s in value.shape), "diagonal")
    return arr.view(value, (Axis(Size(0), 1, 0), Axis(Size(0), 1, 0)), (size,))


# -- elements ----------------------------------------------------------------------------------------------------------


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


def where(lifter: Expressions, condition: Value, x: Value, y: Value) -> Value:
    test, then, other = (as_array(lifter, v) for v in (condition, x, y))
    result = build.choose(lifter.ctx, test, then, other)
    # np.where gives an array of rank 0, never a NumPy scalar
    return result if result.type.rank else _rank_zero(result)


def _rank_zero(value: Expr) -> Expr:
    return filled(value, (), value.type.dtype)


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
    return result if result.type.rank else _rank_zero(result)


def astype(lifter: Expressions, a: Value, dtype: Value, copy: Value = constant(True)) -> Value:
    value, to = as_array(lifter, a), dtype_of(dtype)
    if to is None or (value.type.dtype.kind == "c" and to.kind != "c"):
        raise Unsupported("MDSL301", "this conversion is not compiled")
    if value.type.kind != "array":
        return build.cast(value, to)
    if to == value.type.dtype and not static_value(copy):
        return value
    return Apply(table()["cast"], (value,), to, Type(to, value.shape, "array"))


def copy(lifter: Expressions, a: Value) -> Value:
    value = as_array(lifter, a)
    if value.type.kind != "array":
        return value if value.type.kind == "numpy" else _rank_zero(value)
    return Apply(table()["cast"], (value,), value.type.dtype, value.type)


def array(lifter: Expressions, object: Value, dtype: Value = NONE) -> Value:
    value, to = as_array(lifter, object), dtype_of(dtype)
    if value.type.kind != "array":
        return _rank_zero(build.cast(value, to or value.type.dtype))
    if isinstance(object, Tup):
        return build.cast(value, to or value.type.dtype)
    return astype(lifter, value, Static(to or value.type.dtype))


def asarray(lifter: Expressions, a: Value, dtype: Value = NONE) -> Value:
    if isinstance(a, Tup):
        return array(lifter, a, dtype)
    value, to = as_array(lifter, a), dtype_of(dtype)
    if value.type.kind != "array":
        return _rank_zero(build.cast(value, to or value.type.dtype))
    return build.cast(value, to) if to is not None else value


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
    result = value
    for name, limit in limits:
        result = build.apply(lifter.ctx, table()[name], (result, limit), (dtype, dtype), dtype)
    return store_out(lifter, out, result)


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


def length(lifter: Expressions, sequence: Value) -> Value:
    if isinstance(sequence, Tup):
        return constant(len(sequence.items))
    value = lifter.operand(sequence)
    if not value.type.rank:
        raise Unsupported("MDSL303", "`len` of something without a length")
    return Extent(lifter.ctx.normal(value.shape[0]))


def np_size(lifter: Expressions, a: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    axes = axes_of(axis, value.type.rank)
    return count(lifter, value, tuple(range(value.type.rank)) if axes is None else axes)


def python_abs(lifter: Expressions, x: Value) -> Value:
    value = lifter.operand(x)
    if not value.type.weak:
        return build.elementwise(lifter.ctx, table()["absolute"], value)
    if isinstance(value, Extent):
        return Extent(lifter.ctx.derive("max", value.size, -value.size, "distance"))
    return Apply(table()["absolute"], (value,), None, PY_INT if value.type.dtype == BOOL else value.type)


def python_round(lifter: Expressions, a: Value, decimals: Value = constant(0)) -> Value:
    value = as_array(lifter, a)
    if static_value(decimals) != 0:
        raise Unsupported("MDSL301", "rounding to decimals is not compiled")
    return (
        copy(lifter, value) if value.type.dtype.kind in "iu" else build.elementwise(lifter.ctx, table()["rint"], value)
    )


def python_tuple(kind: type) -> Handler:
    def handler(lifter: Expressions, sequence: Value = Tup(())) -> Value:
        items = lifter.items(sequence)
        if items is None:
            raise Unsupported("MDSL301", "a sequence of unknown length")
        return Tup(tuple(items), kind is list)

    return handler


def python_range(lifter: Expressions, *args: Value) -> Value:
    try:
        return Static(range(*(static_value(a) for a in args)))
    except (ValueError, TypeError):
        raise Unsupported("MDSL301", "`range` outside a `for` has to be known at compile time") from None


def python_zip(lifter: Expressions, *sequences: Value) -> Value:
    columns = [lifter.items(s) for s in sequences]
    if any(c is None for c in columns):
        raise Unsupported("MDSL301", "`zip` of sequences of unknown length")
    return Tup(tuple(Tup(row) for row in zip(*columns)))  # type: ignore[arg-type]  # noqa: B905 - zip's own rule


def python_enumerate(lifter: Expressions, sequence: Value, start: Value = constant(0)) -> Value:
    items = lifter.items(sequence)
    if items is None:
        raise Unsupported("MDSL301", "`enumerate` of a sequence of unknown length")
    return Tup(tuple(Tup((constant(k), item)) for k, item in enumerate(items, static_value(start))))


def np_shape(lifter: Expressions, a: Value) -> Value:
    return attribute(lifter, as_array(lifter, a), "shape")


def np_matmul(lifter: Expressions, a: Value, b: Value, out: Value = NONE) -> Value:
    return store_out(lifter, out, matmul(lifter, as_array(lifter, a), as_array(lifter, b)))


def np_dot(lifter: Expressions, a: Value, b: Value, out: Value = NONE) -> Value:
    x, y = as_array(lifter, a), as_array(lifter, b)
    if not x.type.rank or not y.type.rank:
        return store_out(lifter, out, build.elementwise(lifter.ctx, table()["multiply"], x, y))
    if y.type.rank > 2:
        raise Unsupported("MDSL301", "`np.dot` of a stack of matrices is not `@`")
    return store_out(lifter, out, matmul(lifter, x, y))


FUNCTIONS: dict[Any, Handler] = {
    **{f: _reduction(n) for f, n in ((np.sum, "sum"), (np.prod, "prod"), (np.min, "min"), (np.max, "max"), (np.any, "any"), (np.all, "all"))},
    np.amin: _reduction("min"), np.amax: _reduction("max"),
    np.argmin: _index_reduction("argmin"), np.argmax: _index_reduction("argmax"),
    np.ndarray: empty, np.zeros: _filler(0), np.ones: _filler(1), np.zeros_like: _filler_like(0), np.ones_like: _filler_like(1),
    np.full: full, np.full_like: full_like, np.empty: empty, np.empty_like: empty_like,
    np.arange: arange, np.linspace: linspace,
    np.transpose: np_transpose, np.swapaxes: swapaxes, np.moveaxis: moveaxis, np.reshape: reshape, np.ravel: ravel,
    np.expand_dims: expand_dims, np.squeeze: squeeze, np.broadcast_to: broadcast_to, np.flip: flip, np.diagonal: diagonal,
    np.concatenate: np_concatenate, np.stack: np_stack, np.vstack: _stacker(_vstack), np.hstack: _stacker(_hstack),
    np.column_stack: _stacker(_column_stack), np.where: where, np.select: select,
    np.diff: diff, np.clip: clip, np.copy: copy, np.array: array, np.asarray: asarray, np.ascontiguousarray: asarray, np.size: np_size, np.shape: np_shape,
    np.matmul: np_matmul, np.dot: np_dot, np.round: python_round,
    len: length, abs: python_abs, float: python_float, int: python_int, bool: python_bool, min: _python_reduction("min"),
    max: _python_reduction("max"), sum: python_sum, tuple: python_tuple(tuple), list: python_tuple(list),
    range: python_range, zip: python_zip, enumerate: python_enumerate,
    **{getattr(math, name): math_function(name, domain) for name, domain in MATH.items()},
}  # fmt: skip


def _decomposed_method(function: Callable[..., Any]) -> Handler:
    def handler(lifter: Expressions, a: Value, *args: Value, **kwargs: Value) -> Value:
        from .lift_call import apply

        return apply(lifter, Static(function), [a, *args], kwargs)

    return handler


METHODS: dict[str, Handler] = {
    **{name: _reduction(name) for name in ("sum", "prod", "min", "max", "any", "all")},
    "argmin": _index_reduction("argmin"), "argmax": _index_reduction("argmax"),
    **{f.__name__: _decomposed_method(f) for f in (np.mean, np.var, np.std, np.ptp, np.trace)},
    "clip": clip,
    "astype": astype, "copy": copy, "reshape": reshape, "ravel": ravel, "flatten": flatten, "transpose": np_transpose,
    "swapaxes": swapaxes, "squeeze": squeeze, "fill": fill, "item": item, "dot": np_dot, "diagonal": diagonal,
    "round": python_round,
}  # fmt: skip
