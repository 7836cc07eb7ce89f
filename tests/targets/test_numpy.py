"""Does the NumPy target print NumPy that a person would have written, and reuse arrays only where nobody can see it?"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.transpiler.signature import signature_of
from mdsl.transpiler.source import function_source
from mdsl.transpiler.transpile import transpile

RNG = np.random.default_rng(11)


def body_of(function, *arguments):
    names = list(inspect.signature(function).parameters)
    module = transpile(function_source(function), signature_of(names, arguments), "numpy").module
    lines = module.functions.splitlines()
    start = (
        next(k for k, line in enumerate(lines) if line.strip().startswith("return _")) + 1
        if "return _" in module.functions
        else 1
    )
    return [line.strip() for line in lines[start:] if ".shape" not in line]


def test_a_chain_reuses_its_first_array():
    def f(x, y):
        return np.exp(x * y + 1) / 3

    assert body_of(f, np.ones(3), np.ones(3)) == [
        "result = x * y",
        "result += 1",
        "np.exp(result, out=result)",
        "result /= 3",
        "return result",
    ]


def test_what_is_read_twice_is_not_overwritten():
    def f(x):
        t = x + 1
        return t * t - np.sqrt(t)

    x = RNG.random(5)
    text = "\n".join(body_of(f, x))
    assert "out=t)" not in text
    np.testing.assert_array_equal(accelerate(f, target="numpy", cache=False)(x), f(x))


def test_another_dtype_is_no_place_for_a_result():
    def f(x):
        return np.floor(x + 1).astype(np.int64) * 2 > 3

    lines = body_of(f, np.ones(3))
    assert not any("out=" in line and "np.floor" not in line for line in lines)


def test_a_store_is_computed_where_it_goes():
    def f(u, v):
        u[1:-1] = v[1:-1] - np.sqrt(v[:-2])

    assert body_of(f, np.ones(5), np.ones(5))[0] == "np.subtract(v[1:n - 1], np.sqrt(v[:n - 2]), out=u[1:n - 1])"


def test_a_store_that_overlaps_what_it_reads():
    def f(u):
        u[1:] = u[:-1] * 2
        u[:-1] = u[1:] - u[:-1]

    ours, theirs = RNG.random(9), None
    theirs = ours.copy()
    accelerate(f, target="numpy", cache=False)(ours)
    f(theirs)
    np.testing.assert_array_equal(ours, theirs)


def test_a_rebound_name_is_not_read_after_it_is_overwritten():
    def f(u, steps):
        for _ in range(steps):
            u = np.tanh(u * 0.5 + 1) - u
        return u

    u = RNG.random(6)
    compiled = accelerate(f, target="numpy", cache=False)
    np.testing.assert_array_equal(compiled(u, 4), f(u, 4))
    assert compiled.last_report.status == "full"


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint8, np.complex64, bool])
def test_dtypes_are_numpys(dtype):
    def f(a, b):
        return a + b * a, a * 2, (a == b) | (a != a), abs(a + a)

    a = (RNG.random(7) * 9).astype(dtype)
    b = (RNG.random(7) * 9).astype(dtype)
    compiled = accelerate(f, target="numpy", cache=False)
    for got, expected in zip(compiled(a, b), f(a, b), strict=True):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
