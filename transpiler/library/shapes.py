"""Other shapes of an array: views, reshapes, arrays joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Const, Expr, Extent, Ref, Shaped, View
from ...ir.ops import table
from ...ir.types import Size, Type
from .. import build, python_numbers
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    attribute,
    axes_of,
    check_axes,
    concatenate,
    count,
    dtype_of,
    stack,
    store_out,
    transpose,
)
from ..lift_index import index_view
from ..sequences import Listed
from ..values import NONE, SliceOf, Static, Tup, Value, constant, is_handle, static_value
from .creation import copy, rank_zero, sizes_of

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
    check_axes(order)
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
    named = [static_value(v) for v in (source, destination)]
    pairs = [v if isinstance(v, (tuple, list)) else (v,) for v in named]
    check_axes(k for ks in pairs for k in ks)
    try:
        moved, places = ([k % rank for k in ks if -rank <= k < rank or 1 // 0] for ks in pairs)
    except ZeroDivisionError:
        raise Unsupported("MDSL303", "axis out of bounds") from None
    order = [k for k in range(rank) if k not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return transpose(value, tuple(order))


def reshape(lifter: Expressions, a: Value, *shape: Value, order: Value = constant("C"), copy: Value = NONE) -> Value:
    if not (is_none(copy) and static_value(order) in ("C", "F")):
        raise Unsupported("MDSL301", "`reshape` with these arguments is not compiled")
    if static_value(order) == "F":
        items = shape[0].items if len(shape) == 1 and isinstance(shape[0], Tup) else shape
        turned = reshape(lifter, _in_order(as_array(lifter, a), order), Tup(tuple(reversed(items))))
        return _in_order(lifter.operand(turned), order)
    return c_reshape(lifter, a, *shape)


def is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.value is None


def np_reshape(lifter: Expressions, a: Value, shape: Value, order: Value = constant("C"), copy: Value = NONE) -> Value:
    return reshape(lifter, a, shape, order=order, copy=copy)


def c_reshape(lifter: Expressions, a: Value, *shape: Value) -> Value:
    ctx = lifter.ctx
    value = _ranked(lifter, as_array(lifter, a))
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
            if rest and new_known:
                total = rest[0] * old_known
                if len(rest) > 1:
                    total = ctx.size(build.extent_product(ctx, [Size(old_known), *rest]), "total")
                whole = ctx.derive("//", total, Size(new_known), "rows")
                if not ctx.require_equal(new_known * whole, total, "a reshape keeps the number of elements"):
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
    same = python_numbers.compare_integers(lifter.ctx, "equal", old, new)
    if isinstance(same, Const):
        if same.value:
            return
        raise Unsupported("MDSL303", "a reshape that does not fit")
    if lifter.ctx.is_checked(same, "ValueError"):
        return
    before = lifter.ctx.size(old, "elements")
    after = ",".join(f"{{{size}}}" for size in shape) + "," * (len(shape) == 1)
    lifter.ctx.emit(arr.Check(same, "ValueError", f"cannot reshape array of size {{{before}}} into shape ({after})"))


def _product(sizes: list[Size]) -> tuple[int, list[Size]]:
    known, named = 1, []
    for size in sizes:
        if size.is_const:
            known *= size.const
        else:
            named.append(size)
    return known, named


def ravel(lifter: Expressions, a: Value, order: Value = constant("C")) -> Value:
    value = _in_order(as_array(lifter, a), order)
    if value.type.kind != "array":
        value = _ranked(lifter, value)
    if not is_handle(value):
        return value if value.type.rank == 1 else reshaped(lifter, value, [None])
    if isinstance(value, Ref) and value.name in lifter.contiguous:
        return index_view(lifter.ctx, value, []) if value.type.rank == 1 else reshaped(lifter, value, [None])
    if (isinstance(value, Ref) and value.name in lifter.strided) or _reordered(lifter, value):
        return flatten(lifter, value)
    raise Unsupported("MDSL308", "whether `ravel` copies depends on the strides")


def _reordered(lifter: Expressions, value: Expr) -> bool:
    """Whether `value` is a whole array in C's order with its axes exchanged, none of which has size 1."""
    if not (isinstance(value, View) and isinstance(value.base, Ref) and value.base.name in lifter.contiguous):
        return False
    order = [axis.out for axis in value.axes]
    whole = all(axis.offset == 0 and axis.step == 1 for axis in value.axes)
    if not whole or sorted(k if k is not None else -1 for k in order) != list(range(value.type.rank)):
        return False
    return order != list(range(value.type.rank)) and long_axes(lifter, value)


