"""Powers and roots: products instead of calls, one root instead of two."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr
from ..algebra.make import number
from . import Numerics, Rules

_RING: Numerics = {"iu": "strict", "f": "fast"}
_POWER: Numerics = {"i": "strict", "f": "close"}
_EXACT: Numerics = {"iuf": "strict"}
_ROUNDED: Numerics = {"f": "close"}
_REAL: Numerics = {"f": "fast"}
_ONE = {"a": (2.5, -1.5, 0.3)}
_TWO = {"a": (2.5, -1.5), "b": (0.5, -2.0)}


def is_constant(a: Expr) -> bool:
    return number(a) is not None


def constants(a: Expr, b: Expr) -> bool:
    return number(a) is not None and number(b) is not None


def register(rules: Rules) -> None:
    add = rules.add

    # a product instead of a call
    add("x ** 2", lambda x: x**2, lambda x: np.square(x), _POWER)
    add("x ** 3", lambda x: x**3, lambda x: x * x * x, _POWER)
    add("x ** 4", lambda x: x**4, lambda x: np.square(np.square(x)), _POWER)
    add("x ** 5", lambda x: x**5, lambda x: np.square(np.square(x)) * x, _POWER)
    add("x ** 6", lambda x: x**6, lambda x: np.square(x * x * x), _POWER)
    add("x ** 8", lambda x: x**8, lambda x: np.square(np.square(np.square(x))), _POWER)
    add("x ** -1", lambda x: x**-1.0, lambda x: 1 / x, _ROUNDED)
    add("x ** -2", lambda x: x**-2.0, lambda x: 1 / np.square(x), _ROUNDED)
    add("x ** -3", lambda x: x**-3.0, lambda x: 1 / (x * x * x), _ROUNDED)
    add("x ** -4", lambda x: x**-4.0, lambda x: 1 / np.square(np.square(x)), _ROUNDED)
    add("x ** 0.5", lambda x: x**0.5, lambda x: np.sqrt(x), _REAL)
    # At minus infinity pow is not NaN; x + 0.0 is x with minus zero made zero.
    add("x ** 1.5", lambda x: x**1.5, lambda x: np.where(x == -np.inf, np.inf, x * np.sqrt(x)), _ROUNDED)
    add("x ** 2.5", lambda x: x**2.5, lambda x: np.square(x) * np.sqrt(x), _REAL)
    add("x ** -0.5", lambda x: x**-0.5, lambda x: np.where(x == -np.inf, 0.0, 1 / np.sqrt(x + 0.0)), _ROUNDED)
    add("x ** -1.5", lambda x: x**-1.5, lambda x: np.where(x == -np.inf, 0.0, 1 / (x * np.sqrt(x))), _ROUNDED)
    add("x ** 0.25", lambda x: x**0.25, lambda x: np.sqrt(np.sqrt(x)), _REAL)
    add("x ** 0.75", lambda x: x**0.75, lambda x: np.sqrt(x) * np.sqrt(np.sqrt(x)), _REAL)

    # squares
    add("square of -x", lambda x: np.square(-x), lambda x: np.square(x), _EXACT)
    add("(-x) * (-x)", lambda x: (-x) * (-x), lambda x: x * x, _EXACT)
    add("product of squares", lambda x, y: np.square(x) * np.square(y), lambda x, y: np.square(x * y), _RING)
    add("quotient of squares", lambda x, y: np.square(x) / np.square(y), lambda x, y: np.square(x / y), _REAL)
    add("square of a reciprocal", lambda x: np.square(1 / x), lambda x: 1 / np.square(x), _REAL)

    # roots
    add("square of root", lambda x: np.square(np.sqrt(x)), lambda x: x, _REAL)
    add("root of square", lambda x: np.sqrt(np.square(x)), lambda x: np.abs(x), _REAL)
    add("root of x * x", lambda x: np.sqrt(x * x), lambda x: np.abs(x), _REAL)
    add("root times itself", lambda x: np.sqrt(x) * np.sqrt(x), lambda x: x, _REAL)
    add("product of roots", lambda x, y: np.sqrt(x) * np.sqrt(y), lambda x, y: np.sqrt(x * y), _REAL)
    add("quotient of roots", lambda x, y: np.sqrt(x) / np.sqrt(y), lambda x, y: np.sqrt(x / y), _REAL)
    add("x / sqrt(x)", lambda x: x / np.sqrt(x), lambda x: np.sqrt(x), _REAL)
    add("sqrt(x) / x", lambda x: np.sqrt(x) / x, lambda x: 1 / np.sqrt(x), _REAL)
    add("root of a reciprocal", lambda x: np.sqrt(1 / x), lambda x: 1 / np.sqrt(x), _REAL)
    add("cube root of a cube", lambda x: np.cbrt(x * x * x), lambda x: x, _REAL)
    add("product of cube roots", lambda x, y: np.cbrt(x) * np.cbrt(y), lambda x, y: np.cbrt(x * y), _REAL)
    add("quotient of cube roots", lambda x, y: np.cbrt(x) / np.cbrt(y), lambda x, y: np.cbrt(x / y), _REAL)
    add("cube root of -x", lambda x: np.cbrt(-x), lambda x: -np.cbrt(x), _ROUNDED)

    # powers of powers
    add(
        "power of a power",
        lambda x, a, b: (x**a) ** b,
        lambda x, a, b: x ** (a * b),
        _REAL,
        where=constants,
        given=_TWO,
    )
    add(
        "product of powers",
        lambda x, a, b: x**a * x**b,
        lambda x, a, b: x ** (a + b),
        _REAL,
        where=constants,
        given=_TWO,
    )
    add(
        "quotient of powers",
        lambda x, a, b: x**a / x**b,
        lambda x, a, b: x ** (a - b),
        _REAL,
        where=constants,
        given=_TWO,
    )
    add(
        "powers of one exponent",
        lambda x, y, a: x**a * y**a,
        lambda x, y, a: (x * y) ** a,
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add(
        "quotient of one exponent",
        lambda x, y, a: x**a / y**a,
        lambda x, y, a: (x / y) ** a,
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add(
        "power of a root",
        lambda x, a: np.sqrt(x) ** a,
        lambda x, a: x ** (a * 0.5),
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add(
        "root of a power", lambda x, a: np.sqrt(x**a), lambda x, a: x ** (a * 0.5), _REAL, where=is_constant, given=_ONE
    )
    add("reciprocal of a power", lambda x, a: 1 / x**a, lambda x, a: x ** (-a), _REAL, where=is_constant, given=_ONE)
    add("1 ** x", lambda x: 1**x, lambda x: 1, {"f": "strict"})
    add("x ** 0", lambda x: x**0, lambda x: 1, {"iuf": "strict"})

    # lengths
    add("hypot", lambda x, y: np.hypot(x, y), lambda x, y: np.sqrt(np.square(x) + np.square(y)), _REAL)
    add("square of hypot", lambda x, y: np.square(np.hypot(x, y)), lambda x, y: np.square(x) + np.square(y), _REAL)
