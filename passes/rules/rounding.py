"""Whole numbers, absolute values and signs: what a second application leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from . import Numerics, Rules

_FLOAT: Numerics = {"f": "strict"}
_SIGNED: Numerics = {"if": "strict"}
_EXACT: Numerics = {"iuf": "strict"}
_WHOLE: Numerics = {"biu": "strict"}
_ROUNDED: Numerics = {"f": "close"}
_REAL: Numerics = {"f": "fast"}
_ROUNDINGS = (np.floor, np.ceil, np.trunc, np.rint)


def _chain(*functions: Callable[..., Any]) -> Callable[[Any], Any]:
    """The last function first."""

    def chained(x: Any) -> Any:
        for function in reversed(functions):
            x = function(x)
        return x

    return chained


def register(rules: Rules) -> None:
    add = rules.add

    for outer, inner in product(_ROUNDINGS, repeat=2):
        add(f"{outer.__name__} of {inner.__name__}", _chain(outer, inner), _chain(inner), _FLOAT)
    for function in (np.floor, np.ceil, np.trunc):
        add(f"{function.__name__} of integers", _chain(function), lambda x: x, _WHOLE)
    add("-floor(-x)", lambda x: -np.floor(-x), lambda x: np.ceil(x), _FLOAT)
    add("-ceil(-x)", lambda x: -np.ceil(-x), lambda x: np.floor(x), _FLOAT)
    add("-trunc(-x)", lambda x: -np.trunc(-x), lambda x: np.trunc(x), _FLOAT)
    add("-rint(-x)", lambda x: -np.rint(-x), lambda x: np.rint(x), _FLOAT)

    # absolute values
    add("|-x|", lambda x: np.abs(-x), lambda x: np.abs(x), _SIGNED)
    add("||x||", lambda x: np.abs(np.abs(x)), lambda x: np.abs(x), _EXACT)
    add("|x| of what has no sign", lambda x: np.abs(x), lambda x: x, {"bu": "strict"})
    add("|x| squared", lambda x: np.square(np.abs(x)), lambda x: np.square(x), _SIGNED)
    add("|x| |x|", lambda x: np.abs(x) * np.abs(x), lambda x: x * x, _SIGNED)
    add("|x squared|", lambda x: np.abs(np.square(x)), lambda x: np.square(x), _FLOAT)
    add("|x x|", lambda x: np.abs(x * x), lambda x: x * x, _FLOAT)
    add("|x| |y|", lambda x, y: np.abs(x) * np.abs(y), lambda x, y: np.abs(x * y), _FLOAT)
    add("|x| / |y|", lambda x, y: np.abs(x) / np.abs(y), lambda x, y: np.abs(x / y), _FLOAT)
    add("|root|", lambda x: np.abs(np.sqrt(x)), lambda x: np.sqrt(x), _REAL)
    add("fabs(-x)", lambda x: np.fabs(-x), lambda x: np.fabs(x), _FLOAT)
    add("fabs of fabs", lambda x: np.fabs(np.fabs(x)), lambda x: np.fabs(x), _FLOAT)
    add("fabs of abs", lambda x: np.fabs(np.abs(x)), lambda x: np.abs(x), _FLOAT)

    # signs
    add("sign of sign", lambda x: np.sign(np.sign(x)), lambda x: np.sign(x), _EXACT)
    add("-sign(-x)", lambda x: -np.sign(-x), lambda x: np.sign(x), {"f": "fast"})
    add("sign * |x|", lambda x: np.sign(x) * np.abs(x), lambda x: x, {"i": "strict", "f": "fast"})
    add("sign * x", lambda x: np.sign(x) * x, lambda x: np.abs(x), {"i": "strict", "f": "fast"})
    add("copysign(x, x)", lambda x: np.copysign(x, x), lambda x: x, _FLOAT)
    add("copysign(-x, y)", lambda x, y: np.copysign(-x, y), lambda x, y: np.copysign(x, y), _FLOAT)
    add("copysign(|x|, y)", lambda x, y: np.copysign(np.abs(x), y), lambda x, y: np.copysign(x, y), _FLOAT)
    add("|copysign(x, y)|", lambda x, y: np.abs(np.copysign(x, y)), lambda x, y: np.abs(x), _FLOAT)
    add("signbit of |x|", lambda x: np.signbit(np.abs(x)), lambda x: False, {"f": "strict"})

    # what is not a number, and infinite: signs do not matter, and integers are neither
    for test in (np.isnan, np.isinf, np.isfinite):
        add(f"{test.__name__}(-x)", _chain(test, np.negative), _chain(test), _FLOAT)
        add(f"{test.__name__}(|x|)", _chain(test, np.abs), _chain(test), _FLOAT)
    add("isnan of integers", lambda x: np.isnan(x), lambda x: False, _WHOLE)
    add("isinf of integers", lambda x: np.isinf(x), lambda x: False, _WHOLE)
    add("isfinite of integers", lambda x: np.isfinite(x), lambda x: True, _WHOLE)

    # conjugates
    add("conjugate twice", lambda x: np.conjugate(np.conjugate(x)), lambda x: x, {"c": "strict"})
    add("conjugate of real numbers", lambda x: np.conjugate(x), lambda x: x, _EXACT)
    add("|conjugate|", lambda x: np.abs(np.conjugate(x)), lambda x: np.abs(x), {"c": "close"})
