"""Arrays cut, repeated, rotated, framed, joined: split, tile, repeat, roll, pad, block, append, delete, insert."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Axis, Expr, Extent
from ...ir.types import Size
from .. import build, python_numbers
from ..diagnostics import Unsupported
from ..lift_call import as_array, axes_of, concatenate
from ..lift_index import index_view
from ..values import NONE, SliceOf, Tup, Value, constant, static_value
from .compose import body, given, known, lifted, numpy
from .shapes import flat

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
_WHOLE = SliceOf(NONE, NONE, NONE)


def part(lifter: Expressions, value: Expr, axis: int, start: Any = None, stop: Any = None, step: Any = None) -> Expr:
    """`value[start:stop:step]` along `axis`."""
    cut = SliceOf(lifted(start), lifted(stop), lifted(step))
    return index_view(lifter.ctx, value, [cut if k == axis else _WHOLE for k in range(value.type.rank)])


def _axis(axis: Value, rank: int) -> int:
    axes = axes_of(axis, rank)
    if axes is None or len(axes) != 1:
        raise Unsupported("MDSL301", "an axis that is not known at compile time")
    return axes[0]


def _array(lifter: Expressions, value: Value) -> Expr:
    """An array, also of a number."""
    made = as_array(lifter, value)
    return made if made.type.kind == "array" else numpy(lifter, np.array, made)


# -- cut ---------------------------------------------------------------------------------------------------------------


def _split(equal: bool) -> Handler:
    def handler(lifter: Expressions, ary: Value, indices_or_sections: Value, axis: Value = constant(0)) -> Value:
        ctx, value = lifter.ctx, as_array(lifter, ary)
        at = _axis(axis, value.type.rank)
        extent = ctx.normal(value.shape[at])
        cuts = indices_or_sections
        if isinstance(cuts, Tup):
            bounds: list[Any] = [0, *cuts.items, None]
        else:
            count = known(cuts, "a number of sections")
            if isinstance(count, np.ndarray) or count < 1:
                raise Unsupported("MDSL303", "number sections must be larger than 0")
            each = ctx.derive("//", extent, Size(count), "section")
            if equal:
                if not ctx.require_equal(extent, each * count, "the sections are of equal size"):
                    raise Unsupported("MDSL302", "sections that are not known to be of equal size")
                bounds = [Extent(each * k) for k in range(count)] + [None]
            else:
                more = extent - each * count
                bounds = [
                    Extent(each * k + ctx.derive("min", Size(k), more, "longer")) for k in range(count)
                ] + [None]  # fmt: skip
        return Tup(tuple(part(lifter, value, at, a, b) for a, b in pairwise(bounds)), True)

    return handler


def _split_along(axis: int, least: int) -> Handler:
    def handler(lifter: Expressions, ary: Value, indices_or_sections: Value) -> Value:
        value = as_array(lifter, ary)
        if value.type.rank < least:
            raise Unsupported("MDSL303", f"an array of {least} or more dimensions is needed")
        along = 0 if axis == 1 and value.type.rank == 1 else axis
        return _split(True)(lifter, value, indices_or_sections, constant(along))

    return handler


def unstack(lifter: Expressions, x: Value, /, *, axis: Value = constant(0)) -> Value:
    value = as_array(lifter, x)
    at = _axis(axis, value.type.rank)
    if not value.shape[at].is_const:
        raise Unsupported("MDSL301", "a number of arrays that is not known at compile time")
    items = [[constant(k) if a == at else _WHOLE for a in range(value.type.rank)] for k in range(value.shape[at].const)]
    return Tup(tuple(index_view(lifter.ctx, value, row) for row in items))


# -- repeated ----------------------------------------------------------------------------------------------------------


def _repeated(lifter: Expressions, value: Expr, at: int, count: Expr, inner: bool) -> Expr:
    """Each element (`inner`), or the whole, `count` times along an axis: a broadcast, reshaped."""
    ctx = lifter.ctx
    times = ctx.normal(ctx.size(count, "repeats"))
    if not ctx.require(times, "a number of repeats is not negative"):
        raise Unsupported("MDSL302", "a number of repeats that may be negative")
    if times == 1:
        return numpy(lifter, np.copy, value)
    place = at + 1 if inner else at
    rank = value.type.rank
    axes = tuple(Axis(Size(0), 1, k if k < place else k + 1) for k in range(rank))
    stretched = arr.view(value, axes, (*value.shape[:place], times, *value.shape[place:]))
    total = build.extent_product(ctx, [times, value.shape[at]])
    shape = [Extent(s) if k != at else total for k, s in enumerate(value.shape)]
    return numpy(lifter, np.reshape, numpy(lifter, np.copy, stretched), Tup(tuple(shape)))


def repeat(lifter: Expressions, a: Value, repeats: Value, axis: Value = NONE) -> Value:
    value, counts = _array(lifter, a), as_array(lifter, repeats)
    if not given(axis):
        value, at = flat(lifter, value), 0
    else:
        at = _axis(axis, value.type.rank)
    if not counts.type.rank:
        return _repeated(lifter, value, at, counts if counts.type.kind != "array" else build.element_of(counts), True)
    if counts.type.rank != 1 or counts.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`np.repeat` with these counts is not compiled")
    if not lifter.ctx.require_equal(value.shape[at], counts.shape[0], "there is a count for each element"):
        raise Unsupported("MDSL302", "the counts are not known to fit the array")
    rows = numpy(lifter, np.moveaxis, lifter.held(value), at, 0)  # type: ignore[attr-defined]
    made = body(lifter, _counted if rows.type.rank == 1 else _counted_rows, rows, lifter.held(counts))  # type: ignore[attr-defined]
    return numpy(lifter, np.moveaxis, made, 0, at)


def _counted(a, counts):
    if np.any(np.less(counts, 0)):
        raise ValueError("repeats may not contain negative values.")
    made = np.empty(int(np.sum(counts)), a.dtype)
    at = 0
    for i in range(a.shape[0]):
        for _ in range(int(counts[i])):
            made[at] = a[i]
            at += 1
    return made


def _counted_rows(a, counts):
    if np.any(np.less(counts, 0)):
        raise ValueError("repeats may not contain negative values.")
    made = np.empty((int(np.sum(counts)), *a.shape[1:]), a.dtype)
    at = 0
    for i in range(a.shape[0]):
        for _ in range(int(counts[i])):
            made[at] = a[i]
            at += 1
    return made


def tile(lifter: Expressions, A: Value, reps: Value) -> Value:
    value = _array(lifter, A)
    counts = list(reps.items) if isinstance(reps, Tup) else [reps]
    rank = max(value.type.rank, len(counts))
    counts = [constant(1)] * (rank - len(counts)) + counts
    axes = tuple(Axis(Size(0), 1, k + rank - value.type.rank) for k in range(value.type.rank))
    value = arr.view(value, axes, (*[Size(1)] * (rank - value.type.rank), *value.shape))
    changed = False
    for k, count in enumerate(counts):
        if not (isinstance(count, Extent) and count.size == 1):
            value, changed = _repeated(lifter, value, k, lifter.operand(count), False), True
    return value if changed else numpy(lifter, np.copy, value)


def resize(lifter: Expressions, a: Value, new_shape: Value) -> Value:
    value = flat(lifter, _array(lifter, a))
    shape = new_shape if isinstance(new_shape, Tup) else Tup((new_shape,))
    if not lifter.ctx.require(value.shape[0] - 1, "what is resized is not empty"):
        raise Unsupported("MDSL302", "`np.resize` of an array that may be empty")
    total = build.extent_product(lifter.ctx, [lifter.ctx.size(lifter.operand(s), "extent") for s in shape.items])
    counted = numpy(lifter, np.arange, total)
    at = numpy(lifter, np.remainder, counted, Extent(value.shape[0]))
    return numpy(lifter, np.reshape, numpy(lifter, np.take, value, at), shape)


# -- rotated -----------------------------------------------------------------------------------------------------------


def roll(lifter: Expressions, a: Value, shift: Value, axis: Value = NONE) -> Value:
    value = _array(lifter, a)
    if not given(axis):
        rolled = _rolled(lifter, flat(lifter, value), 0, shift)
        return rolled if value.type.rank == 1 else numpy(lifter, np.reshape, rolled, tuple(map(Extent, value.shape)))
    named = static_value(axis)
    axes = [named] if isinstance(named, int) else list(named)
    shifts = list(shift.items) if isinstance(shift, Tup) else [shift]
    if len(axes) == 1 < len(shifts):
        axes = axes * len(shifts)
    elif len(shifts) == 1 < len(axes):
        shifts = shifts * len(axes)
    if len(axes) != len(shifts) or not axes:
        raise Unsupported("MDSL301", "`np.roll` with these shifts is not compiled")
    for at, by in zip(axes, shifts, strict=True):
        value = _rolled(lifter, value, _axis(constant(at), value.type.rank), by)
    return value


def _rolled(lifter: Expressions, value: Expr, at: int, shift: Value) -> Expr:
    ctx = lifter.ctx
    by, extent = ctx.normal(ctx.size(lifter.operand(shift), "shift")), ctx.normal(value.shape[at])
    if by == 0:
        return numpy(lifter, np.copy, value)
    if by.is_const and ctx.prove_or_guard(extent - abs(by.const), "an array is not shorter than it is rolled"):
        first = extent - by if by.const > 0 else -by
    else:
        # of nothing, nothing is rolled
        whole = ctx.derive("max", extent, Size(1), "length")
        first = ctx.size(python_numbers.python_binary(ctx, "remainder", Extent(-by), Extent(whole)), "first")
        ctx.facts.add(first, extent - first)
    return concatenate(
        lifter, [part(lifter, value, at, Extent(first)), part(lifter, value, at, None, Extent(first))], at
    )


# -- framed ------------------------------------------------------------------------------------------------------------


def pad(
    lifter: Expressions, array: Value, pad_width: Value, mode: Value = constant("constant"), **kwargs: Value
) -> Value:
    value, how = _array(lifter, array), known(mode, "`mode`")
    rank = value.type.rank
    fills: list[tuple[Value, Value]] = [(constant(0), constant(0))] * rank
    if how == "constant":
        fills = _pairs(kwargs.pop("constant_values", constant(0)), rank)
    if kwargs or how not in _FRAMES or not rank:
        raise Unsupported("MDSL301", "`np.pad` in this mode is not compiled")
    widths = [tuple(lifter.ctx.size(lifter.operand(w), "width") for w in pair) for pair in _pairs(pad_width, rank)]
    for pair in widths:
        for width in pair:
            if not lifter.ctx.require(width, "a width is not negative"):
                raise Unsupported("MDSL302", "a width that may be negative")
    sizes = [Extent(before + size + after) for size, (before, after) in zip(value.shape, widths, strict=True)]
    made = lifter.bind_array("padded", numpy(lifter, np.empty, Tup(tuple(sizes)), value.type.dtype))  # type: ignore[attr-defined]
    inner = index_view(
        lifter.ctx,
        made,
        [
            SliceOf(Extent(before), Extent(before + size), NONE)
            for size, (before, _) in zip(value.shape, widths, strict=True)
        ],
    )
    lifter.store(inner, value)  # type: ignore[attr-defined]
    for k, ((before, after), fill) in enumerate(zip(widths, fills, strict=True)):
        # along the axes before, the whole; along those after, what is filled so far
        items: list[Value] = [_WHOLE] * (k + 1) + [
            SliceOf(Extent(b), Extent(b + size), NONE)
            for size, (b, _) in zip(value.shape[k + 1 :], widths[k + 1 :], strict=True)
        ]
        current = lifter.ctx.current(made)
        rows = numpy(lifter, np.moveaxis, index_view(lifter.ctx, current, items), k, 0)
        _frame(lifter, how, rows, before, after, value.shape[k], fill)
    return lifter.ctx.current(made)


_FRAMES = frozenset({"constant", "edge", "reflect", "symmetric", "wrap", "empty"})


def _frame(
    lifter: Expressions, how: str, rows: Expr, before: Size, after: Size, size: Size, fill: tuple[Value, Value]
) -> None:
    """Fill the first `before` and the last `after` of the rows, of which `size` between them hold the array."""
    ctx = lifter.ctx
    end = before + size
    front, back = (lambda: part(lifter, ctx.current(rows), 0, None, Extent(before))), (
        lambda: part(lifter, ctx.current(rows), 0, Extent(end), None)
    )  # fmt: skip
    store: Any = lifter.store  # type: ignore[attr-defined]

    def read(start: Size, stop: Size, backwards: bool = False) -> Expr:
        seen = part(lifter, ctx.current(rows), 0, Extent(start), Extent(stop))
        return part(lifter, seen, 0, None, None, -1) if backwards else seen

    margin = {"reflect": 1, "edge": 1, "symmetric": 0, "wrap": 0}.get(how)
    if margin is not None:
        longest = [before, after] if how != "edge" else [Size(0)]
        for width in longest:
            if not ctx.require(size - width - margin, "an array is longer than its frame"):
                raise Unsupported("MDSL302", "a frame that may be wider than the array")
    for width, target, number in ((before, front, fill[0]), (after, back, fill[1])):
        if width == 0:
            continue
        first = target is front
        match how:
            case "constant":
                store(target(), lifter.operand(number))
            case "edge":
                store(target(), read(before, before + 1) if first else read(end - 1, end))
            case "reflect":
                store(
                    target(),
                    read(before + 1, before + 1 + width, True) if first else read(end - 1 - width, end - 1, True),
                )
            case "symmetric":
                store(target(), read(before, before + width, True) if first else read(end - width, end, True))
            case "wrap":
                store(target(), read(end - width, end) if first else read(before, before + width))


def _pairs(value: Value, rank: int) -> list[tuple[Value, Value]]:
    """What NumPy broadcasts to one pair for each axis."""
    if not isinstance(value, Tup):
        return [(value, value)] * rank
    items = value.items
    if all(isinstance(item, Tup) for item in items):
        pairs = [(item.items[0], item.items[-1]) for item in items if isinstance(item, Tup) and len(item.items) < 3]
        if len(pairs) == 1:
            return pairs * rank
        if len(pairs) == rank:
            return pairs
    elif len(items) == 1:
        return [(items[0], items[0])] * rank
    elif len(items) == 2:
        return [(items[0], items[1])] * rank
    raise Unsupported("MDSL301", "`np.pad` with these widths is not compiled")


# -- joined ------------------------------------------------------------------------------------------------------------


def block(lifter: Expressions, arrays: Value) -> Value:
    """Nested lists of arrays, joined along the last axis, then the one before it …"""

    def depth(value: Value) -> int:
        return 1 + max(depth(v) for v in value.items) if isinstance(value, Tup) and value.items else 0

    levels = depth(arrays)
    if not levels:
        return numpy(lifter, np.copy, _array(lifter, arrays))

    def ranks(value: Value) -> int:
        return max(map(ranks, value.items)) if isinstance(value, Tup) else as_array(lifter, value).type.rank

    rank = max(ranks(arrays), levels)

    def join(value: Value, level: int) -> Expr:
        if not isinstance(value, Tup):
            if level != levels:
                raise Unsupported("MDSL303", "the lists are nested unevenly")
            made = _array(lifter, value)
            lead = rank - made.type.rank
            axes = tuple(Axis(Size(0), 1, k + lead) for k in range(made.type.rank))
            return arr.view(made, axes, (*[Size(1)] * lead, *made.shape))
        return concatenate(lifter, [join(v, level + 1) for v in value.items], rank - levels + level)

    return join(arrays, 0)


def append(lifter: Expressions, arr: Value, values: Value, axis: Value = NONE) -> Value:
    first, second = _array(lifter, arr), _array(lifter, values)
    if not given(axis):
        return concatenate(lifter, [flat(lifter, first), flat(lifter, second)], 0)
    return concatenate(lifter, [first, second], _axis(axis, first.type.rank))


def _position(lifter: Expressions, index: Value, extent: Size, past: bool) -> Size:
    """An index along an axis, from the front. Raises Unsupported where it is not known to be within."""
    ctx = lifter.ctx
    position = ctx.normal(ctx.size(lifter.operand(index), "at"))
    if position.is_const and position.const < 0:
        position = extent + position
    if not (
        ctx.require(position, "an index is in range") and ctx.require(extent - position - (not past), "it is in range")
    ):
        raise Unsupported("MDSL302", "an index that is not known to be in range")
    return position


def delete(lifter: Expressions, arr: Value, obj: Value, axis: Value = NONE) -> Value:
    ctx, value = lifter.ctx, _array(lifter, arr)
    if not given(axis):
        value, at = flat(lifter, value), 0
    else:
        at = _axis(axis, value.type.rank)
    extent = ctx.normal(value.shape[at])
    if isinstance(obj, SliceOf):
        if given(obj.step) and static_value(obj.step) != 1:
            raise Unsupported("MDSL301", "`np.delete` of every nth element is not compiled")
        gone = part(lifter, value, at, obj.start, obj.stop)
        start = index_start(gone, value, at)
        rest = [(None, start), (start + gone.shape[at], None)]
    elif isinstance(obj, Tup):
        found = static_value(obj)
        if not all(isinstance(k, int) and not isinstance(k, bool) for k in found):
            raise Unsupported("MDSL301", "`np.delete` of these elements is not compiled")
        signs = {k < 0 for k in found}
        if len(signs) > 1:
            raise Unsupported("MDSL301", "`np.delete` from both ends at once is not compiled")
        places = [_position(lifter, constant(k), extent, False) for k in sorted(set(found))]
        edges = [None, *(p for place in places for p in (place, place + 1)), None]
        rest = list(zip(edges[::2], edges[1::2], strict=True))  # type: ignore[arg-type]
    else:
        index = as_array(lifter, obj)
        if index.type.rank or index.type.dtype.kind not in "iu":
            raise Unsupported("MDSL301", "`np.delete` of positions that are computed is not compiled")
        place = _position(lifter, index, extent, False)
        rest = [(None, place), (place + 1, None)]
    parts = [
        part(lifter, value, at, *(None if end is None else Extent(end) for end in ends)) for ends in rest
    ]  # fmt: skip
    return concatenate(lifter, parts, at)


def index_start(view: Expr, base: Expr, axis: int) -> Size:
    """Where a slice of `base` along `axis` begins."""
    if view is base or not isinstance(view, arr.View):
        return Size(0)
    inner = base.axes if isinstance(base, arr.View) else arr.identity_axes(base.type.rank)
    where = next(k for k, a in enumerate(inner) if a.out == axis)
    if inner[where].step != 1:
        raise Unsupported("MDSL301", "`np.delete` from such a view is not compiled")
    return view.axes[where].offset - inner[where].offset


def insert(lifter: Expressions, arr: Value, obj: Value, values: Value, axis: Value = NONE) -> Value:
    ctx, value = lifter.ctx, _array(lifter, arr)
    if not given(axis):
        value, at = flat(lifter, value), 0
    else:
        at = _axis(axis, value.type.rank)
    index, new = as_array(lifter, obj) if not isinstance(obj, SliceOf) else None, as_array(lifter, values)
    if (
        index is None
        or index.type.rank
        or index.type.dtype.kind not in "iu"
        or new.type.rank >= max(value.type.rank, 1)
    ):
        raise Unsupported("MDSL301", "`np.insert` with these arguments is not compiled")
    if new.type.weak and new.type.dtype.kind == "f" and value.type.dtype.kind in "iu":
        raise Unsupported("MDSL301", "a Python float made an integer raises where it does not fit")
    place = _position(lifter, index, ctx.normal(value.shape[at]), True)
    shape = tuple(1 if k == at else Extent(size) for k, size in enumerate(value.shape))
    if new.type.rank:
        if new.type.rank != value.type.rank - 1:
            raise Unsupported("MDSL301", "`np.insert` of values of this rank is not compiled")
        new = numpy(lifter, np.expand_dims, new, at)
    filled = numpy(lifter, np.full, shape, new, value.type.dtype)
    parts = [
        part(lifter, value, at, None, Extent(place)), filled, part(lifter, value, at, Extent(place)),
    ]  # fmt: skip
    return concatenate(lifter, parts, at)


FUNCTIONS: dict[Any, Handler] = {
    np.split: _split(True), np.array_split: _split(False), np.vsplit: _split_along(0, 2), np.hsplit: _split_along(1, 1),
    np.dsplit: _split_along(2, 3), np.tile: tile, np.repeat: repeat, np.roll: roll, np.pad: pad, np.block: block,
    np.append: append, np.delete: delete, np.insert: insert, np.resize: resize,
    **({np.unstack: unstack} if hasattr(np, "unstack") else {}),
}  # fmt: skip
METHODS: dict[str, Handler] = {"repeat": repeat}