def long_axes(lifter: Expressions, value: Expr) -> bool:
    """Whether no axis has size 1: an argument's extent of 1 makes another specialisation."""
    derived = {d.name for d in lifter.ctx.derived.values()}
    extents = {n for n in lifter.ctx.door if n not in derived and n not in lifter.ctx.types}
    return all(
        (size.const != 1 if size.is_const else any(size == Size.named(n) for n in size.names if n in extents))
        for size in value.shape
    )


def flatten(lifter: Expressions, a: Value, order: Value = constant("C")) -> Value:
    value = copy(lifter, _in_order(_ranked(lifter, as_array(lifter, a)), order))
    return value if value.type.rank == 1 else reshaped(lifter, value, [None])  # type: ignore[arg-type, union-attr]


def flat(lifter: Expressions, value: Expr) -> Expr:
    """The elements one after the other, for reading: whether they are a copy is of no interest."""
    if value.type.rank == 1:
        return value
    plain = isinstance(value, Ref) and value.name in lifter.contiguous
    return lifter.operand(ravel(lifter, value) if plain or not is_handle(value) else flatten(lifter, value))


def _in_order(value: Expr, order: Value) -> Expr:
    """The array whose elements in C's order are those of `value` in `order`."""
    match static_value(order):
        case "C":
            return value
        case "F":
            return transpose(value, tuple(reversed(range(value.type.rank))))
        case _:
            raise Unsupported("MDSL301", "this order of elements is not compiled")


def expand_dims(lifter: Expressions, a: Value, axis: Value) -> Value:
    value = _ranked(lifter, as_array(lifter, a))
    axis_given = static_value(axis)
    count = 1 if isinstance(axis_given, int) else len(axis_given)
    new = axes_of(axis, value.type.rank + count) or ()
    kept = [k for k in range(value.type.rank + count) if k not in new]
    sizes = iter(value.shape)
    shape = tuple(Size(1) if k in new else next(sizes) for k in range(value.type.rank + count))
    return arr.view(value, tuple(Axis(Size(0), 1, k) for k in kept), shape)


def squeeze(lifter: Expressions, a: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, a)
    if value.type.kind != "array":
        raise Unsupported("MDSL301", "`np.squeeze` of a scalar is not compiled")
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
    value, sizes = _ranked(lifter, as_array(lifter, array)), sizes_of(lifter, shape)
    lead = len(sizes) - value.type.rank
    if lead < 0:
        raise Unsupported("MDSL303", "the array has more dimensions than the shape")
    for size, wanted in zip(value.shape, sizes[lead:], strict=True):
        if size != 1 and not lifter.ctx.require_equal(size, wanted, "sizes broadcast"):
            raise Unsupported("MDSL302", "sizes are not known to broadcast")
    made = arr.broadcast(value, sizes)
    return arr.view(made, arr.identity_axes(len(sizes)), sizes, locked=True)


def _stacker(join: Callable[[Expressions, list[Expr]], Expr]) -> Handler:
    def handler(lifter: Expressions, tup: Value) -> Value:
        if isinstance(tup, Listed) and tup.array.type.rank == 2 and join is _vstack:
            return as_array(lifter, tup)
        if not isinstance(tup, Tup):
            raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
        return join(lifter, [as_array(lifter, item) for item in tup.items])

    return handler


def np_concatenate(
    lifter: Expressions,
    arrays: Value,
    axis: Value = constant(0),
    out: Value = NONE,
    *,
    dtype: Value = NONE,
    casting: Value = constant("same_kind"),
) -> Value:
    if isinstance(arrays, Listed) and arrays.array.type.rank == 2:
        arrays = Tup((flatten(lifter, as_array(lifter, arrays)),))
    if not isinstance(arrays, Tup) or not arrays.items:
        raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
    parts = [as_array(lifter, item) for item in arrays.items]
    to = dtype_of(dtype)
    if to is not None:
        if not all(np.can_cast(p.type.dtype, to, static_value(casting)) for p in parts):
            raise Unsupported("MDSL303", f"cannot cast to {to}")
        parts = [build.cast(p, to) for p in parts]
    where = axes_of(axis, parts[0].type.rank)
    if where is None:
        parts, where = [lifter.operand(flatten(lifter, p)) for p in parts], (0,)
    return store_out(lifter, out, concatenate(lifter, parts, where[0]))


