"""Exponentials and logarithms: of two calls one, of an inverse none."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr
from ..algebra.make import number
from . import Numerics, Rules

_REAL: Numerics = {"f": "fast"}
_ONE = {"a": (2.5, -1.5, 0.3)}
_ROUNDED: Numerics = {"f": "close"}


def is_constant(a: Expr) -> bool:
    return number(a) is not None


def register(rules: Rules) -> None:
    add = rules.add

    # inverse functions
    add("log of exp", lambda x: np.log(np.exp(x)), lambda x: x, _REAL)
    add("exp of log", lambda x: np.exp(np.log(x)), lambda x: x, _REAL)
    add("log2 of exp2", lambda x: np.log2(np.exp2(x)), lambda x: x, _REAL)
    add("exp2 of log2", lambda x: np.exp2(np.log2(x)), lambda x: x, _REAL)
    add("10 to the log10", lambda x: 10 ** np.log10(x), lambda x: x, _REAL)
    add("log10 of 10 ** x", lambda x: np.log10(10**x), lambda x: x, _REAL)
    add("log1p of expm1", lambda x: np.log1p(np.expm1(x)), lambda x: x, _REAL)
    add("expm1 of log1p", lambda x: np.expm1(np.log1p(x)), lambda x: x, _REAL)
    add("2 ** x", lambda x: 2.0**x, lambda x: np.exp2(x), _ROUNDED)

    # sums within are products without
    add("product of exps", lambda x, y: np.exp(x) * np.exp(y), lambda x, y: np.exp(x + y), _REAL)
    add("quotient of exps", lambda x, y: np.exp(x) / np.exp(y), lambda x, y: np.exp(x - y), _REAL)
    add("reciprocal of exp", lambda x: 1 / np.exp(x), lambda x: np.exp(-x), _REAL)
    add("x / exp(y)", lambda x, y: x / np.exp(y), lambda x, y: x * np.exp(-y), _REAL)
    add("root of exp", lambda x: np.sqrt(np.exp(x)), lambda x: np.exp(x * 0.5), _REAL)
    add("power of exp", lambda x, a: np.exp(x) ** a, lambda x, a: np.exp(x * a), _REAL, where=is_constant, given=_ONE)
    add("product of exp2s", lambda x, y: np.exp2(x) * np.exp2(y), lambda x, y: np.exp2(x + y), _REAL)
    add("quotient of exp2s", lambda x, y: np.exp2(x) / np.exp2(y), lambda x, y: np.exp2(x - y), _REAL)
    add("reciprocal of exp2", lambda x: 1 / np.exp2(x), lambda x: np.exp2(-x), _REAL)
    add("sum of logs", lambda x, y: np.log(x) + np.log(y), lambda x, y: np.log(x * y), _REAL)
    add("difference of logs", lambda x, y: np.log(x) - np.log(y), lambda x, y: np.log(x / y), _REAL)
    add("sum of log2s", lambda x, y: np.log2(x) + np.log2(y), lambda x, y: np.log2(x * y), _REAL)
    add("difference of log2s", lambda x, y: np.log2(x) - np.log2(y), lambda x, y: np.log2(x / y), _REAL)
    add("sum of log10s", lambda x, y: np.log10(x) + np.log10(y), lambda x, y: np.log10(x * y), _REAL)
    add("difference of log10s", lambda x, y: np.log10(x) - np.log10(y), lambda x, y: np.log10(x / y), _REAL)

    # powers within are products without
    add("log of a reciprocal", lambda x: np.log(1 / x), lambda x: -np.log(x), _REAL)
    add("log of a power", lambda x, a: np.log(x**a), lambda x, a: a * np.log(x), _REAL, where=is_constant, given=_ONE)
    add("log of a root", lambda x: np.log(np.sqrt(x)), lambda x: np.log(x) * 0.5, _REAL)
    add("log of exp times y", lambda x, y: np.log(np.exp(x) * y), lambda x, y: x + np.log(y), _REAL)
    add(
        "log2 of a power", lambda x, a: np.log2(x**a), lambda x, a: a * np.log2(x), _REAL, where=is_constant, given=_ONE
    )
    add(
        "log10 of a power",
        lambda x, a: np.log10(x**a),
        lambda x, a: a * np.log10(x),
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add(
        "exp of a multiple of log",
        lambda x, a: np.exp(a * np.log(x)),
        lambda x, a: x**a,
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add(
        "exp2 of a multiple of log2",
        lambda x, a: np.exp2(a * np.log2(x)),
        lambda x, a: x**a,
        _REAL,
        where=is_constant,
        given=_ONE,
    )
    add("exp of -log", lambda x: np.exp(-np.log(x)), lambda x: 1 / x, _REAL)
    add("exp of log plus y", lambda x, y: np.exp(np.log(x) + y), lambda x, y: x * np.exp(y), _REAL)
    add("exp of y minus log", lambda x, y: np.exp(y - np.log(x)), lambda x, y: np.exp(y) / x, _REAL)
    add("exp(x) is positive", lambda x: np.abs(np.exp(x)), lambda x: np.exp(x), {"f": "strict"})
    add("exp2(x) is positive", lambda x: np.abs(np.exp2(x)), lambda x: np.exp2(x), {"f": "strict"})
