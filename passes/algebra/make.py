"""Typed construction: operations on expressions as NumPy types them, or None where it would raise or is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Const, Expr, Extent, Reduced, Ref, Shaped, View
from ...ir.ops import Op, resolve_elementwise, table
from ...ir.types import BOOL, FLOAT, INT, PY_FLOAT, PY_INT, Shape, Size, Type, type_of_value

#: The value of a weak scalar in np.result_type.
_WEAK = {"i": 0, "f": 0.0, "c": 0j}


def constant(value: Any, dtype: np.dtype) -> Const:
    """`value` as a NumPy scalar of `dtype`."""
    with np.errstate(all="ignore"):
        return Const(dtype.type(value), Type(dtype, (), "numpy"))


def plain(value: Expr) -> Expr:
    """A constant operand as it would be written: a float64 with a fraction as a Python float, which is the same."""
    match value:
        case Const(known, Type(dtype=dtype, kind="numpy")) if dtype == FLOAT and not float(known).is_integer():
            return Const(float(known), PY_FLOAT)
        case _:
            return value


def number(value: Expr) -> Any:
    """The Python or NumPy number that an expression is; None where it is not one known at compile time."""
    match value:
        case Const(known, _):
            return known
        case Extent(size) if size.is_const:
            return size.const
        case _:
            return None


def convert(value: Expr, dtype: np.dtype) -> Expr:
    """`value` with elements of `dtype`, as an operand of a loop over that dtype."""
    if value.type.dtype == dtype:
        return value
    if (known := number(value)) is not None:
        return constant(known, dtype)
    kind = "array" if value.type.rank else "numpy"
    return Apply(table()["cast"], (value,), dtype, Type(dtype, value.shape, kind))  # type: ignore[arg-type]


def common_shape(shapes: Sequence[Shape]) -> Shape | None:
    """The broadcast of shapes whose sizes are equal as they stand; None where NumPy may raise."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = []
    for k in range(rank):
        sizes = {shape[k - rank + len(shape)] for shape in shapes if k - rank + len(shape) >= 0}
        sizes.discard(Size(1))
        if len(sizes) > 1:
            return None
        result.append(sizes.pop() if sizes else Size(1))
    return tuple(result)


def stretch(value: Expr, shape: Shape) -> Expr:
    """`value` broadcast to a shape that it fits; scalars stay scalars."""
    if value.type.rank == 0 or value.shape == shape:
        return value
    lead = len(shape) - value.type.rank
    axes = tuple(
        Axis(Size(0)) if size == 1 and shape[k + lead] != 1 else Axis(Size(0), 1, k + lead)
        for k, size in enumerate(value.shape)
    )
    return arr.view(value, axes, shape)


def elementwise(op: Op, *values: Expr) -> Expr | None:
    """`op` as NumPy applies it."""
    if op.name == "where":
        weak = [value.type for value in values[1:] if value.type.weak]
        if values[0].type.dtype != BOOL or (len(weak) == 2 and any(type.dtype != BOOL for type in weak)):
            return None
        chosen = np.result_type(
            *(_WEAK.get(v.type.dtype.kind, BOOL) if v.type.weak else v.type.dtype for v in values[1:])
        )
        return loop(op, values, (BOOL, chosen, chosen), chosen)
    if op.ufunc is None:
        return None
    if all(value.type.weak for value in values):
        return _of_numbers(op.ufunc, [number(value) for value in values])
    try:
        dtypes = resolve_elementwise(op.ufunc, [value.type for value in values])
    except TypeError:
        return None
    return loop(op, values, dtypes[: len(values)], dtypes[len(values)])


def _of_numbers(ufunc: np.ufunc, numbers: Sequence[Any]) -> Expr | None:
    """A function of Python numbers known at compile time, as a Python number."""
    if any(known is None for known in numbers):
        return None
    with np.errstate(all="ignore"):
        result = ufunc(*numbers).item()
    type = type_of_value(result)
    return None if type is None else Extent(Size(result)) if type == PY_INT else Const(result, type)


def loop(op: Op, values: Sequence[Expr], inputs: Sequence[np.dtype], output: np.dtype) -> Expr | None:
    """`op` by the loop over the given dtypes."""
    if op.template("py", inputs[0]) is None:
        return None
    shape = common_shape([value.shape for value in values])
    if shape is None:
        return None
    for value, dtype in zip(values, inputs, strict=True):
        known = number(value)
        if value.type.weak and known is not None and dtype.kind in "iu":
            info = np.iinfo(dtype)
            if not info.min <= known <= info.max:
                return None
    args = tuple(stretch(convert(value, dtype), shape) for value, dtype in zip(values, inputs, strict=True))
    return Apply(op, args, None, Type(output, shape, "array" if shape else "numpy"))


