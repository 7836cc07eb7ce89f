"""Minimum and maximum treat NaN as NumPy does, and vectorise."""

from __future__ import annotations

import platform
import re

import numpy as np
import pytest
from numba import njit, typeof

from mdsl.runtime import extrema, plain

NAMES = ["minimum", "maximum", "fmin", "fmax"]
DTYPES = ["?", "i1", "u1", "i4", "i8", "u8", "f4", "f8"]


STEPS = {"minimum": "least", "maximum": "greatest", "fmin": "least_known", "fmax": "greatest_known"}


def kernels(name, dtype="f8"):
    function = getattr(extrema, name)
    step = getattr(extrema, STEPS[name] if np.dtype(dtype).kind == "f" else name)

    @njit
    def elementwise(a, b, out):
        for i in range(a.shape[0]):
            out[i] = function(a[i], b[i])

    @njit
    def reduction(a):
        best = a[0]
        for i in range(1, a.shape[0]):
            best = step(best, a[i])
        return best

    return elementwise, reduction


@pytest.mark.parametrize("name", NAMES)
def test_like_numpy(name):
    ufunc = getattr(plain, name)
    rng = np.random.default_rng(0)
    for dtype in DTYPES:
        a, b = ((rng.integers(0, 200, 1000) - 100 * (dtype[0] in "if")).astype(dtype) for _ in range(2))
        elementwise, reduction = kernels(name, dtype)
        out = np.empty_like(a)
        elementwise(a, b, out)
        np.testing.assert_array_equal(out, ufunc(a, b), dtype)
        for n in (1, 2, 31, 1000):
            assert reduction(a[:n]) == ufunc.reduce(a[:n]), dtype


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_nan_and_infinity(name, dtype):
    elementwise, reduction = kernels(name)
    ufunc = getattr(plain, name)
    special = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0], dtype)
    a, b = (np.repeat(x.ravel(), 33) for x in np.meshgrid(special, special))
    out = np.empty_like(a)
    elementwise(a, b, out)
    np.testing.assert_array_equal(out, ufunc(a, b))
    for position in (0, 1, 500, 999):
        a = np.arange(1000, dtype=dtype)
        a[position] = np.nan
        np.testing.assert_equal(reduction(a), ufunc.reduce(a))
    np.testing.assert_equal(reduction(np.full(100, np.nan, dtype)), np.nan)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_of_two_zeros_the_one_that_numpy_gives(name, dtype):
    elementwise, _ = kernels(name)
    a, b = (np.repeat(x.ravel(), 33) for x in np.meshgrid(np.array([0.0, -0.0, np.nan], dtype), np.zeros(2, dtype)))
    b[::2] *= -1
    out, expected = np.empty_like(a), getattr(plain, name)(a, b)
    elementwise(a, b, out)
    if platform.machine() == "x86_64":  # elsewhere the processor's instruction prefers one
        np.testing.assert_array_equal(np.signbit(out), np.signbit(expected))
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_reductions_vectorise(name, dtype):
    _, reduction = kernels(name)
    a = np.ones(100, dtype)
    reduction(a)
    assert re.search(r"\bv?(min|max)p[sd]\b.*%[xyz]mm", reduction.inspect_asm((typeof(a),)))
