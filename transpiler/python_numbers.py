"""Arithmetic of Python's own numbers -> Array IR: integers without bounds, floats that raise, complex numbers."""

from __future__ import annotations

import operator
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Ref
from ..ir.ops import table
from ..ir.types import BOOL, COMPLEX, FLOAT, INT, PY_BOOL, PY_COMPLEX, PY_FLOAT, PY_INT, Size
from .context import NARROW, Context
from .diagnostics import Unsupported
from .values import cast, const_of, constant

#: What a program cannot add so often that it leaves int64.
_FEW = 1 << 33

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "floor_divide": operator.floordiv, "remainder": operator.mod, "power": operator.pow,
    "less": operator.lt, "less_equal": operator.le, "equal": operator.eq, "not_equal": operator.ne,
    "greater": operator.gt, "greater_equal": operator.ge, "bitwise_and": operator.and_, "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor, "left_shift": operator.lshift, "right_shift": operator.rshift,
}  # fmt: skip
COMPARISONS = {"less", "less_equal", "equal", "not_equal", "greater", "greater_equal"}


def python_binary(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    """`a OP b` of two Python scalars: Python's types and errors. Integers stay affine where they can.

    Raises Unsupported (MDSL202) where Python's unbounded integers could leave int64.
    """
    known = [value_of(v) for v in (a, b)]
    if None not in known:
        try:
            value = OPERATORS[name](*known)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise Unsupported("MDSL303", f"Python raises {type(error).__name__} here") from error
        return _constant(value)
    kinds = {v.type.dtype.kind for v in (a, b)}
    if kinds <= {"b", "i"}:
        return _python_integers(ctx, name, a, b)
    if "c" in kinds:
        return _python_complex(ctx, name, a, b)
    if name not in COMPARISONS and name in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"):
        raise Unsupported("MDSL303", "Python raises TypeError here")
    x, y = (cast(v, FLOAT, "python") for v in (a, b))
    if name in ("divide", "floor_divide", "remainder"):
        _check_divisor(ctx, y, "float division by zero" if name == "divide" else "float floor division by zero")
    result = Apply(table()[name], (x, y), None, PY_BOOL if name in COMPARISONS else PY_FLOAT)
    return _checked_power(ctx, x, y, result) if name == "power" else result


def _checked_power(ctx: Context, base: Expr, power: Expr, result: Expr) -> Expr:
    """`base ** power` of Python floats: where it is no finite number, the original runs.

    A negative base gives a complex number, 0 with a negative exponent ZeroDivisionError, a large result OverflowError.
    """
    exponent = value_of(power)
    if exponent is not None and exponent >= 0 and exponent == int(exponent):
        if exponent > 1:
            _check_overflow(ctx, base, exponent, result)
        return result
    if not ctx.checking:
        raise Unsupported("MDSL303", "`**` of Python floats may leave the real numbers")
    ctx.checked = True
    result = ctx.bind_fresh("power", result)
    fine = Apply(table()["isfinite"], (result,), None, PY_BOOL)
    if exponent is None or exponent != int(exponent):  # Python gives complex numbers where it is no whole one
        real = Apply(table()["greater_equal"], (base, Const(0.0, PY_FLOAT)), None, PY_BOOL)
        if exponent is None:
            floor = Apply(table()["floor"], (power,), None, PY_FLOAT)
            whole = Apply(table()["equal"], (floor, power), None, PY_BOOL)
            real = Apply(table()["logical_or"], (real, whole), None, PY_BOOL)
        fine = Apply(table()["logical_and"], (fine, real), None, PY_BOOL)
    ctx.emit(arr.Check(fine, arr.BAIL, "a power that is no finite number"))
    return result


def _check_overflow(ctx: Context, base: Expr, exponent: float, result: Expr) -> None:
    """Where base ** exponent, a whole number above 1, may overflow, the original runs: Python raises OverflowError."""
    limit = Const(sys.float_info.max ** (1 / exponent) * (1 - 1e-12), PY_FLOAT)
    size = Apply(table()["absolute"], (base,), None, PY_FLOAT)
    fine = Apply(table()["less"], (size, limit), None, PY_BOOL)
    if ctx.is_checked(fine, arr.BAIL):
        return
    if ctx.at_door(fine):
        ctx.ask_first(arr.Check(fine, arr.BAIL, "a power overflows"))
    elif ctx.checking:
        ctx.checked = True
        ctx.emit(arr.Check(fine, arr.BAIL, "a power overflows"))
    else:
        finite = (Apply(table()["isfinite"], (x,), None, PY_BOOL) for x in (result, base))
        kept, known = finite
        fine = Apply(
            table()["logical_or"], (kept, Apply(table()["logical_not"], (known,), None, PY_BOOL)), None, PY_BOOL
        )
        ctx.emit(arr.Check(fine, "OverflowError", "(34, 'Numerical result out of range')"))


def _python_complex(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    """`a OP b` where one is a Python complex. Multiplied and divided as Python does before 3.14, number by number."""
    if name in ("equal", "not_equal"):
        return Apply(table()[name], (cast(a, COMPLEX, "python"), cast(b, COMPLEX, "python")), None, PY_BOOL)
    if name not in ("add", "subtract", "multiply", "divide", "power"):
        raise Unsupported("MDSL303", "Python raises TypeError here")
    if a.type.dtype != b.type.dtype and sys.version_info >= (3, 14):
        raise Unsupported("MDSL301", "Python's complex and real numbers in one operation are not compiled")
    x, y = cast(a, COMPLEX, "python"), cast(b, COMPLEX, "python")
    if name == "power":
        exponent = value_of(b)
        if exponent == 2:
            return _finite(ctx, Apply(table()["multiply"], (x, x), None, PY_COMPLEX))
        if exponent == 3:
            square = ctx.bind_fresh("square", Apply(table()["multiply"], (x, x), None, PY_COMPLEX))
            return _finite(ctx, Apply(table()["multiply"], (x, square), None, PY_COMPLEX))
        return _finite(ctx, Apply(table()["power"], (x, y), None, PY_COMPLEX))
    if name == "divide":
        _check_divisor(ctx, y, "complex division by zero")
    return Apply(table()[name], (x, y), None, PY_COMPLEX)


def _finite(ctx: Context, result: Expr) -> Expr:
    """A complex number, or the original runs: it raises where it overflows."""
    if not ctx.checking:
        raise Unsupported("MDSL303", "a power of Python's complex numbers may overflow")
    ctx.checked = True
    held = ctx.bind_fresh("power", result)
    ctx.emit(arr.Check(Apply(table()["isfinite"], (held,), None, PY_BOOL), arr.BAIL, "a complex power overflows"))
    return held


def _python_integers(ctx: Context, name: str, a: Expr, b: Expr) -> Expr:
    if name in ("bitwise_and", "bitwise_or", "bitwise_xor") and a.type.dtype == b.type.dtype == BOOL:
        return Apply(table()[name], (a, b), None, PY_BOOL)
    a, b = (cast(v, INT, "python") if v.type.dtype == BOOL else affine(ctx, v) for v in (a, b))
    if name in COMPARISONS:
        return compare_integers(ctx, name, a, b)
    if name == "divide":
        _check_divisor(ctx, b, "division by zero")
        return Apply(table()["divide"], (cast(a, FLOAT, "python"), cast(b, FLOAT, "python")), None, PY_FLOAT)
    if name in ("add", "subtract"):
        _stay_in_range(ctx, name, a, b)
        if isinstance(a, Extent) and isinstance(b, Extent):
            return Extent(a.size + b.size if name == "add" else a.size - b.size)
        return Apply(table()[name], (a, b), None, PY_INT)
    if name == "multiply":
        if not _counts_elements(ctx, a, b):
            _stay_in_range(ctx, name, a, b)
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Extent) and x.size.is_const and isinstance(y, Extent):
                return Extent(y.size * x.size.const)
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
    if name in ("left_shift", "right_shift") and value_of(b) == 0:
        return a
    if name == "right_shift" and (shift := value_of(b)) is not None and 0 < shift < 63:
        return Apply(table()[name], (a, b), None, PY_INT)
    if name == "left_shift" and (shift := value_of(b)) is not None and 0 < shift < 62 and ctx.checking:
        check_range(ctx, "multiply", a, Extent(Size(1 << shift)))
        return Apply(table()["multiply"], (a, Extent(Size(1 << shift))), None, PY_INT)
    if name == "power" and value_of(b) == 2 and isinstance(a, Extent):
        return Apply(table()["multiply"], (a, a), None, PY_INT)
    if name in ("power", "left_shift") and ctx.checking and (value_of(b) is None or value_of(b) >= 0):
        # a negative exponent gives a float, a negative shift ValueError: there the original runs too
        whole = compare_integers(ctx, "greater_equal", b, Extent(Size(0)))
        if not (isinstance(whole, Const) and whole.value):
            ctx.emit(arr.Check(whole, arr.BAIL, f"a negative operand of `{name}`"))
        if name == "left_shift":
            return python_binary(ctx, "multiply", a, python_binary(ctx, "power", Extent(Size(2)), b))
        check_range(ctx, "power", a, b)
        return Apply(table()["power"], (a, b), None, PY_INT)
    raise Unsupported("MDSL202", f"`{name}` of Python integers may leave int64")


def _stay_in_range(ctx: Context, name: str, a: Expr, b: Expr) -> None:
    """Python integers have no limit: where `a OP b` may leave int64, it is checked, and the original runs there.

    What is checked stays below 2**62: no number of additions of integers of few digits, that a program lives to see,
    takes it to the end of int64. Raises Unsupported (MDSL202) where it may leave int64 and cannot be checked.
    """
    for operand in (a, b):
        if isinstance(operand, Extent):
            ctx.narrow.update(operand.size.names)
    x, y = ctx.magnitude(a), ctx.magnitude(b)
    most = None if x is None or y is None else x + y if name in ("add", "subtract") else x * y
    if most is not None and most < 1 << 63:
        return
    if most is None and name in ("add", "subtract") and min(x or _FEW, y or _FEW) < _FEW:
        return
    if ctx.checking:
        check_range(ctx, name, a, b)
        return
    certain = any(
        isinstance(v, Const)
        or (isinstance(v, Extent) and (v.size.is_const or not ctx.certain.isdisjoint(v.size.names)))
        or (isinstance(v, Ref) and v.name in ctx.certain)
        for v, size in ((a, x), (b, y))
        if size is not None and size > NARROW
    )
    sizes = isinstance(a, Extent) and isinstance(b, Extent)
    if certain or (name == "multiply" and value_of(a) is None and value_of(b) is None and not sizes):
        raise Unsupported("MDSL202", f"`{name}` of Python integers may leave int64")


def check_range(ctx: Context, name: str, a: Expr, b: Expr) -> None:
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
                same = True if holds(d) and holds(-d) else False if holds(d - 1) or holds(-d - 1) else None
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
    known = value_of(value)
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
    if (known := value_of(value)) is not None:
        return _constant(-known)
    if value.type.dtype == BOOL:
        value = cast(value, INT, "python")
    return Apply(table()["negative"], (value,), None, value.type)


def value_of(value: Expr) -> Any:
    """The number that `value` is known to be; None where only the run knows."""
    match value:
        case Const(known, _):
            return known
        case Extent(size) if size.is_const:
            return size.const
        case _:
            return None


def _constant(value: Any) -> Expr:
    made = constant(value)
    if not isinstance(made, Expr):
        raise Unsupported("MDSL202", "a Python integer leaves int64")
    return made
