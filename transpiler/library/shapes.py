"""Other shapes of an array: views, reshapes, arrays joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Expr, Extent, Ref, Shaped
from ...ir.ops import table
from ...ir.types import Size, Type
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    attribute,
    axes_of,
    concatenate,
    count,
    stack,
    transpose,
)
from ..lift_index import index_view
from ..values import NONE, SliceOf, Tup, Value, constant, is_handle, static_value
from .creation import copy, sizes_of

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def np_shape(lifter: Expressions, a: Value) -> Value:
    return attribute(lifter, as_array(lifter, a), "shape")


def np_size(lifter: Expressions, a: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    axes = axes_of(axis, value.type.rank)
    return count(lifter, value, tuple(range(value.type.rank)) if axes is None else axes)


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
            if len(old_names) == 1 and len(new_names) < 2:
                total_size = new_names[0] * new_known if new_names else Size(new_known)
                if not ctx.require_equal(
                    old_names[0] * old_known, total_size, "a reshape keeps the number of elements"
                ):
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
    if lifter.ctx.defined(new) is old or (
        isinstance(new, Extent) and lifter.ctx.definitions.get(str(new.size), new) is old
    ):
        return
    same = build.compare_integers(lifter.ctx, "equal", old, new)
    if lifter.ctx.is_checked(same, "ValueError"):
        return
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
        # an argument's extent of 1 makes another specialisation; any other size has to be known not to be 1
        derived = {d.name for d in lifter.ctx.derived.values()}
        extents = {n for n in lifter.ctx.door if n not in derived and n not in lifter.ctx.types}
        for size in value.shape:
            if size.is_const or any(size == Size.named(n) for n in size.names if n in extents):
                continue
            if not lifter.ctx.require(size - 2, "an axis that stays is longer than 1"):
                raise Unsupported("MDSL302", "whether this squeeze removes an axis is known only when it runs")
    if any(value.shape[k] != 1 for k in wanted):
        raise Unsupported("MDSL302", "squeeze of an axis that is not known to have size 1")
    if not wanted:
        return value
    kept = [k for k in range(value.type.rank) if k not in wanted]
    axes = tuple(Axis(Size(0)) if k in wanted else Axis(Size(0), 1, kept.index(k)) for k in range(value.type.rank))
    return arr.view(value, axes, tuple(value.shape[k] for k in kept))


def broadcast_to(lifter: Expressions, array: Value, shape: Value) -> Value:
    value, sizes = as_array(lifter, array), sizes_of(lifter, shape)
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


FUNCTIONS: dict[Any, Handler] = {
    np.shape: np_shape, np.size: np_size, np.transpose: np_transpose, np.swapaxes: swapaxes, np.moveaxis: moveaxis,
    np.reshape: reshape, np.ravel: ravel, np.expand_dims: expand_dims, np.squeeze: squeeze,
    np.broadcast_to: broadcast_to, np.flip: flip, np.diagonal: diagonal, np.concatenate: np_concatenate,
    np.stack: np_stack, np.vstack: _stacker(_vstack), np.hstack: _stacker(_hstack),
    np.column_stack: _stacker(_column_stack),
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "reshape": reshape, "ravel": ravel, "flatten": flatten, "transpose": np_transpose, "swapaxes": swapaxes,
    "squeeze": squeeze, "diagonal": diagonal,
}  # fmt: skip
