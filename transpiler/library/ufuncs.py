"""Ufuncs called, and their methods: out, where, dtype, casting; outer, reduce, accumulate, reduceat, at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Expr, Shaped
from ...ir.ops import Op, OpKind, resolve_elementwise, table
from ...ir.ops.reductions import COMBINERS
from ...ir.types import Size, Type
from .. import build
from ..diagnostics import Unsupported
from ..lift_advanced import is_advanced, write
from ..lift_call import as_array, axes_of, dtype_of, store_out
from ..lift_index import index_view
from ..values import NONE, Tup, Value, constant, is_handle, static_value
from . import reductions, scans
from .compose import body, given, known, numpy

if TYPE_CHECKING:
    from ..lift_expr import Expressions


def ufunc_call(lifter: Expressions, ufunc: np.ufunc, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """`ufunc(*args, out=, where=, dtype=, casting=)`."""
    kwargs = dict(kwargs)
    if ufunc in PRODUCTS:
        return _gufunc(lifter, ufunc, args, kwargs)
    if len(args) > ufunc.nin and "out" not in kwargs:
        kwargs["out"] = Tup(tuple(args[ufunc.nin :]))
        args = args[: ufunc.nin]
    if ufunc in _PAIRS:
        return _pair(lifter, ufunc, args, kwargs)
    op = table().of_callable(ufunc)
    if op is None or op.kind is not OpKind.ELEMENTWISE or op.ufunc is None:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}` is not compiled")
    out, where = kwargs.pop("out", NONE), kwargs.pop("where", constant(True))
    dtype, casting = dtype_of(kwargs.pop("dtype", NONE)), known(kwargs.pop("casting", NONE), "`casting`")
    if known(kwargs.pop("order", constant("K")), "`order`") != "K":
        raise Unsupported("MDSL301", "the memory order of a ufunc's result is not compiled")
    kwargs.pop("subok", None)
    if kwargs or len(args) != ufunc.nin:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}` with these arguments is not compiled")
    values = [as_array(lifter, arg) if isinstance(arg, Tup) else lifter.operand(arg) for arg in args]
    if dtype is not None or casting is not None:
        result = _converted(lifter, op, values, dtype, casting)
    elif ufunc is np.power and all(value.type.dtype.kind in "biu" for value in values):
        result = lifter._power(*values)  # integers to a negative power raise
    else:
        result = build.elementwise(lifter.ctx, op, *values)
    return stored(lifter, op, result, out, where, casting or "same_kind")


def stored(lifter: Expressions, op: Op, result: Expr, out: Value, where: Value, casting: str = "same_kind") -> Value:
    """A ufunc's result where the mask holds; elsewhere `out` keeps what it has."""
    test = as_array(lifter, where)
    if isinstance(test, arr.Const) and test.value is True:
        return store_out(lifter, out, result, casting=casting, broadcast=True)
    if op.may_raise:
        raise Unsupported("MDSL301", f"`np.{op.name}` with `where=`, which may raise, is not compiled")
    if not given(out):
        # what it holds elsewhere is what memory held before, as in NumPy
        shape = build.broadcast_shape(lifter.ctx, [result.shape, test.shape])
        type = Type(result.type.dtype, shape, "array")
        out = Apply(table()["empty"], (), Shaped(shape, type.dtype), type)
        if not shape:
            raise Unsupported("MDSL301", "`where=` of a single bool is not compiled")
    return store_out(lifter, out, result, test, casting, broadcast=True)


def _converted(lifter: Expressions, op: Op, values: list[Expr], dtype: np.dtype | None, casting: str | None) -> Expr:
    """A loop that `dtype=` names, or that only `casting=` admits."""
    assert op.ufunc is not None
    if op.may_raise:
        raise Unsupported("MDSL301", f"`np.{op.name}` with `dtype=` is not compiled")
    try:
        loop = resolve_elementwise(op.ufunc, [v.type for v in values], dtype, casting or "same_kind")
    except TypeError as error:
        raise Unsupported("MDSL303", str(error)) from error
    if any(v.type.dtype.kind == "c" and to.kind != "c" for v, to in zip(values, loop, strict=False)):
        raise Unsupported("MDSL301", "a complex number made real warns")
    return build.apply(lifter.ctx, op, values, loop[: len(values)], loop[len(values)])


