"""Sums, products, quotients and remainders of numbers."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr, View
from ..algebra.make import number
from . import Numerics, Rules

_RING: Numerics = {"iu": "strict", "f": "fast"}  # integers wrap: their sums and products form a ring, bit for bit
_EXACT: Numerics = {"iuf": "strict"}
_SIGNED: Numerics = {"if": "strict"}
_FLOAT: Numerics = {"f": "strict"}
_WHOLE: Numerics = {"iu": "strict"}
_ROUNDED: Numerics = {"f": "close"}
_SIGNED_WHOLE: Numerics = {"i": "strict"}
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


def varies(x: Expr, y: Expr) -> bool:
    """Whether each element has a divisor of its own: the reciprocal of one that many share is better taken once."""
    return not (y.type.rank < x.type.rank or isinstance(y, View)) or isinstance(x, View)


def is_positive(c: Expr) -> bool:
    known = number(c)
    return known is not None and bool(known > 0)


def is_power_of_two(c: Expr) -> bool:
    known = number(c)
    return known is not None and bool(known > 0) and int(known) & (int(known) - 1) == 0


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
    add("0 / x", lambda x: 0 / x, lambda x: 0, _REAL)
    add("x % 1", lambda x: x % 1, lambda x: 0, _WHOLE)
    add("0 % x", lambda x: 0 % x, lambda x: 0, _WHOLE)
    add("0 // x", lambda x: 0 // x, lambda x: 0, _WHOLE)

    # signs
    add("-(-x)", lambda x: np.negative(np.negative(x)), lambda x: x, _EXACT)
    add("x * -1", lambda x: x * -1, lambda x: -x, _SIGNED)
    add("x / -1", lambda x: x / -1, lambda x: -x, _FLOAT)
    add("0 - x", lambda x: 0 - x, lambda x: -x, _RING)
    add("-0.0 - x", lambda x: -0.0 - x, lambda x: -x, _FLOAT)
    add("x - (-y)", lambda x, y: x - (-y), lambda x, y: x + y, _EXACT)
    add("x + (-y)", lambda x, y: x + (-y), lambda x, y: x - y, _EXACT)
    add("(-x) * (-y)", lambda x, y: (-x) * (-y), lambda x, y: x * y, _EXACT)
    add("(-x) / (-y)", lambda x, y: (-x) / (-y), lambda x, y: x / y, _FLOAT)
    add("-(x - y)", lambda x, y: -(x - y), lambda x, y: y - x, _RING)
    add("-(-x * y)", lambda x, y: -(-x * y), lambda x, y: x * y, _EXACT)
    add("-(-x / y)", lambda x, y: -(-x / y), lambda x, y: x / y, _FLOAT)
    add("-(x / -y)", lambda x, y: -(x / -y), lambda x, y: x / y, _FLOAT)

    # what is added is taken away
    add("(x + y) - y", lambda x, y: (x + y) - y, lambda x, y: x, _RING)
    add("(x - y) + y", lambda x, y: (x - y) + y, lambda x, y: x, _RING)
    add("x - (x - y)", lambda x, y: x - (x - y), lambda x, y: y, _RING)
    add("x - (x + y)", lambda x, y: x - (x + y), lambda x, y: -y, _RING)
    add("(x - y) - x", lambda x, y: (x - y) - x, lambda x, y: -y, _RING)
    add("(x - y) - (z - y)", lambda x, y, z: (x - y) - (z - y), lambda x, y, z: x - z, _RING)
    add("(x + y) - (z + y)", lambda x, y, z: (x + y) - (z + y), lambda x, y, z: x - z, _RING)
    add("(x - y) + (y - z)", lambda x, y, z: (x - y) + (y - z), lambda x, y, z: x - z, _RING)
    add("(x + y) + (x - y)", lambda x, y: (x + y) + (x - y), lambda x, y: 2 * x, _RING)
    add("(x + y) - (x - y)", lambda x, y: (x + y) - (x - y), lambda x, y: 2 * y, _RING)

    # what is multiplied is divided away
    add("(x * y) / y", lambda x, y: (x * y) / y, lambda x, y: x, _REAL)
    add("(x / y) * y", lambda x, y: (x / y) * y, lambda x, y: x, _REAL)
    add("x / (x / y)", lambda x, y: x / (x / y), lambda x, y: y, _REAL)
    add("x / (x * y)", lambda x, y: x / (x * y), lambda x, y: 1 / y, _REAL)
    add("(x * y) / (z * y)", lambda x, y, z: (x * y) / (z * y), lambda x, y, z: x / z, _REAL)
    add("(x / y) / (z / y)", lambda x, y, z: (x / y) / (z / y), lambda x, y, z: x / z, _REAL)
    add("(x / y) * (y / z)", lambda x, y, z: (x / y) * (y / z), lambda x, y, z: x / z, _REAL)

    # of two quotients one
    add("1 / (1 / x)", lambda x: 1 / (1 / x), lambda x: x, _REAL)
    add("x / (1 / y)", lambda x, y: x / (1 / y), lambda x, y: x * y, _REAL)
    add("x * (1 / y)", lambda x, y: x * (1 / y), lambda x, y: x / y, _ROUNDED, where=varies)
    add("(x / y) / z", lambda x, y, z: (x / y) / z, lambda x, y, z: x / (y * z), _REAL)
    add("x / (y / z)", lambda x, y, z: x / (y / z), lambda x, y, z: x * z / y, _REAL)
    add("(x / y) * (z / w)", lambda x, y, z, w: (x / y) * (z / w), lambda x, y, z, w: (x * z) / (y * w), _REAL)
    add("x / z + y / z", lambda x, y, z: x / z + y / z, lambda x, y, z: (x + y) / z, _REAL)
    add("x / z - y / z", lambda x, y, z: x / z - y / z, lambda x, y, z: (x - y) / z, _REAL)
    add("reciprocal", lambda x: np.reciprocal(np.reciprocal(x)), lambda x: x, _REAL)
    add("x * reciprocal", lambda x, y: x * np.reciprocal(y), lambda x, y: x / y, _ROUNDED, where=varies)
    add("x / reciprocal", lambda x, y: x / np.reciprocal(y), lambda x, y: x * y, _REAL)

    # quotients: a product instead of a division
    add(
        "x / 2**k", lambda x, c: x / c, lambda x, c: x * (1 / c), _FLOAT,
        where=has_exact_reciprocal, given={"c": (2.0, 0.25, -8.0, 1024.0)},
    )  # fmt: skip
    add("x / c", lambda x, c: x / c, lambda x, c: x * (1 / c), _REAL, where=is_constant, given={"c": (3.0, 0.1)})

    # whole numbers
    add(
        "x % 2**k", lambda x, c: x % c, lambda x, c: x & (c - 1), _WHOLE,
        where=is_power_of_two, given={"c": (1, 2, 8, 64)},
    )  # fmt: skip
    add(
        "x - (x // c) * c", lambda x, c: x - (x // c) * c, lambda x, c: x % c, _WHOLE,
        where=is_positive, given={"c": (3, 8, 100)},
    )  # fmt: skip
    add(
        "(x // c) * c + x % c", lambda x, c: (x // c) * c + x % c, lambda x, c: x, _WHOLE,
        where=is_positive, given={"c": (3, 8, 100)},
    )  # fmt: skip
    add("(x % c) % c", lambda x, c: (x % c) % c, lambda x, c: x % c, _WHOLE, where=is_positive, given={"c": (3, 8)})
    add("(x % c) // c", lambda x, c: (x % c) // c, lambda x, c: 0, _WHOLE, where=is_positive, given={"c": (3, 8)})
    add("gcd(x, x)", lambda x: np.gcd(x, x), lambda x: np.abs(x), _WHOLE)
    add("gcd(x, 0)", lambda x: np.gcd(x, 0), lambda x: np.abs(x), _WHOLE)
    add("gcd(x, 1)", lambda x: np.gcd(x, 1), lambda x: 1, _WHOLE)
    add("lcm(x, 1)", lambda x: np.lcm(x, 1), lambda x: np.abs(x), _WHOLE)
    add("lcm(x, 0)", lambda x: np.lcm(x, 0), lambda x: 0, _WHOLE)
    add("gcd(-x, y)", lambda x, y: np.gcd(-x, y), lambda x, y: np.gcd(x, y), _SIGNED_WHOLE)
    add("gcd(|x|, y)", lambda x, y: np.gcd(np.abs(x), y), lambda x, y: np.gcd(x, y), _SIGNED_WHOLE)

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
