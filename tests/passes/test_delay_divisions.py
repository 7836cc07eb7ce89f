"""Sums of quotients with one divisor are NumPy's, whatever the divisor is, and divide once where that is the same."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.passes.bufferise import bufferise
from mdsl.passes.context import Context, Options
from mdsl.passes.delay_divisions import delay_divisions
from mdsl.transpiler.lift_text import lift_text

RNG = np.random.default_rng(2)
X = RNG.normal(size=(4, 6))


def all_of(x, c):
    return np.sum(x / c), (x / x[0, 0]).sum()


def rows(x, c):
    shares = (x / c[:, None]).sum(axis=1)
    return shares, np.sum(x / c[:, None], axis=1, keepdims=True), np.sum(x / x[0], axis=0) * shares.sum()


def stored(x, c):
    x[0] += 1
    return np.sum(x / c[0])


def same(function, x, c, target):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        mine, ours = x.copy(), x.copy()
        expected, got = function(mine, c), accelerate(function, target=target, cache=False)(ours, c)
    for a, b in zip(*((v if isinstance(v, tuple) else (v,)) for v in (expected, got)), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12)
        np.testing.assert_array_equal(np.signbit(b), np.signbit(a))
    np.testing.assert_array_equal(ours, mine)


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("divisor", [2.0, -0.5, 0.0, -0.0, np.inf, np.nan, 1e-300, 1e300])
def test_any_divisor(divisor, target):
    same(all_of, X, divisor, target)
    same(rows, X, np.array([1.0, divisor, -3.0, divisor]), target)
    same(stored, X, np.array([divisor]), target)
    same(all_of, np.zeros((2, 2)), divisor, target)


@pytest.mark.parametrize(
    "x", [np.array([[1, 0]]), np.array([[2.0, -1.0]]), np.full((3, 3), 1e308), np.array([[np.inf, 1.0]])]
)
def test_sums_that_are_not_what_they_sum(x):
    for c in (0, 0.0, 10.0, 3, np.inf):
        same(all_of, x, c, "python")


@pytest.mark.parametrize(
    ("text", "delayed"),
    [
        ("return np.sum(x / c)", True),
        ("return np.sqrt(np.sum(x / c, axis=0))", True),
        ("return np.sum(x / x)", False),
        ("return np.sum(c / x)", False),
        ("x[0] = 1\nreturn np.sum(x / c)", False),  # the original could not begin anew
        ("for i in range(3):\n    x[i] = np.sum(x / c)\nreturn x", False),
        ("return np.sum(x * c)", False),
    ],
)
def test_where_it_is_done(text, delayed):
    body = "\n".join("    " + line for line in text.splitlines())
    program = bufferise(lift_text(f"def f(x, c):\n{body}\n", np.ones((4, 5)), 2.0), Context())
    assert (delay_divisions(program, Context()) is not program) == delayed
    assert delay_divisions(program, Context(options=Options(fastmath=True))) is program
