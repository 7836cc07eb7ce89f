"""The loops that sums should be printed as: as accurate as NumPy's pairwise sums, and vectorised.

Subscripts of a loop that starts at a block's start are cast to unsigned: LLVM cannot prove that such an index is not
negative, and Numba's test for negative indices then keeps the loop from vectorising (26 us against 6 for 100 000
float32). A loop that starts at a constant needs no cast.
"""

from __future__ import annotations

import math
import re

import numba
import numpy as np
import pytest
from numba import njit, prange, typeof

from mdsl.runtime import plain
from mdsl.runtime.compensated import compensated_add, compensated_total
from mdsl.runtime.reassoc import sum_add

CHUNK = 1 << 15


@njit(error_model="numpy")
def sum_1d(a, zero):
    n = a.shape[0]
    total = lost = zero
    for block in range(0, n, 256):
        s = zero
        for i in range(block, min(block + 256, n)):
            s = sum_add(s, a[np.uint64(i)])
        total, lost = compensated_add(total, lost, s)
    return compensated_total(total, lost)


@njit(error_model="numpy", parallel=True)
def sum_1d_chunks(a, zero, partial):
    """partial[c] = the sum of the c-th chunk: the same bits on any number of threads. The host adds up `partial`."""
    n = a.shape[0]
    for chunk in prange(partial.shape[0]):
        start = chunk * CHUNK
        stop = min(start + CHUNK, n)
        total = lost = zero
        for block in range(start, stop, 256):
            s = zero
            for i in range(block, min(block + 256, stop)):
                s = sum_add(s, a[np.uint64(i)])
            total, lost = compensated_add(total, lost, s)
        partial[chunk] = compensated_total(total, lost)


