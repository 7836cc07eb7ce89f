"""`math`, `cmath` and Python's own functions of single numbers.

They compute what the operations of the table compute, but raise where those give NaN or infinity. Where Python would
raise, a check says so with Python's message, or the original runs and raises itself.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Const, Expr, Extent, Ref
from ...ir.ops import decompose_scalars, table
from ...ir.types import BOOL, COMPLEX, FLOAT, PY_BOOL, PY_COMPLEX, PY_FLOAT, PY_INT, Size
from .. import build, python_numbers
from ..diagnostics import Unsupported
from ..lift_call import number, python_int
from ..values import Static, Tup, Value, constant, static_value

if TYPE_CHECKING:
    from ..context import Context
    from ..lift_expr import Expressions

Handler = Callable[..., Value]

#: Names of `math` that the table has under another one.
_NAMES = {
    "atan2": "arctan2", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "fabs": "absolute", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "degrees": "rad2deg", "radians": "deg2rad",
}  # fmt: skip
#: Functions that raise ValueError of what is less than 0, or not greater.
_DOMAINS = {"sqrt": "less", "log": "less_equal", "log2": "less_equal", "log10": "less_equal"}
#: Functions that give a finite number of every finite one, and take the others too.
_TOTAL = ("atan", "atan2", "fabs", "hypot", "tanh", "copysign", "asinh", "cbrt", "degrees", "radians", "erf", "erfc")
#: Functions whose results tell where they raise: what is not finite.
_PARTIAL = ("asin", "acos", "acosh", "atanh", "log1p", "exp2", "gamma", "lgamma")


def truth(name: str, *args: Expr) -> Expr:
    """A predicate of the table as a Python bool."""
    return Apply(table()[name], args, None, PY_BOOL)


def negation(condition: Expr) -> Expr:
    return truth("logical_not", condition)


def unless_raised(ctx: Context, fine: Expr, what: str) -> None:
    """Where `fine` does not hold, the original runs, and raises or computes what compiled code does not.

    Raises Unsupported where the original cannot take over.
    """
    if isinstance(fine, Const) and fine.value:
        return
    if not ctx.checking:
        raise Unsupported("MDSL202", what)
    ctx.checked = True
    ctx.emit(arr.Check(fine, arr.BAIL, what))


def real(lifter: Expressions, value: Value) -> Expr:
    """A number as a Python float."""
    return build.cast(number(lifter, value, "float"), FLOAT, "python")


def held(ctx: Context, value: Expr, name: str) -> Expr:
    """`value` in a variable: it is asked for more than once."""
    return value if isinstance(value, (Ref, Const)) else ctx.bind_fresh(name, value)


def _evaluated(function: Callable[..., Any], operands: list[Expr]) -> Value:
    """A call of constants, made now."""
    try:
        return constant(function(*(operand.value for operand in operands)))  # type: ignore[union-attr]
    except (ArithmeticError, ValueError) as error:
        raise Unsupported("MDSL303", f"Python raises {type(error).__name__} here") from error


def finite_result(ctx: Context, result: Expr, what: str) -> Expr:
    """A result that Python refuses where it is not finite."""
    result = held(ctx, result, "value")
    unless_raised(ctx, truth("isfinite", result), what)
    return result


def _function(name: str) -> Handler:
    """A function of Python floats that raises in no way or in one of a few."""
    op = table()[_NAMES.get(name, name)]
    own = getattr(math, name)

    def handler(lifter: Expressions, *args: Value) -> Value:
        ctx = lifter.ctx
        if name != "hypot" and len(args) != (2 if name in ("atan2", "copysign") else 1):
            raise Unsupported("MDSL303", f"`math.{name}` of {len(args)} numbers raises TypeError")
        operands = [real(lifter, arg) for arg in args]
        if all(isinstance(operand, Const) for operand in operands):
            return _evaluated(own, operands)
        if name == "hypot":
            return reduce(lambda x, y: Apply(op, (x, y), None, PY_FLOAT), operands)
        if name in _DOMAINS:
            # the comparison is false for NaN, which math's functions let pass
            outside = truth(_DOMAINS[name], operands[0], Const(0.0, PY_FLOAT))
            ctx.emit(arr.Check(negation(outside), "ValueError", "math domain error"))
        if name in ("sin", "cos", "tan"):
            ctx.emit(arr.Check(negation(truth("isinf", operands[0])), "ValueError", "math domain error"))
        result = Apply(op, tuple(operands), None, PY_FLOAT)
        if name in ("exp", "cosh", "sinh", "expm1"):
            result = held(ctx, result, "power")
            fine = truth("logical_or", truth("isfinite", result), negation(truth("isfinite", operands[0])))
            ctx.emit(arr.Check(fine, "OverflowError", "math range error"))
        if name in _PARTIAL:
            return finite_result(ctx, result, f"`math.{name}` raises, or gives what is not finite")
        return result

    return handler


def logarithm(lifter: Expressions, x: Value, base: Value = Static(None)) -> Value:
    """math.log(x, base), which Python computes as a quotient of two."""
    first = _function("log")(lifter, x)
    if isinstance(base, Static) and base.value is None:
        return first
    return lifter.binary("divide", first, _function("log")(lifter, base))


def power(lifter: Expressions, x: Value, y: Value) -> Value:
    operands = [real(lifter, x), real(lifter, y)]
    if all(isinstance(operand, Const) for operand in operands):
        return _evaluated(math.pow, operands)
    result = Apply(table()["float_power"], tuple(operands), None, PY_FLOAT)
    return finite_result(lifter.ctx, result, "`math.pow` raises, or gives what is not finite")


def fmod(lifter: Expressions, x: Value, y: Value) -> Value:
    operands = [real(lifter, x), real(lifter, y)]
    if all(isinstance(operand, Const) for operand in operands):
        return _evaluated(math.fmod, operands)
    return finite_result(lifter.ctx, Apply(table()["fmod"], tuple(operands), None, PY_FLOAT), "`math.fmod` raises")


def ldexp(lifter: Expressions, x: Value, exponent: Value) -> Value:
    operands = (real(lifter, x), lifter.operand(exponent))
    if operands[1].type != PY_INT:
        raise Unsupported("MDSL303", "an exponent that is no Python integer raises TypeError")
    return finite_result(lifter.ctx, Apply(table()["ldexp"], operands, None, PY_FLOAT), "`math.ldexp` raises")


def nextafter(lifter: Expressions, x: Value, y: Value) -> Value:
    operands = [real(lifter, x), real(lifter, y)]
    if all(isinstance(operand, Const) for operand in operands):
        return _evaluated(math.nextafter, operands)
    return Apply(table()["nextafter"], tuple(operands), None, PY_FLOAT)


def ulp(lifter: Expressions, x: Value) -> Value:
    size = Apply(table()["absolute"], (real(lifter, x),), None, PY_FLOAT)
    return finite_result(lifter.ctx, Apply(table()["spacing"], (size,), None, PY_FLOAT), "`math.ulp` of infinity")


def _whole(name: str) -> Handler:
    """math.floor, ceil and trunc: an integer of a float, an integer as it is."""

    def handler(lifter: Expressions, x: Value) -> Value:
        operand = number(lifter, x, "int") if isinstance(x, Const) else lifter.operand(x)
        if operand.type.dtype.kind in "bi" and operand.type.weak:
            return python_int(lifter, operand)
        if operand.type.dtype.kind != "f":
            raise Unsupported("MDSL301", f"`math.{name}` of this is not compiled")
        if name == "trunc" and operand.type.dtype != FLOAT:
            raise Unsupported("MDSL303", "`math.trunc` of a NumPy scalar that is no Python float raises TypeError")
        if isinstance(x, Const):
            return constant(getattr(math, name)(x.value))
        operand = real(lifter, operand)
        if name == "trunc":
            return python_int(lifter, operand)
        return python_int(lifter, Apply(table()[name], (operand,), None, PY_FLOAT))

    return handler


def _predicate(name: str) -> Handler:
    """`math.isnan` and the like: of a number, as a Python bool."""

    def handler(lifter: Expressions, x: Value) -> Value:
        operand = real(lifter, x)
        if isinstance(operand, Const):
            return constant(getattr(math, name)(operand.value))
        return truth(name, operand)

    return handler


# -- integers ----------------------------------------------------------------------------------------------------------


def _integer(lifter: Expressions, value: Value) -> Expr:
    """A Python integer; a bool counts as one. Raises Unsupported for what has none, which raises TypeError."""
    operand = lifter.operand(value)
    if operand.type.dtype == BOOL and operand.type.kind == "numpy":
        raise Unsupported("MDSL303", "NumPy's bool is no integer: TypeError")
    if operand.type.kind == "array" or operand.type.dtype.kind not in "biu" or operand.type.dtype == np.uint64:
        raise Unsupported("MDSL301", "an integer is needed here")
    return python_numbers.affine(lifter.ctx, python_int(lifter, operand))  # type: ignore[arg-type]


def _known(values: list[Expr]) -> list[int] | None:
    try:
        return [static_value(value) for value in values]
    except ValueError:
        return None


def _divisors(name: str) -> Handler:
    """math.gcd and math.lcm of any number of integers."""

    def handler(lifter: Expressions, *args: Value) -> Value:
        values = [_integer(lifter, arg) for arg in args]
        if not values or (known := _known(values)) is not None:
            return constant(getattr(math, name)(*(known if values else ())))  # type: ignore[misc]
        first, *rest = values
        result = python_abs_of(lifter.ctx, first)
        for value in rest:
            if name == "lcm":
                python_numbers.check_range(lifter.ctx, "multiply", result, value)
            result = Apply(table()[name], (result, value), None, PY_INT)
        return result

    return handler


def python_abs_of(ctx: Context, value: Expr) -> Expr:
    if isinstance(value, Extent):
        return Extent(ctx.derive("max", value.size, -value.size, "distance"))
    return Apply(table()["absolute"], (value,), None, PY_INT)


def isqrt(lifter: Expressions, n: Value) -> Value:
    value = _integer(lifter, n)
    if (known := _known([value])) is not None:
        return _evaluated(math.isqrt, [Const(known[0], PY_INT)])
    ctx = lifter.ctx
    for test, limit in (("greater_equal", 0), ("less", 1 << 52)):  # below, floor(sqrt(n)) of floats is exact
        unless_raised(
            ctx, python_numbers.compare_integers(ctx, test, value, Extent(Size(limit))), "`math.isqrt` of this"
        )
    root = Apply(table()["sqrt"], (build.cast(value, FLOAT, "python"),), None, PY_FLOAT)
    return build.cast(root, PY_INT.dtype, "python")


def _of_constants(name: str) -> Handler:
    """A function whose integers are known when it is compiled."""

    def handler(lifter: Expressions, *args: Value) -> Value:
        known = _known([_integer(lifter, arg) for arg in args])
        if known is None:
            raise Unsupported("MDSL301", f"`math.{name}` of what only the run knows is not compiled")
        return _evaluated(getattr(math, name), [Const(k, PY_INT) for k in known])

    return handler


def product(lifter: Expressions, sequence: Value, start: Value = constant(1)) -> Value:
    """math.prod of a tuple or a list."""
    items = lifter.items(sequence)
    if items is None:
        raise Unsupported("MDSL301", "`math.prod` of a sequence of unknown length")
    return reduce(lambda total, item: lifter.binary("multiply", total, item), items, start)


# -- by decomposition --------------------------------------------------------------------------------------------------


def _decomposed(body: Callable[..., Any], finite: bool = False) -> Handler:
    """A function of floats that is written in Python; of finite ones alone where the others are not its own."""

    def handler(lifter: Expressions, *args: Value, **kwargs: Value) -> Value:
        floats = [held(lifter.ctx, real(lifter, arg), "x") for arg in args]
        if finite:
            for value in floats:
                unless_raised(lifter.ctx, truth("isfinite", value), "a number that is not finite")
        return lifter.inline(Static(body), list(floats), kwargs, pure=True)

    return handler


def distance(lifter: Expressions, p: Value, q: Value) -> Value:
    """math.dist of points whose coordinates are known one by one."""
    first, second = lifter.items(p), lifter.items(q)
    if first is None or second is None or len(first) != len(second) or not first:
        raise Unsupported("MDSL301", "`math.dist` of points of unknown dimension")
    apart = [lifter.binary("subtract", real(lifter, x), real(lifter, y)) for x, y in zip(first, second, strict=True)]
    return _function("hypot")(lifter, *apart) if len(apart) > 1 else _function("fabs")(lifter, *apart)


def rounded(lifter: Expressions, x: Value, ndigits: Value = Static(None)) -> Value:
    """Python's `round`: to an integer, or to decimals of a float, half to even."""
    operand = lifter.operand(x)
    if not operand.type.weak:
        if operand.type.rank or operand.type.dtype.kind != "f":
            raise Unsupported("MDSL301", "`round` of this is not compiled")
        if isinstance(ndigits, Static) and ndigits.value is None:
            return python_int(lifter, build.elementwise(lifter.ctx, table()["rint"], operand))
        raise Unsupported("MDSL301", "`round` of NumPy's numbers to decimals is not compiled")
    try:
        digits = static_value(ndigits)
    except ValueError:
        raise Unsupported("MDSL301", "`round` to decimals that are not known") from None
    if operand.type.dtype.kind in "bi":
        if digits is None or (type(digits) is int and digits >= 0):
            return python_int(lifter, operand)
        raise Unsupported("MDSL301", "`round` of an integer to tens is not compiled")
    if operand.type.dtype.kind == "c" or not (digits is None or type(digits) is int):
        raise Unsupported("MDSL303", "`round` of this raises TypeError")
    if isinstance(operand, Const):
        return constant(round(operand.value, digits))
    if digits is None:
        return python_int(lifter, Apply(table()["rint"], (operand,), None, PY_FLOAT))
    if not 0 <= digits <= 22:  # powers of ten that a float holds exactly
        raise Unsupported("MDSL301", "`round` to so many decimals is not compiled")
    ctx = lifter.ctx
    operand = held(ctx, operand, "x")
    scaled = Apply(table()["multiply"], (operand, Const(10.0**digits, PY_FLOAT)), None, PY_FLOAT)
    size = Apply(table()["absolute"], (scaled,), None, PY_FLOAT)
    unless_raised(ctx, truth("less", size, Const(2.0**52, PY_FLOAT)), "`round` of so large a number to decimals")
    return lifter.inline(Static(decompose_scalars.round_to), [operand, Const(10.0**digits, PY_FLOAT)], {}, pure=True)


