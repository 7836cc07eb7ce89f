"""Numbers of which only the run knows whether they are Python's or NumPy's: what `max(0.0, x[i])` gives.

Where it makes no difference they are np.float64. Where it would show, a flag beside them tells which they are: in
what the function returns, and in a division by zero, of which Python raises. What would need two dtypes (an array of
float32 times one of them) is not compiled. Nothing but what is written here takes them: Ambiguous is no Expr.
"""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Ref, Results
from ..ir.ops import table
from ..ir.types import BOOL, FLOAT, INT, PY_BOOL, PY_FLOAT, PY_INT, Type
from . import build
from .context import NARROW, Context, TypeChanged
from .diagnostics import Unsupported
from .values import Ambiguous, Closure, Method, Static, Value, cast, is_scalar

if TYPE_CHECKING:
    from .lift_expr import Expressions
    from .lift_operators import Operators

NUMPY_FLOAT = Type(FLOAT, (), "numpy")

#: What a variable holds that is one: its dtype is that of the Python number.
KIND = "ambiguous"
TYPES = {dtype: Type(dtype, (), KIND) for dtype in (INT, FLOAT)}

_SMALL = 1 << 20  # integers whose sums stay exact as floats, however often a program lives to add them
_ARITHMETIC = ("add", "subtract", "multiply")


def of(value: Value) -> Ambiguous | None:
    """A number as one that might be another kind; None for what cannot be: its sums may not be those of floats."""
    if isinstance(value, Ambiguous):
        return value
    if not is_scalar(value):
        return None
    assert isinstance(value, Expr)
    if value.type == NUMPY_FLOAT:
        return Ambiguous(value, Const(True, PY_BOOL), FLOAT)
    if value.type == PY_FLOAT:
        while isinstance(value, Apply) and value.op.name == "cast" and value.args[0].type.dtype == FLOAT:
            value = value.args[0]  # float() of np.float64: the same number
        return Ambiguous(cast(value, FLOAT, "numpy"), Const(False, PY_BOOL), FLOAT)
    if isinstance(value, Extent) and value.size.is_const and abs(value.size.const) <= _SMALL:
        return Ambiguous(cast(value, FLOAT, "numpy"), Const(False, PY_BOOL), INT)
    return None


def number_of(ctx: Context, value: Value) -> Ambiguous | None:
    """Like `of`, also for integers that are no literals: extents, loops' variables and narrow arguments.

    Raises TypeChanged for one that a loop carries: it is of either kind itself.
    """
    if isinstance(value, Ref) and value.type == PY_INT:
        for name, cell in ctx.carried.items():
            if cell is not None and cell.name == value.name:
                raise TypeChanged(name, TYPES[INT])
    if isinstance(value, Expr) and value.type == PY_INT and (most := ctx.magnitude(value)) and most <= NARROW:
        if not (isinstance(value, Extent) and value.size.is_const):
            return Ambiguous(cast(value, FLOAT, "numpy"), Const(False, PY_BOOL), INT, small=False)
    return of(value)


def joined(first: Ambiguous, second: Ambiguous) -> np.dtype:
    """The dtype of the Python number where a value is one or the other. Raises Unsupported where it may be either."""
    python = {v.python for v in (first, second) if not is_true(v.is_numpy)}
    if len(python) > 1:
        raise Unsupported("MDSL309", "a number that may be Python's int, Python's float or NumPy's")
    return python.pop() if python else FLOAT


def fitting(ctx: Context, name: str, value: Value, python: np.dtype) -> Ambiguous:
    """What is assigned to a variable of which the Python numbers are of one dtype. Raises Unsupported for others."""
    number = number_of(ctx, value)
    if number is None or (not is_true(number.is_numpy) and number.python != python):
        raise Unsupported("MDSL309", f"`{name}` may be Python's int, Python's float or NumPy's")
    return number


def chosen(condition: Expr, then: Ambiguous, other: Ambiguous) -> Ambiguous:
    """One of the two."""
    value = then.value
    if other.value != value:
        value = Apply(table()["where"], (condition, value, other.value), None, NUMPY_FLOAT)
    truth = condition if condition.type == PY_BOOL else Apply(table()["cast"], (condition,), BOOL, PY_BOOL)
    flag = _where(truth, then.is_numpy, other.is_numpy)
    return Ambiguous(value, flag, joined(then, other), then.small and other.small)


def is_true(flag: Expr) -> bool:
    return isinstance(flag, Const) and bool(flag.value)


def _where(condition: Expr, then: Expr, other: Expr) -> Expr:
    if isinstance(then, Const) and isinstance(other, Const) and then.value == other.value:
        return then
    if isinstance(other, Const):
        condition, then, other = _negation(condition), other, then
    if not isinstance(then, Const):
        return Apply(table()["where"], (condition, then, other), None, PY_BOOL)
    if then.value:
        return _either(condition, other)
    otherwise = _negation(condition)
    return otherwise if is_true(other) else Apply(table()["logical_and"], (otherwise, other), None, PY_BOOL)


