"""Calls and attributes -> Array IR: which callable is meant, its arguments bound, its handler run."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Axis, Const, Expr, Extent, Ref
from ..ir.ops import table
from ..ir.ops.decompositions import decomposition
from ..ir.types import BOOL, FLOAT, INT, PY_BOOL, PY_FLOAT, PY_INT, Size, Type
from . import ambiguous, build
from .diagnostics import Unsupported
from .lift_dict import METHODS as DICT_METHODS
from .lift_dict import keywords
from .reliance import settled
from .sequences import Keywords, Listed, Record
from .values import (
    NONE,
    Ambiguous,
    Closure,
    Method,
    NamedTup,
    Opaque,
    Partial,
    Static,
    Tup,
    Value,
    constant,
    static_value,
)

if TYPE_CHECKING:
    from .lift_expr import Expressions

_CACHED = type(cache(lambda: None))


def attribute(lifter: Expressions, value: Value, name: str) -> Value:
    """`value.name`."""
    if isinstance(value, Static):
        if isinstance(value.value, dict) and name in DICT_METHODS:
            return Partial(Static(DICT_METHODS[name]), (value,), {})
        try:
            found = getattr(value.value, name)
        except AttributeError:
            raise Unsupported("MDSL305", f"no attribute `{name}`") from None
        if isinstance(found, np.ndarray):
            otherwise = f"the array `{name}` of a module or an object is not an argument"
            if value.origin is None or getattr(value.value, name) is not found:
                raise Unsupported("MDSL306", otherwise)  # nobody would see another one, or it is another each time
            return lifter.captured(f"{value.origin}:{name}", found, otherwise)
        if value.origin is None or settled(value.value):
            return constant(found)
        path = f"{value.origin}:{name}"
        lifter.source.namespace.used[path] = found
        known = constant(found)
        return Static(found, path) if isinstance(known, Static) else known
    if isinstance(value, Opaque):
        raise Unsupported("MDSL201", f"`{value.name}` is {value.description}, which is not compiled")
    if isinstance(value, Record) and name in value.fields:
        return value.fields[name]
    if isinstance(value, Keywords) and name in DICT_METHODS:
        return Partial(Static(DICT_METHODS[name]), (value,), {})  # type: ignore[arg-type]
    if isinstance(value, NamedTup) and name in value.fields:
        return value.items[value.fields.index(name)]
    if not isinstance(value, Expr):
        raise Unsupported("MDSL301", f"the attribute `{name}` of this is not known at compile time")
    value = lifter.ctx.current(value)
    type = value.type
    if type.kind == "python" and name not in ("real", "imag", "conjugate", "is_integer"):
        raise Unsupported("MDSL305", f"a Python number has no attribute `{name}`")
    match name:
        case "shape":
            return Tup(tuple(Extent(lifter.ctx.normal(size)) for size in type.shape))
        case "ndim":
            return constant(type.rank)
        case "dtype":
            return Static(type.dtype)
        case "itemsize":
            return constant(type.dtype.itemsize)
        case "size":
            return count(lifter, value, tuple(range(type.rank)))
        case "T":
            return transpose(value, tuple(reversed(range(type.rank))))
        case "real" if type.dtype.kind != "c":  # of Python's bools, the integer
            return value if type != PY_BOOL else build.cast(value, INT, "python")
        case "mT" if type.rank > 1:
            return transpose(value, (*range(type.rank - 2), type.rank - 1, type.rank - 2))
        case "nbytes":
            return lifter.binary(
                "multiply", count(lifter, value, tuple(range(type.rank))), constant(type.dtype.itemsize)
            )
        case "imag" if type.dtype.kind != "c" and type.kind != "python":
            if type.kind == "array":
                raise Unsupported("MDSL308", "the imaginary part of a real array is read-only")
            return Const(type.dtype.type(0), Type(type.dtype, (), "numpy"))
        case "real" | "imag" if type.dtype.kind == "c":
            part = np.dtype(np.float32 if type.dtype == np.complex64 else np.float64)
            return Apply(table()[name], (value,), None, Type(part, type.shape, type.kind))
        case _:
            return Method(value, name)


def count(lifter: Expressions, value: Expr, axes: tuple[int, ...]) -> Expr:
    """The number of elements along `axes`, a Python integer."""
    return build.extent_product(lifter.ctx, [value.shape[axis] for axis in axes])


def call(lifter: Expressions, node: cst.Call) -> Value:
    """A call: a method, a function of NumPy or math, a builtin, or a function of the program, which is inlined."""
    function = lifter.expr(node.func)
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    for arg in node.args:
        value = lifter.expr(arg.value)
        if arg.star == "*":
            if not isinstance(value, Tup):
                raise Unsupported("MDSL304", "starred arguments whose items are not known")
            args.extend(value.items)
        elif arg.star == "**":
            kwargs.update(keywords(value))
        elif arg.keyword is not None:
            kwargs[arg.keyword.value] = value
        else:
            args.append(value)
    return apply(lifter, function, args, kwargs)


def apply(lifter: Expressions, function: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A call: compiled where it can be, else kept as a call of NumPy where the table of library calls has it."""
    from .library.call_rows import row_of
    from .library.calls import kept

    if any(isinstance(value, Ambiguous) for value in (*args, *kwargs.values())):
        args, kwargs = ambiguous.handed_in(function, args, kwargs)
    if isinstance(function, Partial):
        return apply(lifter, function.function, [*function.args, *args], {**function.kwargs, **kwargs})
    row = row_of(function)
    if row is None:
        return compiled(lifter, function, args, kwargs)
    saved = lifter.ctx.snapshot()
    try:
        return compiled(lifter, function, args, kwargs)
    except Unsupported as error:
        lifter.ctx.restore(saved)
        try:
            return kept(lifter, row, [function.value, *args] if isinstance(function, Method) else args, kwargs)
        except Unsupported as other:
            raise (other if error.diagnostics[0].code == "MDSL301" else error) from None