# -- complex numbers ---------------------------------------------------------------------------------------------------


def complex_of(lifter: Expressions, value: Value) -> Expr:
    """A number as a Python complex."""
    operand = lifter.operand(value)
    if operand.type.kind == "array" and not operand.type.rank:
        operand = build.element_of(operand)
    if operand.type.rank:
        raise Unsupported("MDSL301", "a complex number of an array")
    return build.cast(operand, COMPLEX, "python")


def python_complex(lifter: Expressions, real_part: Value = constant(0.0), imag: Value = constant(0.0)) -> Value:
    """complex(re, im)."""
    parts = [lifter.operand(part) for part in (real_part, imag)]
    if any(part.type.rank for part in parts):
        raise Unsupported("MDSL301", "`complex` of an array")
    if any(part.type.dtype.kind == "c" for part in parts):
        if isinstance(parts[1], Const) and parts[1].value == 0:
            return complex_of(lifter, parts[0])
        raise Unsupported("MDSL301", "`complex` of complex parts is not compiled")
    floats = [real(lifter, part) for part in parts]
    if all(isinstance(part, Const) for part in floats):
        return constant(complex(*(part.value for part in floats)))  # type: ignore[union-attr]
    return Apply(table()["complex"], tuple(floats), None, PY_COMPLEX)