def reduction(op: Op, value: Expr, axes: tuple[int, ...] | None, keepdims: bool = False) -> Expr | None:
    """A reduction of an array over `axes`, counted from the front (None: over all)."""
    if not value.type.rank or op.result is None or any(axis >= value.type.rank for axis in axes or ()):
        return None
    attrs = Reduced(tuple(range(value.type.rank)) if axes is None else tuple(sorted(axes)), keepdims)
    type = op.result((value.type,), attrs)
    if op.name in ("sum", "prod"):
        value = convert(value, type.dtype)
    elif op.name in ("any", "all") and value.type.dtype != BOOL:
        return None
    return Apply(op, (value,), attrs, type)


def matmul(a: Expr, b: Expr) -> Expr | None:
    """`a @ b` of arrays of one dtype whose inner sizes are equal as they stand."""
    op = table()["matmul"]
    if not (1 <= a.type.rank <= 2 and 1 <= b.type.rank <= 2) or a.type.dtype != b.type.dtype or op.result is None:
        return None
    if a.shape[-1] != b.shape[0]:
        return None
    return Apply(op, (a, b), None, op.result((a.type, b.type), None))


def transpose(value: Expr) -> Expr:
    rank = value.type.rank
    axes = tuple(Axis(Size(0), 1, rank - 1 - k) for k in range(rank))
    return arr.view(value, axes, tuple(reversed(value.shape)))


def filled(value: Expr, shape: Shape) -> Expr:
    """An array of `shape` that repeats a scalar."""
    dtype = value.type.dtype
    if (known := number(value)) is not None:
        value = constant(known, dtype)
    return Apply(table()["full"], (value,), Shaped(shape, dtype), Type(dtype, shape, "array"))


def fitted(value: Expr | None, type: Type) -> Expr | None:
    """`value` where it has exactly this type, or can be given it without computing: repeated, its kind changed."""
    if value is None or value.type == type:
        return value
    if value.type.weak and (known := number(value)) is not None:
        value = constant(known, type.dtype)
        if value.value != known:
            return None
    if value.type.dtype != type.dtype:
        return None
    if value.type.rank == 0 and type.rank and value.type.kind != "array":
        return filled(value, type.shape)
    if value.type.rank < type.rank or value.shape != type.shape:
        if common_shape([value.shape, type.shape]) == type.shape and value.type.rank:
            return stretch(value, type.shape)
        return None
    if (known := number(value)) is not None and not type.rank and type.kind != "array":
        return constant(known, type.dtype) if type.kind == "numpy" else None
    if type.kind == "numpy" and value.type.kind == "python":
        return Apply(table()["cast"], (value,), type.dtype, type)
    if type.kind == "numpy" and value.type.kind == "array" and isinstance(value, Ref):
        return View(value, (), type)
    return None


def is_repeated(value: Expr, axes: Sequence[int]) -> bool:
    """Whether all elements of `value` along `axes` are one: a scalar, or a view that repeats along them."""
    if value.type.rank == 0:
        return True
    if isinstance(value, View):
        used = {axis.out for axis in value.axes}
        return not any(k in used and value.shape[k] != 1 for k in axes)
    return (isinstance(value, Apply) and value.op.name == "full") or all(value.shape[k] == 1 for k in axes)


def without_axes(value: Expr, axes: Sequence[int]) -> Expr:
    """The elements of `value` at position 0 of `axes`, which are removed; a scalar stays as it is."""
    if value.type.rank == 0:
        return value
    kept = [k for k in range(value.type.rank) if k not in axes]
    mapping = tuple(Axis(Size(0)) if k in axes else Axis(Size(0), 1, kept.index(k)) for k in range(value.type.rank))
    picked = arr.view(value, mapping, tuple(value.shape[k] for k in kept))
    return picked if kept else arr.element(picked)


def with_axes(value: Expr, axes: Sequence[int], rank: int) -> Expr:
    """`value` with axes of size 1 where the result, of that rank, has `axes`."""
    if value.type.kind != "array":
        return filled(value, (Size(1),) * rank)
    kept = [k for k in range(rank) if k not in axes]
    shape = [Size(1)] * rank
    for place, size in zip(kept, value.shape, strict=True):
        shape[place] = size
    return arr.view(value, tuple(Axis(Size(0), 1, place) for place in kept), tuple(shape))


def extent(size: Size, dtype: np.dtype) -> Expr:
    """A size as a NumPy scalar of `dtype`."""
    return (
        convert(Extent(size), dtype)
        if dtype != INT
        else Apply(table()["cast"], (Extent(size),), INT, Type(INT, (), "numpy"))
    )