def _negation(value: Expr) -> Expr:
    if isinstance(value, Apply) and value.op.name == "logical_not":
        return value.args[0]
    return Apply(table()["logical_not"], (value,), None, PY_BOOL)


def _either(a: Expr, b: Expr) -> Expr:
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Const):
            return x if x.value else y
    return Apply(table()["logical_or"], (a, b), None, PY_BOOL)


def beside(number: Ambiguous, *others: Value) -> Expr:
    """The number as NumPy's, in an operation with `others`. Raises Unsupported where the kinds give two dtypes."""
    for other in others:
        if isinstance(other, Expr) and not other.type.weak:
            exact = other.type.dtype in (FLOAT, np.complex128)
            if not exact and (number.python == INT or other.type.dtype.kind in "fc"):
                raise Unsupported(
                    "MDSL301", f"whether a number is Python's or NumPy's decides the dtype beside {other.type.dtype}"
                )
    return number.value


def binary(lifter: Operators, name: str, a: Value, b: Value) -> Value:
    """`a OP b` where one of them, or both, may be of either kind."""
    for number, other in ((a, b), (b, a)):
        if isinstance(number, Ambiguous) and isinstance(other, Expr) and not other.type.weak:
            if name == "power":
                raise Unsupported("MDSL301", "a power of a number that may be Python's or NumPy's")
            known = beside(number, other)
            return lifter.binary(name, *((known, other) if number is a else (other, known)))
    x, y = number_of(lifter.ctx, a), number_of(lifter.ctx, b)
    if name == "power" and x is not None and isinstance(b, Extent) and b.size == 2:
        return _square(lifter, x)
    if x is None or y is None or name not in (*_ARITHMETIC, "divide"):
        raise Unsupported("MDSL301", f"`{name}` of a number that may be Python's or NumPy's")
    is_numpy = _either(x.is_numpy, y.is_numpy)
    python = INT if x.python == y.python == INT else FLOAT
    if name == "divide":
        if not (isinstance(b, Extent) and lifter.ctx.facts.positive(b.size)):
            _divisor(lifter, y, is_numpy, python)
        python = FLOAT
    value: Expr = Apply(table()[name], (x.value, y.value), None, NUMPY_FLOAT)
    small = x.small and y.small and name != "multiply"
    if python == INT and not small:
        value = _whole(lifter, value, is_numpy)
    if python == INT and name == "multiply":
        value = _without_sign(value, is_numpy)
    return Ambiguous(value, is_numpy, python, small)


def _without_sign(value: Expr, is_numpy: Expr) -> Expr:
    """A result of Python's integers, of which zero has no sign."""
    zero = Const(np.float64(0), NUMPY_FLOAT)
    plain = Apply(table()["add"], (value, zero), None, NUMPY_FLOAT)
    return Apply(table()["where"], (is_numpy, value, plain), None, NUMPY_FLOAT)


def _whole(lifter: Operators, value: Expr, is_numpy: Expr) -> Expr:
    """A result of Python's integers: where a float would round it, the original runs."""
    ctx = lifter.ctx
    if not ctx.checking:
        raise Unsupported("MDSL202", "Python's integers beside NumPy's floats may leave what floats hold exactly")
    ctx.checked = True
    held = ctx.bind_fresh("number", value)
    size = Apply(table()["absolute"], (held,), None, NUMPY_FLOAT)
    fits = Apply(table()["less"], (size, Const(np.float64(2.0**52), NUMPY_FLOAT)), None, PY_BOOL)
    ctx.emit(arr.Check(_either(is_numpy, fits), arr.BAIL, "an integer that a float does not hold"))
    return held


def _divisor(lifter: Operators, number: Ambiguous, is_numpy: Expr, python: np.dtype) -> None:
    """Python raises where it divides by zero."""
    if isinstance(number.value, Const) and number.value.value:
        return
    nonzero = Apply(table()["not_equal"], (number.value, Const(np.float64(0), NUMPY_FLOAT)), None, PY_BOOL)
    message = "division by zero" if python == INT else "float division by zero"
    lifter.ctx.emit(arr.Check(_either(is_numpy, nonzero), "ZeroDivisionError", message))


def _square(lifter: Operators, number: Ambiguous) -> Ambiguous:
    """`x ** 2`: Python raises where it overflows, of integers it is no power of floats."""
    if number.python == INT:
        raise Unsupported("MDSL301", "a power of a number that may be Python's int or np.float64")
    size = Apply(table()["absolute"], (number.value,), None, NUMPY_FLOAT)
    limit = Const(np.float64(sys.float_info.max**0.5 * (1 - 1e-12)), NUMPY_FLOAT)
    large = Apply(table()["greater_equal"], (size, limit), None, PY_BOOL)
    infinite = Apply(table()["isinf"], (number.value,), None, PY_BOOL)
    fine = _either(Apply(table()["logical_not"], (large,), None, PY_BOOL), infinite)
    message = "(34, 'Numerical result out of range')"
    lifter.ctx.emit(arr.Check(_either(number.is_numpy, fine), "OverflowError", message))
    two = Const(np.float64(2), NUMPY_FLOAT)
    return Ambiguous(Apply(table()["power"], (number.value, two), None, NUMPY_FLOAT), number.is_numpy, FLOAT)