def _of_complex(name: str) -> Handler:
    """A function of `cmath`; of what is not finite, and where the result is not, Python has rules of its own."""
    op = table()[_NAMES.get(name, name)]

    def handler(lifter: Expressions, z: Value) -> Value:
        operand = held(lifter.ctx, complex_of(lifter, z), "z")
        if isinstance(operand, Const):
            return _evaluated(getattr(cmath, name), [operand])
        unless_raised(lifter.ctx, truth("isfinite", operand), f"`cmath.{name}` of what is not finite")
        result = Apply(op, (operand,), None, PY_COMPLEX)
        return finite_result(lifter.ctx, result, f"`cmath.{name}` raises, or gives what is not finite")

    return handler


def complex_logarithm(lifter: Expressions, z: Value, base: Value = Static(None)) -> Value:
    first = _of_complex("log")(lifter, z)
    if isinstance(base, Static) and base.value is None:
        return first
    return lifter.binary("divide", first, _of_complex("log")(lifter, base))


def _complex_predicate(name: str) -> Handler:
    def handler(lifter: Expressions, z: Value) -> Value:
        operand = complex_of(lifter, z)
        return constant(getattr(cmath, name)(operand.value)) if isinstance(operand, Const) else truth(name, operand)

    return handler


def part_of(name: str, z: Expr) -> Expr:
    """z.real or z.imag of a complex number."""
    return Apply(table()[name], (z,), None, PY_FLOAT)


