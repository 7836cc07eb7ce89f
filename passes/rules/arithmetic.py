"""Sums, products, quotients and powers of numbers."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr
from ..algebra.make import number
from . import Numerics, Rules

_RING: Numerics = {"iu": "strict", "f": "fast"}  # integers wrap: their sums and products form a ring, bit for bit
_EXACT: Numerics = {"iuf": "strict"}
_SIGNED: Numerics = {"if": "strict"}
_FLOAT: Numerics = {"f": "strict"}
_WHOLE: Numerics = {"iu": "strict"}
_ROUNDED: Numerics = {"f": "close"}
_POWER: Numerics = {"i": "strict", "f": "close"}
_REAL: Numerics = {"f": "fast"}


def has_exact_reciprocal(c: Expr) -> bool:
    """A power of two whose reciprocal is a normal number of its dtype."""
    known = number(c)
    if known is None or not np.isfinite(known) or known == 0:
        return False
    mantissa, exponent = np.frexp(abs(known))
    info = np.finfo(c.type.dtype)
    return bool(mantissa == 0.5) and info.minexp < 1 - int(exponent) < info.maxexp


def is_constant(c: Expr) -> bool:
    return number(c) is not None


def register(rules: Rules) -> None:
    add, law = rules.add, rules.law

    # neutral elements: x + 0 loses the sign of -0.0, x - 0 does not
    add("x * 1", lambda x: x * 1, lambda x: x, _EXACT)
    add("x / 1", lambda x: x / 1, lambda x: x, _FLOAT)
    add("x // 1", lambda x: x // 1, lambda x: x, _WHOLE)
    add("x ** 1", lambda x: x**1, lambda x: x, _SIGNED)
    add("x - 0", lambda x: x - 0, lambda x: x, _EXACT)
    add("x + 0", lambda x: x + 0, lambda x: x, _RING)
    add("x + -0.0", lambda x: x + -0.0, lambda x: x, _FLOAT)
    add("+x", lambda x: +x, lambda x: x, _EXACT)
    add("x * 0", lambda x: x * 0, lambda x: 0, _RING)
    add("x - x", lambda x: x - x, lambda x: 0, _RING)
    add("x / x", lambda x: x / x, lambda x: 1, _REAL)
    add("x % 1", lambda x: x % 1, lambda x: 0, _WHOLE)

    # signs
    add("-(-x)", lambda x: np.negative(np.negative(x)), lambda x: x, _EXACT)
    add("x * -1", lambda x: x * -1, lambda x: -x, _SIGNED)
    add("0 - x", lambda x: 0 - x, lambda x: -x, _RING)
    add("x - (-y)", lambda x, y: x - (-y), lambda x, y: x + y, _EXACT)
    add("x + (-y)", lambda x, y: x + (-y), lambda x, y: x - y, _EXACT)
    add("(-x) * (-y)", lambda x, y: (-x) * (-y), lambda x, y: x * y, _EXACT)
    add("(-x) / (-y)", lambda x, y: (-x) / (-y), lambda x, y: x / y, _FLOAT)
    add("|-x|", lambda x: np.abs(-x), lambda x: np.abs(x), _SIGNED)
    add("||x||", lambda x: np.abs(np.abs(x)), lambda x: np.abs(x), _EXACT)
    add("|x| squared", lambda x: np.square(np.abs(x)), lambda x: np.square(x), _SIGNED)

    # powers: a product instead of a call
    add("x ** 2", lambda x: x**2, lambda x: np.square(x), _POWER)
    add("x ** 3", lambda x: x**3, lambda x: x * x * x, _POWER)
    add("x ** 4", lambda x: x**4, lambda x: np.square(np.square(x)), _POWER)
    add("x ** -1", lambda x: x**-1.0, lambda x: 1 / x, _ROUNDED)
    add("x ** -2", lambda x: x**-2.0, lambda x: 1 / np.square(x), _ROUNDED)
    add("x ** 1.5", lambda x: x**1.5, lambda x: x * np.sqrt(x), _ROUNDED)
    add("x ** -1.5", lambda x: x**-1.5, lambda x: 1 / (x * np.sqrt(x)), _ROUNDED)
    add("x ** -0.5", lambda x: x**-0.5, lambda x: 1 / np.sqrt(x), _ROUNDED)

    # quotients: a product instead of a division
    add(
        "x / 2**k", lambda x, c: x / c, lambda x, c: x * (1 / c), _FLOAT,
        where=has_exact_reciprocal, given={"c": (2.0, 0.25, -8.0, 1024.0)},
    )  # fmt: skip
    add("x / c", lambda x, c: x / c, lambda x, c: x * (1 / c), _REAL, where=is_constant, given={"c": (3.0, 0.1)})

    # inverse functions
    add("log of exp", lambda x: np.log(np.exp(x)), lambda x: x, _REAL)
    add("exp of log", lambda x: np.exp(np.log(x)), lambda x: x, _REAL)
    add("square of root", lambda x: np.square(np.sqrt(x)), lambda x: x, _REAL)
    add("root of square", lambda x: np.sqrt(np.square(x)), lambda x: np.abs(x), _REAL)
    add("product of exps", lambda x, y: np.exp(x) * np.exp(y), lambda x, y: np.exp(x + y), _REAL)
    add("quotient of exps", lambda x, y: np.exp(x) / np.exp(y), lambda x, y: np.exp(x - y), _REAL)

    # the ring: by saturation, since no direction is always better
    law("x + y", lambda x, y: x + y, lambda x, y: y + x, _RING)
    law("x * y", lambda x, y: x * y, lambda x, y: y * x, _RING)
    law("(x + y) + z", lambda x, y, z: (x + y) + z, lambda x, y, z: x + (y + z), _RING)
    law("(x * y) * z", lambda x, y, z: (x * y) * z, lambda x, y, z: x * (y * z), _RING)
    law("x * y + x * z", lambda x, y, z: x * y + x * z, lambda x, y, z: x * (y + z), _RING)
    law("x * y - x * z", lambda x, y, z: x * y - x * z, lambda x, y, z: x * (y - z), _RING)
    law("x + x * y", lambda x, y: x + x * y, lambda x, y: x * (y + 1), _RING)
    law("x + x", lambda x: x + x, lambda x: 2 * x, _RING)
    law("x - y", lambda x, y, z: (x + y) - z, lambda x, y, z: x + (y - z), _RING)
