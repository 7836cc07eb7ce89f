"""Cumulative functions: each element combined with all before it along an axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Const
from ...ir.types import Type
from ..diagnostics import Unsupported
from ..lift_call import as_array, axes_of, dtype_of, dtype_of_out, store_out
from ..values import NONE, Value, constant
from .compose import body, given, known, numpy
from .shapes import flat

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]

_MODULAR = (np.add, np.subtract, np.multiply, np.bitwise_and, np.bitwise_or, np.bitwise_xor)


@cache
def dtype_of_scan(ufunc: np.ufunc, dtype: np.dtype) -> np.dtype:
    """NumPy's own answer: small integers widen in sums and products."""
    try:
        return ufunc.accumulate(np.ones(1, dtype)).dtype
    except TypeError as error:
        raise Unsupported("MDSL303", str(error)) from error


@cache
def dtype_into(ufunc: np.ufunc, dtype: np.dtype, out: np.dtype) -> np.dtype:
    """In which dtype a reduction or an accumulation of `dtype` runs that stores into an array of the dtype `out`.

    Raises Unsupported where NumPy has none, or casts what it makes of it by another rule than same_kind.
    """
    try:
        to = ufunc.resolve_dtypes((out, dtype, None), reduction=True, casting="unsafe")[0]
    except TypeError as error:
        raise Unsupported("MDSL303", str(error)) from error
    # what NumPy has so far lies in `out`: it has lost the high bits, which sums and products do not ask for
    wraps = to.kind in "iu" and ufunc not in _MODULAR and not np.can_cast(to, out)
    if wraps or not np.can_cast(to, out, "same_kind"):
        raise Unsupported("MDSL301", f"`np.{ufunc.__name__}` of {dtype} into {out} is not compiled")
    return to


def dtype_of_fold(ufunc: np.ufunc, dtype: np.dtype, out: Value) -> np.dtype:
    """In which dtype a reduction or an accumulation runs, stored into `out=` or not."""
    into = dtype_of_out(out)
    return dtype_of_scan(ufunc, dtype) if into is None else dtype_into(ufunc, dtype, into)


@cache
def neutral(ufunc: np.ufunc, dtype: np.dtype) -> Any:
    """What combines with each value of `dtype` to that value itself, bit for bit; None where there is nothing."""
    kind = dtype.kind
    with np.errstate(all="ignore"):
        if ufunc is np.add and kind in "iuf":
            return dtype.type(-0.0 if kind == "f" else 0)
        if ufunc is np.multiply and kind in "iuf":
            return dtype.type(1)
        if ufunc in (np.maximum, np.minimum) and kind in "iuf":
            low, high = (-np.inf, np.inf) if kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
            return dtype.type(low if ufunc is np.maximum else high)
        if ufunc in (np.logical_or, np.bitwise_or, np.bitwise_xor) and kind == "b":
            return np.False_
        if ufunc in (np.logical_and, np.bitwise_and) and kind == "b":
            return np.True_
    return None


def accumulated(
    lifter: Expressions, ufunc: np.ufunc, array: Value, axis: Value, dtype: Value = NONE, out: Value = NONE
) -> Value:
    """`ufunc.accumulate(array, axis)`."""
    value = as_array(lifter, array)
    if ufunc.nin != 2 or not value.type.rank:
        raise Unsupported("MDSL303", "cannot accumulate on a scalar")
    axes = axes_of(axis, value.type.rank)
    if axes is None or len(axes) != 1:
        raise Unsupported("MDSL303", "an accumulation has one axis")
    to = dtype_of(dtype) or dtype_of_fold(ufunc, value.type.dtype, out)
    if value.type.dtype.kind == "c" and to.kind != "c":
        raise Unsupported("MDSL301", "a complex number made real warns")
    rank, start = value.type.rank, neutral(ufunc, to)
    value = lifter.held(value)  # type: ignore[attr-defined]  # each round reads it
    if start is not None and (rank == 1 or (axes[0] == rank - 1 and rank <= 3)):
        first = Const(start, Type(to, (), "numpy"))
        made = body(lifter, _SCANS[rank], ufunc, value, to, first)
    else:
        made = body(lifter, _scan_rows, ufunc, value, to, constant(axes[0]))
    return store_out(lifter, out, made)  # type: ignore[arg-type]


