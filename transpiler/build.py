"""Builders of Array IR with NumPy's own rules: promotion, broadcasting, reductions, Python's scalar arithmetic."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Reduced, Ref, View
from ..ir.ops import Op, resolve_elementwise, table
from ..ir.types import BOOL, COMPLEX, FLOAT, INT, PY_BOOL, PY_FLOAT, PY_INT, Shape, Size, Type
from .context import Context
from .diagnostics import Unsupported
from .ranges import within
from .values import const_of


def cast(value: Expr, dtype: np.dtype, kind: str | None = None) -> Expr:
    """`value` with elements of `dtype`; constants are converted here."""
    if kind is None and value.type.kind == "python" and dtype not in (BOOL, INT, FLOAT, COMPLEX):
        kind = "numpy"
    type = Type(dtype, value.shape, kind or value.type.kind)
    if value.type == type:
        return value
    if isinstance(value, Const):
        return const_of(value.value, Type(dtype, (), kind or ("python" if value.type.kind == "python" else "numpy")))
    if isinstance(value, Extent) and value.size.is_const:
        return const_of(value.size.const, Type(dtype, (), kind or "python"))
    return Apply(table()["cast"], (value,), dtype, type)


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
    if op.name in _COMPARISONS and len(values) == 2:
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
            known = _known(weak)
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
    for value, dtype in zip(values, inputs, strict=True):
        if value.type.weak and value.type.dtype.kind == "i" and dtype.kind in "iu":
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
        if isinstance(total, Extent) and (total.size.is_const or factor.size.is_const):
            total = python_binary(ctx, "multiply", total, factor)
        else:
            total = Apply(table()["multiply"], (total, factor), None, PY_INT)
    return total


# -- Python's own scalar arithmetic ------------------------------------------------------------------------------------

_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "floor_divide": operator.floordiv, "remainder": operator.mod, "power": operator.pow,
    "less": operator.lt, "less_equal": operator.le, "equal": operator.eq, "not_equal": operator.ne,
    "greater": operator.gt, "greater_equal": operator.ge, "bitwise_and": operator.and_, "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor, "left_shift": operator.lshift, "right_shift": operator.rshift,
}  # fmt: skip
_COMPARISONS = {"less", "less_equal", "equal", "not_equal", "greater", "greater_equal"}


def python_binary(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    """`a OP b` of two Python scalars: Python's types and errors. Integers stay affine where they can.

    Raises Unsupported (MDSL202) where Python's unbounded integers could leave int64.
    """
    known = [_known(v) for v in (a, b)]
    if None not in known:
        try:
            value = _PYTHON[name](*known)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise Unsupported("MDSL303", f"Python raises {type(error).__name__} here") from error
        return _constant(value)
    kinds = {v.type.dtype.kind for v in (a, b)}
    if kinds <= {"b", "i"}:
        return _python_integers(ctx, name, a, b)
    if "c" in kinds:
        raise Unsupported("MDSL301", "Python's complex scalars are not compiled")
    if name not in _COMPARISONS and name in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"):
        raise Unsupported("MDSL303", "Python raises TypeError here")
    x, y = (cast(v, FLOAT, "python") for v in (a, b))
    if name in ("divide", "floor_divide", "remainder"):
        _check_divisor(ctx, y, "float division by zero" if name == "divide" else "float floor division by zero")
    if name == "power":
        exponent = _known(b)
        if exponent is None or exponent < 0 or exponent != int(exponent):
            # a negative base gives a complex number, zero with a negative exponent ZeroDivisionError
            raise Unsupported("MDSL303", "`**` of Python floats may leave the real numbers")
    result = PY_BOOL if name in _COMPARISONS else PY_FLOAT
    return Apply(table()[name], (x, y), None, result)


def _python_integers(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    if name in ("bitwise_and", "bitwise_or", "bitwise_xor") and a.type.dtype == b.type.dtype == BOOL:
        return Apply(table()[name], (a, b), None, PY_BOOL)
    a, b = (cast(v, INT, "python") if v.type.dtype == BOOL else affine(ctx, v) for v in (a, b))
    if name in _COMPARISONS:
        return compare_integers(ctx, name, a, b)
    if name == "divide":
        _check_divisor(ctx, b, "division by zero")
        return Apply(table()["divide"], (cast(a, FLOAT, "python"), cast(b, FLOAT, "python")), None, PY_FLOAT)
    if name in ("add", "subtract"):
        if isinstance(a, Extent) and isinstance(b, Extent):
            return Extent(a.size + b.size if name == "add" else a.size - b.size)
        if not (_is_small(a) or _is_small(b)) and ctx.checking:
            _check_range(ctx, name, a, b)
        return Apply(table()[name], (a, b), None, PY_INT)
    if name == "multiply":
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Extent) and x.size.is_const and isinstance(y, Extent):
                return Extent(y.size * x.size.const)
        sizes = isinstance(a, Extent) and isinstance(b, Extent)
        if not (sizes or (_is_small(a) and _is_small(b)) or _counts_elements(ctx, a, b)):
            known = _known(a) if _known(b) is None else _known(b)
            if ctx.checking:
                _check_range(ctx, name, a, b)
            elif known is None:
                raise Unsupported("MDSL202", "a product of Python integers may leave int64")
        return Apply(table()[name], (a, b), None, PY_INT)
    if name in ("floor_divide", "remainder"):
        _check_divisor(
            ctx, b, "integer division or modulo by zero" if name == "floor_divide" else "integer modulo by zero"
        )
        if isinstance(a, Extent) and isinstance(b, Extent) and b.size.is_const and b.size.const > 0:
            quotient = ctx.derive("//", a.size, b.size, "half" if b.size == 2 else "part")
            return Extent(quotient if name == "floor_divide" else a.size - quotient * b.size.const)
        return Apply(table()[name], (a, b), None, PY_INT)
    if name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        return Apply(table()[name], (a, b), None, PY_INT)
    if name == "right_shift" and (known := _known(b)) is not None and 0 <= known < 63:
        return Apply(table()[name], (a, b), None, PY_INT)
    if name == "left_shift" and (known := _known(b)) is not None and 0 <= known < 62 and ctx.checking:
        _check_range(ctx, "multiply", a, Extent(Size(1 << known)))
        return Apply(table()["multiply"], (a, Extent(Size(1 << known))), None, PY_INT)
    if name == "power" and _known(b) == 2 and isinstance(a, Extent):
        return Apply(table()["multiply"], (a, a), None, PY_INT)
    if name in ("power", "left_shift") and ctx.checking and (_known(b) is None or _known(b) >= 0):
        # a negative exponent gives a float, a negative shift ValueError: there the original runs too
        whole = compare_integers(ctx, "greater_equal", b, Extent(Size(0)))
        if not (isinstance(whole, Const) and whole.value):
            ctx.emit(arr.Check(whole, arr.BAIL, f"a negative operand of `{name}`"))
        if name == "left_shift":
            return python_binary(ctx, "multiply", a, python_binary(ctx, "power", Extent(Size(2)), b))
        _check_range(ctx, "power", a, b)
        return Apply(table()["power"], (a, b), None, PY_INT)
    raise Unsupported("MDSL202", f"`{name}` of Python integers may leave int64")


def _is_small(value: Expr) -> bool:
    """Whether a Python integer has few digits: no number of additions that a program lives to see leaves int64."""
    match value:
        case Extent(size):
            return not size.is_const or abs(size.const) < 1 << 32
        case Const(known, _):
            return abs(known) < 1 << 32
        case Apply(op, (inner,), _, _) if op.name == "cast":
            return inner.type.dtype.kind in "biu" and inner.type.dtype.itemsize <= 4
        case _:
            return False


def _check_range(ctx: Context, name: str, a: Expr, b: Expr) -> None:
    """Where `a OP b` of Python integers comes near the end of int64, the original runs: Python has no such end."""
    ctx.checked = True
    near = Apply(table()[name], (cast(a, FLOAT, "python"), cast(b, FLOAT, "python")), None, PY_FLOAT)
    size = Apply(table()["absolute"], (near,), None, PY_FLOAT)
    fits = Apply(table()["less"], (size, Const(2.0**62, PY_FLOAT)), None, PY_BOOL)
    ctx.emit(arr.Check(fits, arr.BAIL, "an integer leaves int64"))


def _counts_elements(ctx: Context, *factors: Expr) -> bool:
    """Whether a product is of different extents of one array: no array has more elements than int64 counts."""
    sizes: list[Size] = []
    pending = list(factors)
    while pending:
        match pending.pop():
            case Extent(size):
                sizes.append(size)
            case Apply(op, args, _, _) if op.name == "multiply":
                pending.extend(args)
            case _:
                return False
    return any(not Counter(sizes) - Counter(type.shape) for type in ctx.types.values())


def compare_integers(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    """A comparison of Python integers; decided here where the facts decide it."""
    a, b = affine(ctx, a), affine(ctx, b)
    if isinstance(a, Extent) and isinstance(b, Extent):
        d = ctx.normal(b.size - a.size)
        holds = ctx.facts.nonnegative
        decided: bool | None = None
        match name:
            case "less":
                decided = True if holds(d - 1) else False if holds(-d) else None
            case "less_equal":
                decided = True if holds(d) else False if holds(-d - 1) else None
            case "greater":
                decided = True if holds(-d - 1) else False if holds(d) else None
            case "greater_equal":
                decided = True if holds(-d) else False if holds(d - 1) else None
            case "equal" | "not_equal":
                same = True if d == 0 else False if holds(d - 1) or holds(-d - 1) else None
                decided = same if name == "equal" or same is None else not same
        if decided is not None:
            return Const(decided, PY_BOOL)
    return Apply(table()[name], (a, b), None, PY_BOOL)


def affine(ctx: Context, value: Expr) -> Expr:
    """A Python integer that is bound once as what it is in sizes; another value as it is."""
    if isinstance(value, Ref) and value.type == PY_INT and ctx.defined(value) is not value:
        return Extent(ctx.size(value))
    return value


def assume(ctx: Context, truth: Expr) -> bool:
    """Whether an asserted fact about sizes is made to hold by guards at the door: then the original asserts it."""
    match truth:
        case Const(known, _):
            return bool(known)
        case Apply(op, (a, b), _, _) if op.name == "logical_and":
            return assume(ctx, a) and assume(ctx, b)
        case Apply(op, (Extent(a), Extent(b)), _, _):
            reason = "asserted"
            match op.name:
                case "equal":
                    return ctx.require_equal(a, b, reason)
                case "greater_equal" | "greater":
                    return ctx.require(a - b - (op.name == "greater"), reason)
                case "less_equal" | "less":
                    return ctx.require(b - a - (op.name == "less"), reason)
    return False


def _check_divisor(ctx: Context, value: Expr, message: str) -> None:
    known = _known(value)
    if known is not None:
        if known == 0:
            raise Unsupported("MDSL303", "Python raises ZeroDivisionError here")
        return
    match value:
        case Apply(op, (Extent() as integer,), _, _) if op.name == "cast":
            value = integer  # the same condition, whichever way the division converts it
    if isinstance(value, Extent) and (ctx.facts.positive(value.size) or ctx.facts.positive(-value.size)):
        return
    zero = Extent(Size(0)) if value.type == PY_INT else const_of(0, value.type)
    nonzero = Apply(table()["not_equal"], (value, zero), None, PY_BOOL)
    ctx.emit(arr.Check(nonzero, "ZeroDivisionError", message))


def python_negative(ctx: Context, value: Expr) -> Expr:
    value = affine(ctx, value)
    if isinstance(value, Extent):
        return Extent(-value.size)
    if (known := _known(value)) is not None:
        return _constant(-known)
    if value.type.dtype == BOOL:
        value = cast(value, INT, "python")
    return Apply(table()["negative"], (value,), None, value.type)


def _known(value: Expr) -> Any:
    match value:
        case Const(known, _):
            return known
        case Extent(size) if size.is_const:
            return size.const
        case _:
            return None


def _constant(value: Any) -> Expr:
    from .values import constant

    made = constant(value)
    if not isinstance(made, Expr):
        raise Unsupported("MDSL202", "a Python integer leaves int64")
    return made