# -- ufuncs of two results ---------------------------------------------------------------------------------------------


def _divmod(a, b):
    return np.floor_divide(a, b), np.remainder(a, b)


def _modf(a):
    if a.dtype.kind in "iu" and a.dtype.itemsize > 2:
        a = a.astype(np.float64)
    if a.dtype.kind != "f":
        raise NotImplementedError("`np.modf` of this dtype is not compiled")
    whole = np.trunc(a)
    return np.copysign(np.where(np.isinf(a), np.zeros((), a.dtype)[()], a - whole), a), whole


_PAIRS: dict[np.ufunc, Callable[..., Any]] = {np.divmod: _divmod, np.modf: _modf}


def _pair(lifter: Expressions, ufunc: np.ufunc, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if kwargs or len(args) != ufunc.nin:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}` with these arguments is not compiled")
    values = [as_array(lifter, arg) for arg in args]
    if len(values) == 1:
        values = [build.cast(v, v.type.dtype, "numpy") if v.type.weak else v for v in values]
    return body(lifter, _PAIRS[ufunc], *values)


# -- generalised ufuncs ------------------------------------------------------------------------------------------------


def _vecdot(a, b):
    if a.dtype.kind == "c":
        a = np.conjugate(a)
    return np.matmul(a[..., np.newaxis, :], b[..., :, np.newaxis])[..., 0, 0]


def _matvec(a, b):
    return np.matmul(a, b[..., np.newaxis])[..., 0]


def _vecmat(a, b):
    if a.dtype.kind == "c":
        a = np.conjugate(a)
    return np.matmul(a[..., np.newaxis, :], b)[..., 0, :]


PRODUCTS: dict[np.ufunc, Callable[..., Any]] = {
    getattr(np, name): function
    for name, function in (("vecdot", _vecdot), ("matvec", _matvec), ("vecmat", _vecmat))
    if hasattr(np, name)
}


def _gufunc(lifter: Expressions, ufunc: np.ufunc, args: list[Value], kwargs: dict[str, Value]) -> Value:
    out = kwargs.pop("out", NONE)
    if kwargs or len(args) != 2:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}` with these arguments is not compiled")
    result = body(lifter, PRODUCTS[ufunc], *(as_array(lifter, arg) for arg in args))
    return store_out(lifter, out, result)  # type: ignore[arg-type]


# -- methods -----------------------------------------------------------------------------------------------------------


def _outer(lifter: Expressions, method: Value, a: Value, b: Value, **kwargs: Value) -> Value:
    ufunc = static_value(method)
    x, y = (
        build.cast(v, v.type.dtype, "numpy") if v.type.weak else v for v in (as_array(lifter, a), as_array(lifter, b))
    )
    axes = tuple(Axis(Size(0), 1, k) for k in range(x.type.rank))
    if y.type.rank:
        x = arr.view(x, axes, x.shape + (Size(1),) * y.type.rank)
    return ufunc_call(lifter, ufunc, [x, y], kwargs)


def _reduce(
    lifter: Expressions,
    method: Value,
    array: Value,
    axis: Value = constant(0),
    dtype: Value = NONE,
    out: Value = NONE,
    keepdims: Value = constant(False),
    initial: Value = NONE,
    where: Value = constant(True),
) -> Value:
    ufunc = static_value(method)
    name = next((name for name, (op, _) in COMBINERS.items() if op == ufunc.__name__), None)
    if name is not None:
        return reductions.reduced(lifter, name, array, axis, dtype, out, keepdims, initial, where)
    value = as_array(lifter, array)
    axes = axes_of(axis, value.type.rank)
    if given(dtype) or given(initial) or static_value(keepdims) or static_value(where) is not True:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.reduce` with these arguments is not compiled")
    if axes is None and value.type.rank == 1:
        axes = (0,)
    if axes is None or len(axes) != 1 or not value.type.rank:
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.reduce` over several axes is not compiled")
    rows = numpy(lifter, np.moveaxis, lifter.held(value), axes[0], 0)  # type: ignore[attr-defined]
    if not lifter.ctx.require(rows.shape[0] - 1, "a reduction of at least one element"):
        raise Unsupported("MDSL302", f"`np.{ufunc.__name__}.reduce` of an axis that may be empty")
    to = scans.dtype_of_fold(ufunc, value.type.dtype, out)
    result = body(lifter, _fold if rows.type.rank == 1 else _fold_rows, ufunc, rows, to)
    return store_out(lifter, out, result)  # type: ignore[arg-type]