def _scan(ufunc, a, to, first):
    made = np.empty(a.shape, to)
    total = first
    for k in range(a.shape[0]):
        total = ufunc(total, a[k].astype(to))
        made[k] = total
    return made


def _scan_of_matrix(ufunc, a, to, first):
    made = np.empty(a.shape, to)
    for i in range(a.shape[0]):
        total = first
        for k in range(a.shape[1]):
            total = ufunc(total, a[i, k].astype(to))
            made[i, k] = total
    return made


def _scan_of_stack(ufunc, a, to, first):
    made = np.empty(a.shape, to)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total = first
            for k in range(a.shape[2]):
                total = ufunc(total, a[i, j, k].astype(to))
                made[i, j, k] = total
    return made


_SCANS = {1: _scan, 2: _scan_of_matrix, 3: _scan_of_stack}


def _scan_rows(ufunc, a, to, axis):
    made = np.empty(a.shape, to)
    rows = np.moveaxis(made, axis, 0)
    given = np.moveaxis(a, axis, 0)
    rows[:1] = given[:1]
    for k in range(1, given.shape[0]):
        rows[k] = ufunc(rows[k - 1], given[k].astype(to))
    return made


def _cumulative(ufunc: np.ufunc) -> Handler:
    def handler(lifter: Expressions, a: Value, axis: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
        value = as_array(lifter, a)
        if not given(axis) or not value.type.rank:
            if value.type.kind != "array" or not value.type.rank:
                value = numpy(lifter, np.reshape, numpy(lifter, np.array, value), (1,))
            elif value.type.rank > 1:
                value = flat(lifter, value)
            axis = constant(0)
        return accumulated(lifter, ufunc, value, axis, dtype, out)

    return handler


def _array_api(ufunc: np.ufunc) -> Handler:
    """np.cumulative_sum, np.cumulative_prod: of several axes one has to be named."""

    def handler(
        lifter: Expressions,
        x: Value,
        *,
        axis: Value = NONE,
        dtype: Value = NONE,
        out: Value = NONE,
        include_initial: Value = constant(False),
    ) -> Value:
        value = as_array(lifter, x)
        if value.type.rank != 1 and not given(axis):
            raise Unsupported("MDSL303", "an axis is needed")
        (at,) = axes_of(axis, value.type.rank) or (0,)
        if not known(include_initial, "`include_initial`"):
            return accumulated(lifter, ufunc, value, constant(at), dtype, out)
        if given(out):
            raise Unsupported("MDSL301", "`out=` with `include_initial` is not compiled")
        made = accumulated(lifter, ufunc, value, constant(at), dtype)
        shape = tuple(1 if k == at else numpy(lifter, np.size, value, k) for k in range(value.type.rank))
        first = numpy(lifter, np.full, shape, ufunc.identity, dtype=made.type.dtype)  # type: ignore[union-attr]
        return numpy(lifter, np.concatenate, (first, made), axis=at)

    return handler


def _without_nan(function: Callable[..., Any], neutral: int) -> Handler:
    def handler(lifter: Expressions, a: Value, axis: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
        value = as_array(lifter, a)
        if value.type.dtype.kind in "fc":
            fill = Const(value.type.dtype.type(neutral), Type(value.type.dtype, (), "numpy"))
            value = numpy(lifter, np.where, numpy(lifter, np.isnan, value), fill, value)
        return numpy(lifter, function, value, axis=axis, dtype=dtype, out=out)

    return handler


FUNCTIONS: dict[Any, Handler] = {
    np.cumsum: _cumulative(np.add), np.cumprod: _cumulative(np.multiply),
    np.nancumsum: _without_nan(np.cumsum, 0), np.nancumprod: _without_nan(np.cumprod, 1),
    **{
        getattr(np, name): _array_api(ufunc)
        for name, ufunc in (("cumulative_sum", np.add), ("cumulative_prod", np.multiply))
        if hasattr(np, name)
    },
}  # fmt: skip
METHODS: dict[str, Handler] = {"cumsum": _cumulative(np.add), "cumprod": _cumulative(np.multiply)}
