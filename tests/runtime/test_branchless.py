"""Is one of two values taken, and without a branch?"""

from __future__ import annotations

import numpy as np
from numba import njit

from mdsl.runtime.branchless import either, either_next


@njit
def chain(words, flip):
    x = np.int64(1)
    for w in words:
        x = either((x ^ w) & 1 == 1, (x >> 1) ^ flip, x >> 1)
    return x


def test_takes_one():
    words = np.random.default_rng(0).integers(0, 256, 100).astype(np.uint8)
    x = 1
    for w in words.tolist():
        x = (x >> 1) ^ 0x8408 if (x ^ w) & 1 else x >> 1
    assert chain(words, 0x8408) == x


def test_has_no_branch():
    chain(np.zeros(1, np.uint8), 1)
    (text,) = chain.inspect_llvm().values()
    assert "!unpredictable" in text


@njit
def step(z, c, chosen):
    for i in range(z.shape[0]):
        z[i] = either(chosen[i], z[i] * z[i] + c[i], z[i])


def test_complex_numbers_are_taken_by_their_parts():
    rng = np.random.default_rng(1)
    for dtype in (np.complex64, np.complex128):
        z = (rng.standard_normal(101) + 1j * rng.standard_normal(101)).astype(dtype)
        c, chosen = z[::-1].copy(), rng.random(101) < 0.5
        want = np.where(chosen, z * z + c, z)
        step(z, c, chosen)
        np.testing.assert_allclose(z, want, rtol=1e-6)
        np.testing.assert_array_equal(z[~chosen], want[~chosen])


@njit
def bounded(x, low, high, out):
    for i in range(1, x.shape[0]):
        raised = either(low > x[i] - out[i - 1], low, x[i] - out[i - 1])
        out[i] = either(high < raised, high, raised)


def test_floats_are_bounded_as_python_does_it():
    rng = np.random.default_rng(2)
    for dtype in (np.float32, np.float64):
        x = rng.standard_normal(101).astype(dtype)
        x[[5, 50]] = np.nan, np.inf
        low, high, out, want = dtype(-0.5), dtype(0.5), np.zeros_like(x), np.zeros_like(x)
        bounded(x, low, high, out)
        for i in range(1, len(x)):
            want[i] = min(max(x[i] - want[i - 1], low), high)
        np.testing.assert_array_equal(out, want)


def remainder(words, flip, unsigned):
    """A checksum; `unsigned` is the type that it is computed in."""
    x = unsigned(0xFFFF)
    for w in words:
        for k in range(8):
            t = (x ^ (w >> k)) & 1 == 1
            x = either_next(t, (x >> unsigned(1)) ^ unsigned(flip), x >> unsigned(1))
    return x


def test_the_next_value_of_an_integer():
    words = np.random.default_rng(4).integers(0, 256, 300).astype(np.uint8)
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        x = 0xFFFF & int(np.iinfo(dtype).max)
        flip = 0x8408 & int(np.iinfo(dtype).max)
        start = njit(remainder)(words, flip, dtype)
        for w in words.tolist():
            for k in range(8):
                x = (x >> 1) ^ flip if (x ^ (w >> k)) & 1 else x >> 1
        assert int(start) == x, dtype