def _fold(ufunc, a, to):
    total = a[0].astype(to)
    for k in range(1, a.shape[0]):
        total = ufunc(total, a[k])
    return total


def _fold_rows(ufunc, a, to):
    total = a[0].astype(to)
    for k in range(1, a.shape[0]):
        total[...] = ufunc(total, a[k])
    return total


def _accumulate(
    lifter: Expressions,
    method: Value,
    array: Value,
    axis: Value = constant(0),
    dtype: Value = NONE,
    out: Value = NONE,
) -> Value:
    return scans.accumulated(lifter, static_value(method), array, axis, dtype, out)


def _reduceat(lifter: Expressions, method: Value, array: Value, indices: Value, axis: Value = constant(0)) -> Value:
    ufunc = static_value(method)
    value, starts = as_array(lifter, array), as_array(lifter, indices)
    axes = axes_of(axis, value.type.rank)
    if axes is None or len(axes) != 1 or starts.type.rank != 1 or starts.type.dtype.kind not in "iu":
        raise Unsupported("MDSL301", "`reduceat` with these arguments is not compiled")
    to = scans.dtype_of_scan(ufunc, value.type.dtype)
    rows = numpy(lifter, np.moveaxis, lifter.held(value), axes[0], 0)  # type: ignore[attr-defined]
    starts = lifter.held(starts)  # type: ignore[attr-defined]
    made = body(lifter, _pieces if value.type.rank == 1 else _piece_rows, ufunc, rows, starts, to)
    return numpy(lifter, np.moveaxis, made, 0, axes[0])


def _pieces(ufunc, a, starts, to):
    made = np.empty(starts.shape[0], to)
    for k in range(starts.shape[0]):
        first = int(starts[k])
        if first < 0:
            raise IndexError("a negative index in reduceat")
        last = a.shape[0]
        if k + 1 < starts.shape[0]:
            last = int(starts[k + 1])
        total = a[first].astype(to)
        for j in range(first + 1, last):
            total = ufunc(total, a[j])
        made[k] = total
    return made


def _piece_rows(ufunc, a, starts, to):
    made = np.empty((starts.shape[0], *a.shape[1:]), to)
    for k in range(starts.shape[0]):
        first = int(starts[k])
        if first < 0:
            raise IndexError("a negative index in reduceat")
        last = a.shape[0]
        if k + 1 < starts.shape[0]:
            last = int(starts[k + 1])
        made[k] = a[first]
        for j in range(first + 1, last):
            made[k] = ufunc(made[k], a[j])
    return made


def _at(lifter: Expressions, method: Value, a: Value, indices: Value, b: Value = NONE) -> Value:
    """`np.add.at(a, indices, b)`: each of repeated positions counts."""
    ufunc = static_value(method)
    base, op = lifter.operand(a), table().of_callable(ufunc)
    if op is None or ufunc.nin != 2 or b is NONE or not is_handle(base) or base.type.kind != "array":
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` with these arguments is not compiled")
    value, dtype = as_array(lifter, b), base.type.dtype
    if dtype == np.uint64 and value.type.weak:  # made an array of int64, with which it becomes float64
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` that converts is not compiled")
    loop = build.resolve_elementwise(ufunc, (Type(dtype, base.shape), value.type))
    if set(loop) != {dtype} or op.may_raise or dtype.kind == "b":
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}.at` that converts is not compiled")
    items = list(indices.items) if isinstance(indices, Tup) and not indices.mutable else [indices]
    if is_advanced(items):
        write(lifter, base, items, value, op.name)  # type: ignore[arg-type]
        return NONE
    target = index_view(lifter.ctx, base, items)
    result = build.elementwise(lifter.ctx, op, target, value)
    lifter.store(target, result, exact=True)  # type: ignore[attr-defined]
    return NONE


UFUNC_METHODS: dict[str, Callable[..., Value]] = {
    "outer": _outer, "reduce": _reduce, "accumulate": _accumulate, "reduceat": _reduceat, "at": _at,
}  # fmt: skip
