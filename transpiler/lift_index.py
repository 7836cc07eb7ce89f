"""Subscripts -> views: integers, slices, newaxis, Ellipsis, and masks and integer arrays where they are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir import array as arr
from ..ir.array import Apply, Axis, Check, Const, Expr, Extent, View
from ..ir.ops import table
from ..ir.types import PY_INT, Size
from . import build, lift_dict, python_numbers
from .context import Context
from .diagnostics import Unsupported
from .lift_advanced import is_advanced, read
from .sequences import Keywords
from .values import SliceOf, Static, Tup, Value, is_handle, static_value

if TYPE_CHECKING:
    from .lift_expr import Expressions


def subscript(lifter: Expressions, base: Value, items: list[Value]) -> Value:
    """`base[items]` read."""
    if isinstance(base, Static):
        from .library.grids import subscripted

        if (made := subscripted(lifter, base.value, items)) is not None:
            return made
    if isinstance(base, Keywords):
        return lift_dict.item(base, items)
    if isinstance(base, Static) and isinstance(base.value, dict) and len(items) == 1:
        return lift_dict.looked_up(lifter, base, items[0], None)
    if isinstance(base, (Tup, Static)):
        if len(items) == 1:
            try:
                index = static_value(items[0])
                if isinstance(base, Tup):
                    picked: Any = base.items[index]
                    return Tup(picked, base.mutable) if isinstance(picked, tuple) else picked
                from .values import constant

                return constant(base.value[index])
            except (ValueError, TypeError, LookupError):
                pass
        raise Unsupported("MDSL301", "an index of a sequence that is not known at compile time")
    array = lifter.operand(base)
    if array.type.kind != "array":
        raise Unsupported("MDSL301", "a number has no items")
    if is_advanced(items):
        return read(lifter, array, items)
    seen = index_view(lifter.ctx, array, items)
    if not seen.type.rank and not any(isinstance(i, Static) and i.value is ... for i in items):
        return element(seen)
    return seen


def element(value: Expr) -> Expr:
    """The scalar that integers alone select."""
    if isinstance(value, View):
        return arr.element(value)
    return build.element_of(value)


def index_view(ctx: Context, array: Expr, items: list[Value]) -> Expr:
    """The view that integers, slices, newaxis and Ellipsis select."""
    rank = array.type.rank
    consuming = sum(not (isinstance(i, Static) and (i.value is None or i.value is ...)) for i in items)
    if consuming > rank:
        raise Unsupported("MDSL303", f"too many indices: the array is {rank}-dimensional, but {consuming} were indexed")
    if not any(isinstance(i, Static) and i.value is ... for i in items):
        items = [*items, Static(...)]
    axes: list[Axis] = []
    shape: list[Size] = []
    for item in items:
        at = len(axes)
        match item:
            case Static(value=None):
                shape.append(Size(1))
            case Static(value=value) if value is ...:
                for k in range(rank - consuming):
                    axes.append(Axis(Size(0), 1, len(shape)))
                    shape.append(array.shape[at + k])
            case SliceOf():
                offset, step, size = slice_bounds(ctx, item, array.shape[at])
                if array.shape[at] == 1 != size and is_handle(array) and _repeats(array, at):
                    # no subscript of the base says so: it would be a broadcast, which is read-only
                    raise Unsupported("MDSL308", "a slice of a new axis that takes nothing of it")
                axes.append(Axis(offset, step, len(shape)))
                shape.append(size)
            case Expr() if item.type.dtype.kind in "iu" and not item.type.rank:
                axes.append(Axis(integer_index(ctx, item, array.shape[at], at)))
            case _:
                raise Unsupported("MDSL301", "this index is not compiled")
    return arr.view(array, tuple(axes), tuple(shape))


def _repeats(array: Expr, axis: int) -> bool:
    """Whether an axis of a view is none of its base's."""
    return isinstance(array, View) and all(walked.out != axis for walked in array.axes)


