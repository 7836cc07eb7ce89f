"""Builders of Array IR with NumPy's own rules: promotion, broadcasting, reductions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Reduced, View
from ..ir.ops import Op, resolve_elementwise, table
from ..ir.types import BOOL, INT, PY_BOOL, PY_INT, Shape, Size, Type
from .context import Context
from .diagnostics import Unsupported
from .python_numbers import COMPARISONS, compare_integers, value_of
from .ranges import within
from .values import cast, const_of


def retype(value: Expr, dtype: np.dtype) -> Expr:
    """An operand of an elementwise operation: its dtype that of the loop, a scalar's kind of no more interest."""
    if value.type.dtype == dtype:
        return value
    if value.type.rank == 0:
        return cast(value, dtype, "numpy")
    return cast(value, dtype)


def broadcast_shape(ctx: Context, shapes: Sequence[Shape], names: Sequence[str] = ()) -> Shape:
    """NumPy's broadcast of `shapes`; sizes that have to agree and are not known to are guarded at the door.

    Raises Unsupported (MDSL302) where they cannot be made to agree: then NumPy itself decides, and raises.
    """
    rank = max((len(shape) for shape in shapes), default=0)
    result = []
    for k in range(rank):
        size = Size(1)
        for shape in shapes:
            at = k - (rank - len(shape))
            if at < 0 or shape[at] == 1:
                continue
            other = ctx.normal(shape[at])
            if size == 1:
                size = other
            elif not ctx.require_equal(size, other, "operands of one broadcast have equal sizes"):
                raise Unsupported("MDSL302", f"sizes {size} and {other} are not known to broadcast together")
        result.append(size)
    return tuple(result)


def stretch(value: Expr, shape: Shape) -> Expr:
    """`value` broadcast to `shape`, whose sizes were found to agree; scalars stay scalars."""
    if value.type.rank == 0 or value.shape == shape:
        return value
    lead = len(shape) - value.type.rank
    axes = tuple(
        arr.Axis(Size(0)) if size == 1 and shape[k + lead] != 1 else arr.Axis(Size(0), 1, k + lead)
        for k, size in enumerate(value.shape)
    )
    return arr.view(value, axes, shape) if lead or any(a.out is None for a in axes) else value


def elementwise(ctx: Context, op: Op, *values: Expr) -> Expr:
    """`op` as NumPy's ufunc applies it: dtypes by the ufunc, operands broadcast. Of rank 0 it gives a NumPy scalar."""
    if op.ufunc is None:
        raise Unsupported("MDSL301", f"`{op.name}` has no elementwise rule")
    if op.name in COMPARISONS and len(values) == 2:
        values = _comparable(values)
    try:
        dtypes = resolve_elementwise(op.ufunc, [value.type for value in values])
    except TypeError as error:
        raise Unsupported("MDSL201", str(error)) from error
    return apply(ctx, op, values, dtypes[: len(values)], dtypes[len(values)])


