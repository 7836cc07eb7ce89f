"""Sums and extremes: what is constant along the summed axes stands outside."""

from __future__ import annotations

import numpy as np

from ...ir.array import Expr, Reduced
from ..algebra.make import is_repeated, number
from . import Numerics, Rules, first_along, length_along

_SUM: Numerics = {"iu": "strict", "f": "close"}
_SCALED: Numerics = {"iu": "strict", "f": "fast"}
_ROUNDED: Numerics = {"f": "close"}
_WHOLE: Numerics = {"iu": "strict"}
_EXTREME: Numerics = {"biuf": "strict"}
_FLOAT: Numerics = {"f": "strict"}
_TRUTH: Numerics = {"b": "strict"}
_REAL: Numerics = {"f": "fast"}


def constant_factor(x: Expr, c: Expr, axis: Reduced) -> bool:
    return is_repeated(c, axis.axes) and not is_repeated(x, axis.axes)


def known_factor(x: Expr, c: Expr, axis: Reduced) -> bool:
    """A factor that neither makes NaN of zero nor an infinity or zero of what it multiplies."""
    known = number(first(c)) if constant_factor(x, c, axis) else None
    return known is not None and 1e-3 < abs(known) < 1e3


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


def is_truth(x: Expr) -> bool:
    return x.type.dtype.kind == "b"


def first(x: Expr) -> Expr:
    """The number that an array repeats, or the array."""
    return x.args[0] if x.args and getattr(getattr(x, "op", None), "name", "") == "full" else x


