"""Are recurrences that run by strips NumPy's, and is nothing exchanged that may not be?"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mdsl import accelerate

PASS = importlib.import_module("mdsl.passes.sink")


@pytest.fixture(autouse=True)
def small_strips(monkeypatch):
    monkeypatch.setattr(PASS, "_LARGE", 4)
    monkeypatch.setattr(PASS, "_ALONG", 3)
    monkeypatch.setattr(PASS, "_ACROSS", 2)


def along(y, b):
    for j in range(2, y.shape[1]):
        y[:, j] = y[:, j] + b * y[:, j - 1] - y[:, j - 2]
    return y


def back(y, b):
    for j in range(y.shape[1] - 2, -1, -1):
        y[1:, j] = b * y[1:, j + 1] + y[1:, j]
    return y


def down(y, b):
    for i in range(1, y.shape[0]):
        y[i, :] = y[i, :] * b[i] + y[i - 1, :]
    return y


def every_second(y, b):
    for i in range(2, y.shape[0], 2):
        y[i, 1:-1] += b * y[i - 2, 1:-1]
    return y


def two_arrays(x, y):
    for i in range(1, x.shape[0]):
        x[i, :] = x[i - 1, :] + y[i - 1, :]
        y[i, :] = y[i, :] - x[i, :]
    return x, y


def in_time(y, b):
    for _ in range(3):
        for j in range(1, y.shape[1]):
            y[:, j] += b * y[:, j - 1]
        for i in range(1, y.shape[0]):
            y[i, :] += b * y[i - 1, :]
    return y


def sideways(y, b):
    """A neighbour of the round before: rounds of the inner loop are not independent."""
    for i in range(1, y.shape[0]):
        y[i, 1:] += b * y[i - 1, :-1]
    return y


def reads_ahead(y, b):
    """Column j of all rows is read while column j - 1 is written."""
    for i in range(1, y.shape[0] - 1):
        y[i, 1:-1] = b * y[i - 1, 2:] + y[i + 1, :-2]
    return y


def triangular(y, b):
    for i in range(1, y.shape[0]):
        y[i, :i] += b * y[i - 1, :i]
    return y


def escapes(y, b):
    for i in range(1, y.shape[0]):
        if y[i, 0] > 1e3:
            break
        y[i, :] += b * y[i - 1, :]
    return y


def check(function, sunk, *arguments, target="python"):
    copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    mine = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    expected = function(*copies)
    compiled = accelerate(function, cache=False, target=target)
    result = compiled(*mine)
    assert compiled.last_report.status == "full"
    assert ("strip" in compiled.last_report.source) == sunk
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (result, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)


@pytest.mark.parametrize("function", [along, back, every_second, in_time])
@pytest.mark.parametrize("shape", [(2, 2), (5, 7), (1, 9), (9, 3), (0, 4)])
def test_recurrences(function, shape):
    y = np.random.default_rng(1).random(shape)
    copies, mine = y.copy(), y.copy()
    compiled = accelerate(function, cache=False, target="python")
    np.testing.assert_allclose(compiled(mine, 0.5), function(copies, 0.5), rtol=1e-13)


def test_where_it_may():
    rng = np.random.default_rng(2)
    for function in (along, back, every_second, in_time):
        check(function, True, rng.random((7, 8)), 0.5)
    check(down, True, rng.random((7, 8)), rng.random(7))
    check(two_arrays, True, rng.random((7, 8)), rng.random((7, 8)))


def test_where_it_may_not():
    rng = np.random.default_rng(3)
    for function in (sideways, reads_ahead, triangular, escapes):
        check(function, False, rng.random((7, 8)), 0.5)


@pytest.mark.parametrize("function", [along, back, in_time])
def test_compiled_and_in_parallel(function, monkeypatch):
    monkeypatch.setattr(importlib.import_module("mdsl.targets.numba"), "PARALLEL_WORK", 0)
    check(function, True, np.random.default_rng(4).random((9, 8)), 0.5, target="numba")


def test_layouts_and_dtypes():
    rng = np.random.default_rng(5)
    for y in (rng.random((6, 8)).T, rng.random((12, 16))[::2, ::2], rng.random((7, 8)).astype("f4")):
        compiled = accelerate(along, cache=False, target="python")
        mine, its = y.copy(order="K"), y.copy(order="K")
        result, expected = compiled(mine, 0.5), along(its, 0.5)
        assert result.dtype == expected.dtype
        np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_small_sizes_stay(monkeypatch):
    monkeypatch.setattr(PASS, "_LARGE", 65_536)
    found = accelerate(along, cache=False, target="python").explain(np.ones((4, 4)), 0.5)
    assert "if n * (m - 2) >= 65536:" in found.source
