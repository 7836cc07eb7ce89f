"""Choices and extremes: the same on both ways, decided already, or an absolute value in disguise."""

from __future__ import annotations

import numpy as np

from . import Numerics, Rules

_ANY: Numerics = {"biufc": "strict"}
_TRUTH: Numerics = {"b": "strict"}
_WHOLE: Numerics = {"iu": "strict"}
_REAL_ANY: Numerics = {"biuf": "strict"}
_SIGNED_REAL: Numerics = {"i": "strict", "f": "fast"}
_LATTICE: Numerics = {"biu": "strict", "f": "fast"}
_ROUNDED: Numerics = {"f": "close"}
_REAL: Numerics = {"f": "fast"}


def register(rules: Rules) -> None:
    add = rules.add

    # one value, one condition
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
    add(
        "where of two conditions", lambda c, d, x, y: np.where(c, np.where(d, x, y), y),
        lambda c, d, x, y: np.where(np.logical_and(c, d), x, y), _ANY,
    )  # fmt: skip
    add(
        "where of one condition or another", lambda c, d, x, y: np.where(c, x, np.where(d, x, y)),
        lambda c, d, x, y: np.where(np.logical_or(c, d), x, y), _ANY,
    )  # fmt: skip
    add("where True else False", lambda c: np.where(c, True, False), lambda c: c, _TRUTH)
    add("where False else True", lambda c: np.where(c, False, True), lambda c: np.logical_not(c), _TRUTH)
    add("where c else False", lambda c, x: np.where(c, x, False), lambda c, x: np.logical_and(c, x), _TRUTH)
    add("where c then True", lambda c, x: np.where(c, True, x), lambda c, x: np.logical_or(c, x), _TRUTH)

    # of equal values either will do
    add("where x == y", lambda x, y: np.where(x == y, x, y), lambda x, y: y, _WHOLE)
    add("where y == x", lambda x, y: np.where(x == y, y, x), lambda x, y: x, _WHOLE)
    add("where x != y", lambda x, y: np.where(x != y, x, y), lambda x, y: x, _WHOLE)

    # extremes
    add("the lesser", lambda x, y: np.where(x < y, x, y), lambda x, y: np.minimum(x, y), _WHOLE)
    add("the lesser or equal", lambda x, y: np.where(x <= y, x, y), lambda x, y: np.minimum(x, y), _WHOLE)
    add("the greater", lambda x, y: np.where(x > y, x, y), lambda x, y: np.maximum(x, y), _WHOLE)
    add("the greater or equal", lambda x, y: np.where(x >= y, x, y), lambda x, y: np.maximum(x, y), _WHOLE)
    add("not the lesser", lambda x, y: np.where(x < y, y, x), lambda x, y: np.maximum(x, y), _WHOLE)
    add("not the lesser or equal", lambda x, y: np.where(x <= y, y, x), lambda x, y: np.maximum(x, y), _WHOLE)
    add("not the greater", lambda x, y: np.where(x > y, y, x), lambda x, y: np.minimum(x, y), _WHOLE)
    add("not the greater or equal", lambda x, y: np.where(x >= y, y, x), lambda x, y: np.minimum(x, y), _WHOLE)
    add("minimum of one", lambda x: np.minimum(x, x), lambda x: x, _REAL_ANY)
    add("maximum of one", lambda x: np.maximum(x, x), lambda x: x, _REAL_ANY)
    add("fmin of one", lambda x: np.fmin(x, x), lambda x: x, _REAL_ANY)
    add("fmax of one", lambda x: np.fmax(x, x), lambda x: x, _REAL_ANY)
    add("minimum twice", lambda x, y: np.minimum(np.minimum(x, y), y), lambda x, y: np.minimum(x, y), _LATTICE)
    add("maximum twice", lambda x, y: np.maximum(np.maximum(x, y), y), lambda x, y: np.maximum(x, y), _LATTICE)
    add("minimum of a maximum", lambda x, y: np.minimum(x, np.maximum(x, y)), lambda x, y: x, _LATTICE)
    add("maximum of a minimum", lambda x, y: np.maximum(x, np.minimum(x, y)), lambda x, y: x, _LATTICE)
    add("minimum of opposites", lambda x, y: np.minimum(-x, -y), lambda x, y: -np.maximum(x, y), _REAL)
    add("maximum of opposites", lambda x, y: np.maximum(-x, -y), lambda x, y: -np.minimum(x, y), _REAL)
    add("maximum(x, -x)", lambda x: np.maximum(x, -x), lambda x: np.abs(x), _SIGNED_REAL)
    add("minimum(x, -x)", lambda x: np.minimum(x, -x), lambda x: -np.abs(x), _SIGNED_REAL)
    add(
        "sum of both extremes", lambda x, y: np.maximum(x, y) + np.minimum(x, y),
        lambda x, y: x + y, {"iu": "strict", "f": "fast"},
    )  # fmt: skip
    add(
        "product of both extremes", lambda x, y: np.maximum(x, y) * np.minimum(x, y),
        lambda x, y: x * y, {"iu": "strict", "f": "fast"},
    )  # fmt: skip
    add(
        "difference of extremes", lambda x, y: np.maximum(x, y) - np.minimum(x, y),
        lambda x, y: np.abs(x - y), _REAL,
    )  # fmt: skip
    add("minimum of roots", lambda x, y: np.minimum(np.sqrt(x), np.sqrt(y)), lambda x, y: np.sqrt(np.minimum(x, y)),
        {"f": "fast"})  # fmt: skip
    add("maximum of roots", lambda x, y: np.maximum(np.sqrt(x), np.sqrt(y)), lambda x, y: np.sqrt(np.maximum(x, y)),
        {"f": "fast"})  # fmt: skip
    add(
        "minimum of exps",
        lambda x, y: np.minimum(np.exp(x), np.exp(y)),
        lambda x, y: np.exp(np.minimum(x, y)),
        _ROUNDED,
    )
    add(
        "maximum of exps",
        lambda x, y: np.maximum(np.exp(x), np.exp(y)),
        lambda x, y: np.exp(np.maximum(x, y)),
        _ROUNDED,
    )

    # absolute values and clips in disguise
    add("-x where x < 0", lambda x: np.where(x < 0, -x, x), lambda x: np.abs(x), _SIGNED_REAL)
    add("-x where x <= 0", lambda x: np.where(x <= 0, -x, x), lambda x: np.abs(x), _SIGNED_REAL)
    add("x where x > 0 else -x", lambda x: np.where(x > 0, x, -x), lambda x: np.abs(x), _SIGNED_REAL)
    add("x where x >= 0 else -x", lambda x: np.where(x >= 0, x, -x), lambda x: np.abs(x), _SIGNED_REAL)
    add("0 where x < 0", lambda x: np.where(x < 0, 0, x), lambda x: np.maximum(x, 0), _SIGNED_REAL)
    add("x where x > 0 else 0", lambda x: np.where(x > 0, x, 0), lambda x: np.maximum(x, 0),
        {"i": "strict", "f": "fast"})  # fmt: skip
    add("maximum of |x| and 0", lambda x: np.maximum(np.abs(x), 0), lambda x: np.abs(x), _ROUNDED)
    add("maximum of no sign and 0", lambda x: np.maximum(x, 0), lambda x: x, {"u": "strict"})
    add("minimum of no sign and 0", lambda x: np.minimum(x, 0), lambda x: 0, {"u": "strict"})