def phase(lifter: Expressions, z: Value) -> Value:
    operand = held(lifter.ctx, complex_of(lifter, z), "z")
    if isinstance(operand, Const):
        return _evaluated(cmath.phase, [operand])
    return Apply(table()["arctan2"], (part_of("imag", operand), part_of("real", operand)), None, PY_FLOAT)


def modulus(ctx: Context, z: Expr) -> Expr:
    """abs(z), which raises OverflowError where it is infinite and z is not."""
    size = held(ctx, Apply(table()["absolute"], (z,), None, PY_FLOAT), "size")
    unless_raised(ctx, truth("isfinite", size), "an absolute value that is not finite")
    return size


def polar(lifter: Expressions, z: Value) -> Value:
    operand = held(lifter.ctx, complex_of(lifter, z), "z")
    return Tup((modulus(lifter.ctx, operand), phase(lifter, operand)))


def rect(lifter: Expressions, r: Value, phi: Value) -> Value:
    size, angle = (held(lifter.ctx, real(lifter, x), "x") for x in (r, phi))
    parts = []
    for x in (size, angle):
        unless_raised(lifter.ctx, truth("isfinite", x), "`cmath.rect` of what is not finite")
    for name in ("cos", "sin"):
        turned = Apply(table()[name], (angle,), None, PY_FLOAT)
        parts.append(Apply(table()["multiply"], (size, turned), None, PY_FLOAT))
    return Apply(table()["complex"], tuple(parts), None, PY_COMPLEX)