def register(rules: Rules) -> None:
    add = rules.add

    # A sum that is zero is +0.0, whatever the signs of what is added: where a factor or a minus waits until the end,
    # a last + 0 makes it so. A factor may be infinite, a divisor zero, and a sum overflow: floats ask for fastmath.
    # Sums of quotients, where there is much to gain, are passes/delay_divisions.py's at other levels.
    add(
        "sum of a multiple", lambda x, c, axis: np.sum(x * c, axis=axis),
        lambda x, c, axis: np.sum(x, axis=axis) * first_along(c, axis) + 0, _SCALED, where=constant_factor,
    )  # fmt: skip
    add(
        "sum of a known multiple", lambda x, c, axis: np.sum(x * c, axis=axis),
        lambda x, c, axis: np.sum(x, axis=axis) * first_along(c, axis) + 0, _ROUNDED, where=known_factor,
        given={"c": (2.5, -100.0)},
    )  # fmt: skip
    add(
        "sum of a multiple of a product", lambda x, y, c, axis: np.sum((x * c) * y, axis=axis),
        lambda x, y, c, axis: np.sum(x * y, axis=axis) * first_along(c, axis) + 0, _SCALED, where=constant_of_three,
    )  # fmt: skip
    add(
        "sum of quotients", lambda x, c, axis: np.sum(x / c, axis=axis),
        lambda x, c, axis: np.sum(x, axis=axis) / first_along(c, axis) + 0, _REAL, where=constant_factor,
    )  # fmt: skip
    add("sum of opposites", lambda x, axis: np.sum(-x, axis=axis), lambda x, axis: 0 - np.sum(x, axis=axis), _SUM)
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

    # what is monotone can wait until the end
    add("sum twice turned", lambda x: np.sum(x.T), lambda x: np.sum(x), _SUM)
    add("product of all turned", lambda x: np.prod(x.T), lambda x: np.prod(x), _SUM)
    add("lowest of all turned", lambda x: np.min(x.T), lambda x: np.min(x), _EXTREME)
    add("highest of all turned", lambda x: np.max(x.T), lambda x: np.max(x), _EXTREME)
    add("any of all turned", lambda x: np.any(x.T), lambda x: np.any(x), _TRUTH)
    add("all of all turned", lambda x: np.all(x.T), lambda x: np.all(x), _TRUTH)
    add("lowest opposite", lambda x, axis: np.min(-x, axis=axis), lambda x, axis: -np.max(x, axis=axis), _ROUNDED)
    add("highest opposite", lambda x, axis: np.max(-x, axis=axis), lambda x, axis: -np.min(x, axis=axis), _ROUNDED)
    add(
        "lowest exp",
        lambda x, axis: np.min(np.exp(x), axis=axis),
        lambda x, axis: np.exp(np.min(x, axis=axis)),
        _ROUNDED,
    )
    add(
        "highest exp",
        lambda x, axis: np.max(np.exp(x), axis=axis),
        lambda x, axis: np.exp(np.max(x, axis=axis)),
        _ROUNDED,
    )
    add(
        "lowest root",
        lambda x, axis: np.min(np.sqrt(x), axis=axis),
        lambda x, axis: np.sqrt(np.min(x, axis=axis)),
        _REAL,
    )
    add(
        "highest root",
        lambda x, axis: np.max(np.sqrt(x), axis=axis),
        lambda x, axis: np.sqrt(np.max(x, axis=axis)),
        _REAL,
    )
    add("lowest log", lambda x, axis: np.min(np.log(x), axis=axis), lambda x, axis: np.log(np.min(x, axis=axis)), _REAL)
    add(
        "highest log", lambda x, axis: np.max(np.log(x), axis=axis), lambda x, axis: np.log(np.max(x, axis=axis)), _REAL
    )
    add(
        "lowest of a shift", lambda x, c, axis: np.min(x + c, axis=axis),
        lambda x, c, axis: np.min(x, axis=axis) + first_along(c, axis), _REAL, where=constant_factor,
    )  # fmt: skip
    add(
        "highest of a shift", lambda x, c, axis: np.max(x + c, axis=axis),
        lambda x, c, axis: np.max(x, axis=axis) + first_along(c, axis), _REAL, where=constant_factor,
    )  # fmt: skip
    add(
        "lowest of a shift down", lambda x, c, axis: np.min(x - c, axis=axis),
        lambda x, c, axis: np.min(x, axis=axis) - first_along(c, axis), _REAL, where=constant_factor,
    )  # fmt: skip
    add(
        "highest of a shift down", lambda x, c, axis: np.max(x - c, axis=axis),
        lambda x, c, axis: np.max(x, axis=axis) - first_along(c, axis), _REAL, where=constant_factor,
    )  # fmt: skip

    # where the extreme is does not depend on what is monotone
    add(
        "argmin of opposites", lambda x, axis: np.argmin(-x, axis=axis), lambda x, axis: np.argmax(x, axis=axis), _FLOAT
    )
    add(
        "argmax of opposites", lambda x, axis: np.argmax(-x, axis=axis), lambda x, axis: np.argmin(x, axis=axis), _FLOAT
    )
    add(
        "argmin of roots",
        lambda x, axis: np.argmin(np.sqrt(x), axis=axis),
        lambda x, axis: np.argmin(x, axis=axis),
        _REAL,
    )
    add(
        "argmax of roots",
        lambda x, axis: np.argmax(np.sqrt(x), axis=axis),
        lambda x, axis: np.argmax(x, axis=axis),
        _REAL,
    )
    add(
        "argmin of exps",
        lambda x, axis: np.argmin(np.exp(x), axis=axis),
        lambda x, axis: np.argmin(x, axis=axis),
        _REAL,
    )
    add(
        "argmax of exps",
        lambda x, axis: np.argmax(np.exp(x), axis=axis),
        lambda x, axis: np.argmax(x, axis=axis),
        _REAL,
    )
    add(
        "argmin of logs",
        lambda x, axis: np.argmin(np.log(x), axis=axis),
        lambda x, axis: np.argmin(x, axis=axis),
        _REAL,
    )
    add(
        "argmax of logs",
        lambda x, axis: np.argmax(np.log(x), axis=axis),
        lambda x, axis: np.argmax(x, axis=axis),
        _REAL,
    )
    add("argmin of |x| |x|", lambda x, axis: np.argmin(np.square(np.abs(x)), axis=axis),
        lambda x, axis: np.argmin(np.square(x), axis=axis), _FLOAT)  # fmt: skip

    # products
    add("product along an axis of squares", lambda x, axis: np.prod(np.square(x), axis=axis),
        lambda x, axis: np.square(np.prod(x, axis=axis)), _WHOLE)  # fmt: skip
    add("product along an axis of roots", lambda x, axis: np.prod(np.sqrt(x), axis=axis),
        lambda x, axis: np.sqrt(np.prod(x, axis=axis)), _REAL)  # fmt: skip
    add("product along an axis of exps", lambda x, axis: np.prod(np.exp(x), axis=axis),
        lambda x, axis: np.exp(np.sum(x, axis=axis)), _REAL)  # fmt: skip
    add("product along an axis of reciprocals", lambda x, axis: np.prod(1 / x, axis=axis),
        lambda x, axis: 1 / np.prod(x, axis=axis), _REAL)  # fmt: skip
    add("product along an axis of absolute values", lambda x, axis: np.prod(np.abs(x), axis=axis),
        lambda x, axis: np.abs(np.prod(x, axis=axis)), _ROUNDED)  # fmt: skip

    # truth
    add("any not", lambda x, axis: np.any(np.logical_not(x), axis=axis),
        lambda x, axis: np.logical_not(np.all(x, axis=axis)), _TRUTH, where=is_truth)  # fmt: skip
    add("all not", lambda x, axis: np.all(np.logical_not(x), axis=axis),
        lambda x, axis: np.logical_not(np.any(x, axis=axis)), _TRUTH, where=is_truth)  # fmt: skip
    add("any ~", lambda x, axis: np.any(~x, axis=axis), lambda x, axis: ~np.all(x, axis=axis), _TRUTH, where=is_truth)
    add("all ~", lambda x, axis: np.all(~x, axis=axis), lambda x, axis: ~np.any(x, axis=axis), _TRUTH, where=is_truth)
