"""Rewrite rules, a table for each topic: two NumPy expressions, how exact the step is, and where it holds.

Levels of exactness, by kinds of dtype (`"iu"` integers, `"f"` floats, `"c"` complex, `"b"` bool):

- strict: bit for bit, NaN, infinities and signed zeros included
- close: rounding only, for finite operands and results; the default
- fast: as over the reals; NaN, infinity, zeros' signs and overflow may differ. Only under fastmath=True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from ..algebra.pattern import EVERY_KIND, Level, Rule, first_along, length_along

__all__ = ["Level", "Numerics", "Rule", "Rules", "builtin", "first_along", "length_along", "rule", "user_rules"]


Numerics = Mapping[str, Level]  # a level for each kinds of dtype


class Rules(list[Rule]):
    """A table of rules. `add` takes one row: name, left, right and how exact it is."""

    def add(
        self,
        name: str,
        lhs: Callable[..., Any],
        rhs: Callable[..., Any],
        numerics: Level | Mapping[str, Level] = "close",
        *,
        where: Callable[..., bool] | None = None,
        given: Mapping[str, Sequence[Any]] | None = None,
        saturate: bool = False,
    ) -> Rule:
        levels = {EVERY_KIND: numerics} if isinstance(numerics, str) else dict(numerics)
        made = Rule(name, lhs, rhs, levels, where, dict(given or {}), saturate)
        self.append(made)
        return made

    def law(
        self,
        name: str,
        lhs: Callable[..., Any],
        rhs: Callable[..., Any],
        numerics: Level | Mapping[str, Level] = "close",
        *,
        where: Callable[..., bool] | None = None,
    ) -> Rule:
        """An equation of which neither side is always better: saturation uses it in both directions."""
        return self.add(name, lhs, rhs, numerics, where=where, saturate=True)


@cache
def builtin() -> tuple[Rule, ...]:
    """The rules that mdsl brings, from the tables of this folder."""
    from . import arithmetic, choices, comparison, exponentials, powers, products, reductions, rounding, trigonometry

    rules = Rules()
    for topic in (
        arithmetic, powers, exponentials, trigonometry, rounding, comparison, choices, reductions, products,
    ):  # fmt: skip
        topic.register(rules)
    return tuple(rules)


_USER = Rules()


def user_rules() -> tuple[Rule, ...]:
    return tuple(_USER)


def rule(
    name: str,
    lhs: Callable[..., Any],
    rhs: Callable[..., Any],
    numerics: Level | Mapping[str, Level] = "close",
    *,
    where: Callable[..., bool] | None = None,
    given: Mapping[str, Sequence[Any]] | None = None,
    saturate: bool = False,
    registry: Rules | None = None,
) -> Rule:
    """Tell mdsl that `lhs` may be replaced by `rhs`: two functions of the same parameters, written in NumPy.

    numerics: "strict" (bit for bit), "close" (rounding only) or "fast" (as over the reals), or a level for each kinds
    of dtype, such as {"iu": "strict", "f": "fast"}; dtypes that are not named are left alone. `where` is a condition on
    the expressions bound to the parameters that it names. The rule is used by every compilation that follows, unless
    it goes into a `registry` of its own; `mdsl.passes.algebra.check.check_rule` tries it on random arrays.

    Raises ValueError where the two sides differ in their parameters, TypeError where a side is no NumPy expression.

    >>> import numpy as np
    >>> mine = Rules()
    >>> rule("log of exp", lambda x: np.log(np.exp(x)), lambda x: x, numerics="fast", registry=mine).name
    'log of exp'
    """
    rules = Rules() if registry is None else registry
    made = rules.add(name, lhs, rhs, numerics, where=where, given=given, saturate=saturate)
    assert made.left and made.right  # traced now, so that a wrong side raises here
    if registry is None:
        _USER.append(made)
    return made
