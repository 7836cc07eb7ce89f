"""Truth values, comparisons, choices, extremes and bits."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr
from . import Numerics, Rules

_ANY: Numerics = {"biufc": "strict"}
_BITS: Numerics = {"biu": "strict"}
_TRUTH: Numerics = {"b": "strict"}
_WHOLE: Numerics = {"iu": "strict"}


def integral(x: Expr) -> bool:
    """Without NaN, so that one of x < y and x >= y holds."""
    return x.type.dtype.kind in "biu"


def is_truth(x: Expr) -> bool:
    return x.type.dtype.kind == "b"


def register(rules: Rules) -> None:
    add = rules.add

    add("not not x", lambda x: np.logical_not(np.logical_not(x)), lambda x: x, _TRUTH, where=is_truth)
    add("~~x", lambda x: ~~x, lambda x: x, _BITS)
    add("x & x", lambda x: x & x, lambda x: x, _BITS)
    add("x | x", lambda x: x | x, lambda x: x, _BITS)
    add("x ^ x", lambda x: x ^ x, lambda x: 0, _WHOLE)
    add("x and x", lambda x: np.logical_and(x, x), lambda x: x, _TRUTH)
    add("x or x", lambda x: np.logical_or(x, x), lambda x: x, _TRUTH)

    add("not x < y", lambda x, y: np.logical_not(x < y), lambda x, y: x >= y, _TRUTH, where=integral)
    add("not x <= y", lambda x, y: np.logical_not(x <= y), lambda x, y: x > y, _TRUTH, where=integral)
    add("~(x < y)", lambda x, y: ~(x < y), lambda x, y: x >= y, _TRUTH, where=integral)
    add("~(x <= y)", lambda x, y: ~(x <= y), lambda x, y: x > y, _TRUTH, where=integral)
    add("not x == y", lambda x, y: np.logical_not(x == y), lambda x, y: x != y, _TRUTH)
    add("~(x == y)", lambda x, y: ~(x == y), lambda x, y: x != y, _TRUTH)

    add("where of one value", lambda c, x: np.where(c, x, x), lambda c, x: x, _ANY)
    add("where not", lambda c, x, y: np.where(np.logical_not(c), x, y), lambda c, x, y: np.where(c, y, x), _ANY)
    add("where ~", lambda c, x, y: np.where(~c, x, y), lambda c, x, y: np.where(c, y, x), _ANY)
    add(
        "where in where", lambda c, x, y, z: np.where(c, np.where(c, x, y), z),
        lambda c, x, y, z: np.where(c, x, z), _ANY,
    )  # fmt: skip
    add(
        "where in else", lambda c, x, y, z: np.where(c, x, np.where(c, y, z)),
        lambda c, x, y, z: np.where(c, x, z), _ANY,
    )  # fmt: skip
    add("the lesser", lambda x, y: np.where(x < y, x, y), lambda x, y: np.minimum(x, y), _WHOLE)
    add("the greater", lambda x, y: np.where(x > y, x, y), lambda x, y: np.maximum(x, y), _WHOLE)

    add("minimum of one", lambda x: np.minimum(x, x), lambda x: x, {"biuf": "strict"})
    add("maximum of one", lambda x: np.maximum(x, x), lambda x: x, {"biuf": "strict"})