def np_stack(lifter: Expressions, arrays: Value, axis: Value = constant(0)) -> Value:
    if isinstance(arrays, Listed):
        rows = as_array(lifter, arrays)
        (at,) = axes_of(axis, rows.type.rank) or (0,)
        return transpose(rows, (*range(1, at + 1), 0, *range(at + 1, rows.type.rank)))
    if not isinstance(arrays, Tup):
        raise Unsupported("MDSL301", "the arrays that are joined are not known one by one")
    parts = [as_array(lifter, item) for item in arrays.items]
    (at,) = axes_of(axis, parts[0].type.rank + 1) or (0,)
    return stack(lifter, parts, at)


def _vstack(lifter: Expressions, parts: list[Expr]) -> Expr:
    return concatenate(lifter, [lifter.operand(atleast(2)(lifter, p)) for p in parts], 0)


def _hstack(lifter: Expressions, parts: list[Expr]) -> Expr:
    parts = [lifter.operand(atleast(1)(lifter, p)) for p in parts]
    return concatenate(lifter, parts, 0 if parts[0].type.rank == 1 else 1)


def _dstack(lifter: Expressions, parts: list[Expr]) -> Expr:
    return concatenate(lifter, [lifter.operand(atleast(3)(lifter, p)) for p in parts], 2)


def _column_stack(lifter: Expressions, parts: list[Expr]) -> Expr:
    columns = []
    for part in (_ranked(lifter, p) for p in parts):
        if part.type.rank < 2:
            axes = tuple(Axis(Size(0), 1, 0) for _ in range(part.type.rank))
            part = arr.view(part, axes, (*(part.shape or (Size(1),)), Size(1)))
        columns.append(part)
    return concatenate(lifter, columns, 1)


def flip(lifter: Expressions, m: Value, axis: Value = NONE) -> Value:
    value = as_array(lifter, m)
    axes = axes_of(axis, value.type.rank)
    if value.type.kind != "array":
        raise Unsupported("MDSL301", "`np.flip` of a number")
    if not value.type.rank:
        return build.element_of(value)  # NumPy indexes it with nothing: `m[()]`
    chosen = tuple(range(value.type.rank)) if axes is None else axes
    backwards = SliceOf(NONE, NONE, constant(-1))
    return index_view(
        lifter.ctx, value, [backwards if k in chosen else SliceOf(NONE, NONE, NONE) for k in range(value.type.rank)]
    )


def diagonal(
    lifter: Expressions, a: Value, offset: Value = constant(0), axis1: Value = constant(0), axis2: Value = constant(1)
) -> Value:
    """A view along two axes at once, which becomes the last axis."""
    value, ctx = as_array(lifter, a), lifter.ctx
    rank = value.type.rank
    if rank < 2:
        raise Unsupported("MDSL303", "diag requires an array of at least two dimensions")
    (first,), (second,) = (axes_of(axis, rank) or () for axis in (axis1, axis2))
    if first == second:
        raise Unsupported("MDSL303", "axis1 and axis2 cannot be the same")
    shift = ctx.size(lifter.operand(offset), "offset")
    if not shift.is_const:
        raise Unsupported("MDSL301", "a diagonal whose offset is not known at compile time")
    down, right = max(-shift.const, 0), max(shift.const, 0)
    rows, columns = ctx.normal(value.shape[first]) - down, ctx.normal(value.shape[second]) - right
    for left in (rows, columns):
        if shift != 0 and not ctx.require(left, "the diagonal lies within the array"):
            raise Unsupported("MDSL302", "a diagonal that may lie outside the array")
    size = ctx.derive("min", rows, columns, "diagonal")
    kept = [k for k in range(rank) if k not in (first, second)]
    starts = {first: down, second: right}
    axes = tuple(
        Axis(Size(starts[k]), 1, len(kept)) if k in starts else Axis(Size(0), 1, kept.index(k)) for k in range(rank)
    )
    return arr.view(value, axes, (*(value.shape[k] for k in kept), size), locked=True)


