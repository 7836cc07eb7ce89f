"""Subscripts with masks and integer arrays, read and written: what they pick, and where it stands in the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Check, Expr, Extent, View
from ..ir.ops import OpKind, table
from ..ir.ops.gather import Combined
from ..ir.print_view import is_identity
from ..ir.types import BOOL, INT, PY_BOOL, PY_INT, Shape, Size, Type
from . import build
from .context import Context
from .diagnostics import Unsupported
from .layout import stored_in_c_order
from .ranges import within
from .values import NONE, SliceOf, Static, Tup, Value, is_handle

if TYPE_CHECKING:
    from .lift_expr import Expressions
    from .lift_store import Stores

_WHOLE = SliceOf(NONE, NONE, NONE)


def is_advanced(items: list[Value]) -> bool:
    """Whether a subscript has a mask or an integer array in it: then it is no view."""
    return any(isinstance(i, Tup) or (isinstance(i, Expr) and i.type.kind == "array" and i.type.rank) for i in items)


@dataclass(frozen=True)
class Selection:
    """What a subscript with a mask or integer arrays picks: from `view`, whose first axes they index.

    The axes of what they pick together, `picked`, stand in the result from axis `at` on. With a mask there are no
    indices, and `picked` is the one axis of how often it holds.
    """

    view: Expr
    mask: Expr | None
    indices: tuple[Expr, ...]
    picked: Shape
    at: int

    @property
    def rest(self) -> Shape:
        """The axes that the subscript leaves as they are."""
        return self.view.shape[len(self.indices) if self.mask is None else self.mask.type.rank :]

    @property
    def shape(self) -> Shape:
        """What NumPy gives: the picked axes in their place."""
        return (*self.rest[: self.at], *self.picked, *self.rest[self.at :])

    @property
    def order(self) -> tuple[int, ...]:
        """Axis k of the result is axis order[k] of what has the picked axes in front."""
        count, rank = len(self.picked), len(self.picked) + len(self.rest)
        rest = list(range(count, rank))
        return (*rest[: self.at], *range(count), *rest[self.at :])


def select(lifter: Expressions, array: Expr, items: list[Value]) -> Selection:
    """The Selection of `array[items]`; every index is checked here. Raises Unsupported for what is not compiled."""
    ctx = lifter.ctx
    parts = [_part(lifter, item) for item in items]
    arrays = [p for p in parts if isinstance(p, Expr) and p.type.rank]
    masks = [p for p in arrays if p.type.dtype == BOOL]
    basic: list[Value] = []
    for part in parts:
        if isinstance(part, Expr) and part.type.rank:
            basic.extend([_WHOLE] * (part.type.rank if part.type.dtype == BOOL else 1))
        else:
            basic.append(part)
    from .lift_index import index_view

    view = index_view(ctx, array, basic)
    consumed = sum(not (isinstance(b, Static) and (b.value is None or b.value is ...)) for b in basic)
    first: list[int] = []  # the axes of the view that arrays index
    places: list[int] = []  # where in the subscript arrays and integers stand: both are NumPy's advanced indices
    axis, before = 0, None
    for k, part in enumerate(parts):
        if isinstance(part, Expr):
            places.append(k)
            before = axis - len(first) if before is None else before
            count = 0 if not part.type.rank else part.type.rank if part.type.dtype == BOOL else 1
            first.extend(range(axis, axis + count))
            axis += count
        elif isinstance(part, Static) and part.value is ...:
            axis += array.type.rank - consumed
        else:
            axis += 1
    together = places == list(range(places[0], places[0] + len(places)))
    rest = [k for k in range(view.type.rank) if k not in first]
    from .lift_call import transpose

    view = _base_of(transpose(view, (*first, *rest)))
    at = before or 0 if together else 0
    if len(arrays) == 1 and masks:
        mask = steady(lifter, masks[0])
        _fits(ctx, mask, view)
        return Selection(view, mask, (), (count_of(ctx, mask),), at)
    positions: list[Expr] = []
    for part in arrays:
        if part.type.dtype != BOOL:
            positions.append(part)
            continue
        mask = steady(lifter, part)
        _fits(ctx, mask, arr.view(view, *_from(view, len(positions))))
        positions.extend(positions_of(ctx, mask))
    shape = build.broadcast_shape(ctx, [p.shape for p in positions])
    some = all(ctx.facts.positive(size) for size in shape)
    for k, index in enumerate(positions):
        # where nothing is picked, NumPy looks at no index
        check_indices(ctx, index if some else build.stretch(index, shape), view.shape[k], first[k])
    indices = tuple(build.stretch(build.retype(p, INT), shape) for p in positions)
    return Selection(view, None, indices, shape, at)


def read(lifter: Expressions, array: Expr, items: list[Value]) -> Expr:
    """`array[items]`: a copy of what is picked."""
    from .lift_call import transpose

    chosen = select(lifter, array, items)
    type = Type(array.type.dtype, (*chosen.picked, *chosen.rest), "array")
    if chosen.mask is not None:
        args = (chosen.view, chosen.mask, Extent(chosen.picked[0]))
        picked: Expr = Apply(table()["compress"], args, None, type)
    else:
        picked = Apply(table()["gather"], (chosen.view, *chosen.indices), None, type)
    return transpose(picked, chosen.order) if chosen.at else picked


def write(lifter: Stores, base: Expr, items: list[Value], value: Expr, combine: str | None = None) -> None:
    """`base[items] = value`; with `combine`, `np.<combine>.at(base, items, value)`."""
    chosen = select(lifter, base, items)
    ctx = lifter.ctx
    target = ctx.current(chosen.view)
    lifter.writable(target)
    value = lifter.fitted(value, Type(target.type.dtype, chosen.shape, "array"), wraps=True)
    if chosen.mask is not None and len(items) == 1 and chosen.mask.type.rank == base.type.rank and value.type.rank > 1:
        raise Unsupported("MDSL303", "NumPy requires values of at most one axis for a mask over all axes")
    if chosen.mask is not None and is_handle(value) and value.type.rank:
        memory = lifter.shares.get(arr.buffer_of(target).name, {arr.buffer_of(target).name})
        if arr.buffer_of(value).name in memory:
            raise Unsupported("MDSL308", "NumPy stores through a mask while it reads from the same array")
    if chosen.mask is not None and combine is None:
        whole = spread(value, chosen.mask, chosen) if value.type.rank else value
        if whole is not None:
            mask, lead = chosen.mask, chosen.mask.type.rank
            if target.type.rank > lead:
                mask = arr.view(mask, arr.identity_axes(lead), (*mask.shape, *(Size(1),) * (target.type.rank - lead)))
            lifter.store(target, whole, build.stretch(mask, target.shape))
            return
        value = moved(lifter, value, chosen)
        stored = Apply(table()["place"], (target, chosen.mask, value), None, target.type)
    else:
        if chosen.mask is not None:
            chosen = Selection(target, None, positions_of(ctx, chosen.mask), chosen.picked, chosen.at)
        elif combine is None and not stored_in_c_order(chosen.indices, value, lifter.contiguous, lifter.doubtful):
            raise Unsupported("MDSL308", "which of equal indices counts last depends on how the arrays lie in memory")
        value = moved(lifter, value, chosen)
        args = (target, *chosen.indices, value)
        stored = Apply(table()["scatter"], args, Combined(combine), target.type)
    ctx.emit(arr.Store(target, stored))
    lifter.stored(arr.buffer_of(target).name)


def moved(lifter: Stores, value: Expr, chosen: Selection) -> Expr:
    """`value` broadcast to what is picked, with the picked axes in front."""
    if not value.type.rank:
        return value
    shape = chosen.shape
    while value.type.rank > len(shape) and value.shape[0] == 1:
        axes = (arr.Axis(Size(0)), *(arr.Axis(Size(0), 1, k) for k in range(value.type.rank - 1)))
        value = arr.view(value, axes, value.shape[1:])
    agreed = build.broadcast_shape(lifter.ctx, [shape, value.shape])
    if len(agreed) != len(shape) or not all(
        lifter.ctx.require_equal(a, b, "a store fits") for a, b in zip(agreed, shape, strict=True)
    ):
        raise Unsupported("MDSL303", "could not broadcast the value to what the subscript picks")
    if not chosen.at:
        return build.stretch(value, shape)
    from .lift_call import transpose

    order = chosen.order
    return transpose(arr.broadcast(value, shape), tuple(order.index(k) for k in range(len(order))))


def spread(value: Expr, mask: Expr, chosen: Selection) -> Expr | None:
    """The array over all elements that `value` has where the mask holds: `a[m] + b[m]` is `a + b` there.

    None where `value` was not picked by that mask, element by element.
    """
    shape = (*mask.shape, *chosen.rest)
    done: dict[Expr, Expr] = {}
    for node in _elementwise_nodes(value):
        match node:
            case Apply(op, (whole, over, _), _, _) if op.name == "compress":
                if over is not mask or whole.shape != shape:
                    return None
                done[node] = whole
            case Apply(op, args, attrs, type) if op.kind is OpKind.ELEMENTWISE and type.rank:
                if any(arg not in done for arg in args):
                    return None
                done[node] = Apply(op, tuple(done[arg] for arg in args), attrs, Type(type.dtype, shape, "array"))
            case _ if not node.type.rank:
                done[node] = node
            case _:
                return None
    return done[value] if chosen.at == 0 else None


def _elementwise_nodes(root: Expr) -> list[Expr]:
    """The nodes below `root` down to what a mask picks and to scalars, operands first."""
    order: dict[Expr, None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order[node] = None
        elif node not in order:
            stack.append((node, True))
            if isinstance(node, Apply) and node.op.kind is OpKind.ELEMENTWISE and node.type.rank:
                stack.extend((arg, False) for arg in node.args)
    return list(order)


# -- masks -------------------------------------------------------------------------------------------------------------


def steady(lifter: Expressions, mask: Expr) -> Expr:
    """A mask or positions as a variable or a view of one: they are read twice. Equal ones are one variable."""
    ctx = lifter.ctx
    if is_handle(mask):
        return mask
    known = ctx.masks.get(mask)
    if known is None or ctx.current(known) is not known:
        known = ctx.masks[mask] = lifter.bind_array("mask" if mask.type.dtype == BOOL else "at", mask)  # type: ignore[attr-defined]
    return known


def count_of(ctx: Context, mask: Expr) -> Size:
    """How often a mask holds: an integer that only the run knows."""
    ones = build.reduce(ctx, "sum", mask, None)
    count = ctx.size(Apply(table()["cast"], (ones,), INT, PY_INT), "count")
    ctx.facts.add(count)
    if mask.type.rank == 1:
        ctx.facts.add(ctx.normal(mask.shape[0]) - count)
    return count


def positions_of(ctx: Context, mask: Expr) -> tuple[Expr, ...]:
    """`np.nonzero(mask)`: the positions along each axis."""
    count = count_of(ctx, mask)
    type = Type(INT, (count,), "array")
    return tuple(Apply(table()["nonzero"], (mask, Extent(count)), arr.AxisOf(k), type) for k in range(mask.type.rank))


def _fits(ctx: Context, mask: Expr, array: Expr) -> None:
    for a, b in zip(mask.shape, array.shape, strict=False):
        if not ctx.require_equal(a, b, "a mask fits its array"):
            raise Unsupported("MDSL302", "the mask is not known to fit the array")


def _from(view: Expr, axis: int) -> tuple[tuple[arr.Axis, ...], Shape]:
    """The index map of the first elements along the axes in front of `axis`: only its shape is of interest."""
    axes = tuple(arr.Axis(Size(0), 1, k - axis if k >= axis else None) for k in range(view.type.rank))
    return axes, view.shape[axis:]


#: How a message begins that cannot say which of an array's elements is no index.
ANY_INDEX = "an index"


# -- positions ---------------------------------------------------------------------------------------------------------


def _part(lifter: Expressions, item: Value) -> Value:
    from .lift_call import as_array

    if isinstance(item, Tup):
        if not item.items:
            raise Unsupported("MDSL301", "an empty list as an index is not compiled")
        item = as_array(lifter, item)
    if not isinstance(item, Expr):
        return item
    item = lifter.ctx.current(item)
    if item.type.kind == "array" and not item.type.rank:
        item = build.element_of(item)
    if item.type.dtype.kind not in "biu" or (item.type.dtype == BOOL and not item.type.rank):
        raise Unsupported("MDSL301", f"an index of type {item.type} is not compiled")
    if item.type.dtype == np.uint64 and item.type.rank:
        raise Unsupported("MDSL202", "a uint64 as an index may leave int64")
    return item


def _base_of(view: Expr) -> Expr:
    """`a` for `a[:]`: what is picked from it is a copy in any case."""
    if isinstance(view, View) and view.shape == view.base.shape and is_identity(view.axes):
        return view.base
    return view


def check_indices(ctx: Context, index: Expr, extent: Size, axis: int) -> None:
    """A Check that every element of `index` is within -extent … extent - 1, where that is not known."""
    extent = ctx.normal(extent)
    if within(ctx, index, -extent, extent - 1):
        return
    known = _constants(index)
    if known is not None and (
        ctx.require(extent - 1 - max(known), "an index is in range")
        and ctx.require(extent + min(known), "an index is in range")
    ):
        return
    inside = build.apply(
        ctx, table()["logical_and"],
        (
            build.apply(ctx, table()["greater_equal"], (index, Extent(-extent)), (INT, INT), BOOL),
            build.apply(ctx, table()["less"], (index, Extent(extent)), (INT, INT), BOOL),
        ),
        (BOOL, BOOL), BOOL,
    )  # fmt: skip
    every = build.reduce(ctx, "all", inside, None)
    truth = Apply(table()["cast"], (every,), BOOL, PY_BOOL)
    message = f"{ANY_INDEX} is out of bounds for axis {axis} with size {{{extent}}}"
    if not ctx.is_checked(truth, "IndexError"):
        ctx.emit(Check(ctx.bind_fresh("inside", truth), "IndexError", message))


def _constants(index: Expr) -> list[int] | None:
    """The elements of a list of integers that is written out."""
    values: list[int] = []
    stack = [index]
    while stack:
        match stack.pop():
            case Extent(size) if size.is_const:
                values.append(size.const)
            case arr.Const(value, type) if type.dtype.kind in "iu":
                values.append(int(value))
            case View(base, _, _):
                stack.append(base)
            case Apply(op, args, _, _) if op.name in ("concatenate", "cast"):
                stack.extend(args)
            case _:
                return None
    return values
