"""Kernels whose parallel loops are functions that the pool calls: what they compute, and what they raise."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
from numba import njit, prange

from mdsl.runtime import pool
from mdsl.runtime.chunks import with_chunks
from mdsl.runtime.pair import compile_pair

pytestmark = pytest.mark.skipif(not pool.possible(), reason="there is no pool for this machine")


def both(kernel):
    """The kernel with and without the pool's threads."""
    _, shared = compile_pair(kernel, cache=False)
    assert isinstance(shared, pool.Shared)
    return shared, shared.alone


def stencil(a, out, steps):
    n, m = a.shape
    for _ in range(steps):
        for i in prange(1, n - 1):
            for j in range(1, m - 1):
                out[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
        for i in prange(n - 2):
            for j in range(m - 2):
                a[i + 1, j + 1] = out[i + 1, j + 1]


def triangle(a, scale, out):
    """A loop within reads the variable, a branch, a number of the kernel that is made before, arrays of a round."""
    offset = scale * 2
    rows = a.shape[0]
    if rows > 3:
        for i in prange(rows):
            held = np.zeros(2)
            for j in range(i, rows):
                held[0] += a[j] * offset
            for k in prange(2):
                out[i] += held[k]
    else:
        for i in prange(rows):
            out[i] = -1.0


def small_types(a, flags, c, out):
    for i in prange(a.size):
        if flags[i]:
            out[i] = a[i] * c
        else:
            out[i] = np.float32(0.0)


def test_loops_from_one_and_in_a_loop():
    rng = np.random.default_rng(1)
    for call in both(stencil):
        for shape in ((40, 7), (3, 3), (2, 5), (0, 4), (1, 1)):
            a = rng.random(shape)
            b, out, expected_out = a.copy(), np.zeros(shape), np.zeros(shape)
            call(a, out, 5)
            stencil.__globals__["prange"], kept = range, prange
            try:
                stencil(b, expected_out, 5)
            finally:
                stencil.__globals__["prange"] = kept
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(out, expected_out)


def test_loops_in_branches_with_loops_within():
    for call in both(triangle):
        for n in (0, 1, 3, 4, 100):
            a, out = np.arange(n, dtype=float), np.zeros(n)
            call(a, 3, out)
            expected = 6 * np.cumsum(a[::-1])[::-1] if n > 3 else np.full(n, -1.0)
            np.testing.assert_allclose(out, expected, rtol=1e-14)


def test_numbers_of_other_types():
    for call in both(small_types):
        a, flags, out = np.arange(9, dtype=np.float32)[::-1], np.arange(9) % 2 == 0, np.ones(9, np.float32)
        call(a, flags, np.float32(0.5), out)
        np.testing.assert_array_equal(out, np.where(flags, a * np.float32(0.5), 0))
        assert len(call.__self__.signatures if hasattr(call, "__self__") else call.signatures) == 1


def raises(a, limit):
    for i in prange(a.size):
        if a[i] > limit:
            raise ValueError("too large")
        a[i] += 1


def test_an_error_of_a_round_is_the_callers():
    for call in both(raises):
        call(np.zeros(10), 5.0)
        with pytest.raises(ValueError, match="too large"):
            call(np.arange(10.0), 5.0)
        call(np.zeros(10), 5.0)  # nothing is left of it


def allocates(n, out):
    for i in prange(out.size):
        out[i] = np.empty(n).size


def test_no_memory_for_a_round():
    for call in both(allocates):
        with pytest.raises(MemoryError):
            call(1 << 50, np.zeros(4))


def test_options_hold_in_the_loops():
    """`error_model="numpy"` and fastmath are those of the kernel: a division by zero is no error."""

    def quotients(a, out):
        for i in prange(a.size):
            out[i] = 1.0 / a[i]

    for call in both(quotients):
        out = np.zeros(3)
        call(np.array([0.0, 2.0, -0.0]), out)
        np.testing.assert_array_equal(out, [np.inf, 0.5, -np.inf])


def test_a_loop_within_the_kernel_vectorises():
    """The loop's subscripts are known not to be negative, as in a loop that starts at a constant."""

    def doubled(a, out):
        for i in prange(a.size):
            out[i] = a[i] * 2.0 + a[i]

    _, shared = compile_pair(doubled, cache=False)
    a = np.arange(1000.0)
    shared(a, a.copy())
    text = "".join(shared.dispatcher.inspect_llvm().values())
    assert "x double>" in text


def test_kernels_without_such_loops_and_without_source():
    def plain(a):
        a[0] = 1.0

    assert with_chunks(plain) is None
    namespace = {"prange": prange}
    exec("def unseen(a):\n    for i in prange(a.size):\n        a[i] = i\n", namespace)
    assert with_chunks(namespace["unseen"]) is None
    _, shared = compile_pair(namespace["unseen"], cache=False)
    a = np.zeros(10)
    shared(a)
    np.testing.assert_array_equal(a, np.arange(10))


def test_kernels_may_be_called_by_others():
    made = njit(with_chunks(stencil))

    @njit
    def outer(a, out):
        made(a, out, 2)

    a = np.ones((5, 5))
    outer(a, np.zeros((5, 5)))
    np.testing.assert_array_equal(a, np.ones((5, 5)))


def in_rooms(a, out):
    width = a.shape[1]
    for i in prange(a.shape[0]):
        room = np.empty(width)
        ends = np.empty(i + 1)
        for j in range(width):
            room[j] = a[i, j] * 2
        ends[i] = room[width - 1]
        for j in range(width):
            out[i, j] = room[j] + ends[i]


def test_room_for_a_round_is_made_once_where_its_size_stays():
    a = np.arange(60.0).reshape(20, 3)
    for call in both(in_rooms):
        out = np.zeros_like(a)
        call(a, out)
        np.testing.assert_array_equal(out, 2 * a + 2 * a[:, -1:])
