"""Does the Array IR print as a NumPy program that runs like the source, and lifts to the same Array IR again?"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mdsl.ir.array import Program
from mdsl.ir.compare import canonical_text
from mdsl.ir.print_array import print_array
from mdsl.transpiler.lift import lift
from mdsl.transpiler.lift_text import lift_text
from mdsl.transpiler.signature import Signature, signature_of
from mdsl.transpiler.source import function_source

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(6, 5)), RNG.normal(size=(6, 5))
ROW, COLUMN = RNG.normal(size=5), RNG.normal(size=(6, 1))
SINGLE = A.astype(np.float32)
WHOLE = RNG.integers(-9, 9, size=7)
SMALL = RNG.integers(0, 9, size=7).astype(np.int8)
TRUTH = RNG.random(7) < 0.5


def printed(function: Callable[..., Any], *args: Any) -> tuple[Program, Signature]:
    signature = signature_of(list(inspect.signature(function).parameters), args)
    return lift(function_source(function), signature), signature


def run(text: str, name: str, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """What the function in `text` gives, and what it leaves in its arguments."""
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(text, namespace)
    mine = copy.deepcopy(args)
    return namespace[name](*mine), mine


def assert_same(got: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        assert isinstance(got, tuple) and len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            assert_same(a, b)
        return
    assert type(got) is type(expected)
    assert np.asarray(got).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(got, expected, strict=isinstance(expected, np.ndarray))


def stencil(u, v, dt):
    lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]
    u[1:-1, 1:-1] += dt * (v[1:-1, 1:-1] * lap)
    return np.sqrt(np.sum(u**2))


def broadcasts(u, row, column):
    a = u * row + column
    b = row[None, :] - column
    return a, b, column * 2.5 - row, np.sum(u + row, axis=1, keepdims=True) / u


def views(u):
    return u.T, u[::-1], u[1:, ::2], u[2], u[:, 1], u[-1, -2], u.T[1:3, ::-2], u[None, :, None]


def slices_of_results(u):
    v = (u + 1)[1:-1, ::-1]
    return v, np.where(u > 0, u, -u)[0], np.sum(u, axis=0)[::-1]


def constants(u):
    u[0] = 0
    u[1, 1] = 2.5
    return u * 2 + 0.1, u - 1e300, u + np.inf, u * -0.0, 1 / u, 3 - -u


def integers(k, s):
    return k + s, s * 2, k // 3, k % 3, s.sum(), k & 6, ~k, -s, k**2, k * 1.5


def truths(k, t):
    return k[2] > 2, t & (k > 0), np.logical_not(t), np.any(t), np.all(k < 99), t ^ (k < 0)


def masks(u, row):
    u[u < 0] = 0
    u[u > 1] *= 0.5
    u[:, 0] = row[0]
    return np.where(u > row, u, row)


def creations(n):
    return (
        np.zeros(n), np.ones((n, 2), np.int64), np.full(n, 2.5), np.arange(n), np.arange(2, n), np.arange(n, 0, -1),
        np.arange(n, dtype=np.float64) * 2, np.full((2, n), 7), np.zeros((), np.float32),
    )  # fmt: skip


def products(u, row):
    return u @ row, u.T @ u, row @ row, np.concatenate([row, row * 2]), np.concatenate([u, u], axis=1)


def gathers(u, k):
    return u[k % 3], u[k % 3, k % 2]


def loops(u, n):
    total = 0.0
    for i in range(1, n):
        u[i] = u[i - 1] * 2
        total = total + u[i, 0]
    while total > 1.0:
        total = total / 2
    return total


def precedence(u, v):
    a = (u - (v - 1)) / (u * (v / 2)) - (-u) ** 3 * (u + v) ** 2
    b = -(u**2) + (u < (v > 0)) * 2 - (u - v) % 2 // 3
    return a, b, (u > 0) & ~(v > 0) | (u == v), np.exp(-u) * np.minimum(u, v + 1), abs(u - v)


def conversions(x, k):
    return x * k, x.astype(np.float64), np.float32(x[0, 0]) + 1, k.astype(bool), x.copy(), int(k[0]), float(x[0, 1])


def ends_early(u, n):
    if n > 2 and n < 9:
        u[0] = 1
    if u[0, 0] < 0:
        return u[0, 0]
    return u[1, 1]


PROGRAMS = [
    (stencil, (A, B, 0.1)),
    (stencil, (SINGLE, SINGLE, 0.1)),
    (broadcasts, (A, ROW, COLUMN)),
    (views, (A,)),
    (slices_of_results, (A,)),
    (constants, (A,)),
    (constants, (SINGLE / 8,)),
    (integers, (WHOLE, SMALL)),
    (truths, (WHOLE, TRUTH)),
    (masks, (A, ROW)),
    (creations, (4,)),
    (products, (A, ROW)),
    (products, (SINGLE, ROW)),
    (loops, (A, 5)),
    (precedence, (A, B)),
    (conversions, (SINGLE, SMALL[:5])),
    (ends_early, (A, 5)),
]


#: Their checks are printed as `raise`, which is not lifted.
CHECKED = [(gathers, (A, WHOLE % 3))]


@pytest.mark.parametrize(("function", "args"), PROGRAMS + CHECKED, ids=lambda part: getattr(part, "__name__", ""))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_text_runs_like_the_source(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    program, _ = printed(function, *args)
    mine = copy.deepcopy(args)
    expected = function(*mine)
    got, theirs = run(print_array(program), function.__name__, args)
    assert_same(got, expected)
    assert_same(theirs, mine)


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=lambda part: getattr(part, "__name__", ""))
def test_lifting_the_text_gives_the_same_program(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    program, signature = printed(function, *args)
    text = print_array(program)
    again = lift_text(text, signature=signature)
    assert canonical_text(again) == canonical_text(program), text


def test_what_numpy_does_by_itself_is_not_written() -> None:
    program, _ = printed(stencil, SINGLE, SINGLE, 0.1)
    assert print_array(program).splitlines()[-3:] == [
        "    lap = u[:n - 2, 1:m - 1] + u[2:, 1:m - 1] + u[1:n - 1, :m - 2] + u[1:n - 1, 2:] - 4 * u[1:n - 1, 1:m - 1]",
        "    u[1:n - 1, 1:m - 1] += dt * (v[1:n - 1, 1:m - 1] * lap)",
        "    return np.sqrt(np.sum(u**2))",
    ]
