"""Which form of an expression costs least: one where that holds for all sizes, else a few and what each costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Expr, Extent
from ...ir.ops import OpKind, table
from ...ir.types import PY_BOOL, PY_INT, Size
from .pattern import Level, Rule
from .saturate import Equations, Saturation, cost, worth_trying

_USUAL = 1_000  # what a size of which nothing is known is taken for
_TRIED = (8, 2_000)  # and what else it may be
_NAMES = 4  # of so many sizes every combination is tried, of more a sample of as many combinations
_FORMS = 3  # forms that are worth an `if` at run time
_GAIN = 0.95  # a form has to cost less than this part of the original


@dataclass(frozen=True)
class Choice:
    """Forms of one expression. With more than one, the first whose cost no other's is below is to be computed."""

    forms: tuple[Expr, ...]

    def conditions(self) -> tuple[Expr, ...]:
        """For each form but the last, whether it costs no more than each that follows."""
        costs = [products_cost(form) for form in self.forms]
        found = []
        for k, mine in enumerate(costs[:-1]):
            tests = [Apply(table()["less_equal"], (mine, other), None, PY_BOOL) for other in costs[k + 1 :]]
            every: Expr = tests[0]
            for test in tests[1:]:
                every = Apply(table()["logical_and"], (every, test), None, PY_BOOL)
            found.append(every)
        return tuple(found)


@lru_cache(maxsize=16)
def equations(rules: tuple[Rule, ...], level: Level) -> Equations:
    return Equations(rules, level)


def cheapest(root: Expr, equations: Equations) -> Choice | None:
    """The forms of `root` that cost least for some sizes; None where the original is as good as any."""
    if not equations.takes(root) or not worth_trying(root, equations.takes):
        return None
    saturation = Saturation(root, equations)
    winners: dict[Expr, int] = {}
    for sizes in _assignments(root):
        spent, form = saturation.best(sizes)
        if spent >= _GAIN * cost(root, sizes):
            form = root
        winners[form] = winners.get(form, 0) + 1
    ranked = sorted(winners, key=lambda form: -winners[form])
    if len(ranked) > 1 and not all(_has_products(form) for form in ranked):
        _, form = saturation.best(_usual)
        ranked = [form]
    # of forms that differ in cheaper operations only, the one that won most often
    distinct = {products_cost(form): form for form in reversed(ranked)}
    forms = tuple(form for form in ranked if form in distinct.values())[:_FORMS]
    return None if forms == (root,) else Choice(forms)


def usual_form(choice: Choice) -> Expr:
    """The form for sizes of which nothing is known."""
    return min(choice.forms, key=lambda form: cost(form, _usual))


def _usual(size: Size) -> float:
    return float(size.const + sum(k * _USUAL for _, k in size.terms))


def _assignments(root: Expr) -> Iterable[Callable[[Size], float]]:
    names = sorted({name for node in arr.walk(root) for size in node.shape for name in size.names})
    if not names or not _has_products(root):
        yield _usual
        return
    if len(names) <= _NAMES:
        combinations = list(itertools.product(_TRIED, repeat=len(names)))
    else:
        drawn = np.random.default_rng(0).integers(0, len(_TRIED), (len(_TRIED) ** _NAMES, len(names)))
        combinations = [tuple(_TRIED[k] for k in row) for row in drawn]
    for values in combinations:
        known = dict(zip(names, values, strict=True))
        yield lambda size, known=known: max(float(size.evaluate(known)), 1.0)  # type: ignore[misc]


def _has_products(root: Expr) -> bool:
    return any(isinstance(node, Apply) and node.op.kind is OpKind.CONTRACTION for node in arr.walk(root))


def products_cost(root: Expr) -> Expr:
    """The multiplications of the matrix products in `root`, as an integer expression in the sizes."""
    add, multiply = table()["add"], table()["multiply"]
    total: Expr | None = None
    for node in arr.walk(root):
        if not (isinstance(node, Apply) and node.op.kind is OpKind.CONTRACTION):
            continue
        count: Expr = Extent(node.args[0].shape[-1])
        for size in node.shape:
            count = Apply(multiply, (count, Extent(size)), None, PY_INT)
        total = count if total is None else Apply(add, (total, count), None, PY_INT)
    return Extent(Size(0)) if total is None else total