def integer_index(ctx: Context, index: Expr, extent: Size, axis: int) -> Size:
    """The position, from the front, of an integer index: wrapped where it is negative, checked as NumPy checks it."""
    position = ctx.size(index, "index")
    extent = ctx.normal(extent)
    reason = "an index is in range"
    if position.is_const and position.const < 0:
        if ctx.require(extent + position, reason):
            return extent + position
    elif ctx.facts.nonnegative(-position - 1):
        if ctx.require(extent + position, reason):
            return extent + position
    elif ctx.facts.nonnegative(position):
        if ctx.require(extent - 1 - position, reason):
            return position
    elif all(name in ctx.door for name in position.names) or not _computed(ctx, position):
        if ctx.require(position, reason) and ctx.require(extent - 1 - position, reason):
            return position
    # not known before it runs: check, then wrap
    low = python_numbers.compare_integers(ctx, "greater_equal", Extent(position), Extent(-extent))
    high = python_numbers.compare_integers(ctx, "less", Extent(position), Extent(extent))
    checks = [c for c in (low, high) if not (isinstance(c, Const) and c.value)]
    if any(isinstance(c, Const) for c in checks):
        raise Unsupported("MDSL303", f"the index {position} is out of bounds for axis {axis} with size {extent}")
    message = f"index {{{position}}} is out of bounds for axis {axis} with size {{{extent}}}"
    for check in checks:
        ctx.emit(Check(check, "IndexError", message))
    if ctx.facts.nonnegative(position):
        ctx.facts.add(extent - 1 - position)
        return position
    wrapped = Apply(
        table()["where"],
        (
            python_numbers.compare_integers(ctx, "less", Extent(position), Extent(Size(0))),
            Extent(position + extent),
            Extent(position),
        ),
        None,
        PY_INT,
    )
    result = ctx.size(wrapped, "at")
    ctx.facts.add(result, extent - 1 - result)
    return result


def _computed(ctx: Context, size: Size) -> bool:
    """Whether `size` depends on values that only the run knows (no loop variable, no extent)."""
    return any(name in ctx.types for name in size.names)


def slice_bounds(ctx: Context, item: SliceOf, extent: Size) -> tuple[Size, int, Size]:
    """(offset, step, size) of a slice of an axis of `extent`, as Python's `slice.indices` has it.

    A bound that is not known to lie within the axis is required to where it is known at the door, else clamped.
    """
    try:
        step = static_value(item.step)
    except ValueError:
        raise Unsupported("MDSL301", "a slice whose step is not known at compile time") from None
    step = 1 if step is None else step
    if not isinstance(step, int) or step == 0:
        raise Unsupported("MDSL303", "a slice step has to be an integer other than zero")
    extent = ctx.normal(extent)
    if step > 0:
        start = _bound(ctx, item.start, extent, Size(0), Size(0), extent)
        stop = _bound(ctx, item.stop, extent, extent, Size(0), extent)
        span = stop - start
    else:
        start = _bound(ctx, item.start, extent, extent - 1, Size(-1), extent - 1)
        stop = _bound(ctx, item.stop, extent, Size(-1), Size(-1), extent - 1)
        span = start - stop
    if not ctx.prove_or_guard(span, "a slice does not end before it starts"):
        span = ctx.derive("max", span, Size(0), "length")
    size = ctx.derive("//", span + (abs(step) - 1), Size(abs(step)), "count") if abs(step) > 1 else span
    if size.is_const and size.const <= 0:
        return Size(0), 1, Size(0)
    return start, step, size


def _bound(ctx: Context, value: Value, extent: Size, default: Size, low: Size, high: Size) -> Size:
    if isinstance(value, Static) and value.value is None:
        return default
    if not isinstance(value, Expr) or value.type.rank or value.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "a slice bound has to be an integer")
    bound = ctx.size(value, "bound")
    reason = "a slice lies within its axis"
    if ctx.facts.nonnegative(bound):
        pass
    elif ctx.facts.nonnegative(-bound - 1):
        bound = bound + extent
        if not ctx.prove_or_guard(bound - low, reason):
            bound = ctx.derive("max", bound, low, "start")
        return bound if ctx.facts.nonnegative(high - bound) else ctx.derive("min", bound, high, "stop")
    elif not ctx.prove_or_guard(bound, "a slice bound is not negative"):
        # known only when it runs: from the end where it is negative, then into the axis
        below = python_numbers.compare_integers(ctx, "less", Extent(bound), Extent(Size(0)))
        ways = Extent(bound + extent), Extent(bound)
        place = ctx.size(Apply(table()["where"], (below, *ways), None, PY_INT), "place")
        result = ctx.derive("max", ctx.derive("min", place, high, "bound"), low, "bound")
        ctx.facts.add(result - low, high - result)
        return result
    if not ctx.prove_or_guard(high - bound, reason):
        bound = ctx.derive("min", bound, high, "stop")
    return bound
