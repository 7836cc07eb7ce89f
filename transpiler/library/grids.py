"""Arrays of positions: grids, meshes, triangles' and diagonals' indices, and matrices made of a diagonal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Axis, Expr, Extent
from ...ir.types import INT, Size
from .. import build
from ..diagnostics import Unsupported
from ..lift_advanced import positions_of, steady
from ..lift_call import apply, as_array, concatenate, dtype_of, stack
from ..values import NONE, SliceOf, Static, Tup, Value, constant, is_handle
from .compose import given, known, numpy
from .creation import sizes_of
from .shapes import diagonal as np_diagonal
from .shapes import flat

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def _along(value: Expr, axis: int, rank: int) -> Expr:
    """A vector as the only axis longer than 1 of an array of `rank`."""
    shape = tuple(value.shape[0] if k == axis else Size(1) for k in range(rank))
    return arr.view(value, (Axis(Size(0), 1, axis),), shape)


def _spread(value: Expr, shape: tuple[Size, ...]) -> Expr:
    """A new array of `shape`."""
    return arr.broadcast(value, shape)


# -- grids -------------------------------------------------------------------------------------------------------------


def indices(
    lifter: Expressions, dimensions: Value, dtype: Value = Static(int), sparse: Value = constant(False)
) -> Value:
    sizes, to = sizes_of(lifter, dimensions), dtype_of(dtype) or INT
    rank = len(sizes)
    counted = [_along(build.cast(numpy(lifter, np.arange, Extent(size)), to), k, rank) for k, size in enumerate(sizes)]
    if known(sparse, "`sparse`"):
        return Tup(tuple(counted))
    return stack(lifter, [_spread(c, sizes) for c in counted], 0)


def fromfunction(
    lifter: Expressions, function: Value, shape: Value, *, dtype: Value = Static(float), **kwargs: Value
) -> Value:
    grid = lifter.operand(indices(lifter, shape, dtype))
    from ..lift_index import subscript

    parts = [subscript(lifter, grid, [constant(k)]) for k in range(grid.shape[0].const)]
    return apply(lifter, function, parts, kwargs)


def meshgrid(
    lifter: Expressions,
    *xi: Value,
    copy: Value = constant(True),
    sparse: Value = constant(False),
    indexing: Value = constant("xy"),
) -> Value:
    rank = len(xi)
    order = known(indexing, "`indexing`")
    vectors = [flat(lifter, numpy(lifter, np.atleast_1d, x)) for x in xi]
    axes = list(range(rank))
    if order == "xy" and rank > 1:
        axes[:2] = [1, 0]
    elif order not in ("xy", "ij"):
        raise Unsupported("MDSL303", "`indexing` has to be xy or ij")
    laid = [_along(vector, axis, rank) for vector, axis in zip(vectors, axes, strict=True)]
    if known(sparse, "`sparse`"):
        made = laid
    else:
        shape = build.broadcast_shape(lifter.ctx, [v.shape for v in laid])
        made = [_spread(v, shape) for v in laid]
    if known(copy, "`copy`"):
        made = [numpy(lifter, np.copy, v) for v in made]
    return Tup(tuple(made))


def grid(lifter: Expressions, items: list[Value], sparse: bool) -> Value:
    """`np.mgrid[items]`, `np.ogrid[items]`: slices whose imaginary step counts points."""
    axes = [_points(lifter, item) for item in items]
    if len(axes) == 1:
        return axes[0]
    dtype = np.result_type(*(v.type.dtype for v in axes))
    laid = [_along(build.cast(v, dtype), k, len(axes)) for k, v in enumerate(axes)]
    if sparse:
        return Tup(tuple(laid))
    shape = tuple(v.shape[0] for v in axes)
    return stack(lifter, [_spread(v, shape) for v in laid], 0)


def _points(lifter: Expressions, item: Value) -> Expr:
    if not isinstance(item, SliceOf):
        raise Unsupported("MDSL301", "a grid of something that is no slice")
    start = item.start if given(item.start) else constant(0)
    step = item.step if given(item.step) else constant(1)
    if isinstance(step, arr.Const) and isinstance(step.value, complex):
        return numpy(lifter, np.linspace, start, item.stop, int(abs(step.value)))
    if not given(item.stop):
        raise Unsupported("MDSL303", "a grid without an end")
    return numpy(lifter, np.arange, start, item.stop, step)


def row_of(lifter: Expressions, items: list[Value]) -> Value:
    """`np.r_[items]`: vectors, numbers and ranges one after the other."""
    parts = []
    for item in items:
        if isinstance(item, SliceOf):
            parts.append(_points(lifter, item))
            continue
        value = as_array(lifter, item)
        if value.type.rank > 1:
            raise Unsupported("MDSL301", "`np.r_` of matrices is not compiled")
        parts.append(value)
    numbers = [p for p in parts if not p.type.rank]
    dtype = np.result_type(*(build._representative(p) if p in numbers else p.type.dtype for p in parts))
    if all(p.type.weak for p in parts):
        dtype = np.result_type(*(p.type.dtype for p in parts))
    vectors = [
        p if p.type.rank else numpy(lifter, np.full, (1,), build.cast(p, dtype, "numpy"))  # a number is one element
        for p in parts
    ]
    return concatenate(lifter, [build.cast(v, dtype) for v in vectors], 0)


def columns_of(lifter: Expressions, items: list[Value]) -> Value:
    """`np.c_[items]`."""
    parts = [_points(lifter, item) if isinstance(item, SliceOf) else as_array(lifter, item) for item in items]
    if not all(p.type.rank in (1, 2) for p in parts):
        raise Unsupported("MDSL301", "`np.c_` of numbers or stacks is not compiled")
    return numpy(lifter, np.column_stack, Tup(tuple(parts)))


#: Objects of NumPy that are subscripted rather than called.
MAKERS: tuple[tuple[object, Callable[..., Value]], ...] = (
    (np.mgrid, lambda lifter, items: grid(lifter, items, False)),
    (np.ogrid, lambda lifter, items: grid(lifter, items, True)),
    (np.r_, row_of),
    (np.c_, columns_of),
    (np.s_, lambda lifter, items: items[0] if len(items) == 1 else Tup(tuple(items))),
    (np.index_exp, lambda lifter, items: Tup(tuple(items))),
)


def subscripted(lifter: Expressions, maker: object, items: list[Value]) -> Value | None:
    """`maker[items]` for one of NumPy's objects that make arrays by subscripts; None for anything else."""
    for known_maker, make in MAKERS:
        if maker is known_maker:
            return make(lifter, items)
    return None


