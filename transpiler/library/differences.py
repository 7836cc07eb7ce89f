"""Differences along axes: diff and gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Expr, Extent
from ...ir.types import BOOL
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import as_array, axes_of, concatenate
from ..values import NONE, Tup, Value, constant
from .compose import body, given, known, numpy
from .joining import part

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def diff(
    lifter: Expressions,
    a: Value,
    n: Value = constant(1),
    axis: Value = constant(-1),
    prepend: Value = NONE,
    append: Value = NONE,
) -> Value:
    times = known(n, "`n`")
    if times == 0:
        return a  # as it is, whatever it is
    value = as_array(lifter, a)
    if not value.type.rank or times < 0:
        raise Unsupported("MDSL303", "`np.diff` needs an array and an order that is not negative")
    (at,) = axes_of(axis, value.type.rank) or (0,)
    parts = [value]
    if given(prepend):
        parts.insert(0, _end(lifter, prepend, value, at))
    if given(append):
        parts.append(_end(lifter, append, value, at))
    if len(parts) > 1:
        value = concatenate(lifter, parts, at)
        value = lifter.held(value) if times > 1 else value  # type: ignore[attr-defined]
    function = np.not_equal if value.type.dtype == BOOL else np.subtract
    for _ in range(times):
        later, earlier = part(lifter, value, at, 1), part(lifter, value, at, None, -1)
        value = numpy(lifter, function, later, earlier)
    return value


def _end(lifter: Expressions, value: Value, like: Expr, at: int) -> Expr:
    """What stands in front or behind: a number is repeated."""
    made = as_array(lifter, value)
    if made.type.kind != "array":
        made = numpy(lifter, np.array, made)
    if made.type.rank:
        return made
    shape = tuple(1 if k == at else Extent(size) for k, size in enumerate(like.shape))
    return numpy(lifter, np.full, shape, made)


def gradient(
    lifter: Expressions, f: Value, *varargs: Value, axis: Value = NONE, edge_order: Value = constant(1)
) -> Value:
    value, order = as_array(lifter, f), known(edge_order, "`edge_order`")
    rank = value.type.rank
    axes = axes_of(axis, rank)
    named = tuple(range(rank)) if axes is None else axes
    wanted = known(axis, "`axis`")
    if isinstance(wanted, tuple):
        named = tuple(k % rank for k in wanted)
    if order not in (1, 2) or not rank or value.type.dtype.kind == "b":
        raise Unsupported("MDSL303", "`np.gradient` with these arguments raises")
    if value.type.dtype.kind != "f" and not (value.type.dtype.kind in "iu" and value.type.dtype.itemsize > 2):
        raise Unsupported("MDSL301", "`np.gradient` of this dtype is not compiled")
    spacings = [as_array(lifter, v) for v in varargs] or [constant(1.0)]
    if len(spacings) == 1 and not (isinstance(spacings[0], Expr) and spacings[0].type.rank):
        spacings = spacings * len(named)
    if len(spacings) != len(named):
        raise Unsupported("MDSL303", "invalid number of arguments")
    value = lifter.held(value)  # type: ignore[attr-defined,assignment]
    made = []
    for at, spacing in zip(named, spacings, strict=True):
        h = lifter.operand(spacing)
        if not lifter.ctx.require(value.shape[at] - order - 1, "enough elements for a gradient"):
            raise Unsupported("MDSL302", "`np.gradient` of an axis that may be too short")
        if h.type.rank > 1 or h.type.dtype.kind == "c":
            raise Unsupported("MDSL301", "`np.gradient` with these coordinates is not compiled")
        if h.type.rank and not lifter.ctx.require_equal(h.shape[0], value.shape[at], "a coordinate for each element"):
            raise Unsupported("MDSL302", "coordinates that are not known to fit")
        if h.type.rank:
            if h.type.dtype.kind in "iu":
                h = build.cast(h, np.dtype(np.float64))  # differences of unsigned integers would wrap around
            made.append(body(lifter, _uneven, value, lifter.held(numpy(lifter, np.diff, h)), at, order))  # type: ignore[attr-defined]
        else:
            made.append(body(lifter, _even, value, h, at, order))
    return made[0] if len(made) == 1 else Tup(tuple(made))


def _even(f, h, axis, order):
    given = f if f.dtype.kind == "f" else f.astype(np.float64)
    made = np.empty(f.shape, given.dtype)
    rows, f = np.moveaxis(made, axis, 0), np.moveaxis(given, axis, 0)
    rows[1:-1] = (f[2:] - f[:-2]) / (2.0 * h)
    if order == 1:
        rows[0] = (f[1] - f[0]) / h
        rows[-1] = (f[-1] - f[-2]) / h
    else:
        rows[0] = (-1.5 / h) * f[0] + (2.0 / h) * f[1] + (-0.5 / h) * f[2]
        rows[-1] = (0.5 / h) * f[-3] + (-2.0 / h) * f[-2] + (1.5 / h) * f[-1]
    return made


def _uneven(f, d, axis, order):
    """Second order for points that are not evenly spaced; where they are, the difference of the neighbours."""
    given = f if f.dtype.kind == "f" else f.astype(np.float64)
    made = np.empty(f.shape, given.dtype)
    rows, f = np.moveaxis(made, axis, 0), np.moveaxis(given, axis, 0)
    even = np.all(np.equal(d, d[0]))
    h = np.reshape(d, (-1,) + (1,) * (f.ndim - 1))
    low, high = h[:-1], h[1:]
    a = -high / (low * (low + high))
    b = (high - low) / (low * high)
    c = low / (high * (low + high))
    uneven = a * f[:-2] + b * f[1:-1] + c * f[2:]
    rows[1:-1] = np.where(even, (f[2:] - f[:-2]) / (2.0 * d[0]), uneven)
    if order == 1:
        rows[0] = (f[1] - f[0]) / d[0]
        rows[-1] = (f[-1] - f[-2]) / d[-1]
    else:
        d1, d2 = d[0], d[1]
        first = -(2.0 * d1 + d2) / (d1 * (d1 + d2))
        rows[0] = first * f[0] + ((d1 + d2) / (d1 * d2)) * f[1] + (-d1 / (d2 * (d1 + d2))) * f[2]
        d1, d2 = d[-2], d[-1]
        last = (2.0 * d2 + d1) / (d2 * (d1 + d2))
        rows[-1] = (d2 / (d1 * (d1 + d2))) * f[-3] + (-(d2 + d1) / (d1 * d2)) * f[-2] + last * f[-1]
    return made


FUNCTIONS: dict[Any, Handler] = {np.diff: diff, np.gradient: gradient}
METHODS: dict[str, Handler] = {}
