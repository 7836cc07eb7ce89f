"""Sums and extremes: what is constant along the summed axes stands outside."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr, Reduced
from ..algebra.make import is_repeated, number
from . import Numerics, Rules, first_along, length_along

_SUM: Numerics = {"iu": "strict", "f": "close"}
_ROUNDED: Numerics = {"f": "close"}
_EXTREME: Numerics = {"biuf": "strict"}


def constant_factor(x: Expr, c: Expr, axis: Reduced) -> bool:
    return is_repeated(c, axis.axes) and not is_repeated(x, axis.axes)


def constant_of_three(x: Expr, y: Expr, c: Expr, axis: Reduced) -> bool:
    return is_repeated(c, axis.axes) and not is_repeated(x, axis.axes) and not is_repeated(y, axis.axes)


def constant_along(x: Expr, axis: Reduced) -> bool:
    return bool(axis.axes) and is_repeated(x, axis.axes)


def finite_along(x: Expr, axis: Reduced) -> bool:
    """Constant along the axes; a float has to be known, since of no elements the sum is 0, whatever x is."""
    if not constant_along(x, axis):
        return False
    if x.type.dtype.kind in "iu":
        return True
    known = number(first(x))
    return known is not None and bool(np.isfinite(known)) and not np.signbit(known)


def zero_along(x: Expr, axis: Reduced) -> bool:
    known = number(first(x)) if constant_along(x, axis) else None
    return known is not None and bool(known == 0) and not np.signbit(known)


def first(x: Expr) -> Expr:
    """The number that an array repeats, or the array."""
    return x.args[0] if x.args and getattr(getattr(x, "op", None), "name", "") == "full" else x


def register(rules: Rules) -> None:
    add = rules.add

    add(
        "sum of a multiple", lambda x, c, axis: np.sum(x * c, axis=axis),
        lambda x, c, axis: np.sum(x, axis=axis) * first_along(c, axis), _SUM, where=constant_factor,
    )  # fmt: skip
    add(
        "sum of a multiple of a product", lambda x, y, c, axis: np.sum((x * c) * y, axis=axis),
        lambda x, y, c, axis: np.sum(x * y, axis=axis) * first_along(c, axis), _SUM, where=constant_of_three,
    )  # fmt: skip
    add(
        "sum of quotients", lambda x, c, axis: np.sum(x / c, axis=axis),
        lambda x, c, axis: np.sum(x, axis=axis) / first_along(c, axis), _ROUNDED, where=constant_factor,
    )  # fmt: skip
    add("sum of opposites", lambda x, axis: np.sum(-x, axis=axis), lambda x, axis: -np.sum(x, axis=axis), _SUM)
    add("sum of zeros", lambda x, axis: np.sum(x, axis=axis), lambda x, axis: first_along(x, axis), _SUM,
        where=zero_along, given={"x": (0.0,)},
    )  # fmt: skip
    add(
        "sum of one value", lambda x, axis: np.sum(x, axis=axis),
        lambda x, axis: first_along(x, axis) * length_along(x, axis), _SUM, where=finite_along,
        given={"x": (2.5, 0.0, 100.0)},
    )  # fmt: skip
    add(
        "lowest of one value", lambda x, axis: np.min(x, axis=axis), lambda x, axis: first_along(x, axis), _EXTREME,
        where=constant_along,
    )  # fmt: skip
    add(
        "highest of one value", lambda x, axis: np.max(x, axis=axis), lambda x, axis: first_along(x, axis), _EXTREME,
        where=constant_along,
    )  # fmt: skip