def ix_(lifter: Expressions, *args: Value) -> Value:
    made = []
    for k, arg in enumerate(args):
        value = as_array(lifter, arg)
        if value.type.rank != 1:
            raise Unsupported("MDSL303", "cross index must be one-dimensional")
        if value.type.dtype.kind == "b":
            (value,) = positions_of(lifter.ctx, steady(lifter, value))
        made.append(_along(value, k, len(args)))
    return Tup(tuple(made))


# -- triangles and diagonals -------------------------------------------------------------------------------------------


def _triangle(lower: bool) -> Handler:
    def handler(lifter: Expressions, n: Value, k: Value = constant(0), m: Value = NONE) -> Value:
        columns = m if given(m) else n
        i = numpy(lifter, np.expand_dims, numpy(lifter, np.arange, n), 1)
        j = numpy(lifter, np.expand_dims, numpy(lifter, np.arange, columns), 0)
        shifted = numpy(lifter, np.add, i, k)
        mask = numpy(lifter, np.greater_equal if lower else np.less_equal, shifted, j)
        return Tup(positions_of(lifter.ctx, steady(lifter, mask)))

    return handler


def _triangle_from(lower: bool) -> Handler:
    def handler(lifter: Expressions, arr: Value, k: Value = constant(0)) -> Value:
        value = as_array(lifter, arr)
        if value.type.rank != 2:
            raise Unsupported("MDSL303", "input array must be 2-d")
        rows, columns = (Extent(lifter.ctx.normal(s)) for s in value.shape)
        return _triangle(lower)(lifter, rows, k, columns)

    return handler


