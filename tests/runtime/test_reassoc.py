"""Reductions vectorise, and only reductions are reordered."""

from __future__ import annotations

import re

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit, prange, typeof

from mdsl.runtime import plain
from mdsl.runtime.extrema import greatest
from mdsl.runtime.reassoc import dot_add, prod_mul, sum_add


@njit
def total(a):
    s = a.dtype.type(0)
    for i in range(a.shape[0]):
        s = sum_add(s, a[i])
    return s


@njit
def product(a):
    p = a.dtype.type(1)
    for i in range(a.shape[0]):
        p = prod_mul(p, a[i])
    return p


@njit
def dot(a, b):
    s = a.dtype.type(0)
    for i in range(a.shape[0]):
        s = dot_add(s, a[i], b[i])
    return s


@njit
def shifted_total(a, c):
    s = 0.0
    for i in range(a.shape[0]):
        s = sum_add(s, (a[i] + c) - c)
    return s


def packed(dispatcher, instruction, *arguments):
    """The instruction's packed forms among the machine code for arguments of these types."""
    dispatcher(*arguments)
    code = dispatcher.inspect_asm(tuple(typeof(argument) for argument in arguments))
    return re.findall(rf"\bv?{instruction}p[sd]\b.*%[xyz]mm", code)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16", "i4", "i8", "u8"])
@pytest.mark.parametrize("n", [0, 1, 7, 1000])
def test_values(dtype, n):
    a = (np.random.default_rng(n).random(n) * 8 + 1).astype(dtype)
    b = a[::-1].copy()
    rtol = 1e-5 if dtype in ("f4", "c8") else 1e-12
    np.testing.assert_allclose(total(a), np.sum(a), rtol=rtol)
    if not dtype.startswith("c"):
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(product(a[:12]), np.prod(a[:12]), rtol=rtol)
        np.testing.assert_allclose(dot(a, b), np.sum(a * b), rtol=rtol)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_sums_vectorise(dtype):
    # An interleaved loop adds to at least two vector accumulators.
    assert len(packed(total, "add", np.ones(8, dtype))) >= 2


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_products_vectorise(dtype):
    assert len(packed(product, "mul", np.ones(8, dtype))) >= 2


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_contractions_vectorise(dtype):
    a = np.ones(8, dtype)
    assert packed(dot, "mul", a, a) or packed(dot, r"fn?madd\d+", a, a)


def test_nothing_else_is_reassociated():
    # (a + c) - c keeps what the rounding of a + c left; folded to a it would be 100 * 0.25.
    assert shifted_total(np.full(100, 0.25), 2.0**53) == np.sum((np.full(100, 0.25) + 2.0**53) - 2.0**53) == 0.0


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_values(special):
    a = np.ones(100)
    a[63] = special
    np.testing.assert_equal(total(a), np.sum(a))
    np.testing.assert_equal(product(a), np.prod(a))


def test_small_operands_are_widened_to_the_accumulator():
    @njit
    def wide(a):
        s = np.int64(0)
        for i in range(a.shape[0]):
            s = sum_add(s, a[i])
        return s

    assert wide(np.full(1000, 127, np.int8)) == 127_000
    assert wide(np.ones(1000, bool)) == 1000


@njit
def _doubled(a):
    out = np.empty_like(a)
    for i in range(a.size):
        out[i] = a[i] * 2
    return out


def _parts(function):
    @njit(parallel=True)
    def kernel(a):
        parts = np.zeros(16, a.dtype)
        for chunk in prange(16):
            s = a.dtype.type(0)
            for i in range(chunk * a.size // 16, (chunk + 1) * a.size // 16):
                s = function(s, a[np.uint64(i)])
            parts[chunk] = s
        return parts

    return kernel


@pytest.mark.parametrize("name", ["sum_add", "greatest"])
def test_parallel_loops_read_whole_lines(name):
    function = sum_add if name == "sum_add" else greatest
    kernel = _parts(function)
    a = np.random.default_rng(3).random(10_000)
    pieces = [a[k * 625 : (k + 1) * 625] for k in range(16)]
    expected = [piece.sum() if name == "sum_add" else piece.max() for piece in pieces]
    np.testing.assert_allclose(kernel(a), expected, rtol=1e-14)
    total(a), _doubled(a)
    if "%zmm" not in _doubled.inspect_asm((typeof(a),)):  # the compiler's own choice on this processor
        assert "%zmm" not in total.inspect_asm((typeof(a),))
    if get_host_cpu_features().get("avx512f"):
        assert "%zmm" in kernel.inspect_asm((typeof(a),))


def test_the_plain_twins_agree():
    assert plain.sum_add(2, 3) == 5 and plain.prod_mul(2, 3) == 6 and plain.dot_add(2, 3, 4) == 14