_ELEMENTARY = (*_DOMAINS, *_TOTAL, *_PARTIAL, "sin", "cos", "tan", "exp", "cosh", "sinh", "expm1")
_COMPLEX = "exp sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh log10".split()

FUNCTIONS: dict[Any, Handler] = {
    **{getattr(math, name): _function(name) for name in _ELEMENTARY if name != "log" and hasattr(math, name)},
    **{getattr(math, name): _predicate(name) for name in ("isnan", "isinf", "isfinite")},
    **{getattr(math, name): _whole(name) for name in ("floor", "ceil", "trunc")},
    **{getattr(math, name): _divisors(name) for name in ("gcd", "lcm")},
    **{getattr(math, name): _of_constants(name) for name in ("factorial", "comb", "perm")},
    math.log: logarithm, math.pow: power, math.fmod: fmod, math.ldexp: ldexp, math.nextafter: nextafter, math.ulp: ulp,
    math.isqrt: isqrt, math.prod: product, math.dist: distance,
    math.isclose: _decomposed(decompose_scalars.isclose), math.modf: _decomposed(decompose_scalars.modf, True),
    round: rounded, complex: python_complex,
    **{getattr(cmath, name): _of_complex(name) for name in _COMPLEX},
    **{getattr(cmath, name): _complex_predicate(name) for name in ("isnan", "isinf", "isfinite")},
    cmath.log: complex_logarithm, cmath.phase: phase, cmath.polar: polar, cmath.rect: rect,
}  # fmt: skip