def diag_indices(lifter: Expressions, n: Value, ndim: Value = constant(2)) -> Value:
    counted = numpy(lifter, np.arange, n)
    return Tup((counted,) * known(ndim, "`ndim`"))


def diag(lifter: Expressions, v: Value, k: Value = constant(0)) -> Value:
    value, shift = as_array(lifter, v), known(k, "a diagonal")
    if value.type.rank == 2:
        return np_diagonal(lifter, value, constant(shift))
    if value.type.rank != 1:
        raise Unsupported("MDSL303", "Input must be 1- or 2-d")
    size = lifter.ctx.normal(value.shape[0]) + abs(shift)
    made = lifter.bind_array("matrix", numpy(lifter, np.zeros, (Extent(size), Extent(size)), value.type.dtype))  # type: ignore[attr-defined]
    lifter.store(np_diagonal(lifter, made, constant(shift)), value, diagonal=True)  # type: ignore[attr-defined]
    return lifter.ctx.current(made)


def fill_diagonal(lifter: Expressions, a: Value, val: Value, wrap: Value = constant(False)) -> Value:
    value, new = as_array(lifter, a), as_array(lifter, val)
    if value.type.rank != 2 or known(wrap, "`wrap`"):
        raise Unsupported("MDSL301", "`np.fill_diagonal` of this array is not compiled")
    if is_handle(value):
        lifter.writable(value)  # type: ignore[attr-defined]  # of its diagonal only that is known which NumPy locks
    lifter.store(np_diagonal(lifter, value), new, exact=bool(new.type.rank), diagonal=True)  # type: ignore[attr-defined]
    return NONE


# -- positions counted through an array --------------------------------------------------------------------------------


def unravel_index(lifter: Expressions, indices: Value, shape: Value, order: Value = constant("C")) -> Value:
    """Row and column of a position that is counted through the array; it is known to lie in it, or checked."""
    ctx, index, sizes = lifter.ctx, as_array(lifter, indices), sizes_of(lifter, shape)
    if known(order, "`order`") != "C" or index.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`np.unravel_index` with these arguments is not compiled")
    index = build.cast(index, INT, None if index.type.rank else "numpy")
    index = lifter.held(index)  # type: ignore[attr-defined]
    total = build.cast(build.extent_product(ctx, sizes), INT, "numpy")
    inside = numpy(
        lifter, np.all, numpy(lifter, np.logical_and, numpy(lifter, np.greater_equal, index, 0),
        numpy(lifter, np.less, index, total)),
    )  # fmt: skip
    truth = lifter.condition(inside)
    if not isinstance(truth, arr.Const):
        message = "index is out of bounds for the array"
        ctx.emit(arr.Check(ctx.bind_fresh("inside", truth), "ValueError", message))
    made: list[Value] = []
    rest: Expr = index
    for k in reversed(range(len(sizes))):
        if k == 0:
            made.append(numpy(lifter, np.positive, rest))
            break
        size = build.cast(Extent(sizes[k]), INT, "numpy")
        made.append(numpy(lifter, np.remainder, rest, size))
        rest = numpy(lifter, np.floor_divide, rest, size)
    return Tup(tuple(reversed(made)))


FUNCTIONS: dict[Any, Handler] = {
    np.indices: indices, np.fromfunction: fromfunction, np.meshgrid: meshgrid, np.ix_: ix_,
    np.tril_indices: _triangle(True), np.triu_indices: _triangle(False), np.tril_indices_from: _triangle_from(True),
    np.triu_indices_from: _triangle_from(False), np.diag_indices: diag_indices, np.diag: diag,
    np.fill_diagonal: fill_diagonal, np.unravel_index: unravel_index,
}  # fmt: skip
METHODS: dict[str, Handler] = {}
