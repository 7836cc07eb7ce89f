"""Truth values, comparisons and bits."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr
from . import Numerics, Rules

_BITS: Numerics = {"biu": "strict"}
_TRUTH: Numerics = {"b": "strict"}
_WHOLE: Numerics = {"iu": "strict"}
_SIGNED: Numerics = {"i": "strict"}


def integral(x: Expr) -> bool:
    """Without NaN, so that one of x < y and x >= y holds."""
    return x.type.dtype.kind in "biu"


def is_truth(x: Expr) -> bool:
    return x.type.dtype.kind == "b"


def are_truth(x: Expr, y: Expr) -> bool:
    return x.type.dtype.kind == "b" and y.type.dtype.kind == "b"


def register(rules: Rules) -> None:
    add = rules.add

    # truth
    add("not not x", lambda x: np.logical_not(np.logical_not(x)), lambda x: x, _TRUTH, where=is_truth)
    add("x and x", lambda x: np.logical_and(x, x), lambda x: x, _TRUTH)
    add("x or x", lambda x: np.logical_or(x, x), lambda x: x, _TRUTH)
    add("x xor x", lambda x: np.logical_xor(x, x), lambda x: False, _BITS)
    add("x and True", lambda x: np.logical_and(x, True), lambda x: x, _TRUTH)
    add("x and False", lambda x: np.logical_and(x, False), lambda x: False, _TRUTH)
    add("x or False", lambda x: np.logical_or(x, False), lambda x: x, _TRUTH)
    add("x or True", lambda x: np.logical_or(x, True), lambda x: True, _TRUTH)
    add("x xor False", lambda x: np.logical_xor(x, False), lambda x: x, _TRUTH)
    add("x xor True", lambda x: np.logical_xor(x, True), lambda x: np.logical_not(x), _TRUTH)
    add("x and not x", lambda x: np.logical_and(x, np.logical_not(x)), lambda x: False, _TRUTH, where=is_truth)
    add("x or not x", lambda x: np.logical_or(x, np.logical_not(x)), lambda x: True, _TRUTH, where=is_truth)
    add("x and (x or y)", lambda x, y: np.logical_and(x, np.logical_or(x, y)), lambda x, y: x, _TRUTH, where=are_truth)
    add("x or (x and y)", lambda x, y: np.logical_or(x, np.logical_and(x, y)), lambda x, y: x, _TRUTH, where=are_truth)
    add(
        "not (not x and not y)", lambda x, y: np.logical_not(np.logical_and(np.logical_not(x), np.logical_not(y))),
        lambda x, y: np.logical_or(x, y), _TRUTH,
    )  # fmt: skip
    add(
        "not (not x or not y)", lambda x, y: np.logical_not(np.logical_or(np.logical_not(x), np.logical_not(y))),
        lambda x, y: np.logical_and(x, y), _TRUTH,
    )  # fmt: skip

    # comparisons
    add("not x < y", lambda x, y: np.logical_not(x < y), lambda x, y: x >= y, _TRUTH, where=integral)
    add("not x <= y", lambda x, y: np.logical_not(x <= y), lambda x, y: x > y, _TRUTH, where=integral)
    add("not x > y", lambda x, y: np.logical_not(x > y), lambda x, y: x <= y, _TRUTH, where=integral)
    add("not x >= y", lambda x, y: np.logical_not(x >= y), lambda x, y: x < y, _TRUTH, where=integral)
    add("~(x < y)", lambda x, y: ~(x < y), lambda x, y: x >= y, _TRUTH, where=integral)
    add("~(x <= y)", lambda x, y: ~(x <= y), lambda x, y: x > y, _TRUTH, where=integral)
    add("~(x > y)", lambda x, y: ~(x > y), lambda x, y: x <= y, _TRUTH, where=integral)
    add("~(x >= y)", lambda x, y: ~(x >= y), lambda x, y: x < y, _TRUTH, where=integral)
    add("not x == y", lambda x, y: np.logical_not(x == y), lambda x, y: x != y, _TRUTH)
    add("not x != y", lambda x, y: np.logical_not(x != y), lambda x, y: x == y, _TRUTH)
    add("~(x == y)", lambda x, y: ~(x == y), lambda x, y: x != y, _TRUTH)
    add("~(x != y)", lambda x, y: ~(x != y), lambda x, y: x == y, _TRUTH)
    add("x == x", lambda x: x == x, lambda x: True, _BITS)
    add("x != x", lambda x: x != x, lambda x: False, _BITS)
    add("x < x", lambda x: x < x, lambda x: False, {"biuf": "strict"})
    add("x > x", lambda x: x > x, lambda x: False, {"biuf": "strict"})
    add("x <= x", lambda x: x <= x, lambda x: True, _BITS)
    add("x >= x", lambda x: x >= x, lambda x: True, _BITS)
    add("x < 0 without a sign", lambda x: x < 0, lambda x: False, {"u": "strict"})
    add("x >= 0 without a sign", lambda x: x >= 0, lambda x: True, {"u": "strict"})
    add("-x == -y", lambda x, y: np.equal(-x, -y), lambda x, y: x == y, {"iuf": "strict"})
    add("-x < -y", lambda x, y: np.less(-x, -y), lambda x, y: y < x, {"f": "strict"})
    add("x - y == 0", lambda x, y: x - y == 0, lambda x, y: x == y, _WHOLE)
    add("x - y != 0", lambda x, y: x - y != 0, lambda x, y: x != y, _WHOLE)
    add("x ^ y == 0", lambda x, y: x ^ y == 0, lambda x, y: x == y, _WHOLE)
    add("|x| < 0", lambda x: np.abs(x) < 0, lambda x: False, {"f": "strict"})
    add("|x| >= 0", lambda x: np.abs(x) >= 0, lambda x: True, {"f": "fast"})
    add("x squared < 0", lambda x: np.square(x) < 0, lambda x: False, {"f": "strict"})

    # bits
    add("~~x", lambda x: ~~x, lambda x: x, _BITS)
    add("x & x", lambda x: x & x, lambda x: x, _BITS)
    add("x | x", lambda x: x | x, lambda x: x, _BITS)
    add("x ^ x", lambda x: x ^ x, lambda x: 0, _WHOLE)
    add("x & 0", lambda x: x & 0, lambda x: 0, _WHOLE)
    add("x | 0", lambda x: x | 0, lambda x: x, _WHOLE)
    add("x ^ 0", lambda x: x ^ 0, lambda x: x, _WHOLE)
    add("x & -1", lambda x: x & -1, lambda x: x, _SIGNED)
    add("x | -1", lambda x: x | -1, lambda x: -1, _SIGNED)
    add("x ^ -1", lambda x: x ^ -1, lambda x: ~x, _SIGNED)
    add("x << 0", lambda x: x << 0, lambda x: x, _WHOLE)
    add("x >> 0", lambda x: x >> 0, lambda x: x, _WHOLE)
    add("x & ~x", lambda x: x & ~x, lambda x: 0, _WHOLE)
    add("x | ~x", lambda x: x | ~x, lambda x: -1, _SIGNED)
    add("x ^ ~x", lambda x: x ^ ~x, lambda x: -1, _SIGNED)
    add("(x & y) | x", lambda x, y: (x & y) | x, lambda x, y: x, _BITS)
    add("(x | y) & x", lambda x, y: (x | y) & x, lambda x, y: x, _BITS)
    add("(x ^ y) ^ y", lambda x, y: (x ^ y) ^ y, lambda x, y: x, _BITS)
    add("(x & y) & y", lambda x, y: (x & y) & y, lambda x, y: x & y, _BITS)
    add("(x | y) | y", lambda x, y: (x | y) | y, lambda x, y: x | y, _BITS)
    add("~(~x & ~y)", lambda x, y: ~(~x & ~y), lambda x, y: x | y, _BITS)
    add("~(~x | ~y)", lambda x, y: ~(~x | ~y), lambda x, y: x & y, _BITS)
    add("~x ^ ~y", lambda x, y: ~x ^ ~y, lambda x, y: x ^ y, _WHOLE)
    add("-~x", lambda x: -~x, lambda x: x + 1, _WHOLE)
    add("~-x", lambda x: ~-x, lambda x: x - 1, _WHOLE)
    add("(x & y) + (x | y)", lambda x, y: (x & y) + (x | y), lambda x, y: x + y, _WHOLE)
    add("(x ^ y) + 2 (x & y)", lambda x, y: (x ^ y) + 2 * (x & y), lambda x, y: x + y, _WHOLE)
    add("(x | y) - (x & y)", lambda x, y: (x | y) - (x & y), lambda x, y: x ^ y, _WHOLE)