def negative(number: Ambiguous) -> Ambiguous:
    value = Apply(table()["negative"], (number.value,), None, NUMPY_FLOAT)
    return replace(number, value=_without_sign(value, number.is_numpy) if number.python == INT else value)


def absolute(number: Ambiguous) -> Ambiguous:
    return replace(number, value=Apply(table()["absolute"], (number.value,), None, NUMPY_FLOAT))


def compare(lifter: Operators, name: str, a: Value, b: Value) -> Expr:
    """A comparison. Of two that may be Python's only the truth is known, not whose bool it is."""
    for number, other in ((a, b), (b, a)):
        if isinstance(number, Ambiguous) and isinstance(other, Expr) and not other.type.weak:
            known = beside(number, other)
            return lifter.compare(name, *((known, other) if number is a else (other, known)))
    x, y = number_of(lifter.ctx, a), number_of(lifter.ctx, b)
    if x is None or y is None:
        raise Unsupported("MDSL301", "a comparison of a number that may be Python's or NumPy's")
    return Apply(table()[name], (x.value, y.value), None, PY_BOOL)


def is_undecided(a: Value, b: Value) -> bool:
    """Whether a comparison may give Python's bool or NumPy's."""
    pair = (a, b)
    return any(isinstance(v, Ambiguous) for v in pair) and not any(
        isinstance(v, Expr) and not v.type.weak for v in pair
    )


def as_float(value: Value) -> Value:
    """An item of an array. Raises Unsupported where integers may be all that it has: then it is one of integers."""
    if not isinstance(value, Ambiguous):
        return value
    if value.python == INT:
        raise Unsupported("MDSL301", "an item that may be Python's int or np.float64")
    return value.value


def python_float(number: Ambiguous) -> Expr:
    """What float() makes of it."""
    return build.cast(number.value, FLOAT, "python")


def handed_in(function: Value, args: list[Value], kwargs: dict[str, Value]) -> tuple[list[Value], dict[str, Value]]:
    """The arguments of a call for which it makes no difference whose numbers they are.

    Raises Unsupported where it may.
    """
    target = function.value if isinstance(function, Static) else None
    own = [function.value] if isinstance(function, Method) else []
    if target in (float, int, bool) or _is_maths(target):

        def given(value: Value) -> Value:
            return python_float(value) if isinstance(value, Ambiguous) else value
    elif own or (_is_numpys(target) and target not in (np.result_type, np.can_cast)):
        every = [*own, *args, *kwargs.values()]

        def given(value: Value) -> Value:
            if not isinstance(value, Ambiguous):
                return value
            if any(not isinstance(other, (Expr, Ambiguous, Static)) for other in every):
                raise Unsupported("MDSL301", "a number that may be Python's or NumPy's beside a sequence")
            as_float(value)  # Python's int would decide a dtype
            return beside(value, *every)
    elif target in (abs, min, max) or isinstance(function, Closure) or isinstance(target, types.FunctionType):
        return args, kwargs  # functions that take them, and those of the program
    else:
        raise Unsupported("MDSL301", "a call with a number that may be Python's or NumPy's")
    return [given(value) for value in args], {name: given(value) for name, value in kwargs.items()}


def _is_maths(function: object) -> bool:
    return isinstance(function, types.BuiltinFunctionType) and function.__module__ == "math"


def _is_numpys(function: object) -> bool:
    module = getattr(function, "__module__", None) or ""
    return isinstance(function, np.ufunc) or module.partition(".")[0] == "numpy"


def refreshed(lifter: Expressions, number: Ambiguous) -> Ambiguous:
    """The number read anew: its variables may have been assigned since."""
    versions = lifter.ctx.versions

    def now(part: Expr) -> Expr:
        return Ref(part.name, versions[part.name], part.type) if isinstance(part, Ref) else part

    return replace(number, value=now(number.value), is_numpy=now(number.is_numpy))


def variables(number: Value) -> tuple[str, ...]:
    """The names of its variables; none for what is no such number."""
    if not isinstance(number, Ambiguous):
        return ()
    return tuple(part.name for part in (number.value, number.is_numpy) if isinstance(part, Ref))


def result(number: Ambiguous) -> Results:
    """As something that a function returns."""
    python = "int" if number.python == INT else "float"
    return Results((number.value, number.is_numpy), f"({{0}} if {{1}} else {python}({{0}}))")


def bound(lifter: Expressions, name: str, number: Ambiguous) -> Ambiguous:
    """The number in variables of its own."""
    value = lifter.assign_scalar(name, number.value)  # type: ignore[attr-defined]
    flag = number.is_numpy
    if not isinstance(flag, (Const, Ref)) or (isinstance(flag, Ref) and flag.name in lifter.ctx.mutable):
        flag = lifter.ctx.bind_fresh(f"{name}_is_numpy", flag)
    return replace(number, value=value, is_numpy=flag)
