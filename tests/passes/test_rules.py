"""Is every rule as exact as it says, on random arrays of each dtype that it admits?"""

from __future__ import annotations

import numpy as np
import pytest

import mdsl
from mdsl.passes.algebra.check import RuleError, check_rule
from mdsl.passes.algebra.pattern import Rule
from mdsl.passes.rules import Rules, builtin, rule


@pytest.mark.parametrize("one", builtin(), ids=lambda one: one.name)
def test_the_rule_is_as_exact_as_it_says(one: Rule) -> None:
    assert check_rule(one) > 0


def test_the_names_of_rules_are_unique() -> None:
    names = [one.name for one in builtin()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("lhs", "rhs", "numerics", "reason"),
    [
        (lambda x: x + 0, lambda x: x, "strict", "float"),  # loses the sign of -0.0
        (lambda x: x - x, lambda x: 0, {"f": "strict"}, "gives"),  # NaN
        (lambda x, y: x + y, lambda x, y: x - y, {"iuf": "fast"}, "gives"),
        (lambda x, y: (x + y) - y, lambda x, y: x, {"f": "strict"}, "gives"),
        (lambda x: np.log(x), lambda x: np.log2(x), {"f": "fast"}, "gives"),
        (lambda a, b: a @ b, lambda a, b: b @ a, {"f": "close"}, "gives"),
        (lambda x: np.where(x < 0, 0, x), lambda x: np.abs(np.maximum(x, 0)), {"f": "close"}, "gives"),  # -0.0
        (lambda x: np.where(x > 0, x, 0), lambda x: np.maximum(x, 0), {"f": "close"}, "gives"),  # NaN
        (lambda x, axis: np.sum(x * x, axis=axis), lambda x, axis: np.sum(x, axis=axis), {"f": "fast"}, "gives"),
    ],
)
def test_a_wrong_rule_is_found(lhs, rhs, numerics, reason) -> None:
    wrong = rule("wrong", lhs, rhs, numerics, registry=Rules())
    with pytest.raises(RuleError, match=reason):
        check_rule(wrong)


def test_a_rule_about_real_numbers_leaves_complex_ones_alone() -> None:
    """The absolute value of a complex number is real, its square is not: [1, 2j] is smallest at 0, by x * x at 1."""
    z = np.array([1, 2j, -1 + 1j])

    def nearest(z):
        return np.argmin(np.abs(z) ** 2), np.argmin(np.square(np.abs(z))), np.argmax(np.abs(z) * np.abs(z))

    assert mdsl.accelerate(nearest, target="python", cache=False)(z) == nearest(z)


def test_a_rule_that_never_applies_is_found() -> None:
    never = rule("never", lambda x: np.sqrt(x), lambda x: x, {"i": "strict"}, registry=Rules(), where=lambda x: False)
    with pytest.raises(RuleError, match="applies to no array"):
        check_rule(never)


def test_both_sides_take_the_same_parameters() -> None:
    with pytest.raises(ValueError, match="same parameters"):
        rule("uneven", lambda x, y: x + y, lambda x: x, registry=Rules())


def test_a_side_that_is_no_numpy_is_refused() -> None:
    with pytest.raises(TypeError):
        rule("text", lambda x: x + "a", lambda x: x, registry=Rules())


def test_users_write_rules_as_mdsl_does() -> None:
    mine = Rules()
    made = mdsl.rule(
        "difference of squares", lambda a, b: a * a - b * b, lambda a, b: (a + b) * (a - b),
        numerics={"iu": "strict"}, registry=mine,
    )  # fmt: skip
    assert mine == [made]
    assert check_rule(made) > 0
