"""How large is what a library call gives? One rule for each way in which results depend on arguments.

A rule is taken where calls of NumPy on small arrays agree with it (calls.py); else the sizes are read off the results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...ir.array import Expr, Extent
from ...ir.types import Shape, Size
from ..diagnostics import Unsupported
from ..values import NONE, Tup, Value, constant, static_value
from .calls import Bound, Rule

if TYPE_CHECKING:
    from ..lift_expr import Expressions


def like(name: str, *unless: str, results: int = 1) -> Rule:
    """Every result has the shape of the argument `name`, unless one of the arguments `unless` is given."""

    def rule(_: Expressions, bound: Bound) -> list[Shape | None]:
        value = bound.get(name)
        known = isinstance(value, Expr) and not any(given(bound, other) for other in unless)
        return [value.shape if known else None] * results  # type: ignore[union-attr]

    return rule


def less(name: str, count: int, *rest: str) -> Rule:
    """The shape of the argument `name` without its last `count` axes; results after the first are like `rest`."""

    def rule(_: Expressions, bound: Bound) -> list[Shape | None]:
        value = bound.get(name)
        first = value.shape[: value.type.rank - count] if isinstance(value, Expr) else None
        return [first, *(v.shape if isinstance(v := bound.get(other), Expr) else None for other in rest)]

    return rule


def reduced(name: str, *unless: str) -> Rule:
    """The shape of the argument `name` without the axis that `axis` names, or with 1 there."""

    def rule(_: Expressions, bound: Bound) -> list[Shape | None]:
        value, axis = bound.get(name), known(bound.get("axis", NONE))
        if not isinstance(value, Expr) or any(given(bound, other) for other in unless) or axis is None:
            return [None]
        rank = value.type.rank
        axes = {k % rank for k in ((axis,) if isinstance(axis, int) else axis)} if rank else set()
        if known(bound.get("keepdims", NONE)):
            return [tuple(Size(1) if k in axes else size for k, size in enumerate(value.shape))]
        return [tuple(size for k, size in enumerate(value.shape) if k not in axes)]

    return rule


def solved(_: Expressions, bound: Bound) -> list[Shape | None]:
    a, b = bound.get("a"), bound.get("b")
    if not isinstance(a, Expr) or not isinstance(b, Expr):
        return [None]
    if a.type.rank < 2 or not b.type.rank or not (a.type.rank == 2 or a.shape[:-2] == b.shape[:-2]):
        return [None]
    # a's rows, which NumPy makes sure that b has too
    return [(a.shape[-1],) if b.type.rank == 1 else (*b.shape[:-2], a.shape[-1], b.shape[-1])]


def transposed(_: Expressions, bound: Bound) -> list[Shape | None]:
    a = bound.get("a")
    return [(*a.shape[:-2], a.shape[-1], a.shape[-2])] if isinstance(a, Expr) and a.type.rank > 1 else [None]


def chained(_: Expressions, bound: Bound) -> list[Shape | None]:
    """A product of a list of matrices."""
    arrays = bound.get("arrays")
    if not isinstance(arrays, Tup) or not all(isinstance(item, Expr) and item.type.rank for item in arrays.items):
        return [None]
    first, last = arrays.items[0], arrays.items[-1]
    return [(*first.shape[:-1], *last.shape[1:])]  # type: ignore[union-attr]


def singular(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """u, s, vh of np.linalg.svd; s alone without compute_uv."""
    a = bound.get("a", bound.get("x"))
    if not isinstance(a, Expr) or a.type.rank < 2 or known(bound.get("hermitian", NONE)):
        return [None]
    *stack, rows, columns = a.shape
    least = lifter.ctx.derive("min", rows, columns, "least")
    whole = known(bound.get("full_matrices", constant(True)))
    if "x" in bound or known(bound.get("compute_uv", NONE)) is False:
        return [(*stack, least)]
    return [
        (*stack, rows, rows if whole else least),
        (*stack, least),
        (*stack, columns if whole else least, columns),
    ]


def triangular(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """q and r of np.linalg.qr."""
    a = bound.get("a")
    if not isinstance(a, Expr) or a.type.rank < 2 or given(bound, "mode"):
        return [None]
    *stack, rows, columns = a.shape
    least = lifter.ctx.derive("min", rows, columns, "least")
    return [(*stack, rows, least), (*stack, least, columns)]


def half(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """The non-negative frequencies of a real signal along the last axis."""
    a = bound.get("a")
    if not isinstance(a, Expr) or not a.type.rank or any(given(bound, name) for name in ("n", "s", "axis", "axes")):
        return [None]
    return [(*a.shape[:-1], lifter.ctx.derive("//", a.shape[-1], Size(2), "half") + 1)]


def counted(name: str) -> Rule:
    """As many as the integer argument `name` says."""

    def rule(_: Expressions, bound: Bound) -> list[Shape | None]:
        count = extent(bound.get(name))
        return [None if count is None else (count,)]

    return rule


def bins(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """Counts and edges of np.histogram."""
    edges = bound.get("bins")
    if isinstance(edges, Expr) and edges.type.rank == 1:
        (count,) = edges.shape
        return [(count - 1,) if lifter.ctx.require(count - 1, "there is an edge") else None, (count,)]
    count = extent(bound["bins"]) if "bins" in bound else Size(10)
    return [None, None] if count is None else [(count,), (count + 1,)]


def convolved(_: Expressions, bound: Bound) -> list[Shape | None]:
    """np.convolve at every position at which the two overlap."""
    a, v = bound.get("a"), bound.get("v")
    mode = known(bound["mode"]) if "mode" in bound else "full"
    if not isinstance(a, Expr) or not isinstance(v, Expr) or a.type.rank != 1 or v.type.rank != 1 or mode != "full":
        return [None]
    return [(a.shape[0] + v.shape[0] - 1,)]


def variables(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """np.cov and np.corrcoef, which give no matrix for a single variable."""
    m = bound.get("m", bound.get("x"))
    if not isinstance(m, Expr) or not m.type.rank:
        return [None]
    rows = known(bound.get("rowvar", NONE)) in (None, True)
    if m.type.rank == 1:
        return [(Size(2), Size(2)) if given(bound, "y") else None]
    count = m.shape[0 if rows else 1]
    if given(bound, "y") or not lifter.ctx.require(count - 2, "there are several variables"):
        raise Unsupported("MDSL301", "the rank of a covariance depends on how many variables there are")
    return [(count, count)]


def padded(_: Expressions, bound: Bound) -> list[Shape | None]:
    array, width = bound.get("array"), bound.get("pad_width")
    if not isinstance(array, Expr) or width is None:
        return [None]
    if (size := extent(width)) is not None:
        return [tuple(extents + 2 * size for extents in array.shape)]
    try:
        pairs = np.broadcast_to(static_value(width), (array.type.rank, 2))
    except (ValueError, TypeError):
        return [None]
    return [tuple(size + int(before + after) for size, (before, after) in zip(array.shape, pairs, strict=True))]


def fitted(_: Expressions, bound: Bound) -> list[Shape | None]:
    """The coefficients of np.polyfit."""
    y, degree = bound.get("y"), extent(bound.get("deg"))
    if not isinstance(y, Expr) or degree is None or given(bound, "full") or given(bound, "cov"):
        return [None]
    return [(degree + 1, *y.shape[1:])]


def expanded(lifter: Expressions, bound: Bound) -> list[Shape | None]:
    """The coefficients of np.poly, which gives a number where there are no roots."""
    roots = bound.get("seq_of_zeros")
    if not isinstance(roots, Expr) or not lifter.ctx.require(roots.shape[0] - 1, "there is a root"):
        raise Unsupported("MDSL301", "the polynomial without roots is a number")
    return [(roots.shape[0] + 1,)]


def broadcast(_: Expressions, bound: Bound) -> list[Shape | None]:
    """An elementwise function, of operands that have one shape."""
    shapes = {value.shape for value in bound.values() if isinstance(value, Expr) and value.type.rank}
    return [shapes.pop() if len(shapes) == 1 else None] * 3


def drawn(_: Expressions, bound: Bound) -> list[Shape | None]:
    """Random numbers: as `size` says, or the arguments of np.random.rand."""
    size = bound.get("size", bound.get("args", NONE))
    sizes = [extent(item) for item in (size.items if isinstance(size, Tup) else (size,))]
    return [tuple(found for found in sizes if found is not None) if None not in sizes else None]


def given(bound: Bound, name: str) -> bool:
    return name in bound and bound[name] != NONE


def known(value: Value | None) -> object:
    """The Python object that an argument is; None where it is not known."""
    try:
        return None if value is None else static_value(value)
    except ValueError:
        return None


def extent(value: Value | None) -> Size | None:
    """A Python integer as a size."""
    if isinstance(value, Extent):
        return value.size
    return None