def atleast(least: int) -> Handler:
    def handler(lifter: Expressions, *arys: Value) -> Value:
        made = []
        for ary in arys:
            value = as_array(lifter, ary)
            if value.type.kind != "array":
                value = lifter.operand(np_array(lifter, value))
            rank = value.type.rank
            if rank < least:
                front, back = {0: (least, 0), 1: (1, least - 2), 2: (0, 1)}[rank]
                axes = tuple(Axis(Size(0), 1, front + k) for k in range(rank))
                value = arr.view(value, axes, ((Size(1),) * front + value.shape + (Size(1),) * back)[-least:])
            made.append(value)
        return made[0] if len(made) == 1 else Tup(tuple(made))

    return handler


def rollaxis(lifter: Expressions, a: Value, axis: Value, start: Value = constant(0)) -> Value:
    value = as_array(lifter, a)
    rank = value.type.rank
    (at,) = axes_of(axis, rank) or ()
    to = static_value(start)
    to = to + rank if to < 0 else to
    if not 0 <= to <= rank:
        raise Unsupported("MDSL303", "`start` is out of bounds")
    order = [k for k in range(rank) if k != at]
    order.insert(to - (at < to), at)
    return transpose(value, tuple(order))


def matrix_transpose(lifter: Expressions, x: Value) -> Value:
    value = as_array(lifter, x)
    if value.type.rank < 2:
        raise Unsupported("MDSL303", "matrix transpose needs two dimensions")
    return transpose(value, (*range(value.type.rank - 2), value.type.rank - 1, value.type.rank - 2))


def rot90(lifter: Expressions, m: Value, k: Value = constant(1), axes: Value = constant((0, 1))) -> Value:
    value, turns = as_array(lifter, m), static_value(k) % 4
    if value.type.rank < 2:
        raise Unsupported("MDSL303", "rot90 needs two dimensions")
    named = static_value(axes)
    check_axes(named)
    first, second = (axis % value.type.rank for axis in named)
    if first == second:
        raise Unsupported("MDSL303", "the two axes must be different")
    if turns == 2:
        return flip(lifter, value, constant((first, second)))
    if turns == 1:
        value = lifter.operand(flip(lifter, value, constant(second)))
    swapped = swapaxes(lifter, value, constant(first), constant(second)) if turns else flip(lifter, value, constant(()))
    return flip(lifter, swapped, constant(second)) if turns == 3 else swapped


def _flipped(axis: int) -> Handler:
    def handler(lifter: Expressions, m: Value) -> Value:
        if as_array(lifter, m).type.rank <= axis:
            raise Unsupported("MDSL303", "the input has too few dimensions")
        return flip(lifter, m, constant(axis))

    return handler


def broadcast_arrays(lifter: Expressions, *args: Value) -> Value:
    values = [as_array(lifter, arg) for arg in args]
    shape = build.broadcast_shape(lifter.ctx, [v.shape for v in values])
    return Tup(tuple(arr.broadcast(_ranked(lifter, v), shape) for v in values))


def _ranked(lifter: Expressions, value: Expr) -> Expr:
    return value if value.type.kind == "array" else lifter.operand(np_array(lifter, value))


def np_array(lifter: Expressions, value: Expr) -> Value:
    return rank_zero(value if value.type.kind == "numpy" else build.cast(value, value.type.dtype, "numpy"))


FUNCTIONS: dict[Any, Handler] = {
    np.shape: np_shape, np.size: np_size, np.transpose: np_transpose, np.swapaxes: swapaxes, np.moveaxis: moveaxis,
    np.reshape: np_reshape, np.ravel: ravel, np.expand_dims: expand_dims, np.squeeze: squeeze,
    np.atleast_1d: atleast(1), np.atleast_2d: atleast(2), np.atleast_3d: atleast(3), np.rollaxis: rollaxis,
    np.matrix_transpose: matrix_transpose, np.linalg.matrix_transpose: matrix_transpose, np.rot90: rot90,
    np.flipud: _flipped(0), np.fliplr: _flipped(1), np.broadcast_arrays: broadcast_arrays,
    np.broadcast_to: broadcast_to, np.flip: flip, np.diagonal: diagonal, np.concatenate: np_concatenate,
    np.stack: np_stack, np.vstack: _stacker(_vstack), np.hstack: _stacker(_hstack),
    np.column_stack: _stacker(_column_stack), np.dstack: _stacker(_dstack),
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "reshape": reshape, "ravel": ravel, "flatten": flatten, "transpose": np_transpose, "swapaxes": swapaxes,
    "squeeze": squeeze, "diagonal": diagonal,
}  # fmt: skip
