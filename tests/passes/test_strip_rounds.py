"""Rounds over a vector run strip by strip where its elements do not meet, and only there."""

from __future__ import annotations

import numpy as np
import pytest

import mdsl
from mdsl.passes.strip_rounds import STRIP


def filtered(signal, taps):
    n = len(signal) - len(taps) + 1
    out = np.zeros(n)
    for k in range(len(taps)):
        out += taps[k] * signal[k : k + n]
    return out


def iterated(z, c, rounds):
    for _ in range(rounds):
        z[:] = z * z + c
    return z


def smoothed(u, rounds):
    for _ in range(rounds):
        u[1:-1] = (u[:-2] + u[2:]) / 2
    return u


def shifted(u, rounds):
    for _ in range(rounds):
        u[1:] = u[:-1]
    return u


def triangle(u, rounds):
    for k in range(rounds):
        u[k:] += u[k:] * 0.5
    return u


def last_seen(u, rounds):
    seen = 0.0
    for k in range(rounds):
        for i in range(len(u)):
            seen = u[i] * k
            u[i] += seen
    return u * seen


SIZES = [5, STRIP, 2 * STRIP + 3]
VECTOR = np.random.default_rng(7)


def check(function, *args, target="python"):
    copies = [[a.copy() if isinstance(a, np.ndarray) else a for a in args] for _ in range(2)]
    expected = function(*copies[0])
    accelerated = mdsl.accelerate(function, target=target)
    np.testing.assert_array_equal(accelerated(*copies[1]), expected)
    for one, other in zip(*copies, strict=True):
        np.testing.assert_array_equal(one, other)
    return accelerated.last_report.source


@pytest.mark.parametrize("n", SIZES)
def test_rounds_over_strips(n):
    assert "for strip in range(strips)" in check(filtered, VECTOR.random(n + 3), VECTOR.random(4))
    assert "for strip in range(strips)" in check(iterated, VECTOR.random(n), VECTOR.random(n), 3)
    check(iterated, VECTOR.random(n), VECTOR.random(n), 0)


@pytest.mark.parametrize("function", [smoothed, shifted, triangle, last_seen])
def test_where_elements_meet_the_order_stays(function):
    for n in SIZES:
        assert "for strip in" not in check(function, VECTOR.random(n), 3)


def test_strips_run_in_parallel():
    source = check(filtered, VECTOR.random(300_000), VECTOR.random(8), target="numba")
    assert "for strip in prange(strips)" in source


def test_a_vector_that_overlaps_the_other():
    x = VECTOR.random(2 * STRIP)
    expected = iterated(x.copy()[1:], x.copy()[:-1], 2)
    y = x.copy()
    np.testing.assert_array_equal(mdsl.accelerate(iterated, target="python")(x.copy()[1:], x.copy()[:-1], 2), expected)
    z = y.copy()
    np.testing.assert_array_equal(
        mdsl.accelerate(iterated, target="python")(y[1:], y[:-1], 2), iterated(z[1:], z[:-1], 2)
    )


def test_rows_that_run_in_parallel_stay():
    def table(a, b):
        for i in range(a.shape[0]):
            for k in range(3):
                for j in range(a.shape[1]):
                    a[i, j] += b[k] * a[i, j]
        return a

    check(table, VECTOR.random((40, 5)), VECTOR.random(3))