def sum_1d_parallel(a, zero):
    partial = np.empty(-(-a.shape[0] // CHUNK), a.dtype)
    sum_1d_chunks(a, zero, partial)
    return sum_1d(partial, zero)


@njit(error_model="numpy")
def sum_2d(a, zero):
    """Over all of a C array: a block ends where a row ends."""
    n, m = a.shape
    total = lost = zero
    for i in range(n):
        for block in range(0, m, 256):
            s = zero
            for j in range(block, min(block + 256, m)):
                s = sum_add(s, a[i, np.uint64(j)])
            total, lost = compensated_add(total, lost, s)
    return compensated_total(total, lost)


@njit(error_model="numpy")
def sum_rows(a, zero, out):
    """axis=1 of a C array: a full sum for each row."""
    n, m = a.shape
    for i in range(n):
        total = lost = zero
        for block in range(0, m, 256):
            s = zero
            for j in range(block, min(block + 256, m)):
                s = sum_add(s, a[i, np.uint64(j)])
            total, lost = compensated_add(total, lost, s)
        out[i] = compensated_total(total, lost)


@njit(error_model="numpy")
def sum_columns(a, zero, out):
    """axis=0 of a C array: add row after row, as NumPy itself does, so in the same order and with the same bits."""
    n, m = a.shape
    for j in range(m):
        out[j] = zero
    for i in range(n):
        for j in range(m):
            out[j] += a[i, j]


def full_2d(a, zero):
    return sum_2d(a.reshape(-1, 1000), zero)


def row(a, zero):
    out = np.empty(1, a.dtype)
    sum_rows(a.reshape(1, -1), zero, out)
    return out[0]


FULL = [sum_1d, sum_1d_parallel, full_2d, row]


def error(got, exact, dtype):
    """In units of the last place of the exact result."""
    return abs(float(got) - exact) / float(np.spacing(np.dtype(dtype).type(abs(exact))))


@pytest.mark.parametrize("total", FULL)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("data", ["ones and noise", "one tenth", "growing"])
def test_no_less_accurate_than_numpy(total, dtype, data):
    n = 10_000_000 if data == "ones and noise" and dtype == "f4" else 1_000_000
    rng = np.random.default_rng(1)
    match data:
        case "ones and noise":
            a = (1 + rng.normal(0, 1e-3, n)).astype(dtype)
        case "one tenth":  # each rounding errs to the same side
            a = np.full(n, 0.1, dtype)
        case _:
            a = np.arange(n, dtype=dtype) ** 1.5
    exact = math.fsum(a)
    # Some units: how the lanes of a block add up depends on how many the processor has.
    assert error(total(a, a.dtype.type(0)), exact, dtype) <= max(3.0, error(np.sum(a), exact, dtype))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("n", [100, 1000, 10_000])
def test_no_less_accurate_than_numpy_on_random_signs(dtype, n):
    rng = np.random.default_rng(5)
    ours, numpys = [], []
    for _ in range(60):
        a = rng.normal(0, 1, n).astype(dtype)
        exact = math.fsum(a)
        ours.append(float(sum_1d(a, a.dtype.type(0))) - exact)
        numpys.append(float(np.sum(a)) - exact)
    # 100 numbers are one block: lanes that are added up without the errors kept, NumPy's eight or the processor's
    assert np.sqrt(np.mean(np.square(ours))) <= (1.5 if n < 256 else 1.1) * np.sqrt(np.mean(np.square(numpys)))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("n", [1, 5, 100, 255, 256, 257, 1000, 5000])
def test_short_sums(dtype, n):
    a = (1 + np.random.default_rng(n).random(n)).astype(dtype)
    exact = math.fsum(a)
    bound = 2 * math.log2(n + 1) + 2  # what pairwise summation guarantees is of this size
    assert error(sum_1d(a, a.dtype.type(0)), exact, dtype) <= bound
    assert error(sum_1d_parallel(a, a.dtype.type(0)), exact, dtype) <= bound


@pytest.mark.parametrize("total", [sum_1d, sum_1d_parallel])
def test_empty(total):
    assert total(np.empty(0), 0.0) == 0.0


@pytest.mark.parametrize("total", FULL)
@pytest.mark.parametrize("values", [[np.inf], [-np.inf], [np.inf, -np.inf], [np.nan], [np.inf, np.nan], [1e308] * 3])
def test_special_values(total, values):
    a = np.ones(10_000)
    a[np.linspace(300, 9000, len(values)).astype(int)] = values
    with np.errstate(all="ignore"):
        np.testing.assert_equal(total(a, 0.0), np.sum(a))


def test_complex():
    a = np.random.default_rng(0).normal(size=20_000).view("c16")
    np.testing.assert_allclose(sum_1d(a, 0j), np.sum(a), rtol=1e-14)
    a[7000] = np.inf
    assert sum_1d(a, 0j).real == np.inf


def test_strided():
    a = np.random.default_rng(0).random(20_000)
    np.testing.assert_allclose(sum_1d(a[::2], 0.0), np.sum(a[::2]), rtol=1e-15)
    np.testing.assert_allclose(sum_1d(a[::-3], 0.0), np.sum(a[::-3]), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_columns_are_numpys_bits(dtype):
    a = np.random.default_rng(0).random((1000, 37)).astype(dtype)
    out = np.empty(37, dtype)
    sum_columns(a, a.dtype.type(0), out)
    np.testing.assert_array_equal(out, np.sum(a, axis=0))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_blocks_vectorise(dtype):
    a = np.ones(1000, dtype)
    sum_1d(a, a.dtype.type(0))
    code = sum_1d.inspect_asm((typeof(a), typeof(a.dtype.type(0))))
    assert len(re.findall(r"\bv?addp[sd]\b.*%[xyz]mm", code)) >= 2


def test_parallel_sums_have_the_same_bits_on_any_number_of_threads():
    a = np.random.default_rng(0).random(1_000_000).astype("f4")
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = sum_1d_parallel(a, np.float32(0))
    finally:
        numba.set_num_threads(threads)
    assert sum_1d_parallel(a, np.float32(0)) == alone


def test_the_plain_twins_compute_the_same():
    total = lost = 0.0
    for x in (1e100, 1.0, -1e100):
        total, lost = plain.compensated_add(total, lost, x)
    assert plain.compensated_total(total, lost) == 1.0
    assert plain.compensated_total(np.inf, np.nan) == np.inf