def _comparable(values: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Operands of a comparison: a Python integer is compared as it is, also where the other's dtype cannot hold it."""
    for weak, other in (values, values[::-1]):
        if weak.type.weak and weak.type.dtype == INT and other.type.dtype.kind in "iu" and not other.type.weak:
            known = value_of(weak)
            info = np.iinfo(other.type.dtype)
            if (known is not None and info.min <= known <= info.max) or other.type.dtype == INT:
                return values
            if other.type.dtype == np.uint64:
                raise Unsupported("MDSL301", "a comparison of uint64 with a Python integer is not compiled")
            wide = cast(other, INT)
            return (weak, wide) if weak is values[0] else (wide, weak)
    return values


def apply(ctx: Context, op: Op, values: Sequence[Expr], inputs: Sequence[np.dtype], output: np.dtype) -> Expr:
    """`op` with the loop's dtypes given."""
    if op.template("py", inputs[0]) is None or np.float16 in (*inputs, output):
        raise Unsupported("MDSL301", f"`{op.name}` of {inputs[0]} is not compiled")
    if len(inputs) == 2 and {dtype.kind for dtype in inputs} == {"i", "u"}:
        raise Unsupported("MDSL301", "a comparison of int64 with uint64 is not compiled")
    values = list(values)
    for k, (value, dtype) in enumerate(zip(values, inputs, strict=True)):
        if value.type.weak and value.type.dtype.kind == "i" and dtype.kind in "iu":
            if op.name == "where":
                values[k] = _wrapped(ctx, value, dtype)
            else:
                _fits(ctx, value, dtype)
    shape = broadcast_shape(ctx, [value.shape for value in values])
    if op.name == "where" and not shape:  # a choice between scalars
        values = [element_of(value) if value.type.kind == "array" else value for value in values]
        if isinstance(values[0], Const):
            chosen = 1 if values[0].value else 2
            return cast(values[chosen], inputs[chosen], "numpy")
        values = [untested(values[0]), *values[1:]]
        values = [values[0], *(cast(v, d, "numpy") for v, d in zip(values[1:], inputs[1:], strict=True))]
    args = tuple(stretch(retype(value, dtype), shape) for value, dtype in zip(values, inputs, strict=True))
    return Apply(op, args, None, Type(output, shape, "array" if shape else "numpy"))


def _fits(ctx: Context, value: Expr, dtype: np.dtype) -> None:
    """A Python integer has to fit the dtype that it meets: NumPy raises OverflowError where it does not."""
    info = np.iinfo(dtype)
    most = min(info.max, np.iinfo(INT).max)
    if dtype == INT or within(ctx, value, Size(info.min), Size(most)):
        return
    size = ctx.size(value)
    if size.is_const:
        if not info.min <= size.const <= info.max:
            raise Unsupported("MDSL202", f"Python integer {size.const} out of bounds for {dtype}")
        return
    message = f"Python integer {{{size}}} out of bounds for {dtype}"
    value = Extent(size)
    if not ctx.require(size - info.min, "a Python integer fits"):
        ctx.emit(
            arr.Check(compare_integers(ctx, "greater_equal", value, Extent(Size(info.min))), "OverflowError", message)
        )
    if dtype != np.uint64 and not ctx.require(info.max - size, "a Python integer fits"):
        ctx.emit(
            arr.Check(compare_integers(ctx, "less_equal", value, Extent(Size(info.max))), "OverflowError", message)
        )


def _wrapped(ctx: Context, value: Expr, dtype: np.dtype) -> Expr:
    """A Python integer that NumPy takes modulo the width of a dtype, as np.where does.

    Raises Unsupported where only the run knows whether it fits, and it cannot be asked at the door.
    """
    info = np.iinfo(dtype)
    known = value_of(value)
    if known is not None and not info.min <= known <= info.max:
        return Const(np.array(known).astype(dtype)[()], Type(dtype, (), "numpy"))
    if known is not None or dtype == INT or within(ctx, value, Size(info.min), Size(min(info.max, np.iinfo(INT).max))):
        return value
    size = ctx.size(value)
    if ctx.require(size - info.min, "a Python integer fits") and (
        dtype == np.uint64 or ctx.require(info.max - size, "a Python integer fits")
    ):
        return value
    raise Unsupported("MDSL202", f"a Python integer that may be out of bounds for {dtype} is taken modulo its width")


def untested(truth: Expr) -> Expr:
    """The condition of a choice, which needs no Python bool."""
    match truth:
        case Apply(op, (inner,), _, _) if op.name == "cast" and inner.type == Type(BOOL, (), "numpy"):
            return inner
        case _:
            return truth


def choose(ctx: Context, condition: Expr, then: Expr, orelse: Expr) -> Expr:
    """np.where(condition, then, orelse)."""
    dtype = np.result_type(*(_representative(v) for v in (then, orelse)))
    condition = truth(ctx, condition)
    return apply(ctx, table()["where"], (condition, then, orelse), (BOOL, dtype, dtype), dtype)


def _representative(value: Expr) -> Any:
    if value.type.weak and value.type.dtype.kind in "ifc":
        return {"i": 0, "f": 0.0, "c": 0j}[value.type.dtype.kind]
    return value.type.dtype


def truth(ctx: Context, value: Expr) -> Expr:
    """Elementwise `value != 0`."""
    if value.type.dtype == BOOL:
        return value
    if isinstance(value, Extent) and value.size.is_const:
        return Const(bool(value.size.const), PY_BOOL)
    if value.type.weak:
        result = elementwise(ctx, table()["not_equal"], value, const_of(0, value.type))
        return Apply(result.op, result.args, None, PY_BOOL)
    return elementwise(ctx, table()["not_equal"], value, const_of(0, Type(value.type.dtype, (), "numpy")))


def reduce(ctx: Context, name: str, value: Expr, axes: tuple[int, ...] | None, keepdims: bool = False) -> Expr:
    """A reduction of the table over `axes` (None: all). Small integers widen in sums as NumPy's do."""
    op = table()[name]
    if value.type.rank == 0:
        axes = ()
    elif axes is None:
        axes = tuple(range(value.type.rank))
    attrs = Reduced(tuple(sorted(axes)), keepdims)
    type = op.result((value.type,), attrs)
    if name in ("any", "all"):
        value = truth(ctx, value)
    elif name in ("sum", "prod"):
        value = cast(value, type.dtype) if value.type.rank else retype(value, type.dtype)
    if op.may_raise and attrs.axes:
        for axis in attrs.axes:
            if not ctx.require(value.shape[axis] - 1, f"`{name}` of at least one element"):
                raise Unsupported("MDSL302", f"`{name}` of an axis that may be empty")
    if not attrs.axes and name not in ("argmin", "argmax"):
        if name == "sum" and type.dtype.kind in "fc":
            zero = Const(type.dtype.type(0), Type(type.dtype, (), "numpy"))
            value = apply(ctx, table()["add"], (value, zero), (type.dtype, type.dtype), type.dtype)  # of -0.0 it is 0.0
        if value.type.rank:
            return Apply(table()["cast"], (value,), value.type.dtype, value.type)  # a copy, never the operand itself
        return cast(value if value.type.kind != "array" else element_of(value), type.dtype, "numpy")
    return Apply(op, (value,), attrs, type)


def element_of(value: Expr) -> Expr:
    """The NumPy scalar in an array of rank 0."""
    axes = value.axes if isinstance(value, View) else ()
    return arr.element(View(value.base if isinstance(value, View) else value, axes, Type(value.type.dtype)))


def extent_product(ctx: Context, sizes: Sequence[Size]) -> Expr:
    """How many elements an array of these sizes has, a Python integer: no array has more than int64 counts."""
    total: Expr = Extent(Size(1))
    for size in sizes:
        factor = Extent(ctx.normal(size))
        if isinstance(total, Extent) and total.size.is_const:
            total = Extent(factor.size * total.size.const)
        elif isinstance(total, Extent) and factor.size.is_const:
            total = Extent(total.size * factor.size.const)
        else:
            total = Apply(table()["multiply"], (total, factor), None, PY_INT)
    return total