def compiled(lifter: Expressions, function: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
    from .library import FUNCTIONS, METHODS
    from .library.ufuncs import UFUNC_METHODS, ufunc_call

    if isinstance(function, Closure):
        return lifter.inline(function, args, kwargs)
    if isinstance(function, Method):
        handler = METHODS.get(function.name)
        if handler is None:
            raise Unsupported("MDSL301", f"the method `.{function.name}` is not compiled")
        return _bound(handler, function.name, lifter, [function.value, *args], kwargs)
    if not isinstance(function, Static):
        raise Unsupported("MDSL301", "what is called is not known at compile time")
    target = function.value
    try:
        handler = FUNCTIONS.get(target)
    except TypeError:
        handler = None
    if handler is not None:
        accepted(target, args, kwargs)
        return _bound(handler, getattr(target, "__name__", str(target)), lifter, args, kwargs)
    if isinstance(target, np.ufunc):
        return ufunc_call(lifter, target, args, kwargs)
    owner = getattr(target, "__self__", None)
    if isinstance(owner, np.ufunc):
        name = f"{owner.__name__}.{target.__name__}"
        return _bound(UFUNC_METHODS.get(target.__name__), name, lifter, [Static(owner), *args], kwargs)
    if isinstance(target, type) and issubclass(target, np.generic):
        return _bound(_convert, target.__name__, lifter, [Static(np.dtype(target)), *args], kwargs)
    if isinstance(owner, str) and not kwargs:
        try:
            return constant(target(*(static_value(arg) for arg in args)))  # of text, which does not change
        except (ValueError, TypeError, LookupError):
            raise Unsupported("MDSL301", f"`str.{target.__name__}` of this is not compiled") from None
    if (body := decomposition(target)) is not None:
        accepted(target, args, kwargs)
        return decomposed(lifter, body, args, dict(kwargs))
    plain = getattr(target, "py_func", None) or target
    if isinstance(plain, _CACHED) and all(isinstance(x, Static) for x in (*args, *kwargs.values())):
        plain = plain.__wrapped__  # of objects that are known it gives what it gave before
    if isinstance(plain, types.FunctionType) and not plain.__module__.startswith("numpy"):
        return lifter.inline(Static(plain, function.origin), args, kwargs)
    raise Unsupported("MDSL301", f"`{_name(target)}` is not compiled")


def decomposed(lifter: Expressions, body: Callable[..., Any], args: list[Value], kwargs: dict[str, Value]) -> Value:
    """The call of a decomposition; `out=`, which none of them has, holds what it gives."""
    out = kwargs.pop("out", NONE)
    result = lifter.inline(Static(body), args, kwargs, pure=True)
    if isinstance(out, Static) and out.value is None:
        return result
    if not isinstance(out, Expr) or not isinstance(result, Expr) or out.type.dtype != result.type.dtype:
        raise Unsupported("MDSL301", f"`{body.__name__}` with an `out=` of another dtype is not compiled")
    return store_out(lifter, out, result)


def accepted(target: Any, args: list[Value], kwargs: dict[str, Value]) -> None:
    """Raises Unsupported where `target` has no such parameters: NumPy raises TypeError then."""
    try:
        signature = _signature(target)
    except (TypeError, ValueError):  # one of C's, without a signature
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise Unsupported("MDSL303", f"`{_name(target)}`: {error}") from error


@cache
def _signature(target: Any) -> inspect.Signature:
    return inspect.signature(target)


def _name(target: Any) -> str:
    module = getattr(target, "__module__", None)
    name = getattr(target, "__qualname__", getattr(target, "__name__", repr(target)))
    return f"{module}.{name}" if module and module != "builtins" else name


def _bound(
    handler: Callable[..., Value] | None, name: str, lifter: Expressions, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    if handler is None:
        raise Unsupported("MDSL301", f"`{name}` is not compiled")
    try:
        return handler(lifter, *args, **kwargs)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        raise Unsupported("MDSL301", f"`{name}` with these arguments is not compiled") from error


# -- results -----------------------------------------------------------------------------------------------------------


def store_out(
    lifter: Expressions,
    out: Value,
    result: Expr,
    mask: Expr | None = None,
    casting: str = "same_kind",
    broadcast: bool = False,
) -> Value:
    """The result itself, or `out` holding it where `mask` says so; ufuncs broadcast it to `out`."""
    out = _single(out)
    if isinstance(out, Static) and out.value is None:
        return result
    if not isinstance(out, Expr) or out.type.kind != "array":
        raise Unsupported("MDSL301", "`out=` has to be an array")
    out = lifter.materialised(out)  # type: ignore[attr-defined]
    if not np.can_cast(result.type.dtype, out.type.dtype, casting):  # type: ignore[arg-type]
        raise Unsupported(
            "MDSL303", f"cannot cast {result.type.dtype} to {out.type.dtype} with casting rule '{casting}'"
        )
    if mask is not None:
        mask = fitting_mask(lifter, mask, out)
    if not broadcast and not (
        out.type.rank == result.type.rank
        and all(lifter.ctx.require_equal(a, b, "`out=` fits") for a, b in zip(out.shape, result.shape, strict=True))
    ):
        raise Unsupported("MDSL303", "`out=` has another shape than the result")
    lifter.store(out, result, mask, exact=True)  # type: ignore[attr-defined]
    return lifter.ctx.current(out)


def dtype_of_out(out: Value) -> np.dtype | None:
    """The dtype of the array that `out=` names."""
    out = _single(out)
    return out.type.dtype if isinstance(out, Expr) else None


def safe_out(name: str, out: Value, dtype: np.dtype) -> None:
    """Raises Unsupported where `out=` names an array that NumPy cannot first copy to one of `dtype`."""
    into = dtype_of_out(out)
    if into is not None and not np.can_cast(into, dtype, "safe"):
        raise Unsupported("MDSL303", f"`np.{name}` of {dtype} into {into}")


def _single(out: Value) -> Value:
    """What `out=` names, in a tuple or not."""
    return out.items[0] if isinstance(out, Tup) and len(out.items) == 1 else out


def fitting_mask(lifter: Expressions, mask: Expr, target: Expr) -> Expr:
    """A `where=` broadcast to what is stored to. Raises Unsupported where it is not known to fit."""
    if mask.type.dtype != BOOL or mask.type.rank > target.type.rank:
        raise Unsupported("MDSL303", "`where=` has to be bool, and fit the target")
    if not mask.type.rank:
        raise Unsupported("MDSL301", "`where=` of a single bool is not compiled")
    for a, b in zip(reversed(mask.shape), reversed(target.shape), strict=False):
        if a != 1 and not lifter.ctx.require_equal(a, b, "a mask fits its array"):
            raise Unsupported("MDSL302", "the mask is not known to fit the array")
    return build.stretch(mask, target.shape)


# -- arguments ---------------------------------------------------------------------------------------------------------


def dtype_of(value: Value) -> np.dtype | None:
    """The dtype that an argument names; None for None. Raises Unsupported for what is not compiled."""
    if isinstance(value, Static):
        if value.value is None:
            return None
        try:
            dtype = np.dtype(value.value)
        except TypeError as error:
            raise Unsupported("MDSL201", str(error)) from error
        if dtype.kind in "biufc" and dtype.isnative and dtype.itemsize <= 16 and dtype.char not in "gG":
            return dtype
        raise Unsupported("MDSL201", f"arrays of {dtype} are not compiled")
    raise Unsupported("MDSL301", "a dtype that is not known at compile time")


def axes_of(value: Value, rank: int) -> tuple[int, ...] | None:
    """The axes that an argument names, counted from the front; None for None."""
    try:
        axis = static_value(value)
    except ValueError:
        raise Unsupported("MDSL301", "an axis that is not known at compile time") from None
    if axis is None:
        return None
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    check_axes(axes)
    if not all(-rank <= k < rank for k in axes) or len({k % rank for k in axes}) < len(axes):
        raise Unsupported("MDSL303", f"axis {axis} is out of bounds for array of dimension {rank}")
    return tuple(sorted(int(k) % rank for k in axes))


def check_axes(axes: Iterable[Any]) -> None:
    """Raises Unsupported for what NumPy takes for no axis: a bool, a float."""
    if not all(isinstance(k, (int, np.integer)) and not isinstance(k, bool) for k in axes):
        raise Unsupported("MDSL303", "an axis is an integer")


def as_array(lifter: Expressions, value: Value, dtype: np.dtype | None = None) -> Expr:
    """`np.asarray(value)`: nested lists of scalars become stacks; scalars stay scalars, which broadcast the same.

    The numbers of a list are stored in an array of `dtype`, where that is given: integers have to fit.
    """
    if isinstance(value, Expr):
        return lifter.ctx.current(value)
    if isinstance(value, Opaque):
        raise Unsupported("MDSL201", f"`{value.name}` is {value.description}, which is not compiled")
    if isinstance(value, Listed):  # a copy: the list keeps its items
        return Apply(table()["cast"], (lifter.ctx.current(value.array),), value.array.type.dtype, value.array.type)
    if not isinstance(value, Tup):
        raise Unsupported("MDSL301", "this is neither an array nor a number")
    if not value.items:
        return Apply(table()["empty"], (), arr.Shaped((Size(0),), FLOAT), Type(FLOAT, (Size(0),), "array"))
    parts = [as_array(lifter, ambiguous.as_float(item), dtype) for item in value.items]
    if dtype is not None:
        parts = [p if p.type.rank else lifter.fitted(p, Type(dtype, (), "numpy")) for p in parts]  # type: ignore[attr-defined]
    return stack(lifter, parts, 0)


def stack(lifter: Expressions, parts: list[Expr], axis: int) -> Expr:
    expanded = [arr.view(_ranked(p), *_inserted(p, axis)) for p in parts]
    return concatenate(lifter, expanded, axis)


def _ranked(value: Expr) -> Expr:
    return value


def _inserted(value: Expr, axis: int) -> tuple[tuple[Axis, ...], tuple[Size, ...]]:
    axes = tuple(Axis(Size(0), 1, k if k < axis else k + 1) for k in range(value.type.rank))
    return axes, (*value.shape[:axis], Size(1), *value.shape[axis:])


def concatenate(lifter: Expressions, parts: list[Expr], axis: int) -> Expr:
    """The parts one after the other along `axis`; their other sizes agree, their dtypes are promoted."""
    ctx = lifter.ctx
    if len({p.type.rank for p in parts}) != 1 or not parts[0].type.rank:
        raise Unsupported("MDSL303", "arrays of different ranks cannot be concatenated")
    if all(p.type.dtype == parts[0].type.dtype for p in parts):
        dtype = parts[0].type.dtype
    else:
        dtype = np.result_type(*(p.type.dtype for p in parts))
    for part in parts[1:]:
        for k in range(part.type.rank):
            if k != axis and not ctx.require_equal(part.shape[k], parts[0].shape[k], "concatenated arrays fit"):
                raise Unsupported("MDSL302", "sizes of concatenated arrays are not known to agree")
    values = tuple(build.cast(p, dtype) for p in parts)
    op = table()["concatenate"]
    return Apply(op, values, arr.AxisOf(axis), op.result(tuple(v.type for v in values), arr.AxisOf(axis)))


def transpose(value: Expr, order: tuple[int, ...]) -> Expr:
    """Axis k of the result is axis order[k] of `value`."""
    if not value.type.rank:
        return value
    position = {axis: k for k, axis in enumerate(order)}
    axes = tuple(Axis(Size(0), 1, position[axis]) for axis in range(value.type.rank))
    return arr.view(value, axes, tuple(value.shape[axis] for axis in order))


def matmul(lifter: Expressions, a: Expr, b: Expr) -> Expr:
    """`a @ b`, stacks of matrices included."""
    if a.type.kind != "array" or b.type.kind != "array" or not a.type.rank or not b.type.rank:
        raise Unsupported("MDSL301", f"`@` of ranks {a.type.rank} and {b.type.rank} is not compiled")
    inner = b.shape[0] if b.type.rank == 1 else b.shape[-2]
    if not lifter.ctx.require_equal(a.shape[-1], inner, "the inner sizes of a product agree"):
        raise Unsupported("MDSL302", "the inner sizes of a product are not known to agree")
    dtype = np.result_type(a.type.dtype, b.type.dtype)
    if dtype.kind == "b" or dtype == np.float16:
        raise Unsupported("MDSL301", f"`@` of {dtype} is not compiled")
    a, b = build.cast(a, dtype), build.cast(b, dtype)
    stacks = build.broadcast_shape(lifter.ctx, [a.shape[:-2], b.shape[:-2]])
    shape = stacks + a.shape[-2:-1] + (b.shape[-1:] if b.type.rank > 1 else ())
    return Apply(table()["matmul"], (a, b), None, Type(dtype, shape, "array" if shape else "numpy"))


# -- conversions -------------------------------------------------------------------------------------------------------


def _convert(lifter: Expressions, dtype: Value, value: Value = constant(0)) -> Value:
    """`np.float32(x)`: a NumPy scalar of a scalar, an array of an array."""
    to = dtype_of(dtype)
    assert to is not None
    operand = lifter.operand(value)
    if operand.type.weak and to.kind in "iu" and operand.type.dtype != BOOL:
        if operand.type.dtype.kind == "f":
            operand = lifter.operand(python_int(lifter, operand))  # as NumPy converts Python's floats
        build._fits(lifter.ctx, operand, to)
    if operand.type.dtype.kind == "c" and to.kind != "c":
        raise Unsupported("MDSL301", "a complex number made real warns")
    return build.cast(operand, to, "array" if operand.type.rank else "numpy")


def python_float(lifter: Expressions, value: Value = constant(0.0)) -> Value:
    operand = number(lifter, value, "float")
    return build.cast(operand, FLOAT, "python")


def python_bool(lifter: Expressions, value: Value = constant(False)) -> Value:
    return lifter.condition(value)


def python_int(lifter: Expressions, value: Value = constant(0)) -> Value:
    operand = number(lifter, value, "int")
    if operand.type == PY_INT:
        return operand
    if operand.type.dtype.kind == "f":
        # NaN, infinities and what int64 cannot hold: Python raises, or gives an integer that mdsl has no type for
        wide = build.cast(operand, FLOAT, "python")
        if not isinstance(wide, Ref):
            wide = lifter.ctx.bind_fresh("real", wide)
        isnan, isinf, less = (table()[n] for n in ("isnan", "isinf", "less"))
        for test, exception, what in ((isnan, "ValueError", "NaN"), (isinf, "OverflowError", "infinity")):
            ok = Apply(table()["logical_not"], (Apply(test, (wide,), None, PY_BOOL),), None, PY_BOOL)
            lifter.ctx.emit(arr.Check(ok, exception, f"cannot convert float {what} to integer"))
        limit = Apply(table()["absolute"], (wide,), None, PY_FLOAT)
        small = Apply(less, (limit, Const(2.0**62, PY_FLOAT)), None, PY_BOOL)
        lifter.ctx.emit(arr.Check(small, arr.BAIL, "an integer leaves int64"))
        operand = wide
    elif operand.type.dtype == np.uint64:
        raise Unsupported("MDSL202", "a uint64 may leave int64")
    return build.cast(operand, INT, "python")


def number(lifter: Expressions, value: Value, name: str) -> Expr:
    """A real number that is no array, for `int` or `float`; known ones are converted now."""
    operand = lifter.operand(value)
    if operand.type.rank or operand.type.dtype.kind == "c":
        raise Unsupported("MDSL301", f"`{name}` of an array or a complex number")
    if isinstance(operand, Const):
        made = constant({"int": int, "float": float}[name](operand.value))
        if not isinstance(made, Expr):
            raise Unsupported("MDSL202", "an integer leaves int64")
        return made
    return operand if operand.type.kind != "array" else build.element_of(operand)
